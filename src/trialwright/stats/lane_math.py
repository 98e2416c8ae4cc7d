"""Arithmetic that compilers turn into vector instructions: the same operation on many trials at once.

A tile holds LANES trials side by side; row i of an array holds subject i of each. Loops over lanes have
no branches and no calls, so that LLVM vectorises them on any processor, without fast-math: each lane
computes what a scalar loop would.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from trialwright.stats.random_streams import (
    MULTIPLIER_0,
    MULTIPLIER_1,
    SHIFT,
    WORD,
)

if TYPE_CHECKING:
    from trialwright.stats.inputs import Integers

LANES = 64
SORTED_TOGETHER = 16
LN2 = math.log(2.0)
TWO_52 = 2.0**52
EXPONENT_OF_2_52 = np.uint64(0x4330000000000000)
BITS_OF_SQRT_HALF = np.uint64(0x3FE6A09E667F3BCD)
MANTISSA_BITS = np.uint64(52)
SIGNED_MANTISSA_BITS = np.int64(52)
OFFSET = np.int64(1024)
WORD_BITS = 32.0
LOG2_E = 1.0 / LN2
LN2_HIGH = float.fromhex("0x1.62e42fefa0000p-1")
LN2_LOW = float.fromhex("0x1.cf79abc9e3b39p-40")
LARGEST_EXPONENT = 700.0
ROUNDER = 1.5 * TWO_52
HALF_PI = math.pi / 2.0

inlined = numba.njit(inline="always")


@inlined
def philox_round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One round of Philox4x32 as in `random_streams`, but only the low half of each word counts.

    The masks before the products, and none after, let LLVM use the multiplication of 32-bit halves.
    """
    product_0 = MULTIPLIER_0 * (c0 & WORD)
    product_1 = MULTIPLIER_1 * (c2 & WORD)
    return (product_1 >> SHIFT) ^ c1 ^ k0, product_1, (product_0 >> SHIFT) ^ c3 ^ k1, product_0


@inlined
def as_float(word: np.uint64) -> float:
    """A whole number below 2^52 as a float, by its bits: vector units have no such conversion everywhere."""
    return np.uint64(word | EXPONENT_OF_2_52).view(np.float64) - TWO_52


@inlined
def log_near_one(f: float) -> float:
    """log(f) for f from √½ to √2: 2 artanh((f − 1) / (f + 1)) by its series."""
    s = (f - 1.0) / (f + 1.0)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    return 2.0 * (s + s * z * p)


@inlined
def minus_log_uniform(word: np.uint64) -> float:
    """−log((word + ½) / 2^32), to about 2e-16 relative."""
    bits = np.float64(as_float(word) + 0.5).view(np.uint64)
    exponent = np.int64(bits - BITS_OF_SQRT_HALF) >> SIGNED_MANTISSA_BITS
    f = np.uint64(bits - (np.uint64(exponent) << MANTISSA_BITS)).view(np.float64)
    power = as_float(np.uint64(exponent + OFFSET)) - 1024.0
    return (WORD_BITS - power) * LN2 - log_near_one(f)


@inlined
def log_of(x: float) -> float:
    """The logarithm of a positive normal number, to about 2e-16 absolute or relative."""
    bits = np.float64(x).view(np.uint64)
    exponent = np.int64(bits - BITS_OF_SQRT_HALF) >> SIGNED_MANTISSA_BITS
    f = np.uint64(bits - (np.uint64(exponent) << MANTISSA_BITS)).view(np.float64)
    power = as_float(np.uint64(exponent + OFFSET)) - 1024.0
    return power * LN2 + log_near_one(f)


@inlined
def rounded(x: float) -> float:
    """The nearest whole number, the even one of two as near; |x| below 2^51."""
    return (x + ROUNDER) - ROUNDER


@inlined
def exp_of(x: float) -> float:
    """The exponential, to about 2e-16 relative, of x held within ±700: by Taylor's series near 0."""
    x = min(max(x, -LARGEST_EXPONENT), LARGEST_EXPONENT)
    shifted = x * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = 1.0 + (r + r * r * p)
    power = np.float64(shifted).view(np.uint64) << MANTISSA_BITS
    return np.uint64(np.float64(p).view(np.uint64) + power).view(np.float64)


@inlined
def sine(r: float) -> float:
    """The sine of an angle within ±π/4, by Taylor's series."""
    z = r * r
    p = 1.0 / 355687428096000.0
    p = p * z - 1.0 / 1307674368000.0
    p = p * z + 1.0 / 6227020800.0
    p = p * z - 1.0 / 39916800.0
    p = p * z + 1.0 / 362880.0
    p = p * z - 1.0 / 5040.0
    p = p * z + 1.0 / 120.0
    p = p * z - 1.0 / 6.0
    return r + r * z * p


@inlined
def cosine(r: float) -> float:
    """The cosine of an angle within ±π/4, by Taylor's series."""
    z = r * r
    p = 1.0 / 20922789888000.0
    p = p * z - 1.0 / 87178291200.0
    p = p * z + 1.0 / 479001600.0
    p = p * z - 1.0 / 3628800.0
    p = p * z + 1.0 / 40320.0
    p = p * z - 1.0 / 720.0
    p = p * z + 1.0 / 24.0
    return 1.0 - 0.5 * z + z * z * p


def _exchange(_context: Any, rows: Any, low: Any, high: Any) -> Any:
    """Order two runs of SORTED_TOGETHER floats lane by lane: the smaller ones go to index `low`."""
    signature = types.void(rows, low, high)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        vector = ir.VectorType(ir.DoubleType(), SORTED_TOGETHER).as_pointer()
        places = [builder.bitcast(builder.gep(data, [index]), vector) for index in arguments[1:]]
        first, second = (builder.load(place, align=8) for place in places)
        ordered = builder.fcmp_ordered("<", first, second)
        builder.store(builder.select(ordered, first, second), places[0], align=8)
        builder.store(builder.select(ordered, second, first), places[1], align=8)
        return context.get_dummy_value()

    return signature, emit


exchange: Any = intrinsic(_exchange)


def sorting_network(n: int) -> Integers:
    """Pairs of rows to exchange, in order, that sort n rows: Batcher's odd-even merge sort."""
    size = 1 << max(n - 1, 1).bit_length()
    pairs: list[tuple[int, int]] = []
    block = 1
    while block < size:
        gap = block
        while gap:
            for start in range(gap % block, size - gap, 2 * gap):
                last = min(start + gap, n - gap)
                pairs += [
                    (row, row + gap)
                    for row in range(start, last)
                    if row // (2 * block) == (row + gap) // (2 * block)
                ]
            gap //= 2
        block *= 2
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
