"""Simulated trials with several tests: analysed like real ones, the same in any range, near the theory."""

import math

import numba
import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.delayed_effect import changing_hazard, restricted_mean_limits, weighted_limits
from trialwright.stats.delayed_trials import (
    DecisionSums,
    TrialTests,
    count_decisions,
    simulated_trial,
    trial_verdicts,
)
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.maxcombo import LATE_EARLY_MIDDLE, maxcombo
from trialwright.stats.restricted_means import restricted_means
from trialwright.stats.trial_model import trial_model

LOST = dropout_hazard(0.05, 12.0)
CONTROL = Hazard.of_median(12.0)
WEIGHTS = (*LATE_EARLY_MIDDLE, fleming_harrington(0, 0.5))
TESTS = TrialTests(WEIGHTS, 4, 20.0, 0.025)


def two_arms(delay=3.0, ratio=0.6):
    experimental = changing_hazard(CONTROL, (delay,), (ratio,))
    return TwoArms(Arm(CONTROL, LOST), Arm(experimental, LOST), Accrual(24.0), 12.0)


MODEL = trial_model(60, 60, two_arms())


def test_a_simulated_trial_is_analysed_like_a_real_one():
    found = trial_verdicts(MODEL, TESTS, 11, 40, 15)
    for k in range(15):
        time, event, arm = simulated_trial(
            11, 40 + k, 60, 120, MODEL.starts, MODEL.hazards, MODEL.dropout,
            MODEL.entry_edges, MODEL.entry_shares, MODEL.end,
        )  # fmt: skip
        for z, weight in zip(found.z[:, k], WEIGHTS, strict=True):
            assert math.isclose(z, logrank(time, event, arm, weight=weight).z, rel_tol=1e-9)
        assert math.isclose(found.combined_p[k], maxcombo(time, event, arm).p_second_better, rel_tol=1e-9)
        assert math.isclose(found.means_z[k], restricted_means(time, event, arm, 20.0).z, rel_tol=1e-9)
        assert found.events[k] == event.sum()


def test_counts_are_those_of_the_listed_trials():
    """Also where Bonferroni's bounds spare the exact p-value of MaxCombo."""
    listed, sums = trial_verdicts(MODEL, TESTS, 3, 0, 600), count_decisions(MODEL, TESTS, 3, 0, 600)
    for k, weight in enumerate(WEIGHTS):
        assert sums.weighted(weight).value == np.mean(listed.z[k] < -1.959963984540054)
    assert sums.combination.value == np.mean(listed.combined_p <= 0.025)
    assert sums.means.value == np.mean(listed.means_z > 1.959963984540054)
    assert math.isclose(sums.events, listed.events.mean())


def test_sums_do_not_depend_on_chunks_or_threads():
    whole, parts = count_decisions(MODEL, TESTS, 3, 0, 900), DecisionSums.none(TESTS)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    for first, count in ((0, 1), (1, 130), (131, 769)):
        parts += count_decisions(MODEL, TESTS, 3, first, count)
    numba.set_num_threads(before)
    assert np.array_equal(whole.sums, parts.sums)


@pytest.mark.parametrize(("delay", "ratio"), [(0.0, 0.6), (3.0, 0.6), (6.0, 0.5)])
def test_power_of_300_subjects_is_near_that_of_the_formula(delay, ratio):
    """The limit is for many subjects: at 300 it is within a point of the simulated power."""
    trial = two_arms(delay, ratio)
    sums = count_decisions(trial_model(150, 150, trial), TESTS, 5, 0, 10_000)
    for weight in WEIGHTS:
        power = weighted_limits(trial, (weight,)).power(300, 0.025)
        assert abs(sums.weighted(weight).value - power) < 0.016
    assert abs(sums.combination.value - weighted_limits(trial, LATE_EARLY_MIDDLE).power(300, 0.025)) < 0.02
    assert abs(sums.means.value - restricted_mean_limits(trial, 20.0).power(300, 0.025)) < 0.018


def test_power_of_many_subjects_is_that_of_the_formula():
    """With 1800 subjects nothing is left but the error of 6000 trials."""
    trial, tests = two_arms(4.0, 0.8), TrialTests(WEIGHTS[:2], 2, 24.0, 0.025)
    sums = count_decisions(trial_model(900, 900, trial), tests, 5, 0, 6000)
    expected = {
        sums.weighted(WEIGHTS[0]): weighted_limits(trial, WEIGHTS[:1]),
        sums.weighted(WEIGHTS[1]): weighted_limits(trial, WEIGHTS[1:2]),
        sums.combination: weighted_limits(trial, WEIGHTS[:2]),
        sums.means: restricted_mean_limits(trial, 24.0),
    }
    for seen, limits in expected.items():
        assert 0.2 < seen.value < 0.9
        assert abs(seen.value - limits.power(1800, 0.025)) < 3.5 * seen.error


def test_without_a_difference_each_test_keeps_its_level():
    tests = TrialTests(WEIGHTS, 4, 20.0, 0.05)
    sums = count_decisions(trial_model(150, 150, two_arms(3.0, 1.0)), tests, 9, 0, 12_000)
    for seen in (*map(sums.weighted, WEIGHTS), sums.combination, sums.means):
        assert abs(seen.value - 0.05) < 0.0075


def test_a_mean_beyond_the_follow_up_of_a_trial_is_no_rejection():
    tests = TrialTests(WEIGHTS[:1], 0, 35.5, 0.025)
    sums = count_decisions(trial_model(20, 20, two_arms()), tests, 1, 0, 500)
    assert sums.without_mean.value > 0.9
    assert sums.means.value <= 1.0 - sums.without_mean.value
    assert sums.combination.value == 0.0


def test_trials_without_events_reject_nothing():
    rare = Hazard.of_median(1e7)
    trial = TwoArms(Arm(rare), Arm(rare), Accrual(24.0), 12.0)
    sums = count_decisions(trial_model(20, 20, trial), TESTS, 1, 0, 200)
    assert sums.events < 0.1
    assert sums.first.value == sums.combination.value == sums.means.value == 0.0


def test_ranges_beyond_the_counter_are_refused():
    with pytest.raises(ArgumentError):
        count_decisions(MODEL, TESTS, -1, 0, 10)
