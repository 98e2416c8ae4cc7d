"""Visits at which the response derived from the lesions and the recorded one differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import DISAGREEMENT_COLUMNS

if TYPE_CHECKING:
    from trialwright.analyse.context import Context

DERIVED = "OVR"
RECORDED = "OVRREC"


def disagreements(context: Context) -> pl.DataFrame:
    """Set derived beside recorded responses by subject and date; empty where only one kind exists."""
    adrs = context.adam.adrs
    recorded = _one_a_day(adrs, RECORDED).select("USUBJID", "ADT", "VISIT", RECORDED=pl.col("AVALC"))
    if recorded.is_empty():
        return pl.DataFrame(schema=dict(DISAGREEMENT_COLUMNS))
    derived = _one_a_day(adrs, DERIVED).select("USUBJID", "ADT", "VISIT", "REASON", DERIVED=pl.col("AVALC"))
    both = derived.join(recorded, on=["USUBJID", "ADT"], how="full", coalesce=True)
    differing = both.filter(pl.col("DERIVED").fill_null("") != pl.col("RECORDED").fill_null(""))
    group = pl.col("USUBJID").replace_strict(context.group_of, default="", return_dtype=pl.String)
    return differing.select(
        subject="USUBJID",
        group=group,
        date="ADT",
        visit=pl.coalesce("VISIT", "VISIT_right", pl.lit("")),
        derived=pl.col("DERIVED").fill_null(""),
        recorded=pl.col("RECORDED").fill_null(""),
        reason=pl.col("REASON").fill_null(""),
    ).sort("subject", "date", "visit")


def _one_a_day(adrs: pl.DataFrame, paramcd: str) -> pl.DataFrame:
    """The analysed record of each subject and day."""
    return (
        adrs.filter(pl.col("PARAMCD") == paramcd, pl.col("ANL01FL").fill_null("") == "Y")
        .with_columns(VISIT=pl.col("AVISIT").fill_null(""))
        .unique(["USUBJID", "ADT"], keep="first", maintain_order=True)
    )
