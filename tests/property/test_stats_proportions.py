"""What must hold for any counts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.stats import proportions
from trialwright.stats.discrete import binomial_cdf, binomial_sf
from trialwright.stats.proportion_kernels import score_of_difference
from trialwright.stats.proportions import clopper_pearson, miettinen_nurminen, newcombe
from trialwright.stats.special import beta_cdf, beta_quantile, normal_isf, normal_quantile, normal_sf
from trialwright.stats.tables import fisher_exact

METHODS = ["clopper_pearson", "wilson", "wilson_cc", "jeffreys", "mid_p", "agresti_coull", "wald"]
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVEL = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.999])
any_counts = settings(deadline=None, max_examples=100, derandomize=True)


@pytest.mark.parametrize("method", METHODS)
@any_counts
@given(counts=COUNTS, level=LEVEL)
def test_intervals_hold_the_proportion_and_mirror_failures(method, counts, level):
    k, n = counts
    found = getattr(proportions, method)(k, n, level)
    mirror = getattr(proportions, method)(n - k, n, level)
    assert 0 <= found.low <= k / n + 1e-15
    assert k / n - 1e-15 <= found.high <= 1
    assert found.low == pytest.approx(1 - mirror.high, abs=1e-12)


@any_counts
@given(counts=COUNTS, level=LEVEL)
def test_exact_limits_leave_exactly_their_tails(counts, level):
    k, n = counts
    found = clopper_pearson(k, n, level)
    tail = (1 - level) / 2
    if k > 0:
        assert binomial_sf(k - 1, n, found.low) == pytest.approx(tail, rel=1e-10)
    if k < n:
        assert binomial_cdf(k, n, found.high) == pytest.approx(tail, rel=1e-10)


@any_counts
@given(first=COUNTS, second=COUNTS, level=LEVEL)
def test_differences_mirror_and_hold_the_observed(first, second, level):
    for method in (newcombe, miettinen_nurminen):
        found, mirror = method(*first, *second, level), method(*second, *first, level)
        observed = first[0] / first[1] - second[0] / second[1]
        assert -1 <= found.low <= observed + 1e-12
        assert observed - 1e-12 <= found.high <= 1
        assert found.low == pytest.approx(-mirror.high, abs=1e-12)


@any_counts
@given(first=COUNTS, second=COUNTS)
def test_miettinen_nurminen_limits_are_where_the_score_is_z(first, second):
    found = miettinen_nurminen(*first, *second)
    z = normal_isf(0.025)
    if found.low > -1 and found.high < 1:
        assert score_of_difference(*first, *second, found.low) == pytest.approx(z, rel=1e-6)
        assert score_of_difference(*first, *second, found.high) == pytest.approx(-z, rel=1e-6)


@any_counts
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
def test_fisher_does_not_care_which_way_the_table_lies(cells):
    a, b, c, d = cells
    p = fisher_exact([[a, b], [c, d]]).p
    assert 0 < p <= 1
    for turned in ([[c, d], [a, b]], [[a, c], [b, d]], [[d, c], [b, a]]):
        assert fisher_exact(turned).p == pytest.approx(p, rel=1e-10)


@any_counts
@given(st.lists(st.integers(1, 40), min_size=4, max_size=4))
def test_swapping_rows_inverts_the_odds_ratio(cells):
    a, b, c, d = cells
    found, swapped = fisher_exact([[a, b], [c, d]]), fisher_exact([[c, d], [a, b]])
    assert found.odds_ratio == pytest.approx(1 / swapped.odds_ratio, rel=1e-9)
    assert found.low == pytest.approx(1 / swapped.high, rel=1e-9)


@any_counts
@given(st.floats(-300, -1e-3))
def test_normal_quantile_undoes_the_tail(log_q):
    q = 10**log_q
    assert math.isclose(normal_sf(normal_isf(q)), q, rel_tol=1e-11)
    assert normal_quantile(q) == -normal_isf(q)


@any_counts
@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 500), st.floats(0.5, 500))
def test_beta_quantile_undoes_the_distribution(p, a, b):
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-9, abs=1e-12)
