"""Steps of the search walked back: ways to each state, drawn with their probability. Compiled.

`now` are distinct states after a step, `of` says which of them each history is in, and `uniform` holds its
random number. The answer is the place of a state before the step, for each history.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curves.forward import log_fall
from trialwright.claims.reconstruct.curves.states import drawn
from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel
def _draw_ways(
    found: Ints, state: int, of: Ints, uniform: Floats, places: Ints, ways: Floats, count: int
) -> None:
    """Draw a way for every history that is in a state."""
    for history in range(of.size):
        if of[history] == state:
            at = drawn(ways[:count], uniform[history])
            found[history] = places[at] if at >= 0 else -1


@kernel
def came_by_censor(
    keys: Ints, weights: Floats, sizes: Ints, now: Ints, of: Ints, uniform: Floats, chance: Floats
) -> Ints:
    """The states before `censor`."""
    ny, ne, nb, _classes = sizes
    found = np.full(of.size, -1, np.int64)
    places, ways = np.empty(keys.size, np.int64), np.empty(keys.size)
    one = ne * nb
    for state in range(now.size):
        to, count = now[state], 0
        last = (to // (one * ny) + 1) * (one * ny)
        for i in range(keys.size):
            step = keys[i] - to
            if step >= 0 and keys[i] < last and step % one == 0:
                places[count] = i
                ways[count] = weights[i] + chance[(keys[i] // one) % ny, step // one]
                count += 1
        _draw_ways(found, state, of, uniform, places, ways, count)
    return found


@kernel
def came_by_fall(
    keys: Ints,
    weights: Floats,
    survival: Floats,
    sizes: Ints,
    now: Ints,
    of: Ints,
    uniform: Floats,
    total: int,
    y: float,
    sigma: float,
    stray: float,
    spread: float,
    log_none: float,
    log_some: float,
    log_more: float,
) -> Ints:
    """The states before `fall`."""
    ny, ne, nb, _classes = sizes
    found = np.full(of.size, -1, np.int64)
    places, ways = np.empty(keys.size, np.int64), np.empty(keys.size)
    before = keys // nb
    at_risk, passed = (before // ne) % ny, before // (ne * ny)
    events = before % ne
    for state in range(now.size):
        to, count = now[state] // nb, 0
        to_left, to_events, to_passed = (to // ne) % ny, to % ne, to // (ne * ny)
        for i in range(keys.size):
            d = at_risk[i] - to_left
            if d < 0 or passed[i] != to_passed or (total >= 0 and events[i] + d != to_events):
                continue
            after = survival[i] * (to_left / at_risk[i]) if d else survival[i]
            if int(after * (nb - 2)) == now[state] % nb:
                places[count] = i
                fits = log_fall(d, y - after, sigma, stray, spread, log_none, log_some, log_more)
                ways[count] = weights[i] + fits
                count += 1
        _draw_ways(found, state, of, uniform, places, ways, count)
    return found


@kernel
def came_by_number(
    keys: Ints,
    weights: Floats,
    sizes: Ints,
    now: Ints,
    of: Ints,
    uniform: Floats,
    number: int,
    at_risk: int,
) -> Ints:
    """The states before `pass_number`."""
    ny, ne, nb, _classes = sizes
    found = np.full(of.size, -1, np.int64)
    places, ways = np.empty(keys.size, np.int64), np.empty(keys.size)
    for state in range(now.size):
        to, count = now[state] // nb, 0
        has_passed = to // (ne * ny) == number + 1 and (to // ne) % ny == at_risk
        waiting = now[state] - ny * ne * nb
        for i in range(keys.size):
            if keys[i] == now[state] or (has_passed and keys[i] == waiting):
                places[count], ways[count] = i, weights[i]
                count += 1
        _draw_ways(found, state, of, uniform, places, ways, count)
    return found
