"""Simulated trials of two arms with weighted log-rank tests, MaxCombo and restricted means in each.

The subjects are those of `trial_model.follow`; the statistics are computed by the kernels that analyse
real data. Decisions are counted in whole numbers, so that threads and chunks cannot change a result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from trialwright.stats.joint_logrank import joint_excess, standardised
from trialwright.stats.kernel import kernel, parallel_kernel
from trialwright.stats.normal_rectangle import largest_p
from trialwright.stats.special import normal_sf
from trialwright.stats.survival_kernels import life_table, product_limit, restricted_mean
from trialwright.stats.trial_model import check_range, follow
from trialwright.stats.trial_sums import Proportion, proportion

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers
    from trialwright.stats.logrank import FlemingHarrington
    from trialwright.stats.trial_model import TrialModel

BLOCK_TRIALS = 64
TRIALS, SUM_EVENTS, FIXED_SUMS = range(3)


@dataclass(frozen=True, slots=True)
class TrialTests:
    """What each trial is tested with, one-sided at `alpha` for a better experimental arm.

    Each of `weights` alone; the first `combined` of them together by MaxCombo (0: none); restricted
    means to `tau` (0: none).
    """

    weights: tuple[FlemingHarrington, ...]
    combined: int
    tau: float
    alpha: float

    @property
    def numbers(self) -> tuple[Floats, Floats, int, float]:
        """The plan for the kernels."""
        rho = np.array([one.rho for one in self.weights])
        gamma = np.array([one.gamma for one in self.weights])
        return rho, gamma, self.combined, self.tau


@kernel
def arm_mean(time: Floats, event: Floats, tau: float) -> tuple[float, float]:
    """Restricted mean of one arm and its standard error; nan where follow-up ends before tau."""
    times, at_risk, events, _ = life_table(time, event, np.ones(time.size))
    survival, _ = product_limit(at_risk, events)
    if times[-1] < tau and survival[-1] > 0.0:
        return math.nan, math.nan
    return restricted_mean(times, survival, at_risk, events, tau)


@kernel
def means_z(time: Floats, event: Floats, arm: Integers, tau: float) -> float:
    """The difference of restricted means over its standard error; rows by ascending time."""
    control, control_error = arm_mean(time[arm == 0], event[arm == 0], tau)
    other, other_error = arm_mean(time[arm == 1], event[arm == 1], tau)
    error = math.sqrt(control_error * control_error + other_error * other_error)
    return (other - control) / error if error > 0.0 else math.nan


@kernel
def simulated_trial(
    seed: int,
    trial: int,
    n_control: int,
    n: int,
    starts: Floats,
    hazards: Floats,
    dropout: Floats,
    edges: Floats,
    shares: Floats,
    end: float,
) -> tuple[Floats, Floats, Integers]:
    """Times, events and arms of one trial, by ascending time."""
    time, event, arm = np.empty(n), np.empty(n), np.zeros(n, np.int64)
    for subject in range(n):
        arm[subject] = 1 if subject >= n_control else 0
        time[subject], event[subject] = follow(
            seed, trial, subject, arm[subject], starts, hazards, dropout, edges, shares, end
        )
    order = np.argsort(time)
    return time[order], event[order], arm[order]


@kernel
def combined_rejects(z: Floats, correlation: Floats, alpha: float) -> bool:
    """Whether MaxCombo rejects: its exact p-value only where Bonferroni's bounds leave it open."""
    if correlation.shape[0] == 0:
        return False
    best = np.nanmin(z)
    single = normal_sf(-best)
    if single > alpha:
        return False
    if single * correlation.shape[0] <= alpha:
        return True
    return bool(largest_p(-best, correlation, 0.0) <= alpha)


@parallel_kernel
def list_tests(
    seed: int,
    first: int,
    n_control: int,
    n: int,
    starts: Floats,
    hazards: Floats,
    dropout: Floats,
    edges: Floats,
    shares: Floats,
    end: float,
    rho: Floats,
    gamma: Floats,
    combined: int,
    tau: float,
    out: Floats,
) -> None:
    """Fill `out` [weights + 3, trials]: each z, MaxCombo's p, the z of restricted means, events."""
    for trial in numba.prange(out.shape[1]):
        time, event, arm = simulated_trial(
            seed, first + trial, n_control, n, starts, hazards, dropout, edges, shares, end
        )
        excess, covariance = joint_excess(time, event, arm, np.zeros(n, np.int64), rho, gamma)
        out[: rho.size, trial] = standardised(excess, covariance)[0]
        out[rho.size :, trial] = math.nan
        if combined > 0:
            part, correlation = standardised(excess[:combined], covariance[:combined, :combined])
            if correlation.shape[0] > 0:
                out[rho.size, trial] = largest_p(np.nanmax(-part), correlation, 0.0)
        if tau > 0.0:
            out[rho.size + 1, trial] = means_z(time, event, arm, tau)
        out[rho.size + 2, trial] = event.sum()


@parallel_kernel
def count_tests(
    seed: int,
    first: int,
    count: int,
    n_control: int,
    n: int,
    starts: Floats,
    hazards: Floats,
    dropout: Floats,
    edges: Floats,
    shares: Floats,
    end: float,
    rho: Floats,
    gamma: Floats,
    combined: int,
    tau: float,
    alpha: float,
) -> Integers:
    """Trials, events and rejections: by each weight, by MaxCombo, by restricted means; without a mean."""
    blocks = (count + BLOCK_TRIALS - 1) // BLOCK_TRIALS
    sums = np.zeros((blocks, FIXED_SUMS + rho.size + 3), np.int64)
    for block in numba.prange(blocks):
        row = sums[block]
        for trial in range(block * BLOCK_TRIALS, min((block + 1) * BLOCK_TRIALS, count)):
            time, event, arm = simulated_trial(
                seed, first + trial, n_control, n, starts, hazards, dropout, edges, shares, end
            )
            row[TRIALS] += 1
            row[SUM_EVENTS] += int(event.sum())
            excess, covariance = joint_excess(time, event, arm, np.zeros(n, np.int64), rho, gamma)
            z, _ = standardised(excess, covariance)
            for k in range(rho.size):
                if normal_sf(-z[k]) <= alpha:
                    row[FIXED_SUMS + k] += 1
            if combined > 0:
                part, correlation = standardised(excess[:combined], covariance[:combined, :combined])
                row[FIXED_SUMS + rho.size] += combined_rejects(part, correlation, alpha)
            if tau > 0.0:
                mean_z = means_z(time, event, arm, tau)
                row[FIXED_SUMS + rho.size + 1] += normal_sf(mean_z) <= alpha
                row[FIXED_SUMS + rho.size + 2] += math.isnan(mean_z)
    return sums


@dataclass(frozen=True)
class DecisionSums:
    """Sums over simulated trials; those of disjoint ranges add up."""

    sums: Integers
    tests: TrialTests

    def __add__(self, other: DecisionSums) -> DecisionSums:
        """The sums of both ranges together."""
        assert self.tests == other.tests
        return DecisionSums(self.sums + other.sums, self.tests)

    @classmethod
    def none(cls, tests: TrialTests) -> DecisionSums:
        """No trial yet."""
        return cls(np.zeros(FIXED_SUMS + len(tests.weights) + 3, np.int64), tests)

    @property
    def trials(self) -> int:
        """Trials so far."""
        return int(self.sums[TRIALS])

    @property
    def events(self) -> float:
        """Mean number of events."""
        return int(self.sums[SUM_EVENTS]) / max(self.trials, 1)

    def _share(self, position: int) -> Proportion:
        return proportion(int(self.sums[FIXED_SUMS + position]), self.trials)

    def weighted(self, weight: FlemingHarrington) -> Proportion:
        """Trials in which the test of this weight alone rejects."""
        return self._share(self.tests.weights.index(weight))

    @property
    def combination(self) -> Proportion:
        """Trials in which MaxCombo rejects."""
        return self._share(len(self.tests.weights))

    @property
    def means(self) -> Proportion:
        """Trials in which the test of restricted means rejects."""
        return self._share(len(self.tests.weights) + 1)

    @property
    def without_mean(self) -> Proportion:
        """Trials whose follow-up ends before tau in an arm; their test of means does not reject."""
        return self._share(len(self.tests.weights) + 2)

    @property
    def first(self) -> Proportion:
        """The rejections of the first test, for a progress bar."""
        return self._share(0)

    @property
    def worst_error(self) -> float:
        """The largest Monte-Carlo standard error among the decisions."""
        return max(self._share(k).error for k in range(len(self.tests.weights) + 2))


@dataclass(frozen=True, slots=True)
class TrialVerdicts:
    """One entry a trial; nan where not defined. `z` is by weight: negative, the experimental arm is better.

    `combined_p` is MaxCombo's one-sided p; `means_z` is positive where the experimental arm lives longer.
    """

    z: Floats
    combined_p: Floats
    means_z: Floats
    events: Floats


def _numbers(model: TrialModel) -> tuple[int, int, Floats, Floats, Floats, Floats, Floats, float]:
    entry = (model.entry_edges, model.entry_shares, model.end)
    return model.n_control, model.n, model.starts, model.hazards, model.dropout, *entry


def trial_verdicts(model: TrialModel, tests: TrialTests, seed: int, first: int, count: int) -> TrialVerdicts:
    """Trials first … first + count − 1: the same numbers whatever the range asked for.

    Raises:
        ArgumentError: seed or trial numbers out of range.
    """
    check_range(seed, first, count)
    out = np.empty((len(tests.weights) + 3, count))
    list_tests(seed, first, *_numbers(model), *tests.numbers, out)
    return TrialVerdicts(out[:-3], *out[-3:])


def count_decisions(model: TrialModel, tests: TrialTests, seed: int, first: int, count: int) -> DecisionSums:
    """Decisions over trials first … first + count − 1.

    Raises:
        ArgumentError: seed or trial numbers out of range.
    """
    check_range(seed, first, count)
    sums = count_tests(seed, first, count, *_numbers(model), *tests.numbers, tests.alpha)
    return DecisionSums(sums.sum(axis=0), tests)
