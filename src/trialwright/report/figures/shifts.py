"""Shift of laboratory grades: for each term, baseline grade against worst grade on treatment, by count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import palette, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.report.figures.frame import Sheet

GRADES = ("0", "1", "2", "3", "4")
BASELINES = (*GRADES, "missing")
WORSE, SAME, BETTER = "#d4622a", "#a3abb3", "#6aaed6"
_CELL = 26.0
_TITLE, _FOOT = 34.0, 34.0
_LEFT = 30.0
_BLOCK = _LEFT + len(GRADES) * _CELL + 22
_BLOCK_HEIGHT = _TITLE + len(BASELINES) * _CELL + _FOOT
_HEAD = 24.0


@dataclass(frozen=True, slots=True)
class Shift:
    """So many subjects from a baseline grade to a worst grade, and the row behind them."""

    before: str
    after: str
    count: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term and its shifts."""

    name: str
    shifts: tuple[Shift, ...]


def draw(terms: Sequence[Term], label: str, sheet: Sheet, mark: str) -> Markup:
    """Small panels beside each other: a square for each shift, its area by the number of subjects."""
    across = max(1, int(sheet.width // _BLOCK))
    drawn = _key(sheet)
    for k, term in enumerate(terms):
        left, top = (k % across) * _BLOCK, _HEAD + (k // across) * _BLOCK_HEIGHT
        drawn += _panel(term, left, top, sheet)
    height = _HEAD + math.ceil(len(terms) / across) * _BLOCK_HEIGHT
    return svg.picture(sheet.width, height, label, drawn, mark=mark)


def _panel(term: Term, left: float, top: float, sheet: Sheet) -> list[Markup]:
    small = svg.Type(sheet.letter - 1.5, palette.QUIET, "middle")
    drawn = []
    for k, words in enumerate(svg.wrap(term.name, _BLOCK - 8, sheet.letter)[:2]):
        drawn.append(svg.word(left, top + 12 + k * (sheet.letter + 1), words, sheet.type()))
    origin = (left + _LEFT, top + _TITLE)
    for row, before in enumerate(BASELINES):
        y = origin[1] + (row + 0.5) * _CELL
        drawn.append(svg.word(left + _LEFT / 2, y + 4, "–" if before == "missing" else before, small))
        drawn.append(svg.line(origin[0], y, origin[0] + len(GRADES) * _CELL, y, svg.Stroke(palette.FAINT)))
    bottom = origin[1] + len(BASELINES) * _CELL + sheet.letter
    for column, after in enumerate(GRADES):
        drawn.append(svg.word(origin[0] + (column + 0.5) * _CELL, bottom, after, small))
    most = max((shift.count for shift in term.shifts), default=1)
    return [*drawn, *(_square(term, shift, origin, most, sheet) for shift in term.shifts)]


def _square(term: Term, shift: Shift, origin: tuple[float, float], most: int, sheet: Sheet) -> Markup:
    x = origin[0] + (GRADES.index(shift.after) + 0.5) * _CELL
    y = origin[1] + (BASELINES.index(shift.before) + 0.5) * _CELL
    side = max(4.0, (_CELL - 3) * math.sqrt(shift.count / most))
    title = f"{term.name}: grade {shift.before} at baseline to {shift.after} at worst, {shift.count} subjects"
    box = svg.rect(x - side / 2, y - side / 2, side, side, _colour(shift), title=title)
    words = svg.word(x, y + 3.5, str(shift.count), svg.Type(sheet.letter - 2, palette.INK, "middle"))
    return svg.link(shift.anchor, svg.group([box, words]))


def _colour(shift: Shift) -> str:
    if shift.before in {"missing", shift.after}:
        return SAME
    return WORSE if shift.after > shift.before else BETTER


def _key(sheet: Sheet) -> list[Markup]:
    drawn, x = [], 0.0
    for colour, words in ((WORSE, "worse"), (SAME, "same, or no baseline"), (BETTER, "better")):
        drawn.append(svg.rect(x, 2, 11, 11, colour))
        drawn.append(svg.word(x + 16, 12, words, sheet.type()))
        x += 32 + svg.text_width(words, sheet.letter)
    return drawn
