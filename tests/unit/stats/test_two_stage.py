"""Two-stage designs as facts: complete, unbiased, consistent with their own decision."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trialwright.errors import ArgumentError
from trialwright.stats.multi_stage import MultiStagePlan, course, fleming
from trialwright.stats.single_stage import ahern, exact_test, fleming_single, stable_size
from trialwright.stats.two_stage import TwoStagePlan, simon_designs
from trialwright.stats.two_stage_inference import (
    TwoStageOutcome,
    needed_in_second_stage,
    two_stage_inference,
    umvue,
    upper_tail,
)

PLAN = TwoStagePlan(3, 13, 12, 43)


def outcomes(plan):
    """Every outcome of a plan, with its number of ways."""
    for x1 in range(plan.n1 + 1):
        if x1 <= plan.r1:
            yield TwoStageOutcome(x1), math.comb(plan.n1, x1), x1, plan.n1
        else:
            for x2 in range(plan.n2 + 1):
                ways = math.comb(plan.n1, x1) * math.comb(plan.n2, x2)
                yield TwoStageOutcome(x1, x2, plan.n2), ways, x1 + x2, plan.n


@pytest.mark.parametrize("p", [0.05, 0.2, 0.4, 0.7])
def test_the_estimate_is_unbiased(p):
    mean = math.fsum(
        umvue(PLAN, outcome) * ways * p**x * (1 - p) ** (n - x) for outcome, ways, x, n in outcomes(PLAN)
    )
    assert math.isclose(mean, p, rel_tol=1e-12)


def test_the_naive_estimate_is_biased_downwards():
    p = 0.3
    mean = math.fsum(x / n * ways * p**x * (1 - p) ** (n - x) for _, ways, x, n in outcomes(PLAN))
    assert mean < p


@pytest.mark.parametrize("p0", [0.2])
def test_p_is_at_most_alpha_exactly_where_the_plan_rejects(p0):
    size = PLAN.reject(p0)
    for outcome, _, x, n in outcomes(PLAN):
        found = two_stage_inference(PLAN, outcome, p0)
        rejects = n == PLAN.n and x > PLAN.r
        assert found.rejected == rejects
        assert (found.p <= size * (1 + 1e-12)) == rejects


@pytest.mark.parametrize("p", [0.1, 0.25, 0.45])
def test_the_interval_covers_at_least_at_its_level(p):
    plan = TwoStagePlan(1, 10, 5, 29)
    covered = 0.0
    for outcome, ways, x, n in outcomes(plan):
        limits = two_stage_inference(plan, outcome, 0.1, 0.9).response
        if limits.low <= p <= limits.high:
            covered += ways * p**x * (1 - p) ** (n - x)
    assert covered >= 0.9


def test_all_tails_start_at_one():
    assert upper_tail(PLAN, TwoStageOutcome(0), 0.3) == 1.0


@pytest.mark.parametrize("n2", [20, 27, 30, 34, 40])
def test_another_second_stage_keeps_the_type_one_error(n2):
    p0 = 0.2
    error = sum(
        stats.binom.pmf(x1, PLAN.n1, p0)
        * stats.binom.sf(needed_in_second_stage(PLAN, x1, n2, p0) - 1, n2, p0)
        for x1 in range(PLAN.r1 + 1, PLAN.n1 + 1)
    )
    assert error <= PLAN.reject(p0) + 1e-12


def test_the_planned_second_stage_needs_what_the_plan_says():
    assert needed_in_second_stage(PLAN, 5, 30, 0.2) == PLAN.r + 1 - 5


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (TwoStageOutcome(3, 4, 30), "yet a second stage"),
        (TwoStageOutcome(5), "no second stage"),
        (TwoStageOutcome(5, 31, 30), "no more responses"),
    ],
)
def test_outcomes_against_the_plan_are_refused(outcome, message):
    with pytest.raises(ArgumentError, match=message):
        two_stage_inference(PLAN, outcome, 0.2)


@settings(max_examples=15, deadline=None)
@given(
    p0=st.floats(0.03, 0.7),
    gap=st.floats(0.18, 0.28),
    alpha=st.sampled_from([0.025, 0.05, 0.1]),
    beta=st.sampled_from([0.1, 0.2]),
)
def test_no_plan_beats_the_search(p0, gap, alpha, beta):
    n_max = 26
    feasible = (
        [
            (n1 + (n - n1) * stats.binom.sf(r1, n1, p0), n)
            for n in range(2, n_max + 1)
            for n1 in range(1, n)
            for r1, r in itertools.product(range(n1), range(n))
            if r1 <= r
            and stats.binom.cdf(r1, n1, p0 + gap) <= beta
            and stats.binom.sf(r, n, p0 + gap) >= 1 - beta
            and TwoStagePlan(r1, n1, r, n).reject(p0) <= alpha
            and TwoStagePlan(r1, n1, r, n).reject(p0 + gap) >= 1 - beta
        ]
        if p0 + gap < 0.25
        else []
    )
    try:
        designs = simon_designs(p0, p0 + gap, alpha, beta, n_max)
    except ArgumentError:
        assert not feasible
        return
    for design in designs.admissible:
        assert design.alpha <= alpha
        assert design.power >= 1 - beta
    if feasible:
        assert math.isclose(designs.optimal.en0, min(feasible)[0], rel_tol=1e-12)
        assert designs.minimax.plan.n == min(n for _, n in feasible)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.4, 0.2, 0.05, 0.2), "above p0"),
        ((0.2, 0.2, 0.05, 0.2), "above p0"),
        ((0.2, 0.4, 0.5, 0.2), "alpha"),
        ((0.2, 0.4, 0.0, 0.2), "alpha"),
        ((0.2, 0.4, 0.05, 1.2), "beta"),
        ((0.0, 0.4, 0.05, 0.2), "between 0 and 1"),
        ((0.2, 0.22, 0.05, 0.2, 60), "no two-stage design with 60"),
    ],
)
def test_designs_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        simon_designs(*arguments)


def test_a_stable_size_is_never_below_the_smallest():
    smallest = ahern(0.1, 0.3, 0.05, 0.2).n
    stable = stable_size(0.1, 0.3, 0.05, 0.2)
    assert stable >= smallest
    assert all(exact_test(n, 0.1, 0.3, 0.05).power >= 0.8 for n in range(stable, stable + 50))


def test_fleming_single_stage_states_exact_errors():
    design = fleming_single(0.2, 0.4, 0.05, 0.2)
    assert math.isclose(design.alpha, stats.binom.sf(design.needed - 1, design.n, 0.2), rel_tol=1e-11)


def test_a_course_without_efficacy_stop_is_simons():
    plan = MultiStagePlan((13, 30), (3, 12), (99, 13))
    found = course(plan, 0.2)
    assert math.isclose(found.rejects, PLAN.reject(0.2), rel_tol=1e-12)
    assert math.isclose(found.expected_size, PLAN.expected_size(0.2), rel_tol=1e-12)


def test_flemings_last_look_always_decides():
    plan = fleming(0.05, 0.05, (15, 15, 10))
    assert plan.accept[-1] + 1 == plan.reject[-1]
    found = course(plan, 0.05)
    assert math.isclose(sum(found.stop_for_futility) + found.rejects, 1.0, rel_tol=1e-12)
    assert found.rejects < 0.06
