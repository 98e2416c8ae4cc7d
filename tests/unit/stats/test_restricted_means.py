"""Two restricted means: by hand, symmetric, and refused beyond follow-up."""

import math

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.restricted_means import restricted_means

TIME, EVENT, GROUP = [2, 4, 6, 8, 3, 5, 9, 9], [1, 1, 0, 1, 1, 0, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]


def test_areas_by_hand():
    """First: 1 to 2, 3/4 to 4, 1/2 to 7; second: 1 to 3, 3/4 to 7."""
    ours = restricted_means(TIME, EVENT, GROUP, 7.0)
    assert [mean.value for mean in ours.means] == [2 + 1.5 + 1.5, 3 + 3]
    assert ours.difference.value == 1.0
    assert math.isclose(ours.ratio.value, 1.2)


def test_variance_of_the_difference_by_hand():
    """Greenwood: (area after each event)² · d / (n (n − d)); 3² / 12 + 1.5² / 6 and 3² / 12."""
    ours = restricted_means(TIME, EVENT, GROUP, 7.0)
    assert math.isclose(ours.difference.std_error**2, 3.0**2 / 12 + 1.5**2 / 6 + 3.0**2 / 12)


def test_swapping_the_groups_turns_the_sign_and_inverts_the_ratio():
    one = restricted_means(TIME, EVENT, GROUP, 7.0)
    other = restricted_means(TIME, EVENT, [1 - g for g in GROUP], 7.0)
    assert math.isclose(one.z, -other.z)
    assert math.isclose(one.ratio.value * other.ratio.value, 1.0)
    assert math.isclose(one.p, other.p)
    assert math.isclose(one.ratio_p, other.ratio_p)


def test_intervals_exclude_no_difference_just_where_p_is_small():
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1], 50)
    time = rng.exponential(5.0, 100) * np.where(group == 1, 2.0, 1.0)
    ours = restricted_means(time, np.ones(100), group, 10.0)
    assert (ours.p < 0.05) == (ours.difference.low > 0.0) == (ours.ratio.low > 1.0)


def test_without_an_event_before_tau_there_is_no_test():
    ours = restricted_means(TIME, EVENT, GROUP, 1.5)
    assert ours.difference.value == 0.0
    assert math.isnan(ours.p)
    assert math.isnan(ours.ratio_p)


def test_a_curve_that_ends_at_zero_is_known_for_ever():
    ours = restricted_means([1, 2, 3, 9], [1, 1, 1, 0], [0, 0, 1, 1], 9.0)
    assert ours.means[0].value == 1.5


@pytest.mark.parametrize("tau", [9.5, 0.0, -1.0, math.inf, math.nan])
def test_a_time_beyond_the_follow_up_of_either_group_is_refused(tau):
    with pytest.raises(ArgumentError, match="tau"):
        restricted_means(TIME, EVENT, GROUP, tau)


def test_three_groups_are_refused():
    with pytest.raises(ArgumentError, match="3 groups"):
        restricted_means([1, 2, 3], [1, 1, 1], ["a", "b", "c"], 2.0)
