"""Facts about intervals of proportions and two-by-two tables, and what they refuse."""

import math
from itertools import pairwise

import pytest

from trialwright.errors import ArgumentError
from trialwright.stats import proportions
from trialwright.stats.proportions import (
    clopper_pearson,
    jeffreys,
    mid_p,
    miettinen_nurminen,
    newcombe,
    wald,
    wilson,
    wilson_cc,
)
from trialwright.stats.tables import Continuity, cmh, fisher_exact

METHODS = ["clopper_pearson", "wilson", "wilson_cc", "jeffreys", "mid_p", "agresti_coull", "wald"]


def test_no_response_in_ten_by_hand():
    # 1 − 0.025^(1/10); mid-p halves the only outcome: 1 − 0.05^(1/10)
    assert clopper_pearson(0, 10).high == pytest.approx(1 - 0.025**0.1, rel=1e-14)
    assert mid_p(0, 10).high == pytest.approx(1 - 0.05**0.1, rel=1e-14)


def test_wilson_of_half_of_four_by_hand():
    # 1/2 ± z/2 · sqrt(1/(n + z²)), z at 97.5 %
    z = 1.959963984540054
    margin = z / 2 / math.sqrt(4 + z * z)
    limits = wilson(2, 4)
    assert (limits.low, limits.high) == pytest.approx((0.5 - margin, 0.5 + margin), rel=1e-14)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 7, 300])
def test_none_and_all_touch_the_ends(method, n):
    interval = getattr(proportions, method)
    assert interval(0, n).low == 0.0
    assert interval(n, n).high == 1.0
    if method != "wald":
        assert 0 < interval(0, n).high < 1


@pytest.mark.parametrize("method", METHODS)
def test_without_subjects_there_is_no_interval_but_a_reason(method):
    found = getattr(proportions, method)(0, 0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.reason == "no subjects"


@pytest.mark.parametrize("k", [1, 5, 14, 15])
def test_exact_is_wider_than_mid_p_and_correction_widens_wilson(k):
    exact, half = clopper_pearson(k, 29), mid_p(k, 29)
    assert exact.low < half.low < k / 29 < half.high < exact.high
    plain, corrected = wilson(k, 29), wilson_cc(k, 29)
    assert corrected.low < plain.low < plain.high < corrected.high


def test_more_confidence_is_wider():
    for method in METHODS:
        widths = [getattr(proportions, method)(8, 30, level) for level in (0.8, 0.9, 0.95, 0.99)]
        assert all(a.low > b.low and a.high < b.high for a, b in pairwise(widths))


def test_difference_of_arms_without_responses_includes_zero():
    for method in (newcombe, miettinen_nurminen):
        found = method(0, 10, 0, 20)
        assert found.low < 0 < found.high


def test_difference_of_all_against_none_ends_at_one():
    assert miettinen_nurminen(10, 10, 0, 10).high == 1.0
    assert newcombe(10, 10, 0, 10).high == 1.0


def test_difference_without_subjects_has_a_reason():
    for method in (newcombe, miettinen_nurminen):
        found = method(0, 0, 3, 10)
        assert math.isnan(found.low)
        assert found.reason == "no subjects"


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (1.5, 5), ("1", 5), (1, -5), (math.nan, 5)])
def test_impossible_counts_are_named(k, n):
    for method in (clopper_pearson, jeffreys, wald):
        with pytest.raises(ArgumentError, match="expected"):
            method(k, n)


def test_a_level_in_percent_is_refused():
    with pytest.raises(ArgumentError, match=r"0\.95 for 95 %"):
        wilson(1, 2, 95)


def test_lady_tasting_tea():
    # Fisher 1935: 1/70 for all right, 34/70 two-sided for three of four
    assert fisher_exact([[4, 0], [0, 4]]).p == pytest.approx(2 / 70, rel=1e-13)
    assert fisher_exact([[3, 1], [1, 3]]).p == pytest.approx(34 / 70, rel=1e-13)


def test_odds_ratio_of_two_by_two_ones_is_one():
    found = fisher_exact([[1, 1], [1, 1]])
    assert found.odds_ratio == pytest.approx(1.0, abs=1e-12)
    assert found.low * found.high == pytest.approx(1.0, rel=1e-12)


def test_an_empty_row_or_column_has_no_odds_ratio_but_a_reason():
    found = fisher_exact([[0, 5], [0, 7]])
    assert found.p == 1.0
    assert math.isnan(found.odds_ratio)
    assert found.reason


def test_one_stratum_by_hand():
    # (ad − bc)²(n − 1) / (row and column totals)
    found = cmh([[[8, 2], [3, 7]]], Continuity.NONE)
    assert found.chi2 == pytest.approx((56 - 6) ** 2 * 19 / (10 * 10 * 11 * 9), rel=1e-14)
    assert found.odds_ratio == pytest.approx(56 / 6, rel=1e-14)


def test_strata_that_say_nothing_add_nothing():
    informative = [[8, 2], [3, 7]]
    alone = cmh([informative])
    padded = cmh([informative, [[0, 0], [0, 1]], [[0, 0], [0, 0]], [[3, 2], [0, 0]]])
    assert padded.chi2 == pytest.approx(alone.chi2, rel=1e-14)


def test_no_informative_stratum_is_nan_with_the_reason():
    found = cmh([[[3, 2], [0, 0]]])
    assert math.isnan(found.p)
    assert found.reason


@pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [2, 2]], [[1.5, 1], [2, 2]]])
def test_tables_that_are_not_counts_are_refused(table):
    with pytest.raises(ArgumentError, match="expected"):
        fisher_exact(table)
