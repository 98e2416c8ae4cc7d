"""Philox4x32-10 against the known-answer vectors that its authors publish with Random123."""

import numpy as np
import pytest

from trialwright.errors import ArgumentError
from trialwright.stats.random_streams import check_seed, normals, philox4x32, uniforms

ONES = 0xFFFFFFFF
KNOWN_ANSWERS = [  # Random123, tests/kat_vectors: counter, key, block
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN_ANSWERS)
def test_block_is_the_known_answer_of_random123(counter, key, block):
    words = philox4x32(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in words) == block


def test_uniforms_are_the_words_of_the_block_of_seed_trial_subject_stream_draw():
    words = philox4x32(*(np.uint64(word) for word in (5, 4, 3, 2, 7, 1)))
    drawn = uniforms(7 + 2**32, 2, 3, 4, 5)
    assert drawn == tuple((int(word) + 0.5) / 2**32 for word in words)


def test_changing_any_part_of_the_address_changes_the_numbers():
    address = (1, 2, 3, 4, 5)
    base = uniforms(*address)
    for position in range(5):
        moved = list(address)
        moved[position] += 1
        assert uniforms(*moved) != base


def test_normals_have_the_moments_of_the_normal_distribution():
    drawn = np.array([normals(11, 0, subject, 0, 0) for subject in range(25_000)]).ravel()
    size = len(drawn)
    assert abs(drawn.mean()) < 4 / np.sqrt(size)
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2 / size)
    assert abs((drawn**4).mean() - 3) < 4 * np.sqrt(96 / size)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4 / np.sqrt(size)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_does_not_fit_is_refused(seed):
    with pytest.raises(ArgumentError, match="outside the range"):
        check_seed(seed)
