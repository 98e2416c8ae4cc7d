"""Probabilities of crossing the boundaries of a group sequential design, by recursive integration.

The statistic at information fraction t is normal with mean drift · √t and variance 1; increments are
independent. Grid and Simpson weights of Jennison and Turnbull (2000), chapter 19, with r = 64.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel
from trialwright.stats.special import SQRT_TWO_PI, normal_cdf, normal_sf

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats

FINENESS = 64
CORE = 3.0
TAIL = 4.0
WIDEST = 40.0
MAX_HALVINGS = 200


@kernel
def grid(low: float, high: float, mean: float) -> tuple[Floats, Floats]:
    """Points and Simpson weights between two boundaries, dense around `mean`."""
    r = FINENESS
    raw = np.empty(6 * r - 1)
    for i in range(1, 6 * r):
        if i < r:
            x = -CORE - TAIL * math.log(r / i)
        elif i <= 5 * r:
            x = -CORE + CORE * (i - r) / (2.0 * r)
        else:
            x = CORE + TAIL * math.log(r / (6.0 * r - i))
        raw[i - 1] = min(max(mean + x, low), high)
    count = 1
    for i in range(1, raw.size):
        if raw[i] > raw[count - 1]:
            raw[count] = raw[i]
            count += 1
    size = 2 * count - 1
    point = np.empty(size)
    weight = np.zeros(size)
    for i in range(count):
        point[2 * i] = raw[i]
    for i in range(count - 1):
        width = raw[i + 1] - raw[i]
        point[2 * i + 1] = 0.5 * (raw[i] + raw[i + 1])
        weight[2 * i] += width / 6.0
        weight[2 * i + 1] += 4.0 * width / 6.0
        weight[2 * i + 2] += width / 6.0
    return point, weight


@kernel
def first_mass(point: Floats, weight: Floats, mean: float) -> Floats:
    """Probability mass of the first statistic at the points."""
    mass = np.empty(point.size)
    for i in range(point.size):
        gap = point[i] - mean
        mass[i] = weight[i] * math.exp(-0.5 * gap * gap) / SQRT_TWO_PI
    return mass


@kernel
def next_mass(
    point: Floats, weight: Floats, before: Floats, mass: Floats, t0: float, t1: float, drift: float
) -> Floats:
    """Mass at the points of the next look, from that of the look before."""
    step = math.sqrt(t1 - t0)
    scale = math.sqrt(t1) / (step * SQRT_TWO_PI)
    out = np.empty(point.size)
    for j in range(point.size):
        total = 0.0
        for i in range(before.size):
            gap = (point[j] * math.sqrt(t1) - before[i] * math.sqrt(t0)) / step - drift * step
            total += mass[i] * math.exp(-0.5 * gap * gap)
        out[j] = weight[j] * total * scale
    return out


@kernel
def crossing_above(bound: float, before: Floats, mass: Floats, t0: float, t1: float, drift: float) -> float:
    """P(still going before, and the statistic at t1 is above `bound`)."""
    step = math.sqrt(t1 - t0)
    total = 0.0
    for i in range(before.size):
        total += mass[i] * normal_sf(
            (bound * math.sqrt(t1) - before[i] * math.sqrt(t0)) / step - drift * step
        )
    return total


@kernel
def crossing_below(bound: float, before: Floats, mass: Floats, t0: float, t1: float, drift: float) -> float:
    """P(still going before, and the statistic at t1 is below `bound`)."""
    step = math.sqrt(t1 - t0)
    total = 0.0
    for i in range(before.size):
        total += mass[i] * normal_cdf(
            (bound * math.sqrt(t1) - before[i] * math.sqrt(t0)) / step - drift * step
        )
    return total


@kernel
def origin() -> tuple[Floats, Floats]:
    """The state before the first look: all mass at 0, at no information."""
    return np.zeros(1), np.ones(1)


@kernel
def advance(
    low: float, high: float, before: Floats, mass: Floats, t0: float, t1: float, drift: float
) -> tuple[Floats, Floats]:
    """Points and mass between the boundaries at t1."""
    mean = drift * math.sqrt(t1)
    point, weight = grid(max(low, mean - WIDEST), min(high, mean + WIDEST), mean)
    if t0 == 0.0:
        return point, first_mass(point, weight, mean)
    return point, next_mass(point, weight, before, mass, t0, t1, drift)


@kernel
def exits(low: Floats, high: Floats, fraction: Floats, drift: float) -> tuple[Floats, Floats]:
    """P(first crossing below) and P(first crossing above) at each look."""
    below = np.zeros(fraction.size)
    above = np.zeros(fraction.size)
    point, mass = origin()
    t0 = 0.0
    for k in range(fraction.size):
        below[k] = crossing_below(low[k], point, mass, t0, fraction[k], drift)
        above[k] = crossing_above(high[k], point, mass, t0, fraction[k], drift)
        if k + 1 < fraction.size:
            point, mass = advance(low[k], high[k], point, mass, t0, fraction[k], drift)
        t0 = fraction[k]
    return below, above


@kernel
def bound_for(
    target: float, before: Floats, mass: Floats, t0: float, t1: float, drift: float, upper: float
) -> float:
    """The boundary whose crossing probability at t1 is `target`: above it (`upper` 1) or below it (0)."""
    low, high = drift * math.sqrt(t1) - WIDEST, drift * math.sqrt(t1) + WIDEST
    for _ in range(MAX_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if upper > 0.0:
            too_far = crossing_above(middle, before, mass, t0, t1, drift) < target
        else:
            too_far = crossing_below(middle, before, mass, t0, t1, drift) > target
        if too_far:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@kernel
def efficacy_bounds(alphas: Floats, low: Floats, fraction: Floats) -> Floats:
    """Upper boundaries that spend `alphas` under no drift, given lower ones (−inf where not binding)."""
    high = np.full(fraction.size, math.inf)
    point, mass = origin()
    t0 = 0.0
    for k in range(fraction.size):
        if alphas[k] > 0.0:
            high[k] = bound_for(alphas[k], point, mass, t0, fraction[k], 0.0, 1.0)
        point, mass = advance(low[k], high[k], point, mass, t0, fraction[k], 0.0)
        t0 = fraction[k]
    return high


@kernel
def both_bounds(
    alphas: Floats, betas: Floats, fraction: Floats, drift: float, binding: float
) -> tuple[Floats, Floats]:
    """Upper and lower boundaries that spend alpha under no drift and beta under `drift`, look by look."""
    looks = fraction.size
    high = np.full(looks, math.inf)
    low = np.full(looks, -math.inf)
    point0, mass0 = origin()
    point1, mass1 = origin()
    t0 = 0.0
    for k in range(looks):
        t1 = fraction[k]
        if alphas[k] > 0.0:
            high[k] = bound_for(alphas[k], point0, mass0, t0, t1, 0.0, 1.0)
        if betas[k] > 0.0:
            low[k] = bound_for(betas[k], point1, mass1, t0, t1, drift, 0.0)
        if k + 1 < looks:
            low[k] = min(low[k], high[k])
            closed = low[k] if binding > 0.0 else -math.inf
            point0, mass0 = advance(closed, high[k], point0, mass0, t0, t1, 0.0)
            point1, mass1 = advance(low[k], high[k], point1, mass1, t0, t1, drift)
        t0 = t1
    return high, low
