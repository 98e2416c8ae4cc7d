"""Milestones, the end of the study and new anti-cancer therapy, by rulebook/disposition.toml."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.dated import EVENT_SCHEMA, dated_records, earliest
from trialwright.rulebook import read_sections

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.dates import DateRule
    from trialwright.sdtm.study_data import StudyData


@cache
def disposition_words() -> dict[str, dict[str, list[str]]]:
    """Read the table."""
    return read_sections("disposition.toml")


def milestone(data: StudyData, which: str) -> pl.DataFrame:
    """The first date of a protocol milestone ("randomised", "enrolled"), one row a subject."""
    words = disposition_words()["milestone"][which]
    return earliest(
        dated_records(data, "DS", "DSSTDTC", where=pl.col("DSDECOD").str.to_uppercase().is_in(words))
    )


def screen_failures(data: StudyData) -> pl.Series:
    """The subjects of DM that were screened and not enrolled."""
    words = disposition_words()["screen_failure"]
    failed = pl.col("ARMNRS").str.to_uppercase().is_in(words["reason"]) | pl.col(
        "ARMCD"
    ).str.to_uppercase().is_in(words["armcd"])
    return data.domain("DM").filter(failed.fill_null(value=False))["USUBJID"]


def end_of_study(data: StudyData, cut_off: dt.date | None = None) -> pl.DataFrame:
    """One row a subject with an end: USUBJID, EOSSTT (COMPLETED, DISCONTINUED), EOSDT, DCSREAS, LOST.

    A disposition event counts unless it is about the end of treatment only (DSSCAT) or dated after the
    cut-off; of several, the last.
    """
    words = disposition_words()["end_of_study"]
    scope = pl.coalesce("DSSCAT", pl.lit(""))
    events = data.domain("DS").filter(
        pl.col("DSCAT").str.to_uppercase().is_in(words["category"])
        & ~scope.str.to_uppercase().is_in(words["treatment_scope"])
        & ~pl.col("DSDECOD").str.to_uppercase().is_in(words["screen_failure"])
    )
    decoded = pl.col("DSDECOD").str.to_uppercase()
    dated = dated_records(data, "DS", "DSSTDTC").select("USUBJID", "DATE", DSSEQ="SRCSEQ")
    in_time = (pl.col("DATE") <= pl.lit(cut_off, dtype=pl.Date)).fill_null(value=True)
    return (
        events.join(dated, on=("USUBJID", "DSSEQ"), how="left")
        .filter(in_time)
        .sort("USUBJID", "DATE", "DSSEQ", nulls_last=False)
        .unique("USUBJID", keep="last", maintain_order=True)
        .select(
            "USUBJID",
            EOSSTT=pl.when(decoded.is_in(words["completed"]))
            .then(pl.lit("COMPLETED"))
            .otherwise(pl.lit("DISCONTINUED")),
            EOSDT="DATE",
            DCSREAS=pl.when(~decoded.is_in(words["completed"])).then(decoded),
            LOST=decoded.is_in(words["lost"]),
        )
    )


def new_therapy(data: StudyData, references: pl.DataFrame, rule: DateRule) -> pl.DataFrame:
    """The first new anti-cancer therapy on or after the reference date, one row a subject.

    Medications (CM) and procedures (PR) whose category says so count.
    """
    found = [
        dated_records(data, domain, f"{domain}STDTC", rule=rule, where=_is_new_therapy(domain, frame))
        for domain in ("CM", "PR")
        if (frame := data.domain(domain)).height
    ]
    if not found:
        return pl.DataFrame(schema=EVENT_SCHEMA)
    events = pl.concat(found).join(references.select("USUBJID", "REFDT"), on="USUBJID")
    return earliest(events.filter((pl.col("DATE") >= pl.col("REFDT")).fill_null(value=True)).drop("REFDT"))


def _is_new_therapy(domain: str, frame: pl.DataFrame) -> pl.Expr:
    words = disposition_words()["new_therapy"]["contains"]
    columns = [name for name in (f"{domain}CAT", f"{domain}SCAT") if name in frame.columns]
    says = [
        pl.col(name).str.to_uppercase().str.contains(word, literal=True) for name in columns for word in words
    ]
    occurred = f"{domain}OCCUR"
    happened = pl.col(occurred).fill_null("Y") != "N" if occurred in frame.columns else pl.lit(value=True)
    return pl.any_horizontal(*says).fill_null(value=False) & happened if says else pl.lit(value=False)
