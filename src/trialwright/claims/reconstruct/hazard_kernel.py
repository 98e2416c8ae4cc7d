"""The hazard ratio of two groups, fast enough to be asked thousands of times."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]

_STEPS = 30
_CLOSE = 1e-9
_FARTHEST = 5.0
_CLOSE_ENOUGH = 0.0006
_HOTTEST = 0.02


@kernel
def hazard_ratio(first: Ints, first_events: Ints, second: Ints, second_events: Ints) -> tuple[float, float]:
    """The log hazard ratio of first over second and its standard error (Cox 1972, Efron's ties).

    Times are in order in each group. nan where one group has no event.
    """
    n1, n2 = len(first), len(second)
    beta = 0.0
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
def anneal(
    first: Ints,
    first_events: Ints,
    first_low: Ints,
    first_high: Ints,
    second: Ints,
    second_events: Ints,
    second_low: Ints,
    second_high: Ints,
    target: float,
    error: float,
    draws: npt.NDArray[np.float64],
) -> float:
    """Move times within their limits, in place, until ratio and standard error are near; the distance left.

    Times stay in their order within each group, so that its curve keeps its steps. `draws` are uniforms,
    four a step; the temperature falls along them.
    """
    beta, se = hazard_ratio(first, first_events, second, second_events)
    distance = abs(beta - target) + abs(se - error)
    steps = len(draws) // 4
    for step in range(steps):
        of_first = draws[4 * step] < len(first) / (len(first) + len(second))
        times, events = (first, first_events) if of_first else (second, second_events)
        low, high = (first_low, first_high) if of_first else (second_low, second_high)
        j = min(int(draws[4 * step + 1] * len(times)), len(times) - 1)
        least, most = low[j], high[j]
        if j > 0:
            gap = 1 if events[j] == 1 and events[j - 1] == 0 else 0
            least = max(least, times[j - 1] + gap)
        if j < len(times) - 1:
            gap = 1 if events[j + 1] == 1 and events[j] == 0 else 0
            most = min(most, times[j + 1] - gap)
        if most <= least:
            continue
        before = times[j]
        times[j] = least + int(draws[4 * step + 2] * (most - least + 1))
        beta, se = hazard_ratio(first, first_events, second, second_events)
        found = abs(beta - target) + abs(se - error)
        temperature = _HOTTEST * (1.0 - step / steps)
        if math.isnan(found) or (
            found > distance
            and draws[4 * step + 3] >= math.exp((distance - found) / max(temperature, _CLOSE))
        ):
            times[j] = before
        else:
            distance = found
        if distance < _CLOSE_ENOUGH:
            break
    return distance
