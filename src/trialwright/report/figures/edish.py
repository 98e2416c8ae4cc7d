"""eDISH: the highest aminotransferase against the highest bilirubin of each subject, in multiples of ULN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

AMINOTRANSFERASE_LIMIT, BILIRUBIN_LIMIT = 3.0, 2.0
"""The quadrants of FDA's guidance on drug-induced liver injury (July 2009)."""

_TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
_LEFT, _TOP = 60.0, 34.0
_HEIGHT_SHARE, _NARROW_HEIGHT_SHARE = 0.5, 0.85
_RADIUS = 3.2
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Point:
    """One subject: multiples of ULN, the place of the group, and whether Hy's law is met."""

    subject: str
    amino: float
    bilirubin: float
    place: int
    candidate: bool


def draw(points: Sequence[Point], groups: Sequence[str], label: str, sheet: Sheet, mark: str) -> Markup:
    """Logarithmic axes, the limits of the quadrants dashed, candidates of Hy's law ringed."""
    share = _NARROW_HEIGHT_SHARE if sheet.is_narrow else _HEIGHT_SHARE
    plot = Plot(_LEFT, _TOP, sheet.width - 12, _TOP + sheet.width * share)
    most_x = max(10.0, *(point.amino for point in points))
    most_y = max(5.0, *(point.bilirubin for point in points))
    across = _Log(svg.Linear((math.log(_LEAST), math.log(most_x * 1.2)), (plot.left, plot.right)))
    up = _Log(svg.Linear((math.log(_LEAST), math.log(most_y * 1.2)), (plot.bottom, plot.top)))
    drawn = _key(groups, sheet)
    ticks = [(math.log(t), f"{t:g}") for t in _TICKS if t <= most_y * 1.2]
    drawn += value_axis(sheet, plot, up.scale, ticks, "Highest bilirubin (x ULN)")
    drawn += _horizontal(plot, across, most_x * 1.2, sheet)
    dash = svg.Stroke(palette.QUIET, 1, "5 4")
    x, y = across(AMINOTRANSFERASE_LIMIT), up(BILIRUBIN_LIMIT)
    drawn += [svg.line(x, plot.top, x, plot.bottom, dash), svg.line(plot.left, y, plot.right, y, dash)]
    corner = svg.Type(sheet.letter - 1, palette.QUIET, "end")
    drawn.append(svg.word(plot.right, plot.top + sheet.letter, "Hy's law range", corner))
    for point in points:
        drawn.append(_mark(point, across(point.amino), up(point.bilirubin)))
    return svg.picture(sheet.width, plot.bottom + 44, label, drawn, mark=mark)


@dataclass(frozen=True, slots=True)
class _Log:
    """A logarithmic scale; what is below 0.1 stands at 0.1."""

    scale: svg.Linear

    def __call__(self, value: float) -> float:
        return self.scale(math.log(max(value, _LEAST)))


def _horizontal(plot: Plot, across: _Log, most: float, sheet: Sheet) -> list[Markup]:
    drawn = [svg.line(plot.left, plot.bottom, plot.right, plot.bottom, svg.Stroke())]
    for tick in (t for t in _TICKS if t <= most):
        x = across(tick)
        drawn.append(svg.line(x, plot.bottom, x, plot.bottom + 5, svg.Stroke()))
        drawn.append(svg.word(x, plot.bottom + 6 + sheet.letter, f"{tick:g}", sheet.type("middle")))
    middle = (plot.left + plot.right) / 2
    words = "Highest ALT or AST (x ULN)"
    drawn.append(svg.word(middle, plot.bottom + 12 + 2 * sheet.letter, words, sheet.type("middle")))
    return drawn


def _mark(point: Point, x: float, y: float) -> Markup:
    title = f"{point.subject}: ALT or AST {point.amino:.1f} x ULN, bilirubin {point.bilirubin:.1f} x ULN"
    marks = [svg.dot(x, y, _RADIUS, palette.group_colour(point.place), palette.PAPER)]
    if point.candidate:
        title += "; candidate of Hy's law"
        marks.insert(0, svg.dot(x, y, _RADIUS + 3, palette.PAPER, palette.INK))
    return svg.group(marks, title=title)


def _key(groups: Sequence[str], sheet: Sheet) -> list[Markup]:
    drawn, x = [], 0.0
    for place, name in enumerate(groups):
        drawn.append(svg.dot(x + 6, 8, _RADIUS, palette.group_colour(place)))
        drawn.append(svg.word(x + 14, 12, name, sheet.type()))
        x += 28 + svg.text_width(name, sheet.letter)
    return drawn
