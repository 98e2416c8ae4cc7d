"""Exposure endpoints: how many cycles of one phase of the treatment were started, in any analysis set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.exposure import SECTION, summary
from trialwright.analyse.rows import Cell
from trialwright.derive.adex import RECORD
from trialwright.derive.exposure_plan import planned_cycle
from trialwright.protocol.endpoints import ExposureEndpoint

if TYPE_CHECKING:
    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row


def cycles(context: Context) -> list[Row]:
    """Describe every exposure endpoint by group; who was not dosed has no number of cycles."""
    rows: list[Row] = []
    for name, endpoint in context.study.endpoints.items():
        if isinstance(endpoint, ExposureEndpoint):
            started = _started(context, endpoint.phase)
            for group in context.columns(endpoint.by):
                cell = Cell(SECTION, name, endpoint.set, group)
                rows += summary(cell, started, context.members(endpoint.set, group, endpoint.by))
    return rows


def _started(context: Context, phase: str) -> pl.DataFrame:
    """The cycles of the phase that each dosed subject started: USUBJID, AVAL, AVALU, AVALC."""
    doses = context.adam.adex.filter(pl.col("PARCAT1") == RECORD, pl.col("CYCLE").is_not_null())
    given = doses.select("USUBJID", "GROUPA", "CYCLE").unique(maintain_order=True)
    inside = [
        (plan := planned_cycle(context.study.phases_of(group), cycle)) is not None and plan.phase == phase
        for group, cycle in given.select("GROUPA", "CYCLE").iter_rows()
    ]
    counted = given.with_columns(INSIDE=pl.Series(inside, dtype=pl.Boolean))
    return (
        counted.group_by("USUBJID", maintain_order=True)
        .agg(AVAL=pl.col("INSIDE").sum().cast(pl.Float64))
        .with_columns(AVALU=pl.lit(None, dtype=pl.String), AVALC=pl.lit(None, dtype=pl.String))
    )
