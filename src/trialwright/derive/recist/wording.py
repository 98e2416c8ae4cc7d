"""Dates, lengths, percentages and names as a radiologist writes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EPOCH = dt.date(1970, 1, 1)
PERCENT = 100.0
DECIMALS = 2
ROUNDING = 1e-7


def date_since_1970(day: int) -> str:
    """Write a day number, days since 1970-01-01, as an ISO 8601 date.

    >>> date_since_1970(18690)
    '2021-03-04'
    """
    return (EPOCH + dt.timedelta(days=day)).isoformat()


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers stand for.

    Attributes:
        date_text: writes a day number.
        lesions: one name a target lesion, over all subjects; "target lesion 2" where empty.
        new_lesions: what is new at a visit, such as "liver".
        non_targets: which non-target lesions progressed at a visit.
    """

    date_text: Callable[[int], str] = date_since_1970
    lesions: Sequence[str] = ()
    new_lesions: Mapping[int, str] = field(default_factory=dict)
    non_targets: Mapping[int, str] = field(default_factory=dict)


def plain(value: float) -> str:
    """Write a number with at most two decimals and no trailing zeros.

    >>> plain(55.0), plain(12.5), plain(0.1 + 0.2)
    ('55', '12.5', '0.3')
    """
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def signed(value: float) -> str:
    """Write a number with its sign, a true minus.

    >>> signed(13.0), signed(-60.0), signed(0.0)
    ('+13', '−60', '±0')
    """
    text = plain(abs(value))
    if text == "0":
        return "±0"
    return ("−" if value < 0 else "+") + text


def percent_change(value: float, base: float, thresholds: Sequence[float]) -> str:
    """Write the change from `base` to `value` in percent, or "" where base is 0.

    Whole percent, unless rounding would carry it across a threshold: a fall of 29.6 % is not
    written as 30 %.

    >>> percent_change(55, 42, (20, -30)), percent_change(70.4, 100, (20, -30))
    ('+31 %', '−29.6 %')
    """
    if base <= 0:
        return ""
    exact = PERCENT * (value - base) / base
    rounded = exact
    for decimals in range(DECIMALS + 1):
        rounded = round(exact, decimals)
        if all(_same_side(rounded, exact, threshold) for threshold in thresholds):
            break
    return f"{signed(rounded)} %"


def _same_side(rounded: float, exact: float, threshold: float) -> bool:
    """Do both reach the threshold (upwards if positive, downwards if negative), or neither?"""
    direction = 1.0 if threshold > 0 else -1.0
    return (direction * (rounded - threshold) >= 0) == (direction * (exact - threshold) >= -ROUNDING)
