"""The kinds of values that claims.yaml is made of: dates as text, levels, limits, ids, labels and units."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from trialwright.claims.printed import Printed
from trialwright.protocol.part import CountOrZero, wrong

_DAY = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")
_HIGHEST_LEVEL = 100
_LOWEST_LEVEL = 50


def _read_day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.match(value.strip()):
        raise wrong("a date as year-month-day, in quotes, as it is printed even where it does not exist")
    return value.strip()


def _read_level(value: object) -> object:
    number = value.rstrip(" %") if isinstance(value, str) else value
    try:
        level = float(number)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise wrong("a confidence level in percent, such as 95") from None
    if isinstance(value, bool) or not _LOWEST_LEVEL <= level < _HIGHEST_LEVEL:
        raise wrong("a confidence level in percent, such as 95")
    return level


def _read_limits(value: object) -> object:
    if isinstance(value, dict) and set(value) == {"low", "high"}:
        return [value["low"], value["high"]]
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a lower and an upper limit
        raise wrong("a lower and an upper limit as printed, such as ['27.1', '66.2']")
    return value


def read_ids(value: object) -> object:
    """Let one id stand for a list of one."""
    return [value] if isinstance(value, str) else value


DayText = Annotated[str, BeforeValidator(_read_day)]
Level = Annotated[float, BeforeValidator(_read_level)]
Limits = Annotated[tuple[Printed | None, Printed | None], BeforeValidator(_read_limits)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(read_ids)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PartCount = CountOrZero | Label


class TimeUnit(StrEnum):
    """The unit of a time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def _read_unit(value: object) -> object:
    return value.removesuffix("s") if isinstance(value, str) else value


Unit = Annotated[TimeUnit, BeforeValidator(_read_unit)]
