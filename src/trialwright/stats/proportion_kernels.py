"""Roots behind the intervals of proportions that have no closed form."""

from __future__ import annotations

import math

from trialwright.stats.discrete import binomial_pmf, binomial_sf
from trialwright.stats.kernel import kernel
from trialwright.stats.special import EPSILON

MAX_HALVINGS = 1100


@kernel
def mid_p_tail(k: int, n: int, p: float) -> float:
    """P(X > k) + P(X = k) / 2 for a binomial X."""
    return binomial_sf(k, n, p) + 0.5 * binomial_pmf(k, n, p)


@kernel
def mid_p_limit(k: int, n: int, tail: float) -> float:
    """The success probability at which `mid_p_tail` equals `tail`, by bisection to double precision."""
    low, high = 0.0, 1.0
    for _ in range(MAX_HALVINGS):
        middle = 0.5 * (low + high)
        if mid_p_tail(k, n, middle) < tail:
            low = middle
        else:
            high = middle
        if high - low <= EPSILON * high:
            break
    return 0.5 * (low + high)


@kernel
def _slope(count: int, p: float) -> float:
    """The derivative of count · log p: no slope without subjects, an infinite one at p = 0."""
    if count == 0:
        return 0.0
    return count / p if p > 0.0 else math.inf


@kernel
def restricted_second_proportion(k1: int, n1: int, k2: int, n2: int, delta: float) -> float:
    """Maximum-likelihood p2 under p1 − p2 = delta: the root of the (falling) score, by bisection."""
    low, high = max(0.0, -delta), min(1.0, 1.0 - delta)
    for _ in range(MAX_HALVINGS):
        p = 0.5 * (low + high)
        if p in (low, high):
            break
        rising = _slope(k2, p) + _slope(k1, p + delta)
        score = rising - _slope(n2 - k2, 1.0 - p) - _slope(n1 - k1, 1.0 - p - delta)
        if score > 0.0:
            low = p
        else:
            high = p
    return 0.5 * (low + high)


@kernel
def score_of_difference(k1: int, n1: int, k2: int, n2: int, delta: float) -> float:
    """The z statistic of Miettinen and Nurminen (1985) for p1 − p2 = delta."""
    gap = k1 / n1 - k2 / n2 - delta
    p2 = restricted_second_proportion(k1, n1, k2, n2, delta)
    p1 = p2 + delta
    n = n1 + n2
    variance = (p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2) * n / (n - 1.0)
    if variance > 0.0:
        return gap / math.sqrt(variance)
    return 0.0 if gap == 0.0 else math.copysign(math.inf, gap)


@kernel
def limit_of_difference(k1: int, n1: int, k2: int, n2: int, z: float) -> float:
    """The difference at which `score_of_difference`, falling in delta, equals z."""
    observed = k1 / n1 - k2 / n2
    low = -1.0 if z > 0.0 else observed
    high = observed if z > 0.0 else 1.0
    for _ in range(MAX_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if score_of_difference(k1, n1, k2, n2, middle) > z:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
