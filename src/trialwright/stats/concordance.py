"""Harrell's concordance of a number with a time to event."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.estimate import Estimate
from trialwright.stats.inputs import (
    TIE_TOLERANCE,
    Floats,
    check_level,
    merge_ties,
    refuse_where,
    times_and_events,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.special import normal_isf

HALF = 0.5
METHOD = "Harrell's C, infinitesimal jackknife"


@kernel
def _pairs(time: Floats, event: Floats, x: Floats) -> tuple[Floats, Floats]:
    """For each subject: its comparable pairs, and how many of them agree (equal x as half)."""
    n = time.size
    comparable = np.zeros(n)
    agreeing = np.zeros(n)
    for i in range(n):
        if event[i] == 0.0:
            continue
        for j in range(n):
            later = time[j] > time[i] or (time[j] == time[i] and event[j] == 0.0)
            if not later:
                continue
            agrees = 1.0 if x[j] > x[i] else (0.5 if x[j] == x[i] else 0.0)
            comparable[i] += 1.0
            comparable[j] += 1.0
            agreeing[i] += agrees
            agreeing[j] += agrees
    return comparable, agreeing


def concordance(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    x: npt.ArrayLike,
    *,
    level: float = 0.95,
    tolerance: float = TIE_TOLERANCE,
) -> Estimate:
    """Give the chance that of two subjects the one with the larger `x` has the later event.

    0.5 is no association, above 0.5 a larger x goes with longer times. Pairs count where the order of
    their times is known; equal x counts half. As R's `survival::concordance(Surv(time, event) ~ x)`;
    the interval is normal, with the infinitesimal jackknife, cut at 0 and 1.

    Raises:
        ArgumentError: as `kaplan_meier`; x is not finite or not of the same length.

    Source: Harrell, Califf, Pryor, Lee and Rosati (1982).

    Examples:
        >>> concordance([1, 2, 3], [1, 1, 0], [5, 7, 9]).value
        1.0
    """
    check_level(level)
    times, events = times_and_events(time, event)
    values = np.asarray(x, dtype=np.float64)
    if values.shape != times.shape:
        raise ArgumentError.at("x", f"shape {values.shape}", expected=f"one number for each of {times.size}")
    refuse_where(
        lambda v: ~np.isfinite(v),
        values,
        "x",
        expected="finite numbers",
        remedy="leave out the subjects without a value, and say how many they are",
    )
    comparable, agreeing = _pairs(merge_ties(times, tolerance), events, values)
    pairs = comparable.sum() * HALF
    if pairs == 0.0:
        reason = "no two subjects whose order in time is known"
        return Estimate(math.nan, math.nan, math.nan, level, METHOD, reason=reason)
    value = float(agreeing.sum() * HALF / pairs)
    error = float(np.sqrt((((agreeing - value * comparable) / pairs) ** 2).sum()))
    margin = normal_isf((1.0 - level) / 2.0) * error
    return Estimate(value, max(value - margin, 0.0), min(value + margin, 1.0), level, METHOD, error)
