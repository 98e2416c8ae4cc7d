"""Waterfall: the best change of the target sum of each subject, coloured by derived best response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, response_key, responses_in_order, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

THRESHOLDS = (-30.0, 20.0)
"""Fall from baseline of a partial response, rise of a progression (Eisenhauer 2009, 4.3.1)."""

HIGHEST = 100.0
"""Bars are cut here, so that one rapid progression does not flatten all others."""

_LOWEST = -100.0
_NAMES_UP_TO = 40
_STRIP = 6.0
_WIDEST = 44.0
_LEFT = 56.0
_TOUCHING = 4.0
_TICKS = (-100, -75, -50, -25, 0, 25, 50, 75, 100)
_HEIGHT_SHARE = 0.42
_NARROW_HEIGHT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """One subject: best change in per cent, derived best response, place of the group."""

    subject: str
    change: float
    response: str
    place: int
    anchor: str


def in_order(bars: Sequence[Bar]) -> list[Bar]:
    """From the largest rise to the deepest fall; ties by subject."""
    return sorted(bars, key=lambda bar: (-bar.change, bar.subject))


def draw(bars: Sequence[Bar], groups: Sequence[str], label: str, sheet: Sheet, mark: str) -> Markup:
    """Bars from 0, dashed thresholds, a strip that tells the groups apart, and the key."""
    key, key_height = response_key(sheet, responses_in_order({bar.response for bar in bars}), 0)
    drawn = list(key)
    if len(groups) > 1:
        group_key, more = _group_key(sheet, groups, key_height)
        drawn += group_key
        key_height += more
    share = _NARROW_HEIGHT_SHARE if sheet.is_narrow else _HEIGHT_SHARE
    top = key_height + 8
    right = min(sheet.width - 4, max(_LEFT + len(bars) * _WIDEST + 8, sheet.width * 0.6))
    plot = Plot(_LEFT, top, right, top + sheet.width * share)
    up = svg.Linear((_LOWEST, HIGHEST), (plot.bottom, plot.top))
    ticks = [(t, f"+{t}" if t > 0 else fmt.number(t, 0)) for t in _TICKS]
    drawn += value_axis(sheet, plot, up, ticks, "Best change of the target sum (%)")
    drawn += _bars(in_order(bars), plot, up, with_groups=len(groups) > 1)
    drawn.append(svg.line(plot.left, up(0), plot.right, up(0), svg.Stroke(palette.INK)))
    drawn += [
        svg.line(plot.left, up(t), plot.right, up(t), svg.Stroke(palette.QUIET, 1, "5 4")) for t in THRESHOLDS
    ]
    height = plot.bottom + _STRIP + 6
    if len(bars) <= _NAMES_UP_TO and not sheet.is_narrow:
        names, room = _names(in_order(bars), plot, sheet)
        drawn += names
        height += room
    return svg.picture(sheet.width, height, label, drawn, mark=mark)


def _bars(bars: Sequence[Bar], plot: Plot, up: svg.Linear, *, with_groups: bool) -> list[Markup]:
    """One box a subject; a bar of no change keeps a line of one pixel."""
    step = _step(bars, plot)
    width = step * (0.8 if step > _TOUCHING else 1.0)
    outline = palette.QUIET if step > _TOUCHING else ""
    drawn = []
    for k, bar in enumerate(bars):
        x = plot.left + k * step + (step - width) / 2
        top, bottom = sorted((up(min(bar.change, HIGHEST)), up(0)))
        box = svg.rect(
            x,
            top,
            width,
            max(bottom - top, 1),
            palette.response_colour(bar.response),
            outline=outline,
            title=f"{bar.subject}: {fmt.signed(bar.change, 1)}%, best response {bar.response}",
        )
        drawn.append(box)
        if with_groups:
            drawn.append(svg.rect(x, plot.bottom + 3, width, _STRIP, palette.group_colour(bar.place)))
    return drawn


def _step(bars: Sequence[Bar], plot: Plot) -> float:
    """The room for one bar; few bars stay slender."""
    return min((plot.right - plot.left) / len(bars), _WIDEST)


def _group_key(sheet: Sheet, groups: Sequence[str], top: float) -> tuple[list[Markup], float]:
    """The key of the strip beneath the bars."""
    drawn, x, y = [], 0.0, top
    for place, name in enumerate(groups):
        width = 16 + svg.text_width(name, sheet.letter) + 14
        if x and x + width > sheet.width:
            x, y = 0.0, y + sheet.letter + 8
        drawn.append(svg.rect(x, y + 3, 11, _STRIP, palette.group_colour(place)))
        drawn.append(svg.word(x + 16, y + 10, name, sheet.type()))
        x += width
    return drawn, y + sheet.letter + 8 - top


def _names(bars: Sequence[Bar], plot: Plot, sheet: Sheet) -> tuple[list[Markup], float]:
    """Subject ids that read upwards beneath their bars, and the room they take."""
    step = _step(bars, plot)
    size = min(sheet.letter - 2, step * 0.9)
    room = max(svg.text_width(bar.subject, size) for bar in bars) + 8
    middle = plot.bottom + _STRIP + 6 + room / 2
    kind = svg.Type(size, palette.QUIET)
    drawn = [
        svg.turned_word(plot.left + (k + 0.5) * step + size * 0.35, middle, bar.subject, kind)
        for k, bar in enumerate(bars)
    ]
    return drawn, room
