"""Aalen–Johansen for competing risks over flat arrays, with its infinitesimal jackknife: compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers


@kernel
def risk_table(time: Floats, cause: Integers, causes: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Distinct times, numbers at risk, events [cause, time] and censored; `time` must be ascending."""
    n = time.size
    distinct = 0
    for i in range(n):
        if i == 0 or time[i] != time[i - 1]:
            distinct += 1
    times = np.zeros(distinct)
    at_risk = np.zeros(distinct)
    events = np.zeros((causes, distinct))
    censored = np.zeros(distinct)
    j = -1
    for i in range(n):
        if i == 0 or time[i] != time[i - 1]:
            j += 1
            times[j] = time[i]
            at_risk[j] = n - i
        if cause[i] > 0:
            events[cause[i] - 1, j] += 1.0
        else:
            censored[j] += 1.0
    return times, at_risk, events, censored


@kernel
def aalen_johansen(at_risk: Floats, events: Floats) -> tuple[Floats, Floats]:
    """Event-free probability [time] and cumulative incidence [cause, time]."""
    causes, distinct = events.shape
    free = np.ones(distinct)
    incidence = np.zeros((causes, distinct))
    current = 1.0
    for j in range(distinct):
        total = 0.0
        for k in range(causes):
            before = incidence[k, j - 1] if j > 0 else 0.0
            incidence[k, j] = before + current * events[k, j] / at_risk[j]
            total += events[k, j]
        current *= (at_risk[j] - total) / at_risk[j]
        free[j] = current
    return free, incidence


@kernel
def _length(vector: Floats) -> float:
    """The root of the sum of squares."""
    total = 0.0
    for i in range(vector.size):
        total += vector[i] * vector[i]
    return math.sqrt(total)


@kernel
def jackknife_errors(
    time: Floats, cause: Integers, times: Floats, at_risk: Floats, events: Floats, free: Floats
) -> tuple[Floats, Floats]:
    """Standard errors of the event-free probability and of each incidence.

    For each subject the derivative of the curves by that subject's weight is carried along the distinct
    times; the variance is the sum of its squares (Jaeckel's infinitesimal jackknife).
    """
    causes, distinct = events.shape
    n = time.size
    free_slope = np.zeros(n)
    slope = np.zeros((causes, n))
    free_error = np.zeros(distinct)
    error = np.zeros((causes, distinct))
    first = 0
    for j in range(distinct):
        before = free[j - 1] if j > 0 else 1.0
        total = 0.0
        for k in range(causes):
            total += events[k, j]
        if total > 0.0:
            for i in range(n):
                hazard_slope = 0.0
                for k in range(causes):
                    hazard = events[k, j] / at_risk[j]
                    slope[k, i] += free_slope[i] * hazard
                    if i >= first:
                        own = 1.0 if time[i] == times[j] and cause[i] == k + 1 else 0.0
                        change = (own - hazard) / at_risk[j]
                        slope[k, i] += before * change
                        hazard_slope += change
                free_slope[i] = free_slope[i] * (1.0 - total / at_risk[j]) - before * hazard_slope
        free_error[j] = _length(free_slope)
        for k in range(causes):
            error[k, j] = _length(slope[k])
        while first < n and time[first] == times[j]:
            first += 1
    return free_error, error
