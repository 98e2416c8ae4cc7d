"""Probability that correlated standard normals all stay within their limits, or that one leaves them.

Deterministic, for up to four variables and any correlation, singular ones included (the four weighted
log-rank statistics of MaxCombo are linearly dependent). Derivatives of such a probability with respect
to a correlation are densities times probabilities of two variables fewer; they are integrated from
independence to the correlations given, by double exponential quadrature, which the root singularities at
the singular end do not disturb. Sources: Plackett (1954), Biometrika 41:351–360; Drezner and Wesolowsky
(1990), J Stat Comput Simul 35:101–107 (two variables); Takahasi and Mori (1974), Publ RIMS 9:721–741.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.kernel import kernel
from trialwright.stats.special import normal_cdf, normal_isf, normal_sf

if TYPE_CHECKING:
    import numpy.typing as npt

    from trialwright.stats.inputs import Floats

COARSE, FINE = 0.125, 0.0625
WIDEST = 3.25
MOST_VARIABLES = 4
NEARLY_EQUAL = 1e-9
STEEP = 0.5
LARGEST_Z = 40.0
HALVINGS = 40
SMALLEST_VARIANCE = 1e-300


def _double_exponential(step: float) -> tuple[Floats, Floats, Floats]:
    """Nodes t of (0, 1), 1 − t without cancellation, and weights."""
    x = np.arange(-WIDEST, WIDEST + step / 2.0, step)
    stretched = math.pi * np.sinh(x)
    node, rest = 1.0 / (1.0 + np.exp(-stretched)), 1.0 / (1.0 + np.exp(stretched))
    return node, rest, step * math.pi * np.cosh(x) * node * rest


NODE, _, WEIGHT = _double_exponential(COARSE)
FINE_NODE, FINE_REST, FINE_WEIGHT = _double_exponential(FINE)


@kernel
def density(x: float, y: float, rho: float, one_minus_square: float) -> float:
    """The density of two standard normals with correlation rho, given 1 − rho² to full accuracy."""
    if math.isinf(x) or math.isinf(y):
        return 0.0
    sign = 1.0 if rho >= 0.0 else -1.0
    gap = x - sign * y
    exponent = 0.5 * gap * gap / one_minus_square + sign * x * y / (1.0 + sign * rho)
    return math.exp(-exponent) / (2.0 * math.pi * math.sqrt(one_minus_square))


@kernel
def _steep_part(h: float, k: float, angle: float) -> float:
    """What P(X ≤ h, Y ≤ k) lacks of its value at correlation 1, at correlation cos(angle)."""
    if angle == 0.0:
        return 0.0
    total = 0.0
    gap = 0.5 * (h - k) * (h - k)
    for node, weight in zip(FINE_NODE, FINE_WEIGHT):  # noqa: B905 (numba)
        phi = angle * node
        sine = math.sin(phi)
        total += weight * math.exp(-gap / (sine * sine) - h * k / (1.0 + math.cos(phi)))
    return angle * total / (2.0 * math.pi)


@kernel
def _gentle_part(h: float, k: float, rho: float) -> float:
    """What P(X ≤ h, Y ≤ k) has beyond independence."""
    top = math.asin(rho)
    total = 0.0
    for node, weight in zip(NODE, WEIGHT):  # noqa: B905 (numba)
        sine = math.sin(top * node)
        total += weight * math.exp(-(h * h + k * k - 2.0 * h * k * sine) / (2.0 * (1.0 - sine * sine)))
    return top * total / (2.0 * math.pi)


@kernel
def both_below(h: float, k: float, rho: float) -> float:
    """P(X ≤ h, Y ≤ k) for standard normals with correlation rho."""
    if min(h, k) < -LARGEST_Z:
        return 0.0
    h, k = min(max(h, -LARGEST_Z), LARGEST_Z), min(max(k, -LARGEST_Z), LARGEST_Z)
    if rho > STEEP:
        return normal_cdf(min(h, k)) - _steep_part(h, k, math.acos(min(rho, 1.0)))
    if rho < -STEEP:
        mirrored = normal_cdf(min(h, -k)) - _steep_part(h, -k, math.acos(min(-rho, 1.0)))
        return normal_cdf(h) - mirrored
    return normal_cdf(h) * normal_cdf(k) + _gentle_part(h, k, rho)


@kernel
def _between(low: float, high: float) -> float:
    """P(low ≤ Z ≤ high), from the nearer tails."""
    if not low < high:
        return 0.0
    if low > 0.0:
        return normal_sf(low) - normal_sf(high)
    return normal_cdf(high) - normal_cdf(low)


@kernel
def _within_two(low: Floats, high: Floats, rho: float) -> float:
    inside = both_below(high[0], high[1], rho)
    inside -= both_below(low[0], high[1], rho) + both_below(high[0], low[1], rho)
    return inside + both_below(low[0], low[1], rho)


@kernel
def _rest_within(
    lower: Floats,
    upper: Floats,
    correlation: Floats,
    i: int,
    j: int,
    x: float,
    y: float,
    t: float,
    det: float,
) -> float:
    """P(the others within their limits) given that variables i and j are x and y, correlations times t."""
    low, high, weights, deviation = np.empty(2), np.empty(2), np.empty((2, 2)), np.empty(2)
    others = np.empty(2, np.int64)
    size = 0
    rho = t * correlation[i, j]
    for k in range(lower.size):
        if k in (i, j):
            continue
        on_i = t * (correlation[i, k] - rho * correlation[j, k]) / det
        on_j = t * (correlation[j, k] - rho * correlation[i, k]) / det
        spread = 1.0 - t * (on_i * correlation[i, k] + on_j * correlation[j, k])
        deviation[size] = math.sqrt(max(spread, SMALLEST_VARIANCE))
        mean = on_i * x + on_j * y
        low[size], high[size] = (lower[k] - mean) / deviation[size], (upper[k] - mean) / deviation[size]
        weights[size, 0], weights[size, 1], others[size] = on_i, on_j, k
        size += 1
    if size == 1:
        return _between(low[0], high[0])
    k, m = others[0], others[1]
    shared = correlation[k, m] - weights[0, 0] * correlation[i, m] - weights[0, 1] * correlation[j, m]
    left = t * shared / (deviation[0] * deviation[1])
    return _within_two(low, high, min(max(left, -1.0), 1.0))


@kernel
def _pair_part(lower: Floats, upper: Floats, correlation: Floats, i: int, j: int) -> float:
    """What the correlation of one pair adds to P(all within), integrated from independence."""
    r = correlation[i, j]
    total = 0.0
    for t, rest, weight in zip(FINE_NODE, FINE_REST, FINE_WEIGHT):  # noqa: B905 (numba)
        rho = t * r
        det = (rest + t * (1.0 - abs(r))) * (1.0 + abs(rho))
        for corner in range(4):
            x = upper[i] if corner < 2 else lower[i]  # noqa: PLR2004
            y = upper[j] if corner % 2 == 0 else lower[j]
            dense = density(x, y, rho, det)
            if dense > 0.0:
                sign = 1.0 if corner in (0, 3) else -1.0
                left = 1.0
                if lower.size > 2:  # noqa: PLR2004
                    left = _rest_within(lower, upper, correlation, i, j, x, y, t, det)
                total += sign * weight * dense * left
    return float(r * total)


@kernel
def outside(lower: Floats, upper: Floats, correlation: Floats) -> float:
    """P(a variable is outside its limits), accurate also where that is rare; one to four variables.

    No two variables may be equal or opposite; `outside_any` sees to that.
    """
    log_inside, total = 0.0, 0.0
    for i in range(lower.size):
        log_inside += math.log1p(-min(normal_sf(upper[i]) + normal_cdf(lower[i]), 1.0))
        for j in range(i):
            if correlation[i, j] != 0.0:
                total += _pair_part(lower, upper, correlation, i, j)
    return min(max(-math.expm1(log_inside) - total, 0.0), 1.0)


@kernel
def outside_any(lower: Floats, upper: Floats, correlation: Floats) -> float:
    """As `outside`; variables that are equal or opposite are one, held to the limits of both."""
    low, high, kept = lower.copy(), upper.copy(), np.empty(lower.size, np.int64)
    count = 0
    for i in range(lower.size):
        twin = -1
        for a in range(count):
            if abs(correlation[i, kept[a]]) > 1.0 - NEARLY_EQUAL:
                twin = kept[a]
        if twin < 0:
            kept[count] = i
            count += 1
            continue
        same = correlation[i, twin] > 0.0
        low[twin] = max(low[twin], lower[i] if same else -upper[i])
        high[twin] = min(high[twin], upper[i] if same else -lower[i])
    among = np.empty((count, count))
    for a in range(count):
        if not low[kept[a]] < high[kept[a]]:
            return 1.0
        for b in range(count):
            among[a, b] = correlation[kept[a], kept[b]]
    return outside(low[kept[:count]], high[kept[:count]], among)


def probability_outside(lower: npt.ArrayLike, upper: npt.ArrayLike, correlation: npt.ArrayLike) -> float:
    """P(Z1 < lower 1 or Z1 > upper 1 or Z2 …) for standard normals with a matrix of correlations.

    Limits may be infinite. Absolute error below 1e-11; rare events keep their relative accuracy.

    Raises:
        ArgumentError: no or more than four variables, shapes that do not match, or no correlation matrix.

    Examples:
        >>> free = -math.inf
        >>> round(1.0 - probability_outside([free, free], [0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]]), 12)
        0.333333333333
    """
    low, high = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
    matrix = check_correlation(np.asarray(correlation, np.float64))
    if low.shape != high.shape or low.shape != matrix.shape[:1]:
        raise ArgumentError.at(
            "limits",
            f"shapes {low.shape} and {high.shape}",
            expected=f"one of each for {len(matrix)} variables",
        )
    if np.isnan(low).any() or np.isnan(high).any():
        raise ArgumentError.at("limits", "not a number", expected="limits, finite or infinite")
    return float(outside_any(low, high, matrix))


def check_correlation(matrix: Floats) -> Floats:
    """Return a correlation matrix of one to four variables as it is.

    Raises:
        ArgumentError: not square, too large, or not symmetric, positive semidefinite with a diagonal of 1.
    """
    size = matrix.shape[0] if matrix.ndim == 2 else 0  # noqa: PLR2004
    if matrix.shape != (size, size) or not 1 <= size <= MOST_VARIABLES:
        raise ArgumentError.at(
            "correlation", f"shape {matrix.shape}", expected=f"a square of 1 to {MOST_VARIABLES} variables"
        )
    regular = bool(np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, rtol=0.0, atol=NEARLY_EQUAL))
    if not (
        regular
        and np.allclose(np.diag(matrix), 1.0, rtol=0.0, atol=NEARLY_EQUAL)
        and np.linalg.eigvalsh(matrix)[0] > -NEARLY_EQUAL
    ):
        raise ArgumentError.at("correlation", f"{matrix.tolist()}", expected="a correlation matrix")
    return matrix


@kernel
def largest_p(statistic: float, correlation: Floats, two_sided: float) -> float:
    """P(the largest of correlated normals, or of their absolute values, exceeds a value)."""
    size = correlation.shape[0]
    lower, upper = np.full(size, -math.inf), np.full(size, statistic)
    if two_sided > 0.0:
        if statistic <= 0.0:
            return 1.0
        lower[:] = -statistic
    return outside_any(lower, upper, correlation)


def largest_critical(alpha: float, correlation: Floats) -> float:
    """The value that the largest of correlated normals exceeds with probability alpha (one-sided)."""
    low, high = normal_isf(alpha), normal_isf(alpha / correlation.shape[0])
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if largest_p(middle, correlation, 0.0) > alpha:
            low = middle
        else:
            high = middle
    return high
