"""Two samples by their ranks: Mann–Whitney test, exact with ties; area under the ROC curve after DeLong."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.estimate import Estimate
from trialwright.stats.inputs import Floats, Integers, check_level
from trialwright.stats.special import normal_isf, normal_two_sided

EXACT_UP_TO = 100
"""Subjects of both samples up to which the permutation distribution is computed in full."""

EXACT = "Mann–Whitney, exact permutation distribution"
NORMAL = "Mann–Whitney, normal approximation with continuity correction"
HALF = 0.5
LEAST_FOR_A_VARIANCE = 2


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """A Mann–Whitney test.

    `u` counts the pairs in which the first sample is larger, ties as half; `auc` is that share of all
    pairs and `rank_biserial` is 2·auc − 1: 1 where every value of the first sample is larger.
    """

    u: float
    auc: float
    rank_biserial: float
    p: float
    method: str


def _sample(values: npt.ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
        raise ArgumentError.at(
            name,
            f"{array.size} values, {int((~np.isfinite(array)).sum())} of them not finite",
            expected="one finite value or more",
            remedy="leave out the subjects without a value, and say how many they are",
        )
    return array


def _doubled_ranks(values: Floats) -> Integers:
    """Twice the mid-ranks, so that ties stay whole numbers."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    doubled: Integers = (2 * last - count + 1)[place].astype(np.int64)
    return doubled


def _exact_p(doubled: Integers, size: int, observed: int) -> float:
    """Share of all choices of `size` subjects whose rank sum lies as far from its mean, or farther."""
    counts = np.zeros((size + 1, int(doubled.sum()) + 1))
    counts[0, 0] = 1.0
    for rank in doubled.tolist():
        counts[1:, rank:] += counts[:-1, :-rank].copy()
    sums = np.arange(counts.shape[1])
    mean = size * (doubled.size + 1)
    far = np.abs(sums - mean) >= abs(observed - mean)
    return min(float(counts[size, far].sum() / counts[size].sum()), 1.0)


def _normal_p(doubled: Integers, first: int, u: float) -> float:
    """Two-sided p of the normal approximation with the variance under ties, as R's wilcox.test."""
    total = doubled.size
    second = total - first
    ties = np.unique(doubled, return_counts=True)[1].astype(np.float64)
    spread = total + 1.0 - float((ties**3 - ties).sum()) / (total * (total - 1.0))
    error = math.sqrt(first * second / 12.0 * spread)
    if error == 0.0:
        return 1.0
    excess = u - first * second * HALF
    return min(1.0, normal_two_sided((excess - math.copysign(HALF, excess) * (excess != 0.0)) / error))


def mann_whitney(first: npt.ArrayLike, second: npt.ArrayLike) -> MannWhitney:
    """Compare two samples by ranks.

    Up to 100 subjects the two-sided p is exact, ties included: the share of all allocations of the
    observed values whose rank sum is at least as far from its mean (as R's `coin::wilcox_test` with
    `distribution = "exact"`; without ties that of `wilcox.test`).

    Raises:
        ArgumentError: a sample is empty or holds a value that is not finite.

    Source: Mann and Whitney (1947); rank-biserial correlation of Cureton (1956) by Wendt (1972).

    Examples:
        >>> found = mann_whitney([4, 5, 6], [1, 2, 3])
        >>> found.u, found.auc, found.rank_biserial, round(found.p, 6)
        (9.0, 1.0, 1.0, 0.1)
    """
    one, other = _sample(first, "first"), _sample(second, "second")
    doubled = _doubled_ranks(np.concatenate((one, other)))
    observed = int(doubled[: one.size].sum())
    u = observed * HALF - one.size * (one.size + 1) * HALF
    auc = u / (one.size * other.size)
    exact = doubled.size <= EXACT_UP_TO
    p = _exact_p(doubled, one.size, observed) if exact else _normal_p(doubled, one.size, u)
    return MannWhitney(u, auc, 2.0 * auc - 1.0, p, EXACT if exact else NORMAL)


def area_under_curve(positive: npt.ArrayLike, negative: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Give the area under the ROC curve: P(positive > negative) + ½ P(equal), with DeLong's interval.

    The interval is cut at 0 and 1. It is not defined (nan, with the reason) where a sample has one
    value, and where the samples do not overlap: there its width would be 0.

    Raises:
        ArgumentError: a sample is empty or holds a value that is not finite.

    Source: DeLong, DeLong and Clarke-Pearson (1988); by ranks, Sun and Xu (2014).

    Examples:
        >>> area_under_curve([3, 5, 6], [1, 2, 4]).value
        0.8888888888888888
    """
    check_level(level)
    one, other = _sample(positive, "positive"), _sample(negative, "negative")
    everyone = _doubled_ranks(np.concatenate((one, other)))
    above = (everyone[: one.size] - _doubled_ranks(one)) * HALF / other.size
    below = (everyone[one.size :] - _doubled_ranks(other)) * HALF / one.size
    doubled_u = int(everyone[: one.size].sum()) - one.size * (one.size + 1)
    value, method = doubled_u * HALF / (one.size * other.size), "DeLong"
    reason = ""
    if min(one.size, other.size) < LEAST_FOR_A_VARIANCE:
        reason = "an interval needs two values or more in each sample"
    elif value in {0.0, 1.0}:
        reason = "the samples do not overlap: DeLong's interval would have no width"
    if reason:
        return Estimate(value, math.nan, math.nan, level, method, reason=reason)
    variance = float(above.var(ddof=1) / one.size + below.var(ddof=1) / other.size)
    error = math.sqrt(variance)
    margin = normal_isf((1.0 - level) / 2.0) * error
    return Estimate(value, max(value - margin, 0.0), min(value + margin, 1.0), level, method, error)
