"""Distributions of counts, and Student's t, on top of `special`: scalar kernels, each tail for itself."""

from __future__ import annotations

import math

from trialwright.stats.kernel import kernel
from trialwright.stats.special import EPSILON, MAX_NEWTON, beta_tails, binomial_density, normal_isf


@kernel
def binomial_pmf(k: int, n: int, p: float) -> float:
    """P(X = k) for a binomial X of n trials with success probability p."""
    if k < 0 or k > n:
        return 0.0
    return binomial_density(float(k), float(n - k), p, 1.0 - p)


@kernel
def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for a binomial X of n trials with success probability p."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return beta_tails(float(k + 1), float(n - k), p, 1.0 - p)[1]


@kernel
def binomial_sf(k: int, n: int, p: float) -> float:
    """P(X > k) for a binomial X of n trials with success probability p."""
    if k < 0:
        return 1.0
    if k >= n:
        return 0.0
    return beta_tails(float(k + 1), float(n - k), p, 1.0 - p)[0]


@kernel
def hypergeometric_pmf(k: int, successes: int, failures: int, drawn: int) -> float:
    """P(X = k): k successes among `drawn` from an urn of `successes` and `failures` (Loader 2000)."""
    if k < 0 or k > successes or drawn - k < 0 or drawn - k > failures:
        return 0.0
    total = successes + failures
    x = drawn / total if total else 0.0
    y = (total - drawn) / total if total else 1.0
    from_successes = binomial_density(float(k), float(successes - k), x, y)
    from_failures = binomial_density(float(drawn - k), float(failures - drawn + k), x, y)
    return from_successes * from_failures / binomial_density(float(drawn), float(total - drawn), x, y)


@kernel
def t_sf(t: float, df: float) -> float:
    """P(T > t) for Student's t with `df` degrees of freedom (whole or not)."""
    square = t * t
    x, y = df / (df + square), square / (df + square)
    tail = 0.5 * beta_tails(0.5 * df, 0.5, x, y)[0]
    return tail if t >= 0.0 else 1.0 - tail


@kernel
def t_cdf(t: float, df: float) -> float:
    """P(T ≤ t) for Student's t with `df` degrees of freedom (whole or not)."""
    return t_sf(-t, df)


@kernel
def _t_density(t: float, df: float) -> float:
    scale = math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)
    return math.exp(scale - 0.5 * (df + 1.0) * math.log1p(t * t / df))


@kernel
def _t_centre_mass(t: float, df: float) -> float:
    """P(0 < T < t) without cancellation near t = 0."""
    square = t * t
    return 0.5 * beta_tails(0.5, 0.5 * df, square / (df + square), df / (df + square))[0]


@kernel
def t_isf(q: float, df: float) -> float:
    """The t with P(T > t) = q for Student's t; nan outside [0, 1]."""
    if not (0.0 <= q <= 1.0 and df > 0.0):
        return math.nan
    if 2.0 * q > 1.0:
        return -t_isf(1.0 - q, df)
    if q == 0.0:
        return math.inf
    if 2.0 * q == 1.0:
        return 0.0
    log_t = math.log(normal_isf(q))
    for _ in range(MAX_NEWTON):
        t = math.exp(log_t)
        tail = t_sf(t, df)
        error = math.log(tail / q) if 4.0 * q < 1.0 else math.log1p((0.5 - q - _t_centre_mass(t, df)) / q)
        slope = -_t_density(t, df) * t / (tail if 4.0 * q < 1.0 else q)
        step = -error / slope
        log_t += max(-1.0, min(step, 1.0))
        if abs(step) <= EPSILON:
            break
    return math.exp(log_t)


@kernel
def t_quantile(p: float, df: float) -> float:
    """The t with P(T ≤ t) = p for Student's t; nan outside [0, 1]."""
    return -t_isf(p, df)
