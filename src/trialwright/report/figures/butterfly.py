"""Butterfly: how often each event occurs in two groups, back to back, the severe part dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.report import palette, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.report.figures.frame import Sheet

_LINE = 18.0
_BAR = 11.0
_HEAD = 40.0
_FOOT = 30.0
_MIDDLE_SHARE = 0.36
_NARROW_MIDDLE_SHARE = 0.42
_PALE = 0.45
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Wing:
    """One side of one event: the share of subjects, the share at grade 3 or higher (None: not graded)."""

    share: float
    severe: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One event in both groups."""

    name: str
    left: Wing
    right: Wing


Sides = tuple[tuple[str, str], tuple[int, int]]
"""The names of both groups, and their places in the study's order."""


def draw(pairs: Sequence[Pair], sides: Sides, label: str, sheet: Sheet, mark: str) -> Markup:
    """Bars from the middle outwards, names between them, shares in per cent on both axes."""
    groups, places = sides
    middle = sheet.width * (_NARROW_MIDDLE_SHARE if sheet.is_narrow else _MIDDLE_SHARE)
    wing = (sheet.width - middle) / 2 - 34
    edges = (sheet.width / 2 - middle / 2, sheet.width / 2 + middle / 2)
    highest = max(max(pair.left.share, pair.right.share) for pair in pairs)
    top_share = next(tick for tick in _TICKS[1:] if tick >= highest)
    drawn = [
        svg.word(edges[0], 14, groups[0], sheet.type("end", palette.group_colour(places[0]), 600)),
        svg.word(edges[1], 14, groups[1], sheet.type("start", palette.group_colour(places[1]), 600)),
    ]
    for side, sign, place in ((0, -1, places[0]), (1, 1, places[1])):
        scale = svg.Linear((0.0, top_share), (edges[side], edges[side] + sign * wing))
        drawn += _side(pairs, side, scale, palette.group_colour(place), sheet)
        drawn += _axis(scale, top_share, _HEAD + len(pairs) * _LINE, sheet)
    for k, pair in enumerate(pairs):
        y = _HEAD + k * _LINE + _BAR
        name = svg.wrap(pair.name, middle - 8, sheet.letter)
        shown = name[0] if len(name) == 1 else f"{name[0].rstrip()}…"
        drawn.append(svg.word(sheet.width / 2, y, shown, sheet.type("middle")))
    return svg.picture(sheet.width, _HEAD + len(pairs) * _LINE + _FOOT, label, drawn, mark=mark)


def _side(pairs: Sequence[Pair], side: int, scale: svg.Linear, colour: str, sheet: Sheet) -> list[Markup]:
    drawn = []
    for k, pair in enumerate(pairs):
        wing = pair.left if side == 0 else pair.right
        y = _HEAD + k * _LINE
        drawn.append(
            _bar(scale, wing.share, y, colour, f"{pair.name}: {wing.words}", pale=wing.severe is not None)
        )
        if wing.severe:
            drawn.append(_bar(scale, wing.severe, y, colour, f"{pair.name}: {wing.words}", pale=False))
        x = scale(wing.share) + (-4 if side == 0 else 4)
        kind = svg.Type(sheet.letter - 1, palette.QUIET, "end" if side == 0 else "start")
        drawn.append(svg.word(x, y + _BAR - 1, fmt.percent(wing.share, 0), kind))
    return drawn


def _bar(scale: svg.Linear, share: float, y: float, colour: str, title: str, *, pale: bool) -> Markup:
    start, end = sorted((scale(0.0), scale(share)))
    if pale:
        corners = [(start, y), (end, y), (end, y + _BAR), (start, y + _BAR)]
        return svg.group([svg.area(corners, colour, _PALE)], title=title)
    return svg.rect(start, y, end - start, _BAR, colour, title=title)


def _axis(scale: svg.Linear, top_share: float, y: float, sheet: Sheet) -> list[Markup]:
    drawn = [svg.line(scale(0.0), y + 2, scale(top_share), y + 2, svg.Stroke())]
    for share in (0.0, top_share / 2, top_share):
        x = scale(share)
        drawn.append(svg.line(x, y + 2, x, y + 6, svg.Stroke()))
        drawn.append(svg.word(x, y + 8 + sheet.letter, fmt.percent(share, 0), sheet.type("middle")))
    return drawn
