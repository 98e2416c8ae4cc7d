"""Log-rank and Cox (Efron) of many small trials whose times are whole days and so have ties."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

from trialwright.stats.kernel import kernel, parallel_kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Flags, Floats, Integers

MOST_STEPS = 40
CLOSE = 1e-11
FARTHEST = 15.0
LONGEST_STEP = 1.0
EFRON, NULL = 1.0, 0.0


@kernel
def tied_derivatives(
    order: Integers, time: Floats, event: Flags, arm: Integers, beta: float, efron: float
) -> tuple[float, float, float]:
    """Score and information of a binary covariate, and the log-rank variance (at beta 0)."""
    n = order.size
    ratio = math.exp(beta)
    in_one = 0.0
    for subject in order:
        in_one += arm[subject]
    in_zero = n - in_one
    score, information, variance = 0.0, 0.0, 0.0
    i = 0
    while i < n:
        j, deaths, deaths_one, left, left_one = i, 0, 0.0, 0.0, 0.0
        while j < n and time[order[j]] == time[order[i]]:
            subject = order[j]
            left += 1.0
            left_one += arm[subject]
            if event[subject]:
                deaths += 1
                deaths_one += arm[subject]
            j += 1
        total = in_zero + in_one
        if deaths > 0 and total > 1.0:
            p = in_one / total
            variance += deaths * p * (1.0 - p) * (total - deaths) / (total - 1.0)
        score += deaths_one
        for k in range(deaths):
            share = efron * k / deaths
            one = ratio * (in_one - share * deaths_one)
            zero = in_zero - share * (deaths - deaths_one)
            p = one / (one + zero)
            score -= p
            information += p * (1.0 - p)
        in_one -= left_one
        in_zero -= left - left_one
        i = j
    return score, information, variance


@kernel
def analyse_tied(order: Integers, time: Floats, event: Flags, arm: Integers) -> tuple[float, float, float]:
    """Log-rank z of arm 1, its log hazard ratio by Efron's likelihood and the standard error."""
    score, _, variance = tied_derivatives(order, time, event, arm, 0.0, NULL)
    z = score / math.sqrt(variance) if variance > 0.0 else math.nan
    beta = 0.0
    score, information, _ = tied_derivatives(order, time, event, arm, beta, EFRON)
    for _ in range(MOST_STEPS):
        if not information > 0.0 or abs(beta) > FARTHEST:
            return z, math.nan, math.nan
        move = min(max(score / information, -LONGEST_STEP), LONGEST_STEP)
        beta += move
        score, information, _ = tied_derivatives(order, time, event, arm, beta, EFRON)
        if abs(move) < CLOSE:
            break
    return z, beta, 1.0 / math.sqrt(information)


@parallel_kernel
def analyse_trials(size: int, time: Floats, event: Flags, arm: Integers, counted: Flags, out: Floats) -> None:
    """Fill `out` [4, trials]: z, log hazard ratio, error, events; trial k is rows k · size … on."""
    for trial in numba.prange(out.shape[1]):
        rows = np.arange(trial * size, (trial + 1) * size)
        kept = rows[counted[rows]]
        order = kept[np.argsort(time[kept], kind="mergesort")]
        out[0, trial], out[1, trial], out[2, trial] = analyse_tied(order, time, event, arm)
        out[3, trial] = event[kept].sum()
