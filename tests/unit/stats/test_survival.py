"""Curves small enough to check by eye, and what must never become a silent number."""

import math

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.inputs import merge_ties
from trialwright.stats.survival import ConfType, kaplan_meier, reverse_kaplan_meier


def test_four_subjects_by_hand():
    curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    assert curve.survival.tolist() == [0.75, 0.75, 0.375, 0.375]
    assert curve.at_risk.tolist() == [4, 3, 2, 1]
    assert curve.std_error[0] == pytest.approx(0.75 * math.sqrt(1 / 12), rel=1e-15)


def test_median_is_the_middle_of_a_plateau_at_one_half():
    # 2 of 4 died by day 20; survival is 0.5 until the next death on day 30
    assert kaplan_meier([10, 20, 30, 40], [1, 1, 1, 1]).median().value == 25.0


def test_one_half_reached_through_rounding_is_still_one_half():
    # (13/14)(12/13)…(7/8) is 0.5 only up to rounding
    assert kaplan_meier(range(1, 15), [1] * 14).median().value == 7.5


def test_median_on_a_plateau_that_never_ends_is_its_beginning():
    assert kaplan_meier([10, 20, 30, 40], [1, 1, 0, 0]).median().value == 20.0


def test_median_not_reached_is_nan_with_the_reason():
    median = kaplan_meier([10, 20, 30, 40], [1, 0, 0, 0]).median()
    assert math.isnan(median.value)
    assert "not reached" in median.reason


def test_quartiles_of_four_deaths():
    curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.quantile(0.25).value == 1.5
    assert curve.quantile(0.6).value == 3.0


def test_landmark_before_the_first_and_after_the_last_time():
    before, between, after = kaplan_meier([5, 10], [1, 0]).at([1, 7, 99])
    assert (before.survival, before.low, before.high, before.at_risk) == (1.0, 1.0, 1.0, 2.0)
    assert (between.survival, between.at_risk) == (0.5, 1.0)
    assert (after.survival, after.at_risk) == (0.5, 0.0)


def test_a_death_on_the_landmark_day_counts_and_is_still_at_risk():
    (mark,) = kaplan_meier([5, 10], [1, 1]).at([5])
    assert (mark.survival, mark.at_risk) == (0.5, 2.0)


@pytest.mark.parametrize("kind", list(ConfType))
def test_limits_at_survival_zero_are_not_defined(kind):
    curve = kaplan_meier([1, 2], [1, 1], conf_type=kind)
    assert math.isnan(curve.low[-1])
    assert math.isnan(curve.high[-1])
    assert math.isnan(curve.std_error[-1])


def test_limits_at_survival_one_are_one_but_undefined_on_the_log_log_scale():
    for kind, expected in ((ConfType.PLAIN, 1.0), (ConfType.LOG, 1.0), (ConfType.LOG_LOG, math.nan)):
        low = kaplan_meier([1, 2], [0, 1], conf_type=kind).low[0]
        assert low == expected or (math.isnan(low) and math.isnan(expected))


def test_follow_up_is_that_of_the_censored():
    # deaths on days 1 and 9 only end observation; censored on days 4, 6, 8
    assert reverse_kaplan_meier([1, 4, 6, 8, 9], [1, 0, 0, 0, 1]).median().value == 7.0


def test_restricted_mean_of_two_deaths():
    # 1 for 2 days, one half for 2 days: 3 days of the first 4
    mean = kaplan_meier([2, 6], [1, 1]).rmst(4)
    assert mean.value == 3.0
    # Greenwood: area after day 2 is 1, times 1 / (2 · 1)
    assert mean.std_error == pytest.approx(math.sqrt(0.5), rel=1e-15)


def test_restricted_mean_beyond_follow_up_is_refused_with_the_reason():
    mean = kaplan_meier([2, 6], [1, 0]).rmst(10)
    assert math.isnan(mean.value)
    assert "follow-up ends at 6" in mean.reason
    assert kaplan_meier([2, 6], [1, 1]).rmst(10).value == 4.0


def test_weights_are_equal_subjects():
    weighted = kaplan_meier([1, 2, 3], [1, 0, 1], weights=[2, 1, 3])
    repeated = kaplan_meier([1, 1, 2, 3, 3, 3], [1, 1, 0, 1, 1, 1])
    assert weighted.survival.tolist() == repeated.survival.tolist()
    assert weighted.low == pytest.approx(repeated.low, nan_ok=True)
    assert weighted.n == 6


def test_times_that_differ_by_rounding_are_one_time():
    time = [0.1 + 0.2, 0.3, 1.0]
    assert merge_ties(np.array(time)).tolist() == [0.3, 0.3, 1.0]
    assert kaplan_meier(time, [1, 1, 1]).time.tolist() == [0.3, 1.0]
    assert kaplan_meier(time, [1, 1, 1], tolerance=0.0).time.size == 3


def test_nobody_has_an_event():
    curve = kaplan_meier([1, 2, 3], [0, 0, 0])
    assert curve.survival.tolist() == [1.0, 1.0, 1.0]
    assert math.isnan(curve.median().value)


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([], [], "no subjects"),
        ([1, -2], [1, 1], "-2.0 at position 1"),
        ([1, math.nan], [1, 1], "nan at position 1"),
        ([1, math.inf], [1, 1], "inf at position 1"),
        ([1, 2], [1, 2], "2.0 at position 1"),
        ([1, 2], [1, math.nan], "nan at position 1"),
        ([1, 2], [1], "2 times but 1 events"),
        (["a", "b"], [1, 1], "not numeric"),
        ([[1, 2]], [[1, 1]], "2 dimensions"),
    ],
)
def test_wrong_input_is_named(time, event, message):
    with pytest.raises(ArgumentError, match=message):
        kaplan_meier(time, event)


def test_wrong_requests_are_named():
    curve = kaplan_meier([1, 2], [1, 1])
    for wrong in (
        lambda: curve.quantile(1.0),
        lambda: curve.rmst(0),
        lambda: curve.rmst(math.inf),
        lambda: curve.at([-1]),
        lambda: curve.at([math.nan]),
        lambda: kaplan_meier([1], [1], level=95),
        lambda: kaplan_meier([1, 2], [1, 1], weights=[1]),
        lambda: kaplan_meier([1, 2], [1, 1], weights=[1, 0]),
    ):
        with pytest.raises(ArgumentError, match="expected"):
            wrong()
