"""Drawings of a design report: curves of power or events, and the tornado of assumptions."""

from __future__ import annotations

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
BAR, BAR_GAP = 20.0, 34.0
ROOM_FOR_WORDS = 0.36
CURVE_WIDTH = 2.0


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


def percent_axis(label: str) -> Axis:
    """0 to 100 % in steps of 20."""
    return Axis(label, tuple((k / 5, f"{20 * k}%") for k in range(6)))


def curves(lines: Sequence[Curve], across: Axis, up: Axis, label: str) -> Markup:
    """Lines over two axes with a legend above."""
    return pair(partial(_curves, lines, across, up, label))


def _curves(lines: Sequence[Curve], across: Axis, up: Axis, label: str, sheet: Sheet) -> Markup:
    key, top = _key(lines, sheet)
    plot = Plot(LEFT, top + TOP, sheet.width - RIGHT, top + HEIGHT - BELOW)
    x = svg.Linear(across.ends, (plot.left, plot.right))
    y = svg.Linear(up.ends, (plot.bottom, plot.top))
    drawn = [*key, *value_axis(sheet, plot, y, up.ticks, up.label), *_across(sheet, plot, x, across)]
    for place, line in enumerate(lines):
        stroke = svg.Stroke(palette.group_colour(place), CURVE_WIDTH, palette.group_dash(place))
        drawn.append(svg.path([(x(a), y(b)) for a, b in line.points], stroke, title=line.name))
    return svg.picture(sheet.width, top + HEIGHT, label, drawn)


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
    """Bars of power around the base case, widest first."""
    ordered = sorted(swings, key=lambda swing: -swing.width)
    return pair(partial(_tornado, ordered, base, label))


def _tornado(swings: Sequence[Swing], base: float, label: str, sheet: Sheet) -> Markup:
    left = sheet.width * ROOM_FOR_WORDS
    bottom = TOP + BAR_GAP * len(swings)
    plot = Plot(left, TOP, sheet.width - RIGHT, bottom)
    x = svg.Linear((0.0, 1.0), (plot.left, plot.right))
    drawn = _across(sheet, plot, x, percent_axis("Power"))
    for place, swing in enumerate(swings):
        y = TOP + place * BAR_GAP + (BAR_GAP - BAR) / 2
        low, high = sorted(swing.power)
        words = f"{swing.name}: {swing.words[0]} or {swing.words[1]}"
        title = f"{words}: power {swing.power[0]:.3f} or {swing.power[1]:.3f}"
        drawn.append(svg.rect(x(low), y, x(high) - x(low), BAR, palette.group_colour(0), title=title))
        lines = svg.wrap(words, left - 12, sheet.letter - 1)
        for k, line in enumerate(lines[:2]):
            drawn.append(svg.word(0, y + 8 + k * sheet.letter, line, svg.Type(sheet.letter - 1)))
    drawn.append(svg.line(x(base), TOP, x(base), bottom, svg.Stroke(palette.INK, 1.5, "4 3")))
    return svg.picture(sheet.width, bottom + BELOW, label, drawn)
