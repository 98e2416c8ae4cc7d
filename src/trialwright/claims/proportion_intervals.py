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
from trialwright.stats.discrete import binomial_cdf, binomial_pmf, binomial_sf, t_isf
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.stats.estimate import Interval

Limits = tuple[float, float]

_HALVINGS = 60


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


def _blaker_low(k: int, n: int, level: float) -> float:
    """The least p that Blaker's test accepts: the observed tail and the largest opposite one not above it.

    The opposite tail grows by one count where its probability falls to that of the observed tail; between
    two such places the sum falls, then rises, so that it crosses 1 − level at most once from below.
    """
    if k == 0:
        return 0.0

    def observed(p: float) -> float:
        return float(binomial_sf(k - 1, n, p))

    def opposite(j: int, p: float) -> float:
        return float(binomial_cdf(j, n, p))

    p, j = proportions.clopper_pearson(k, n, level).low, -1
    while opposite(j + 1, p) <= observed(p):
        j += 1
    while observed(p) + opposite(j, p) < 1.0 - level:
        last = _root(lambda x, j=j: observed(x) >= opposite(j + 1, x), p, 1.0)  # type: ignore[misc]
        if observed(last) + opposite(j, last) >= 1.0 - level:
            return _root(lambda x, j=j: observed(x) + opposite(j, x) >= 1.0 - level, p, last)  # type: ignore[misc]
        p, j = last, j + 1
    return p


def _blaker(k: int, n: int, level: float) -> Limits:
    return _blaker_low(k, n, level), 1.0 - _blaker_low(n - k, n, level)


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


@dataclass(frozen=True, slots=True)
class Side:
    """Which limits an interval has: both, or one at the whole tail with the other at the end of the scale."""

    name: str
    lower: bool
    upper: bool


TWO_SIDED = Side("", lower=True, upper=True)
ONE_SIDED = (Side("one-sided ", lower=True, upper=False), Side("one-sided ", lower=False, upper=True))


@cache
def limits_of(method: Method, k: int, n: int, level: float, side: Side = TWO_SIDED) -> Limits:
    """The limits in percent; a one-sided one has the whole tail 1 − level on its side."""
    low, high = method.limits(k, n, level if side is TWO_SIDED else 2.0 * level - 1.0)
    return 100.0 * low if side.lower else 0.0, 100.0 * high if side.upper else 100.0
