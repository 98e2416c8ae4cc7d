"""What is wrong with adverse events, each with the record and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from trialwright.derive.adverse_event_words import words
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_HIGHEST_GRADE = 5
_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class _Kind(NamedTuple):
    """Which rows are concerned and what is said of each; {words} are columns of the row."""

    concerned: pl.Expr
    severity: Severity
    code: str
    what: str
    remedy: str


def adae_findings(frame: pl.DataFrame, cutoff: dt.date | None) -> tuple[Finding, ...]:
    """Grades outside 1 to 5, ends before starts, fatal events without death, unknown words."""
    kinds = [*_of_grades(), *_of_dates(cutoff), *_of_words()]
    return tuple(finding for kind in kinds for finding in _each(frame.filter(kind.concerned), kind))


def _of_grades() -> list[_Kind]:
    has_grade = pl.col("AETOXGR").is_not_null()
    is_5 = pl.col("ATOXGRN").fill_null(0) == _HIGHEST_GRADE
    no_grade = has_grade & pl.col("ATOXGRN").is_null()
    fatal_below_5 = (pl.col("FATALFL") == "Y") & has_grade & ~is_5
    return [
        _Kind(
            no_grade,
            _ERROR,
            "AE-GRADE",
            "grade {AETOXGR} is not 1 to 5",
            "correct AETOXGR; it has no grade until then",
        ),
        _Kind(
            is_5 & pl.col("DTHDT").is_null(),
            _ERROR,
            "AE-GRADE-5-ALIVE",
            "is of grade 5, and no death is known",
            "correct AETOXGR, or record the death",
        ),
        _Kind(
            fatal_below_5,
            _WARNING,
            "AE-FATAL-GRADE",
            "is fatal, with grade {AETOXGR}",
            "correct AETOXGR to 5, or the outcome",
        ),
    ]


def _of_dates(cutoff: dt.date | None) -> list[_Kind]:
    kinds = [
        _Kind(
            pl.col("ENDBEFORE"),
            _ERROR,
            "AE-END-BEFORE-START",
            "ends {AEENDTC}, before its start {AESTDTC}",
            "correct a date; the end is unused",
        ),
        _Kind(
            pl.col("AESTDTC").is_null() | pl.col("EARLIEST").is_null(),
            _WARNING,
            "AE-NO-START",
            "has no usable start date",
            "complete it; until then it is on treatment",
        ),
    ]
    if cutoff is not None:
        what = "starts {AESTDTC}, after the data cut-off"
        after = pl.col("ASTDT") > cutoff
        kinds.append(_Kind(after, _NOTE, "AE-AFTER-CUTOFF", what, "none: it is not counted"))
    return kinds


def _of_words() -> list[_Kind]:
    acts = words("action")
    known = [word for kind in ("withdrawn", "reduced", "interrupted", "none") for word in acts[kind]]
    return [
        _Kind(
            pl.col("RELKNOWN") == "N",
            _WARNING,
            "AE-CAUSALITY",
            "has causality {AEREL}",
            "complete AEREL; it counts as related",
        ),
        _Kind(
            ~pl.col("AEACN").str.strip_chars().str.to_uppercase().is_in(known),
            _WARNING,
            "AE-ACTION",
            "has action {AEACN}, which is unknown",
            "use a controlled term of AEACN",
        ),
        _Kind(
            pl.col("STUDYID").is_null(),
            _ERROR,
            "AE-NO-SUBJECT",
            "belongs to a subject who is not in DM",
            "add the subject to DM",
        ),
    ]


def _each(frame: pl.DataFrame, kind: _Kind) -> Iterator[Finding]:
    for row in frame.sort("USUBJID", "AESEQ").iter_rows(named=True):
        shown = {name: "(empty)" if value is None else str(value) for name, value in row.items()}
        record = f"AESEQ {row['AESEQ']}, {row['AETERM']}"
        what = kind.what.format_map(shown)
        yield Finding(kind.severity, kind.code, "AE", row["USUBJID"], record, what, kind.remedy)
