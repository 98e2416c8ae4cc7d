"""The intervals of a proportion that software prints, by name, for finding the one that was used.

Besides those of `stats.proportions`: Blaker, Wald with continuity correction, Student's t, likelihood
ratio, logit, complementary log-log of an uncensored rate, and the percentile bootstrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from trialwright.stats import proportions
from trialwright.stats.discrete import binomial_pmf, binomial_sf, t_isf
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.stats.estimate import Interval

Limits = tuple[float, float]

_HALVINGS = 60
_BLAKER_STEP = 2e-5


def _wald_corrected(k: int, n: int, level: float) -> Limits:
    p = k / n
    margin = normal_isf((1.0 - level) / 2.0) * math.sqrt(p * (1.0 - p) / n) + 0.5 / n
    return max(p - margin, 0.0), min(p + margin, 1.0)


def _student(k: int, n: int, level: float) -> Limits:
    if n < 2:  # noqa: PLR2004 - one subject has no variance
        return 0.0, 1.0
    p = k / n
    margin = t_isf((1.0 - level) / 2.0, float(n - 1)) * math.sqrt(p * (1.0 - p) / (n - 1))
    return max(p - margin, 0.0), min(p + margin, 1.0)


def _log_likelihood(k: int, n: int, p: float) -> float:
    return (k * math.log(p) if k else 0.0) + ((n - k) * math.log1p(-p) if k < n else 0.0)


def _likelihood(k: int, n: int, level: float) -> Limits:
    floor = -0.5 * normal_isf((1.0 - level) / 2.0) ** 2
    best = _log_likelihood(k, n, k / n) if 0 < k < n else 0.0
    return (
        _root(lambda p: _log_likelihood(k, n, p) - best > floor, 0.0, k / n) if k else 0.0,
        _root(lambda p: _log_likelihood(k, n, p) - best > floor, 1.0, k / n) if k < n else 1.0,
    )


def _root(is_inside: Callable[[float], bool], outside: float, inside: float) -> float:
    for _ in range(_HALVINGS):
        middle = 0.5 * (outside + inside)
        outside, inside = (outside, middle) if is_inside(middle) else (middle, inside)
    return 0.5 * (outside + inside)


def _logit(k: int, n: int, level: float) -> Limits:
    if not 0 < k < n:
        return 0.0, 1.0
    centre, margin = (
        math.log(k / (n - k)),
        normal_isf((1.0 - level) / 2.0) * math.sqrt(1.0 / k + 1.0 / (n - k)),
    )
    return 1.0 / (1.0 + math.exp(margin - centre)), 1.0 / (1.0 + math.exp(-margin - centre))


def _log_log(k: int, n: int, level: float) -> Limits:
    if not 0 < k < n:
        return 0.0, 1.0
    p = k / n
    factor = math.exp(normal_isf((1.0 - level) / 2.0) * math.sqrt((1.0 - p) / (n * p)) / math.log(p))
    return p ** (1.0 / factor), p**factor


def _at_least(k: int, n: int, p: float) -> float:
    return 1.0 if k <= 0 else float(binomial_sf(k - 1, n, p))


def _acceptability(k: int, n: int, p: float) -> float:
    """Blaker's acceptability: the observed tail and the largest opposite tail not above it."""
    upper, lower = _at_least(k, n, p), 1.0 - _at_least(k + 1, n, p)
    total, j = 0.0, 0
    if upper < lower:
        while j < k and total + (mass := float(binomial_pmf(j, n, p))) <= upper:
            total, j = total + mass, j + 1
        return upper + total
    j = n
    while j > k and total + (mass := float(binomial_pmf(j, n, p))) <= lower:
        total, j = total + mass, j - 1
    return lower + total


def _blaker(k: int, n: int, level: float) -> Limits:
    exact = proportions.clopper_pearson(k, n, level)
    low, high = exact.low, exact.high
    while k and low < k / n and _acceptability(k, n, low) < 1.0 - level:
        low += _BLAKER_STEP
    while k < n and high > k / n and _acceptability(k, n, high) < 1.0 - level:
        high -= _BLAKER_STEP
    return low, high


def _bootstrap(k: int, n: int, level: float) -> Limits:
    """Percentiles of infinitely many resamples: quantiles of a binomial at the observed rate."""
    tail, p, below = (1.0 - level) / 2.0, k / n, 0.0
    low = high = -1
    for j in range(n + 1):
        below += float(binomial_pmf(j, n, p))
        if low < 0 and below >= tail:
            low = j
        if high < 0 and below >= 1.0 - tail:
            high = j
    return low / n, (high if high >= 0 else n) / n


def _of(function: Callable[[int, int, float], Interval]) -> Callable[[int, int, float], Limits]:
    def limits(k: int, n: int, level: float) -> Limits:
        interval = function(k, n, level)
        return interval.low, interval.high

    return limits


@dataclass(frozen=True, slots=True)
class Method:
    """A named method; `source` is where it is defined."""

    name: str
    limits: Callable[[int, int, float], Limits]
    source: str


EXACT = Method("Clopper–Pearson (exact)", _of(proportions.clopper_pearson), "Clopper and Pearson 1934")
METHODS = (
    EXACT,
    Method("Wilson", _of(proportions.wilson), "Wilson 1927"),
    Method("Wilson with continuity correction", _of(proportions.wilson_cc), "Newcombe 1998"),
    Method("Wald", _of(proportions.wald), "normal approximation"),
    Method("Wald with continuity correction", _wald_corrected, "normal approximation"),
    Method("Agresti–Coull", _of(proportions.agresti_coull), "Agresti and Coull 1998"),
    Method("Jeffreys", _of(proportions.jeffreys), "Brown, Cai and DasGupta 2001"),
    Method("mid-p", _of(proportions.mid_p), "Lancaster 1961"),
    Method("Student's t", _student, "mean of 0 and 1"),
    Method("likelihood ratio", _likelihood, "Wilks 1938"),
    Method("logit", _logit, "delta method"),
    Method("log-log", _log_log, "Kalbfleisch and Prentice 2002, 1.4"),
    Method("Blaker", _blaker, "Blaker 2000"),
    Method("percentile bootstrap", _bootstrap, "Efron 1979"),
)
BOOTSTRAP = METHODS[-1]


@cache
def limits_of(method: Method, k: int, n: int, level: float) -> Limits:
    """The limits in percent."""
    low, high = method.limits(k, n, level)
    return 100.0 * low, 100.0 * high
