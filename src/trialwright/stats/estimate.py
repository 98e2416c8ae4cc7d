"""What an analysis answers: an estimate with its interval, an interval, a test."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its confidence limits; nan where not estimable, `reason` then says why."""

    value: float
    low: float
    high: float
    level: float = 0.95
    method: str = ""
    std_error: float = math.nan
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """Confidence limits of a value that the caller knows."""

    low: float
    high: float
    level: float = 0.95
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChiSquareTest:
    """A chi-square statistic, its degrees of freedom and p-value; nan where not defined, with the reason."""

    chi2: float
    df: int
    p: float
    method: str = ""
    reason: str = ""
