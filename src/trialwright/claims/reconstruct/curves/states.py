"""States of the search over integer histories of one curve: merged, pruned and drawn. Compiled.

A state is (printed numbers at risk passed, number at risk, events so far, survival), packed into a key in
which survival is rounded to a fine grid; its weight is the logarithm of the summed probability of all
histories that lead to it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_STATES = 200_000
_SLOTS = 1 << 19
_MIX = 11_400_714_819_323_198_485 >> 1
FARTHEST_BEHIND = 35.0
_BEHIND_ITS_PEERS = 9.0
NEVER = -1e300


@kernel
def empty_table() -> Ints:
    """A hash table for `merge` to use again and again."""
    return np.full(_SLOTS, -1, np.int64)


@kernel
def put(
    table: Ints,
    keys: Ints,
    weights: Floats,
    tops: Floats,
    survival: Floats,
    count: int,
    key: int,
    w: float,
    s: float,
) -> int:
    """Add a way to a state; its survival is that of the most probable way."""
    slot = ((key * _MIX) >> 20) & (_SLOTS - 1)
    while table[slot] >= 0 and keys[table[slot]] != key:
        slot = (slot + 1) & (_SLOTS - 1)
    at = table[slot]
    if at < 0:
        if count >= MOST_STATES:
            return count
        table[slot] = count
        keys[count], weights[count], tops[count], survival[count] = key, w, w, s
        return count + 1
    high, low = max(weights[at], w), min(weights[at], w)
    weights[at] = high + math.log1p(math.exp(low - high))
    if w > tops[at]:
        tops[at], survival[at] = w, s
    return count


@kernel
def forget(table: Ints, keys: Ints, count: int) -> None:
    """Empty the slots that were used."""
    if count > _SLOTS // 16:
        table[:] = -1
        return
    for i in range(count):
        slot = ((keys[i] * _MIX) >> 20) & (_SLOTS - 1)
        while table[slot] >= 0:
            table[slot] = -1
            slot = (slot + 1) & (_SLOTS - 1)


@kernel
def pruned(
    keys: Ints, weights: Floats, survival: Floats, count: int, bins: int, classes: int
) -> tuple[Ints, Floats, Floats]:
    """The states that can still matter: near the best of all, and of those with the same numbers."""
    best = np.full(classes, NEVER)
    top = NEVER
    for i in range(count):
        one = keys[i] // bins
        best[one] = max(best[one], weights[i])
        top = max(top, weights[i])
    kept = 0
    for i in range(count):
        if weights[i] >= top - FARTHEST_BEHIND and weights[i] >= best[keys[i] // bins] - _BEHIND_ITS_PEERS:
            keys[kept], weights[kept], survival[kept] = keys[i], weights[i], survival[i]
            kept += 1
    return keys[:kept].copy(), weights[:kept].copy(), survival[:kept].copy()


@kernel
def drawn(weights: Floats, u: float) -> int:
    """A place drawn with probability proportional to exp(weight); −1 where none is possible."""
    top = NEVER
    for w in weights:
        top = max(top, w)
    if top <= NEVER:
        return -1
    total = 0.0
    for w in weights:
        total += math.exp(w - top)
    left = u * total
    last = -1
    for i in range(weights.size):
        p = math.exp(weights[i] - top)
        if p > 0.0:
            last = i
            left -= p
            if left <= 0.0:
                break
    return last


@kernel
def drawn_states(weights: Floats, uniform: Floats) -> Ints:
    """Places drawn with probability proportional to exp(weight)."""
    found = np.empty(uniform.size, np.int64)
    for i in range(uniform.size):
        found[i] = drawn(weights, uniform[i])
    return found
