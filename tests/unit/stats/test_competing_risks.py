"""Cumulative incidence: what must hold of it whatever the data, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.competing_risks import cumulative_incidence
from trialwright.stats.rates import poisson_rate, poisson_rate_ratio
from trialwright.stats.survival import kaplan_meier

TIME = [1, 2, 2, 3, 4, 4, 4, 5, 6, 6, 7, 9]
CAUSE = [1, 2, 1, 0, 1, 2, 0, 1, 1, 2, 0, 2]


def test_incidences_and_the_event_free_probability_add_up_to_one():
    curve = cumulative_incidence(TIME, CAUSE)
    np.testing.assert_allclose(curve.incidence.sum(axis=0) + curve.event_free, 1.0, rtol=1e-14)


def test_without_competing_events_incidence_is_one_minus_kaplan_meier():
    event = [int(cause == 1) for cause in CAUSE]
    curve = cumulative_incidence(TIME, event)
    np.testing.assert_allclose(curve.incidence[0], 1 - kaplan_meier(TIME, event).survival, atol=1e-15)


def test_a_competing_event_can_only_lower_the_incidence_that_kaplan_meier_would_show():
    curve = cumulative_incidence(TIME, CAUSE)
    naive = kaplan_meier(TIME, [int(cause == 1) for cause in CAUSE])
    assert (curve.incidence[0] <= 1 - naive.survival + 1e-15).all()


def test_incidence_at_a_time_by_hand():
    curve = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    assert curve.at(1, 0.5).value == 0.0
    assert curve.at(1, 2.0).value == 0.25
    assert curve.at(2, 99.0).value == 0.25
    assert curve.at(1, 4.0).value == 0.75


@pytest.mark.parametrize(("time", "cause"), [([1, 2], [0.5, 1]), ([1, 2], [-1, 1]), ([], []), ([-1], [1])])
def test_what_is_not_a_time_or_a_cause_is_refused(time, cause):
    with pytest.raises(ArgumentError):
        cumulative_incidence(time, cause)


def test_no_events_in_a_time_still_bound_the_rate():
    assert poisson_rate(0, 3.0).high == pytest.approx(-np.log(0.025) / 3.0, rel=1e-12)


def test_a_ratio_to_a_group_without_events_says_so():
    assert poisson_rate_ratio((3, 0), (10.0, 10.0)).reason == "no events in the second group"


def test_swapping_groups_inverts_the_ratio():
    one = poisson_rate_ratio((12, 9), (40.0, 55.0))
    other = poisson_rate_ratio((9, 12), (55.0, 40.0))
    assert [1 / other.value, 1 / other.high, 1 / other.low] == pytest.approx([one.value, one.low, one.high])


@pytest.mark.parametrize(("events", "exposure"), [(-1, 2.0), (1, 0.0), (1, float("nan"))])
def test_impossible_rates_are_refused(events, exposure):
    with pytest.raises(ArgumentError):
        poisson_rate(events, exposure)
