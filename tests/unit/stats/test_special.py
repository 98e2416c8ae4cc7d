"""Distribution functions equal SciPy's to 1e-12 relative, in the far tails too.

Inputs near a half are representable numbers, since a probability rounded in its last digit moves the
quantile by more than that. A few values were computed with 40 digits (mpmath) where SciPy has fewer.
"""

import math

import pytest
from scipy import stats

from trialwright.stats import discrete, special

REL = 1e-12
TINY = [10.0**-k for k in range(1, 300, 13)]


def close(ours, theirs, rel=REL):
    return math.isclose(ours, theirs, rel_tol=rel, abs_tol=0.0)


@pytest.mark.parametrize("z", [-9.0, -3.1, -1.0, -1e-9, 0.0, 0.3, 1.96, 5.0, 12.0, 25.0, 37.0])
def test_normal_tails(z):
    assert close(special.normal_sf(z), stats.norm.sf(z))
    assert close(special.normal_cdf(z), stats.norm.cdf(z))
    assert close(special.normal_two_sided(z), 2 * stats.norm.sf(abs(z)))


@pytest.mark.parametrize(
    "p", [*TINY, 0.025, 0.05, 0.24999, 0.25, 0.3, 0.4999, 0.75, 0.8, 0.9, 0.975, 1 - 2**-40]
)
def test_normal_quantile(p):
    assert close(special.normal_quantile(p), stats.norm.ppf(p))
    assert close(special.normal_isf(p), stats.norm.isf(p))


def test_normal_quantile_is_exactly_odd_and_bounded():
    assert special.normal_quantile(0.5) == 0.0
    assert special.normal_isf(0.025) == -special.normal_quantile(0.025)
    assert special.normal_quantile(0.0) == -math.inf
    assert special.normal_quantile(1.0) == math.inf
    assert math.isnan(special.normal_quantile(1.5))
    assert math.isnan(special.normal_quantile(-0.1))


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 10, 31, 100])
@pytest.mark.parametrize("x", [1e-9, 0.01, 0.5, 1.0, 3.84, 10.0, 57.3, 200.0, 900.0, 1300.0])
def test_chi_square_tail(x, df):
    theirs = stats.chi2.sf(x, df)
    if theirs > 1e-290:
        assert close(special.chi2_sf(x, df), theirs)


def test_chi_square_tail_has_no_silent_number():
    assert special.chi2_sf(0.0, 1) == 1.0
    assert special.chi2_sf(math.inf, 3) == 0.0
    assert math.isnan(special.chi2_sf(math.nan, 1))
    assert math.isnan(special.chi2_sf(1.0, 0))


@pytest.mark.parametrize("a", [0.5, 1.0, 1.5, 10.5, 40.0, 300.5, 10000.0])
@pytest.mark.parametrize("b", [0.5, 1.0, 2.5, 60.0, 500.5, 10000.0])
@pytest.mark.parametrize("x", [1e-9, 1e-3, 0.02, 0.3, 0.5, 0.75, 0.999])
def test_beta_tails(a, b, x):
    for ours, theirs in (
        (special.beta_cdf(x, a, b), stats.beta.cdf(x, a, b)),
        (special.beta_sf(x, a, b), stats.beta.sf(x, a, b)),
    ):
        if theirs > 1e-290:
            assert close(ours, theirs)


@pytest.mark.parametrize("a", [0.5, 1.0, 3.0, 10.5, 300.5])
@pytest.mark.parametrize("b", [0.5, 1.0, 7.0, 60.0, 5000.0])
@pytest.mark.parametrize("p", [1e-12, 0.005, 0.025, 0.05, 0.5, 0.975])
def test_beta_quantiles(a, b, p):
    assert close(special.beta_quantile(p, a, b), stats.beta.ppf(p, a, b))
    assert close(special.beta_isf(p, a, b), stats.beta.isf(p, a, b))


def test_narrow_beta_distributions_lose_no_digits_near_their_mean():
    # mpmath, 40 digits: I_x(100000.5, 2.5) at the double nearest 0.9999
    assert close(special.beta_cdf(0.9999, 100000.5, 2.5), 0.00124905570789757)
    lower, upper = special.beta_tails(5000.5, 5000.5, 0.5, 0.5)
    assert close(lower, 0.5)
    assert close(upper, 0.5)


def test_beta_outside_its_range_is_nan():
    assert math.isnan(special.beta_quantile(1.5, 1.0, 1.0))
    assert math.isnan(special.beta_isf(0.5, 0.0, 1.0))
    assert (special.beta_quantile(0.0, 2.0, 3.0), special.beta_isf(0.0, 2.0, 3.0)) == (0.0, 1.0)


@pytest.mark.parametrize("df", [1.0, 2.0, 2.5, 5.0, 30.0, 10000.0])
@pytest.mark.parametrize("t", [-3.0, 0.0, 0.1, 1.0, 2.0, 5.0, 20.0, 100.0])
def test_student_tails(t, df):
    assert close(discrete.t_sf(t, df), stats.t.sf(t, df))
    assert close(discrete.t_cdf(t, df), stats.t.cdf(t, df))


@pytest.mark.parametrize("df", [1.0, 2.0, 2.5, 5.0, 30.0, 10000.0])
@pytest.mark.parametrize("p", [1e-10, 1e-4, 0.025, 0.2, 0.3, 0.4375, 0.5, 0.625, 0.975])
def test_student_quantiles(p, df):
    assert math.isclose(discrete.t_quantile(p, df), stats.t.ppf(p, df), rel_tol=REL, abs_tol=1e-15)


def test_student_of_one_degree_is_cauchy_near_zero():
    assert close(discrete.t_sf(1e-8, 1.0), 0.5 - math.atan(1e-8) / math.pi)


@pytest.mark.parametrize("n", [1, 5, 40, 1000])
@pytest.mark.parametrize("p", [1e-6, 0.01, 0.2, 0.5, 0.9])
def test_binomial(n, p):
    for k in {0, 1, n // 3, n // 2, n - 1, n}:
        for ours, theirs in (
            (discrete.binomial_pmf(k, n, p), stats.binom.pmf(k, n, p)),
            (discrete.binomial_cdf(k, n, p), stats.binom.cdf(k, n, p)),
            (discrete.binomial_sf(k, n, p), stats.binom.sf(k, n, p)),
        ):
            if theirs > 1e-290:
                assert close(ours, theirs)


@pytest.mark.parametrize("urn", [(5, 7, 4), (100, 300, 50), (10, 10, 20), (3000, 200, 150), (4, 0, 2)])
def test_hypergeometric(urn):
    successes, failures, drawn = urn
    total = 0.0
    for k in range(min(successes, drawn) + 1):
        ours = discrete.hypergeometric_pmf(k, successes, failures, drawn)
        theirs = stats.hypergeom.pmf(k, successes + failures, successes, drawn)
        assert theirs < 1e-290 or close(ours, theirs)
        total += ours
    assert close(total, 1.0)


def test_impossible_counts_have_no_probability():
    assert discrete.binomial_pmf(3, 2, 0.5) == 0.0
    assert discrete.binomial_cdf(-1, 2, 0.5) == 0.0
    assert discrete.binomial_sf(-1, 2, 0.5) == 1.0
    assert discrete.hypergeometric_pmf(3, 2, 5, 4) == 0.0
