"""How long subjects were followed: reverse Kaplan–Meier, in which a censored time is the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.analyse.baseline import QUANTILE_METHOD, quantile_type_2
from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell
from trialwright.analyse.time_to_event import median_row
from trialwright.analyse.times import Times, months, times_of
from trialwright.protocol.endpoints import (
    PRIMARY,
    Event,
    FollowUpEndpoint,
    FollowUpMethod,
    Start,
    TimeToEventEndpoint,
)
from trialwright.stats.survival import ConfType, reverse_kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "follow-up"
REVERSE = "reverse Kaplan–Meier"
OBSERVED = "observed time from start to death or last known alive"
_QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}
_START_COLUMN = {Start.RANDOMISATION: "RANDDT", Start.FIRST_DOSE: "TRTSDT", Start.ENROLMENT: "ENRLDT"}


def follow_up(context: Context) -> list[Row]:
    """Describe every follow-up endpoint by group."""
    rows: list[Row] = []
    for name, endpoint in context.study.endpoints.items():
        if isinstance(endpoint, FollowUpEndpoint):
            times = _times(context, endpoint)
            for group in context.columns(endpoint.by):
                cell = Cell(SECTION, name, endpoint.set, group)
                rows += _describe(cell, context.members(endpoint.set, group, endpoint.by), times, endpoint)
    return rows


def _times(context: Context, endpoint: FollowUpEndpoint) -> Times:
    """Time to death or last known alive: those of overall survival if it starts alike, else from adsl."""
    for name, other in context.study.endpoints.items():
        if not isinstance(other, TimeToEventEndpoint):
            continue
        if other.events == (Event.DEATH,) and other.start is endpoint.start:
            return times_of(context.adam.adtte, name, PRIMARY)
    return _times_of_adsl(context, endpoint)


def _times_of_adsl(context: Context, endpoint: FollowUpEndpoint) -> Times:
    """From the start to death or the last date known alive, no later than the data cut-off."""
    cut_off = pl.lit(context.study.data_cutoff, dtype=pl.Date)
    dead = pl.col("DTHDT").is_not_null() & (cut_off.is_null() | (pl.col("DTHDT") <= cut_off))
    alive = pl.col("LSTALVDT")
    last_alive = pl.when(alive.is_not_null()).then(pl.min_horizontal(alive, cut_off))
    end = pl.when(dead).then("DTHDT").otherwise(last_alive)
    start = pl.col(_START_COLUMN[endpoint.start])
    frame = (
        context.adam.adsl.with_columns(END=end)
        .with_columns(DAYS=(pl.col("END") - start).dt.total_days() + 1)
        .select("USUBJID", "DAYS", DEAD=dead)
        .filter(pl.col("DAYS").is_not_null() & (pl.col("DAYS") > 0))
        .sort("USUBJID")
    )
    return Times(
        subjects=tuple(frame["USUBJID"].to_list()),
        days=frame["DAYS"].cast(pl.Float64).to_numpy(),
        event=frame["DEAD"].to_numpy().astype(np.bool_),
        reasons=tuple("DEATH" if died else "LAST KNOWN ALIVE" for died in frame["DEAD"]),
    )


def _describe(cell: Cell, members: Sequence[str], times: Times, endpoint: FollowUpEndpoint) -> Iterator[Row]:
    """Median and quartiles, with intervals where they are estimates, and the range of the times."""
    here = times.among(set(members))
    with_time = set(here.subjects)
    yield cell.count("subjects", here.subjects, n=len(members))
    yield cell.count("not_analysed", [one for one in members if one not in with_time], n=len(members))
    if here.size == 0:
        reason = f"{NOT_ESTIMABLE}: no subject has a time" if members else NO_SUBJECTS
        for statistic in (*_QUARTILES, "min", "max"):
            yield cell.statement(statistic, reason, n=0)
        return
    yield from _quartiles(cell, here, endpoint)
    for statistic, days in (("min", here.days.min()), ("max", here.days.max())):
        yield cell.number(statistic, months(float(days)), here.subjects, method=OBSERVED, n=here.size)


def _quartiles(cell: Cell, here: Times, endpoint: FollowUpEndpoint) -> Iterator[Row]:
    if endpoint.method is FollowUpMethod.OBSERVED:
        for statistic, probability in _QUARTILES.items():
            value = months(quantile_type_2(here.days, probability))
            method = f"{OBSERVED}; {QUANTILE_METHOD}"
            yield cell.number(statistic, value, here.subjects, method=method, n=here.size)
        return
    conf_type = ConfType(endpoint.conf_type.value)
    curve = reverse_kaplan_meier(here.days, here.event, conf_type=conf_type, level=endpoint.level)
    for statistic, probability in _QUARTILES.items():
        yield median_row(cell, here, curve, statistic=statistic, probability=probability, name=REVERSE)
