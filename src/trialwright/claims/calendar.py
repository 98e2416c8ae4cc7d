"""Calendar limits of a trial: printed dates, and the longest follow-up that they allow."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.fields import TimeUnit

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

DAYS = {TimeUnit.DAY: 1.0, TimeUnit.WEEK: 7.0, TimeUnit.MONTH: 30.4375, TimeUnit.YEAR: 365.25}
SHORTEST_DAYS = {TimeUnit.DAY: 1.0, TimeUnit.WEEK: 7.0, TimeUnit.MONTH: 30.0, TimeUnit.YEAR: 365.0}
"""The fewest days by which authors divide: no time is too long that months of 30 days allow."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The first and last day that a printed date can mean."""

    first: dt.date
    last: dt.date


def window(text: str) -> Window | None:
    """The days of a printed date: one, a month or a year of them; None where it does not exist."""
    parts = [int(part) for part in text.split("-")]
    year = parts[0]
    if not 1 <= year <= dt.MAXYEAR:
        return None
    if len(parts) == 1:
        return Window(dt.date(year, 1, 1), dt.date(year, _MONTHS, 31))
    month = parts[1]
    if not 1 <= month <= _MONTHS:
        return None
    days = calendar.monthrange(year, month)[1]
    if len(parts) == 2:  # noqa: PLR2004 - year and month
        return Window(dt.date(year, month, 1), dt.date(year, month, days))
    if not 1 <= parts[2] <= days:
        return None
    day = dt.date(year, month, parts[2])
    return Window(day, day)


def longest_follow_up_days(publication: Publication) -> int | None:
    """From the first possible enrolment to the last possible day of the data cut-off, both counted.

    Not known where the cut-off lies before the enrolment: one of the two dates is wrong then.
    """
    accrual, cutoff = publication.study.accrual, publication.study.cutoff
    if accrual is None or accrual[0] is None or cutoff is None:
        return None
    start, end = window(accrual[0]), window(cutoff)
    if start is None or end is None:
        return None
    days = (end.last - start.first).days + 1
    return days if days > 0 else None


def shortest_potential_days(publication: Publication) -> int | None:
    """From the last enrolment to the cut-off: everybody alive was followed for that long at least."""
    accrual, cutoff = publication.study.accrual, publication.study.cutoff
    if accrual is None or accrual[1] is None or cutoff is None:
        return None
    start, end = window(accrual[1]), window(cutoff)
    if start is None or end is None:
        return None
    return (end.first - start.last).days


def in_days(number: Printed, unit: TimeUnit) -> float:
    """A printed time in days."""
    return float(number) * DAYS[unit]


def least_in_days(number: Printed, unit: TimeUnit) -> float:
    """The shortest time that is printed so, rounded or cut off, in months of 30 days."""
    return float(number.rounded.low) * SHORTEST_DAYS[unit]
