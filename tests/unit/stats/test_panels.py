"""Integrals in panels: closed forms, kinks, and tails that keep their digits."""

import math

import numpy as np
import pytest

from trialwright.stats.panels import panels

GRID = panels((2.0, 7.0), 10.0, 3.0)


def test_an_exponential_is_integrated_from_both_ends():
    values = np.exp(-3.0 * GRID.at)
    assert math.isclose(GRID.total(values), -math.expm1(-30.0) / 3.0, rel_tol=1e-13)
    assert np.allclose(GRID.cumulative(values), -np.expm1(-3.0 * GRID.at) / 3.0, rtol=1e-12)
    tail = np.exp(-3.0 * GRID.at) * -np.expm1(-3.0 * (10.0 - GRID.at)) / 3.0
    assert np.allclose(GRID.remaining(values), tail, rtol=1e-11, atol=0.0)


def test_a_step_at_an_edge_is_exact():
    assert math.isclose(GRID.total((GRID.at > 7.0).astype(float)), 3.0, rel_tol=1e-14)


@pytest.mark.parametrize("power", [0.5, -0.5])
def test_roots_of_time_are_integrated_near_0(power):
    assert math.isclose(GRID.total(GRID.at**power), 10.0 ** (power + 1) / (power + 1), rel_tol=1e-5)
