"""Random numbers of many addresses at once: the blocks of `random_streams`, by vector instructions.

An address is (trial, subject, stream, draw); a list of at most TILE of them is drawn in one loop. The
words are those of the scalar code to the bit; normals and exponentials agree to about 1e-15.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel
from trialwright.stats.lane_math import (
    HALF_PI,
    ROUNDER,
    as_float,
    cosine,
    inlined,
    minus_log_uniform,
    philox_round,
    sine,
)
from trialwright.stats.random_streams import HALF, UNIT, WORD

if TYPE_CHECKING:
    import numpy.typing as npt

    Unsigned = npt.NDArray[np.uint64]

TILE = 512
DRAW, SUBJECT, TRIAL = range(0, 3 * TILE, TILE)
WORD_0, WORD_1, WORD_2, WORD_3 = range(0, 4 * TILE, TILE)
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)
TO_SIGN = np.uint64(62)


@inlined
def uniform(word: np.uint64) -> float:
    """The uniform of a word, as in `random_streams`: strictly between 0 and 1."""
    return (as_float(word) + HALF) * UNIT


@inlined
def normal_pair(first: np.uint64, second: np.uint64) -> tuple[float, float]:
    """The two standard normals of two words, by the same transform as `random_streams.normals`."""
    radius = math.sqrt(2.0 * minus_log_uniform(first))
    quarters = (as_float(second) + HALF) * (4.0 * UNIT)
    shifted = quarters + ROUNDER
    angle = (quarters - (shifted - ROUNDER)) * HALF_PI
    quadrant = np.float64(shifted).view(np.uint64)
    s, c = radius * sine(angle), radius * cosine(angle)
    odd = (quadrant & ONE) != ZERO
    along = np.float64(s if odd else c).view(np.uint64) ^ (((quadrant + ONE) & TWO) << TO_SIGN)
    across = np.float64(c if odd else s).view(np.uint64) ^ ((quadrant & TWO) << TO_SIGN)
    return np.uint64(along).view(np.float64), np.uint64(across).view(np.float64)


@kernel
def draw_blocks(keys: Unsigned, address: Unsigned, stream: np.uint64, n: np.int64, words: Unsigned) -> None:
    """Fill the four words of each of n addresses; `address` and `words` hold rows of TILE.

    Typed numbers, for a literal would be compiled anew for each value.
    """
    a0, a1, a2, a3, a4 = keys[0, 0], keys[1, 0], keys[2, 0], keys[3, 0], keys[4, 0]
    a5, a6, a7, a8, a9 = keys[5, 0], keys[6, 0], keys[7, 0], keys[8, 0], keys[9, 0]
    b0, b1, b2, b3, b4 = keys[0, 1], keys[1, 1], keys[2, 1], keys[3, 1], keys[4, 1]
    b5, b6, b7, b8, b9 = keys[5, 1], keys[6, 1], keys[7, 1], keys[8, 1], keys[9, 1]
    for i in range(n):
        c0, c1, c2, c3 = address[DRAW + i], stream, address[SUBJECT + i], address[TRIAL + i]
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
        words[WORD_0 + i], words[WORD_1 + i] = c0 & WORD, c1 & WORD
        words[WORD_2 + i], words[WORD_3 + i] = c2 & WORD, c3 & WORD
