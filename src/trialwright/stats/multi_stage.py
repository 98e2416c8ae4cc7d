"""Single-arm designs with several looks that can stop for futility and for efficacy.

Source: Fleming (1982), "One-sample multiple testing procedure for phase II clinical trials",
Biometrics 38:143–151.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_pmf
from trialwright.stats.single_stage import nearest
from trialwright.stats.special import normal_isf
from trialwright.stats.two_stage import check_errors, check_rates

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats


SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class MultiStagePlan:
    """After stage g stop with `accept[g]` responses or fewer (H0 stands), or `reject[g]` or more.

    Sizes are those of each stage; responses are counted over all stages so far. −1 in `accept`, or
    more than the subjects so far in `reject`, means no stop.
    """

    sizes: tuple[int, ...]
    accept: tuple[int, ...]
    reject: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What a plan does at one response rate: stops by stage, and the mean number of subjects."""

    stop_for_futility: tuple[float, ...]
    stop_for_efficacy: tuple[float, ...]
    expected_size: float

    @property
    def rejects(self) -> float:
        """P(H0 is rejected)."""
        return math.fsum(self.stop_for_efficacy)


def _after(before: Floats, size: int, p: float) -> Floats:
    """Probabilities of the total after `size` more subjects."""
    mass = np.array([binomial_pmf(k, size, p) for k in range(size + 1)])
    return np.convolve(before, mass)


def course(plan: MultiStagePlan, p: float) -> Course:
    """Exact stopping probabilities of a plan at response rate p."""
    going = np.ones(1)
    futile, effective = [], []
    for size, accept, reject in zip(plan.sizes, plan.accept, plan.reject, strict=True):
        going = _after(going, size, p)
        total = np.arange(going.size)
        futile.append(float(going[total <= accept].sum()))
        effective.append(float(going[total >= reject].sum()))
        going = np.where((total > accept) & (total < reject), going, 0.0)
    so_far = list(accumulate(plan.sizes))
    stops = [a + b for a, b in zip(futile, effective, strict=True)]
    expected = math.fsum(n * stop for n, stop in zip(so_far, stops, strict=True))
    return Course(tuple(futile), tuple(effective), expected)


def fleming(p0: float, alpha: float, sizes: tuple[int, ...]) -> MultiStagePlan:
    """Fleming's boundaries for the given stage sizes; that of futility follows from alpha and n.

    Raises:
        ArgumentError: p0 or alpha out of range, no stages, or a stage without subjects.
    """
    check_rates(p0, 1.0 - SMALLEST * (1.0 - p0))
    check_errors(alpha, (1.0 - alpha) / 2.0)
    if not sizes or min(sizes) < 1:
        raise ArgumentError.at("sizes", f"{sizes}", expected="one subject or more in each stage")
    z, n = normal_isf(alpha), sum(sizes)
    spread = z * math.sqrt(n * p0 * (1.0 - p0))
    p_a = (math.sqrt(n * p0) + z * math.sqrt(1.0 - p0)) ** 2 / (n + z * z)
    spread_a = z * math.sqrt(n * p_a * (1.0 - p_a))
    so_far = list(accumulate(sizes))
    reject = [nearest(m * p0 + spread) + 1 for m in so_far]
    accept = [max(nearest(m * p_a - spread_a), -1) for m in so_far]
    accept[-1] = reject[-1] - 1
    return MultiStagePlan(sizes, tuple(accept), tuple(reject))
