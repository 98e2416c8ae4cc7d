"""Exposure bars: every dose of every subject over time, reduced ones in another colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import palette, svg
from trialwright.report.figures.frame import Plot, Sheet, month_ticks, months_between, time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

REDUCED = "#d4622a"
FULL = "#4a6d8c"
_LANE, _DENSE_LANE = 12.0, 3.0
_NAMES_UP_TO = 40
_TOP = 30.0
_NAMES_WIDTH = 96.0
_STRIP = 5.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One subject: the group's place and its doses (first and last day from 0, reduced or not)."""

    subject: str
    place: int
    doses: tuple[tuple[int, int, bool], ...]

    @property
    def last(self) -> int:
        """The last day of dosing."""
        return max(end for _, end, _ in self.doses)


def in_order(lanes: Sequence[Lane]) -> list[Lane]:
    """By group, then by the length of treatment, then by subject."""
    return sorted(lanes, key=lambda lane: (lane.place, -lane.last, lane.subject))


def draw(lanes: Sequence[Lane], label: str, sheet: Sheet, mark: str) -> Markup:
    """A lane a subject, a box a dose at its day, a strip in the colour of the group."""
    named = len(lanes) <= _NAMES_UP_TO
    height = _LANE if named else _DENSE_LANE
    left = _NAMES_WIDTH if named else 2 * _STRIP
    plot = Plot(left, _TOP, sheet.width - 12, _TOP + len(lanes) * height)
    last = months_between(max(lane.last for lane in lanes) + 1)
    ticks = month_ticks(last, sheet.most_ticks)
    scale = svg.Linear((0.0, max(last, ticks[-1])), (plot.left, plot.right))
    drawn = _key(sheet)
    for k, lane in enumerate(in_order(lanes)):
        drawn += _lane(lane, plot.top + k * height, height, scale, plot, sheet if named else None)
    drawn += time_axis(sheet, plot, scale, ticks, "Months from the first dose")
    return svg.picture(sheet.width, plot.bottom + 44, label, drawn, mark=mark)


def _lane(
    lane: Lane, y: float, height: float, scale: svg.Linear, plot: Plot, named: Sheet | None
) -> list[Markup]:
    strip = palette.group_colour(lane.place)
    drawn = [svg.rect(plot.left - _STRIP - 2, y, _STRIP, height, strip)]
    if named is not None:
        kind = svg.Type(min(named.letter, height) - 1, palette.QUIET, "end")
        drawn.append(svg.word(plot.left - _STRIP - 6, y + height - 2, lane.subject, kind))
    boxes = []
    for start, end, reduced in lane.doses:
        x = scale(months_between(start))
        width = max(scale(months_between(end + 1)) - x, 2.0)
        boxes.append(svg.rect(x, y + 0.5, width, height - 1, REDUCED if reduced else FULL))
    count = sum(reduced for _, _, reduced in lane.doses)
    title = f"{lane.subject}: {len(lane.doses)} doses over {lane.last + 1} days, {count} reduced"
    return [*drawn, svg.group(boxes, title=title)]


def _key(sheet: Sheet) -> list[Markup]:
    drawn, x = [], 0.0
    for colour, words in ((FULL, "Dose as planned"), (REDUCED, "Reduced dose")):
        drawn.append(svg.rect(x, 2, 11, 11, colour))
        drawn.append(svg.word(x + 16, 12, words, sheet.type()))
        x += 30 + svg.text_width(words, sheet.letter)
    return drawn
