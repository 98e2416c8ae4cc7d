"""Tests of two-by-two tables: Fisher's exact test, and Cochran–Mantel–Haenszel over strata."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import hypergeometric_pmf
from trialwright.stats.inputs import Floats, check_level
from trialwright.stats.special import chi2_sf, normal_isf

if TYPE_CHECKING:
    from collections.abc import Callable

EQUALLY_LIKELY = 1.0 + 1e-7
FIRST_STEP = 1.0
MAX_HALVINGS = 200
HALF_A_SUBJECT = 0.5


class Continuity(StrEnum):
    """Whether a chi-square statistic of counts is moved half a subject towards 0."""

    NONE = "none"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class FisherExact:
    """Two-sided p-value, and the conditional maximum-likelihood odds ratio with its exact limits."""

    p: float
    odds_ratio: float
    low: float
    high: float
    level: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CochranMantelHaenszel:
    """A test of the common odds ratio over strata; nan where no stratum is informative, with the reason."""

    chi2: float
    df: int
    p: float
    odds_ratio: float
    low: float
    high: float
    level: float
    continuity: Continuity
    reason: str = ""


def _counts(table: npt.ArrayLike, dimensions: int, expected: str) -> npt.NDArray[np.int64]:
    array = np.asarray(table)
    if array.ndim != dimensions or array.shape[-2:] != (2, 2):
        raise ArgumentError.at("table", f"shape {array.shape}", expected=expected)
    if not (np.issubdtype(array.dtype, np.integer) and (array >= 0).all()):
        raise ArgumentError.at("table", f"{array.tolist()}", expected="whole numbers of 0 or more")
    return array.astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Conditional:
    """The count in the first cell, given the margins, as a function of the log odds ratio."""

    support: Floats
    log_weight: Floats

    def probabilities(self, theta: float) -> Floats:
        exponent = self.log_weight + theta * self.support
        weight = np.exp(exponent - exponent.max())
        share: Floats = weight / weight.sum()
        return share

    def mean(self, theta: float) -> float:
        return float(self.support @ self.probabilities(theta))

    def upper_tail(self, a: int, theta: float) -> float:
        return float(self.probabilities(theta)[self.support >= a].sum())

    def lower_tail(self, a: int, theta: float) -> float:
        return float(self.probabilities(theta)[self.support <= a].sum())


def _rising_root(function: Callable[[float], float], target: float) -> float:
    """The argument at which a rising function equals the target, by bisection to double precision."""
    low, high = -FIRST_STEP, FIRST_STEP
    while function(low) > target:
        low *= 2.0
    while function(high) < target:
        high *= 2.0
    for _ in range(MAX_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            break
        if function(middle) < target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def fisher_exact(table: npt.ArrayLike, level: float = 0.95) -> FisherExact:
    """Fisher's exact test of [[a, b], [c, d]].

    Two-sided: all tables no more likely than the observed one, within 1e-7 (as R's fisher.test, whose
    odds ratio and limits are exact to four digits only; these are to double precision).

    Raises:
        ArgumentError: not two by two whole numbers of 0 or more.

    Examples:
        >>> round(fisher_exact([[3, 1], [1, 3]]).p, 4)
        0.4857
    """
    check_level(level)
    (a, b), (c, d) = (tuple(int(x) for x in row) for row in _counts(table, 2, "two rows of two counts"))
    first, second, drawn = a + b, c + d, a + c
    smallest, largest = max(0, drawn - second), min(first, drawn)
    support = np.arange(smallest, largest + 1)
    mass = np.array([hypergeometric_pmf(int(k), first, second, drawn) for k in support])
    p = min(float(mass[mass <= mass[a - smallest] * EQUALLY_LIKELY].sum()), 1.0)
    if smallest == largest:
        return FisherExact(1.0, math.nan, 0.0, math.inf, level, "a row or column of the table is empty")
    with np.errstate(divide="ignore"):
        count = _Conditional(support.astype(np.float64), np.log(mass))
    tail = (1.0 - level) / 2.0
    ratio = 0.0 if a == smallest else math.inf
    if smallest < a < largest:
        ratio = math.exp(_rising_root(count.mean, float(a)))
    low, high = 0.0, math.inf
    if a > smallest:
        low = math.exp(_rising_root(lambda theta: count.upper_tail(a, theta), tail))
    if a < largest:
        high = math.exp(_rising_root(lambda theta: -count.lower_tail(a, theta), -tail))
    return FisherExact(p, ratio, low, high, level)


def _log_odds_error(a: Floats, b: Floats, c: Floats, d: Floats, n: Floats) -> float:
    """Standard error of the log Mantel–Haenszel odds ratio (Robins, Breslow and Greenland 1986)."""
    agree, differ = a * d / n, b * c / n
    r, s = agree.sum(), differ.sum()
    if r == 0.0 or s == 0.0:
        return math.nan
    along, across = (a + d) / n, (b + c) / n
    variance = (along * agree).sum() / (2.0 * r * r) + (across * differ).sum() / (2.0 * s * s)
    variance += (along * differ + across * agree).sum() / (2.0 * r * s)
    return math.sqrt(variance)


def cmh(
    tables: npt.ArrayLike, continuity: Continuity = Continuity.CORRECTED, level: float = 0.95
) -> CochranMantelHaenszel:
    """Cochran–Mantel–Haenszel test of two-by-two tables, one per stratum: shape (strata, 2, 2).

    As R's mantelhaen.test; the continuity correction is not applied where the difference is less than
    half a subject. Strata of fewer than two subjects add nothing (R refuses them).

    Raises:
        ArgumentError: not tables of whole numbers of 0 or more.

    Source: Mantel and Haenszel (1959).
    """
    check_level(level)
    counts = _counts(tables, 3, "one two-by-two table per stratum").astype(np.float64)
    counts = counts[counts.sum(axis=(1, 2)) > 1.0]
    a, b, c, d = counts[:, 0, 0], counts[:, 0, 1], counts[:, 1, 0], counts[:, 1, 1]
    n = a + b + c + d
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1.0))).sum())
    nan = math.nan
    if variance == 0.0:
        reason = "no stratum has both rows and both columns"
        return CochranMantelHaenszel(nan, 1, nan, nan, nan, nan, level, continuity, reason)
    gap = abs(float((a - (a + b) * (a + c) / n).sum()))
    corrected = continuity is Continuity.CORRECTED and gap >= HALF_A_SUBJECT
    chi2 = (gap - (HALF_A_SUBJECT if corrected else 0.0)) ** 2 / variance
    agree, differ = float((a * d / n).sum()), float((b * c / n).sum())
    ratio = agree / differ if differ > 0.0 else math.inf
    margin = normal_isf((1.0 - level) / 2.0) * _log_odds_error(a, b, c, d, n)
    low, high = (ratio / math.exp(margin), ratio * math.exp(margin)) if not math.isnan(margin) else (nan, nan)
    return CochranMantelHaenszel(chi2, 1, chi2_sf(chi2, 1), ratio, low, high, level, continuity)
