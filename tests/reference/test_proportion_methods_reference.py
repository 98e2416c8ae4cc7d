"""Intervals of a proportion against R, for every count of 5, 12 and 26 subjects (r/proportion_methods.R).

Agreement is 1e-7; Blaker's limits are found in R by steps of 2e-5, so are compared to these.
"""

import json
from pathlib import Path

import pytest

from trialwright.claims.proportion_intervals import EXACT, METHODS, ONE_SIDED, limits_of

ROWS = json.loads((Path(__file__).parent / "proportion_methods.json").read_text())["rows"]
METHOD = {method.name: method for method in METHODS}
OF_R = [name for name in ROWS[3] if name in METHOD]
TOLERANCE = {"Blaker": 2.2e-5}


def test_every_method_has_a_reference():
    """Those that are not here are in proportions.json, under the names of stats.proportions."""
    elsewhere = {
        "Clopper–Pearson (exact)",
        "Wilson",
        "Wilson with continuity correction",
        "Wald",
        "Agresti–Coull",
        "Jeffreys",
        "mid-p",
    }
    assert {*OF_R, *elsewhere} == set(METHOD)


@pytest.mark.parametrize("name", OF_R)
def test_interval_equals_r(name):
    rows = [row for row in ROWS if row[name]]
    assert len(rows) >= 60
    for row in rows:
        low, high = limits_of(METHOD[name], row["k"], row["n"], row["level"])
        expected = [100 * min(max(one, 0), 1) for one in row[name]]
        tolerance = 100 * TOLERANCE.get(name, 1e-7)
        assert [low, high] == pytest.approx(expected, abs=tolerance), (row["k"], row["n"])


def test_one_sided_exact_limits_equal_binom_test():
    for row in ROWS:
        low, _ = limits_of(EXACT, row["k"], row["n"], row["level"], ONE_SIDED[0])
        _, high = limits_of(EXACT, row["k"], row["n"], row["level"], ONE_SIDED[1])
        assert [low, high] == pytest.approx([100 * one for one in row["one-sided"]], rel=1e-9)
