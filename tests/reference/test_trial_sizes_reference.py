"""Group sequential designs and sample sizes against rpact, frozen by r/trial_sizes.R; and published tables.

rpact integrates on its own grid and solves to about 1e-7: boundaries and probabilities are compared to
2e-6, sample sizes without integration to 1e-9.
"""

import json
import math
from pathlib import Path

import pytest

from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard, event_probability
from trialwright.stats.event_sizes import (
    Question,
    TwoArms,
    freedman_events,
    lachin_foulkes_subjects,
    schoenfeld_events,
    subjects_for,
)
from trialwright.stats.group_sequential import Futility, FutilityRule, sequential_plan
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_size
from trialwright.stats.rate_sizes import TwoRates, farrington_manning_size, pick_the_winner
from trialwright.stats.spending import HwangShihDeCani, OBrienFleming, Pocock

R = json.loads((Path(__file__).parent / "trial_sizes.json").read_text())
RULES = {"OF": lambda _: OBrienFleming(), "P": lambda _: Pocock(), "HSD": HwangShihDeCani}


def plan_of(case):
    futility = None
    if case["futility"] != "none":
        kind = Futility.BINDING if case["binding"] else Futility.NOT_BINDING
        futility = FutilityRule(RULES[case["futility"][2:]](case["gamma_b"]), kind)
    rule = RULES[case["kind"][2:]](case["gamma"])
    return sequential_plan(tuple(case["rates"]), case["alpha"], case["beta"], rule, futility)


def name_of(case):
    return f"{case['kind']}-{case['futility']}-{len(case['rates'])}-{case['binding']}"


def close(what, ours, theirs, small):
    for one, other in zip(ours, theirs, strict=True):
        assert math.isclose(one, other, rel_tol=small, abs_tol=small), (
            f"{what}: ours {one!r}, rpact {other!r}"
        )


@pytest.mark.parametrize("case", R["sequential"], ids=name_of)
def test_boundaries_equal_rpact(case):
    plan = plan_of(case)
    close("efficacy", plan.efficacy, case["efficacy"], 2e-6)
    if case["low"] is not None:
        low = [case["low"]] if isinstance(case["low"], float) else case["low"]
        finite = [(ours, theirs) for ours, theirs in zip(plan.futility, low, strict=False) if theirs > -6]
        close("futility", *zip(*finite, strict=True), 2e-5)


@pytest.mark.parametrize("case", R["sequential"], ids=name_of)
def test_inflation_power_and_expected_size_equal_rpact(case):
    plan = plan_of(case)
    close("inflation", [plan.inflation], [case["inflation"]], 2e-5)
    under_alternative, under_null = plan.outlook(plan.drift), plan.outlook(0.0)
    close("rejection", under_alternative.efficacy, case["reject"], 2e-5)
    expected = [plan.inflation * one.expected_information for one in (under_null, under_alternative)]
    close("expected size", expected, [case["size0"], case["size1"]], 2e-5)


@pytest.mark.parametrize("case", R["survival"], ids=lambda c: f"{c['method']}-{c['ratio']}-{c['ruled_out']}")
def test_events_and_subjects_equal_rpact(case):
    question = Question(case["ratio"], case["ruled_out"])
    if case["method"] == "Schoenfeld":
        events = schoenfeld_events(question, case["alpha"], case["beta"], case["allocation"])
    else:
        events = freedman_events(case["ratio"], case["alpha"], case["beta"], case["allocation"])
    control = Hazard.of_median(case["median2"])
    trial = TwoArms(
        Arm(control, dropout_hazard(case["dropout2"], 12)),
        Arm(control.times(case["ratio"]), dropout_hazard(case["dropout1"], 12)),
        Accrual(case["accrual"]),
        case["follow_up"],
        case["allocation"],
    )
    close("events", [events], [case["events"]], 1e-9)
    close("subjects", [subjects_for(events, trial)], [case["subjects"]], 1e-9)


@pytest.mark.parametrize("case", R["probabilities"], ids=lambda c: f"{len(c['starts'])} pieces")
def test_event_probabilities_equal_rpact(case):
    accrual = Accrual(case["accrual"])
    control = Hazard(tuple(case["rates2"]), tuple(map(float, case["starts"])))
    arms = {
        "control": Arm(control, dropout_hazard(case["dropout2"], 12)),
        "experimental": Arm(control.times(case["ratio"]), dropout_hazard(case["dropout1"], 12)),
    }
    for name, arm in arms.items():
        after = [(t, p) for t, p in zip(case["time"], case[name], strict=True) if t >= case["accrual"]]
        ours = [event_probability(arm, accrual, t) for t, _ in after]
        close(
            name, ours, [p for _, p in after], 3e-5
        )  # rpact sums a grid; ours is closed, and tested by quadrature


@pytest.mark.parametrize("case", R["farrington"], ids=lambda c: f"{c['pi1']}-{c['pi2']}-{c['ruled_out']}")
def test_farrington_manning_size_equals_rpact(case):
    rates = TwoRates(case["pi1"], case["pi2"], case["ruled_out"])
    n = farrington_manning_size(rates, case["alpha"], case["beta"], case["allocation"])
    close("n", [n], [case["n"]], 1e-7)


@pytest.mark.parametrize(
    ("arms", "sizes"),
    [
        (2, [21, 29, 35, 37, 36, 32, 26, 16]),
        (3, [31, 44, 52, 55, 54, 49, 39, 24]),
        (4, [37, 52, 62, 67, 65, 59, 47, 29]),
    ],
)
def test_pick_the_winner_equals_the_table_of_1985(arms, sizes):
    """Simon, Wittes and Ellenberg: 90 % to choose an arm better by 15 points, over rates of 10 to 80 %.

    Typed from memory; r/published_designs.R finds all 24 sizes again by another formula.
    """
    lowest = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert [pick_the_winner(p + 0.15, p, arms, 0.9) for p in lowest] == sizes


def test_one_sample_logrank_needs_the_88_subjects_of_wu():
    """Wu 2015, the example: Weibull 1.22, median 9 years, ratio 1.75; recomputed by r/published_designs.R."""
    arm = SingleArm(WeibullCurve(9.0, 1.22), 1 / 1.75, accrual=5.0, follow_up=3.0)
    assert math.ceil(one_sample_size(arm, 0.05, 0.2)) == 88


def test_lachin_foulkes_meets_schoenfeld_where_hazards_hardly_differ():
    control = Hazard.of_median(10.0)
    trial = TwoArms(Arm(control, 0.01), Arm(control.times(0.98), 0.01), Accrual(12.0), 12.0)
    lachin = lachin_foulkes_subjects(trial, 0.025, 0.1)
    schoenfeld = subjects_for(schoenfeld_events(Question(0.98), 0.025, 0.1), trial)
    assert math.isclose(lachin, schoenfeld, rel_tol=1e-3)
