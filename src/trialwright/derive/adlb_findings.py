"""What is wrong with laboratory results: a finding for each test and problem, with how many and the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.ctcae import NotGradable
from trialwright.derive.ctcae.criteria import grading_criteria
from trialwright.derive.ctcae.units import canonical_unit
from trialwright.findings import Finding, Severity
from trialwright.protocol.safety import Grading

if TYPE_CHECKING:
    from collections.abc import Iterator

_CENSORED = r"^\s*[<>≤≥]"


def adlb_findings(frame: pl.DataFrame) -> tuple[Finding, ...]:
    """Reversed ranges, unknown units, results that are no numbers, negative results, unusable dates."""
    return tuple(_all(frame))


def not_gradable_findings(frame: pl.DataFrame) -> tuple[Finding, ...]:
    """Numbers that a term grades in their unit, but for want of a normal range (or baseline)."""
    codes = pl.concat_list("NGRADL", "NGRADH")
    wanting = codes.list.contains(int(NotGradable.NO_RANGE_OR_BASELINE))
    kind = (
        Severity.WARNING,
        "LB-NO-RANGE",
        "not gradable without their normal range or baseline",
        "complete LBSTNRLO and LBSTNRHI; such results are in no table of grades",
    )
    told_already = (pl.col("LBSTNRLO") > pl.col("LBSTNRHI")).fill_null(value=False)
    return tuple(_by_test(frame.filter(wanting & ~told_already, pl.col("AVAL").is_not_null()), kind))


def other_version(grading: Grading, frame: pl.DataFrame) -> tuple[Finding, ...]:
    """Say that laboratory results are graded by CTCAE 5.0 where the study grades its events by another."""
    if grading is Grading.CTCAE_5 or not frame.height:
        return ()
    what = f"laboratory results are graded by {Grading.CTCAE_5}; the study grades adverse events by {grading}"
    remedy = "none: say so where both stand beside each other"
    return (Finding(Severity.NOTE, "LB-CTCAE-VERSION", "LB", "", "", what, remedy),)


def _all(frame: pl.DataFrame) -> Iterator[Finding]:
    error, warning, note = Severity.ERROR, Severity.WARNING, Severity.NOTE
    graded = pl.any_horizontal(pl.col("TERML", "TERMH").is_not_null())
    yield from _by_test(
        frame.filter(pl.col("LBSTNRLO") > pl.col("LBSTNRHI")),
        (error, "LB-RANGE-REVERSED", "with a lower limit above the upper", "exchange LBSTNRLO and LBSTNRHI"),
    )
    yield from _by_test(
        frame.filter(graded & (pl.col("AVAL") < 0)),
        (error, "LB-NEGATIVE", "below zero", "correct LBSTRESN; it is not graded"),
    )
    told = pl.col("LBSTRESC").is_not_null() & pl.col("AVAL").is_null() & graded
    censored = pl.col("LBSTRESC").str.contains(_CENSORED).fill_null(value=False)
    yield from _by_test(
        frame.filter(told & censored),
        (note, "LB-CENSORED", "beyond a limit of measurement, kept as text", "none: it is not graded"),
    )
    yield from _by_test(
        frame.filter(told & ~censored),
        (warning, "LB-NOT-A-NUMBER", "that are no numbers", "complete LBSTRESN where the result is a number"),
    )
    yield from _by_test(
        frame.filter(graded & pl.col("AVAL").is_not_null() & _without_unit(frame)),
        (warning, "LB-UNIT", "in a unit without thresholds", "give LBSTRESU as CTCAE or CDISC spells it"),
    )
    yield from _by_test(
        frame.filter(pl.col("LBDTC").is_not_null() & pl.col("ADT").is_null()),
        (error, "LB-DATE", "with a date that does not exist", "correct LBDTC; they are not on treatment"),
    )
    yield from _by_test(
        frame.filter(pl.col("STUDYID").is_null()),
        (error, "LB-NO-SUBJECT", "of subjects who are not in DM", "add the subjects to DM"),
    )


def _without_unit(frame: pl.DataFrame) -> pl.Series:
    """Whether no term of the test has thresholds in the unit of the result."""
    rule_sets = grading_criteria().rule_sets
    pairs = frame.select("TERML", "TERMH", "AVALU").unique()
    fits = [
        any(_has_thresholds(rule_sets[term.lower()], unit) for term in terms if term is not None)
        for *terms, unit in pairs.iter_rows()
    ]
    table = pairs.with_columns(FITS=pl.Series(fits, dtype=pl.Boolean))
    keys = ["TERML", "TERMH", "AVALU"]
    joined = frame.select(keys).join(table, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return ~joined["FITS"]


def _has_thresholds(by_unit: object, unit: str | None) -> bool:
    assert isinstance(by_unit, dict)
    return "" in by_unit or canonical_unit(unit) in by_unit


def _by_test(frame: pl.DataFrame, kind: tuple[Severity, str, str, str]) -> Iterator[Finding]:
    severity, code, what, remedy = kind
    for (test,), rows in frame.sort("LBTESTCD", "USUBJID", "LBSEQ").group_by("LBTESTCD", maintain_order=True):
        first = rows.row(0, named=True)
        shown = f"{first['LBSTRESC'] or first['LBORRES']} {first['LBSTRESU'] or '(no unit)'}"
        record = f"LBSEQ {first['LBSEQ']} of {first['LBDTC']}: {shown}"
        subject = first["USUBJID"] if rows["USUBJID"].n_unique() == 1 else ""
        where = "" if subject else f", first {first['USUBJID']}"
        counted = f"{rows.height} results of {test} {what}{where}"
        yield Finding(severity, code, "LB", subject, record, counted, remedy)
