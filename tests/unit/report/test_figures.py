"""Figures: what is drawn where, and that nobody is dropped in silence."""

from __future__ import annotations

import re

import pytest

from trialwright.report import svg
from trialwright.report.figures import consort, kaplan_meier, swimmer, waterfall
from trialwright.report.figures.frame import NARROW_SHEET, WIDE_SHEET, month_ticks


def lane(number, place=0, last=10.0):
    seen = () if number % 2 else ((1.0, "SD"),)
    return swimmer.Lane(f"S{number:03d}", place, last, 0.0, 1.0, None, None, True, seen)


def test_three_hundred_and_six_subjects_stand_in_pages_that_hold_them_all():
    lanes = [lane(k, place=k % 3, last=k / 10) for k in range(306)]
    pages = swimmer.pages(lanes)
    assert [len(page) for page in pages] == [50, 50, 50, 3, 50, 50, 50, 3]
    assert all(one.responses for page in pages[:4] for one in page)
    assert {one.subject for page in pages for one in page} == {one.subject for one in lanes}


def test_lanes_go_by_group_and_from_the_longest_down():
    ordered = swimmer.in_order([lane(1, 1, 9), lane(2, 0, 3), lane(3, 0, 5)])
    assert [one.subject for one in ordered] == ["S003", "S002", "S001"]


@pytest.mark.parametrize(("last", "most", "expected"), [(23.4, 6, [0, 6, 12, 18, 24]), (2, 6, [0, 1, 2])])
def test_months_are_ticked_in_clinical_steps(last, most, expected):
    assert month_ticks(last, most) == expected


def test_a_staircase_keeps_its_height_until_the_next_step():
    assert svg.staircase([(0, 1.0), (2, 0.5)], 5) == [(0, 1.0), (2, 1.0), (2, 0.5), (5, 0.5)]


def test_a_curve_falls_at_the_time_of_the_event_to_its_survival():
    steps = (
        kaplan_meier.Step(0, 1.0, None, None, 0),
        kaplan_meier.Step(6, 0.5, None, None, 0),
        kaplan_meier.Step(12, 0.5, None, None, 3),
    )
    at_risk = tuple(kaplan_meier.AtRisk(m, str(n), f"r{n}") for m, n in ((0, 6), (6, 6), (12, 3)))
    curve = kaplan_meier.Curve("All", "median 6.0 months", 0, steps, at_risk)
    text = kaplan_meier.draw([curve], "a label of it", "%", WIDE_SHEET, "")
    left, right = 150.0, WIDE_SHEET.width - 16
    middle = svg.coordinate((left + right) / 2)
    drawn = re.search(r'<path d="([^"]+)" fill="none"', text)[1]
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn)
    assert [x for x, _ in points] == ["150", middle, middle, svg.coordinate(right), svg.coordinate(right)]
    top, bottom = (float(points[k][1]) for k in (0, -1))
    axis = float(re.search(r'y="([\d.]+)"[^>]*text-anchor="end">0</text>', text)[1]) - 12 * 0.36
    assert axis - bottom == pytest.approx((axis - top) / 2, abs=0.2)


def test_numbers_at_risk_stand_beneath_their_months():
    steps = (kaplan_meier.Step(0, 1.0, None, None, 0), kaplan_meier.Step(12, 0.0, None, None, 0))
    at_risk = tuple(kaplan_meier.AtRisk(m, str(90 + m), "r1") for m in (0, 3, 6, 9, 12))
    curve = kaplan_meier.Curve("All", "", 0, steps, at_risk)
    text = kaplan_meier.draw([curve], "a label of it", "%", WIDE_SHEET, "")
    place = {words: x for x, words in re.findall(r'<text x="([\d.]+)"[^>]*>(\d+)</text>', text)}
    for month in (3, 6, 9, 12):
        assert place[str(month)] == place[str(90 + month)]


def test_bars_go_from_the_largest_rise_to_the_deepest_fall():
    bars = [waterfall.Bar(s, change, "SD", 0, "r1") for s, change in (("a", -50.0), ("c", 20.0), ("b", 20.0))]
    assert [bar.subject for bar in waterfall.in_order(bars)] == ["b", "c", "a"]


@pytest.mark.parametrize("sheet", [WIDE_SHEET, NARROW_SHEET])
def test_three_groups_of_a_flow_fit_the_sheet(sheet):
    column = ((consort.Line("Drug in a very long arm name (n = 100)", "r1"),),)
    flow = consort.Flow(((((consort.Line("Enrolled (n = 300)", "r2"),)), ()),), (column,) * 3)
    text = consort.draw(flow, "flow of subjects", sheet, "")
    for x, width in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', text):
        assert float(x) >= 0
        assert float(x) + float(width) <= sheet.width
    assert text.count('href="#r1"') >= 3


def test_text_from_data_is_escaped_in_a_drawing():
    assert "<script>" not in svg.word(0, 0, "<script>", svg.Type())
    assert "<b>" not in svg.rect(0, 0, 1, 1, "#fff", title="<b>")
    assert '"x"' not in svg.picture(1, 1, '"x"', [])
