"""How many events a trial will have seen, and when: accrual, piecewise hazards and drop-out, in closed form.

A subject enters uniformly within each accrual interval, has the event at a piecewise constant hazard,
and drops out at a constant one; events and drop-outs are independent. Source: Lachin and Foulkes
(1986), Biometrics 42:507–519, extended from one interval to several.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from trialwright.errors import ArgumentError

HALVING = 0.5
MAX_STEPS = 200
NEAR_ZERO = 1e-300


@dataclass(frozen=True, slots=True)
class Hazard:
    """Constant hazards `rates` from each of the times `starts` on; the first start is 0.

    Raises:
        ArgumentError: a rate is negative or not finite, or the starts do not ascend from 0.
    """

    rates: tuple[float, ...]
    starts: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        if not self.rates or not all(math.isfinite(rate) and rate >= 0.0 for rate in self.rates):
            raise ArgumentError.at(
                "hazard", f"{self.rates}", expected="finite rates of 0 or more", remedy="give medians above 0"
            )
        ascending = all(left < right for left, right in pairwise(self.starts))
        if len(self.starts) != len(self.rates) or self.starts[0] != 0.0 or not ascending:
            raise ArgumentError.at("hazard", f"starts {self.starts}", expected="ascending times from 0")

    @classmethod
    def of_median(cls, median: float) -> Hazard:
        """The constant hazard with this median.

        Raises:
            ArgumentError: the median is not a finite time above 0.
        """
        if not (math.isfinite(median) and median > 0.0):
            raise ArgumentError.at("median", f"{median}", expected="a finite time above 0")
        return cls((math.log(2.0) / median,))

    def times(self, ratio: float) -> Hazard:
        """All rates multiplied by a hazard ratio."""
        return Hazard(tuple(rate * ratio for rate in self.rates), self.starts)

    def cumulative(self, time: float) -> float:
        """The integral of the hazard from 0 to a time."""
        ends = (*self.starts[1:], math.inf)
        return math.fsum(
            rate * (min(time, end) - start)
            for rate, start, end in zip(self.rates, self.starts, ends, strict=True)
            if time > start
        )

    def median(self) -> float:
        """The time by which half have had the event; infinite where none ever falls so far."""
        return self.quantile(HALVING)

    def quantile(self, share: float) -> float:
        """The time by which this share have had the event."""
        left = -math.log1p(-share)
        ends = (*self.starts[1:], math.inf)
        for rate, start, end in zip(self.rates, self.starts, ends, strict=True):
            if rate * (end - start) >= left > 0.0:
                return start + left / rate
            left -= rate * (end - start) if math.isfinite(end) else 0.0
        return math.inf


@dataclass(frozen=True, slots=True)
class Accrual:
    """Subjects arrive at constant `rates` (any unit) from each of `starts` until `duration`.

    Raises:
        ArgumentError: no time or no subject to accrue, or starts that do not ascend from 0.
    """

    duration: float
    rates: tuple[float, ...] = (1.0,)
    starts: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration) and self.duration > 0.0):
            raise ArgumentError.at(
                "accrual", f"{self.duration}", expected="a finite time above 0", remedy="all at once is 0.01"
            )
        ascending = all(left < right for left, right in pairwise((*self.starts, self.duration)))
        if self.starts[0] != 0.0 or len(self.starts) != len(self.rates) or not ascending:
            raise ArgumentError.at("accrual", f"starts {self.starts}", expected="ascending, from 0, in it")
        if min(self.rates) < 0.0 or not math.isfinite(sum(self.rates)) or sum(self.rates) <= 0.0:
            raise ArgumentError.at("accrual", f"rates {self.rates}", expected="finite rates above 0")

    def pieces(self) -> tuple[tuple[float, float, float], ...]:
        """Start, end and density of entry, whose integral is 1."""
        edges = (*self.starts, self.duration)
        total = math.fsum(r * (b - a) for r, (a, b) in zip(self.rates, pairwise(edges), strict=True))
        return tuple((a, b, r / total) for r, (a, b) in zip(self.rates, pairwise(edges), strict=True))


@dataclass(frozen=True, slots=True)
class Arm:
    """The hazards of the event and of drop-out in one arm."""

    hazard: Hazard
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.dropout) and self.dropout >= 0.0):
            raise ArgumentError.at("drop-out", f"{self.dropout}", expected="a finite rate of 0 or more")


def dropout_hazard(share: float, by: float) -> float:
    """The constant hazard with which a share is lost by a time, were there no events.

    Raises:
        ArgumentError: the share is outside [0, 1) or the time is not above 0.
    """
    if not (0.0 <= share < 1.0 and by > 0.0):
        raise ArgumentError.at("drop-out", f"{share} by {by}", expected="a share below 1 by a time above 0")
    return -math.log1p(-share) / by


def _stretch(rate: float, length: float) -> tuple[float, float]:
    """∫ exp(−rate·u) du and ∫ (length − u) exp(−rate·u) du over 0 … length."""
    x = rate * length
    if x < math.sqrt(NEAR_ZERO):
        return length, HALVING * length * length
    once = -math.expm1(-x) / rate
    small = 1e-4
    if x < small:  # the difference below would cancel
        return once, length * length * (HALVING - x / 6.0 + x * x / 24.0)
    return once, (length - once) / rate


def _integrals(arm: Arm, time: float) -> tuple[float, float]:
    """P(event seen by `time` after entry), and its integral from 0 to `time`."""
    if time <= 0.0:
        return 0.0, 0.0
    seen, area, free = 0.0, 0.0, 1.0
    ends = (*arm.hazard.starts[1:], math.inf)
    for rate, start, end in zip(arm.hazard.rates, arm.hazard.starts, ends, strict=True):
        if time <= start:
            break
        length = min(end, time) - start
        once, twice = _stretch(rate + arm.dropout, length)
        here = free * rate * once
        area += free * rate * twice + here * max(time - start - length, 0.0)
        seen += here
        free *= math.exp(-(rate + arm.dropout) * length)
    return seen, area


def event_probability(arm: Arm, accrual: Accrual, calendar: float) -> float:
    """The share of all planned subjects of an arm with an event seen by a calendar time.

    Examples:
        >>> round(event_probability(Arm(Hazard.of_median(12)), Accrual(1e-9), 12.0), 6)
        0.5
    """
    return math.fsum(
        density * (_integrals(arm, calendar - start)[1] - _integrals(arm, calendar - end)[1])
        for start, end, density in accrual.pieces()
    )


def enrolled_share(accrual: Accrual, calendar: float) -> float:
    """The share of all planned subjects who have entered by a calendar time."""
    return math.fsum(
        density * max(min(calendar, end) - start, 0.0) for start, end, density in accrual.pieces()
    )


def calendar_of_share(arms: tuple[tuple[Arm, float], ...], accrual: Accrual, share: float) -> float:
    """When this share of all subjects has had an event; infinite where it never does.

    `arms` are pairs of an arm and its share of the subjects.
    """

    def seen(calendar: float) -> float:
        return math.fsum(weight * event_probability(arm, accrual, calendar) for arm, weight in arms)

    low, high = 0.0, accrual.duration
    for _ in range(MAX_STEPS):
        if seen(high) >= share:
            break
        low, high = high, 2.0 * high
        if not math.isfinite(high) or high > accrual.duration * 2.0**60:
            return math.inf
    else:
        return math.inf
    for _ in range(MAX_STEPS):
        middle = HALVING * (low + high)
        if middle in {low, high}:
            break
        if seen(middle) < share:
            low = middle
        else:
            high = middle
    return HALVING * (low + high)
