"""Power of log-rank, weighted log-rank, MaxCombo and restricted means where the hazard ratio changes.

The statistics of a trial of n subjects are jointly normal in the limit. Their means, the covariances that
the tests estimate, and those that they have under the alternative (not only near the null hypothesis) are
integrals over the time since entry. Sources: Schoenfeld (1981), Biometrika 68:316–319 (means); Lin and Wei
(1989), J Am Stat Assoc 84:1074–1078 (influence of a subject on a score under another model); Yung and
Liu (2020), Biometrics 76:939–950 (power from both variances); the influence on the estimated weights is
derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.event_process import Hazard
from trialwright.stats.normal_rectangle import largest_critical, outside_any
from trialwright.stats.panels import Panels, panels
from trialwright.stats.two_stage import check_errors

if TYPE_CHECKING:
    from trialwright.stats.event_process import Accrual, Arm
    from trialwright.stats.event_sizes import TwoArms
    from trialwright.stats.inputs import Floats
    from trialwright.stats.logrank import FlemingHarrington

MOST_SUBJECTS = 100_000
NOBODY = 1e-100


def changing_hazard(control: Hazard, changes: tuple[float, ...], ratios: tuple[float, ...]) -> Hazard:
    """The control's hazard times 1 until the first of `changes`, then times each of `ratios`.

    Raises:
        ArgumentError: changes that do not ascend from 0 or later, or a ratio that is not above 0.

    Examples:
        >>> changing_hazard(Hazard((0.1,)), (3.0,), (0.5,))
        Hazard(rates=(0.1, 0.05), starts=(0.0, 3.0))
    """
    ascending = all(math.isfinite(at) for at in changes) and list(changes) == sorted(set(changes))
    if not changes or not ascending or changes[0] < 0.0:
        raise ArgumentError.at("delay", f"{changes}", expected="ascending times of 0 or more")
    if len(ratios) != len(changes) or not all(math.isfinite(r) and r > 0.0 for r in ratios):
        raise ArgumentError.at(
            "hazard ratio", f"{ratios}", expected="a finite ratio above 0 for each time at which it changes"
        )
    times = np.array((0.0, *changes))
    steps = (1.0, *ratios)
    starts = sorted({*control.starts, *changes})
    rates = tuple(
        control.rates[int(np.searchsorted(control.starts, at, side="right")) - 1]
        * steps[int(np.searchsorted(times, at, side="right")) - 1]
        for at in starts
    )
    return Hazard(rates, tuple(starts))


@dataclass(frozen=True, eq=False)
class LargeSampleTest:
    """One-sided tests of n subjects in the limit: each rejects where it exceeds c · √(n · estimated).

    Their sums have mean n · `mean`, positive where the experimental arm is better, covariance
    n · `covariance`, and the tests estimate n · `estimated`. Several are tested by the largest of them.
    """

    mean: Floats
    estimated: Floats
    covariance: Floats

    def power(self, n: float, alpha: float) -> float:
        """The probability that the test, or one of those combined, rejects.

        Raises:
            ArgumentError: alpha is out of range, or there is no subject.
        """
        check_errors(alpha, (1.0 - alpha) / 2.0)
        if not (math.isfinite(n) and n > 0.0):
            raise ArgumentError.at("n", f"{n}", expected="a number of subjects above 0")
        return self._power(n, self._critical(alpha))

    def subjects(self, alpha: float, beta: float) -> int:
        """The fewest subjects with power 1 − beta.

        Raises:
            ArgumentError: errors out of range, or no number of subjects up to 100,000 has the power.
        """
        check_errors(alpha, beta)
        critical = self._critical(alpha)
        low, high = 0, MOST_SUBJECTS
        if self._power(high, critical) < 1.0 - beta:
            raise ArgumentError.at(
                "power",
                f"{1.0 - beta:g}",
                expected=f"a test that reaches it with {MOST_SUBJECTS:,} subjects",
                remedy="it finds hardly any benefit under these hazards: use another test, or larger errors",
            )
        while high - low > 1:
            middle = (low + high) // 2
            if self._power(middle, critical) < 1.0 - beta:
                low = middle
            else:
                high = middle
        return high

    def _critical(self, alpha: float) -> float:
        return largest_critical(alpha, correlation_of(self.estimated))

    def _power(self, n: float, critical: float) -> float:
        bound = critical * np.sqrt(np.diag(self.estimated)) - math.sqrt(n) * self.mean
        upper = bound / np.sqrt(np.diag(self.covariance))
        free = np.full(upper.size, -math.inf)
        return float(outside_any(free, upper, correlation_of(self.covariance)))


def correlation_of(covariance: Floats) -> Floats:
    """The correlations of a covariance matrix.

    Raises:
        ArgumentError: a variance is not above 0: no event is expected.
    """
    variance = np.diag(covariance)
    if not (variance > 0.0).all():
        raise ArgumentError.at("hazard", "no event is expected", expected="a rate above 0")
    correlation: Floats = np.clip(covariance / np.sqrt(np.outer(variance, variance)), -1.0, 1.0)
    return correlation


@dataclass(frozen=True, eq=False)
class _Course:
    """Both arms over the time since entry: hazard, survival, and share of the arm still at risk."""

    grid: Panels
    hazard: tuple[Floats, Floats]
    survival: tuple[Floats, Floats]
    at_risk: tuple[Floats, Floats]
    share: tuple[float, float]


def _cumulative(hazard: Hazard, at: Floats) -> Floats:
    ends = (*hazard.starts[1:], math.inf)
    total = np.zeros_like(at)
    for rate, start, end in zip(hazard.rates, hazard.starts, ends, strict=True):
        total += rate * (np.clip(at, start, end) - start)
    return total


def _enrolled(accrual: Accrual, calendar: Floats) -> Floats:
    pieces = accrual.pieces()
    edges = [start for start, _, _ in pieces] + [accrual.duration]
    so_far = np.cumsum([0.0] + [density * (end - start) for start, end, density in pieces])
    share: Floats = np.interp(calendar, edges, so_far)
    return share


def _course(trial: TwoArms, until: float) -> _Course:
    end = trial.accrual.duration + trial.follow_up
    arms = (trial.control, trial.experimental)
    kinks = {end - start for start, _, _ in trial.accrual.pieces()} | {end - trial.accrual.duration}
    starts = {start for arm in arms for start in arm.hazard.starts}
    fastest = max(max(arm.hazard.rates) + arm.dropout for arm in arms)
    grid = panels(kinks | starts, until, fastest)
    followed = _enrolled(trial.accrual, end - grid.at)

    def one(arm: Arm) -> tuple[Floats, Floats, Floats]:
        rate = np.array(arm.hazard.rates)[np.searchsorted(arm.hazard.starts, grid.at, side="right") - 1]
        survival = np.exp(-_cumulative(arm.hazard, grid.at))
        return rate, survival, survival * np.exp(-arm.dropout * grid.at) * followed

    hazard, survival, at_risk = zip(*(one(arm) for arm in arms), strict=True)
    return _Course(grid, hazard, survival, at_risk, (trial.shares[0][1], trial.shares[1][1]))


def _ratio(value: Floats, at_risk: Floats) -> Floats:
    """Their ratio, 0 where so few are at risk that nothing can be seen of it."""
    some = at_risk > NOBODY
    ratio: Floats = np.where(some, value, 0.0) / np.where(some, at_risk, 1.0)
    return ratio


def restricted_mean_limits(trial: TwoArms, tau: float) -> LargeSampleTest:
    """The difference of restricted means, standardised by Greenwood's variance.

    Raises:
        ArgumentError: tau is not above 0, or not below the longest follow-up.
    """
    end = trial.accrual.duration + trial.follow_up
    if not 0.0 < tau < end:
        raise ArgumentError.at(
            "tau", f"{tau:g}", expected=f"a time above 0 and below {end:g}, the longest follow-up"
        )
    course = _course(trial, tau)
    mean, variance = 0.0, 0.0
    for arm, sign in enumerate((-1.0, 1.0)):
        survival = course.survival[arm]
        mean += sign * course.grid.total(survival)
        left = course.grid.remaining(survival)
        spread = left * _ratio(left, course.at_risk[arm]) * course.hazard[arm]
        variance += course.grid.total(spread) / course.share[arm]
    matrix = np.array([[variance]])
    return LargeSampleTest(np.array([mean]), matrix, matrix)


@dataclass(frozen=True, eq=False)
class _Pooled:
    """Both arms together: at risk, share of the experimental arm in it, hazard and its integral, drift."""

    at_risk: Floats
    experimental: Floats
    hazard: Floats
    cumulative: Floats
    drift: Floats


def _pooled(course: _Course) -> _Pooled:
    control, experimental = (share * risk for share, risk in zip(course.share, course.at_risk, strict=True))
    total = control + experimental
    part = _ratio(experimental, total)
    hazard = (1.0 - part) * course.hazard[0] + part * course.hazard[1]
    drift = total * part * (1.0 - part) * (course.hazard[1] - course.hazard[0])
    return _Pooled(total, part, hazard, course.grid.cumulative(hazard), drift)


def _weight(weight: FlemingHarrington, cumulative: Floats) -> tuple[Floats, Floats]:
    """The weight, and what it gains for each unit of cumulative hazard (nothing before the first event)."""
    survival, rest = np.exp(-cumulative), -np.expm1(-cumulative)
    value: Floats = survival**weight.rho * rest**weight.gamma
    by_log = weight.rho * value
    if weight.gamma > 0.0:
        seen = np.where(rest > 0.0, rest, 1.0) ** (weight.gamma - 1.0) * (rest > 0.0)
        by_log = by_log - weight.gamma * survival ** (weight.rho + 1.0) * seen
    return value, -by_log


def weighted_limits(trial: TwoArms, weights: tuple[FlemingHarrington, ...]) -> LargeSampleTest:
    """Weighted log-rank tests: one weight, or several combined by MaxCombo.

    Raises:
        ArgumentError: no event is expected.
    """
    course = _course(trial, trial.accrual.duration + trial.follow_up)
    pooled, grid = _pooled(course), course.grid
    value, gain = (
        np.array(each) for each in zip(*(_weight(w, pooled.cumulative) for w in weights), strict=True)
    )
    mean = np.array([-grid.total(one * pooled.drift) for one in value])
    spread = pooled.at_risk * pooled.hazard * pooled.experimental * (1.0 - pooled.experimental)
    size = range(len(weights))
    estimated = np.array([[grid.total(value[k] * value[m] * spread) for m in size] for k in size])
    correlation_of(estimated)
    by_weight = np.array([_ratio(grid.remaining(one * pooled.drift), pooled.at_risk) for one in gain])
    covariance = np.zeros_like(estimated)
    for arm in (0, 1):
        influence = value * (arm - pooled.experimental) + by_weight
        covariance += course.share[arm] * _arm_covariance(course, pooled, influence, arm)
    return LargeSampleTest(mean, estimated, covariance)


def _arm_covariance(course: _Course, pooled: _Pooled, influence: Floats, arm: int) -> Floats:
    """Covariance of the integrals of `influence` by one subject's events less the pooled hazard."""
    grid, risk = course.grid, course.at_risk[arm]
    excess = risk * (course.hazard[arm] - pooled.hazard)
    paid = np.array([grid.cumulative(one * pooled.hazard) for one in influence])
    mean = np.array([grid.total(one * excess) for one in influence])
    size = range(len(influence))

    def second(k: int, m: int) -> float:
        events = influence[k] * influence[m] * risk * course.hazard[arm]
        return grid.total(events - (paid[k] * influence[m] + paid[m] * influence[k]) * excess)

    return np.array([[second(k, m) for m in size] for k in size]) - np.outer(mean, mean)
