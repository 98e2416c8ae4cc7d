"""Laboratory spaghetti: every result of a test over time, one line a subject, the normal range as a band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, month_ticks, months_between, time_axis, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_LEFT, _TOP = 64.0, 26.0
_HEIGHT_SHARE, _NARROW_HEIGHT_SHARE = 0.36, 0.7
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_STEPS = 5
_BAND_OPACITY = 0.12


@dataclass(frozen=True, slots=True)
class Strand:
    """One subject: days from the first dose with values, and whether a result was of grade 3 or higher."""

    subject: str
    points: tuple[tuple[int, float], ...]
    severe: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One test: its name with the unit, the normal range (nan where unknown), its strands."""

    name: str
    low: float
    high: float
    strands: tuple[Strand, ...]


def draw(panel: Panel, label: str, sheet: Sheet, mark: str) -> Markup:
    """Faint lines for all, strong ones where a result was severe, which are drawn last."""
    share = _NARROW_HEIGHT_SHARE if sheet.is_narrow else _HEIGHT_SHARE
    plot = Plot(_LEFT, _TOP, sheet.width - 12, _TOP + sheet.width * share)
    values = [value for strand in panel.strands for _, value in strand.points]
    days = [day for strand in panel.strands for day, _ in strand.points]
    ticks_y = _ticks(min(0.0, *values), max(values))
    up = svg.Linear((ticks_y[0], ticks_y[-1]), (plot.bottom, plot.top))
    first, last = min(0.0, months_between(min(days))), months_between(max(1, *days))
    ticks_x = month_ticks(last, sheet.most_ticks)
    across = svg.Linear((first, max(last, ticks_x[-1])), (plot.left, plot.right))
    drawn = [svg.word(0, 14, panel.name, sheet.type(weight=600)), *_band(panel, plot, up, ticks_y)]
    drawn += value_axis(sheet, plot, up, [(tick, f"{tick:g}") for tick in ticks_y], "Result")
    for strand in sorted(panel.strands, key=lambda one: (one.severe, one.subject)):
        stroke = svg.Stroke("#d4622a", 1.3) if strand.severe else svg.Stroke(palette.RULE, 0.8)
        points = [(across(months_between(day)), up(value)) for day, value in strand.points]
        drawn.append(svg.path(points, stroke, title=strand.subject))
    drawn += time_axis(sheet, plot, across, ticks_x, "Months from the first dose")
    return svg.picture(sheet.width, plot.bottom + 44, label, drawn, mark=mark)


def _band(panel: Panel, plot: Plot, up: svg.Linear, ticks: Sequence[float]) -> list[Markup]:
    low = ticks[0] if math.isnan(panel.low) else max(panel.low, ticks[0])
    high = ticks[-1] if math.isnan(panel.high) else min(panel.high, ticks[-1])
    if (math.isnan(panel.low) and math.isnan(panel.high)) or high <= low:
        return []
    corners = [(plot.left, up(low)), (plot.right, up(low)), (plot.right, up(high)), (plot.left, up(high))]
    return [svg.area(corners, "#0f8577", _BAND_OPACITY)]


def _ticks(low: float, high: float) -> list[float]:
    """Round steps that hold all values."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / _MOST_STEPS))
    step = next(power * one for one in (*_STEPS, 20.0) if span / (power * one) <= _MOST_STEPS)
    start, stop = math.floor(low / step), math.ceil(high / step)
    return [round(step * k, 10) for k in range(start, stop + 1)]
