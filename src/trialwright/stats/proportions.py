"""Confidence intervals of a proportion, and of the difference of two.

All take counts and return limits in [0, 1] (differences: [−1, 1]). With no subjects the limits are
nan and the interval's `reason` says so.
"""

from __future__ import annotations

import math
import operator

from trialwright.errors import ArgumentError
from trialwright.stats.estimate import Interval
from trialwright.stats.inputs import check_level
from trialwright.stats.proportion_kernels import limit_of_difference, mid_p_limit
from trialwright.stats.special import beta_isf, beta_quantile, normal_isf

NO_SUBJECTS = "no subjects"


def _counts(k: int, n: int, level: float) -> tuple[int, int]:
    check_level(level)
    try:
        successes, total = operator.index(k), operator.index(n)
    except TypeError as error:
        raise ArgumentError.at("k, n", f"{k!r}, {n!r}", expected="whole numbers") from error
    if not 0 <= successes <= total:
        raise ArgumentError.at(
            "k, n", f"{k} of {n}", expected="0 ≤ k ≤ n", remedy="k counts subjects out of the n"
        )
    return successes, total


def _nothing(level: float, method: str) -> Interval:
    return Interval(math.nan, math.nan, level, method, NO_SUBJECTS)


def _clipped(low: float, high: float, level: float, method: str) -> Interval:
    return Interval(max(low, 0.0), min(high, 1.0), level, method)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval:
    """The exact interval of k successes of n (Clopper and Pearson 1934).

    Raises:
        ArgumentError: not 0 ≤ k ≤ n, or level outside (0, 1).

    Examples:
        >>> limits = clopper_pearson(0, 10)
        >>> limits.low, round(limits.high, 4)
        (0.0, 0.3085)
    """
    k, n = _counts(k, n, level)
    method = "Clopper–Pearson"
    if n == 0:
        return _nothing(level, method)
    tail = (1.0 - level) / 2.0
    low = beta_quantile(tail, float(k), float(n - k + 1)) if k > 0 else 0.0
    high = beta_isf(tail, float(k + 1), float(n - k)) if k < n else 1.0
    return Interval(low, high, level, method)


def jeffreys(k: int, n: int, level: float = 0.95) -> Interval:
    """Equal-tailed interval under Jeffreys' prior, 0 at k = 0 and 1 at k = n (Brown, Cai, DasGupta 2001).

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "Jeffreys"
    if n == 0:
        return _nothing(level, method)
    tail = (1.0 - level) / 2.0
    low = beta_quantile(tail, k + 0.5, n - k + 0.5) if k > 0 else 0.0
    high = beta_isf(tail, k + 0.5, n - k + 0.5) if k < n else 1.0
    return Interval(low, high, level, method)


def mid_p(k: int, n: int, level: float = 0.95) -> Interval:
    """The exact interval that counts half the probability of what was observed (Lancaster 1961).

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "mid-p"
    if n == 0:
        return _nothing(level, method)
    tail = (1.0 - level) / 2.0
    low = mid_p_limit(k, n, tail) if k > 0 else 0.0
    # the upper limit mirrors the lower one of failures, whose tail keeps its accuracy
    high = 1.0 - mid_p_limit(n - k, n, tail) if k < n else 1.0
    return Interval(low, high, level, method)


def _wilson_lower(k: float, n: int, z: float) -> float:
    """Lower root of the score equation, as its product with the upper root over that root."""
    p = k / n
    square = z * z / n
    upper = p + square / 2.0 + z * math.sqrt(p * (1.0 - p) / n + square / (4.0 * n))
    return p * p / upper


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """The score interval (Wilson 1927).

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "Wilson"
    if n == 0:
        return _nothing(level, method)
    z = normal_isf((1.0 - level) / 2.0)
    return _clipped(_wilson_lower(k, n, z), 1.0 - _wilson_lower(n - k, n, z), level, method)


def wilson_cc(k: int, n: int, level: float = 0.95) -> Interval:
    """The score interval with continuity correction (Newcombe 1998a, method 4).

    R's prop.test lessens the correction where k is within half a subject of n / 2; Newcombe does not.

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "Wilson, continuity-corrected"
    if n == 0:
        return _nothing(level, method)
    z = normal_isf((1.0 - level) / 2.0)
    low = _wilson_lower(k - 0.5, n, z) if k > 0 else 0.0
    high = 1.0 - _wilson_lower(n - k - 0.5, n, z) if k < n else 1.0
    return Interval(low, high, level, method)


def agresti_coull(k: int, n: int, level: float = 0.95) -> Interval:
    """Wald's interval around Wilson's midpoint (Agresti and Coull 1998), clipped to [0, 1].

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "Agresti–Coull"
    if n == 0:
        return _nothing(level, method)
    z = normal_isf((1.0 - level) / 2.0)
    total = n + z * z
    p = (k + z * z / 2.0) / total
    margin = z * math.sqrt(p * (1.0 - p) / total)
    return _clipped(p - margin, p + margin, level, method)


def wald(k: int, n: int, level: float = 0.95) -> Interval:
    """The textbook normal interval, clipped to [0, 1]; of width 0 at k = 0 and k = n, so seldom fit to use.

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k, n = _counts(k, n, level)
    method = "Wald"
    if n == 0:
        return _nothing(level, method)
    p = k / n
    margin = normal_isf((1.0 - level) / 2.0) * math.sqrt(p * (1.0 - p) / n)
    return _clipped(p - margin, p + margin, level, method)


def newcombe(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Interval of p1 − p2 from two Wilson intervals (Newcombe 1998b, method 10).

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    first, second = wilson(k1, n1, level), wilson(k2, n2, level)
    method = "Newcombe"
    if n1 == 0 or n2 == 0:
        return _nothing(level, method)
    p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - math.hypot(p1 - first.low, second.high - p2)
    high = p1 - p2 + math.hypot(first.high - p1, p2 - second.low)
    return Interval(max(low, -1.0), min(high, 1.0), level, method)


def miettinen_nurminen(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Score interval of p1 − p2, with the variance factor N / (N − 1) (Miettinen and Nurminen 1985).

    Raises:
        ArgumentError: as `clopper_pearson`.
    """
    k1, n1 = _counts(k1, n1, level)
    k2, n2 = _counts(k2, n2, level)
    method = "Miettinen–Nurminen"
    if n1 == 0 or n2 == 0:
        return _nothing(level, method)
    z = normal_isf((1.0 - level) / 2.0)
    low = limit_of_difference(k1, n1, k2, n2, z)
    high = limit_of_difference(k1, n1, k2, n2, -z)
    return Interval(low, high, level, method)
