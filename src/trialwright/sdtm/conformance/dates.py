"""Dates that do not exist, or contradict each other.

A partial date contradicts another only if no day that it can be is possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import parse_partial
from trialwright.errors import DateError
from trialwright.findings import Severity
from trialwright.sdtm.conformance.facts import date_columns
from trialwright.sdtm.conformance.report import Rule

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_INVALID = Rule(Severity.ERROR, "DATE-INVALID", "correct the date; until then the record has none")
_GAP = Rule(Severity.NOTE, "DATE-GAP", "record the month; the day is not used without it")
_BEFORE_BIRTH = Rule(Severity.ERROR, "DATE-BEFORE-BIRTH", "correct this date or BRTHDTC")
_END = Rule(Severity.ERROR, "DATE-END-BEFORE-START", "correct the start or the end")
_CUTOFF = Rule(
    Severity.NOTE, "AFTER-CUTOFF", "none, if the data were exported after the cut-off: they do not count"
)

_STARTS = ("AE", "CM", "EX", "PR", "MH", "SV", "SE")


def existing_dates(data: StudyData, facts: Facts) -> list[Finding]:
    """DATE-INVALID: no date of ISO 8601, or one that the calendar does not have; DATE-GAP: 2014---15."""
    calendar = facts.calendar
    wrong = calendar.filter(pl.col("FIRST").is_null())["text"]
    gaps = calendar.filter(pl.col("text").str.contains("---", literal=True) & pl.col("FIRST").is_not_null())[
        "text"
    ]
    found: list[Finding] = []
    if wrong.is_empty() and gaps.is_empty():
        return found
    problems = {text: _problem(text) for text in wrong}
    for name, column, frame in date_columns(data):
        problem = pl.col(column).replace_strict(problems, default=None, return_dtype=pl.String)
        rows = frame.with_columns(__problem=problem).filter(pl.col("__problem").is_not_null())
        found += _INVALID.each(rows, name, f"{column}: {{__problem}}")
        with_gap = frame.filter(pl.col(column).is_in(gaps.implode()))
        found += _GAP.each(with_gap, name, f"{column} {{{column}}} has a day but no month")
    return found


def _problem(text: str) -> str:
    try:
        parse_partial(text)
    except DateError as error:
        return str(error).split(". Remedy:")[0]
    return f"{text!r} cannot be read"


def after_birth(data: StudyData, facts: Facts) -> list[Finding]:
    """DATE-BEFORE-BIRTH: a record dated before the subject was born."""
    born = facts.subjects.select("USUBJID", "BIRTH").drop_nulls()
    found: list[Finding] = []
    youngest = born["BIRTH"].max()
    if youngest is None:
        return found
    for name, column, frame in date_columns(data):
        if column == "BRTHDTC" or "USUBJID" not in frame.columns:
            continue
        earliest = facts.days(frame[column].unique())["LAST"]
        if not (earliest < youngest).any():
            continue
        last = facts.days(frame[column])["LAST"]
        births = frame.select("USUBJID").join(born, on="USUBJID", how="left", maintain_order="left")["BIRTH"]
        rows = frame.with_columns(births).filter((last < births).fill_null(value=False))
        found += _BEFORE_BIRTH.each(rows, name, f"{column} {{{column}}} is before the birth on {{BIRTH}}")
    return found


def start_before_end(data: StudyData, facts: Facts) -> list[Finding]:
    """DATE-END-BEFORE-START: an interval that ends before it starts."""
    found = []
    for name in _STARTS:
        if not data.has(name):
            continue
        frame, start, end = data.domain(name), f"{name}STDTC", f"{name}ENDTC"
        ends_early = facts.days(frame[end])["LAST"] < facts.days(frame[start])["FIRST"]
        rows = frame.filter(ends_early.fill_null(value=False))
        found += _END.each(rows, name, f"{end} {{{end}}} is before {start} {{{start}}}")
    return found


def before_cutoff(data: StudyData, facts: Facts) -> list[Finding]:
    """AFTER-CUTOFF: records dated after the data cut-off, counted for each dataset and column."""
    cutoff = facts.study.data_cutoff
    found: list[Finding] = []
    if cutoff is None:
        return found
    for name, column, frame in date_columns(data):
        first = facts.days(frame[column])["FIRST"]
        late = int((first > cutoff).sum())
        if late:
            latest = first.max()
            what = f"{late} records have a {column} after the data cut-off {cutoff}, the last {latest!s}"
            found.append(_CUTOFF.one(name, what))
    return found


CHECKS = (existing_dates, after_birth, start_before_end, before_cutoff)
