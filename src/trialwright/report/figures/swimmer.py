"""Swimmer plot: one lane a subject, from the reference date to the last date known alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.report import palette, svg
from trialwright.report.figures.frame import (
    Plot,
    Sheet,
    month_ticks,
    response_key,
    responses_in_order,
    time_axis,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

LANES_ON_A_PAGE = 50
_LANE = 13.0
_BAR = 7.0
_OBSERVED = "#8d98a3"
_TREATED = "#d3d9df"
_THREAD = 1.6
_MARK_RADIUS = 3.6
_NAME_LETTERS = 14


@dataclass(frozen=True, slots=True)
class Lane:
    """One subject in months since the reference date; what did not happen is None."""

    subject: str
    place: int
    last: float
    treated_from: float | None
    treated_to: float | None
    died: float | None
    new_therapy: float | None
    ongoing: bool
    responses: tuple[tuple[float, str], ...]


def in_order(lanes: Sequence[Lane]) -> list[Lane]:
    """By group, then the longest first; ties by subject."""
    return sorted(lanes, key=lambda lane: (lane.place, -lane.last, lane.subject))


def pages(lanes: Sequence[Lane]) -> list[list[Lane]]:
    """Lanes in order, so many a page that each stays legible; of many, who was never assessed comes last."""
    if len(lanes) <= LANES_ON_A_PAGE:
        return [in_order(lanes)]
    assessed = in_order([lane for lane in lanes if lane.responses])
    others = in_order([lane for lane in lanes if not lane.responses])
    return [
        part[k : k + LANES_ON_A_PAGE]
        for part in (assessed, others)
        for k in range(0, len(part), LANES_ON_A_PAGE)
    ]


def draw(
    lanes: Sequence[Lane], groups: Sequence[str], last: float, label: str, sheet: Sheet, mark: str
) -> Markup:
    """One page of lanes; `last` (months) is shared by all pages, so that they compare."""
    responses = responses_in_order({response for lane in lanes for _, response in lane.responses})
    key, key_height = response_key(sheet, responses, 0)
    signs, sign_height = _sign_key(sheet, key_height)
    left = svg.text_width("0" * _NAME_LETTERS, sheet.letter - 2) + 6
    heads = sum(1 for k, lane in enumerate(lanes) if _starts_group(lanes, k) and len(groups) > 1)
    top = key_height + sign_height + 4
    plot = Plot(left, top, sheet.width - 14, top + len(lanes) * _LANE + heads * _LANE * 1.3 + 4)
    marks = month_ticks(max(last, 1), sheet.most_ticks)
    across = svg.Linear((0, marks[-1]), (plot.left, plot.right))
    drawn = [*key, *signs, *_grid(marks, across, plot)]
    y = top + _LANE * 0.7
    for k, lane in enumerate(lanes):
        if _starts_group(lanes, k) and len(groups) > 1:
            y += _LANE * (0.3 if k else 0)
            kind = svg.Type(sheet.letter, palette.group_colour(lane.place), weight=600)
            drawn.append(svg.word(0, y + 4, groups[lane.place], kind))
            y += _LANE
        drawn.append(_lane(lane, across, y, sheet))
        y += _LANE
    drawn += time_axis(sheet, plot, across, marks, "Months")
    return svg.picture(sheet.width, plot.bottom + 3 * sheet.letter + 10, label, drawn, mark=mark)


def _starts_group(lanes: Sequence[Lane], k: int) -> bool:
    return k == 0 or lanes[k].place != lanes[k - 1].place


def _grid(marks: Sequence[float], across: svg.Linear, plot: Plot) -> list[Markup]:
    return [
        svg.line(across(m), plot.top, across(m), plot.bottom, svg.Stroke(palette.FAINT)) for m in marks if m
    ]


def _lane(lane: Lane, across: svg.Linear, y: float, sheet: Sheet) -> Markup:
    """Bar of observation, bar of treatment, responses, then what ended it."""
    top = y - _BAR / 2
    drawn = [
        svg.word(0, y + 3.5, _short(lane.subject), svg.Type(sheet.letter - 2, palette.QUIET)),
    ]
    if lane.treated_from is not None and lane.treated_to is not None:
        start, end = max(lane.treated_from, 0), max(lane.treated_to, lane.treated_from, 0)
        drawn.append(svg.rect(across(start), top, across(end) - across(start), _BAR, _TREATED))
    drawn.append(svg.rect(across(0), y - _THREAD / 2, across(lane.last) - across(0), _THREAD, _OBSERVED))
    drawn += [
        svg.dot(across(month), y, _MARK_RADIUS, palette.response_colour(response), palette.INK)
        for month, response in lane.responses
    ]
    if lane.new_therapy is not None:
        drawn.append(_triangle(across(lane.new_therapy), y))
    if lane.died is not None:
        drawn.append(_cross(across(lane.died), y))
    elif lane.ongoing:
        drawn.append(_arrow(across(lane.last), y))
    return svg.group(drawn, title=_story(lane))


def _story(lane: Lane) -> str:
    """What the lane shows, in words."""
    parts = [f"observed {fmt.number(lane.last, 1)} months"]
    if lane.responses:
        parts.append("; ".join(f"{response} at {fmt.number(month, 1)}" for month, response in lane.responses))
    if lane.new_therapy is not None:
        parts.append(f"new therapy at {fmt.number(lane.new_therapy, 1)}")
    if lane.died is not None:
        parts.append(f"died at {fmt.number(lane.died, 1)}")
    elif lane.ongoing:
        parts.append("no end of study recorded")
    return f"{lane.subject}: {'; '.join(parts)}"


def _short(subject: str) -> str:
    """The end of a long subject id: its start is the study, the same for all."""
    return subject if len(subject) <= _NAME_LETTERS else f"…{subject[-_NAME_LETTERS + 1 :]}"


def _cross(x: float, y: float) -> Markup:
    stroke = svg.Stroke(palette.INK, 1.6)
    return svg.line(x - 3.5, y - 3.5, x + 3.5, y + 3.5, stroke) + svg.line(
        x - 3.5, y + 3.5, x + 3.5, y - 3.5, stroke
    )


def _arrow(x: float, y: float) -> Markup:
    return svg.area([(x, y - 4), (x + 7, y), (x, y + 4)], palette.QUIET, 1)


def _triangle(x: float, y: float) -> Markup:
    return svg.area([(x, y - 4.5), (x + 4.2, y + 3.5), (x - 4.2, y + 3.5)], palette.INK, 1)


def _sign_key(sheet: Sheet, top: float) -> tuple[list[Markup], float]:
    """What bars and signs mean."""
    drawn, x, y = [], 0.0, top
    for name in ("Observed", "On treatment", "Death", "New therapy", "No end recorded"):
        width = 20 + svg.text_width(name, sheet.letter) + 12
        if x and x + width > sheet.width:
            x, y = 0.0, y + sheet.letter + 8
        drawn.append(_sign(name, x + 6, y + 6))
        drawn.append(svg.word(x + 18, y + 10, name, sheet.type()))
        x += width
    return drawn, y + sheet.letter + 8 - top


def _sign(name: str, x: float, y: float) -> Markup:
    if name == "Death":
        return _cross(x, y)
    if name == "New therapy":
        return _triangle(x, y)
    if name == "No end recorded":
        return _arrow(x - 3, y)
    if name == "Observed":
        return svg.rect(x - 6, y - _THREAD / 2, 14, _THREAD, _OBSERVED)
    return svg.rect(x - 6, y - 3.5, 14, _BAR, _TREATED)
