"""Safety figures: what stands in the drawing is what was given, and each mark leads to its row."""

from __future__ import annotations

import re

import pytest

from trialwright.report.figures import butterfly, dumbbell, edish, exposure_bars, shifts, spaghetti
from trialwright.report.figures.frame import NARROW_SHEET, WIDE_SHEET

SIDES = (("Drug", "Control"), (0, 1))


def bars(drawing):
    return [float(width) for width in re.findall(r'<rect class="tip"[^>]* width="([0-9.]+)"', drawing)]


@pytest.mark.parametrize("sheet", [WIDE_SHEET, NARROW_SHEET])
def test_wings_are_as_long_as_their_shares(sheet):
    wings = [
        butterfly.Pair("Nausea", butterfly.Wing(0.4, None, "4 of 10"), butterfly.Wing(0.2, None, "2 of 10"))
    ]
    drawing = str(butterfly.draw(wings, SIDES, "label", sheet, ""))
    left, right = bars(drawing)
    assert left == pytest.approx(2 * right, abs=0.2)
    assert "Nausea: 4 of 10" in drawing
    assert "40%" in drawing


def test_the_severe_part_of_a_wing_is_drawn_over_a_pale_bar():
    wings = [butterfly.Pair("Rash", butterfly.Wing(0.4, 0.1, "4"), butterfly.Wing(0.2, 0.0, "2"))]
    drawing = str(butterfly.draw(wings, SIDES, "label", WIDE_SHEET, ""))
    assert len(bars(drawing)) == 1
    assert drawing.count('fill-opacity="0.45"') == 2


def test_a_difference_leads_to_its_row_and_is_told_in_words():
    bell = dumbbell.Bell("Nausea", 0.4, 0.2, 0.2, -0.1, 0.5, "r17")
    drawing = str(dumbbell.draw([bell], SIDES, "label", WIDE_SHEET, ""))
    assert 'href="#r17"' in drawing
    assert "Nausea: 40.0% against 20.0%, difference 20.0% (−10.0% to 50.0%)" in drawing


def test_a_candidate_of_hys_law_is_ringed_and_named():
    points = [
        edish.Point("S1", 8.0, 4.0, 0, candidate=True),
        edish.Point("S2", 0.01, 0.5, 1, candidate=False),
    ]
    drawing = str(edish.draw(points, ["Drug", "Control"], "label", WIDE_SHEET, ""))
    assert drawing.count("candidate of Hy&#39;s law") == 1
    assert "S1: ALT or AST 8.0 x ULN, bilirubin 4.0 x ULN" in drawing


def test_reduced_doses_have_their_own_colour():
    lanes = [exposure_bars.Lane("S1", 0, ((0, 0, False), (21, 21, True), (42, 42, True)))]
    drawing = str(exposure_bars.draw(lanes, "label", WIDE_SHEET, "SIMULATED"))
    assert drawing.count(exposure_bars.REDUCED) == 2 + 1  # and the key
    assert "S1: 3 doses over 43 days, 2 reduced" in drawing
    assert "SIMULATED" in drawing


def test_lanes_stand_by_group_then_by_length():
    lanes = [
        exposure_bars.Lane("S1", 1, ((0, 90, False),)),
        exposure_bars.Lane("S2", 0, ((0, 10, False),)),
        exposure_bars.Lane("S3", 0, ((0, 30, False),)),
    ]
    assert [lane.subject for lane in exposure_bars.in_order(lanes)] == ["S3", "S2", "S1"]


def test_a_shift_is_coloured_by_its_direction_and_leads_to_its_row():
    found = (
        shifts.Shift("0", "3", 4, "r1"),
        shifts.Shift("2", "1", 1, "r2"),
        shifts.Shift("missing", "4", 1, "r3"),
    )
    drawing = str(shifts.draw([shifts.Term("Anemia", found)], "label", NARROW_SHEET, ""))
    assert [drawing.count(colour) for colour in (shifts.WORSE, shifts.SAME, shifts.BETTER)] == [2, 2, 2]
    assert all(f'href="#r{k}"' in drawing for k in (1, 2, 3))


def test_a_strand_with_a_severe_result_is_drawn_last():
    strands = (
        spaghetti.Strand("S1", ((0, 5.0), (30, 90.0)), severe=True),
        spaghetti.Strand("S2", ((0, 5.0), (30, 6.0)), severe=False),
    )
    panel = spaghetti.Panel("Creatine kinase (U/L)", float("nan"), 40.0, strands)
    drawing = str(spaghetti.draw(panel, "label", WIDE_SHEET, ""))
    assert drawing.index("S2") < drawing.index("S1")


def test_a_subject_whose_actual_arm_is_none_of_the_study_has_a_colour_of_its_own():
    from types import SimpleNamespace

    import polars as pl

    from trialwright.report.sections.safety_figures import _groups

    adsl = pl.DataFrame({"USUBJID": ["S1", "S2", "S3", "S4"], "GROUPA": ["A", "B", "", None]})
    page = SimpleNamespace(
        given=SimpleNamespace(adam=SimpleNamespace(adsl=adsl)), group_places={"A": 0, "B": 1}
    )
    assert _groups(page) == {"S1": 0, "S2": 1, "S3": 2, "S4": 2}
