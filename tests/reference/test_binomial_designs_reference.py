"""Designs found by brute force in base R, and Simon's published tables, against the fast search."""

import json
import math
from pathlib import Path

import pytest

from trialwright.stats.single_stage import ahern
from trialwright.stats.two_stage import TwoStagePlan, evaluate, simon_designs
from trialwright.stats.two_stage_inference import TwoStageOutcome, two_stage_inference

R = json.loads((Path(__file__).parent / "binomial_designs.json").read_text())
GRID = 0.001  # of the weights that the R script tries

# Simon 1989, tables 1 and 2, typed from memory (alpha, beta, p0, p1: optimal and minimax as r1/n1 r/n);
# r/published_designs.R finds every row again in base R
SIMON_1989 = [
    (0.10, 0.10, 0.05, 0.25, (0, 9, 2, 24), (0, 13, 2, 20)),
    (0.05, 0.20, 0.05, 0.25, (0, 9, 2, 17), (0, 12, 2, 16)),
    (0.05, 0.10, 0.05, 0.25, (0, 9, 3, 30), (0, 15, 3, 25)),
    (0.10, 0.10, 0.10, 0.30, (1, 12, 5, 35), (1, 16, 4, 25)),
    (0.05, 0.20, 0.10, 0.30, (1, 10, 5, 29), (1, 15, 5, 25)),
    (0.05, 0.10, 0.10, 0.30, (2, 18, 6, 35), (2, 22, 6, 33)),
    (0.10, 0.10, 0.20, 0.40, (3, 17, 10, 37), (3, 19, 10, 36)),
    (0.05, 0.20, 0.20, 0.40, (3, 13, 12, 43), (4, 18, 10, 33)),
    (0.05, 0.10, 0.20, 0.40, (4, 19, 15, 54), (5, 24, 13, 45)),
    (0.05, 0.20, 0.30, 0.50, (5, 15, 18, 46), (6, 19, 16, 39)),
]


@pytest.mark.parametrize(("alpha", "beta", "p0", "p1", "optimal", "minimax"), SIMON_1989)
def test_simon_designs_equal_the_tables_of_1989(alpha, beta, p0, p1, optimal, minimax):
    designs = simon_designs(p0, p1, alpha, beta, 100)
    assert designs.optimal.plan == TwoStagePlan(*optimal)
    assert designs.minimax.plan == TwoStagePlan(*minimax)


@pytest.mark.parametrize(
    ("p0", "p1", "beta", "optimal", "minimax"),
    [
        (0.2, 0.4, 0.2, ((3, 13, 12, 43), 20.58), ((4, 18, 10, 33), 22.25)),
        (0.1, 0.3, 0.1, ((2, 18, 6, 35), 22.53), ((2, 22, 6, 33), 26.18)),
        (0.4, 0.5, 0.2, ((25, 60, 80, 176), None), ((53, 121, 71, 154), None)),
    ],
)
def test_simon_designs_that_clinfun_prints(p0, p1, beta, optimal, minimax):
    designs = simon_designs(p0, p1, 0.05, beta, 300)
    for found, (plan, expected_size) in ((designs.optimal, optimal), (designs.minimax, minimax)):
        assert found.plan == TwoStagePlan(*plan)
        if expected_size is not None:
            assert round(found.en0, 2) == expected_size


@pytest.mark.parametrize("case", R["simon"], ids=lambda case: f"{case['p0']}-{case['p1']}")
def test_complete_search_equals_brute_force_in_r(case):
    designs = simon_designs(case["p0"], case["p1"], case["alpha"], case["beta"], case["n_max"])
    for found, theirs in ((designs.optimal, case["optimal"]), (designs.minimax, case["minimax"])):
        assert found.plan == TwoStagePlan(*theirs[:4])
        assert math.isclose(found.en0, theirs[4], rel_tol=1e-12)
    assert math.isclose(designs.optimal.alpha, case["alpha_of_optimal"], rel_tol=1e-11)
    assert math.isclose(designs.optimal.power, case["power_of_optimal"], rel_tol=1e-11)


@pytest.mark.parametrize("case", R["simon"], ids=lambda case: f"{case['p0']}-{case['p1']}")
def test_admissible_designs_equal_those_best_for_a_weight_in_r(case):
    designs = simon_designs(case["p0"], case["p1"], case["alpha"], case["beta"], case["n_max"])
    theirs = {TwoStagePlan(*row[:4]) for row in case["admissible"]}
    ours = {design.plan for design in designs.admissible}
    wide = {one.plan for one in designs.admissible if one.weights[1] - one.weights[0] > GRID}
    assert wide <= theirs <= ours


@pytest.mark.parametrize("case", R["single"], ids=lambda case: f"{case['p0']}-{case['p1']}")
def test_smallest_single_stage_design_equals_brute_force_in_r(case):
    found = ahern(case["p0"], case["p1"], case["alpha"], case["beta"])
    assert (found.n, found.needed) == (case["n"], case["needed"])
    assert math.isclose(found.alpha, case["size"], rel_tol=1e-11)
    assert math.isclose(found.power, case["power"], rel_tol=1e-11)


@pytest.mark.parametrize("case", R["after"], ids=lambda case: f"{case['x1']}+{case['x2']} of {case['m2']}")
def test_inference_after_two_stages_equals_base_r(case):
    plan = TwoStagePlan(case["r1"], case["n1"], case["r"], case["n"])
    found = two_stage_inference(plan, TwoStageOutcome(case["x1"], case["x2"], case["m2"]), case["p0"])
    assert math.isclose(found.response.value, case["umvue"], rel_tol=1e-11)
    assert math.isclose(found.p, case["p"], rel_tol=1e-9)
    assert math.isclose(found.response.low, case["low"], rel_tol=1e-8)
    if case["high"] is not None:
        assert math.isclose(found.response.high, case["high"], rel_tol=1e-8)


def test_evaluate_states_the_errors_of_a_plan():
    design = evaluate(TwoStagePlan(3, 13, 12, 43), 0.2, 0.4)
    assert design.alpha <= 0.05
    assert design.power >= 0.8
