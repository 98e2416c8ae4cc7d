"""Dumbbell: the share of each event in two groups, and beside it their difference with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.report import palette, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.report.figures.frame import Sheet

_LINE = 20.0
_HEAD = 46.0
_FOOT = 46.0
_NAMES_SHARE = 0.3
_NARROW_NAMES_SHARE = 0.36
_GAP = 48.0
_RADIUS = 4.2


@dataclass(frozen=True, slots=True)
class Bell:
    """One event: shares in both groups, their difference (first minus second), and the row behind it."""

    name: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    anchor: str


Sides = tuple[tuple[str, str], tuple[int, int]]
"""The names of both groups, and their places in the study's order."""


def draw(bells: Sequence[Bell], sides: Sides, label: str, sheet: Sheet, mark: str) -> Markup:
    """Left panel: both shares; right panel: the difference, no effect at the dashed line."""
    groups, places = sides
    names = sheet.width * (_NARROW_NAMES_SHARE if sheet.is_narrow else _NAMES_SHARE)
    half = (sheet.width - names - _GAP - 12) / 2
    highest = max(max(bell.first, bell.second) for bell in bells)
    widest = max(max(abs(bell.low), abs(bell.high)) for bell in bells)
    shares = svg.Linear((0.0, highest), (names, names + half))
    start = names + half + _GAP
    differences = svg.Linear((-widest, widest), (start, start + half))
    bottom = _HEAD + len(bells) * _LINE
    colours = (palette.group_colour(places[0]), palette.group_colour(places[1]))
    drawn = _heads(groups, colours, sheet)
    zero = differences(0.0)
    drawn.append(svg.line(zero, _HEAD - 6, zero, bottom, svg.Stroke(palette.QUIET, 1, "4 3")))
    for k, bell in enumerate(bells):
        drawn += _line(bell, _HEAD + (k + 0.5) * _LINE, names, (shares, differences), colours, sheet)
    drawn += _axis(shares, (0.0, highest / 2, highest), bottom, "Subjects affected", sheet)
    drawn += _axis(differences, (-widest, 0.0, widest), bottom, "Difference in risk", sheet)
    return svg.picture(sheet.width, bottom + _FOOT, label, drawn, mark=mark)


def _heads(groups: tuple[str, str], colours: tuple[str, str], sheet: Sheet) -> list[Markup]:
    drawn, x = [], 0.0
    for name, colour in zip(groups, colours, strict=True):
        drawn.append(svg.dot(x + 6, 10, _RADIUS, colour))
        drawn.append(svg.word(x + 16, 14, name, sheet.type()))
        x += 30 + svg.text_width(name, sheet.letter)
    return drawn


def _line(
    bell: Bell,
    y: float,
    names: float,
    scales: tuple[svg.Linear, svg.Linear],
    colours: tuple[str, str],
    sheet: Sheet,
) -> list[Markup]:
    shares, differences = scales
    wrapped = svg.wrap(bell.name, names - 10, sheet.letter)
    name = wrapped[0] if len(wrapped) == 1 else f"{wrapped[0].rstrip()}…"
    title = (
        f"{bell.name}: {fmt.percent(bell.first)} against {fmt.percent(bell.second)}, "
        f"difference {fmt.percent(bell.difference)} ({fmt.percent(bell.low)} to {fmt.percent(bell.high)})"
    )
    marks = [
        svg.line(shares(bell.first), y, shares(bell.second), y, svg.Stroke(palette.RULE, 2.5)),
        svg.dot(shares(bell.first), y, _RADIUS, colours[0]),
        svg.dot(shares(bell.second), y, _RADIUS, colours[1]),
        svg.line(differences(bell.low), y, differences(bell.high), y, svg.Stroke(palette.INK, 1.2)),
        svg.dot(differences(bell.difference), y, _RADIUS - 0.8, palette.INK),
    ]
    words = svg.word(names - 8, y + sheet.letter * 0.36, name, sheet.type("end"))
    return [words, svg.link(bell.anchor, svg.group(marks, title=title))]


def _axis(scale: svg.Linear, ticks: Sequence[float], y: float, words: str, sheet: Sheet) -> list[Markup]:
    drawn = [svg.line(scale(ticks[0]), y + 2, scale(ticks[-1]), y + 2, svg.Stroke())]
    for tick in ticks:
        x = scale(tick)
        drawn.append(svg.line(x, y + 2, x, y + 6, svg.Stroke()))
        drawn.append(svg.word(x, y + 8 + sheet.letter, fmt.percent(tick, 0), sheet.type("middle")))
    middle = (scale(ticks[0]) + scale(ticks[-1])) / 2
    drawn.append(svg.word(middle, y + 14 + 2 * sheet.letter, words, sheet.type("middle")))
    return drawn
