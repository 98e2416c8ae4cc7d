"""The numerical loops of models that borrow between cohorts: integrals over one rate, then over all.

Given mean and spread of a component the cohorts are independent, so that a cohort needs one table:
for each outcome and each point of (μ, τ) the probability of the outcome and what the rate then is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from trialwright.stats.kernel import kernel, parallel_kernel
from trialwright.stats.special import SQRT_TWO_PI, normal_cdf, normal_sf

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers

MASS, ABOVE, MEAN, SQUARE, INTEGRALS = range(5)
FAR = 36.0
"""Logits beyond which a rate is 0 or 1 to the accuracy of the numbers."""
REACH = 9.0
WEAK = 0.25
MOST_HALVINGS = 40
PANEL = 3.0
TOO_SMALL = 1e-100


@kernel
def pulled(subjects: int, responses: int, centre: float, spread: float) -> float:
    """The logit at which N(x; centre, spread²) times the likelihood is largest, by bisection."""
    low = centre - (subjects - responses) * spread * spread
    high = centre + responses * spread * spread
    for _ in range(MOST_HALVINGS):
        if high - low <= 0.25 * spread:
            break
        x = 0.5 * (low + high)
        if (x - centre) / (spread * spread) - responses + subjects / (1.0 + math.exp(-x)) > 0.0:
            high = x
        else:
            low = x
    return 0.5 * (low + high)


@kernel
def _ends(rows: Integers, centre: float, spread: float) -> tuple[float, float]:
    """Between which logits something is to be integrated, for the data that pull hardest."""
    low = high = centre
    if spread < FAR:
        for r in range(rows.shape[0]):
            if rows[r, 0] * spread > WEAK:
                x = pulled(rows[r, 0], rows[r, 1], centre, spread)
                low, high = min(low, x), max(high, x)
    return max(low - REACH * spread, -FAR), min(high + REACH * spread, FAR)


@kernel
def _integrate(
    rows: Integers,
    log_ways: Floats,
    centre: float,
    spread: float,
    cut: float,
    rule: Floats,
    out: Floats,
) -> None:
    """Add to out[quantity, row] the integrals over x = logit p of N(x; centre, spread²) · likelihood.

    Gauss–Legendre on panels as wide as the narrower of prior and likelihood allows, with a panel's
    end at the cut, so that nothing is integrated across a jump.
    """
    low, high = _ends(rows, centre, spread)
    steep = 2.0 / math.sqrt(max(1.0, rows[:, 0].max()))
    x = low
    while x < high:
        width = PANEL * min(spread, steep * math.sqrt(1.0 + 0.25 * x * x))
        nearest = 0.0 if x * (x + width) < 0.0 else min(abs(x), abs(x + width))
        end = min(x + PANEL * min(spread, steep * math.sqrt(1.0 + 0.25 * nearest * nearest)), high)
        if x < cut < end:
            end = cut
        is_above = 1.0 if x >= cut else 0.0
        half = 0.5 * (end - x)
        for i in range(rule.shape[1]):
            at = x + half * (1.0 + rule[0, i])
            z = (at - centre) / spread
            odds_against = math.exp(-at)
            log_p = -math.log1p(odds_against)
            rate = 1.0 / (1.0 + odds_against)
            weight = half * rule[1, i] / (spread * SQRT_TWO_PI)
            for r in range(rows.shape[0]):
                # log (1 - p) is log p - x
                exponent = log_ways[r] + rows[r, 0] * log_p - (rows[r, 0] - rows[r, 1]) * at
                value = weight * math.exp(exponent - 0.5 * z * z)
                out[MASS, r] += value
                out[ABOVE, r] += is_above * value
                out[MEAN, r] += rate * value
                out[SQUARE, r] += rate * rate * value
        x = end
    _beyond(rows, centre, spread, out)


@kernel
def _beyond(rows: Integers, centre: float, spread: float, out: Floats) -> None:
    """Rates of 0 and of 1: only no response, or only responses, are then possible."""
    left, right = normal_cdf((-FAR - centre) / spread), normal_sf((FAR - centre) / spread)
    for r in range(rows.shape[0]):
        if rows[r, 1] == 0:
            out[MASS, r] += left
        if rows[r, 1] == rows[r, 0]:
            for quantity in range(INTEGRALS):
                out[quantity, r] += right


@parallel_kernel
def outcome_integrals(
    rows: Integers, log_ways: Floats, shift: float, cut: float, points: Floats, rule: Floats
) -> Floats:
    """Integrals by quantity, point of (μ, τ) and row (subjects, responses); `cut` on the logit scale."""
    out = np.zeros((points.shape[1], INTEGRALS, rows.shape[0]))
    for g in prange(points.shape[1]):
        _integrate(rows, log_ways, points[0, g] + shift, points[1, g], cut, rule, out[g])
    return out


@kernel
def _weigh(product: Floats, mass: Floats) -> None:
    """Multiply by the probabilities of a cohort's outcome, kept away from underflow."""
    largest = 0.0
    for g in range(product.size):
        product[g] *= mass[g]
        largest = max(largest, product[g])
    if 0.0 < largest < TOO_SMALL:
        for g in range(product.size):
            product[g] /= largest


@kernel
def _means(product: Floats, given: Floats, row: int, total: float, out: Floats) -> None:
    """Four weighted means side by side: a sum that waits for the last one is four times as slow."""
    above, mean, square, member = given[0, row], given[1, row], given[2, row], given[3, row]
    a = b = c = d = 0.0
    for g in range(product.size):
        weight = product[g]
        a += weight * above[g]
        b += weight * mean[g]
        c += weight * square[g]
        d += weight * member[g]
    out[0], out[1], out[2], out[3] = a / total, b / total, c / total, d / total


@parallel_kernel
def judge_one(states: Integers, prior: Floats, mass: Floats, given: Floats) -> Floats:
    """Posterior means of the quantities: states × cohorts × quantities.

    `states` has a row of tables for each cohort; `mass` is rows × points, `given` quantities × rows ×
    points holds each quantity given the point. nan where the data are impossible.
    """
    count, cohorts = states.shape
    out = np.empty((count, cohorts, given.shape[0]))
    for s in prange(count):
        product = prior.copy()
        for k in range(cohorts):
            _weigh(product, mass[states[s, k]])
        total = product.sum()
        for k in range(cohorts):
            _means(product, given, states[s, k], total, out[s, k])
    return out


@kernel
def _subsets(
    state: Integers, prior: Floats, mass: Floats, given: Floats, total: Floats, part: Floats
) -> None:
    """For each set of cohorts in one component: the chance of their outcomes, and quantities of members."""
    cohorts = state.size
    products = np.empty((1 << cohorts, prior.size))
    products[0] = prior
    total[0] = prior.sum()
    for chosen in range(1, 1 << cohorts):
        first = 0
        while not (chosen >> first) & 1:
            first += 1
        product = products[chosen]
        product[:] = products[chosen & (chosen - 1)] * mass[state[first]]
        total[chosen] = product.sum()
        for k in range(cohorts):
            if (chosen >> k) & 1:
                for q in range(given.shape[0]):
                    found = 0.0
                    values = given[q, state[k]]
                    for g in range(product.size):
                        found += product[g] * values[g]
                    part[chosen, k, q] = found


@kernel
def _add_partition(
    first: int, second: int, chance: Floats, part: Floats, rest: float, alone: Floats, out: Floats
) -> None:
    """Add the share of one assignment of cohorts to the first component, the second or neither.

    `chance` and `part` are those of both components; after the quantities of `out` come memberships.
    """
    quantities = part.shape[3]
    for k in range(out.shape[0]):
        if (first >> k) & 1:
            for q in range(quantities):
                out[k, q] += part[0, first, k, q] * chance[1, second] * rest
            out[k, quantities] += chance[0, first] * chance[1, second] * rest
        elif (second >> k) & 1:
            for q in range(quantities):
                out[k, q] += chance[0, first] * part[1, second, k, q] * rest
            out[k, quantities + 1] += chance[0, first] * chance[1, second] * rest
        else:
            for q in range(quantities):
                out[k, q] += chance[0, first] * chance[1, second] * rest * alone[q, k]


@parallel_kernel
def judge_two(
    states: Integers, priors: Floats, mass: Floats, given: Floats, own: Floats, alone: Floats
) -> Floats:
    """Posterior means under two components, by the partitions of the cohorts among them.

    `priors`, `mass` and `given` have the component in front; `own` is the probability of each row
    outside both, `alone` the quantities then. The result has the two memberships after the quantities.
    """
    count, cohorts = states.shape
    quantities, sets = given.shape[1], 1 << states.shape[1]
    out = np.zeros((count, cohorts, quantities + 2))
    for s in prange(count):
        chance = np.zeros((2, sets))
        part = np.zeros((2, sets, cohorts, quantities))
        for j in range(2):
            _subsets(states[s], priors[j], mass[j], given[j], chance[j], part[j])
        outside = np.empty((quantities, cohorts))
        for k in range(cohorts):
            outside[:, k] = alone[:, states[s, k]]
        whole = 0.0
        for first in range(sets):
            left = (sets - 1) & ~first
            second = left
            while True:
                rest = 1.0
                for k in range(cohorts):
                    if not ((first | second) >> k) & 1:
                        rest *= own[states[s, k]]
                whole += chance[0, first] * chance[1, second] * rest
                _add_partition(first, second, chance, part, rest, outside, out[s])
                if second == 0:
                    break
                second = (second - 1) & left
        out[s] /= whole
    return out
