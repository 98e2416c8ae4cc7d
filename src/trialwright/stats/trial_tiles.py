"""Trials of two arms by the million: generation, sorting, log-rank and Cox on LANES trials at once.

Constant hazards and uniform entry, times without ties (53 bits, of which 2 carry arm and event). Tiles
start at multiples of LANES, so that a trial's numbers never depend on which trials were asked for.
The Cox model is solved by Halley's iteration from 0, whose first step the log-rank scan already gives.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

from trialwright.stats.kernel import kernel, parallel_kernel
from trialwright.stats.lane_math import (
    LANES,
    SORTED_TOGETHER,
    as_float,
    exchange,
    minus_log_uniform,
    philox_round,
)
from trialwright.stats.random_streams import HALF, UNIT, WORD, round_keys
from trialwright.stats.trial_model import STREAM
from trialwright.stats.trial_sums import FIXED_SUMS, add_trial

if TYPE_CHECKING:
    import numpy.typing as npt

    from trialwright.stats.inputs import Floats, Integers

EVENT = np.uint64(1)
EXPERIMENTAL = np.uint64(2)
FLAGS = np.uint64(3)
NONE = np.uint64(0)
BLOCK_TILES = 16
MOST_STEPS = 25
CLOSE = 1e-6
LONGEST_STEP = 1.5
FARTHEST = 15.0
N0, N1, SCORE, INFORMATION, SKEW, BETA, RATIO, LOGRANK, EVENTS = range(9)
WORKING_ROWS = 9
LARGEST_INFORMATION = 1e-300


@kernel
def fill_tile(
    rows: Floats,
    keys: npt.NDArray[np.uint64],
    first: int,
    n_control: int,
    n: int,
    hazards: Floats,
    dropout: Floats,
    accrual: float,
    end: float,
) -> None:
    """Follow-up times of LANES trials, with arm and event in the two lowest bits."""
    a0, a1, a2, a3, a4 = keys[0, 0], keys[1, 0], keys[2, 0], keys[3, 0], keys[4, 0]
    a5, a6, a7, a8, a9 = keys[5, 0], keys[6, 0], keys[7, 0], keys[8, 0], keys[9, 0]
    b0, b1, b2, b3, b4 = keys[0, 1], keys[1, 1], keys[2, 1], keys[3, 1], keys[4, 1]
    b5, b6, b7, b8, b9 = keys[5, 1], keys[6, 1], keys[7, 1], keys[8, 1], keys[9, 1]
    stream = np.uint64(STREAM)
    for subject in range(n):
        arm = 1 if subject >= n_control else 0
        mark = EXPERIMENTAL if subject >= n_control else NONE
        total = hazards[arm, 0] + dropout[arm]
        scale, share = 1.0 / total, hazards[arm, 0] / total
        row = subject * LANES
        for lane in range(LANES):
            c0, c1, c2, c3 = NONE, stream, np.uint64(subject), np.uint64(first) + np.uint64(lane)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a0, b0)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a1, b1)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a2, b2)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a3, b3)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a4, b4)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a5, b5)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a6, b6)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a7, b7)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a8, b8)
            c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, a9, b9)
            until = end - accrual * ((as_float(c0 & WORD) + HALF) * UNIT)
            leaves = minus_log_uniform(c1 & WORD) * scale
            is_event = (leaves <= until) & ((as_float(c2 & WORD) + HALF) * UNIT < share)
            time = min(leaves, until)
            flags = mark | (EVENT if is_event else NONE)
            rows[row + lane] = np.uint64((np.float64(time).view(np.uint64) & ~FLAGS) | flags).view(np.float64)


@kernel
def sort_tile(rows: Floats, network: Integers) -> None:
    """Sort each lane by time."""
    for start in range(0, LANES, SORTED_TOGETHER):
        for k in range(network.shape[0]):
            exchange(rows, network[k, 0] * LANES + start, network[k, 1] * LANES + start)


@kernel
def scan_null(rows: Floats, n: int, n_experimental: int, work: Floats) -> None:
    """Score, information and its slope at no effect; the score over its deviation is the log-rank z."""
    for lane in range(LANES):
        work[N1, lane] = n_experimental
        work[SCORE, lane] = work[INFORMATION, lane] = work[SKEW, lane] = work[EVENTS, lane] = 0.0
    for i in range(n):
        share = 1.0 / (n - i)
        row = i * LANES
        for lane in range(LANES):
            flags = np.float64(rows[row + lane]).view(np.uint64)
            event = as_float(flags & EVENT)
            arm = as_float((flags >> EVENT) & EVENT)
            p = work[N1, lane] * share
            spread = event * (p - p * p)
            work[SCORE, lane] += event * (arm - p)
            work[INFORMATION, lane] += spread
            work[SKEW, lane] += spread * (1.0 - 2.0 * p)
            work[EVENTS, lane] += event
            work[N1, lane] -= arm
    for lane in range(LANES):
        information = work[INFORMATION, lane]
        work[LOGRANK, lane] = work[SCORE, lane] / math.sqrt(information) if information > 0.0 else math.nan
        work[BETA, lane] = 0.0
        work[RATIO, lane] = 1.0


@kernel
def scan_cox(rows: Floats, n: int, n_control: int, n_experimental: int, work: Floats) -> None:
    """Score, information and its slope at each lane's hazard ratio."""
    for lane in range(LANES):
        work[N0, lane] = n_control
        work[N1, lane] = n_experimental * work[RATIO, lane]
        work[SCORE, lane] = work[INFORMATION, lane] = work[SKEW, lane] = 0.0
    for i in range(n):
        row = i * LANES
        for lane in range(LANES):
            flags = np.float64(rows[row + lane]).view(np.uint64)
            event = as_float(flags & EVENT)
            arm = as_float((flags >> EVENT) & EVENT)
            p = work[N1, lane] / (work[N0, lane] + work[N1, lane])
            spread = event * (p - p * p)
            work[SCORE, lane] += event * (arm - p)
            work[INFORMATION, lane] += spread
            work[SKEW, lane] += spread * (1.0 - 2.0 * p)
            work[N1, lane] -= arm * work[RATIO, lane]
            work[N0, lane] -= 1.0 - arm


@kernel
def step(work: Floats) -> float:
    """Move each lane's log hazard ratio by one step of Halley's; the longest of those steps."""
    longest = 0.0
    for lane in range(LANES):
        score, information = work[SCORE, lane], work[INFORMATION, lane]
        below = 2.0 * information * information + score * work[SKEW, lane]
        move = 2.0 * score * information / below if below > LARGEST_INFORMATION else 0.0
        if abs(work[BETA, lane]) > FARTHEST:
            move = 0.0
        move = min(max(move, -LONGEST_STEP), LONGEST_STEP)
        work[BETA, lane] += move
        work[RATIO, lane] = math.exp(work[BETA, lane])
        longest = max(longest, abs(move))
    return longest


@kernel
def solve_cox(rows: Floats, n: int, n_control: int, n_experimental: int, work: Floats) -> None:
    """The log hazard ratio and its information; lanes beyond FARTHEST have none (monotone likelihood)."""
    step(work)
    for _ in range(MOST_STEPS):
        scan_cox(rows, n, n_control, n_experimental, work)
        if step(work) < CLOSE:
            break


@kernel
def solve_tile(
    tile: int,
    rows: Floats,
    work: Floats,
    keys: npt.NDArray[np.uint64],
    n_control: int,
    n_experimental: int,
    hazards: Floats,
    dropout: Floats,
    accrual: float,
    end: float,
    network: Integers,
) -> None:
    """Generate, sort and analyse the LANES trials of a tile."""
    n = n_control + n_experimental
    fill_tile(rows, keys, tile * LANES, n_control, n, hazards, dropout, accrual, end)
    sort_tile(rows, network)
    scan_null(rows, n, n_experimental, work)
    solve_cox(rows, n, n_control, n_experimental, work)


@parallel_kernel
def list_tiles(
    seed: int,
    tile: int,
    n_control: int,
    n_experimental: int,
    hazards: Floats,
    dropout: Floats,
    accrual: float,
    end: float,
    network: Integers,
    out: Floats,
) -> None:
    """Fill `out` [4, tiles · LANES]: log-rank z, log hazard ratio, its standard error, events."""
    tiles = out.shape[1] // LANES
    blocks = (tiles + BLOCK_TILES - 1) // BLOCK_TILES
    for block in numba.prange(blocks):
        keys = round_keys(seed)
        rows = np.empty((n_control + n_experimental) * LANES)
        work = np.empty((WORKING_ROWS, LANES))
        for k in range(block * BLOCK_TILES, min((block + 1) * BLOCK_TILES, tiles)):
            solve_tile(
                tile + k, rows, work, keys, n_control, n_experimental, hazards, dropout, accrual, end, network
            )
            for lane in range(LANES):
                at = k * LANES + lane
                known = abs(work[BETA, lane]) <= FARTHEST and work[INFORMATION, lane] > 0.0
                out[0, at] = work[LOGRANK, lane]
                out[1, at] = work[BETA, lane] if known else math.nan
                out[2, at] = 1.0 / math.sqrt(work[INFORMATION, lane]) if known else math.nan
                out[3, at] = work[EVENTS, lane]


@parallel_kernel
def count_tiles(
    seed: int,
    first: int,
    count: int,
    n_control: int,
    n_experimental: int,
    hazards: Floats,
    dropout: Floats,
    accrual: float,
    end: float,
    network: Integers,
    z: float,
    log_margins: Floats,
) -> Integers:
    """Sums over trials first … first + count − 1, as `add_trial` keeps them, by block: whole numbers only."""
    tile, past = first // LANES, (first + count + LANES - 1) // LANES
    blocks = (past - tile + BLOCK_TILES - 1) // BLOCK_TILES
    sums = np.zeros((blocks, FIXED_SUMS + log_margins.size), np.int64)
    for block in numba.prange(blocks):
        keys = round_keys(seed)
        rows = np.empty((n_control + n_experimental) * LANES)
        work = np.empty((WORKING_ROWS, LANES))
        start = tile + block * BLOCK_TILES
        for k in range(start, min(start + BLOCK_TILES, past)):
            solve_tile(
                k, rows, work, keys, n_control, n_experimental, hazards, dropout, accrual, end, network
            )
            for lane in range(max(first - k * LANES, 0), min(first + count - k * LANES, LANES)):
                known = abs(work[BETA, lane]) <= FARTHEST and work[INFORMATION, lane] > 0.0
                add_trial(
                    sums[block],
                    work[LOGRANK, lane],
                    work[BETA, lane] if known else math.nan,
                    1.0 / math.sqrt(work[INFORMATION, lane]) if known else math.nan,
                    work[EVENTS, lane],
                    z,
                    log_margins,
                )
    return sums
