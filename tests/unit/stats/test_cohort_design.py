"""Operating characteristics of parallel cohorts as facts anyone can check with binomial tables."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from trialwright.errors import ArgumentError
from trialwright.stats.bayesian_monitoring import BetaPrior
from trialwright.stats.cohort_design import (
    EachCohort,
    Familywise,
    calibrated,
    courses,
    judge_scenarios,
    usual_scenarios,
)
from trialwright.stats.cohort_models import Cohort, Exnex, Hierarchical, Independent, Pooled
from trialwright.stats.cohort_outlook import (
    CohortDesign,
    Enumeration,
    Look,
    Simulation,
    beliefs,
    usual_effort,
)
from trialwright.stats.cohort_posterior import cohort_posteriors
from trialwright.stats.cohort_priors import FixedSpread, HalfNormal, NormalPrior
from trialwright.stats.cohort_tables import Exchangeable, Question

COHORTS = (Cohort(12, 0.1, 0.3), Cohort(9, 0.2, 0.5))
ALONE = Independent((BetaPrior(0.1, 0.9), BetaPrior(0.2, 0.8)))
LOOK = Look((5, 4), 0.3)
RATES = (0.15, 0.45)
BORROWING = Hierarchical(Exchangeable(NormalPrior(-1.35, 2.0), HalfNormal(1.0)))
ALIKE = (Cohort(10, 0.1, 0.3),) * 3


def above(prior, cut, n, y):
    return stats.beta.sf(cut, prior.a + y, prior.b + n - y)


def test_independent_cohorts_without_look_are_binomial_tails():
    threshold = 0.9
    course = courses(judge_scenarios(CohortDesign(COHORTS, ALONE), [(0.1, 0.2)], Enumeration()), threshold)[0]
    errors = []
    for one, prior in zip(COHORTS, ALONE.priors, strict=True):
        n = one.subjects
        active = [y for y in range(n + 1) if above(prior, one.null, n, y) > threshold]
        errors.append(stats.binom.pmf(active, n, one.null).sum())
    assert course.active == pytest.approx(errors, rel=1e-12)
    assert course.familywise == pytest.approx(1 - (1 - errors[0]) * (1 - errors[1]), rel=1e-12)
    assert course.subjects == pytest.approx((12, 9), rel=1e-12)
    assert course.estimate == pytest.approx(
        [(p + n * p) / (n + 1) for n, p in ((12, 0.1), (9, 0.2))], rel=1e-12
    )


def one_by_one(design, rates, threshold):
    """Every path of two cohorts in plain loops: look, stop or go on, judge."""
    out = {"active": np.zeros(2), "subjects": np.zeros(2), "stops": np.zeros(2), "any": 0.0}
    early = design.look.subjects
    for seen in itertools.product(*(range(m + 1) for m in early)):
        chance = math.prod(stats.binom.pmf(y, m, p) for y, m, p in zip(seen, early, rates, strict=True))
        shrunk = [Cohort(m, one.null, one.target) for m, one in zip(early, design.cohorts, strict=True)]
        then = cohort_posteriors(shrunk, seen, design.model)
        stops = [one.above_middle < design.look.least for one in then]
        left = [
            0 if stop else one.subjects - m for stop, one, m in zip(stops, design.cohorts, early, strict=True)
        ]
        for more in itertools.product(*(range(n + 1) for n in left)):
            weight = chance * math.prod(
                stats.binom.pmf(y, n, p) for y, n, p in zip(more, left, rates, strict=True)
            )
            final = [
                Cohort(m + n, one.null, one.target)
                for m, n, one in zip(early, left, design.cohorts, strict=True)
            ]
            total = [a + b for a, b in zip(seen, more, strict=True)]
            active = np.array(
                [one.above_null > threshold for one in cohort_posteriors(final, total, design.model)]
            )
            out["active"] += weight * active
            out["subjects"] += weight * np.array([one.subjects for one in final])
            out["stops"] += weight * np.array(stops)
            out["any"] += weight * active[0]
    return out


def test_a_design_with_a_look_equals_plain_loops_over_every_path():
    design = CohortDesign(COHORTS, ALONE, LOOK)
    found = courses(judge_scenarios(design, [(0.1, 0.45)], Enumeration()), 0.9)[0]
    expected = one_by_one(design, (0.1, 0.45), 0.9)
    assert found.active == pytest.approx(expected["active"], rel=1e-10)
    assert found.subjects == pytest.approx(expected["subjects"], rel=1e-10)
    assert found.stops == pytest.approx(expected["stops"], rel=1e-10)
    assert found.familywise == pytest.approx(expected["any"], rel=1e-10)
    assert 0.1 < found.stops[0] < 0.9


@pytest.mark.parametrize("look", [None, Look((4, 4, 4), 0.2)], ids=["no look", "look"])
def test_states_judged_once_for_all_orders_equal_each_for_itself(look):
    design = CohortDesign(ALIKE, BORROWING, look)
    states = np.array([[0, 3, 7], [7, 0, 3], [3, 3, 1], [1, 3, 3], [5, 2, 9], [9, 5, 2]])
    together = beliefs(design, design.at_end(), states)
    direct = design.model.judge(design.at_end())(states)
    assert together.above == pytest.approx(direct.above, abs=1e-12)
    assert together.mean == pytest.approx(direct.mean, abs=1e-12)


@pytest.mark.parametrize("look", [None, Look((4, 4, 4), 0.2)], ids=["no look", "look"])
def test_chances_of_all_outcomes_add_to_one(look):
    outlook = Enumeration().outlook(CohortDesign(ALIKE, BORROWING, look), [(0.1, 0.3, 0.6), (0.0, 1.0, 0.5)])
    assert outlook.chances.sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-12)
    assert outlook.states.shape[0] <= math.prod([11 + (5 if look else 0)] * 3)


def test_simulation_agrees_with_enumeration_within_its_error():
    design = CohortDesign(ALIKE, BORROWING, Look((4, 4, 4), 0.2))
    scenarios = [(0.1, 0.1, 0.1), (0.1, 0.3, 0.5)]
    exact, drawn = (
        courses(judge_scenarios(design, scenarios, effort), 0.9)
        for effort in (Enumeration(), Simulation(40_000, 3))
    )
    for one, other in zip(exact, drawn, strict=True):
        assert one.trials == 0
        assert one.error(one.familywise) == 0.0
        for a, b in zip(
            (*one.active, *one.stops, one.familywise),
            (*other.active, *other.stops, other.familywise),
            strict=True,
        ):
            assert abs(a - b) < 4.5 * max(other.error(a), 1e-9)
        assert other.subjects == pytest.approx(one.subjects, abs=0.1)
        assert other.estimate == pytest.approx(one.estimate, abs=0.005)


def test_like_cohorts_are_enumerated_where_unlike_ones_are_simulated():
    """Five cohorts of 15 have 16^5 outcomes, but only C(20, 5) = 15504 that differ by more than order."""
    simulation = Simulation(10)
    like = CohortDesign((Cohort(15, 0.1, 0.3),) * 5, BORROWING)
    unlike = CohortDesign(tuple(Cohort(15, 0.1, target) for target in (0.2, 0.3, 0.4, 0.5, 0.6)), BORROWING)
    assert Enumeration.states(like) == Enumeration.states(unlike) == 16**5
    assert isinstance(usual_effort(like, simulation), Enumeration)
    assert usual_effort(unlike, simulation) is simulation


def test_trials_of_a_scenario_do_not_depend_on_the_others_or_on_their_number():
    design = CohortDesign(ALIKE, ALONE_OF_THREE)
    first = Simulation(500, 7).outlook(design, [(0.1, 0.3, 0.5)])
    both = Simulation(500, 7).outlook(design, [(0.2, 0.2, 0.2), (0.1, 0.3, 0.5)])
    counts = {
        tuple(state): share for state, share in zip(first.states.tolist(), first.chances[0], strict=True)
    }
    again = {
        tuple(state): share
        for state, share in zip(both.states.tolist(), both.chances[1], strict=True)
        if share
    }
    assert counts == again


ALONE_OF_THREE = Independent((BetaPrior(0.1, 0.9),) * 3)


@pytest.mark.parametrize("measure", [EachCohort(), Familywise()], ids=["cohort", "family"])
@pytest.mark.parametrize("model", [BORROWING, ALONE_OF_THREE], ids=["hierarchical", "independent"])
def test_the_threshold_keeps_alpha_and_a_lower_one_does_not(measure, model):
    alpha = 0.1
    null = (0.1, 0.1, 0.1)
    judged = judge_scenarios(CohortDesign(ALIKE, model), [null], Enumeration())
    threshold = calibrated(judged, alpha, measure)

    def error(at):
        found = courses(judged, at)[0]
        return found.familywise if isinstance(measure, Familywise) else max(found.active)

    assert error(threshold) <= alpha
    values = np.unique(judged.found.above)
    just_below = values[values < threshold - 1e-7].max() - 1e-6
    assert error(just_below) > alpha


def test_borrowing_inflates_the_error_beside_active_cohorts():
    """The threshold keeps 10 % where all are at the null; borrowing, it does not keep it elsewhere."""
    null, mixed = (0.1, 0.1, 0.1), (0.1, 0.3, 0.3)
    errors = {}
    for name, model in (
        ("borrowing", BORROWING),
        ("alone", ALONE_OF_THREE),
        ("pooled", Pooled(BetaPrior(0.1, 0.9))),
    ):
        design = CohortDesign(ALIKE, model)
        threshold = calibrated(judge_scenarios(design, [null], Enumeration()), 0.1, EachCohort())
        at_null, beside = courses(judge_scenarios(design, [null, mixed], Enumeration()), threshold)
        assert max(at_null.active) <= 0.1
        errors[name] = beside.active[0] / at_null.active[0]
    assert errors["alone"] == pytest.approx(1.0)
    assert 1.5 < errors["borrowing"] < errors["pooled"]


def test_calibration_over_the_worst_scenario_keeps_alpha_in_all_of_them():
    design = CohortDesign(ALIKE, BORROWING)
    judged = judge_scenarios(design, usual_scenarios(design), Enumeration())
    threshold = calibrated(judged, 0.1, EachCohort())
    for one in courses(judged, threshold):
        assert all(share <= 0.1 for share, wrong in zip(one.active, one.is_null, strict=True) if wrong)


def test_usual_scenarios_name_like_cohorts_once():
    design = CohortDesign(ALIKE, BORROWING)
    assert usual_scenarios(design) == ((0.1,) * 3, (0.3, 0.1, 0.1), (0.1, 0.3, 0.3), (0.3,) * 3)
    two = CohortDesign((Cohort(6, 0.25, 0.5), Cohort(21, 0.25, 0.5)), BORROWING)
    assert usual_scenarios(two) == ((0.25, 0.25), (0.5, 0.25), (0.25, 0.5), (0.5, 0.5))


def test_intervals_of_independent_cohorts_are_beta_quantiles():
    data = (0, 5)
    found = cohort_posteriors(COHORTS, data, ALONE, level=0.9)
    for one, cohort, prior, y in zip(found, COHORTS, ALONE.priors, data, strict=True):
        beta = stats.beta(prior.a + y, prior.b + cohort.subjects - y)
        assert (one.low, one.high) == pytest.approx(beta.ppf([0.05, 0.95]), abs=1e-6)
        assert one.effective == pytest.approx(prior.a + prior.b + cohort.subjects, rel=1e-9)
        assert one.raw == y / cohort.subjects


def test_intervals_hold_their_share_of_a_borrowing_posterior():
    data = (1, 4, 9)
    for model in (BORROWING, Exnex((BORROWING.component,), ((0.3,),) * 3, (NormalPrior(-0.5, 2.0),) * 3)):
        found = cohort_posteriors(ALIKE, data, model)
        state = np.zeros((1, 3), dtype=np.int64)
        for limits, share in (([one.low for one in found], 0.025), ([one.high for one in found], 0.975)):
            asked = [Question(0.3, limit, ((10, y),)) for limit, y in zip(limits, data, strict=True)]
            above = model.judge(asked)(state).above[0]
            assert above == pytest.approx([1 - share] * 3, abs=1e-6)


def refused(part, call):
    with pytest.raises(ArgumentError, match=part):
        call()


def test_shares_of_simulated_trials_do_not_exceed_one_by_rounding():
    # chances of a thousandth, added up, make 1.0000000000000004
    cohorts = (Cohort(30, 0.1, 0.3),) * 5
    design = CohortDesign(cohorts, Independent((BetaPrior(0.1, 0.9),) * 5))
    (found,) = courses(judge_scenarios(design, [(0.5,) * 5], Simulation(1000, 1)), 0.5)
    assert max(found.active) <= 1.0
    assert all(found.error(share) >= 0.0 for share in found.active)


def test_bad_designs_are_refused():
    refused("null < target", lambda: Cohort(10, 0.3, 0.3))
    refused("1 to 300", lambda: Cohort(0, 0.1, 0.3))
    refused("cohorts: 0", lambda: CohortDesign((), BORROWING))
    refused("below", lambda: CohortDesign(ALIKE, BORROWING, Look((10, 4, 4), 0.1)))
    refused("futility", lambda: CohortDesign(ALIKE, BORROWING, Look((4, 4, 4), 1.0)))
    refused("at most 1", lambda: Exnex((BORROWING.component,), ((1.2,),), (NormalPrior(0, 1),)))
    refused("one or two", lambda: Exnex((BORROWING.component,) * 3, (), ()))
    refused("above 0", lambda: NormalPrior(0.0, 0.0))
    refused("above 0", lambda: FixedSpread(math.inf))
    refused(
        "million|simulate",
        lambda: Enumeration().outlook(CohortDesign((Cohort(99, 0.1, 0.3),) * 4, BORROWING), [(0.1,) * 4]),
    )
    refused("3 rates", lambda: judge_scenarios(CohortDesign(ALIKE, BORROWING), [(0.1,)], Enumeration()))


def test_a_threshold_that_finds_nothing_is_refused():
    judged = judge_scenarios(
        CohortDesign((Cohort(2, 0.1, 0.3),), Independent((BetaPrior(1, 1),))), [(0.1,)], Enumeration()
    )
    refused("add subjects", lambda: calibrated(judged, 0.001, EachCohort()))
    active = judge_scenarios(
        CohortDesign((Cohort(2, 0.1, 0.3),), Independent((BetaPrior(1, 1),))), [(0.3,)], Enumeration()
    )
    refused("null cohort", lambda: calibrated(active, 0.1, EachCohort()))


def test_data_that_a_prior_denies_are_refused():
    """300 responses of 300, where the prior is sure of 1 %: 0.01 to the power of 300 is 1e-600."""
    sure = Exchangeable(NormalPrior(0.0, 0.001), FixedSpread(0.001))
    cohorts, data = [Cohort(300, 0.005, 0.01)] * 2, [300, 3]
    refused("finite posterior", lambda: cohort_posteriors(cohorts, data, Hierarchical(sure)))
    two = Exnex((sure, sure), ((0.5, 0.3),) * 2, (NormalPrior(0.0, 0.001),) * 2)
    refused("finite posterior", lambda: cohort_posteriors(cohorts, data, two))
