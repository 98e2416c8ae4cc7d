"""One CSV or Parquet file of survival times, read and checked column by column.

Missing values in a column that is asked for are refused, never dropped: which subjects an analysis
leaves out is a decision of its author. Columns that are not asked for may hold anything.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.errors import ArgumentError, InputFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PARQUET_MAGIC = b"PAR1"
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "."})
EVENT_WORDS = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0, "1.0": 1.0, "0.0": 0.0}
ORIGIN = "ORIGIN"
NO_PATIENTS = frozenset({"SIMULATED", "RECONSTRUCTED"})
SHOWN = 5
MOST_LEVELS = 50
SEPARATORS = (",", ";", "\t")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SurvivalColumns:
    """Which columns of the file mean what."""

    time: str
    event: str
    by: str | None = None
    strata: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        """Every column that is asked for."""
        return (self.time, self.event, *((self.by,) if self.by else ()), *self.strata, *self.covariates)


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of group names: a code per row, and the names in order, numbers by size."""

    name: str
    codes: npt.NDArray[np.int64]
    levels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SurvivalInput:
    """Checked columns: times, events (1.0 or 0.0), groups, strata and covariates.

    `marks` are what a column ORIGIN says of rows that no patient stands behind.
    """

    time: Floats
    event: Floats
    by: Labels | None
    strata: Labels | None
    covariates: tuple[tuple[str, Floats] | Labels, ...]
    marks: tuple[str, ...] = ()


def _separator(path: Path) -> str:
    with path.open("rb") as stream:
        header = stream.readline().decode("utf-8", errors="replace")
    return max(SEPARATORS, key=header.count)


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise InputFileError.at(str(path), "no such file", expected="a CSV or Parquet file")
    with path.open("rb") as stream:
        start = stream.read(len(PARQUET_MAGIC))
    try:
        if start == PARQUET_MAGIC:
            return pl.read_parquet(path)
        if path.suffix.lower() == ".parquet":
            raise InputFileError.at(str(path), "not a Parquet file", expected="a file that begins with PAR1")
        return pl.read_csv(path, infer_schema=False, separator=_separator(path))
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        raise InputFileError.at(
            str(path),
            f"cannot be read ({str(error).splitlines()[0]})",
            expected="a CSV file in UTF-8 with a header line, or a Parquet file",
            remedy="save it again as CSV (UTF-8), with as many fields in each line as in the header",
        ) from error


def _column(frame: pl.DataFrame, path: Path, name: str, option: str) -> pl.Series:
    if name not in frame.columns:
        near = difflib.get_close_matches(name, frame.columns, n=1)
        raise ArgumentError.at(
            f"{path.name}, {option}",
            f"no column {name!r}",
            expected=f"one of {', '.join(map(repr, frame.columns))}",
            remedy=f"did you mean {near[0]!r}?" if near else "",
        )
    if f"{name}_duplicated_0" in frame.columns:
        raise ArgumentError.at(
            f"{path.name}, {option}", f"two columns {name!r}", expected="one", remedy="rename one"
        )
    return frame[name]


def _rows(wrong: Sequence[int], texts: Sequence[str]) -> str:
    """The first rows, counted from 1 below the header, with what they hold."""
    shown = ", ".join(f"{texts[i]!r} in row {i + 1}" for i in wrong[:SHOWN])
    return shown + (f" and {len(wrong) - SHOWN} more rows" if len(wrong) > SHOWN else "")


def _texts(column: pl.Series, where: str) -> list[str]:
    """Values as trimmed text; numbers that are whole without decimals. Missing values are refused."""
    if column.dtype.is_float():
        values = [None if v is None or v != v else f"{v:.17g}" for v in column.to_list()]  # noqa: PLR0124
    elif column.dtype == pl.Boolean:
        values = [None if v is None else str(v).lower() for v in column.to_list()]
    else:
        values = column.cast(pl.String).to_list()
    texts = ["" if value is None else value.strip() for value in values]
    missing = [i for i, text in enumerate(texts) if text.lower() in MISSING]
    if missing:
        raise ArgumentError.at(
            where,
            f"{len(missing)} of {len(texts)} values are missing: {_rows(missing, texts)}",
            expected="a value in every row",
            remedy="complete them, or remove these rows and say how many were left out",
        )
    return texts


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else float("nan")


def _times(texts: list[str], where: str) -> Floats:
    numbers = np.array([_number(text) for text in texts])
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0.0))).tolist()
    if wrong:
        raise ArgumentError.at(
            where,
            _rows(wrong, texts),
            expected="numbers of 0 or more, with a decimal point",
            remedy="correct the dates behind negative times; write 3.5, not 3,5",
        )
    return numbers


def _events(texts: list[str], where: str) -> Floats:
    wrong = [i for i, text in enumerate(texts) if text.lower() not in EVENT_WORDS]
    if wrong:
        raise ArgumentError.at(
            where,
            f"{_rows(wrong, texts)}; values found: {', '.join(sorted(set(texts))[: SHOWN + 1])}",
            expected="1 or true for an event, 0 or false for censored",
            remedy="recode the column (status 1 = censored, 2 = dead becomes 0 and 1)",
        )
    return np.array([EVENT_WORDS[text.lower()] for text in texts])


def _labels(texts: list[str], name: str, where: str) -> Labels:
    distinct = set(texts)
    numeric = not any(math.isnan(_number(text)) for text in distinct)
    levels = tuple(sorted(distinct, key=lambda text: (_number(text) if numeric else 0.0, text)))
    if len(levels) > MOST_LEVELS:
        raise ArgumentError.at(
            where,
            f"{len(levels)} different values",
            expected=f"a column of groups, at most {MOST_LEVELS}",
            remedy="give a measurement as a covariate, or make groups of it first",
        )
    if numeric and len({_number(level) for level in levels}) < len(levels):
        raise ArgumentError.at(
            where,
            f"one number written in several ways among {', '.join(levels)}",
            expected="one spelling for each group",
            remedy="write 1 or 1.0 throughout",
        )
    position = {level: i for i, level in enumerate(levels)}
    return Labels(name, np.array([position[text] for text in texts], dtype=np.int64), levels)


def _covariate(column: pl.Series, name: str, where: str) -> tuple[str, Floats] | Labels:
    texts = _texts(column, where)
    numbers = np.array([_number(text) for text in texts])
    unclear = np.flatnonzero(np.isnan(numbers)).tolist()
    if not unclear:
        return name, numbers
    if 2 * len(unclear) < len(texts) and column.dtype != pl.Boolean:
        raise ArgumentError.at(
            where,
            _rows(unclear, texts),
            expected="numbers, as in most rows of this column",
            remedy="correct these values, or group the whole column into words",
        )
    return _labels(texts, name, where)


def _check_columns(columns: SurvivalColumns) -> None:
    names = columns.all()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError.at(
            "columns", f"{', '.join(map(repr, twice))} is used twice", expected="each column in one role"
        )


def read_survival(path: Path, columns: SurvivalColumns) -> SurvivalInput:
    """Read and check the columns of a CSV (comma, semicolon or tab) or Parquet file.

    Raises:
        InputFileError: the file is missing, or cannot be read.
        ArgumentError: a column does not exist, is asked for twice, or holds values that its role does
            not allow; rows are counted from 1 below the header.
    """
    _check_columns(columns)
    frame = _read(path)
    if frame.height == 0:
        raise ArgumentError.at(path.name, "no rows", expected="one row per subject below the header")

    def texts(name: str, option: str) -> tuple[list[str], str]:
        where = f"{path.name}, {option} {name}"
        return _texts(_column(frame, path, name, option), where), where

    strata = [texts(name, "--strata") for name in columns.strata]
    joined = [", ".join(parts) for parts in zip(*(values for values, _ in strata), strict=True)]
    by = _labels(texts(columns.by, "--by")[0], columns.by, f"{path.name}, --by") if columns.by else None
    return SurvivalInput(
        time=_times(*texts(columns.time, "--time")),
        event=_events(*texts(columns.event, "--event")),
        by=by,
        strata=_labels(joined, "strata", f"{path.name}, --strata") if strata else None,
        covariates=tuple(
            _covariate(_column(frame, path, name, "--covariates"), name, f"{path.name}, --covariates {name}")
            for name in columns.covariates
        ),
        marks=_marks(frame),
    )


def _marks(frame: pl.DataFrame) -> tuple[str, ...]:
    """SIMULATED or RECONSTRUCTED, where the column that Trialwright writes says so."""
    if ORIGIN not in frame.columns:
        return ()
    said = set(frame[ORIGIN].cast(pl.String).drop_nulls().str.to_uppercase())
    return tuple(sorted(said & NO_PATIENTS))
