"""The records that a field of a condition reads, each with its value as text and as a number.

RECORDS is what every function here returns: USUBJID, TEXT, NUMBER, UNIT, LOW and HIGH (limits of normal)
and RECORD (the words for the record: "LBSEQ 4 of 2014-01-02").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column
from trialwright.protocol.condition_words import DomainKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.protocol.condition import Field
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

ANY_TIME = "any time"
_SCREENING, _BASELINE = "screening", "baseline"

RECORD_SCHEMA: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "TEXT": pl.String(),
    "NUMBER": pl.Float64(),
    "UNIT": pl.String(),
    "LOW": pl.Float64(),
    "HIGH": pl.Float64(),
    "RECORD": pl.String(),
}


def nothing() -> pl.DataFrame:
    """Return no records."""
    return pl.DataFrame(schema=RECORD_SCHEMA)


def records_of(
    field: Field, data: StudyData, adsl: pl.DataFrame | None, study: Study | None, first_dose: pl.DataFrame
) -> pl.DataFrame:
    """Return the records that a field reads; `first_dose` is USUBJID, FIRSTDT."""
    if field.domain == "ADSL":
        return nothing() if adsl is None else _plain(adsl, field)
    if field.domain not in data.domains:
        return nothing()
    frame = data.domain(field.domain)
    if field.kind is DomainKind.SUPPLEMENTAL:
        return _qualifiers(frame, field)
    if field.kind in {DomainKind.EVENTS, DomainKind.INTERVENTIONS}:
        return _plain(occurred(frame, field.domain), field)
    if field.kind is not DomainKind.FINDINGS:
        return _plain(frame, field)
    if field.is_test:
        frame = frame.filter(_upper(f"{field.domain}TESTCD") == field.variable)
    timed = _at_time(frame, field, study, first_dose)
    return _results(timed, field.domain) if field.is_test else _plain(timed, field)


def occurred(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Leave out what the record says did not occur or was not done."""
    keep = pl.lit(value=True)
    for column, denial in ((f"{domain}OCCUR", "N"), (f"{domain}STAT", "NOT DONE")):
        if column in frame.columns:
            keep = keep & (_upper(column) != denial).fill_null(value=True)
    return frame.filter(keep)


def _upper(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_chars().str.to_uppercase()


def _words_for(frame: pl.DataFrame, domain: str) -> pl.Expr:
    """Name a record by its sequence number and day."""
    parts: list[pl.Expr] = []
    if f"{domain}SEQ" in frame.columns:
        parts.append(pl.format(f"{domain}SEQ {{}}", pl.col(f"{domain}SEQ").cast(pl.Int64)))
    day = next((column for column in (f"{domain}DTC", f"{domain}STDTC") if column in frame.columns), None)
    if day is not None:
        parts.append(pl.format("of {}", pl.col(day)))
    return pl.concat_str(parts, separator=" ", ignore_nulls=True) if parts else pl.lit(domain)


def _plain(frame: pl.DataFrame, field: Field) -> pl.DataFrame:
    if field.variable not in frame.columns:
        return nothing()
    column = pl.col(field.variable)
    text = column.cast(pl.String)
    number = (
        column.cast(pl.Float64)
        if frame[field.variable].dtype.is_numeric()
        else text.cast(pl.Float64, strict=False)
    )
    age_unit = field.domain == "DM" and field.variable == "AGE" and "AGEU" in frame.columns
    return frame.select(
        "USUBJID",
        TEXT=text,
        NUMBER=number,
        UNIT=_upper("AGEU") if age_unit else pl.lit(None, dtype=pl.String),
        LOW=pl.lit(None, dtype=pl.Float64),
        HIGH=pl.lit(None, dtype=pl.Float64),
        RECORD=_words_for(frame, field.domain),
    )


def _qualifiers(frame: pl.DataFrame, field: Field) -> pl.DataFrame:
    chosen = frame.filter(_upper("QNAM") == field.variable)
    return chosen.select(
        "USUBJID",
        TEXT="QVAL",
        NUMBER=pl.col("QVAL").cast(pl.Float64, strict=False),
        UNIT=pl.lit(None, dtype=pl.String),
        LOW=pl.lit(None, dtype=pl.Float64),
        HIGH=pl.lit(None, dtype=pl.Float64),
        RECORD=pl.lit(f"{field.domain} {field.variable}"),
    )


def _optional(frame: pl.DataFrame, column: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(column).cast(dtype, strict=False) if column in frame.columns else pl.lit(None, dtype=dtype)


def _results(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    return frame.select(
        "USUBJID",
        TEXT=_optional(frame, f"{domain}STRESC", pl.String()),
        NUMBER=_optional(frame, f"{domain}STRESN", pl.Float64()),
        UNIT=_optional(frame, f"{domain}STRESU", pl.String()),
        LOW=_optional(frame, f"{domain}STNRLO", pl.Float64()),
        HIGH=_optional(frame, f"{domain}STNRHI", pl.Float64()),
        RECORD=_words_for(frame, domain),
    )


def _at_time(
    frame: pl.DataFrame, field: Field, study: Study | None, first_dose: pl.DataFrame
) -> pl.DataFrame:
    """Keep the records of a time; of a test at one time, the last with a result."""
    if field.anchor in {"", ANY_TIME} or frame.is_empty():
        return frame
    dated = frame.with_columns(DAY=_days(frame, field.domain)).join(first_dose, on="USUBJID", how="left")
    not_after = (pl.col("DAY") <= pl.col("FIRSTDT")).fill_null(value=False)
    if field.anchor == _BASELINE:
        chosen = _flagged(dated, field.domain, not_after)
    else:
        names = _visit_names(field.anchor, study)
        visit = _upper("VISIT") if "VISIT" in frame.columns else pl.lit(None, dtype=pl.String)
        here = visit.is_in(names)
        if field.anchor == _SCREENING:
            here = here | visit.str.starts_with("SCREEN")
        chosen = dated.filter(here.fill_null(value=False))
        if field.anchor == _SCREENING and chosen.is_empty():
            chosen = dated.filter(not_after)
    return _last_of_each(chosen, field) if field.is_test else chosen.drop("DAY", "FIRSTDT")


def _flagged(dated: pl.DataFrame, domain: str, not_after: pl.Expr) -> pl.DataFrame:
    """Take the records flagged as baseline, and for subjects without a flag those up to the first dose."""
    flags = [column for column in (f"{domain}LOBXFL", f"{domain}BLFL") if column in dated.columns]
    flagged = pl.any_horizontal([_upper(column) == "Y" for column in flags]) if flags else pl.lit(value=False)
    marked = dated.with_columns(MARK=flagged.fill_null(value=False))
    has_mark = pl.col("MARK").any().over("USUBJID")
    return marked.filter(pl.when(has_mark).then(pl.col("MARK")).otherwise(not_after)).drop("MARK")


def _days(frame: pl.DataFrame, domain: str) -> pl.Series:
    column = f"{domain}DTC"
    if column not in frame.columns:
        return pl.Series("DAY", [None] * frame.height, dtype=pl.Date)
    dates, _flags = impute_column(frame[column], DateRule.LAST_DAY)
    return dates


def _visit_names(anchor: str, study: Study | None) -> Sequence[str]:
    """Return the spellings of a visit in VISIT, in capitals."""
    names = [anchor.upper()]
    for name, visit in (study.visits if study is not None else {}).items():
        if name.upper() == anchor.upper():
            names.extend(spelling.upper() for spelling in visit.sdtm)
    return names


def _last_of_each(frame: pl.DataFrame, field: Field) -> pl.DataFrame:
    """Keep the last record of a subject, one with a result before one without."""
    result = _optional(frame, f"{field.domain}STRESC", pl.String()).is_not_null()
    order = pl.col(f"{field.domain}SEQ") if f"{field.domain}SEQ" in frame.columns else pl.lit(0)
    return (
        frame.with_columns(HAS=result, ORDER=order)
        .sort("USUBJID", "HAS", "DAY", "ORDER", nulls_last=False)
        .unique("USUBJID", keep="last", maintain_order=True)
        .drop("HAS", "ORDER", "DAY", "FIRSTDT")
    )
