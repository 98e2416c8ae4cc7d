"""Ratios, differences and tests of 2 × 2 tables against R and epitools, frozen by r/two_by_two.R.

Agreement is 1e-6 relative, 1e-3 where R itself stops earlier (mid-p and profile limits are found by
R's `uniroot` and by interpolation).
"""

import json
import math
from pathlib import Path

import pytest

from trialwright.claims.table_ratios import odds_intervals, odds_ratios, risk_intervals, risk_ratios
from trialwright.claims.two_by_two import Table, difference_intervals, p_values
from trialwright.stats.special import normal_isf

R = json.loads((Path(__file__).parent / "two_by_two.json").read_text())
COARSE = {"mid-p conditional": 1e-3, "profile likelihood": 1e-3}
INTERVALS = {"odds": odds_intervals, "risk": risk_intervals, "difference": difference_intervals}
CASES = [(Table(one["a"], one["m"], one["c"], one["n"]), one) for one in R["tables"]]
IDS = [str(table) for table, _ in CASES]


@pytest.mark.parametrize(("table", "case"), CASES, ids=IDS)
@pytest.mark.parametrize("kind", INTERVALS)
def test_intervals_equal_r(kind, table, case):
    found = dict(INTERVALS[kind](table, case["level"]))
    for name, expected in case[kind].items():
        assert found[name] == pytest.approx(expected, rel=COARSE.get(name, 1e-6)), name


@pytest.mark.parametrize(("table", "case"), CASES, ids=IDS)
def test_p_values_equal_r(table, case):
    found = p_values(table)
    for name, expected in case["p"].items():
        assert found[name] == pytest.approx(expected, rel=1e-6), name


@pytest.mark.parametrize(("table", "case"), CASES, ids=IDS)
def test_swapping_the_arms_inverts_every_ratio_and_its_limits(table, case):
    for kind in (odds_intervals, risk_intervals):
        back = dict(kind(table.swapped, case["level"]))
        for name, (low, high) in kind(table, case["level"]):
            assert back[name] == pytest.approx((1 / high, 1 / low), rel=1e-6), name


def test_a_limit_of_an_empty_cell_is_open():
    found = dict(odds_intervals(Table(0, 10, 3, 10), 0.95))
    assert found["exact conditional"][0] == found["score (Cornfield)"][0] == 0.0
    assert "Woolf (log)" not in found
    # the score limit without events: Koopman's solves (p − 3/10 φ)² = z² V, all positive
    assert dict(risk_intervals(Table(0, 10, 3, 10), 0.95))["score (Koopman)"][0] == 0.0
    assert dict(risk_intervals(Table(3, 10, 0, 10), 0.95))["score (Koopman)"][1] == math.inf


def test_the_estimates_of_a_table():
    # 13 · 22 / (20 · 12) and (13 / 33) / (12 / 34)
    assert odds_ratios(Table(13, 33, 12, 34))["sample odds ratio"] == pytest.approx(1.191667, rel=1e-6)
    assert risk_ratios(Table(13, 33, 12, 34))["risk ratio"] == pytest.approx(1.116162, rel=1e-6)


def test_woolf_by_hand():
    # ln OR ± z sqrt(1/13 + 1/20 + 1/12 + 1/22)
    half = normal_isf(0.025) * math.sqrt(1 / 13 + 1 / 20 + 1 / 12 + 1 / 22)
    low, high = dict(odds_intervals(Table(13, 33, 12, 34), 0.95))["Woolf (log)"]
    assert (math.log(high) - math.log(low)) / 2 == pytest.approx(half)
