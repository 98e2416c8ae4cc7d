"""What publications print, recomputed in base R by other ways (r/published_designs.R), beside the package.

The typed values of tests/reference and tests/unit/stats (Simon 1989, Lee and Liu 2008, the table of
Simon, Wittes and Ellenberg 1985, Wu 2015) come from memory of these papers; base R, which knows none of
them, gives the same numbers. What stays from memory alone is only that the paper prints them.
"""

import json
import math
from pathlib import Path

import pytest
from scipy import stats

from trialwright.stats.bayesian_monitoring import BetaPrior, predictive_plan, predictive_probability
from trialwright.stats.event_sizes import Question, schoenfeld_events
from trialwright.stats.multi_stage import course
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_size
from trialwright.stats.rate_sizes import TwoRates, farrington_manning_size, pick_the_winner
from trialwright.stats.two_stage import TwoStagePlan, simon_designs

HERE = Path(__file__).parent
R = json.loads((HERE / "published_designs.json").read_text())
TO_300 = json.loads((HERE / "two_stage_to_300.json").read_text())


def rows(case):
    return (case["alpha"], case["beta"], case["p0"], case["p1"])


@pytest.mark.parametrize("case", R["simon"], ids=lambda case: str(rows(case)))
def test_simons_tables_recomputed_in_base_r(case):
    designs = simon_designs(case["p0"], case["p1"], case["alpha"], case["beta"], 60)
    for found, theirs in ((designs.optimal, case["optimal"]), (designs.minimax, case["minimax"])):
        assert found.plan == TwoStagePlan(*theirs[:4])
        assert math.isclose(found.en0, theirs[4], rel_tol=1e-12)


def test_designs_to_300_subjects_recomputed_plan_by_plan():
    designs = simon_designs(0.4, 0.5, 0.05, 0.2, 300)
    for found, theirs in ((designs.optimal, TO_300["optimal"]), (designs.minimax, TO_300["minimax"])):
        assert found.plan == TwoStagePlan(*theirs[:4])
        assert math.isclose(found.en0, theirs[4], rel_tol=1e-10)


@pytest.mark.parametrize("case", R["lee_liu"], ids=lambda case: str(case["target"]))
def test_the_predictive_design_of_lee_and_liu_recomputed_in_base_r(case):
    plan = predictive_plan(tuple(case["n"]), 0.2, BetaPrior(0.2, 0.8), 0.001, case["target"])
    assert list(plan.accept) == case["stop_at"]
    null, alternative = course(plan, 0.2), course(plan, 0.4)
    assert math.isclose(null.rejects, case["alpha"], rel_tol=1e-10)
    assert math.isclose(alternative.rejects, case["power"], rel_tol=1e-10)
    assert math.isclose(null.expected_size, case["size"], rel_tol=1e-10)
    assert math.isclose(sum(null.stop_for_futility[:-1]), case["early"], rel_tol=1e-10)


def test_the_worked_example_of_lee_and_liu():
    """16 of 23, 40 at most, prior Beta(0.6, 0.4), success above 0.6 with 0.9: 0.5656 (page 97)."""
    needed = next(k for k in range(41) if stats.beta.sf(0.6, 0.6 + k, 0.4 + 40 - k) > 0.9)
    found = predictive_probability(BetaPrior(0.6, 0.4), 16, 23, 40, needed)
    assert math.isclose(found, R["predictive"], rel_tol=1e-10)
    assert round(found, 4) == 0.5656


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_pick_the_winner_recomputed_in_base_r(arms):
    lowest = [k / 10 for k in range(1, 9)]
    assert [pick_the_winner(p + 0.15, p, arms, 0.9) for p in lowest] == R["winner"][arms - 2]


@pytest.mark.parametrize(("place", "power", "printed"), [(0, 0.8, 88), (1, 0.85, 100), (2, 0.9, 117)])
def test_one_sample_sizes_of_wu_recomputed_by_integrate(place, power, printed):
    """The example of Wu 2015; the R package logRank1s prints the same three sizes from it."""
    arm = SingleArm(WeibullCurve(9.0, 1.22), 1 / 1.75, accrual=5.0, follow_up=3.0)
    found = one_sample_size(arm, 0.05, 1.0 - power)
    assert math.isclose(found, R["wu"][place], rel_tol=1e-8)
    assert math.ceil(found) == printed


@pytest.mark.parametrize("case", R["screening"], ids=lambda case: f"{case['alpha']}-{case['beta']}")
def test_sizes_of_screening_trials_equal_rpact(case):
    for ratio, events in zip(case["ratios"], case["events"], strict=True):
        ours = schoenfeld_events(Question(1 / ratio), case["alpha"], case["beta"])
        assert math.isclose(ours, events, rel_tol=1e-9)
    for (control, experimental), subjects in zip(case["rates"], case["subjects"], strict=True):
        ours = farrington_manning_size(TwoRates(experimental, control), case["alpha"], case["beta"])
        assert math.isclose(ours, subjects, rel_tol=1e-7)
