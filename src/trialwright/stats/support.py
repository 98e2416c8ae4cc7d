"""The converse of a sample size: what a given number of subjects can show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_sf
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_power
from trialwright.stats.single_stage import exact_test
from trialwright.stats.special import beta_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

HALVINGS = 60
MOST_TIMES = 20.0
NEAR_ONE = 1.0 - 1e-9


def _first_where(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return high


def detectable_rate(n: int, p0: float, alpha: float, beta: float) -> float:
    """The smallest true rate at which the exact test of p0 on n subjects has power 1 − beta.

    Raises:
        ArgumentError: values out of range, or n so small that the test can never reject.
    """
    needed = exact_test(n, p0, (1.0 + p0) / 2.0, alpha).needed
    if needed > n:
        raise ArgumentError.at("n", f"even {n} responses of {n} do not reject {p0}")
    return _first_where(lambda p: binomial_sf(needed - 1, n, p), 1.0 - beta, p0, NEAR_ONE)


def excluded_rate(n: int, p1: float, alpha: float, beta: float) -> float:
    """The largest rate that n subjects rule out with power 1 − beta if the true rate is p1.

    The power asks for k responses at most; the exact test rejects every rate below the lower limit of k.
    0 where no count has the power.
    """
    k = 0
    while k < n and binomial_sf(k, n, p1) >= 1.0 - beta:
        k += 1
    return beta_quantile(alpha, float(k), float(n - k + 1)) if k else 0.0


def detectable_median(arm: SingleArm, n: int, alpha: float, beta: float) -> float:
    """The smallest true median at which the one-sample log-rank test of n subjects has power 1 − beta.

    `arm.ratio` is not used. inf where even 20 times the reference median has less power.
    """
    reference = arm.reference

    def power(times: float) -> float:
        ratio = (1.0 / times) ** reference.shape
        return one_sample_power(replace(arm, ratio=ratio), alpha, n)

    if power(MOST_TIMES) < 1.0 - beta:
        return float("inf")
    return reference.median * _first_where(power, 1.0 - beta, 1.0 + 1e-9, MOST_TIMES)


def excluded_median(arm: SingleArm, median: float, n: int, alpha: float, beta: float) -> float:
    """The largest reference median that n subjects rule out with power 1 − beta if theirs is `median`.

    `arm` gives shape and timing; its reference median and ratio are not used.
    """
    shape = arm.reference.shape

    def missed(reference: float) -> float:
        curve = WeibullCurve(reference, shape)
        tried = replace(arm, reference=curve, ratio=(reference / median) ** shape)
        return 1.0 - one_sample_power(tried, alpha, n)

    return _first_where(missed, beta, median / MOST_TIMES, median * NEAR_ONE)
