"""The flow of subjects after CONSORT: boxes and arrows, each number a link to its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import palette, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.report.figures.frame import Sheet

_PAD = 9.0
_LEADING = 1.38
_GAP = 24.0
_GUTTER = 18.0
_LARGEST_BOX = 300.0
_COLUMN_AT_LEAST = 165.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a box; `anchor` names the row of the number it carries; `indent` marks a reason."""

    words: str
    anchor: str = ""
    bold: bool = False
    indent: bool = False


Box = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The trunk above (box, and the box of those who leave it), then one column of boxes a group."""

    trunk: tuple[tuple[Box, Box], ...]
    columns: tuple[tuple[Box, ...], ...]


def draw(flow: Flow, label: str, sheet: Sheet, mark: str) -> Markup:
    """Trunk first, columns side by side beneath it; on a phone the columns follow one another."""
    drawn: list[Markup] = []
    y, middle = _trunk(flow, sheet, drawn)
    per_row = max(1, int((sheet.width + _GUTTER) // (_COLUMN_AT_LEAST + _GUTTER)))
    is_first = True
    for k in range(0, len(flow.columns), per_row):
        row = flow.columns[k : k + per_row]
        y = _columns(row, sheet, y, middle if is_first else None, drawn)
        is_first = False
    return svg.picture(sheet.width, y + 4, label, drawn, mark=mark)


def _trunk(flow: Flow, sheet: Sheet, drawn: list[Markup]) -> tuple[float, float]:
    """The boxes above the groups; returns where they end, and the x of their middle."""
    width = min(_LARGEST_BOX, sheet.width * 0.52)
    has_leavers = any(leavers for _, leavers in flow.trunk)
    middle = width / 2 if sheet.is_narrow and has_leavers else sheet.width / 2
    y = 4.0
    for k, (box, leavers) in enumerate(flow.trunk):
        if k:
            drawn.append(_arrow(middle, y - _GAP, middle, y))
        height = _box(box, middle - width / 2, y, width, sheet, drawn)
        y += height
        if leavers:
            side_left = middle + 24
            side_top = y + 10
            side = _box(leavers, side_left, side_top, min(width, sheet.width - side_left - 1), sheet, drawn)
            drawn.append(svg.line(middle, y, middle, side_top + side + 10, svg.Stroke(palette.QUIET)))
            drawn.append(_arrow(middle, side_top + side / 2, side_left, side_top + side / 2))
            y = side_top + side + 10
        y += _GAP
    return y - _GAP, middle


def _columns(
    columns: Sequence[tuple[Box, ...]], sheet: Sheet, y: float, middle: float | None, drawn: list[Markup]
) -> float:
    """Groups side by side; boxes of one level share their top and height, so that eyes can compare."""
    width = min(_LARGEST_BOX, (sheet.width - _GUTTER * (len(columns) - 1)) / len(columns) - 2)
    total = width * len(columns) + _GUTTER * (len(columns) - 1)
    lefts = [(sheet.width - total) / 2 + k * (width + _GUTTER) for k in range(len(columns))]
    centres = [left + width / 2 for left in lefts]
    if middle is not None:
        y = _fork(middle, centres, y, drawn)
    for level in range(max(len(column) for column in columns)):
        boxes = [column[level] for column in columns if level < len(column)]
        height = max(_height(box, width, sheet) for box in boxes)
        for column, left, centre in zip(columns, lefts, centres, strict=True):
            if level < len(column):
                if level:
                    drawn.append(_arrow(centre, y - _GAP, centre, y))
                _box(column[level], left, y, width, sheet, drawn, height)
        y += height + _GAP
    return y


def _fork(middle: float, centres: Sequence[float], y: float, drawn: list[Markup]) -> float:
    """From the trunk to every column."""
    if len(centres) == 1 and abs(centres[0] - middle) < 1:
        drawn.append(_arrow(middle, y, middle, y + _GAP))
        return y + _GAP
    bend = y + _GAP * 0.7
    stroke = svg.Stroke(palette.QUIET)
    drawn.append(svg.line(middle, y, middle, bend, stroke))
    drawn.append(svg.line(min(*centres, middle), bend, max(*centres, middle), bend, stroke))
    drawn += [_arrow(centre, bend, centre, bend + _GAP) for centre in centres]
    return bend + _GAP


def _lines(box: Box, width: float, sheet: Sheet) -> list[tuple[Line, str]]:
    """The lines of a box, broken to its width."""
    broken = []
    for line in box:
        room = width - 2 * _PAD - (12 if line.indent else 0)
        broken += [(line, words) for words in svg.wrap(line.words, room, sheet.letter)]
    return broken


def _height(box: Box, width: float, sheet: Sheet) -> float:
    return len(_lines(box, width, sheet)) * sheet.letter * _LEADING + 2 * _PAD


def _box(
    box: Box, x: float, y: float, width: float, sheet: Sheet, drawn: list[Markup], height: float = 0
) -> float:
    """Draw a box at least as high as its lines; returns its height."""
    height = max(height, _height(box, width, sheet))
    drawn.append(svg.rect(x, y, width, height, palette.PAPER, outline=palette.QUIET))
    for k, (line, words) in enumerate(_lines(box, width, sheet)):
        left = x + _PAD + (12 if line.indent else 0)
        baseline = y + _PAD + sheet.letter * (0.85 + k * _LEADING)
        kind = sheet.type(weight=600 if line.bold else 400)
        text = svg.word(left, baseline, words, kind)
        drawn.append(svg.link(line.anchor, text) if line.anchor else text)
    return height


def _arrow(x1: float, y1: float, x2: float, y2: float) -> Markup:
    """A line that ends in a head, down or to the right."""
    stroke = svg.Stroke(palette.QUIET)
    if x1 == x2:
        head = svg.area([(x2 - 4, y2 - 7), (x2 + 4, y2 - 7), (x2, y2)], palette.QUIET, 1)
        return svg.line(x1, y1, x2, y2 - 6, stroke) + head
    head = svg.area([(x2 - 7, y2 - 4), (x2 - 7, y2 + 4), (x2, y2)], palette.QUIET, 1)
    return svg.line(x1, y1, x2 - 6, y2, stroke) + head
