"""Two feasible groups brought to a printed hazard ratio, without leaving what their curves must meet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.hazard_kernel import anneal

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.sample import Ints, Rebuilt
    from trialwright.claims.reconstruct.targets import RatioTarget

_STEPS = 4000
_TRIES = 6
NEAR = 0.03
_NEAR_ENOUGH = 0.0012
_HOPELESS = 0.05
_HALF = 0.5
_TINY = 1e-9


def match(
    groups: dict[str, Rebuilt], ratio: RatioTarget, rng: np.random.Generator
) -> tuple[dict[str, Rebuilt], float]:
    """The groups with times of one endpoint moved, and how far ratio and standard error are still off."""
    names, endpoint = ratio.groups, ratio.endpoint
    parts = [groups[name] for name in names]
    times = [part.times[endpoint].copy() for part in parts]
    limits = [_limits(part, endpoint) for part in parts]
    left = np.inf
    for _ in range(_TRIES):
        left = anneal(
            times[0],
            parts[0].events[endpoint],
            *limits[0],
            times[1],
            parts[1].events[endpoint],
            *limits[1],
            ratio.log_ratio,
            ratio.std_error,
            rng.random(4 * _STEPS),
        )
        if left < _NEAR_ENOUGH or left > _HOPELESS:
            break
    moved = {
        name: replace(part, times={**part.times, endpoint: new})
        for name, part, new in zip(names, parts, times, strict=True)
    }
    return {**groups, **moved}, float(left)


def _limits(part: Rebuilt, endpoint: str) -> tuple[Ints, Ints]:
    """How far each time may move without changing a median, a rate, the follow-up or who outlives whom."""
    times = part.times[endpoint]
    low, high = np.ones_like(times), np.full_like(times, part.group.horizon)
    for target in part.group.medians[endpoint]:
        flags = 1 - part.events[endpoint] if target.of_censoring else part.events[endpoint]
        at = _crossing(flags)
        if at is not None:
            low[at], high[at] = max(low[at], target.days.low), min(high[at], target.days.high)
    for rate in part.group.rates[endpoint]:
        early = times <= rate.day
        high[early] = np.minimum(high[early], rate.day)
        low[~early] = np.maximum(low[~early], rate.day + 1)
    if endpoint == "OS":
        for observed in part.group.observed:
            n = times.size
            middle = [(n - 1) // 2, n // 2]
            low[middle], high[middle] = times[middle], times[middle]
            for days, at in ((observed.shortest, 0), (observed.longest, n - 1)):
                if days is not None:
                    low[at], high[at] = days.low, days.high
        if "PFS" in part.times:
            low = np.maximum(low, part.times["PFS"] + 1)
    elif "OS" in part.times:
        high = np.minimum(high, part.times["OS"] - 1)
    return np.minimum(low, times), np.maximum(high, times)


def _crossing(flags: Ints) -> int | None:
    """The position at which a curve in order of time falls to one half."""
    n, survival = flags.size, 1.0
    for j in range(n):
        survival *= 1.0 - flags[j] / (n - j)
        if flags[j] and survival <= _HALF + _TINY:
            return j
    return None
