"""Target lesions: the best percentage change of the sum of diameters, one row a subject (waterfall)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.best_response import UNCONFIRMED, best_responses
from trialwright.analyse.rows import NOT_ESTIMABLE, Cell
from trialwright.protocol.endpoints import ResponseEndpoint

if TYPE_CHECKING:
    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "target"
SUM = "SDIAM"
_NO_SUM = "no complete target sum between baseline and progression"
METHOD = "smallest change from baseline of the analysed visits after baseline, up to first progression"


def target(context: Context) -> list[Row]:
    """Give each subject's best percentage change; the text holds the best response.

    The set is that of the first response endpoint, and so is the choice of confirmed or unconfirmed.
    """
    stated = [one for one in context.study.endpoints.values() if isinstance(one, ResponseEndpoint)]
    population = stated[0].set if stated else context.main_population
    best = best_responses(context, stated[0].best_response if stated else UNCONFIRMED)
    changes: dict[str, float] = {}
    if context.adam.adtr.height:
        changes = dict(_smallest_change(context).iter_rows())
    rows: list[Row] = []
    for subject in context.members(population):
        cell = Cell(SECTION, SUM, population, context.column_of(subject))
        change = changes.get(subject)
        text = best[subject] if change is not None else f"{NOT_ESTIMABLE}: {_NO_SUM}"
        rows.append(
            cell.number("best_change_percent", change, [subject], item=subject, method=METHOD, n=1, text=text)
        )
    return rows


def _smallest_change(context: Context) -> pl.DataFrame:
    """USUBJID and the smallest PCHG up to progression, the cut-off and, if the study says so, new therapy."""
    progression = context.adam.adrs.filter(
        pl.col("PARAMCD") == "PD", pl.col("AVALC") == "Y", pl.col("ADT").is_not_null()
    ).select("USUBJID", PDDT="ADT")
    therapy = context.adam.adsl.select("USUBJID", "NEWTXDT")
    in_time = [
        pl.col("PDDT").is_null() | (pl.col("ADT") <= pl.col("PDDT")),
        pl.lit(context.study.data_cutoff, dtype=pl.Date).is_null()
        | (pl.col("ADT") <= pl.lit(context.study.data_cutoff, dtype=pl.Date)),
    ]
    if context.study.response.stop_at_new_therapy:
        in_time.append(pl.col("NEWTXDT").is_null() | (pl.col("ADT") < pl.col("NEWTXDT")))
    after_baseline = context.adam.adtr.filter(
        pl.col("PARAMCD") == SUM,
        pl.col("ANL01FL").fill_null("") == "Y",
        pl.col("ABLFL").fill_null("") != "Y",
        pl.col("PCHG").is_not_null(),
    )
    judged = after_baseline.join(progression, on="USUBJID", how="left").join(
        therapy, on="USUBJID", how="left"
    )
    smallest: pl.DataFrame = judged.filter(*in_time).group_by("USUBJID").agg(pl.col("PCHG").min())
    return smallest
