"""Random numbers by counter: Philox4x32-10, so that subject k is the same in every run.

A number is a pure function of (seed, trial, subject, stream, draw). The seed is the key; the
four words of the counter are draw, stream, subject and trial. Nothing is carried from one call
to the next: neither the number of subjects, nor threads, nor chunks, nor machines can change it.

Source: Salmon JK, Moraes MA, Dror RO, Shaw DE. Parallel random numbers: as easy as 1, 2, 3.
SC'11; the constants are those of their Random123 library.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
WORD = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
ROUNDS = 10
HALF = 0.5
UNIT = 1.0 / 2.0**32
TWO_PI = 2.0 * math.pi
LARGEST_SEED = 2**63 - 1

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
Quad = tuple[float, float, float, float]


@kernel
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    """Return the block of four 32-bit words for a counter of four words and a key of two."""
    for _ in range(ROUNDS):
        product_0 = MULTIPLIER_0 * c0
        product_1 = MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (product_1 >> SHIFT) ^ c1 ^ k0,
            product_1 & WORD,
            (product_0 >> SHIFT) ^ c3 ^ k1,
            product_0 & WORD,
        )
        k0 = (k0 + WEYL_0) & WORD
        k1 = (k1 + WEYL_1) & WORD
    return c0, c1, c2, c3


@kernel
def round_keys(seed: int) -> npt.NDArray[np.uint64]:
    """The two key words of each round."""
    keys = np.empty((ROUNDS, 2), np.uint64)
    k0, k1 = np.uint64(seed) & WORD, np.uint64(seed) >> SHIFT
    for i in range(ROUNDS):
        keys[i, 0] = k0
        keys[i, 1] = k1
        k0 = (k0 + WEYL_0) & WORD
        k1 = (k1 + WEYL_1) & WORD
    return keys


@kernel
def uniforms(seed: int, trial: int, subject: int, stream: int, draw: int) -> Quad:
    """Return four independent uniforms, strictly between 0 and 1, on a grid of 2^-32."""
    key = np.uint64(seed)
    w0, w1, w2, w3 = philox4x32(
        np.uint64(draw) & WORD,
        np.uint64(stream) & WORD,
        np.uint64(subject) & WORD,
        np.uint64(trial) & WORD,
        key & WORD,
        key >> SHIFT,
    )
    return (
        (np.float64(w0) + HALF) * UNIT,
        (np.float64(w1) + HALF) * UNIT,
        (np.float64(w2) + HALF) * UNIT,
        (np.float64(w3) + HALF) * UNIT,
    )


@kernel
def normals(seed: int, trial: int, subject: int, stream: int, draw: int) -> Quad:
    """Return four independent standard normals, by Box and Muller's transform of one block."""
    u0, u1, u2, u3 = uniforms(seed, trial, subject, stream, draw)
    radius_0 = math.sqrt(-2.0 * math.log(u0))
    radius_1 = math.sqrt(-2.0 * math.log(u2))
    return (
        radius_0 * math.cos(TWO_PI * u1),
        radius_0 * math.sin(TWO_PI * u1),
        radius_1 * math.cos(TWO_PI * u3),
        radius_1 * math.sin(TWO_PI * u3),
    )


def check_seed(seed: int) -> int:
    """Return the seed if it fits a key of the generator.

    Raises:
        ArgumentError: it is negative or above 2^63 - 1.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise ArgumentError.at(f"seed {seed}", "outside the range", expected=f"0 to {LARGEST_SEED}")
    return seed
