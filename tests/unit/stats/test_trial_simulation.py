"""Simulated trials: tiles equal scalar code, which equals the analysis of real data, and theory."""

import math

import numba
import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.cox import cox
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import (
    Question,
    TwoArms,
    lachin_foulkes_subjects,
    schoenfeld_power,
)
from trialwright.stats.lane_math import LANES, sorting_network
from trialwright.stats.logrank import logrank
from trialwright.stats.trial_model import follow, trial_model
from trialwright.stats.trial_simulation import count_range, scalar_results, trial_results
from trialwright.stats.trial_sums import TrialSums

LOST = dropout_hazard(0.05, 12.0)


def two_arms(control=7.5, experimental=7.7, accrual=24.0, follow_up=12.0, lost=LOST):
    return TwoArms(
        Arm(Hazard.of_median(control), lost),
        Arm(Hazard.of_median(experimental), lost),
        Accrual(accrual),
        follow_up,
    )


NABP = trial_model(34, 33, two_arms())


@pytest.mark.parametrize("n", [2, 3, 16, 67, 100, 129])
def test_the_network_sorts_every_pattern_of_zeros_and_ones(n):
    """By the 0–1 principle a network that sorts thresholds sorts everything."""
    rng = np.random.default_rng(n)
    values = rng.random((2000, n))
    for low, high in sorting_network(n):
        pair = np.sort(values[:, [low, high]], axis=1)
        values[:, low], values[:, high] = pair[:, 0], pair[:, 1]
    assert (np.diff(values, axis=1) >= 0).all()


@pytest.mark.parametrize("sizes", [(34, 33), (5, 3), (60, 120)])
def test_tiles_equal_trials_one_by_one(sizes):
    model = trial_model(*sizes, two_arms(experimental=11.0))
    fast, slow = trial_results(model, 7, 100, 3000), scalar_results(model, 7, 100, 3000)
    assert np.array_equal(fast.events, slow.events)
    assert np.allclose(fast.z, slow.z, rtol=0, atol=1e-12, equal_nan=True)
    assert np.array_equal(np.isnan(fast.log_hr), np.isnan(slow.log_hr))
    wald = np.abs(fast.log_hr / fast.std_error - slow.log_hr / slow.std_error)
    assert np.nanmax(wald) < 1e-6


def test_a_simulated_trial_is_analysed_like_a_real_one():
    fast = trial_results(NABP, 11, 0, 20)
    for trial in range(20):
        found = [
            follow(
                11, trial, subject, int(subject >= 34),
                NABP.starts, NABP.hazards, NABP.dropout, NABP.entry_edges, NABP.entry_shares, NABP.end,
            )
            for subject in range(67)
        ]  # fmt: skip
        time, event = np.array(found).T
        arm = np.repeat([0, 1], [34, 33])
        test = logrank(time, event, arm)
        fit = cox(time, event, arm[:, None].astype(float))
        assert math.isclose(fast.z[trial], test.z, rel_tol=1e-9)
        assert math.isclose(fast.log_hr[trial], fit.beta[0], rel_tol=1e-7, abs_tol=1e-9)
        assert math.isclose(fast.std_error[trial], fit.se[0], rel_tol=1e-7)


def test_a_trial_is_the_same_whatever_range_it_is_in():
    whole = trial_results(NABP, 3, 0, 500)
    part = trial_results(NABP, 3, 123, 200)
    assert np.array_equal(whole.log_hr[123:323], part.log_hr)


def test_sums_do_not_depend_on_chunks_or_threads():
    margins = (1.0, 1.3)
    whole = count_range(NABP, 3, 0, 5000, 1.96, margins)
    parts = TrialSums.none(margins)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    for first, count in ((0, 1), (1, 62), (63, 1000), (1063, 3937)):
        parts += count_range(NABP, 3, first, count, 1.96, margins)
    numba.set_num_threads(before)
    assert np.array_equal(whole.sums, parts.sums)


def test_sums_are_those_of_the_listed_trials():
    listed = trial_results(NABP, 3, 0, 1000)
    sums = count_range(NABP, 3, 0, 1000, 1.96, (1.3,))
    assert sums.sums[1] == listed.events.sum()
    assert sums.benefit.value == np.mean(listed.z < -1.96)
    upper = listed.log_hr + 1.96 * listed.std_error
    assert sums.below(1.3).value == np.mean(upper < math.log(1.3))


def test_under_no_difference_a_test_of_five_percent_rejects_five_percent():
    model = trial_model(150, 150, two_arms(experimental=7.5))
    sums = count_range(model, 5, 0, 60_000, 1.959964, ())
    both = sums.benefit.value + sums.harm.value
    assert abs(both - 0.05) < 0.004


def test_mean_events_are_those_expected():
    sums = count_range(NABP, 5, 0, 100_000, 1.96, ())
    assert abs(sums.events - 67 * (34 * 0 + 1) * two_arms().event_share()) < 0.06


def test_power_of_a_large_trial_is_near_schoenfelds():
    trial = two_arms(experimental=7.5 / 0.7, lost=0.0)
    model = trial_model(165, 165, trial)
    expected = schoenfeld_power(Question(0.7), 0.025, 330 * trial.event_share())
    sums = count_range(model, 5, 0, 40_000, 1.959964, ())
    assert abs(sums.benefit.value - expected) < 0.015


def test_lachin_foulkes_subjects_have_the_power_asked_for():
    trial = two_arms(control=6.0, experimental=12.0)
    n = math.ceil(lachin_foulkes_subjects(trial, 0.025, 0.2) / 2)
    sums = count_range(trial_model(n, n, trial), 5, 0, 40_000, 1.959964, ())
    assert abs(sums.benefit.value - 0.8) < 0.035


def test_piecewise_hazards_with_equal_pieces_are_the_plain_ones():
    rate = math.log(2.0) / 7.5
    plain = two_arms(control=7.5, experimental=7.5)
    pieces = Arm(Hazard((rate, rate), (0.0, 4.0)), LOST)
    piecewise = TwoArms(pieces, pieces, Accrual(24.0, (2.0, 2.0), (0.0, 9.0)), 12.0)
    one = scalar_results(trial_model(34, 33, plain), 9, 0, 300)
    other = trial_results(trial_model(34, 33, piecewise), 9, 0, 300)
    assert np.allclose(one.z, other.z, atol=1e-9)


def test_swapping_arms_inverts_the_hazard_ratio():
    forward = scalar_results(trial_model(40, 40, two_arms(6.0, 12.0)), 9, 0, 4000)
    backward = scalar_results(trial_model(40, 40, two_arms(12.0, 6.0)), 9, 0, 4000)
    assert math.isclose(np.mean(forward.log_hr), -np.mean(backward.log_hr), abs_tol=0.02)


def test_an_arm_without_events_has_no_hazard_ratio_but_counts_as_not_significant():
    model = trial_model(3, 3, two_arms(control=500.0, experimental=500.0))
    sums = count_range(model, 1, 0, 20 * LANES, 1.96, (1.0,))
    assert sums.not_estimable.value > 0.2
    assert sums.below(1.0).value < 0.05


@pytest.mark.parametrize(("seed", "first", "count"), [(-1, 0, 10), (1, -1, 10), (1, 2**32 - 5, 10)])
def test_ranges_beyond_the_counter_are_refused(seed, first, count):
    with pytest.raises(ArgumentError):
        count_range(NABP, seed, first, count, 1.96, ())


def test_an_empty_arm_is_refused():
    with pytest.raises(ArgumentError, match="an arm"):
        trial_model(0, 10, two_arms())
