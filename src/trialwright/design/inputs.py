"""What the chapters of a design report are given: sizes, hypotheses, errors, timing, published figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.stats.event_process import Accrual, Arm, Hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from trialwright.protocol.size_plan import Stages


@dataclass(frozen=True, slots=True)
class Timing:
    """Months of accrual, months from the last entry to the cut-off, hazard of drop-out a month."""

    accrual: float
    follow_up: float
    dropout: float


@dataclass(frozen=True, slots=True)
class PublishedRatio:
    """A published hazard ratio with its interval, and the events behind it where they are published."""

    value: float
    low: float
    high: float
    source: str
    level: float = 0.95
    events: int | None = None

    @property
    def std_error(self) -> float:
        """Of the log hazard ratio, from the width of the interval."""
        return math.log(self.high / self.low) / (2.0 * normal_isf((1.0 - self.level) / 2.0))

    def implied_events(self, share: float) -> float:
        """Events with which a Cox model has this standard error, for the share of one arm."""
        return 1.0 / (share * (1.0 - share) * self.std_error**2)


@dataclass(frozen=True, slots=True)
class Errors:
    """One-sided alpha and beta, and whether the study file states them."""

    alpha: float
    beta: float
    stated: bool

    @property
    def power(self) -> float:
        """1 − beta."""
        return 1.0 - self.beta


@dataclass(frozen=True, slots=True)
class RandomisedInputs:
    """Two arms compared in a time to event; medians in months; alpha is one-sided.

    `medians` are those planned with (control first), `seen` the published ones where they differ.
    """

    name: str
    label: str
    arms: tuple[str, str]
    sizes: tuple[int, int]
    medians: tuple[float, float]
    seen: tuple[float, float] | None
    timing: Timing
    errors: Errors
    margin: float | None
    published: PublishedRatio | None
    planned_events: int | None
    screens: bool

    @property
    def alpha(self) -> float:
        """The one-sided level."""
        return self.errors.alpha

    @property
    def ruled_out(self) -> float:
        """The hazard ratio to rule out: the margin, or 1 where superiority is asked."""
        return self.margin or 1.0

    @property
    def ratio(self) -> float:
        """The hazard ratio of the medians planned with."""
        return self.medians[0] / self.medians[1]

    @property
    def truth(self) -> float:
        """The hazard ratio at which the power counts: as planned; 1 for a margin without a plan."""
        return 1.0 if self.margin and not self.errors.stated else self.ratio

    @property
    def share(self) -> float:
        """The share of the experimental arm."""
        return self.sizes[1] / sum(self.sizes)

    @property
    def allocation(self) -> float:
        """Experimental subjects for each control."""
        return self.sizes[1] / self.sizes[0]

    def trial(self, ratio: float | None = None) -> TwoArms:
        """The trial as assumed (control first), or with another hazard ratio."""
        control = Hazard.of_median(self.medians[0])
        other = Hazard.of_median(self.medians[1]) if ratio is None else control.times(ratio)
        arms = (Arm(control, self.timing.dropout), Arm(other, self.timing.dropout))
        return TwoArms(*arms, Accrual(self.timing.accrual), self.timing.follow_up, self.allocation)


@dataclass(frozen=True, slots=True)
class RateInputs:
    """One arm with a response rate: subjects enrolled and evaluable, and the published rate.

    `hypotheses` are the rates (too low, worth finding) of the plan, `stages` its two stages, `analysed`
    the subjects by whom it is judged: as it states, else all enrolled.
    """

    name: str
    label: str
    enrolled: int
    analysed: int
    evaluable: int
    rate: float
    source: str
    errors: Errors
    hypotheses: tuple[float, float] | None = None
    needed: int | None = None
    stages: Stages | None = None
    timing: Timing | None = None

    @property
    def alpha(self) -> float:
        """The one-sided level."""
        return self.errors.alpha


@dataclass(frozen=True, slots=True)
class CurveInputs:
    """One arm with a time to event: subjects, the published median in months, and the timing.

    `hypotheses` are the medians (too short, worth finding) of the plan.
    """

    name: str
    label: str
    enrolled: int
    median: float
    timing: Timing
    source: str
    errors: Errors
    hypotheses: tuple[float, float] | None = None

    @property
    def alpha(self) -> float:
        """The one-sided level."""
        return self.errors.alpha


@dataclass(frozen=True, slots=True)
class TwoRateInputs:
    """Two arms compared in a response rate: control first; the margin is the loss still acceptable, or 0."""

    label: str
    arms: tuple[str, str]
    sizes: tuple[int, int]
    rates: tuple[float, float]
    errors: Errors
    margin: float

    @property
    def allocation(self) -> float:
        """Experimental subjects for each control."""
        return self.sizes[1] / self.sizes[0]
