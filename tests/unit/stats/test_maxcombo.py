"""MaxCombo: a plain computation of its statistics, symmetries, bounds and refusals."""

import math

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.maxcombo import LATE_EARLY_MIDDLE, maxcombo
from trialwright.stats.special import normal_sf, normal_two_sided


def trial(seed, n=60):
    """Two groups with a late difference; times in whole units, so that there are ties."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    time = np.ceil(rng.exponential(8.0, n) * np.where(group == 1, 1.6, 1.0))
    return time, (rng.random(n) < 0.8).astype(float), group, rng.integers(0, 3, n)


def plain_joint(time, event, second, weights):
    """Sums over event times, written from the textbook formula."""
    excess, covariance, survival = [0.0] * len(weights), np.zeros((len(weights),) * 2), 1.0
    for t in sorted(set(time[event == 1])):
        at_risk, ahead = (time >= t).sum(), ((time >= t) & (second == 1)).sum()
        dying = (time == t) & (event == 1)
        deaths, deaths_second = dying.sum(), (dying & (second == 1)).sum()
        w = [survival**one.rho * (1 - survival) ** one.gamma for one in weights]
        spread = 0.0
        if at_risk > 1:
            spread = ahead * (at_risk - ahead) * deaths * (at_risk - deaths) / (at_risk**2 * (at_risk - 1))
        excess = [u + x * (deaths_second - deaths * ahead / at_risk) for u, x in zip(excess, w, strict=True)]
        covariance += np.outer(w, w) * spread
        survival *= 1 - deaths / at_risk
    return np.array(excess), covariance


@pytest.mark.parametrize("seed", range(4))
def test_statistics_equal_the_textbook_sums_within_strata(seed):
    time, event, group, strata = trial(seed)
    weights = (*LATE_EARLY_MIDDLE[:2], fleming_harrington(0.5, 0.5), fleming_harrington(0, 2))
    parts = [
        plain_joint(time[strata == s], event[strata == s], group[strata == s], weights) for s in range(3)
    ]
    ours = maxcombo(time, event, group, strata=strata, weights=weights)
    assert np.allclose(ours.excess, sum(part[0] for part in parts), rtol=1e-12, atol=1e-12)
    assert np.allclose(ours.covariance, sum(part[1] for part in parts), rtol=1e-12, atol=1e-12)


def test_the_four_usual_statistics_depend_on_each_other():
    """S + (1 − S) = 1: the log-rank statistic is the sum of the early and the late one."""
    time, event, group, _ = trial(1)
    plain, late, early, _ = maxcombo(time, event, group).excess
    assert math.isclose(plain, late + early, rel_tol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_p_lies_between_the_smallest_p_and_bonferronis(seed):
    ours = maxcombo(*trial(seed)[:3])
    smallest = normal_two_sided(float(np.abs(ours.z).max()))
    assert smallest < ours.p < min(1.0, 4.0 * smallest)
    assert normal_sf(float(ours.z.max())) < ours.p_first_better


@pytest.mark.parametrize("seed", range(4))
def test_swapping_the_groups_swaps_the_sides(seed):
    time, event, group, _ = trial(seed)
    one, other = maxcombo(time, event, group), maxcombo(time, event, 1 - group)
    assert np.allclose(one.z, -other.z)
    assert math.isclose(one.p, other.p, rel_tol=1e-9)
    assert math.isclose(one.p_first_better, other.p_second_better, rel_tol=1e-9)


def test_the_order_of_rows_does_not_matter():
    time, event, group, strata = trial(3)
    order = np.random.default_rng(0).permutation(time.size)
    one = maxcombo(time, event, group, strata=strata)
    other = maxcombo(time[order], event[order], group[order], strata=strata[order])
    assert np.array_equal(one.z, other.z)
    assert one.p == other.p


def test_permuted_groups_reject_as_often_as_the_level_says():
    """Under no difference the p-value is uniform, whatever the censoring: 10 % below 0.1."""
    time, event, group, _ = trial(5, 80)
    rng = np.random.default_rng(8)
    weights = LATE_EARLY_MIDDLE[:3]
    p = np.array([maxcombo(time, event, rng.permutation(group), weights=weights).p for _ in range(1500)])
    assert abs((p <= 0.1).mean() - 0.1) < 3 * math.sqrt(0.09 / 1500)
    assert abs((p <= 0.5).mean() - 0.5) < 3 * math.sqrt(0.25 / 1500)


def test_with_one_event_only_the_weights_that_see_it_count():
    """Before the first event nobody has died, so late weights are 0 and early ones are 1."""
    ours = maxcombo([1, 2, 3, 4], [1, 0, 0, 0], [0, 1, 0, 1])
    alone = logrank([1, 2, 3, 4], [1, 0, 0, 0], [0, 1, 0, 1])
    assert np.isnan(ours.z[[1, 3]]).all()
    assert np.allclose(ours.z[[0, 2]], alone.z)
    assert math.isclose(ours.p, alone.p, rel_tol=1e-12)


def test_without_events_there_is_no_p_and_a_reason():
    ours = maxcombo([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1])
    assert math.isnan(ours.p)
    assert ours.reason == "no events"
    with pytest.raises(ArgumentError, match="no events"):
        _ = ours.largest


@pytest.mark.parametrize(
    ("group", "weights"),
    [
        ([0, 0, 0, 0], LATE_EARLY_MIDDLE),
        ([0, 1, 2, 0], LATE_EARLY_MIDDLE),
        ([0, 1, 0, 1], LATE_EARLY_MIDDLE[:1]),
        ([0, 1, 0, 1], (*LATE_EARLY_MIDDLE, fleming_harrington(0, 2))),
        ([0, 1, 0, 1], (fleming_harrington(0, 1), fleming_harrington(0, 1))),
    ],
)
def test_what_cannot_be_combined_is_refused(group, weights):
    with pytest.raises(ArgumentError):
        maxcombo([1, 2, 3, 4], [1, 1, 1, 0], group, weights=weights)
