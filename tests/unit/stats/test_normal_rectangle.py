"""Normal rectangle probabilities: closed forms, quadrature of one factor, polygons where singular."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import norm

from trialwright.errors import ArgumentError
from trialwright.stats.normal_rectangle import (
    both_below,
    largest_critical,
    largest_p,
    probability_outside,
)

FREE = -math.inf


def inside(lower, upper, correlation):
    return 1.0 - probability_outside(lower, upper, correlation)


def one_factor(loading):
    matrix = np.outer(loading, loading)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def by_one_factor(lower, upper, loading):
    """Given the common factor the variables are independent: one integral."""
    u = np.linspace(-9.0, 9.0, 400_001)
    spread = np.sqrt(1.0 - loading**2)
    each = [
        norm.cdf((b - c * u) / s) - norm.cdf((a - c * u) / s)
        for a, b, c, s in zip(lower, upper, loading, spread, strict=True)
    ]
    return integrate.simpson(norm.pdf(u) * np.prod(each, axis=0), x=u)


@pytest.mark.parametrize("closeness", [0.5, 0.1, 0.01, 0.0001])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_one_common_factor_equals_quadrature(size, closeness):
    rng = np.random.default_rng(size)
    loading = np.where(rng.random(size) < 0.3, -1.0, 1.0) * (1.0 - closeness * rng.random(size))
    upper = rng.normal(0.7, 1.0, size) * np.sign(loading) + 1.0
    lower = upper - rng.uniform(1.0, 4.0, size)
    expected = by_one_factor(lower, upper, loading)
    assert math.isclose(inside(lower, upper, one_factor(loading)), expected, abs_tol=1e-11)


def polygon(limits, slopes):
    """P(slopes · (X, Y) ≤ limits) for independent X, Y: one integral between exact corners."""

    def strip(x):
        low, high = -math.inf, math.inf
        for limit, (on_x, on_y) in zip(limits, slopes, strict=True):
            edge = (limit - on_x * x) / on_y
            low, high = (low, min(high, edge)) if on_y > 0 else (max(low, edge), high)
        return max(norm.cdf(high) - norm.cdf(low), 0.0) * norm.pdf(x)

    corners = [
        np.linalg.solve(slopes[[i, j]], limits[[i, j]])[0]
        for i in range(len(limits))
        for j in range(i)
        if abs(np.linalg.det(slopes[[i, j]])) > 1e-12
    ]
    marks = [-9.0, *sorted(x for x in corners if abs(x) < 9.0), 9.0]
    return sum(integrate.quad(strip, a, b, epsabs=1e-14, epsrel=1e-13)[0] for a, b in pairwise(marks))


@pytest.mark.parametrize("seed", range(6))
def test_four_variables_of_rank_two_equal_a_polygon(seed):
    rng = np.random.default_rng(seed)
    slopes = rng.normal(size=(4, 2))
    slopes[2] = slopes[0] + slopes[1]  # one is the sum of two others, as in MaxCombo
    slopes /= np.linalg.norm(slopes, axis=1)[:, None]
    limits = rng.normal(0.7, 1.0, 4)
    got = inside([FREE] * 4, limits, slopes @ slopes.T)
    assert math.isclose(got, polygon(limits, slopes), abs_tol=1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_an_orthant_of_three_equals_sheppards_angles(seed):
    factor = np.random.default_rng(seed).normal(size=(3, 3))
    factor /= np.linalg.norm(factor, axis=1)[:, None]
    matrix = factor @ factor.T
    angles = sum(math.asin(matrix[i, j]) for i in range(3) for j in range(i))
    expected = 0.125 + angles / (4.0 * math.pi)
    assert math.isclose(inside([FREE] * 3, [0.0] * 3, matrix), expected, abs_tol=1e-13)


def test_equal_limits_at_zero_of_dependent_variables():
    """X, Y and their standardised sum all above 0: the quarter plane."""
    half = math.sqrt(0.5)
    matrix = [[1.0, 0.0, half], [0.0, 1.0, half], [half, half, 1.0]]
    assert math.isclose(inside([0.0] * 3, [math.inf] * 3, matrix), 0.25, abs_tol=1e-13)


def test_rare_events_keep_their_digits():
    loading = np.array([0.9, 0.95, 0.97, 0.8])
    u = np.linspace(-5.0, 16.0, 400_001)
    for limit in (3.0, 5.0, 7.0, 9.0):
        logs = [norm.logcdf((limit - c * u) / math.sqrt(1.0 - c * c)) for c in loading]
        expected = integrate.simpson(norm.pdf(u) * -np.expm1(np.sum(logs, axis=0)), x=u)
        got = probability_outside([FREE] * 4, [limit] * 4, one_factor(loading))
        assert math.isclose(got, expected, rel_tol=1e-10)


def test_equal_and_opposite_variables_are_one_held_to_all_limits():
    matrix = np.array([[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
    got = inside([-1.0, FREE, FREE], [2.0, 1.5, 0.7], matrix)
    assert math.isclose(got, norm.cdf(1.5) - norm.cdf(-0.7), abs_tol=1e-14)
    assert probability_outside([FREE, FREE], [-1.0, -1.0], [[1.0, -1.0], [-1.0, 1.0]]) == 1.0


def test_two_variables_at_every_correlation_agree_across_the_methods():
    """Continuous where the method changes, and equal to the arcsine law at 0."""
    for rho in np.linspace(-1.0, 1.0, 41):
        assert math.isclose(both_below(0.0, 0.0, rho), 0.25 + math.asin(rho) / (2 * math.pi), abs_tol=1e-14)
    for edge in (0.5, -0.5):
        left, right = both_below(0.3, -0.8, edge - 1e-9), both_below(0.3, -0.8, edge + 1e-9)
        assert abs(left - right) < 1e-8


def test_the_critical_value_is_exceeded_with_probability_alpha():
    matrix = one_factor(np.array([0.9, 0.8, 0.95, 0.7]))
    critical = largest_critical(0.025, matrix)
    assert math.isclose(largest_p(critical, matrix, 0.0), 0.025, rel_tol=1e-9)
    assert norm.isf(0.025) < critical < norm.isf(0.025 / 4)


def test_two_sided_is_twice_one_sided_where_both_are_rare():
    matrix = one_factor(np.array([0.9, 0.8, 0.95]))
    assert math.isclose(largest_p(6.0, matrix, 1.0), 2.0 * largest_p(6.0, matrix, 0.0), rel_tol=1e-9)
    assert largest_p(0.0, matrix, 1.0) == 1.0


@pytest.mark.parametrize(
    ("lower", "upper", "matrix"),
    [
        ([0.0], [1.0, 2.0], [[1.0]]),
        ([0.0, 0.0], [1.0, 2.0], [[1.0]]),
        ([math.nan], [1.0], [[1.0]]),
        ([], [], np.empty((0, 0))),
        ([0.0] * 5, [1.0] * 5, np.eye(5)),
        ([0.0, 0.0], [1.0, 2.0], [[1.0, 0.5], [0.4, 1.0]]),
        ([0.0, 0.0], [1.0, 2.0], [[1.0, 1.5], [1.5, 1.0]]),
        ([0.0, 0.0], [1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]]),
        ([0.0, 0.0], [1.0, 2.0], [[1.0, math.nan], [math.nan, 1.0]]),
    ],
)
def test_what_is_no_rectangle_of_normals_is_refused(lower, upper, matrix):
    with pytest.raises(ArgumentError):
        probability_outside(lower, upper, matrix)
