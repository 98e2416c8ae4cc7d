"""Lengths of time as protocols write them: 42 days, 6 weeks, 12 months."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from trialwright.protocol.part import Phrase, nearest, wrong

DAYS_PER_MONTH = 30.4375
"""365.25 / 12."""

_LONGEST = 36_525
_PHRASE = re.compile(r"^(\d{1,6}(?:\.\d{1,4})?)\s*([A-Za-z]+)$")


class TimeUnit(StrEnum):
    """The unit of a duration; a month is 30.4375 days, a year 365.25."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_DAYS = {TimeUnit.DAYS: 1.0, TimeUnit.WEEKS: 7.0, TimeUnit.MONTHS: DAYS_PER_MONTH, TimeUnit.YEARS: 365.25}
_WORDS = {word: unit for unit in TimeUnit for word in (unit.value, unit.value.removesuffix("s"))}


class Duration(Phrase):
    """A length of time, such as 28 days or 6 weeks."""

    examples: ClassVar[tuple[str, ...]] = ("28 days", "6 weeks", "12 months")

    amount: Annotated[float, Field(strict=True, ge=0, le=_LONGEST, allow_inf_nan=False)]
    unit: TimeUnit

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '6 weeks'."""
        match = _PHRASE.match(text)
        if match is None:
            raise wrong("a number and days, weeks, months or years, such as '28 days'")
        unit = _WORDS.get(match[2])
        if unit is None:
            raise wrong("days, weeks, months or years", meant=nearest(match[2], _WORDS))
        return {"amount": float(match[1]), "unit": unit}

    @property
    def exact_days(self) -> float:
        """The length in days, months and years unrounded."""
        return self.amount * _DAYS[self.unit]

    @property
    def days(self) -> int:
        """The length in whole days: months and years go to the nearest."""
        return int(self.exact_days + 0.5)

    @property
    def months(self) -> float:
        """The length in months: 12 months are 12, days are divided by 30.4375."""
        if self.unit is TimeUnit.MONTHS:
            return self.amount
        return self.exact_days / DAYS_PER_MONTH

    def __str__(self) -> str:
        word = self.unit.value.removesuffix("s") if self.amount == 1 else self.unit.value
        return f"{self.amount:g} {word}"


def days(number: int) -> Duration:
    """Make a duration of whole days.

    >>> days(28).days
    28
    """
    return Duration(amount=float(number), unit=TimeUnit.DAYS)
