"""Steps of the search: new states from old ones. Compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curves.states import (
    FARTHEST_BEHIND,
    MOST_STATES,
    NEVER,
    forget,
    pruned,
    put,
)
from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel
def log_counts(most: int, rate: float, shape: float) -> Floats:
    """Log P(c) of censorings among so many at risk, by [at risk, c]: negative binomial, as they may clump."""
    found = np.full((most + 1, most + 1), NEVER)
    for at_risk in range(most + 1):
        mean = max(rate * at_risk, 1e-12)
        log_p = shape * math.log(shape / (shape + mean))
        for c in range(at_risk + 1):
            found[at_risk, c] = log_p
            log_p += math.log((c + shape) / (c + 1.0) * mean / (shape + mean))
    return found


@kernel
def censor(
    keys: Ints, weights: Floats, survival: Floats, table: Ints, sizes: Ints, least: Ints, chance: Floats
) -> tuple[Ints, Floats, Floats]:
    """Let some leave between two points: `chance` is log P(c) by [at risk, c], `least` must stay.

    `sizes` are (number at risk + 1, events + 1, bins of survival, classes); `least` is by numbers passed.
    """
    ny, ne, nb, classes = sizes
    new_keys, new_weights = np.empty(MOST_STATES, np.int64), np.empty(MOST_STATES)
    tops, new_survival = np.empty(MOST_STATES), np.empty(MOST_STATES)
    count = 0
    best = np.argmax(weights)
    top = weights[best] + chance[(keys[best] // (nb * ne)) % ny, 0] - FARTHEST_BEHIND
    for i in range(keys.size):
        one = keys[i] // nb
        at_risk, passed = (one // ne) % ny, one // (ne * ny)
        was = NEVER
        enough = top - weights[i]
        for c in range(max(at_risk - least[passed], 0) + 1):
            log_p = chance[at_risk, c]
            if log_p < enough and log_p < was:
                break
            was = log_p
            key = keys[i] - c * ne * nb
            count = put(
                table, new_keys, new_weights, tops, new_survival, count, key, weights[i] + log_p, survival[i]
            )
    forget(table, new_keys, count)
    return pruned(new_keys, new_weights, new_survival, count, nb, classes)


@kernel
def log_click(distance: float, sigma: float, stray: float, spread: float) -> float:
    """Log density of a click so far from the curve: normal, or with probability `stray` of 1 / `spread`."""
    z = distance / sigma
    near = (1.0 - stray) * 0.3989422804014327 / sigma * math.exp(-0.5 * z * z)
    return math.log(near + stray / spread)


@kernel
def log_fall(
    d: int,
    distance: float,
    sigma: float,
    stray: float,
    spread: float,
    log_none: float,
    log_some: float,
    log_more: float,
) -> float:
    """Log probability of `d` events before a click that is so far from the curve after them."""
    prior = log_none if d == 0 else log_some + (d - 1) * log_more
    return prior + log_click(distance, sigma, stray, spread)


@kernel
def fall(
    keys: Ints,
    weights: Floats,
    survival: Floats,
    table: Ints,
    sizes: Ints,
    least: Ints,
    total: int,
    lowest: float,
    y: float,
    sigma: float,
    stray: float,
    spread: float,
    log_none: float,
    log_some: float,
    log_more: float,
) -> tuple[Ints, Floats, Floats]:
    """Let events happen before a click at height `y`, down to `lowest`; `total` is −1 if not printed."""
    ny, ne, nb, classes = sizes
    new_keys, new_weights = np.empty(MOST_STATES, np.int64), np.empty(MOST_STATES)
    tops, new_survival = np.empty(MOST_STATES), np.empty(MOST_STATES)
    count = 0
    for i in range(keys.size):
        one, s = keys[i] // nb, survival[i]
        events, at_risk, passed = one % ne, (one // ne) % ny, one // (ne * ny)
        for d in range(at_risk - min(least[passed], at_risk) + 1):
            left = at_risk - d
            after = s * (left / at_risk) if d else s
            if d and after < lowest:
                break
            if total >= 0 and not total - left <= events + d <= total:
                continue
            done = events + d if total >= 0 else 0
            key = ((passed * ny + left) * ne + done) * nb + int(after * (nb - 2))
            w = weights[i] + log_fall(d, y - after, sigma, stray, spread, log_none, log_some, log_more)
            count = put(table, new_keys, new_weights, tops, new_survival, count, key, w, after)
    forget(table, new_keys, count)
    return pruned(new_keys, new_weights, new_survival, count, nb, classes)


@kernel
def pass_number(
    keys: Ints,
    weights: Floats,
    survival: Floats,
    table: Ints,
    sizes: Ints,
    number: int,
    at_risk: int,
    later_places: int,
) -> tuple[Ints, Floats, Floats]:
    """Pass a printed number at risk, which must be met; who has not passed at its last place is out."""
    ny, ne, nb, classes = sizes
    room = 2 * keys.size
    new_keys, new_weights = np.empty(room, np.int64), np.empty(room)
    tops, new_survival = np.empty(room), np.empty(room)
    count = 0
    for i in range(keys.size):
        one = keys[i] // nb
        passed = one // (ne * ny)
        waits = passed == number
        if not waits or later_places > 0:
            count = put(
                table, new_keys, new_weights, tops, new_survival, count, keys[i], weights[i], survival[i]
            )
        if waits and (one // ne) % ny == at_risk:
            key = keys[i] + ny * ne * nb
            count = put(table, new_keys, new_weights, tops, new_survival, count, key, weights[i], survival[i])
    forget(table, new_keys, count)
    return pruned(new_keys, new_weights, new_survival, count, nb, classes)
