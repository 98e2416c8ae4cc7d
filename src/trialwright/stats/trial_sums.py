"""What is kept of each simulated trial: whole numbers, so that sums do not depend on their order."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers

TRIALS, SUM_EVENTS, KNOWN, SUM_LOG_HR, SUM_SQUARES, BENEFIT, HARM, FIXED_SUMS = range(8)
FIXED_POINT = 2.0**30


@kernel
def add_trial(
    sums: Integers, z: float, log_hr: float, error: float, events: float, critical: float, log_margins: Floats
) -> None:
    """Add one trial: its log-rank z, its Cox model (nan where there is none) and its events.

    After the fixed sums, one count for each margin: trials whose upper confidence limit is below it.
    """
    sums[TRIALS] += 1
    sums[SUM_EVENTS] += int(events)
    if z < -critical:
        sums[BENEFIT] += 1
    if z > critical:
        sums[HARM] += 1
    if not math.isnan(log_hr):
        sums[KNOWN] += 1
        sums[SUM_LOG_HR] += round(log_hr * FIXED_POINT)
        sums[SUM_SQUARES] += round(log_hr * log_hr * FIXED_POINT)
        for k in range(log_margins.size):
            if log_hr + critical * error < log_margins[k]:
                sums[FIXED_SUMS + k] += 1


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of simulated trials with its Monte-Carlo standard error."""

    value: float
    error: float


def proportion(count: int, trials: int) -> Proportion:
    """A count as a share of simulated trials."""
    n = max(trials, 1)
    p = count / n
    return Proportion(p, math.sqrt(p * (1.0 - p) / n))


@dataclass(frozen=True)
class TrialSums:
    """Sums over simulated trials; those of disjoint ranges add up."""

    sums: Integers
    margins: tuple[float, ...] = field(default=())

    def __add__(self, other: TrialSums) -> TrialSums:
        """The sums of both ranges together."""
        assert self.margins == other.margins
        return TrialSums(self.sums + other.sums, self.margins)

    @classmethod
    def none(cls, margins: tuple[float, ...]) -> TrialSums:
        """No trial yet."""
        return cls(np.zeros(FIXED_SUMS + len(margins), np.int64), margins)

    @property
    def trials(self) -> int:
        """Trials so far."""
        return int(self.sums[TRIALS])

    def share(self, count: int) -> Proportion:
        """A count as a share of the trials."""
        return proportion(count, self.trials)

    @property
    def benefit(self) -> Proportion:
        """Trials whose one-sided log-rank test finds the experimental arm better."""
        return self.share(int(self.sums[BENEFIT]))

    @property
    def harm(self) -> Proportion:
        """Trials whose one-sided log-rank test finds the experimental arm worse."""
        return self.share(int(self.sums[HARM]))

    def below(self, margin: float) -> Proportion:
        """Trials whose upper confidence limit of the hazard ratio (Cox, Wald) is below a margin."""
        return self.share(int(self.sums[FIXED_SUMS + self.margins.index(margin)]))

    @property
    def not_estimable(self) -> Proportion:
        """Trials without a finite hazard ratio; they count as not significant."""
        return self.share(self.trials - int(self.sums[KNOWN]))

    @property
    def events(self) -> float:
        """Mean number of events."""
        return int(self.sums[SUM_EVENTS]) / max(self.trials, 1)

    @property
    def log_hr(self) -> tuple[float, float]:
        """Mean and standard deviation of the log hazard ratio over the trials that have one."""
        known = max(int(self.sums[KNOWN]), 1)
        mean = int(self.sums[SUM_LOG_HR]) / FIXED_POINT / known
        square = int(self.sums[SUM_SQUARES]) / FIXED_POINT / known
        return mean, math.sqrt(max(square - mean * mean, 0.0))

    @property
    def worst_error(self) -> float:
        """The largest Monte-Carlo standard error among the decisions."""
        shares = [self.benefit, *(self.below(margin) for margin in self.margins)]
        return max(one.error for one in shares)
