"""Best response of each subject, and its categories by population and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.baseline import counted
from trialwright.analyse.rows import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "response"
UNCONFIRMED = "BOR"
CONFIRMED = "CBOR"
CATEGORIES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
NO_ASSESSMENT = "MISSING"


def best_responses(
    context: Context, paramcd: str, *, minimum_sd_days: int | None = None
) -> Mapping[str, str]:
    """Give every subject's best response; MISSING for who has none in adrs."""
    adrs = context.adrs(minimum_sd_days)
    rows = adrs.filter(pl.col("PARAMCD") == paramcd, pl.col("AVALC").is_not_null())
    found = dict.fromkeys(context.subjects, NO_ASSESSMENT)
    found.update(rows.select("USUBJID", "AVALC").iter_rows())
    return found


def first_responses(context: Context) -> Mapping[str, str]:
    """Give every subject's response at the first assessment after baseline; MISSING for who has none."""
    visits = context.adam.adrs.filter(
        pl.col("PARAMCD") == "OVR", pl.col("ANL01FL") == "Y", pl.col("AVALC").is_not_null()
    )
    first = visits.sort("USUBJID", "ADT").unique("USUBJID", keep="first", maintain_order=True)
    found = dict.fromkeys(context.subjects, NO_ASSESSMENT)
    found.update(first.select("USUBJID", "AVALC").iter_rows())
    return found


def categories(context: Context, population: str) -> Iterator[Row]:
    """Count each category, unconfirmed and confirmed; together they are the population."""
    for paramcd in (UNCONFIRMED, CONFIRMED):
        best = best_responses(context, paramcd)
        seen = {best[subject] for subject in context.members(population)}
        for group in context.groups:
            cell = Cell(SECTION, paramcd, population, group)
            members = context.members(population, group)
            for category in (*CATEGORIES, *sorted(seen - set(CATEGORIES))):
                chosen = [one for one in members if best[one] == category]
                yield from counted(cell, chosen, len(members), category)
