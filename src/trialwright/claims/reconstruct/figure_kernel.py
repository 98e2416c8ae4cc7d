"""What arms in order of time print: medians with limits, rates, follow-up, ratio and log-rank test, fast.

The same conventions as `stats.survival`, `stats.cox` and `stats.logrank`, which judge the result; here a
figure has to be asked a million times.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MEDIAN, MEDIAN_LOW, MEDIAN_HIGH, RATE = 0, 1, 2, 3
MIDDLE, SHORTEST, LONGEST = 4, 5, 6
RATIO, RATIO_LOW, RATIO_HIGH, LOG_RANK = 7, 8, 9, 10
FIRST_OF_TWO = RATIO

_STEPS = 30
_CLOSE = 1e-7
_FARTHEST = 5.0
_LOG_TWO = math.log(2.0)
_TINY = 1e-9


@kernel
def curve_figures(times: Ints, flags: Ints, z: float) -> tuple[float, float, float]:
    """The median and its log-log limits (Brookmeyer and Crowley 1982) of times in order; nan: not reached.

    Where the curve rests on one half, the middle of the plateau.
    """
    n = len(times)
    fallen, greenwood = 0.0, 0.0
    median, low, high, plateau = math.nan, math.nan, math.nan, math.nan
    j = 0
    while j < n:
        day, at_risk, events = times[j], n - j, 0
        while j < n and times[j] == day:
            events += flags[j]
            j += 1
        if events == 0:
            continue
        left = at_risk - events
        if not math.isnan(plateau) and math.isnan(median):
            median = 0.5 * (plateau + day)
        if left == 0:
            return (float(day) if math.isnan(median) and math.isnan(plateau) else median), low, high
        fallen += math.log(at_risk / left)
        greenwood += events / (at_risk * left)
        reach = math.exp(z * math.sqrt(greenwood) / fallen)
        if math.isnan(low) and fallen * reach >= _LOG_TWO - _TINY:
            low = float(day)
        if math.isnan(high) and fallen >= (_LOG_TWO - _TINY) * reach:
            high = float(day)
        if math.isnan(median) and math.isnan(plateau) and fallen >= _LOG_TWO - _TINY:
            if fallen <= _LOG_TWO + _TINY:
                plateau = float(day)
            else:
                median = float(day)
        if not (math.isnan(median) or math.isnan(high)):
            break
    return (plateau if math.isnan(median) else median), low, high


@kernel
def rate_at(times: Ints, flags: Ints, day: float) -> float:
    """Survival at a day."""
    n, survival, j = len(times), 1.0, 0
    while j < n and times[j] <= day:
        now, at_risk, events = times[j], n - j, 0
        while j < n and times[j] == now:
            events += flags[j]
            j += 1
        survival *= 1.0 - events / at_risk
    return survival


@kernel
def log_rank_z(first: Ints, first_events: Ints, second: Ints, second_events: Ints) -> float:
    """The statistic |z| of the log-rank test of two groups in order of time; nan without events."""
    n1, n2, a, b = len(first), len(second), 0, 0
    excess, variance = 0.0, 0.0
    while a < n1 or b < n2:
        now = min(first[a] if a < n1 else 2**62, second[b] if b < n2 else 2**62)
        mine, total = n1 - a, n1 - a + n2 - b
        ours, events = 0, 0
        while a < n1 and first[a] == now:
            ours += first_events[a]
            events += first_events[a]
            a += 1
        while b < n2 and second[b] == now:
            events += second_events[b]
            b += 1
        if events:
            share = mine / total
            excess += ours - events * share
            if total > 1:
                variance += events * share * (1.0 - share) * (total - events) / (total - 1.0)
    return abs(excess) / math.sqrt(variance) if variance > 0.0 else math.nan


@kernel
def hazard_ratio(
    first: Ints, first_events: Ints, second: Ints, second_events: Ints, start: float = 0.0
) -> tuple[float, float]:
    """The log hazard ratio of first over second and its standard error (Cox 1972, Efron's ties).

    Times are in order in each group; `start` is where the search begins. nan where one group has no event.
    """
    n1, n2 = len(first), len(second)
    beta = start
    if first_events.sum() == 0 or second_events.sum() == 0:
        return math.nan, math.nan
    information = 0.0
    for _ in range(_STEPS):
        risk = math.exp(beta)
        score, information = 0.0, 0.0
        a, b = 0, 0
        while a < n1 or b < n2:
            now = min(first[a] if a < n1 else 2**62, second[b] if b < n2 else 2**62)
            ours_at_risk, all_at_risk = risk * (n1 - a), risk * (n1 - a) + (n2 - b)
            ours, others = 0, 0
            while a < n1 and first[a] == now:
                ours += first_events[a]
                a += 1
            while b < n2 and second[b] == now:
                others += second_events[b]
                b += 1
            score += ours
            for tied in range(ours + others):
                part = tied / (ours + others)
                share = (ours_at_risk - part * risk * ours) / (all_at_risk - part * (risk * ours + others))
                score -= share
                information += share * (1.0 - share)
        if information <= 0.0:
            return math.nan, math.nan
        step = score / information
        beta = max(-_FARTHEST, min(_FARTHEST, beta + step))
        if abs(step) < _CLOSE:
            break
    return beta, 1.0 / math.sqrt(information)


@kernel
def gathered(blocks: Ints, mask: int, times: Ints, flags: Ints) -> tuple[Ints, Ints]:
    """The times and flags of the blocks in a mask, in order of time."""
    for block in range(len(blocks) - 1):
        if mask == 1 << block:
            return times[blocks[block] : blocks[block + 1]], flags[blocks[block] : blocks[block + 1]]
    count = 0
    for block in range(len(blocks) - 1):
        if mask >> block & 1:
            count += blocks[block + 1] - blocks[block]
    found, marks = np.empty(count, np.int64), np.empty(count, np.int64)
    filled = 0
    for block in range(len(blocks) - 1):
        if not mask >> block & 1:
            continue
        for j in range(blocks[block], blocks[block + 1]):
            place = filled
            while place > 0 and found[place - 1] > times[j]:
                found[place], marks[place] = found[place - 1], marks[place - 1]
                place -= 1
            found[place], marks[place] = times[j], flags[j]
            filled += 1
    return found, marks
