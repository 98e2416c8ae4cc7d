"""Numbers drawn for many addresses at once are those that the scalar generator draws one by one."""

import math

import numba
import numpy as np
import pytest

from trialwright.stats import lane_math
from trialwright.stats.lane_draws import DRAW, SUBJECT, TILE, TRIAL, draw_blocks, normal_pair, uniform
from trialwright.stats.random_streams import normals, round_keys, uniforms

SEEDS = (1, 2**62 + 12345)


@numba.njit
def both(words, n, flat, pairs):
    for i in range(n):
        for k in range(4):
            flat[k, i] = uniform(words[k * TILE + i])
        pairs[0, i], pairs[1, i] = normal_pair(words[i], words[TILE + i])
        pairs[2, i], pairs[3, i] = normal_pair(words[2 * TILE + i], words[3 * TILE + i])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [1, 7, TILE])
def test_uniforms_are_equal_to_the_bit_and_normals_to_their_last_digits(seed, n):
    rng = np.random.default_rng(n)
    address = np.zeros(3 * TILE, np.uint64)
    for row in (DRAW, SUBJECT, TRIAL):
        address[row : row + n] = rng.integers(0, 2**32, n, dtype=np.uint64)
    words, flat, pairs = np.zeros(4 * TILE, np.uint64), np.zeros((4, n)), np.zeros((4, n))
    draw_blocks(round_keys(seed), address, np.uint64(5), np.int64(n), words)
    both(words, n, flat, pairs)
    for i in range(n):
        where = (seed, int(address[TRIAL + i]), int(address[SUBJECT + i]), 5, int(address[DRAW + i]))
        assert tuple(flat[:, i]) == uniforms(*where)
        assert np.allclose(pairs[:, i], normals(*where), rtol=0, atol=4e-15)


@pytest.mark.parametrize("word", [0, 1, 2**30, 2**31 - 1, 2**31, 3 * 2**30, 2**32 - 1])
def test_normals_at_the_edges_of_the_words(word):
    words = np.zeros(4 * TILE, np.uint64)
    words[0], words[TILE], words[2 * TILE], words[3 * TILE] = word, word, 2**31, word
    flat, pairs = np.zeros((4, 1)), np.zeros((4, 1))
    both(words, 1, flat, pairs)
    u, v = (word + 0.5) / 2**32, (2**31 + 0.5) / 2**32
    for k, first in ((0, u), (2, v)):
        radius = math.sqrt(-2.0 * math.log(first))
        assert math.isclose(pairs[k, 0], radius * math.cos(2 * math.pi * u), abs_tol=4e-15)
        assert math.isclose(pairs[k + 1, 0], radius * math.sin(2 * math.pi * u), abs_tol=4e-15)


@numba.njit
def through(x, exponentials, logarithms, whole):
    for i in range(x.size):
        exponentials[i] = lane_math.exp_of(x[i])
        logarithms[i] = lane_math.log_of(exponentials[i])
        whole[i] = lane_math.rounded(x[i])


def test_exponentials_logarithms_and_rounding_agree_with_the_library():
    x = np.concatenate([np.linspace(-699.9, 699.9, 40_001), np.linspace(-2.5, 2.5, 21), [0.0, 1e-300]])
    found = np.empty((3, x.size))
    through(x, *found)
    assert np.abs(found[0] / np.exp(x) - 1.0).max() < 4e-16
    assert np.allclose(found[1], np.log(found[0]), rtol=4e-16, atol=4e-16)
    assert np.array_equal(found[2], np.round(x))


def test_exponents_beyond_the_range_are_held():
    x = np.array([-1e6, -np.inf, 1e6, np.inf])
    found = np.empty((3, 4))
    through(x, *found)
    assert np.allclose(found[0], np.exp([-700.0, -700.0, 700.0, 700.0]))
