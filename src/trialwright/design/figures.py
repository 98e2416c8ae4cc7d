"""Drawings of a design report: curves of power or events, and the tornado of assumptions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, pair, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

HEIGHT = 340.0
LEFT, TOP, RIGHT, BELOW = 62.0, 14.0, 16.0, 52.0
KEY_LINE = 20.0
BAR, BAR_GAP = 13.0, 38.0
ROOM_FOR_WORDS, NARROW_WORDS = 0.24, 0.28
ROOM_FOR_VALUES = 70.0
CURVE_WIDTH = 2.0
GUIDE_DASH = "1 3"
STEP = 20
BESIDE = "Beside each bar: the value of the assumption, and the power with it."


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: its label and its ticks with their words; the first and last are its ends."""

    label: str
    ticks: tuple[tuple[float, str], ...]

    @property
    def ends(self) -> tuple[float, float]:
        """The domain."""
        return self.ticks[0][0], self.ticks[-1][0]


def percent_axis(label: str, most: float = 1.0) -> Axis:
    """From 0 in steps of 20 % (of 10 where little is shown) up to what has to be shown, 100 % at most."""
    step = STEP if most > STEP * 2.5 / 100 else STEP // 2
    last = min(math.ceil(round(100 * most / step, 9)) * step, 100)
    return Axis(label, tuple((k / 100, f"{k}%") for k in range(0, last + 1, step)))


@dataclass(frozen=True, slots=True)
class Guide:
    """A dotted line across the plot at a value of one axis, with its words."""

    value: float
    words: str
    upright: bool = False


def curves(
    lines: Sequence[Curve], across: Axis, up: Axis, label: str, guides: Sequence[Guide] = ()
) -> Markup:
    """Lines over two axes with a legend above; guides show what was planned."""
    return pair(partial(_curves, lines, across, up, label, guides))


def _curves(
    lines: Sequence[Curve], across: Axis, up: Axis, label: str, guides: Sequence[Guide], sheet: Sheet
) -> Markup:
    key, top = _key(lines, sheet)
    plot = Plot(LEFT, top + TOP, sheet.width - RIGHT, top + HEIGHT - BELOW)
    x = svg.Linear(across.ends, (plot.left, plot.right))
    y = svg.Linear(up.ends, (plot.bottom, plot.top))
    drawn = [*key, *value_axis(sheet, plot, y, up.ticks, up.label), *_across(sheet, plot, x, across)]
    for guide in guides:
        drawn += _upright(sheet, plot, x, guide) if guide.upright else _level(sheet, plot, y, guide)
    for place, line in enumerate(lines):
        stroke = svg.Stroke(palette.group_colour(place), CURVE_WIDTH, palette.group_dash(place))
        drawn.append(svg.path([(x(a), y(b)) for a, b in line.points], stroke, title=line.name))
    return svg.picture(sheet.width, top + HEIGHT, label, drawn)


def _level(sheet: Sheet, plot: Plot, y: svg.Linear, guide: Guide) -> list[Markup]:
    at = y(guide.value)
    small = svg.Type(sheet.letter - 1, palette.QUIET, "end")
    return [
        svg.line(plot.left, at, plot.right, at, svg.Stroke(palette.QUIET, 1.0, GUIDE_DASH)),
        svg.word(plot.right, at - 4, guide.words, small),
    ]


def _upright(sheet: Sheet, plot: Plot, x: svg.Linear, guide: Guide) -> list[Markup]:
    at = x(guide.value)
    left_of = at > (plot.left + plot.right) / 2
    small = svg.Type(sheet.letter - 1, palette.QUIET, "end" if left_of else "start")
    return [
        svg.line(at, plot.top, at, plot.bottom, svg.Stroke(palette.QUIET, 1.0, GUIDE_DASH)),
        svg.word(at + (-5 if left_of else 5), plot.top + sheet.letter, guide.words, small),
    ]


def _key(lines: Sequence[Curve], sheet: Sheet) -> tuple[list[Markup], float]:
    drawn: list[Markup] = []
    left, top = 0.0, KEY_LINE / 2
    for place, line in enumerate(lines):
        width = 32 + svg.text_width(line.name, sheet.letter) + 14
        if left and left + width > sheet.width:
            left, top = 0.0, top + KEY_LINE
        stroke = svg.Stroke(palette.group_colour(place), CURVE_WIDTH, palette.group_dash(place))
        drawn.append(svg.line(left, top, left + 26, top, stroke))
        drawn.append(svg.word(left + 32, top + sheet.letter * 0.36, line.name, sheet.type()))
        left += width
    return drawn, top + KEY_LINE / 2


def _across(sheet: Sheet, plot: Plot, scale: svg.Linear, axis: Axis) -> list[Markup]:
    drawn = [svg.line(plot.left, plot.bottom, plot.right, plot.bottom, svg.Stroke())]
    ticks = axis.ticks if len(axis.ticks) <= sheet.most_ticks else axis.ticks[::2]
    for tick, words in ticks:
        drawn.append(svg.line(scale(tick), plot.bottom, scale(tick), plot.bottom + 5, svg.Stroke()))
        drawn.append(svg.word(scale(tick), plot.bottom + 6 + sheet.letter, words, sheet.type("middle")))
    middle = (plot.left + plot.right) / 2
    drawn.append(svg.word(middle, plot.bottom + 10 + 2.2 * sheet.letter, axis.label, sheet.type("middle")))
    return drawn


@dataclass(frozen=True, slots=True)
class Swing:
    """One assumption: its two values in words, and the power with each."""

    name: str
    words: tuple[str, str]
    power: tuple[float, float]

    @property
    def width(self) -> float:
        """How much the power swings."""
        return abs(self.power[1] - self.power[0])


def tornado(swings: Sequence[Swing], base: float, label: str) -> Markup:
    """Bars of power around the base case, the widest assumption first."""
    ordered = sorted(swings, key=lambda swing: -swing.width)
    return pair(partial(_tornado, ordered, base, label))


def _tornado(swings: Sequence[Swing], base: float, label: str, sheet: Sheet) -> Markup:
    left = sheet.width * (NARROW_WORDS if sheet.is_narrow else ROOM_FOR_WORDS)
    bottom = TOP + BAR_GAP * len(swings)
    plot = Plot(left, TOP, sheet.width - RIGHT - ROOM_FOR_VALUES, bottom)
    most = max([base, *(max(swing.power) for swing in swings)])
    axis = percent_axis("Power", most)
    x = svg.Linear(axis.ends, (plot.left, plot.right))
    drawn = _across(sheet, plot, x, axis)
    for tick, _ in axis.ticks[1:]:
        drawn.append(svg.line(x(tick), TOP, x(tick), bottom, svg.Stroke(palette.FAINT)))
    for place, swing in enumerate(swings):
        drawn += _bars(swing, (x, x(base)), TOP + place * BAR_GAP, sheet)
    drawn.append(svg.line(x(base), TOP, x(base), bottom, svg.Stroke(palette.INK, 1.5)))
    return svg.picture(sheet.width, bottom + BELOW, label, drawn)


def _bars(swing: Swing, scale: tuple[svg.Linear, float], top: float, sheet: Sheet) -> list[Markup]:
    """A bar for each of the two values, from the base case to its power, with value and power at its end."""
    x, base = scale
    small = sheet.letter - 1
    names = svg.wrap(
        swing.name, sheet.width * (NARROW_WORDS if sheet.is_narrow else ROOM_FOR_WORDS) - 8, small
    )
    middle = top + BAR_GAP / 2 + small * 0.36 - (len(names[:2]) - 1) * small / 2
    drawn = [svg.word(0, middle + k * (small + 1), line, svg.Type(small)) for k, line in enumerate(names[:2])]
    for k, (words, power) in enumerate(zip(swing.words, swing.power, strict=True)):
        y = top + (BAR_GAP - 2 * BAR) / 2 + k * BAR
        end = x(power)
        title = f"{swing.name} {words}: power {power:.3f}"
        colour = palette.group_colour(k)
        drawn.append(svg.rect(min(base, end), y, abs(end - base), BAR - 1, colour, title=title))
        to_left = end < base
        room = end - x(x.domain[0])
        outside = to_left and room < svg.text_width(f"{words}: 100%", small)
        place = base + 4 if outside else end + (-4 if to_left else 4)
        kind = svg.Type(small - 1, palette.INK, "end" if to_left and not outside else "start")
        drawn.append(svg.word(place, y + BAR - 3, f"{words}: {100 * power:.0f}%", kind))
    return drawn
