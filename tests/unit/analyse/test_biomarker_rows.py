"""Rows of a marker on ten subjects typed in: what is known beforehand must stand in the table."""

import math

import numpy as np
import pytest

from trialwright.analyse.biomarker import HALVES, MAIN, _with_adjusted
from trialwright.analyse.biomarker_outcome import (
    PER_SD,
    Scale,
    against_response,
    against_time,
    halves,
    left_out,
)
from trialwright.analyse.rows import Cell
from trialwright.analyse.times import Times
from trialwright.protocol.endpoints import TimeToEventEndpoint

SUBJECTS = tuple(f"S{number:02}" for number in range(10))
DAYS = (30.0, 61.0, 92.0, 122.0, 153.0, 183.0, 214.0, 244.0, 275.0, 305.0)
EVENTS = (1, 1, 1, 0, 1, 1, 1, 0, 1, 1)
CHANGE = dict(zip(SUBJECTS, (1.5, -0.2, 0.9, 0.4, 0.8, -0.6, 0.1, -1.1, 0.3, -0.9), strict=True))
SCALE = Scale("per doubling", "high", "low")
CELL = Cell("biomarker", "IFNG", "full", "Total", "OS")
STATED = TimeToEventEndpoint.model_validate(
    {"type": "time-to-event", "start": "first dose", "events": ["death"]}
)


def times(subjects=SUBJECTS, events=EVENTS):
    size = len(subjects)
    return Times(subjects, np.array(DAYS[:size]), np.array(events[:size], dtype=bool), ("",) * size)


def rows_of(change=CHANGE, scale=SCALE, at=None):
    found = list(against_time(CELL, at or times(), change, scale, STATED))
    return {(row.group, row.statistic): row for row in found}


def test_a_marker_of_opposite_sign_has_the_inverse_hazard_ratio():
    forward, backward = rows_of(), rows_of({one: -value for one, value in CHANGE.items()})
    ours, other = forward["Total", "hazard_ratio"], backward["Total", "hazard_ratio"]
    assert ours.value == pytest.approx(1 / other.value)
    assert ours.low == pytest.approx(1 / other.high)
    assert forward["Total", "concordance"].value == pytest.approx(1 - backward["Total", "concordance"].value)


def test_a_hazard_ratio_per_doubling_squared_is_that_per_fourfold():
    fourfold = rows_of({one: value / 2 for one, value in CHANGE.items()})
    assert fourfold["Total", "hazard_ratio"].value == pytest.approx(
        rows_of()["Total", "hazard_ratio"].value ** 2
    )


def test_per_standard_deviation_does_not_depend_on_the_unit():
    scale = Scale(PER_SD, "high", "low")
    in_thousands = {one: 1000 * value for one, value in CHANGE.items()}
    assert rows_of(scale=scale)["Total", "hazard_ratio"].value == pytest.approx(
        rows_of(in_thousands, scale)["Total", "hazard_ratio"].value
    )


def test_halves_are_above_and_at_or_below_the_median_of_those_analysed():
    high, low = halves(times(), CHANGE, SCALE)
    assert (len(high), len(low)) == (5, 5)
    assert min(CHANGE[one] for one in high) > max(CHANGE[one] for one in low)
    tied = dict.fromkeys(SUBJECTS, 1.0)
    assert halves(times(), tied, SCALE) == ([], list(SUBJECTS))


def test_a_stated_cut_takes_the_place_of_the_median():
    high, _ = halves(times(), CHANGE, Scale(PER_SD, "high", "low", cut=0.85))
    assert high == ["S00", "S02"]


def test_few_events_are_called_unstable_and_none_give_no_ratio():
    assert rows_of()["Total", "hazard_ratio"].text == "unstable: 8 events, fewer than 10"
    none = rows_of(at=times(events=(0,) * 10))["Total", "hazard_ratio"]
    assert (none.value, none.text) == (None, "not estimable: no events")


def test_one_value_for_everybody_has_no_association():
    row = rows_of(dict.fromkeys(SUBJECTS, 2.0))["Total", "hazard_ratio"]
    assert (row.value, row.text) == (None, "not estimable: everybody has the same value")


def test_nobody_analysed_is_said_not_guessed():
    found = rows_of({}, at=times(subjects=()))
    assert all(row.value in (None, 0.0) for row in found.values())
    assert all(row.text for row in found.values() if row.value is None)


def test_a_responder_with_the_larger_value_in_every_pair_has_auc_1_without_an_interval():
    rows = list(against_response(CELL, CHANGE, ["S00", "S02", "S04"], "log2_change", 0.95))
    found = {row.statistic: row for row in rows}
    assert (found["auc"].value, found["auc"].low, found["rank_biserial"].value) == (1.0, None, 1.0)
    assert found["mann_whitney_p"].value == pytest.approx(2 / math.comb(10, 3))
    assert "no width" in found["auc"].text


def test_without_responders_there_is_no_test():
    rows = list(against_response(CELL, CHANGE, [], "log2_change", 0.95))
    assert [row.text for row in rows if row.statistic == "auc"] == [
        "not estimable: no responders with a value"
    ]


def test_measured_and_left_out_are_the_set():
    reasons = {
        "S1": "",
        "S2": "no result at C2D1",
        "S3": "",
        "S4": "no result at C2D1",
        "S5": "never measured",
    }
    rows = list(left_out(CELL, reasons, len(reasons)))
    assert [(row.statistic, row.item, row.value) for row in rows] == [
        ("measured", "", 2.0),
        ("left_out", "no result at C2D1", 2.0),
        ("left_out", "never measured", 1.0),
    ]


def p_row(statistic, value, variant, group="Total"):
    return Cell("biomarker", "IFNG", "full", group, variant).number(statistic, value, [])


def test_p_values_are_adjusted_within_their_family_only():
    rows = [
        p_row("hazard_ratio_p", 0.01, "PFS"),
        p_row("hazard_ratio_p", 0.03, "OS"),
        p_row("mann_whitney_p", 0.04, "ORR", "responders vs non-responders"),
        p_row("logrank_p", 0.02, "OS", "high vs low"),
        p_row("hazard_ratio_p", 0.02, "OS", "high vs low"),
    ]
    found = [
        (row.variant, row.group, row.statistic, round(row.value, 9), row.method.split(": ")[-1])
        for row in _with_adjusted(rows)
        if row.statistic in ("p_bh", "p_holm")
    ]
    pair = "responders vs non-responders"
    assert found == [
        ("PFS", "Total", "p_bh", 0.03, MAIN),
        ("PFS", "Total", "p_holm", 0.03, MAIN),
        ("OS", "Total", "p_bh", 0.04, MAIN),
        ("OS", "Total", "p_holm", 0.06, MAIN),
        ("ORR", pair, "p_bh", 0.04, MAIN),
        ("ORR", pair, "p_holm", 0.06, MAIN),
        ("OS", "high vs low", "p_bh", 0.02, HALVES),
        ("OS", "high vs low", "p_holm", 0.02, HALVES),
    ]
