"""Dates of SDTM records, completed by a stated rule, with the record they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column

if TYPE_CHECKING:
    from trialwright.sdtm.study_data import StudyData

EVENT_COLUMNS = ("USUBJID", "DATE", "FLAG", "SRCDOM", "SRCVAR", "SRCSEQ")
"""A dated fact of a subject and the record that states it."""

EVENT_SCHEMA: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "DATE": pl.Date(),
    "FLAG": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.Int64(),
}


def with_date(frame: pl.DataFrame, dtc: str, rule: DateRule) -> pl.DataFrame:
    """Add DATE and FLAG, the completed date of column `dtc` and how much of it was imputed."""
    dates, flags = impute_column(frame[dtc], rule)
    return frame.with_columns(DATE=dates, FLAG=flags)


def dated_records(
    data: StudyData,
    domain: str,
    variable: str,
    *,
    rule: DateRule = DateRule.FIRST_DAY,
    where: pl.Expr | None = None,
) -> pl.DataFrame:
    """Give the records of a domain that have this date, as EVENT_COLUMNS.

    Args:
        data: The study's SDTM.
        domain: A domain, such as "DS".
        variable: Its --DTC variable.
        rule: How a partial date is completed.
        where: Which records count; all where None.
    """
    frame = data.domain(domain)
    if variable not in frame.columns or not frame.height:
        return pl.DataFrame(schema=EVENT_SCHEMA)
    if where is not None:
        frame = frame.filter(where)
    sequence = f"{domain}SEQ"
    number = pl.col(sequence) if sequence in frame.columns else pl.lit(None, dtype=pl.Int64)
    return (
        with_date(frame.filter(pl.col(variable).is_not_null()), variable, rule)
        .filter(pl.col("DATE").is_not_null())
        .select(
            "USUBJID",
            "DATE",
            "FLAG",
            SRCDOM=pl.lit(domain),
            SRCVAR=pl.lit(variable),
            SRCSEQ=number.cast(pl.Int64),
        )
    )


def earliest(events: pl.DataFrame) -> pl.DataFrame:
    """One row a subject: the earliest date; of one day, the first source in the given order."""
    return _pick(events, descending=False)


def latest(events: pl.DataFrame) -> pl.DataFrame:
    """One row a subject: the latest date; of one day, the first source in the given order."""
    return _pick(events, descending=True)


def _pick(events: pl.DataFrame, *, descending: bool) -> pl.DataFrame:
    return (
        events.with_row_index("ORDER")
        .sort("USUBJID", "DATE", "ORDER", descending=[False, descending, False])
        .unique("USUBJID", keep="first", maintain_order=True)
        .drop("ORDER")
    )
