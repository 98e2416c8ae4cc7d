"""Several weighted log-rank statistics of one data set together: their values and covariances.

The covariance of two of them sums, over event times, the product of both weights times the
hypergeometric variance of the events of one arm. Source: Karrison (2016), Stata J 16:678–690.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers


@kernel
def power(base: float, exponent: float) -> float:
    """The power, quick for the exponents 0 and 1."""
    if exponent == 0.0:
        return 1.0
    return base if exponent == 1.0 else base**exponent


@kernel
def joint_excess(
    time: Floats, event: Floats, second: Integers, stratum: Integers, rho: Floats, gamma: Floats
) -> tuple[Floats, Floats]:
    """Weighted events of the second group beyond those expected, by weight, and their covariance.

    Rows are sorted by stratum, then ascending time; `second` is 1 in the second group, else 0.
    """
    excess, covariance = np.zeros(rho.size), np.zeros((rho.size, rho.size))
    weight = np.empty(rho.size)
    start = 0
    while start < time.size:
        end, at_risk_second = start, 0.0
        while end < time.size and stratum[end] == stratum[start]:
            at_risk_second += second[end]
            end += 1
        total, survival = float(end - start), 1.0
        i = start
        while i < end:
            j, deaths, deaths_second, left_second = i, 0.0, 0.0, 0.0
            while j < end and time[j] == time[i]:
                deaths += event[j]
                deaths_second += event[j] * second[j]
                left_second += second[j]
                j += 1
            if deaths > 0.0:
                share = at_risk_second / total
                spread = share * (1.0 - share) * deaths * (total - deaths) / max(total - 1.0, 1.0)
                for a in range(rho.size):
                    weight[a] = power(survival, rho[a]) * power(1.0 - survival, gamma[a])
                    excess[a] += weight[a] * (deaths_second - deaths * share)
                    for b in range(a + 1):
                        covariance[a, b] += weight[a] * weight[b] * spread
                survival *= (total - deaths) / total
            at_risk_second -= left_second
            total -= j - i
            i = j
        start = end
    for a in range(rho.size):
        for b in range(a):
            covariance[b, a] = covariance[a, b]
    return excess, covariance


@kernel
def standardised(excess: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Standardised statistics, nan where one has no variance, and the correlations of those that have one."""
    size = excess.size
    z, kept, count = np.full(size, math.nan), np.empty(size, np.int64), 0
    for a in range(size):
        if covariance[a, a] > 0.0:
            z[a] = excess[a] / math.sqrt(covariance[a, a])
            kept[count] = a
            count += 1
    correlation = np.ones((count, count))
    for a in range(count):
        for b in range(a):
            both = covariance[kept[a], kept[a]] * covariance[kept[b], kept[b]]
            r = min(covariance[kept[a], kept[b]] / math.sqrt(both), 1.0)
            correlation[a, b], correlation[b, a] = r, r
    return z, correlation
