"""Log-rank and Cox on tables small enough to check by hand, and what they refuse."""

import math

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.coding import treatment_coding
from trialwright.stats.cox import Ties, cox
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.proportional_hazards import proportional_hazards_test


def test_logrank_of_four_deaths_by_hand():
    # expected in b: 1/2 + 2/3 + 1/2 + 1; variance 1/4 + 2/9 + 1/4 + 0
    found = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"])
    assert found.expected[1] == pytest.approx(1 / 2 + 2 / 3 + 1 + 1, rel=1e-15)
    assert found.variance[1, 1] == pytest.approx(1 / 4 + 2 / 9, rel=1e-15)
    assert found.chi2 == pytest.approx((2 - 19 / 6) ** 2 / (17 / 36), rel=1e-14)
    assert found.z < 0
    assert found.n.tolist() == [2, 2]


def test_logrank_without_events_is_nan_with_the_reason():
    found = logrank([1, 2], [0, 0], ["a", "b"])
    assert math.isnan(found.chi2)
    assert math.isnan(found.p)
    assert found.reason == "no events"


def test_strata_of_one_arm_each_leave_nothing_to_compare():
    found = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"], strata=[1, 1, 2, 2])
    assert math.isnan(found.p)
    assert "within strata" in found.reason


@pytest.mark.parametrize("seed", range(20))
def test_many_strata_of_one_arm_each_leave_no_rounding_to_compare(seed):
    """60 subjects in six strata, each of one arm: there is nothing to compare, so no p-value, not p = 1."""
    rng = np.random.default_rng(seed)
    strata = rng.integers(0, 6, 60)
    test = logrank(rng.integers(1, 20, 60), rng.random(60) < 0.7, strata % 2, strata=strata)
    assert math.isnan(test.chi2)
    assert math.isnan(test.p)


def test_groups_linked_by_no_stratum_are_not_tested_together():
    found = logrank(
        range(1, 9), [1] * 8, ["a", "b", "a", "b", "c", "d", "c", "d"], strata=[1, 1, 1, 1, 2, 2, 2, 2]
    )
    assert math.isnan(found.chi2)


def test_a_stratum_of_one_arm_changes_nothing():
    time, event, arm, layer = [1, 2, 3, 4], [1, 1, 1, 0], ["a", "b", "a", "b"], [1, 1, 1, 1]
    with_lonely = logrank([*time, 2, 5], [*event, 1, 1], [*arm, "a", "a"], strata=[*layer, 2, 2])
    alone = logrank(time, event, arm, strata=layer)
    assert with_lonely.chi2 == pytest.approx(alone.chi2, rel=1e-15)


def test_logrank_refuses_what_it_cannot_compare():
    with pytest.raises(ArgumentError, match="only 'a'"):
        logrank([1, 2], [1, 1], ["a", "a"])
    with pytest.raises(ArgumentError, match="one label for each"):
        logrank([1, 2], [1, 1], ["a"])
    with pytest.raises(ArgumentError, match="nan at position 1"):
        logrank([1, 2], [1, 1], [0.0, math.nan])
    with pytest.raises(ArgumentError, match="0 or more"):
        fleming_harrington(-1, 0)


def test_cox_of_one_pair_order_by_hand():
    # deaths in the order b, a, b, a: likelihood h/(2h+2) · 1/(h+2) · h/(h+1), so h² + h = 4 + … at its top
    fit = cox([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0])
    h = fit.hr[0]
    slope = 2 - h / (h + 1) - h / (h + 2) - h / (h + 1)
    assert slope == pytest.approx(0.0, abs=1e-14)


def test_a_column_constant_within_strata_has_no_coefficient():
    fit = cox(
        [1, 2, 3, 4, 5, 6],
        [1] * 6,
        np.column_stack([[1, 1, 1, 2, 2, 2], [0, 1, 0, 1, 1, 0]]),
        strata=[1, 1, 1, 2, 2, 2],
        names=["site", "marker"],
    )
    assert fit.aliased.tolist() == [True, False]
    assert math.isnan(fit.beta[0])
    assert math.isnan(fit.hr[0])
    assert fit.lr_test.df == 1
    assert fit.warnings[0].startswith("site: no coefficient")


def test_a_repeated_column_has_no_coefficient_and_leaves_the_first_alone():
    x = np.array([0.3, -1.0, 2.0, 0.1, 0.7, -0.4])
    both = cox([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], np.column_stack([x, 5 - 2 * x]))
    one = cox([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], x)
    assert both.aliased.tolist() == [False, True]
    assert both.beta[0] == pytest.approx(one.beta[0], rel=1e-12)
    assert both.score_test.chi2 == pytest.approx(one.score_test.chi2, rel=1e-12)


def test_a_constant_column_alone_gives_nan_and_says_so():
    fit = cox([1, 2, 3], [1, 1, 1], [0.1, 0.1, 0.1])
    assert math.isnan(fit.beta[0])
    assert math.isnan(fit.score_test.p)
    assert fit.warnings


@pytest.mark.parametrize("rare", [1, 3])
def test_an_arm_in_which_nobody_dies_is_called_monotone(rare):
    # also where the arm is a handful among 2000
    n = 2000
    rng = np.random.default_rng(5)
    arm = np.zeros(n)
    arm[:rare] = 1
    event = (rng.random(n) < 0.5).astype(float)
    event[:rare] = 0
    fit = cox(rng.exponential(1, n) + arm, event, np.column_stack([arm, rng.normal(size=n)]))
    assert fit.monotone.tolist() == [True, False]
    assert "−infinity" in fit.warnings[0]


def test_perfect_separation_by_a_measurement_is_called_monotone():
    fit = cox([1, 2, 3, 4, 5], [1] * 5, [5.0, 4.0, 3.0, 2.0, 1.0])
    assert fit.monotone.tolist() == [True]
    with pytest.raises(ArgumentError, match="monotone"):
        proportional_hazards_test(fit)


def test_a_strong_but_finite_effect_is_not_called_monotone():
    rng = np.random.default_rng(1)
    x = rng.normal(size=300)
    fit = cox(rng.exponential(np.exp(-4 * x)), np.ones(300), x)
    assert not fit.warnings
    assert 3 < fit.beta[0] < 5


def test_the_unit_of_a_covariate_does_not_matter():
    rng = np.random.default_rng(2)
    x, time = rng.normal(size=50), rng.exponential(1, 50)
    small = cox(time, np.ones(50), x * 1e-9 + 3)
    plain = cox(time, np.ones(50), x)
    assert small.z[0] == pytest.approx(plain.z[0], rel=1e-6)
    assert cox(time, np.ones(50), x * 1e9).z[0] == pytest.approx(plain.z[0], rel=1e-12)


def test_breslow_and_efron_agree_without_ties():
    rng = np.random.default_rng(3)
    x, time = rng.normal(size=50), rng.exponential(1, 50)
    fits = [cox(time, np.ones(50), x, ties=ties) for ties in Ties]
    assert fits[0].beta[0] == pytest.approx(fits[1].beta[0], rel=1e-12)


@pytest.mark.parametrize(
    ("time", "event", "X", "message"),
    [
        ([1, 2], [0, 0], [0, 1], "no events"),
        ([1, 2], [1, 1], [0, math.nan], "row 1, column 0"),
        ([1, 2], [1, 1], [0, 1, 2], "shape"),
        ([1, 2], [1, 1], ["a", "b"], "not numeric"),
        ([1, -2], [1, 1], [0, 1], "-2.0 at position 1"),
    ],
)
def test_cox_names_wrong_input(time, event, X, message):
    with pytest.raises(ArgumentError, match=message):
        cox(time, event, X)


def test_terms_of_the_proportional_hazards_test_are_columns_of_the_fit():
    fit = cox([1, 2, 3, 4, 5], [1] * 5, [1, 0, 0, 1, 0], names=["arm"])
    with pytest.raises(ArgumentError, match="'dose'"):
        proportional_hazards_test(fit, terms={"dose": ["dose"]})


def test_treatment_coding_takes_the_first_level_as_reference():
    coded = treatment_coding(["b", "a", "c", "a"], "arm")
    assert coded.reference == "a"
    assert coded.names == ("arm: b", "arm: c")
    assert coded.matrix.tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert treatment_coding(["b", "a"], "arm", levels=["b", "a"]).names == ("arm: a",)
    with pytest.raises(ArgumentError, match="only the value"):
        treatment_coding(["a", "a"], "arm")
    with pytest.raises(ArgumentError, match="one of x, y"):
        treatment_coding(["a", "x"], "arm", levels=["x", "y"])
