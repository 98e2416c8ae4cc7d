"""A single arm against a known survival curve: the one-sample log-rank test and its sample size.

Source: Wu (2015), "Sample size calculation for the one-sample log-rank test", Pharm Stat 14:26–33;
the variance under the alternative is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.inputs import times_and_events
from trialwright.stats.special import normal_cdf, normal_isf
from trialwright.stats.two_stage import check_errors

if TYPE_CHECKING:
    import numpy.typing as npt

    from trialwright.stats.inputs import Floats

NODES = 64
LARGEST_EXPONENT = 700.0
PIECES = 16
NOBODY_LEFT = 50.0
"""The cumulative hazard beyond which no event is counted: e^−50 of the subjects."""


@dataclass(frozen=True, slots=True)
class WeibullCurve:
    """Survival exp(−ln 2 · (t / median)^shape); shape 1 is exponential."""

    median: float
    shape: float = 1.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) and v > 0.0 for v in (self.median, self.shape)):
            raise ArgumentError.at(
                "curve", f"median {self.median}, shape {self.shape}", expected="finite values above 0"
            )

    def cumulative(self, time: Floats) -> Floats:
        """The cumulative hazard at each time."""
        return np.asarray(math.log(2.0) * (time / self.median) ** self.shape)

    def hazard(self, time: Floats) -> Floats:
        """The hazard at each time."""
        return np.asarray(self.shape * self.cumulative(time) / time)


@dataclass(frozen=True, slots=True)
class SingleArm:
    """The reference curve, the hazard ratio assumed against it, uniform accrual and follow-up."""

    reference: WeibullCurve
    ratio: float
    accrual: float
    follow_up: float
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.ratio) and 0.0 < self.ratio < 1.0):
            raise ArgumentError.at("hazard ratio", f"{self.ratio}", expected="a ratio below 1, above 0")
        finite = math.isfinite(self.accrual) and math.isfinite(self.follow_up)
        if not (finite and self.accrual > 0.0 and self.follow_up >= 0.0):
            raise ArgumentError.at(
                "accrual, follow-up",
                f"{self.accrual}, {self.follow_up}",
                expected="finite times, of accrual above 0, of follow-up 0 or more",
            )

    @property
    def end(self) -> float:
        """The end of the trial."""
        return self.accrual + self.follow_up

    @property
    def last_event(self) -> float:
        """The time after which nobody is left to have an event; infinite where the hazard is that low."""
        ages = NOBODY_LEFT / (math.log(2.0) * self.ratio)
        power = math.log(ages) / self.reference.shape
        return self.reference.median * math.exp(power) if power < LARGEST_EXPONENT else math.inf


@dataclass(frozen=True, slots=True)
class _Moments:
    """Per subject under the alternative: mean events, reference hazard passed, variance of the excess."""

    events: float
    expected: float
    variance: float


def _moments(arm: SingleArm) -> _Moments:
    """By Gauss–Legendre quadrature on either side of the start of censoring.

    The variable is the square root of time, so that a hazard that is infinite at 0 does no harm.
    """
    node, weight = np.polynomial.legendre.leggauss(NODES)
    last = arm.last_event  # nodes spread over years without events would miss those with events
    edges = np.sqrt(np.unique([0.0, min(arm.follow_up, last), min(arm.end, last)]))
    middle, half = (edges[1:] + edges[:-1]) / 2.0, (edges[1:] - edges[:-1]) / 2.0
    root = (middle[:, None] + half[:, None] * node).ravel()
    measure = (half[:, None] * weight).ravel() * 2.0 * root
    time = root * root
    entered = np.clip((arm.end - time) / arm.accrual, 0.0, 1.0) * np.exp(-arm.dropout * time)
    cumulative = arm.reference.cumulative(time)
    rate = arm.reference.hazard(time)
    at_risk = measure * entered * np.exp(-arm.ratio * cumulative) * rate
    p0, p00 = float(at_risk.sum()), float((at_risk * cumulative).sum())
    p1, p01 = arm.ratio * p0, arm.ratio * p00
    variance = p1 - p1 * p1 + 2.0 * p00 - p0 * p0 - 2.0 * p01 + 2.0 * p0 * p1
    return _Moments(p1, p0, variance)


def one_sample_size(arm: SingleArm, alpha: float, beta: float) -> float:
    """Subjects for the one-sided test; not rounded.

    Raises:
        ArgumentError: an error rate is out of range.
    """
    check_errors(alpha, beta)
    moments = _moments(arm)
    z = normal_isf(alpha) * math.sqrt(moments.expected) + normal_isf(beta) * math.sqrt(moments.variance)
    return (z / (moments.expected - moments.events)) ** 2


def one_sample_power(arm: SingleArm, alpha: float, n: float) -> float:
    """The power of n subjects.

    Raises:
        ArgumentError: alpha is out of range.
    """
    check_errors(alpha, (1.0 - alpha) / 2.0)
    moments = _moments(arm)
    shift = math.sqrt(n) * (moments.expected - moments.events)
    spread = math.sqrt(moments.variance)
    return normal_cdf((shift - normal_isf(alpha) * math.sqrt(moments.expected)) / spread)


def mean_events(arm: SingleArm, n: float) -> tuple[float, float]:
    """Under the alternative: events of n subjects, and those that the reference expects of them."""
    moments = _moments(arm)
    return n * moments.events, n * moments.expected


@dataclass(frozen=True, slots=True)
class OneSampleTest:
    """Events seen and expected from the reference; z is negative where there are fewer than expected."""

    observed: float
    expected: float
    z: float
    p: float


def one_sample_logrank(time: npt.ArrayLike, event: npt.ArrayLike, reference: WeibullCurve) -> OneSampleTest:
    """The test of one arm against a reference curve; p is one-sided, small where survival is better.

    Raises:
        ArgumentError: times or events that cannot be, or no follow-up at all.

    Examples:
        >>> one_sample_logrank([12.0, 12.0], [1, 0], WeibullCurve(12.0)).observed
        1.0
    """
    times, events = times_and_events(time, event)
    expected = float(reference.cumulative(times).sum())
    if expected <= 0.0:
        raise ArgumentError.at("time", "no follow-up", expected="times above 0")
    observed = float(events.sum())
    z = (observed - expected) / math.sqrt(expected)
    return OneSampleTest(observed, expected, z, normal_cdf(z))
