"""The CSV files of a digitised curve: clicks as (time, survival), and censoring marks as times.

Clicks stand in the order in which they follow each other along the curve. What no Kaplan–Meier curve can
look like is refused with its line; what a hand and a pixel do to a click is left for the search to judge.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.curve_claim import Scale
from trialwright.errors import InputFileError

if TYPE_CHECKING:
    from pathlib import Path

Floats = npt.NDArray[np.float64]

CLICK_COLUMNS = ("time", "survival")
MARK_COLUMNS = ("time",)
MOST_CLICKS = 4000
LARGEST_FILE = 2_000_000
_PERCENT = 100.0
_OVER_ONE = 1.03
_UNDER_ZERO = -0.03
_LOOKS_LIKE_FRACTIONS = 0.02
_BACKWARDS = 0.02
_RISE = 0.04


@dataclass(frozen=True, eq=False)
class Clicks:
    """Clicks along the curve: times in the unit of the axis, survival as a fraction."""

    time: Floats
    survival: Floats


@dataclass(frozen=True, eq=False)
class _Table:
    """Numbers by column, and the line of the file in which each row stands."""

    name: str
    columns: dict[str, Floats]
    lines: list[int]


def read_clicks(path: Path, scale: Scale) -> Clicks:
    """Read the clicks of a curve.

    Raises:
        InputFileError: the file cannot be read, or no Kaplan–Meier curve looks so; with the line.
    """
    table = _read(path, CLICK_COLUMNS)
    if len(table.lines) < 2:  # noqa: PLR2004 - a curve has a beginning and an end
        raise InputFileError.at(
            table.name, "a single click", expected="clicks along the whole curve, from left to right"
        )
    divisor = _PERCENT if scale is Scale.PERCENT else 1.0
    survival = table.columns["survival"] / divisor
    _check_heights(table, survival, scale)
    _check_times(table)
    _check_fall(table, survival)
    return Clicks(np.maximum(table.columns["time"], 0.0), survival)


def read_marks(path: Path, clicks: Clicks) -> Floats:
    """Read the times of the censoring marks of a curve, in order.

    Raises:
        InputFileError: the file cannot be read, or a mark lies outside the curve; with the line.
    """
    table = _read(path, MARK_COLUMNS)
    end = float(clicks.time.max())
    for line, time in zip(table.lines, table.columns["time"], strict=True):
        if not 0.0 <= time <= end * (1.0 + _BACKWARDS):
            raise InputFileError.at(
                f"{table.name}:{line}",
                f"a censoring mark at {time:g}, but the curve ends at {end:g}",
                expected="marks on the curve",
                remedy="click the curve to its end, or remove the mark",
            )
    return np.sort(table.columns["time"])


def _read(path: Path, wanted: tuple[str, ...]) -> _Table:
    """The wanted columns of a CSV file with a header; further columns are refused."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputFileError.at(path.name, f"larger than {LARGEST_FILE:,} bytes", expected="clicks")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputFileError.at(
            str(path), f"cannot be read ({error.strerror})", remedy="name a CSV file beside the claims"
        ) from error
    except UnicodeDecodeError as error:
        raise InputFileError.at(path.name, "is not UTF-8", remedy="save it as CSV (UTF-8)") from error
    lines = text.splitlines()
    header = lines[0] if lines else ""
    separator = max(",;\t", key=header.count)
    rows = [
        (at + 1, [field.strip() for field in row])
        for at, row in enumerate(csv.reader(lines, delimiter=separator))
        if any(field.strip() for field in row)
    ]
    _check_header(path.name, rows, wanted)
    if not rows[1:]:
        raise InputFileError.at(path.name, "has no rows", expected=f"a row for each of {', '.join(wanted)}")
    if len(rows) > MOST_CLICKS:
        raise InputFileError.at(path.name, f"{len(rows):,} rows", expected=f"at most {MOST_CLICKS:,}")
    names = [name.lower() for name in rows[0][1]]
    numbers = np.array([_numbers(path.name, line, row, names) for line, row in rows[1:]])
    columns = {name: numbers[:, names.index(name)] for name in wanted}
    return _Table(path.name, columns, [line for line, _row in rows[1:]])


def _check_header(name: str, rows: list[tuple[int, list[str]]], wanted: tuple[str, ...]) -> None:
    if not rows:
        raise InputFileError.at(name, "is empty", expected=f"a header line {','.join(wanted)} and numbers")
    names = [one.lower() for one in rows[0][1]]
    if sorted(names) != sorted(wanted):
        raise InputFileError.at(
            f"{name}:{rows[0][0]}",
            f"columns {', '.join(map(repr, rows[0][1]))}",
            expected=f"exactly {', '.join(map(repr, wanted))}",
            remedy="name the columns so, and remove others",
        )


def _numbers(name: str, line: int, row: list[str], names: list[str]) -> list[float]:
    if len(row) != len(names):
        raise InputFileError.at(f"{name}:{line}", f"{len(row)} fields", expected=f"{len(names)}")
    found = []
    for text in row:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise InputFileError.at(
                f"{name}:{line}", f"'{text}'", expected="a number with a decimal point", remedy="3.5, not 3,5"
            )
        found.append(number)
    return found


def _check_heights(table: _Table, survival: Floats, scale: Scale) -> None:
    if scale is Scale.PERCENT and survival.max() < _LOOKS_LIKE_FRACTIONS:
        raise InputFileError.at(
            table.name, "no click is above 2 %", expected="percent", remedy="scale: fraction in claims.yaml?"
        )
    for line, height in zip(table.lines, survival, strict=True):
        if not _UNDER_ZERO <= height <= _OVER_ONE:
            hint = "scale: percent in claims.yaml? " if scale is Scale.FRACTION else ""
            raise InputFileError.at(
                f"{table.name}:{line}",
                f"survival {height * (_PERCENT if scale is Scale.PERCENT else 1.0):g}",
                expected="0 to 100 %" if scale is Scale.PERCENT else "0 to 1",
                remedy=f"{hint}Calibrate the axes again",
            )


def _check_times(table: _Table) -> None:
    time = table.columns["time"]
    reach = _BACKWARDS * max(float(time.max()), 1e-9)
    latest = np.maximum.accumulate(time)
    for at, line in enumerate(table.lines):
        if time[at] < -reach:
            raise InputFileError.at(
                f"{table.name}:{line}", f"time {time[at]:g}", expected="times of 0 or more"
            )
        if time[at] < latest[at] - reach:
            raise InputFileError.at(
                f"{table.name}:{line}",
                f"time {time[at]:g} after {latest[at]:g}",
                expected="clicks from left to right along the curve",
                remedy="sort the rows in the order of the curve",
            )


def _check_fall(table: _Table, survival: Floats) -> None:
    lowest = np.minimum.accumulate(survival)
    for at, line in enumerate(table.lines):
        if survival[at] > lowest[at] + _RISE:
            raise InputFileError.at(
                f"{table.name}:{line}",
                f"the curve rises from {_PERCENT * lowest[at]:.1f} to {_PERCENT * survival[at]:.1f} %",
                expected="a curve that falls",
                remedy="remove the stray click; turn cumulative incidence into 100 % − incidence",
            )
