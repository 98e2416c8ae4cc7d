"""Annealing of whole arms: times and event flags move until every figure prints as published.

A state is a row of times in days and a row of event flags for each endpoint; the columns are subjects, a
block of them a group, in order of time within each block. Column j of both endpoints is one subject, so
that nobody progresses after death. A miss is how far a figure lies outside the values that print as
published, in printed units. Where two groups are compared the number of events stays as it is: it carries
the width of the interval.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.figure_kernel import (
    FIRST_OF_TWO,
    LOG_RANK,
    LONGEST,
    MEDIAN_HIGH,
    MEDIAN_LOW,
    MIDDLE,
    RATE,
    RATIO_HIGH,
    RATIO_LOW,
    SHORTEST,
    curve_figures,
    gathered,
    hazard_ratio,
    log_rank_z,
    rate_at,
)
from trialwright.stats.kernel import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OS, PFS = 0, 1
DRAWS = 5
_NOT_REACHED = 60.0
_FAR = 20.0
_SHIFT, _JUMP, _FLIP = 0.4, 0.6, 0.8
_HALF = 0.5
_MOST_BLOCKS = 62
_CURVES = 5.0
"""A curve that is left is hard to find again: its figures weigh more than a comparison's."""


@kernel
def _off(value: float, low: float, high: float, unit: float) -> float:
    if math.isnan(value):
        return _NOT_REACHED
    return max(low - value, value - high, 0.0) / unit


@kernel
def _cost(off: float) -> float:
    """Steep near 0, so that the last units count, and never flat far away."""
    return math.log1p(off) + off / _FAR


@kernel
def _of_curve(kind: int, times: Ints, flags: Ints, parameter: float) -> float:
    n = len(times)
    if kind == RATE:
        return rate_at(times, flags, parameter)
    if kind == MIDDLE:
        return _HALF * float(times[(n - 1) // 2] + times[n // 2])
    if kind == SHORTEST:
        return float(times[0])
    if kind == LONGEST:
        return float(times[n - 1])
    median, low, high = curve_figures(times, flags, parameter)
    return low if kind == MEDIAN_LOW else (high if kind == MEDIAN_HIGH else median)


@kernel
def _curve_off(times: Ints, events: Ints, blocks: Ints, what: Ints, spans: Floats) -> float:
    """How many units the figure of one curve is off."""
    days, flags = gathered(blocks, what[2], times, events)
    if what[4]:
        flags = 1 - flags
    return _off(_of_curve(what[0], days, flags, spans[3]), spans[0], spans[1], spans[2])


@kernel
def _comparison_off(
    times: Ints, events: Ints, blocks: Ints, what: Ints, spans: Floats, ratio: tuple[float, float]
) -> float:
    """How many units a figure of a comparison is off; `ratio` is its logarithm and standard error."""
    if what[0] == LOG_RANK:
        mine = slice(blocks[what[2]], blocks[what[2] + 1])
        others = slice(blocks[what[3]], blocks[what[3] + 1])
        value = log_rank_z(times[mine], events[mine], times[others], events[others])
    else:
        reach = spans[3] * ratio[1]
        value = ratio[0] + (-reach if what[0] == RATIO_LOW else (reach if what[0] == RATIO_HIGH else 0.0))
    return _off(value, spans[0], spans[1], spans[2])


@kernel
def energy_of(
    times: Ints, events: Ints, blocks: Ints, what: Ints, spans: Floats, endpoint: int, limit: float
) -> float:
    """What the misses of an endpoint cost: each of a curve by itself, those of a comparison as one distance.

    One distance, for the figures of a comparison depend on each other: apart, each would hold what it has.
    Above `limit` the sum so far is given: curves are asked first, for they cost less.

    Rows of `what`: kind, endpoint, the blocks of the curve as bits or the first block, the second block,
    1 where censorings are the events. Rows of `spans`: lowest, highest, unit, parameter; those of a
    comparison are logarithms, and |z| of its test. Curves come first, then tests: they cost least.
    """
    row, marks = times[endpoint], events[endpoint]
    total, squares = 0.0, 0.0
    pair, ratio = -1, (0.0, 0.0)
    for t in range(len(what)):
        if what[t, 1] != endpoint:
            continue
        if total > limit:
            return total
        if what[t, 0] < FIRST_OF_TWO:
            total += _CURVES * _cost(_curve_off(row, marks, blocks, what[t], spans[t]))
            continue
        a, b = what[t, 2], what[t, 3]
        if what[t, 0] != LOG_RANK and pair != _MOST_BLOCKS * a + b:
            mine, others = slice(blocks[a], blocks[a + 1]), slice(blocks[b], blocks[b + 1])
            start = spans[t, 4]
            ratio = hazard_ratio(row[mine], marks[mine], row[others], marks[others], start)
            pair = _MOST_BLOCKS * a + b
        off = _comparison_off(row, marks, blocks, what[t], spans[t], ratio)
        squares += off * off
        if total + _cost(math.sqrt(squares)) > limit:
            break
    return total + _cost(math.sqrt(squares))


@kernel
def _is_allowed(
    times: Ints, events: Ints, least: Ints, most: Ints, has_both: npt.NDArray[np.bool_], endpoint: int
) -> bool:
    """Whether every time is within its limits, and nobody progresses after death or dies without an event."""
    for j in range(times.shape[1]):
        if times[endpoint, j] < least[endpoint, j] or times[endpoint, j] > most[endpoint, j]:
            return False
        if has_both[j] and (times[PFS, j] > times[OS, j] or events[PFS, j] < events[OS, j]):
            return False
    return True


@kernel
def _exchange(values: Ints, a: int, b: int) -> None:
    kept = values[a]
    values[a] = values[b]
    values[b] = kept


@kernel
def _settle(times: Ints, marks: Ints, start: int, end: int, place: int) -> None:
    """Bring a changed time to its place in the order of its block."""
    j = place
    while j > start and times[j - 1] > times[j]:
        _exchange(times, j - 1, j)
        _exchange(marks, j - 1, j)
        j -= 1
    while j < end - 1 and times[j + 1] < times[j]:
        _exchange(times, j + 1, j)
        _exchange(marks, j + 1, j)
        j += 1


@kernel
def _move(times: Ints, marks: Ints, blocks: Ints, movable: Ints, span: Ints, flip: float, u: Floats) -> None:
    """Change one time, one flag, or exchange two flags anywhere.

    `u` are uniforms, `span` the shortest and longest time; a flag alone changes below `flip`.
    """
    j = movable[int(u[1] * len(movable))]
    block = np.searchsorted(blocks, j, side="right") - 1
    start, end = blocks[block], blocks[block + 1]
    if u[0] < _SHIFT:
        low = times[j - 1] if j > start else span[0]
        high = times[j + 1] if j < end - 1 else span[1]
        times[j] = low + int(u[2] * (high - low + 1))
    elif u[0] < _JUMP:
        times[j] = span[0] + int(u[2] * (span[1] - span[0] + 1))
        _settle(times, marks, start, end, j)
    elif u[0] < flip:
        marks[j] = 1 - marks[j]
    else:
        k = movable[int(u[2] * len(movable))]
        _exchange(marks, j, k)


@kernel
def anneal(
    times: Ints,
    events: Ints,
    blocks: Ints,
    least: Ints,
    most: Ints,
    has_both: npt.NDArray[np.bool_],
    movable: tuple[Ints, Ints],
    what: Ints,
    spans: Floats,
    draws: Floats,
    heats: tuple[float, float],
) -> float:
    """Anneal a state in place and return the sum of its misses, 0 where every figure prints as published."""
    energy = np.zeros(2)
    for endpoint in range(2):
        energy[endpoint] = energy_of(times, events, blocks, what, spans, endpoint, math.inf)
    before, marks_before = np.empty_like(times[0]), np.empty_like(events[0])
    ranges, flip = np.empty((2, 2), np.int64), np.full(2, _FLIP)
    for endpoint in range(2):
        ranges[endpoint, 0], ranges[endpoint, 1] = least[endpoint].min(), most[endpoint].max()
    for t in range(len(what)):
        if what[t, 0] >= FIRST_OF_TWO:
            flip[what[t, 1]] = _JUMP
    steps = len(draws)
    for step in range(steps):
        if energy.sum() <= 0.0:
            break
        u = draws[step]
        endpoint = OS if u[4] < _HALF else PFS
        if energy[endpoint] <= 0.0:
            endpoint = 1 - endpoint
        own = movable[0] if endpoint == OS else movable[1]
        row, marks = times[endpoint], events[endpoint]
        before[:] = row
        marks_before[:] = marks
        _move(row, marks, blocks, own, ranges[endpoint], flip[endpoint], u)
        heat = heats[0] * (heats[1] / heats[0]) ** (step / steps)
        limit = energy[endpoint] - heat * math.log(u[3])
        now = math.inf
        if _is_allowed(times, events, least, most, has_both, endpoint):
            now = energy_of(times, events, blocks, what, spans, endpoint, limit)
        if now <= limit:
            energy[endpoint] = now
        else:
            row[:] = before
            marks[:] = marks_before
    return float(energy.sum())
