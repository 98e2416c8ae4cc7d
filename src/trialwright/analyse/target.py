"""Target lesions: the best percentage change of the sum of diameters, one row a subject (waterfall)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.best_response import UNCONFIRMED, best_responses
from trialwright.analyse.rows import NOT_ESTIMABLE, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "target"
SUM = "SDIAM"
METHOD = "smallest change from baseline of the analysed visits after baseline, up to first progression"


def best_changes(context: Context, population: str) -> Iterator[Row]:
    """Give each subject's best percentage change; the text holds the best response, unconfirmed."""
    best = best_responses(context, UNCONFIRMED)
    changes = dict(_smallest_change(context).iter_rows())
    for subject in context.members(population):
        cell = Cell(SECTION, SUM, population, context.group_of[subject])
        change = changes.get(subject)
        text = best[subject] if change is not None else f"{NOT_ESTIMABLE}: no target sum after baseline"
        yield cell.number(
            "best_change_percent", change, [subject], item=subject, method=METHOD, n=1, text=text
        )


def _smallest_change(context: Context) -> pl.DataFrame:
    """USUBJID and the smallest PCHG up to the visit of progression."""
    progression = context.adam.adrs.filter(
        pl.col("PARAMCD") == "PD", pl.col("AVALC") == "Y", pl.col("ADT").is_not_null()
    ).select("USUBJID", pl.col("ADT").alias("PDDT"))
    return (
        context.adam.adtr.filter(
            pl.col("PARAMCD") == SUM,
            pl.col("ANL01FL").fill_null("") == "Y",
            pl.col("ABLFL").fill_null("") != "Y",
            pl.col("PCHG").is_not_null(),
        )
        .join(progression, on="USUBJID", how="left")
        .filter(pl.col("PDDT").is_null() | (pl.col("ADT") <= pl.col("PDDT")))
        .group_by("USUBJID")
        .agg(pl.col("PCHG").min())
    )
