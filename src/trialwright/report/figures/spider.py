"""Spider plot: the target sum of each subject over time, as change from baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import format as fmt
from trialwright.report import palette, svg
from trialwright.report.figures.frame import (
    Plot,
    Sheet,
    month_ticks,
    response_key,
    responses_in_order,
    time_axis,
    value_axis,
)
from trialwright.report.figures.waterfall import HIGHEST, THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICKS = (-100, -50, 0, 50, 100)
_THIN_FROM = 80
_HEIGHT_SHARE = 0.42
_NARROW_HEIGHT_SHARE = 0.85
_NO_RESPONSE = "MISSING"


@dataclass(frozen=True, slots=True)
class Thread:
    """One subject: (months, change in per cent) from baseline on, and the derived best response."""

    subject: str
    response: str
    points: tuple[tuple[float, float], ...]


def draw(threads: Sequence[Thread], label: str, sheet: Sheet, mark: str) -> Markup:
    """Lines in the colour of the best response, worst response drawn last, thresholds dashed."""
    responses = responses_in_order({thread.response for thread in threads})
    key, key_height = response_key(sheet, responses, 0)
    share = _NARROW_HEIGHT_SHARE if sheet.is_narrow else _HEIGHT_SHARE
    plot = Plot(56, key_height + 8, sheet.width - 12, key_height + 8 + sheet.width * share)
    last = max(point[0] for thread in threads for point in thread.points)
    marks = month_ticks(max(last, 1), sheet.most_ticks)
    across = svg.Linear((0, marks[-1]), (plot.left, plot.right))
    up = svg.Linear((-100, HIGHEST), (plot.bottom, plot.top))
    ticks = [(t, f"+{t}" if t > 0 else fmt.number(t, 0)) for t in _TICKS]
    drawn = [*key, *time_axis(sheet, plot, across, marks, "Months")]
    drawn += value_axis(sheet, plot, up, ticks, "Change from baseline (%)")
    drawn += [
        svg.line(plot.left, up(t), plot.right, up(t), svg.Stroke(palette.QUIET, 1, "5 4")) for t in THRESHOLDS
    ]
    drawn.append(svg.line(plot.left, up(0), plot.right, up(0), svg.Stroke(palette.RULE)))
    thin = len(threads) > _THIN_FROM
    for thread in sorted(threads, key=lambda t: (responses.index(t.response), t.subject)):
        drawn.append(_thread(thread, across, up, 0.9 if thin else 1.6))
    return svg.picture(sheet.width, plot.bottom + 3 * sheet.letter + 10, label, drawn, mark=mark)


def _thread(thread: Thread, across: svg.Linear, up: svg.Linear, width: float) -> Markup:
    """One line; a rise above the axis is drawn at its upper edge."""
    places = [(across(month), up(min(change, HIGHEST))) for month, change in thread.points]
    colour = palette.QUIET if thread.response == _NO_RESPONSE else palette.response_colour(thread.response)
    last = thread.points[-1]
    story = (
        f"{thread.subject}: {fmt.signed(last[1], 1)}% at {fmt.number(last[0], 1)} months, {thread.response}"
    )
    dots = Markup("").join(svg.dot(x, y, width + 0.6, colour) for x, y in places)
    return svg.group([svg.path(places, svg.Stroke(colour, width)), dots], title=story)
