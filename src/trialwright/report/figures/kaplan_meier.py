"""Kaplan–Meier curves with the numbers at risk exactly beneath their months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, month_ticks, time_axis, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT_SHARE = 0.5
_NARROW_HEIGHT_SHARE = 0.72
BANDS_UP_TO = 2
_PERCENT_TICKS = (0, 25, 50, 75, 100)
_BOLD = 1.12
_NARROW_TICKS = 8
_WIDE_TICKS = 14


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the curves table: time in months, survival just after it, subjects censored at it."""

    time: float
    survival: float
    low: float | None
    high: float | None
    censored: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One number at risk: its month, the number, and the row it comes from."""

    month: float
    count: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One group's curve; `note` stands beside its name in the key (median and interval)."""

    label: str
    note: str
    place: int
    steps: tuple[Step, ...]
    at_risk: tuple[AtRisk, ...]


def draw(curves: Sequence[Curve], label: str, value_label: str, sheet: Sheet, mark: str) -> Markup:
    """Curves, censoring ticks, confidence bands (up to two groups), key and numbers at risk."""
    ticks = _ticks(curves, sheet)
    left = 64.0 if sheet.is_narrow else 150.0
    key_height = len(curves) * _key_line(sheet) + 6
    height = sheet.width * (_NARROW_HEIGHT_SHARE if sheet.is_narrow else _HEIGHT_SHARE)
    plot = Plot(left, key_height, sheet.width - 16, key_height + height)
    across = svg.Linear(
        (0, max(ticks[-1], *(curve.steps[-1].time for curve in curves))), (plot.left, plot.right)
    )
    up = svg.Linear((0, 1), (plot.bottom, plot.top + 4))
    drawn = time_axis(sheet, plot, across, ticks, "Months")
    drawn += value_axis(sheet, plot, up, [(p / 100, f"{p}") for p in _PERCENT_TICKS], value_label)
    drawn.append(svg.line(plot.left, up(0.5), plot.right, up(0.5), svg.Stroke(palette.FAINT)))
    for curve in curves:
        drawn += _curve(curve, across, up, with_band=len(curves) <= BANDS_UP_TO)
    drawn += _key(curves, plot, sheet)
    table, total = _risk_table(curves, ticks, across, plot, sheet)
    return svg.picture(sheet.width, total, label, drawn + table, mark=mark)


def _ticks(curves: Sequence[Curve], sheet: Sheet) -> list[float]:
    """The months of the numbers at risk, thinned to what the width carries; else round months."""
    months = sorted({number.month for curve in curves for number in curve.at_risk})
    if len(months) <= 1:
        return month_ticks(max(curve.steps[-1].time for curve in curves), sheet.most_ticks)
    stride = -(-len(months) // (_NARROW_TICKS if sheet.is_narrow else _WIDE_TICKS))
    return months[::stride]


def _key_line(sheet: Sheet) -> float:
    return sheet.letter * (2.7 if sheet.is_narrow else 1.6)


def _curve(curve: Curve, across: svg.Linear, up: svg.Linear, *, with_band: bool) -> list[Markup]:
    """One staircase with its band and its censoring ticks."""
    colour, dash = palette.group_colour(curve.place), palette.group_dash(curve.place)
    end = across(curve.steps[-1].time)
    drawn = []
    if with_band:
        drawn.append(_band(curve.steps, across, up, colour))
    corners = svg.staircase([(across(s.time), up(s.survival)) for s in curve.steps], end)
    drawn.append(svg.path(corners, svg.Stroke(colour, 2, dash)))
    drawn += [
        svg.line(
            across(s.time), up(s.survival) - 4, across(s.time), up(s.survival) + 4, svg.Stroke(colour, 1.2)
        )
        for s in curve.steps
        if s.censored
    ]
    return drawn


def _band(steps: Sequence[Step], across: svg.Linear, up: svg.Linear, colour: str) -> Markup:
    """The pointwise interval, as far as it is estimable."""
    known = [s for s in steps if s.low is not None and s.high is not None]
    if not known:
        return Markup()
    end = across(known[-1].time)
    upper = svg.staircase([(across(s.time), up(s.high)) for s in known if s.high is not None], end)
    lower = svg.staircase([(across(s.time), up(s.low)) for s in known if s.low is not None], end)
    return svg.area([*upper, *reversed(lower)], colour, 0.10)


def _key(curves: Sequence[Curve], plot: Plot, sheet: Sheet) -> list[Markup]:
    """One line per group: sample, name, median; on a phone the median goes beneath the name."""
    drawn, left = [], 0.0 if sheet.is_narrow else plot.left
    for k, curve in enumerate(curves):
        y = sheet.letter + k * _key_line(sheet)
        stroke = svg.Stroke(palette.group_colour(curve.place), 2, palette.group_dash(curve.place))
        drawn.append(svg.line(left, y - 4, left + 26, y - 4, stroke))
        drawn.append(svg.word(left + 32, y, curve.label, sheet.type(weight=600)))
        if sheet.is_narrow:
            drawn.append(
                svg.word(left + 32, y + sheet.letter * 1.2, curve.note, sheet.type(colour=palette.QUIET))
            )
        else:
            x = left + 32 + svg.text_width(curve.label, sheet.letter * _BOLD) + 18
            drawn.append(svg.word(x, y, curve.note, sheet.type(colour=palette.QUIET)))
    return drawn


def _risk_table(
    curves: Sequence[Curve], ticks: Sequence[float], across: svg.Linear, plot: Plot, sheet: Sheet
) -> tuple[list[Markup], float]:
    """The numbers at risk, and the height at which the drawing ends."""
    y = plot.bottom + 4.4 * sheet.letter + 8
    drawn = [svg.word(0, y, "Number at risk", sheet.type(weight=600))]
    for curve in curves:
        if sheet.is_narrow and len(curves) > 1:
            y += sheet.letter * 1.5
            drawn.append(svg.word(0, y, curve.label, _group_type(sheet, curve)))
        y += sheet.letter * 1.5
        if not sheet.is_narrow:
            name = svg.wrap(curve.label, plot.left - 24, sheet.letter)
            drawn += [
                svg.word(0, y + k * sheet.letter * 1.15, words, _group_type(sheet, curve))
                for k, words in enumerate(name)
            ]
        drawn += [
            svg.link(number.anchor, svg.word(across(number.month), y, number.count, sheet.type("middle")))
            for number in curve.at_risk
            if number.month in ticks
        ]
        if not sheet.is_narrow:
            y += (len(name) - 1) * sheet.letter * 1.15
    return drawn, y + sheet.letter * 0.7


def _group_type(sheet: Sheet, curve: Curve) -> svg.Type:
    return svg.Type(sheet.letter, palette.group_colour(curve.place))
