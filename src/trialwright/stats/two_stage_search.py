"""The complete search for Simon's two-stage designs: compiled, exact, every design up to a limit.

A design stops after n1 subjects with r1 responses or fewer, and rejects H0 after n with more than r.
For fixed (n, n1, r) both error rates fall, or both rise, with r1, so the best r1 is found in one scan;
sizes at which even the most powerful test fails (Neyman–Pearson) hold no design and are passed over.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers

ROUNDING = 1e-12


@kernel
def binomial_tables(n_max: int, p: float) -> tuple[Floats, Floats]:
    """P(X = k) and P(X ≥ k) for every size m ≤ n_max, as [m, k] with k = 0 … m + 1.

    Both by Pascal's recurrence over sums of positive terms, so that far tails keep their digits.
    """
    q = 1.0 - p
    mass = np.zeros((n_max + 1, n_max + 2))
    tail = np.zeros((n_max + 1, n_max + 2))
    mass[0, 0] = 1.0
    tail[0, 0] = 1.0
    for m in range(1, n_max + 1):
        mass[m, 0] = q * mass[m - 1, 0]
        tail[m, 0] = 1.0
        for k in range(1, m + 1):
            mass[m, k] = q * mass[m - 1, k] + p * mass[m - 1, k - 1]
            tail[m, k] = q * tail[m - 1, k] + p * tail[m - 1, k - 1]
    return mass, tail


@kernel
def most_power(mass0: Floats, tail0: Floats, mass1: Floats, tail1: Floats, n: int, alpha: float) -> float:
    """The power of the best test of size alpha on n subjects, randomised on its boundary."""
    k = 0
    while tail0[n, k] > alpha:
        k += 1
    power = float(tail1[n, k])
    if k > 0 and mass0[n, k - 1] > 0.0:
        power += (alpha - tail0[n, k]) / mass0[n, k - 1] * mass1[n, k - 1]
    return power


@kernel
def last_index_at_least(tail: Floats, n: int, target: float) -> int:
    """The largest r with P(X > r) ≥ target; −1 where not even r = 0 has it."""
    r = -1
    while r < n and tail[n, r + 2] >= target:
        r += 1
    return r


@kernel
def scan_first_stage(
    mass: Floats, tail: Floats, n1: int, n2: int, r: int, last: int, allowed: float
) -> tuple[int, float]:
    """The largest r1 ≤ last whose lost rejections stay within `allowed`, and what it loses."""
    lost = 0.0
    x = max(0, r - n2 + 1)
    while x <= last:
        following = lost + mass[n1, x] * tail[n2, r - x + 1]
        if following > allowed:
            break
        lost = following
        x += 1
    return min(x - 1, last), lost


@kernel
def best_at(
    mass0: Floats,
    tail0: Floats,
    mass1: Floats,
    tail1: Floats,
    n: int,
    n1: int,
    alpha: float,
    beta: float,
    first: int,
    last: int,
) -> tuple[int, int]:
    """The largest r1 in first … last, with the smallest r, that keeps both error rates; −1 if none."""
    n2 = n - n1
    best_r1, best_r = -1, -1
    r = last_index_at_least(tail1, n, 1.0 - beta)
    while r >= first:
        top = min(last, r)
        allowed = tail1[n, r + 1] - (1.0 - beta)
        r1, _ = scan_first_stage(mass1, tail1, n1, n2, r, top, allowed)
        if r1 >= first and r1 >= best_r1:
            _, saved = scan_first_stage(mass0, tail0, n1, n2, r, r1, math.inf)
            if tail0[n, r + 1] - saved <= alpha:
                best_r1, best_r = r1, r
        _, most_saved = scan_first_stage(mass0, tail0, n1, n2, r, top, math.inf)
        if tail0[n, r + 1] - most_saved > alpha:
            break
        r -= 1
    return best_r1, best_r


@kernel
def search_two_stage(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> Integers:
    """Rows (r1, n1, r, n), ascending n: each has a lower expected size under p0 than every smaller n.

    The first row is the minimax design, the last the optimal one; no rows where none keeps the errors.
    """
    mass0, tail0 = binomial_tables(n_max, p0)
    mass1, tail1 = binomial_tables(n_max, p1)
    found = np.zeros((n_max + 1, 4), np.int64)
    count = 0
    best = math.inf
    first = np.zeros(n_max + 1, np.int64)
    last = np.zeros(n_max + 1, np.int64)
    for n1 in range(1, n_max + 1):
        last[n1] = last_index_at_least(tail1, n1, 1.0 - beta)
    for n in range(2, n_max + 1):
        if most_power(mass0, tail0, mass1, tail1, n, alpha) < 1.0 - beta - ROUNDING:
            continue
        improved = False
        for n1 in range(1, n):
            if n1 >= best:
                break
            while first[n1] <= last[n1] and n1 + tail0[n1, first[n1] + 1] * (n - n1) >= best:
                first[n1] += 1
            if first[n1] > last[n1]:
                continue
            r1, r = best_at(mass0, tail0, mass1, tail1, n, n1, alpha, beta, int(first[n1]), int(last[n1]))
            if r1 < 0:
                continue
            best = n1 + tail0[n1, r1 + 1] * (n - n1)
            found[count] = np.array([r1, n1, r, n])
            improved = True
        count += improved
    return found[:count].copy()
