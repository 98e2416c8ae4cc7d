"""How long subjects were followed: reverse Kaplan–Meier, in which a censored time is the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell
from trialwright.analyse.time_to_event import median_row
from trialwright.analyse.times import Times, months
from trialwright.stats.survival import ConfType, reverse_kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.analyse.rows import Row

SECTION = "follow-up"
METHOD = "reverse Kaplan–Meier"
_QUANTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


def describe_follow_up(
    cell: Cell, members: Sequence[str], times: Times, *, conf_type: ConfType, level: float
) -> Iterator[Row]:
    """Median and quartiles with intervals, and the range of the times themselves."""
    here = times.among(set(members))
    with_time = set(here.subjects)
    yield cell.count("subjects", here.subjects, n=len(members))
    yield cell.count("not_analysed", [one for one in members if one not in with_time], n=len(members))
    if here.size == 0:
        reason = f"{NOT_ESTIMABLE}: no subject has a time" if members else NO_SUBJECTS
        for statistic in (*_QUANTILES, "min", "max"):
            yield cell.statement(statistic, reason, method=METHOD, n=0)
        return
    curve = reverse_kaplan_meier(here.days, here.event, conf_type=conf_type, level=level)
    for statistic, probability in _QUANTILES.items():
        yield median_row(cell, here, curve, statistic=statistic, probability=probability, name=METHOD)
    for statistic, days in (("min", here.days.min()), ("max", here.days.max())):
        method = "time from start to event or censoring"
        yield cell.number(statistic, months(float(days)), here.subjects, method=method, n=here.size)
