"""Serum markers on therapy: the change from baseline to a landmark visit, and times counted from there.

Who has no change is never dropped silently: REASON says why. Outcome is counted from the day of the
landmark sample, so that nobody is credited with time that had to be survived to give it (immortal time).

Source: Anderson, Cain and Gelber (1983), Journal of Clinical Oncology 1:710, for landmark analysis.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.biomarkers import Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.protocol.biomarkers import SerumMarkers
    from trialwright.protocol.schedule import Visit

PER_CENT = 100.0
NOT_MEASURED = "never measured"
NO_BASELINE = "no result before the first dose"
BASELINE_NOT_A_NUMBER = "the result before the first dose is not a number"
NO_VISIT = "no result at {visit}"
NOT_ON_TREATMENT = "the result at {visit} is not on treatment"
NOT_A_NUMBER = "the result at {visit} is not a number"
OTHER_UNIT = "no result before the first dose in the unit of {visit}"
NO_RATIO = "a result of 0 or below has no ratio"

NO_TIME = "no time for this endpoint"
EVENT_BEFORE = "event on or before {visit}"
CENSORED_BEFORE = "followed no further than {visit}"

CHANGE_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "USUBJID": pl.String(),
        "MARKER": pl.String(),
        "UNIT": pl.String(),
        "BASE": pl.Float64(),
        "AVAL": pl.Float64(),
        "ADT": pl.Date(),  # of the landmark sample
        "CHANGE": pl.Float64(),  # as the study file wants it told
        "LOG2": pl.Float64(),  # log2 of AVAL / BASE
        "REASON": pl.String(),  # why CHANGE is null; "" where it is not
    }
)

_CHANGES: Mapping[Change, pl.Expr] = MappingProxyType(
    {
        Change.DIFFERENCE: pl.col("AVAL") - pl.col("BASE"),
        Change.PERCENT: PER_CENT * (pl.col("AVAL") - pl.col("BASE")) / pl.col("BASE"),
        Change.LOG2_RATIO: (pl.col("AVAL") / pl.col("BASE")).log(2),
    }
)


def visit_spellings(visit: str, visits: Mapping[str, Visit]) -> list[str]:
    """Give the spellings of a visit in the data, in capitals: its name and those of the study file."""
    stated = visits[visit].sdtm if visit in visits else ()
    return sorted({visit.upper(), *(spelling.upper() for spelling in stated)})


def serum_changes(
    serum: SerumMarkers, visits: Mapping[str, Visit], adlb: pl.DataFrame, subjects: Sequence[str]
) -> pl.DataFrame:
    """Give the change of each analyte from baseline to the landmark visit, one row a subject and analyte.

    Baseline is ADLB's: the last number on or before the day of the first dose. Of several results at the
    landmark visit the last number counts; it must be on treatment and in the unit of the baseline.

    Args:
        serum: Analytes, landmark visit and kind of change.
        visits: The visits of the study, for their spelling in the data.
        adlb: ADLB of the study; may be empty.
        subjects: Everybody who should have a row.

    Returns:
        A frame of CHANGE_SCHEMA, sorted by the order of the analytes, then of `subjects`.
    """
    everyone = pl.DataFrame({"USUBJID": list(subjects)}, schema={"USUBJID": pl.String}).join(
        pl.DataFrame({"MARKER": list(serum.analytes)}), how="cross"
    )
    facts = everyone.join(_baseline(serum, adlb), on=("USUBJID", "MARKER"), how="left", maintain_order="left")
    spellings = visit_spellings(serum.landmark, visits)
    facts = facts.join(
        _landmark(serum, adlb, spellings), on=("USUBJID", "MARKER"), how="left", maintain_order="left"
    )
    facts = facts.with_columns(REASON=_reason(serum))
    usable = pl.col("REASON") == ""
    ratio = pl.when(usable & (pl.col("BASE") > 0) & (pl.col("AVAL") > 0)).then(_CHANGES[Change.LOG2_RATIO])
    facts = facts.with_columns(CHANGE=pl.when(usable).then(_CHANGES[serum.change]), LOG2=ratio)
    order = pl.Enum(list(serum.analytes))
    return facts.sort(pl.col("MARKER").cast(order), maintain_order=True).select(
        pl.col(name).cast(dtype) for name, dtype in CHANGE_SCHEMA.items()
    )


def _of_markers(serum: SerumMarkers, adlb: pl.DataFrame) -> pl.DataFrame:
    columns = {
        "USUBJID": pl.String(),
        "PARAMCD": pl.String(),
        "AVAL": pl.Float64(),
        "AVALU": pl.String(),
        "ADT": pl.Date(),
        "ADY": pl.Int64(),
        "AVISIT": pl.String(),
        "BASE": pl.Float64(),
        "ONTRTFL": pl.String(),
        "SRCSEQ": pl.Int64(),
    }
    if not adlb.height:
        return pl.DataFrame(schema=columns).rename({"PARAMCD": "MARKER"})
    rows = adlb.filter(pl.col("PARAMCD").is_in(list(serum.analytes)))
    return rows.select(pl.col(name).cast(dtype) for name, dtype in columns.items()).rename(
        {"PARAMCD": "MARKER"}
    )


def _baseline(serum: SerumMarkers, adlb: pl.DataFrame) -> pl.DataFrame:
    """Whether there are results at all, before the first dose, and numbers among these."""
    before = pl.col("ADY") <= 1
    return (
        _of_markers(serum, adlb)
        .group_by("USUBJID", "MARKER")
        .agg(BEFORE=before.any(), NUMBER=(before & pl.col("AVAL").is_not_null()).any(), SEEN=pl.len() > 0)
    )


def _landmark(serum: SerumMarkers, adlb: pl.DataFrame, spellings: Sequence[str]) -> pl.DataFrame:
    """The result at the landmark visit: on treatment before others, numbers before others, then the last."""
    here = _of_markers(serum, adlb).filter(pl.col("AVISIT").str.to_uppercase().is_in(list(spellings)))
    ranked = here.with_columns(
        ON=(pl.col("ONTRTFL") == "Y").fill_null(value=False),
        COUNTS=pl.col("AVAL").is_not_null(),
        SAME=pl.col("BASE").is_not_null(),
    ).sort("ON", "COUNTS", "SAME", "ADT", "SRCSEQ", nulls_last=False)
    return ranked.group_by("USUBJID", "MARKER").agg(
        pl.col("AVAL", "BASE", "ADT", "ON", "COUNTS", "SAME").last(), UNIT=pl.col("AVALU").last()
    )


def _reason(serum: SerumMarkers) -> pl.Expr:
    """Why there is no change, the first that holds."""

    def told(words: str) -> pl.Expr:
        return pl.lit(words.format(visit=serum.landmark))

    holds = (
        (pl.col("SEEN").is_null(), NOT_MEASURED),
        (~pl.col("BEFORE").fill_null(value=False), NO_BASELINE),
        (~pl.col("NUMBER").fill_null(value=False), BASELINE_NOT_A_NUMBER),
        (pl.col("ON").is_null(), NO_VISIT),
        (~pl.col("ON"), NOT_ON_TREATMENT),
        (~pl.col("COUNTS"), NOT_A_NUMBER),
        (~pl.col("SAME"), OTHER_UNIT),
        (_has_no_ratio(serum.change), NO_RATIO),
    )
    found = pl.lit("")
    for condition, words in reversed(holds):
        found = pl.when(condition.fill_null(value=False)).then(told(words)).otherwise(found)
    return found


def _has_no_ratio(change: Change) -> pl.Expr:
    if change is Change.DIFFERENCE:
        return pl.lit(value=False)
    if change is Change.PERCENT:
        return pl.col("BASE") <= 0
    return (pl.col("BASE") <= 0) | (pl.col("AVAL") <= 0)


TIME_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "USUBJID": pl.String(),
        "CHANGE": pl.Float64(),
        "DAYS": pl.Float64(),  # from the landmark sample
        "EVENT": pl.Boolean(),
        "REASON": pl.String(),  # why the subject is left out; "" where it is not
    }
)


def from_landmark(
    changes: pl.DataFrame, times: pl.DataFrame, planned: pl.DataFrame, landmark: str
) -> pl.DataFrame:
    """Count an endpoint from the landmark sample; say of everybody else why they are left out.

    An event on the day of the sample is left out: it is not known which came first.

    Args:
        changes: One analyte of `serum_changes`.
        times: ADTTE of one endpoint and variant: USUBJID, ADT, CNSR.
        planned: USUBJID and PLANDT, the last day planned for the landmark visit (null where unknown); it
            tells who could not give a sample because the event came first.
        landmark: The name of the visit.

    Returns:
        A frame of TIME_SCHEMA, in the order of `changes`.
    """
    ends = times.select("USUBJID", END="ADT", EVENT=pl.col("CNSR") == 0)
    joined = changes.join(ends, on="USUBJID", how="left", maintain_order="left").join(
        planned.select("USUBJID", "PLANDT"), on="USUBJID", how="left", maintain_order="left"
    )
    without = pl.col("REASON") != ""
    days = (pl.col("END") - pl.col("ADT")).dt.total_days()
    over = pl.when(without).then(pl.col("END") <= pl.col("PLANDT")).otherwise(days <= 0)
    over = over.fill_null(value=False)
    reason = (
        pl.when(pl.col("END").is_null() | pl.col("EVENT").is_null())
        .then(pl.lit(NO_TIME))
        .when(over & pl.col("EVENT"))
        .then(pl.lit(EVENT_BEFORE.format(visit=landmark)))
        .when(over)
        .then(pl.lit(CENSORED_BEFORE.format(visit=landmark)))
        .otherwise("REASON")
    )
    told = joined.with_columns(REASON=reason, DAYS=days)
    kept = pl.col("REASON") == ""
    return told.with_columns(pl.when(kept).then(pl.col("DAYS", "CHANGE"))).select(
        pl.col(name).cast(dtype) for name, dtype in TIME_SCHEMA.items()
    )
