"""Time to event by group: events and reasons, Kaplan–Meier median, landmarks, restricted means, at risk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from trialwright.analyse.results import DAYS_PER_MONTH
from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell, finite
from trialwright.analyse.times import Times, month_label, months
from trialwright.stats.survival import ConfType, KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from trialwright.analyse.rows import Row
    from trialwright.stats.estimate import Estimate

METHOD = "Kaplan–Meier"
_MOST_TICKS = 12
_TICK_STEPS = (1, 2, 3, 6, 12, 24, 60)
"""Months between two numbers at risk: the first of these that needs at most `_MOST_TICKS` steps."""


def describe_times(
    cell: Cell,
    members: Sequence[str],
    times: Times,
    *,
    conf_type: ConfType,
    level: float,
    landmarks_days: Sequence[float],
    restrictions_days: Sequence[float] = (),
    ticks_months: Sequence[int] = (),
) -> Iterator[Row]:
    """Give every row of one cell; `times` may hold more subjects than `members`, which select.

    Landmarks and restrictions are in days; ticks, the columns of the numbers at risk, in months.
    """
    here = times.among(set(members))
    yield from counts(cell, members, here)
    if here.size == 0:
        yield cell.statement("median", _nobody(members), n=0)
        for days in landmarks_days:
            yield cell.statement("landmark", _nobody(members), item=month_label(days), n=0)
        return
    curve = kaplan_meier(here.days, here.event, conf_type=conf_type, level=level)
    yield median_row(cell, here, curve)
    for days in landmarks_days:
        yield _landmark(cell, here, curve, days)
    for days in restrictions_days:
        yield _restricted_mean(cell, here, curve, days)
    for tick in ticks_months:
        remaining = here.those(here.days >= tick * DAYS_PER_MONTH)
        yield cell.count("at_risk", remaining, n=here.size, item=str(tick))


def _nobody(members: Sequence[str]) -> str:
    """Why there is no curve: nobody in the set, or nobody with a time."""
    return f"{NOT_ESTIMABLE}: no subject has a time for this endpoint" if members else NO_SUBJECTS


def counts(cell: Cell, members: Sequence[str], here: Times) -> Iterator[Row]:
    """Subjects, events by description, censored times by reason; together they are the set."""
    with_time = set(here.subjects)
    size = here.size
    yield cell.count("subjects", here.subjects, n=len(members))
    yield cell.count("not_analysed", [one for one in members if one not in with_time], n=len(members))
    for statistic, which in (("event_count", here.event), ("censored_count", ~here.event)):
        yield cell.count(statistic, here.those(which), n=size)
        by_reason: dict[str, list[str]] = defaultdict(list)
        for subject, reason, holds in zip(here.subjects, here.reasons, which, strict=True):
            if holds:
                by_reason[reason].append(subject)
        for reason, subjects in sorted(by_reason.items(), key=lambda entry: (-len(entry[1]), entry[0])):
            yield cell.count(statistic, subjects, n=size, item=reason)


def median_row(
    cell: Cell,
    here: Times,
    curve: KaplanMeier,
    *,
    statistic: str = "median",
    probability: float = 0.5,
    name: str = METHOD,
) -> Row:
    """Give a quantile of the curve in months with its interval, or that it is not reached.

    `events` are those of the curve: in a reverse curve, the censored times.
    """
    found: Estimate = curve.quantile(probability)
    value, low, high = finite(found.value), finite(found.low), finite(found.high)
    open_above = "" if high is not None else "upper limit not reached"
    text = "not reached" if value is None else open_above
    return cell.number(
        statistic,
        None if value is None else months(value),
        here.subjects,
        interval=(None if low is None else months(low), None if high is None else months(high)),
        level=curve.level,
        method=f"{name}; Brookmeyer–Crowley, {words(curve.conf_type)}",
        n=here.size,
        events=int(curve.n_events),
        text=text,
    )


def words(conf_type: ConfType) -> str:
    """Write the kind of interval as a person would: log-log."""
    return str(conf_type.value).replace("_", "-")


def _landmark(cell: Cell, here: Times, curve: KaplanMeier, days: float) -> Row:
    """Survival at a time; past the last time of an unfinished curve nobody knows it."""
    item = month_label(days)
    method = f"{METHOD}; {words(curve.conf_type)}"
    remaining = here.those(here.days >= days)
    if not remaining and curve.survival[-1] > 0:
        longest = months(float(here.days.max()))
        text = f"{NOT_ESTIMABLE}: nobody is followed to {item} months; the longest time is {longest:.1f}"
        return cell.statement("landmark", text, here.subjects, item=item, method=method, n=here.size)
    found = curve.at(np.array([days]))[0]
    undefined = words(curve.conf_type) if finite(found.low) is None else ""
    return cell.number(
        "landmark",
        found.survival,
        here.subjects,
        item=item,
        interval=(found.low, found.high),
        level=curve.level,
        method=method,
        n=here.size,
        events=int((here.event & (here.days <= days)).sum()),
        text=f"the {undefined} interval is not defined at survival 0 or 1" if undefined else "",
    )


def _restricted_mean(cell: Cell, here: Times, curve: KaplanMeier, days: float) -> Row:
    """Mean time up to a restriction; needs a curve that reaches so far."""
    item = month_label(days)
    if float(here.days.max()) < days and curve.survival[-1] > 0:
        text = f"{NOT_ESTIMABLE}: nobody is followed to {item} months"
        return cell.statement("rmst", text, here.subjects, item=item, n=here.size)
    found = curve.rmst(days)
    return cell.number(
        "rmst",
        months(found.value),
        here.subjects,
        item=item,
        interval=(months(found.low), months(found.high)),
        level=curve.level,
        method="area under the Kaplan–Meier curve",
        n=here.size,
        events=here.event_count,
    )


def ticks(times: Times, members: Collection[str]) -> list[int]:
    """Choose the months at which numbers at risk are shown: from 0 past the longest time."""
    here = times.among(members)
    if here.size == 0:
        return []
    longest = months(float(here.days.max()))
    step = next((step for step in _TICK_STEPS if longest / step <= _MOST_TICKS), _TICK_STEPS[-1])
    return list(range(0, int(longest // step + 1) * step + 1, step))
