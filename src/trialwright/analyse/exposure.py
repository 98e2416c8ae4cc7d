"""Exposure: who was dosed, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.context import ENROLLED, SAFETY_SET
from trialwright.analyse.rows import Cell

if TYPE_CHECKING:
    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "exposure"


def exposure(context: Context) -> list[Row]:
    """Count the subjects dosed in the safety set, or among the enrolled where the study has none."""
    population = SAFETY_SET if SAFETY_SET in context.study.analysis_sets else ENROLLED
    dosed = set(context.adam.adsl.filter(pl.col("TRTSDT").is_not_null())["USUBJID"])
    rows: list[Row] = []
    for group in context.groups:
        members = context.members(population, group)
        treated = [one for one in members if one in dosed]
        rows.append(Cell(SECTION, SECTION, population, group).count("dosed", treated, n=len(members)))
    return rows
