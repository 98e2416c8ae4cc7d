"""Dates that do not exist, or contradict each other."""

from __future__ import annotations

import calendar
import datetime as dt
from itertools import combinations
from typing import TYPE_CHECKING

from trialwright.claims.calendar import window
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import DateClaim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication

CODE = "DATE-EXISTS"
ORDER = "DATE-ORDER"
SOURCE = "Gregorian calendar"
_MONTHS = 12


def dates(publication: Publication) -> Iterator[Finding]:
    """Each date by itself, then the order of enrolment and cut-off."""
    for name, text in _dates(publication):
        yield _exists(name, text)
    yield from _order(publication)


def _dates(publication: Publication) -> list[tuple[str, str]]:
    study = publication.study
    start, end = study.accrual or (None, None)
    stated = (("study.accrual[1]", start), ("study.accrual[2]", end), ("study.cutoff", study.cutoff))
    known = [(name, text) for name, text in stated if text is not None]
    return known + [(claim.id, claim.date) for claim in publication.all_of(DateClaim)]


def _exists(name: str, text: str) -> Finding:
    if window(text) is not None:
        return Finding(CODE, Verdict.OK, (name,), f"{text} exists", source=SOURCE)
    return Finding(
        CODE,
        Verdict.ERROR,
        (name,),
        f"{text}: {_why(text)}",
        source=SOURCE,
        minimal_repairs=tuple(_existing(text)),
        question=f"Which day is meant by {text}?",
    )


def _why(text: str) -> str:
    year, month, *day = (int(part) for part in text.split("-"))
    if not 1 <= month <= _MONTHS:
        return f"there is no month {month}"
    days = calendar.monthrange(max(year, 1), month)[1]
    return f"{calendar.month_name[month]} {year} has {days} days, not {day[0] if day else 0}"


def _existing(text: str) -> Iterator[str]:
    """The days nearest to one that does not exist: the month's last, the same day of the months beside it."""
    year, month, *rest = (int(part) for part in text.split("-"))
    if not rest or not 1 <= month <= _MONTHS or year < 1:
        return
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    yield last.isoformat()
    yield (last + dt.timedelta(days=1)).isoformat()
    for other in (month - 1, month + 1):
        if 1 <= other <= _MONTHS and 1 <= rest[0] <= calendar.monthrange(year, other)[1]:
            yield dt.date(year, other, rest[0]).isoformat()


def _order(publication: Publication) -> Iterator[Finding]:
    named = {name: text for name, text in _dates(publication) if name.startswith("study.")}
    for (first, early), (second, late) in combinations(named.items(), 2):
        before, after = window(early), window(late)
        if before is None or after is None:
            continue
        if before.first > after.last:
            text = f"{early} ({first}) lies after {late} ({second})"
            question = "Which of the two dates is right?"
            yield Finding(
                ORDER, Verdict.ERROR, (first, second), text, (), SOURCE, ("the dates swapped",), question
            )
        else:
            text = f"{early} does not lie after {late}"
            yield Finding(ORDER, Verdict.OK, (first, second), text, (), SOURCE)
