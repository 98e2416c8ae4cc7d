"""Conditional power after the first of two or three looks against rpact, frozen by r/conditional_power.R."""

import json
import math
from pathlib import Path

import pytest

from trialwright.stats.group_sequential import Interim, conditional_power, sequential_plan
from trialwright.stats.spending import OBrienFleming, Pocock

R = json.loads((Path(__file__).parent / "conditional_power.json").read_text())
SPENDING = {"asOF": OBrienFleming(), "asP": Pocock()}


@pytest.mark.parametrize("case", R["cases"], ids=str)
def test_conditional_power_equals_rpact(case):
    plan = sequential_plan(tuple(case["rates"]), 0.025, 0.2, SPENDING[case["kind"]])
    ours = conditional_power(plan, Interim(1, case["z"]), case["drift"])
    assert math.isclose(ours, case["power"], rel_tol=0, abs_tol=2e-8), f"ours {ours!r}"
