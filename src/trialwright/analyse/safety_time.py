"""Adverse events over time: incidence by time at risk, cumulative incidence, time to onset."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from trialwright.analyse.baseline import QUANTILE_METHOD, quantile_type_2
from trialwright.analyse.comparison import pair_label
from trialwright.analyse.results import DAYS_PER_MONTH, PRIMARY
from trialwright.analyse.rows import NO_SUBJECTS
from trialwright.analyse.safety_events import LEVEL, pairs
from trialwright.stats.competing_risks import cumulative_incidence
from trialwright.stats.rates import poisson_rate, poisson_rate_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.analyse.rows import Cell, Row
    from trialwright.analyse.safety_events import Events

INCIDENCE = "incidence"
DAYS_PER_YEAR = 365.25
MONTHS = (1, 3, 6, 12)
_CENSORED, _EVENT, _DEATH, _STOP = range(4)


class AtRisk(NamedTuple):
    """One subject's time from the first dose (days, the first is day 1) and how it ended."""

    days: float
    cause: int


def incidence(events: Events) -> Iterator[Row]:
    """Rates by patient-years, their ratios, cumulative incidence and time to onset of each line and group."""
    ends = _ends(events)
    chosen = {
        line: expression
        for line, expression in {**events.lines, **events.groups}.items()
        if not (line in events.lines and events.obstacle(line))
    }
    for line, expression in chosen.items():
        first = _first_events(events, expression)
        times = {subject: _at_risk(first.get(subject), end) for subject, end in ends.items()}
        for group in events.context.columns():
            members = [one for one in events.members(group) if one in times]
            cell = events.cell(INCIDENCE, group, PRIMARY)
            yield from _rate(cell, line, members, times)
            yield from _cumulative(cell, line, members, times)
            yield from _onset(cell, line, members, first, ends)
        for one, other in pairs(events.context):
            yield from _ratio(events, line, (one, other), times)


class _End(NamedTuple):
    """When a subject's time at risk starts and ends, and why it ends."""

    start: dt.date
    end: dt.date
    cause: int


def _ends(events: Events) -> dict[str, _End]:
    """The time at risk of each dosed subject, without regard to events."""
    study = events.context.study
    window = dt.timedelta(days=study.safety.window.days)
    columns = ["USUBJID", "TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT"]
    found: dict[str, _End] = {}
    for subject, start, last, death, alive in events.context.adam.adsl.select(columns).iter_rows():
        if start is None:
            continue
        stop = (last or start) + window
        seen = min(one for one in (study.data_cutoff or dt.date.max, alive or stop) if one is not None)
        seen = max(seen, last or start)
        if death is not None and death <= stop and death <= (study.data_cutoff or dt.date.max):
            found[subject] = _End(start, death, _DEATH)
        elif stop <= seen:
            found[subject] = _End(start, stop, _STOP)
        else:
            found[subject] = _End(start, seen, _CENSORED)
    return found


def _first_events(events: Events, expression: pl.Expr) -> dict[str, dt.date]:
    dated = (
        events.frame.filter(expression)
        .group_by("USUBJID")
        .agg(pl.coalesce(pl.col("ASTDT"), pl.col("TRTSDT")).min())
    )
    return dict(dated.iter_rows())


def _at_risk(event: dt.date | None, end: _End) -> AtRisk:
    """A first event, even on the day of another end, is an event."""
    if event is not None:
        return AtRisk((event - end.start).days + 1, _EVENT)
    return AtRisk((end.end - end.start).days + 1, end.cause)


def _totals(members: Sequence[str], times: Mapping[str, AtRisk]) -> tuple[list[str], float]:
    affected = [one for one in members if times[one].cause == _EVENT]
    return affected, sum(times[one].days for one in members) / DAYS_PER_YEAR


def _rate(cell: Cell, line: str, members: Sequence[str], times: Mapping[str, AtRisk]) -> Iterator[Row]:
    if not members:
        yield cell.statement("incidence_rate", NO_SUBJECTS, item=line, n=0)
        return
    affected, years = _totals(members, times)
    rate = poisson_rate(len(affected), years, level=LEVEL)
    yield cell.number(
        "incidence_rate",
        rate.value,
        affected,
        item=line,
        interval=(rate.low, rate.high),
        level=LEVEL,
        method=rate.method,
        n=len(members),
        events=len(affected),
    )
    yield cell.number("patient_years", years, members, item=line, n=len(members))


def _ratio(events: Events, line: str, arms: tuple[str, str], times: Mapping[str, AtRisk]) -> Iterator[Row]:
    both = [[one for one in events.members(arm) if one in times] for arm in arms]
    if not all(both):
        return
    (first, years_1), (second, years_2) = (_totals(members, times) for members in both)
    ratio = poisson_rate_ratio((len(first), len(second)), (years_1, years_2), level=LEVEL)
    yield events.cell(INCIDENCE, pair_label(*arms), PRIMARY).number(
        "incidence_rate_ratio",
        ratio.value,
        (*first, *second),
        item=line,
        interval=(ratio.low, ratio.high),
        level=LEVEL,
        method=ratio.method,
        n=len(both[0]) + len(both[1]),
        events=len(first) + len(second),
        text=ratio.reason,
    )


def _cumulative(cell: Cell, line: str, members: Sequence[str], times: Mapping[str, AtRisk]) -> Iterator[Row]:
    """Cumulative incidence at months that the follow-up reaches; for good where nobody is left at risk."""
    if not members:
        return
    days = np.array([times[one].days for one in members])
    curve = cumulative_incidence(days, [times[one].cause for one in members], causes=_STOP)
    open_end = any(times[one].cause == _CENSORED for one in members if times[one].days == days.max())
    for months in MONTHS:
        limit = months * DAYS_PER_MONTH
        if limit > days.max() and open_end:
            break
        estimate = curve.at(_EVENT, limit)
        behind = [one for one in members if times[one].cause == _EVENT and times[one].days <= limit]
        yield cell.number(
            "cumulative_incidence",
            estimate.value,
            behind,
            item=f"{line}: {months}",
            interval=(estimate.low, estimate.high),
            level=estimate.level,
            method=estimate.method,
            n=len(members),
            events=len(behind),
        )


def _onset(
    cell: Cell, line: str, members: Sequence[str], first: Mapping[str, dt.date], ends: Mapping[str, _End]
) -> Iterator[Row]:
    affected = [one for one in members if one in first]
    if not affected:
        return
    days = np.array([(first[one] - ends[one].start).days + 1 for one in affected], dtype=np.float64)
    for name, share in (("quartile 1", 0.25), ("median", 0.5), ("quartile 3", 0.75)):
        value, item = quantile_type_2(days, share), f"{line}: {name}"
        yield cell.number("days_to_onset", value, affected, item=item, n=days.size, method=QUANTILE_METHOD)
