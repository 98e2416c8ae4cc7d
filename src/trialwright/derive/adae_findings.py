"""What is wrong with adverse events, each with the record and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.adverse_event_words import words
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_HIGHEST_GRADE = 5


def adae_findings(frame: pl.DataFrame, cutoff: dt.date | None) -> tuple[Finding, ...]:
    """Grades outside 1 to 5, ends before starts, fatal events without death, unknown words."""
    return tuple(_all(frame, cutoff))


def _all(frame: pl.DataFrame, cutoff: dt.date | None) -> Iterator[Finding]:
    error, warning, note = Severity.ERROR, Severity.WARNING, Severity.NOTE
    has_grade = pl.col("AETOXGR").is_not_null()
    yield from _each(
        frame.filter(has_grade & pl.col("ATOXGRN").is_null()),
        (
            error,
            "AE-GRADE",
            "grade {AETOXGR} is not 1 to 5",
            "correct AETOXGR; it has no grade until then",
        ),
    )
    yield from _each(
        frame.filter("ENDBEFORE"),
        (
            error,
            "AE-END-BEFORE-START",
            "ends {AEENDTC}, before its start {AESTDTC}",
            "correct a date; the end is unused",
        ),
    )
    alive = pl.col("DTHDT").is_null()
    is_5 = (pl.col("ATOXGRN") == _HIGHEST_GRADE).fill_null(value=False)
    yield from _each(
        frame.filter(is_5 & alive),
        (
            error,
            "AE-GRADE-5-ALIVE",
            "is of grade 5, and no death is known",
            "correct AETOXGR, or record the death",
        ),
    )
    yield from _each(
        frame.filter(
            (pl.col("FATALFL") == "Y") & has_grade & (pl.col("ATOXGRN").fill_null(0) != _HIGHEST_GRADE)
        ),
        (warning, "AE-FATAL-GRADE", "is fatal, with grade {AETOXGR}", "correct AETOXGR to 5, or the outcome"),
    )
    yield from _each(
        frame.filter(pl.col("AESTDTC").is_null() | pl.col("EARLIEST").is_null()),
        (
            warning,
            "AE-NO-START",
            "has no usable start date",
            "complete it; until then it is on treatment",
        ),
    )
    yield from _each(
        frame.filter(pl.col("RELKNOWN") == "N"),
        (
            warning,
            "AE-CAUSALITY",
            "has causality {AEREL}",
            "complete AEREL; it counts as related",
        ),
    )
    acts = words("action")
    known = [word for kind in ("withdrawn", "reduced", "interrupted", "none") for word in acts[kind]]
    yield from _each(
        frame.filter(~pl.col("AEACN").str.strip_chars().str.to_uppercase().is_in(known)),
        (
            warning,
            "AE-ACTION",
            "has action {AEACN}, which is unknown",
            "use a controlled term of AEACN",
        ),
    )
    if cutoff is not None:
        yield from _each(
            frame.filter(pl.col("ASTDT") > cutoff),
            (note, "AE-AFTER-CUTOFF", "starts {AESTDTC}, after the data cut-off", "none: it is not counted"),
        )
    strangers = frame.filter(pl.col("STUDYID").is_null())
    yield from _each(
        strangers, (error, "AE-NO-SUBJECT", "belongs to a subject who is not in DM", "add the subject to DM")
    )


def _each(frame: pl.DataFrame, kind: tuple[Severity, str, str, str]) -> Iterator[Finding]:
    severity, code, what, remedy = kind
    for row in frame.sort("USUBJID", "AESEQ").iter_rows(named=True):
        shown = {name: "(empty)" if value is None else str(value) for name, value in row.items()}
        record = f"AESEQ {row['AESEQ']}, {row['AETERM']}"
        yield Finding(severity, code, "AE", row["USUBJID"], record, what.format_map(shown), remedy)
