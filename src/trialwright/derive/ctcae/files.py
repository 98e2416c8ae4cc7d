"""`trialwright grade`: a CSV of laboratory results in, the same rows with their grade out."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.ctcae.criteria import grading_criteria
from trialwright.derive.ctcae.grading import COLUMNS, NotGradable, grade_results
from trialwright.errors import InputFileError
from trialwright.files import atomic_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trialwright.derive.ctcae.criteria import Criteria

GRADE = "GRADE"
_NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE", "PCHG")
_HEADER_LINES = 1
_LONGEST_HEADER = 100_000
_REPEATED = "_duplicated_"
"""How polars names a column that occurs again."""


@dataclass(frozen=True, slots=True)
class GradedFile:
    """What was written: the rows, how many have each grade, and how many have none for which reason."""

    rows: int
    grades: Mapping[int, int]
    not_gradable: Mapping[NotGradable, int]
    first_unknown: str

    def report(self) -> str:
        """Say in a few lines what was graded and what was not, and why."""
        graded = sum(self.grades.values())
        by_grade = ", ".join(f"grade {grade}: {count}" for grade, count in sorted(self.grades.items()))
        lines = [f"{graded} of {self.rows} results graded" + (f" ({by_grade})" if by_grade else "")]
        lines += [f"not gradable: {count} – {reason.text}" for reason, count in self.not_gradable.items()]
        return "\n".join([*lines, self.first_unknown] if self.first_unknown else lines)


def grade_file(source: Path, target: Path, choices: Mapping[str, str] | None = None) -> GradedFile:
    """Grade a CSV file and write its rows, unchanged and in their order, with a last column GRADE.

    GRADE is 0 to 4, and empty where a result is not gradable: such rows are counted by reason in what is
    returned. A term that is not one of CTCAE's is not gradable; it does not stop the others.

    Raises:
        InputFileError: the file is missing, not a CSV in UTF-8, lacks a column or has a GRADE already.
    """
    rows = _read(source)
    criteria = grading_criteria(choices)
    results = rows.select(COLUMNS).with_columns(
        pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in _NUMBERS
    )
    graded = grade_results(results, criteria)
    with atomic_file(target) as temporary:
        rows.with_columns(graded.grade.alias(GRADE)).write_csv(temporary)
    return _summary(rows, graded.grade, graded.reason, criteria)


def _read(source: Path) -> pl.DataFrame:
    remedy = f"give a CSV file in UTF-8 with the columns {', '.join(COLUMNS)}"
    if not source.is_file():
        raise InputFileError.at(str(source), "there is no such file", remedy=remedy)
    _check_form(source)
    try:
        rows = pl.read_csv(source, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        first = str(error).splitlines()[0]
        raise InputFileError.at(str(source), f"cannot be read as CSV ({first})", remedy=remedy) from error
    twice = [name.partition(_REPEATED)[0] for name in rows.columns if _REPEATED in name]
    if twice:
        raise InputFileError.at(
            str(source), f"has two columns {twice[0]}", remedy="keep or rename one of them"
        )
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        found = f"no column {', '.join(missing)}; found {', '.join(rows.columns)}"
        raise InputFileError.at(str(source), found, remedy="give these columns, empty where nothing is known")
    if GRADE in rows.columns:
        remedy = "remove or rename the column: a grade is never overwritten"
        raise InputFileError.at(str(source), f"has a column {GRADE} already", remedy=remedy)
    return rows


def _check_form(source: Path) -> None:
    """Refuse what other programs save in place of commas and UTF-8, by its name."""
    with source.open("rb") as file:
        head = file.readline(_LONGEST_HEADER)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputFileError.at(str(source), "is in UTF-16", remedy="save it as CSV in UTF-8")
    if b"," in head:
        return
    for sign, name in ((b";", "semicolons"), (b"\t", "tabs")):
        if sign in head:
            remedy = "save it with commas between the columns, and points in numbers"
            raise InputFileError.at(str(source), f"is separated by {name}", remedy=remedy)


def _summary(rows: pl.DataFrame, grade: pl.Series, reason: pl.Series, criteria: Criteria) -> GradedFile:
    grades = {int(key): int(count) for key, count in grade.drop_nulls().value_counts().iter_rows()}
    reasons = reason.value_counts().sort("REASON").iter_rows()
    without = {NotGradable(code): int(count) for code, count in reasons if code != NotGradable.GRADED}
    unknown = (
        (reason == int(NotGradable.UNKNOWN_TERM)).arg_max() if NotGradable.UNKNOWN_TERM in without else None
    )
    message = ""
    if unknown is not None:
        term = rows["TERM"][unknown]
        near = criteria.nearest_term(term)
        line = unknown + 1 + _HEADER_LINES
        message = f"first unknown term: line {line}, {term!r}" + (f"; did you mean {near!r}?" if near else "")
    return GradedFile(rows.height, grades, without, message)
