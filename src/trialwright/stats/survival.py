"""Kaplan–Meier curves with their quantiles, landmarks and restricted means, as R's survfit computes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

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
from trialwright.stats.special import normal_isf
from trialwright.stats.survival_kernels import crossing, life_table, product_limit, restricted_mean

HALF = 0.5


class ConfType(StrEnum):
    """The scale on which the interval of a survival probability is symmetric."""

    PLAIN = "plain"
    LOG = "log"
    LOG_LOG = "log-log"


@dataclass(frozen=True, slots=True)
class Landmark:
    """Survival at one time, with the number still at risk just before it."""

    time: float
    survival: float
    low: float
    high: float
    std_error: float
    at_risk: float


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan–Meier curve: one entry per distinct time, of an event or a censoring.

    `survival` holds just after each time. `std_error` is that of survival (nan at survival 0, as in
    R). Limits are nan where the scale does not define them: log-log at survival 1 and 0, log and
    plain at 0. `n` and `n_events` are sums of weights.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float
    conf_type: ConfType
    n: float
    n_events: float

    def median(self) -> Estimate:
        """Median time with Brookmeyer–Crowley limits; nan where not reached."""
        return self.quantile(HALF)

    def quantile(self, p: float) -> Estimate:
        """The time by which a share `p` has had the event, with Brookmeyer–Crowley limits.

        Where the curve, or a limit of it, runs exactly at 1 − p, the middle of that plateau; where the
        curve ends on it, its beginning (R's print.survfit; quantile.survfit takes the middle there too).

        Raises:
            ArgumentError: p is not between 0 and 1.
        """
        if not 0.0 < p < 1.0:
            raise ArgumentError.at("p", f"{p}", expected="a probability between 0 and 1")
        height = 1.0 - p
        value = crossing(self.time, self.survival, height, TIE_TOLERANCE)
        low = crossing(self.time, self.low, height, TIE_TOLERANCE)
        high = crossing(self.time, self.high, height, TIE_TOLERANCE)
        reason = "" if not math.isnan(value) else f"survival stays above {height:g}: not reached"
        return Estimate(value, low, high, self.level, f"Brookmeyer–Crowley, {self.conf_type}", reason=reason)

    def at(self, times: npt.ArrayLike) -> tuple[Landmark, ...]:
        """Survival at each of `times`, beyond the last time its last value (R: `extend = TRUE`).

        Raises:
            ArgumentError: a time is negative or not finite.
        """
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        refuse_where(
            lambda t: ~(np.isfinite(t) & (t >= 0.0)),
            wanted,
            "times",
            expected="finite times of 0 or more",
            remedy="ask for a time after the start",
        )
        return tuple(self._landmark(float(t)) for t in wanted)

    def _landmark(self, t: float) -> Landmark:
        after = int(np.searchsorted(self.time, t, side="right"))
        coming = int(np.searchsorted(self.time, t, side="left"))
        at_risk = float(self.at_risk[coming]) if coming < self.time.size else 0.0
        if after == 0:
            return Landmark(t, 1.0, 1.0, 1.0, 0.0, at_risk)
        i = after - 1
        return Landmark(
            t,
            float(self.survival[i]),
            float(self.low[i]),
            float(self.high[i]),
            float(self.std_error[i]),
            at_risk,
        )

    def rmst(self, tau: float) -> Estimate:
        """Mean time restricted to `tau`: the area under the curve, with a normal interval.

        Not estimable (nan, with the reason) where follow-up ends before tau with survival above 0:
        R would carry the last value forward.

        Raises:
            ArgumentError: tau is not a finite time above 0.
        """
        if not (math.isfinite(tau) and tau > 0.0):
            raise ArgumentError.at("tau", f"{tau}", expected="a finite time above 0")
        method = f"area under the curve to {tau:g}"
        if tau > self.time[-1] and self.survival[-1] > 0.0:
            reason = f"follow-up ends at {self.time[-1]:g}, before {tau:g}, with subjects still event-free"
            return Estimate(math.nan, math.nan, math.nan, self.level, method, reason=reason)
        value, error = restricted_mean(self.time, self.survival, self.at_risk, self.events, tau)
        margin = normal_isf((1.0 - self.level) / 2.0) * error
        return Estimate(value, value - margin, value + margin, self.level, method, error)


def survival_limits(
    survival: Floats, log_error: Floats, conf_type: ConfType, level: float
) -> tuple[Floats, Floats]:
    """Confidence limits of survival from the standard error of its logarithm, clipped to [0, 1].

    The conventions at survival 0 and 1 are those of R's survfit (Kalbfleisch and Prentice 2002, 1.4).
    """
    z = normal_isf((1.0 - level) / 2.0)
    with np.errstate(all="ignore"):
        if conf_type is ConfType.PLAIN:
            margin = z * log_error * survival
            return np.maximum(survival - margin, 0.0), np.minimum(survival + margin, 1.0)
        inner = np.where(survival > 0.0, survival, np.nan)
        if conf_type is ConfType.LOG:
            factor = np.exp(z * log_error)
            return inner / factor, np.minimum(inner * factor, 1.0)
        inner = np.where(survival < 1.0, inner, np.nan)
        factor = np.exp(z * log_error / np.log(inner))
        return inner ** (1.0 / factor), inner**factor


def _weights(weights: npt.ArrayLike | None, size: int) -> Floats:
    if weights is None:
        return np.ones(size)
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (size,):
        raise ArgumentError.at("weights", f"shape {array.shape}", expected=f"one weight for each of {size}")
    refuse_where(
        lambda w: ~(np.isfinite(w) & (w > 0.0)),
        array,
        "weights",
        expected="finite weights above 0",
        remedy="leave subjects of weight 0 out",
    )
    return array


def kaplan_meier(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    conf_type: ConfType = ConfType.LOG_LOG,
    level: float = 0.95,
    weights: npt.ArrayLike | None = None,
    tolerance: float = TIE_TOLERANCE,
) -> KaplanMeier:
    """The Kaplan–Meier curve of follow-up times (any unit) and events (1/0 or booleans).

    `weights` are frequencies: weight 2 is two equal subjects. Times that differ by less than
    `tolerance` are merged (see `merge_ties`; 0 switches it off).

    Raises:
        ArgumentError: no subjects, negative or missing times, events other than 0/1.

    Source: Kaplan and Meier (1958); variance of Greenwood (1926).

    Examples:
        >>> curve = kaplan_meier([1, 2, 3, 4], [1, 1, 0, 1])
        >>> curve.survival.tolist()
        [0.75, 0.5, 0.5, 0.0]
        >>> curve.median().value
        3.0
    """
    times, events = times_and_events(time, event)
    check_level(level)
    weight = _weights(weights, times.size)
    merged = merge_ties(times, tolerance)
    order = np.argsort(merged, kind="stable")
    distinct, at_risk, died, censored = life_table(merged[order], events[order], weight[order])
    survival, log_error = product_limit(at_risk, died)
    low, high = survival_limits(survival, log_error, conf_type, level)
    with np.errstate(invalid="ignore"):
        std_error = survival * log_error
    return KaplanMeier(
        time=distinct,
        at_risk=at_risk,
        events=died,
        censored=censored,
        survival=survival,
        std_error=std_error,
        low=low,
        high=high,
        level=level,
        conf_type=ConfType(conf_type),
        n=float(weight.sum()),
        n_events=float(died.sum()),
    )


def reverse_kaplan_meier(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    conf_type: ConfType = ConfType.LOG_LOG,
    level: float = 0.95,
    tolerance: float = TIE_TOLERANCE,
) -> KaplanMeier:
    """Follow-up: the Kaplan–Meier curve in which a censoring is the event (Schemper and Smith 1996).

    Subjects with an event at the time of a censoring count as at risk there, as in
    `survfit(Surv(time, 1 - event) ~ 1)`.

    Raises:
        ArgumentError: as `kaplan_meier`.
    """
    times, events = times_and_events(time, event)
    return kaplan_meier(times, 1.0 - events, conf_type=conf_type, level=level, tolerance=tolerance)
