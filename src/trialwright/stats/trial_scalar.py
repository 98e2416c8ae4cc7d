"""Trials of two arms one by one: any piecewise hazards and accrual, and the yardstick of the tiles.

Ties cannot be told apart from the order of subjects: follow-up is continuous.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

from trialwright.stats.kernel import kernel, parallel_kernel
from trialwright.stats.trial_model import follow
from trialwright.stats.trial_sums import FIXED_SUMS, add_trial

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers

MOST_STEPS = 40
CLOSE = 1e-12
FARTHEST = 15.0
LONGEST_STEP = 1.0
BLOCK_TRIALS = 256


@kernel
def derivatives(order: Integers, event: Floats, n_control: int, beta: float) -> tuple[float, float]:
    """Score and information of a binary covariate at beta; `order` is by ascending time."""
    n = order.size
    ratio = math.exp(beta)
    control, experimental = float(n_control), float(n - n_control)
    score, information = 0.0, 0.0
    for i in range(n):
        subject = order[i]
        arm = 1.0 if subject >= n_control else 0.0
        if event[subject] > 0.0:
            p = experimental * ratio / (control + experimental * ratio)
            score += arm - p
            information += p * (1.0 - p)
        experimental -= arm
        control -= 1.0 - arm
    return score, information


@kernel
def analyse_trial(time: Floats, event: Floats, n_control: int) -> tuple[float, float, float, float]:
    """Log-rank z, log hazard ratio, its standard error and the events; nan where not estimable."""
    order = np.argsort(time)
    events = event.sum()
    score, information = derivatives(order, event, n_control, 0.0)
    if not information > 0.0:
        return math.nan, math.nan, math.nan, events
    z = score / math.sqrt(information)
    beta = 0.0
    for _ in range(MOST_STEPS):
        move = min(max(score / information, -LONGEST_STEP), LONGEST_STEP) if information > 0.0 else 0.0
        beta += move
        score, information = derivatives(order, event, n_control, beta)
        if abs(move) < CLOSE or abs(beta) > FARTHEST:
            break
    if abs(beta) > FARTHEST or not information > 0.0:
        return z, math.nan, math.nan, events
    return z, beta, 1.0 / math.sqrt(information), events


@kernel
def one_trial(
    seed: int,
    trial: int,
    n_control: int,
    time: Floats,
    event: Floats,
    starts: Floats,
    hazards: Floats,
    dropout: Floats,
    edges: Floats,
    shares: Floats,
    end: float,
) -> tuple[float, float, float, float]:
    """Generate and analyse one trial."""
    for subject in range(time.size):
        arm = 1 if subject >= n_control else 0
        time[subject], event[subject] = follow(
            seed, trial, subject, arm, starts, hazards, dropout, edges, shares, end
        )
    return analyse_trial(time, event, n_control)


@parallel_kernel
def list_trials(
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
    out: Floats,
) -> None:
    """Fill `out` [4, trials]: log-rank z, log hazard ratio, its standard error, events."""
    for trial in numba.prange(out.shape[1]):
        time, event = np.empty(n), np.empty(n)
        found = one_trial(
            seed, first + trial, n_control, time, event, starts, hazards, dropout, edges, shares, end
        )
        out[0, trial], out[1, trial], out[2, trial], out[3, trial] = found


@parallel_kernel
def count_trials(
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
    z: float,
    log_margins: Floats,
) -> Integers:
    """Sums over trials first … first + count − 1, as `add_trial` keeps them, by block."""
    blocks = (count + BLOCK_TRIALS - 1) // BLOCK_TRIALS
    sums = np.zeros((blocks, FIXED_SUMS + log_margins.size), np.int64)
    for block in numba.prange(blocks):
        time, event = np.empty(n), np.empty(n)
        for trial in range(block * BLOCK_TRIALS, min((block + 1) * BLOCK_TRIALS, count)):
            found = one_trial(
                seed, first + trial, n_control, time, event, starts, hazards, dropout, edges, shares, end
            )
            add_trial(sums[block], found[0], found[1], found[2], found[3], z, log_margins)
    return sums
