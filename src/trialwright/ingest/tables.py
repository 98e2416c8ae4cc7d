"""A sheet as it is, before anything is understood: cells with their addresses."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trialwright.ingest.outcomes import Place
from trialwright.ingest.rulebook import folded, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

CellValue = str | float | int | bool | dt.datetime | dt.date | dt.time | None

JOINED = " / "
"""Stands between the parts of a heading of several rows."""

_LETTERS = 26
_DIGITS_OF_EXCEL = 15


class Defect(StrEnum):
    """Why a cell has no value that could be read; the values are keys of `refusals`."""

    NONE = ""
    FORMULA = "formula"
    EXCEL_ERROR = "excel-error"
    NOT_A_CHOICE = "not-a-choice"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value, the decimals that its number format shows (-1 if any), and its defect.

    `typed` says whether a text is what was typed: a CSV that a spreadsheet wrote has 2019.1 for 2019.10.
    """

    value: CellValue
    decimals: int = -1
    defect: Defect = Defect.NONE
    typed: bool = True

    @property
    def text(self) -> str:
        """The value as text with plain characters, "" where the cell is empty.

        >>> Cell(32.300000000000004).text, Cell(3.0).text, Cell(" ＰＲ ").text
        ('32.3', '3', 'PR')
        """
        value = self.value
        if value is None:
            return ""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float):
            return f"{value:.{_DIGITS_OF_EXCEL}g}"
        return plain(str(value))

    @property
    def is_date(self) -> bool:
        """Whether the sheet holds it as a date."""
        return isinstance(self.value, dt.date | dt.time)

    @property
    def empty(self) -> bool:
        """Whether nothing is there."""
        return not self.defect and not self.text


EMPTY = Cell(None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings, with its number in the file (counted from 1)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its headings; `spreadsheet` says whether cells are addressed as C7 or by row.

    `serial_epoch` is the day 0 of serial numbers, where the sheet has such.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    spreadsheet: bool = True
    serial_epoch: dt.date = dt.date(1899, 12, 30)

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell; `column` counts from 0, -1 for a whole row."""
        if column < 0:
            return Place(self.name, row, f"row {row}", "")
        heading = self.headings[column] if column < len(self.headings) else ""
        cell = f"{column_letters(column)}{row}" if self.spreadsheet else f"row {row}"
        return Place(self.name, row, cell, heading)


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet before its headings are known: rows of cells from the first row of the file on.

    `merged` are ranges of merged cells as (first row, last row, first column, last column), from 0.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    spreadsheet: bool = True
    serial_epoch: dt.date = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a source; `simulated` where the source says of itself that it is."""

    name: str
    form: str
    sha256: str
    sheets: Mapping[str, RawSheet]
    simulated: bool = False
    encoding: str = ""


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def with_headings(sheet: RawSheet, first: int, last: int) -> Table:
    """Take rows `first` to `last` (from 1) as headings; a merged heading stands over all its columns.

    Headings of several rows are joined by `JOINED`; equal ones are written once.
    """
    width = max((len(row) for row in sheet.rows), default=0)
    grid = [[_text(sheet, row, column) for column in range(width)] for row in range(first - 1, last)]
    for top, bottom, left, right in sheet.merged:
        for row in range(max(top, first - 1), min(bottom, last - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                grid[row - first + 1][column] = _text(sheet, top, left)
    headings = _distinct(
        [JOINED.join(dict.fromkeys(filter(None, parts))) for parts in zip(*grid, strict=True)]
    )
    body = sheet.rows[last:]
    rows = tuple(Row(last + number + 1, cells) for number, cells in enumerate(body))
    return Table(sheet.name, headings, _without_tail(rows), sheet.spreadsheet, sheet.serial_epoch)


def _distinct(headings: list[str]) -> tuple[str, ...]:
    """Name columns without heading by their letters, and equal headings with their number: `date [2]`.

    >>> _distinct(["id", "date", "", "date"])
    ('id', 'date [1]', 'column C', 'date [2]')
    """
    counts, seen = Counter(folded(heading) for heading in headings), Counter[str]()
    names = []
    for place, heading in enumerate(headings):
        key = folded(heading)
        seen[key] += 1
        if not heading:
            names.append(f"column {column_letters(place)}")
        else:
            names.append(f"{heading} [{seen[key]}]" if counts[key] > 1 else heading)
    return tuple(names)


def _text(sheet: RawSheet, row: int, column: int) -> str:
    if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
        return ""
    return sheet.rows[row][column].text


def _without_tail(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Leave out the empty rows after the last one that has something."""
    end = len(rows)
    while end and all(cell.empty for cell in rows[end - 1].cells):
        end -= 1
    return rows[:end]
