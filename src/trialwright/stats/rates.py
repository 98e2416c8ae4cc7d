"""Events by time at risk: rates with exact Poisson intervals."""

from __future__ import annotations

import math

from trialwright.errors import ArgumentError
from trialwright.stats.estimate import Estimate
from trialwright.stats.inputs import check_level
from trialwright.stats.kernel import kernel
from trialwright.stats.special import beta_isf, beta_quantile

EXACT = "exact Poisson"
EXACT_RATIO = "exact, conditional on the sum of events"
_STEPS = 200
_TINY = 1e-300
_RELATIVE = 1e-16


@kernel
def _poisson_tails(k: int, mean: float) -> tuple[float, float]:
    """P(X < k) and P(X ≥ k) for a Poisson X, each summed from its own terms."""
    log_mean = math.log(mean)
    below = 0.0
    term = math.exp((k - 1) * log_mean - mean - math.lgamma(k)) if k > 0 else 0.0
    x = k - 1
    while x >= 0 and term > below * _RELATIVE + _TINY:
        below += term
        term *= x / mean
        x -= 1
    above = 0.0
    term = math.exp(k * log_mean - mean - math.lgamma(k + 1.0))
    x = k
    while term > above * _RELATIVE + _TINY:
        above += term
        x += 1
        term *= mean / x
    return below, above


@kernel
def _poisson_mean(k: int, tail: float, upper: bool) -> float:  # noqa: FBT001 (compiled)
    """The mean at which P(X ≥ k) is `tail`, or, for the upper limit, at which P(X < k) is `tail`."""
    low = 0.0
    high = k + 40.0 * math.sqrt(k + 10.0) + 40.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        below, above = _poisson_tails(k, middle)
        too_high = below < tail if upper else above > tail
        if too_high:
            high = middle
        else:
            low = middle
        if high - low <= _RELATIVE * high:
            break
    return 0.5 * (low + high)


def poisson_rate(events: int, exposure: float, *, level: float = 0.95) -> Estimate:
    """Events per unit of exposure with the exact interval of Garwood (1936).

    Args:
        events: a count of 0 or more.
        exposure: time at risk, above 0; the rate is per unit of it.
        level: of the interval.

    Raises:
        ArgumentError: a negative count, or an exposure that is not above 0.

    Examples:
        >>> rate = poisson_rate(0, 10.0)
        >>> round(rate.high, 4)
        0.3689
    """
    _check(events, exposure)
    check_level(level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if events == 0 else _poisson_mean(events, tail, False)  # noqa: FBT003 (compiled)
    high = _poisson_mean(events + 1, tail, True)  # noqa: FBT003 (compiled)
    return Estimate(events / exposure, low / exposure, high / exposure, level, EXACT)


def poisson_rate_ratio(
    events: tuple[int, int], exposure: tuple[float, float], *, level: float = 0.95
) -> Estimate:
    """The first rate divided by the second, with the interval of the conditional binomial test.

    nan, with the reason, where the second count is 0.

    Raises:
        ArgumentError: as `poisson_rate`.

    Source: `poisson.test` of R; Lehmann and Romano (2005), 4.5.
    """
    for count, time in zip(events, exposure, strict=True):
        _check(count, time)
    check_level(level)
    first, second = events
    scale = exposure[1] / exposure[0]
    tail = (1.0 - level) / 2.0
    low = 0.0 if first == 0 else _odds(beta_quantile(tail, first, second + 1.0)) * scale
    high = math.inf if second == 0 else _odds(beta_isf(tail, first + 1.0, second)) * scale
    if second == 0:
        reason = "no events in the second group"
        return Estimate(math.nan, low, high, level, EXACT_RATIO, reason=reason)
    return Estimate(first / second * scale, low, high, level, EXACT_RATIO)


def _odds(p: float) -> float:
    return p / (1.0 - p)


def _check(events: int, exposure: float) -> None:
    if events < 0:
        raise ArgumentError.at("events", f"{events}", expected="a count of 0 or more")
    if not (math.isfinite(exposure) and exposure > 0.0):
        raise ArgumentError.at("exposure", f"{exposure}", expected="a finite time at risk above 0")
