"""Protocol-level trials: tied analysis equals that of real data; results do not depend on batches."""

import math

import numpy as np
import pytest

from trialwright.design.operating import Effort
from trialwright.design.protocol_trials import (
    comparison_of,
    draw_trials,
    progression_results,
    protocol_characteristics,
    response_counts,
    whole_history_results,
)
from trialwright.errors import StudyFileError
from trialwright.protocol.read import read_study
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.simulate.tiles.draw import draw_progressions, draw_responses
from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.tied_trials import analyse_trials


def plan_of(name):
    study = read_study(name)
    return make_plan(study, read_assumptions(study))


def test_tied_trials_are_analysed_like_real_data():
    rng = np.random.default_rng(5)
    size, trials = 40, 12
    days = rng.integers(1, 15, size * trials).astype(float)
    event = rng.random(size * trials) < 0.7
    arm = np.tile(np.repeat([0, 1], size // 2), trials)
    counted = rng.random(size * trials) < 0.9
    out = np.empty((4, trials))
    analyse_trials(size, days, event, arm, counted, out)
    for trial in range(trials):
        rows = np.arange(trial * size, (trial + 1) * size)
        rows = rows[counted[rows]]
        test = logrank(days[rows], event[rows], arm[rows])
        fit = cox(days[rows], event[rows].astype(float), arm[rows][:, None].astype(float))
        assert math.isclose(out[0, trial], test.z, rel_tol=1e-9)
        assert math.isclose(out[1, trial], fit.beta[0], rel_tol=1e-7, abs_tol=1e-9)
        assert math.isclose(out[2, trial], fit.se[0], rel_tol=1e-7)
        assert out[3, trial] == event[rows].sum()


def test_a_protocol_trial_is_the_same_in_every_range():
    plan = plan_of("nabp-cis")
    whole = progression_results(plan, 3, 67, 0, 12)
    part = progression_results(plan, 3, 67, 5, 4)
    assert np.array_equal(whole[:, 5:9], part)


def test_the_simulated_hazard_ratio_surrounds_that_of_the_calibration():
    plan = plan_of("nabp-cis")
    found = protocol_characteristics(plan, 0.025, Effort(500), margins=(1.3, 2.0), seed=4)
    assert found.sums.trials == 500
    assert found.sums.below(1.3).value <= found.sums.below(2.0).value
    fitted = next(one for one in plan.assumptions.fit.figures if one.figure.startswith("PFS hazard ratio"))
    assert fitted.low < math.exp(found.sums.log_hr[0]) < fitted.high


def test_responders_are_among_the_evaluable():
    counts = response_counts(plan_of("nivo-gemcis"), 2, 60)
    assert (counts.responders <= counts.evaluable).all()
    assert (counts.confirmed <= counts.responders).all()


def test_a_study_of_one_arm_compares_nothing():
    with pytest.raises(StudyFileError, match="no comparison"):
        comparison_of(read_study("nivo-gemcis"))


@pytest.mark.parametrize("name", ["nabp-cis", "nivo-gemcis", "ici-capox"])
def test_times_drawn_alone_are_those_of_whole_histories(name):
    plan = plan_of(name)
    size, trials = plan.assumptions.subjects, 300
    for seed, first in ((1, 0), (7, 2**31)):
        alone = draw_progressions(plan, seed, size, first, trials)
        some, outcomes = draw_trials(plan, seed, size, first, trials)
        assert np.array_equal(alone.arm, some.baseline.arm)
        assert np.array_equal(alone.days, outcomes.pfs.days)
        assert np.array_equal(alone.event, outcomes.pfs.event)


@pytest.mark.parametrize("name", ["nabp-cis", "nivo-gemcis", "ici-capox"])
def test_responses_drawn_alone_are_those_of_whole_histories(name):
    plan = plan_of(name)
    size, trials = plan.assumptions.subjects, 300
    alone = draw_responses(plan, 5, size, 40, trials)
    _, outcomes = draw_trials(plan, 5, size, 40, trials)
    assert np.array_equal(alone.evaluable, outcomes.evaluable)
    assert np.array_equal(alone.best, outcomes.best)
    assert np.array_equal(alone.confirmed, outcomes.confirmed)


def test_the_tests_of_fast_trials_are_those_of_whole_histories():
    plan = plan_of("nabp-cis")
    fast = progression_results(plan, 11, 67, 1000, 400)
    whole = whole_history_results(plan, 11, 67, 1000, 400)
    assert np.array_equal(fast, whole)
