"""Cumulative incidence with competing risks: the Aalen–Johansen estimator, as R's survfit computes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.competing_risks_kernels import aalen_johansen, jackknife_errors, risk_table
from trialwright.stats.estimate import Estimate
from trialwright.stats.inputs import (
    TIE_TOLERANCE,
    Floats,
    Integers,
    check_level,
    merge_ties,
    refuse_where,
    times_and_events,
)
from trialwright.stats.survival import ConfType, survival_limits


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence of each cause: one entry per distinct time, of an event or a censoring.

    `events`, `incidence`, `std_error`, `low` and `high` have a row for each cause, the first cause first.
    `event_free` is the probability of none of the events so far. Limits are nan where the incidence is 0,
    or where its scale does not define them.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    event_free: Floats
    event_free_error: Floats
    incidence: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float
    conf_type: ConfType

    def at(self, cause: int, time: float) -> Estimate:
        """The incidence of a cause (1, 2, …) by a time; beyond the last time its last value.

        Raises:
            ArgumentError: there is no such cause, or the time is negative or not finite.
        """
        if not 1 <= cause <= self.incidence.shape[0]:
            expected = f"1 to {self.incidence.shape[0]}"
            raise ArgumentError.at("cause", f"{cause}", expected=expected)
        if not (math.isfinite(time) and time >= 0.0):
            raise ArgumentError.at("time", f"{time}", expected="a finite time of 0 or more")
        method = f"Aalen–Johansen, {self.conf_type}"
        after = int(np.searchsorted(self.time, time, side="right"))
        if after == 0:
            return Estimate(0.0, math.nan, math.nan, self.level, method, 0.0)
        row = (cause - 1, after - 1)
        value, low, high = (float(curve[row]) for curve in (self.incidence, self.low, self.high))
        return Estimate(value, low, high, self.level, method, float(self.std_error[row]))


def cumulative_incidence(
    time: npt.ArrayLike,
    cause: npt.ArrayLike,
    *,
    causes: int | None = None,
    conf_type: ConfType = ConfType.LOG_LOG,
    level: float = 0.95,
    tolerance: float = TIE_TOLERANCE,
) -> CumulativeIncidence:
    """The probability of each event over time, where a subject has at most one of them.

    Args:
        time: follow-up times, any unit, 0 or more.
        cause: 0 for censored, 1, 2, … for the event that came first.
        causes: how many causes there are; the largest that occurs (at least 1) if left out.
        conf_type: the scale of the interval.
        level: of the interval.
        tolerance: times that differ by less are one (see `merge_ties`; 0 switches it off).

    Raises:
        ArgumentError: no subjects, negative or missing times, causes that are not 0, 1, …

    Source: Aalen and Johansen (1978); the standard error is the infinitesimal jackknife, as in R's
    `survfit(Surv(time, factor(cause)) ~ 1)` (survival 3.5).

    Examples:
        >>> curve = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
        >>> curve.incidence.tolist()
        [[0.25, 0.25, 0.25, 0.75], [0.0, 0.25, 0.25, 0.25]]
    """
    times, codes = _checked(time, cause)
    check_level(level)
    count = max(1, int(codes.max())) if causes is None else causes
    if codes.max() > count:
        raise ArgumentError.at("cause", f"{codes.max()}", expected=f"0 to {count}")
    merged = merge_ties(times, tolerance)
    order = np.argsort(merged, kind="stable")
    ordered, of_cause = merged[order], codes[order]
    distinct, at_risk, events, censored = risk_table(ordered, of_cause, count)
    free, incidence = aalen_johansen(at_risk, events)
    free_error, error = jackknife_errors(ordered, of_cause, distinct, at_risk, events, free)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(incidence > 0.0, error / incidence, np.nan)
    low, high = survival_limits(incidence, relative, conf_type, level)
    return CumulativeIncidence(
        time=distinct,
        at_risk=at_risk,
        events=events,
        censored=censored,
        event_free=free,
        event_free_error=free_error,
        incidence=incidence,
        std_error=error,
        low=low,
        high=high,
        level=level,
        conf_type=ConfType(conf_type),
    )


def _checked(time: npt.ArrayLike, cause: npt.ArrayLike) -> tuple[Floats, Integers]:
    codes = np.asarray(cause, dtype=np.float64)
    refuse_where(
        lambda c: ~(np.isfinite(c) & (c >= 0.0) & (c == np.floor(c))),
        codes,
        "cause",
        expected="0 for censored, 1, 2, … for the event",
        remedy="number the events from 1",
    )
    times, _ = times_and_events(time, (codes > 0.0).astype(np.float64))
    return times, codes.astype(np.int64)
