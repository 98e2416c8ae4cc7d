"""Small multiples of serum markers: a row a marker, lines of change by response, curves of the halves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, month_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

RESPONDER_COLOUR, OTHER_COLOUR = palette.RESPONSE_COLOURS["CR"], palette.RESPONSE_COLOURS["PD"]
HIGH, LOW = 0, 1
_TOP, _TITLE, _FOOT, _GAP = 34.0, 26.0, 40.0, 46.0
_PANEL, _NARROW_PANEL = 132.0, 150.0
_TICKS = 4
_TICK = 3.5
_LEAST_SPAN = 1.0
_MOST_LOG_TICKS = 5
_PERCENT = (0, 50, 100)


@dataclass(frozen=True, slots=True)
class Line:
    """One subject: log2 of landmark value over baseline, and whether it responded (None: not known)."""

    subject: str
    change: float
    responded: bool | None


@dataclass(frozen=True, slots=True)
class Half:
    """The curve of one half: months, survival and subjects censored there."""

    name: str
    steps: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """One time to event: the curves of both halves, high first, and the p-value in words."""

    name: str
    halves: tuple[Half, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Marker:
    """One row of panels."""

    name: str
    visits: tuple[str, str]
    lines: tuple[Line, ...]
    curves: tuple[Curves, ...]


def draw(markers: Sequence[Marker], label: str, sheet: Sheet, mark: str) -> Markup:
    """One row a marker on wide paper, panels beneath each other on a phone."""
    drawn, top = _key(sheet)
    height = _NARROW_PANEL if sheet.is_narrow else _PANEL
    for marker in markers:
        count = 1 + len(marker.curves)
        drawn.append(svg.word(0, top + sheet.letter, marker.name, sheet.type(weight=600)))
        top += _TITLE
        width = sheet.width if sheet.is_narrow else sheet.width / count
        for place in range(count):
            left = 0.0 if sheet.is_narrow else place * width
            plot = Plot(left + _GAP, top + sheet.letter + 4, left + width - 12, top + sheet.letter + height)
            if place == 0:
                drawn += _changes(marker, plot, sheet)
            else:
                drawn += _survival(marker.curves[place - 1], plot, sheet)
            if sheet.is_narrow:
                top += height + sheet.letter + _FOOT
        if not sheet.is_narrow:
            top += height + sheet.letter + _FOOT
    return svg.picture(sheet.width, top, label, drawn, mark=mark)


def _key(sheet: Sheet) -> tuple[list[Markup], float]:
    """What the colours mean; entries wrap on narrow paper."""
    entries = (
        ("Responder", svg.Stroke(RESPONDER_COLOUR, 2)),
        ("Non-responder", svg.Stroke(OTHER_COLOUR, 2, "5 3")),
        ("Change above the median", _stroke(HIGH)),
        ("At or below", _stroke(LOW)),
    )
    drawn, x, y = [], 0.0, sheet.letter
    for words, stroke in entries:
        width = 32 + svg.text_width(words, sheet.letter) + 12
        if x and x + width > sheet.width:
            x, y = 0.0, y + sheet.letter * 1.5
        drawn.append(svg.line(x, y - 4, x + 24, y - 4, stroke))
        drawn.append(svg.word(x + 30, y, words, sheet.type()))
        x += width
    return drawn, y + _TOP - sheet.letter


def _stroke(half: int) -> svg.Stroke:
    return svg.Stroke(palette.group_colour(half), 2, palette.group_dash(half))


def _frame(plot: Plot, title: str, sheet: Sheet) -> list[Markup]:
    return [
        svg.word(plot.left, plot.top - 6, title, sheet.type(colour=palette.QUIET)),
        svg.line(plot.left, plot.top, plot.left, plot.bottom, svg.Stroke()),
        svg.line(plot.left, plot.bottom, plot.right, plot.bottom, svg.Stroke()),
    ]


def _at_left(plot: Plot, y: float, words: str, sheet: Sheet) -> list[Markup]:
    return [
        svg.line(plot.left - 4, y, plot.left, y, svg.Stroke()),
        svg.word(plot.left - 6, y + sheet.letter * 0.36, words, sheet.type("end")),
    ]


def _below(plot: Plot, x: float, words: str, sheet: Sheet, anchor: str = "middle") -> list[Markup]:
    return [
        svg.line(x, plot.bottom, x, plot.bottom + 4, svg.Stroke()),
        svg.word(x, plot.bottom + 5 + sheet.letter, words, sheet.type(anchor)),
    ]


def _changes(marker: Marker, plot: Plot, sheet: Sheet) -> list[Markup]:
    """Every subject from baseline (1 x) to its fold change, on a scale of doublings."""
    drawn = _frame(plot, "Fold of baseline", sheet)
    farthest = max([_LEAST_SPAN, *(abs(line.change) for line in marker.lines)])
    reach = math.ceil(farthest)
    up = svg.Linear((-reach, reach), (plot.bottom, plot.top))
    step = max(1, math.ceil(2 * reach / _MOST_LOG_TICKS))
    for power in range(-(reach // step) * step, reach + 1, step):
        drawn += _at_left(plot, up(power), _fold(power), sheet)
    drawn.append(svg.line(plot.left, up(0), plot.right, up(0), svg.Stroke(palette.RULE)))
    start, end = plot.left + 10, plot.right - 10
    drawn += _below(plot, start, marker.visits[0], sheet, "start")
    drawn += _below(plot, end, marker.visits[1], sheet, "end")
    for line in marker.lines:
        title = f"{line.subject}: {fmt.ratio(2.0**line.change)} x baseline"
        drawn.append(svg.path([(start, up(0)), (end, up(line.change))], _of(line), title=title))
    return drawn


def _of(line: Line) -> svg.Stroke:
    if line.responded is None:
        return svg.Stroke(palette.QUIET, 0.8)
    return svg.Stroke(RESPONDER_COLOUR, 1.1) if line.responded else svg.Stroke(OTHER_COLOUR, 1.1, "5 3")


def _fold(power: int) -> str:
    """A power of two as a fold of baseline.

    >>> _fold(2), _fold(0), _fold(-3)
    ('4', '1', '1/8')
    """
    return f"{2**power}" if power >= 0 else f"1/{2**-power}"


def _survival(curves: Curves, plot: Plot, sheet: Sheet) -> list[Markup]:
    """The curves of both halves, from the landmark on."""
    drawn = _frame(plot, f"{curves.name}, %; {curves.note}" if curves.note else f"{curves.name}, %", sheet)
    up = svg.Linear((0, 1), (plot.bottom, plot.top))
    for share in _PERCENT:
        drawn += _at_left(plot, up(share / 100), f"{share}", sheet)
    last = max([1.0, *(half.steps[-1][0] for half in curves.halves)])
    ticks = month_ticks(last, _TICKS)
    across = svg.Linear((0, max(last, ticks[-1])), (plot.left, plot.right))
    for tick in ticks:
        drawn += _below(plot, across(tick), f"{tick:g}", sheet)
    for place, half in enumerate(curves.halves):
        points = [(across(month), up(survival)) for month, survival, _ in half.steps]
        drawn.append(svg.path(svg.staircase(points, points[-1][0]), _stroke(place), title=half.name))
        thin = svg.Stroke(palette.group_colour(place), 1.2)
        drawn += [
            svg.line(x, y - _TICK, x, y + _TICK, thin)
            for (x, y), (*_, censored) in zip(points, half.steps, strict=True)
            if censored
        ]
    return drawn
