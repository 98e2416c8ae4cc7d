"""Visits at which the response derived from the lesions and the recorded one differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import DISAGREEMENT_COLUMNS

if TYPE_CHECKING:
    from trialwright.analyse.context import Context

FROM_LESIONS = "OVRLES"
RECORDED = "OVRREC"
_DAY = ("USUBJID", "ADT")
_VISIT = ("USUBJID", "VISITNUM")


def disagreements(context: Context) -> pl.DataFrame:
    """Set derived beside recorded responses, of the same day or else of the same visit.

    A response without its counterpart is listed too; the frame is empty where only one kind exists.
    """
    derived, recorded = _one_a_day(context, FROM_LESIONS), _one_a_day(context, RECORDED)
    if derived.is_empty() or recorded.is_empty():
        return pl.DataFrame(schema=dict(DISAGREEMENT_COLUMNS))
    same_day = _pairs(derived, recorded, _DAY)
    left = derived.join(same_day, on="LEFT", how="anti").unique(_VISIT, keep="none")
    right = recorded.join(same_day, on="RIGHT", how="anti").unique(_VISIT, keep="none")
    same_visit = _pairs(left, right, _VISIT)
    pairs = pl.concat([same_day, same_visit])
    both = derived.join(pairs, on="LEFT", how="left").join(recorded, on="RIGHT", how="full", suffix="_REC")
    differing = both.filter(pl.col("AVALC").fill_null("") != pl.col("AVALC_REC").fill_null(""))
    return differing.select(
        subject=pl.coalesce("USUBJID", "USUBJID_REC"),
        date=pl.coalesce("ADT", "ADT_REC"),
        visit=pl.coalesce("AVISIT", "AVISIT_REC", pl.lit("")),
        derived=pl.col("AVALC").fill_null(""),
        recorded=pl.col("AVALC_REC").fill_null(""),
        reason=pl.col("REASON").fill_null(""),
    ).select(
        "subject",
        pl.col("subject").replace_strict(dict(context.group_of), default="").alias("group"),
        "date",
        "visit",
        "derived",
        "recorded",
        "reason",
    ).sort("subject", "date", "visit", "derived", "recorded")  # fmt: skip


def _one_a_day(context: Context, paramcd: str) -> pl.DataFrame:
    """The analysed record of each subject and day up to the cut-off: LEFT (derived) or RIGHT (recorded)."""
    side = "LEFT" if paramcd == FROM_LESIONS else "RIGHT"
    until = pl.lit(context.study.data_cutoff, dtype=pl.Date)
    return (
        context.adam.adrs.filter(pl.col("PARAMCD") == paramcd, pl.col("ANL01FL").fill_null("") == "Y")
        .filter((pl.col("ADT") <= until).fill_null(value=True))
        .select("USUBJID", "ADT", "AVISIT", "VISITNUM", "AVALC", "REASON")
        .sort("USUBJID", "ADT", "VISITNUM", "AVALC")
        .unique(_DAY, keep="first", maintain_order=True)
        .with_row_index(side)
    )


def _pairs(derived: pl.DataFrame, recorded: pl.DataFrame, on: tuple[str, str]) -> pl.DataFrame:
    """LEFT and RIGHT of what lies on the same day, or at the same visit; null meets nothing."""
    return derived.select("LEFT", *on).join(recorded.select("RIGHT", *on), on=on).select("LEFT", "RIGHT")
