"""Kaplan–Meier over flat arrays: compiled, shared by analysis and simulation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats


@kernel
def life_table(time: Floats, event: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Distinct times with numbers at risk, of events and censored; `time` must be ascending."""
    n = time.size
    distinct = 0
    for i in range(n):
        if i == 0 or time[i] != time[i - 1]:
            distinct += 1
    times = np.zeros(distinct)
    at_risk = np.zeros(distinct)
    events = np.zeros(distinct)
    censored = np.zeros(distinct)
    j = distinct
    total = 0.0
    for i in range(n - 1, -1, -1):
        if i == n - 1 or time[i] != time[i + 1]:
            j -= 1
            times[j] = time[i]
        total += weight[i]
        at_risk[j] = total
        if event[i] > 0.0:
            events[j] += weight[i]
        else:
            censored[j] += weight[i]
    return times, at_risk, events, censored


@kernel
def product_limit(at_risk: Floats, events: Floats) -> tuple[Floats, Floats]:
    """Survival and the standard error of its logarithm (Greenwood; infinite where survival is 0)."""
    survival = np.ones(at_risk.size)
    log_error = np.zeros(at_risk.size)
    current = 1.0
    greenwood = 0.0
    for j in range(at_risk.size):
        if events[j] > 0.0:
            left = at_risk[j] - events[j]
            current *= left / at_risk[j]
            greenwood = greenwood + events[j] / (at_risk[j] * left) if left > 0.0 else math.inf
        survival[j] = current
        log_error[j] = math.sqrt(greenwood)
    return survival, log_error


@kernel
def crossing(time: Floats, curve: Floats, height: float, tolerance: float) -> float:
    """The first time at which `curve` is at or below `height`; nan where it never is.

    Where the curve lies on `height` (within `tolerance`) and later falls below, the middle between
    both times: the convention of R's survfit for the median. nan values of the curve are passed over.
    """
    for i in range(time.size):
        if curve[i] < height + tolerance:
            if abs(curve[i] - height) < tolerance:
                for j in range(i + 1, time.size):
                    if curve[j] < curve[i]:
                        return 0.5 * float(time[i] + time[j])
            return float(time[i])
    return math.nan


@kernel
def restricted_mean(
    time: Floats, survival: Floats, at_risk: Floats, events: Floats, tau: float
) -> tuple[float, float]:
    """Area under the curve from 0 to tau, and its standard error (Greenwood's, as in R's survfit)."""
    area = 0.0
    variance = 0.0
    right = tau
    last = time.size - 1
    while last >= 0 and time[last] > tau:
        last -= 1
    for j in range(last, -1, -1):
        area += (right - time[j]) * survival[j]
        right = time[j]
        left = at_risk[j] - events[j]
        if left > 0.0:
            variance += area * area * events[j] / (at_risk[j] * left)
    return area + right, math.sqrt(variance)
