"""Distribution functions without SciPy: normal, chi-square, beta, Student's t, binomial, hypergeometric.

Each tail is computed for itself, so that a far tail keeps its relative accuracy (1e-12 or better);
never take `1 - cdf`. All functions are scalar kernels and can be called from other kernels.

Sources: Loader (2000), "Fast and accurate computation of binomial probabilities" (deviance and
Stirling error); Didonato and Morris (1992), Algorithm 708 (incomplete beta, continued fraction);
NIST Digital Library of Mathematical Functions, DLMF 8.4 (incomplete gamma of whole and half order).
"""

from __future__ import annotations

import math

import numpy as np

from trialwright.stats.kernel import kernel

EPSILON = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).tiny)
SQRT_TWO = math.sqrt(2.0)
SQRT_TWO_PI = math.sqrt(2.0 * math.pi)
LOG_SQRT_TWO_PI = math.log(SQRT_TWO_PI)
CENTRAL_TAIL = 0.25
NEAR = 0.1
STIRLING_SERIES_FROM = 16.0
LARGE_EXPONENT = 700.0
MAX_TERMS = 100_000
MAX_NEWTON = 100
MAX_ROOT_STEPS = 500
SHRINK = 1e-3
WIDE_BRACKET = 4.0


@kernel
def normal_sf(z: float) -> float:
    """P(Z > z) for a standard normal Z."""
    return 0.5 * math.erfc(z / SQRT_TWO)


@kernel
def normal_cdf(z: float) -> float:
    """P(Z ≤ z) for a standard normal Z."""
    return 0.5 * math.erfc(-z / SQRT_TWO)


@kernel
def normal_two_sided(z: float) -> float:
    """P(|Z| > |z|): the two-sided p-value of a z statistic."""
    return math.erfc(abs(z) / SQRT_TWO)


@kernel
def _normal_centre(offset: float) -> float:
    """The z with P(0 < Z < z) = offset, by Newton from the tangent at 0."""
    z = offset * SQRT_TWO_PI
    for _ in range(MAX_NEWTON):
        step = (0.5 * math.erf(z / SQRT_TWO) - offset) * SQRT_TWO_PI * math.exp(0.5 * z * z)
        z -= step
        if abs(step) <= EPSILON * abs(z):
            break
    return z


@kernel
def _normal_tail(q: float) -> float:
    """The z ≥ 0 with P(Z > z) = q for small q, by Newton on the logarithm of the tail."""
    scale = math.sqrt(-2.0 * math.log(q))
    z = scale - (math.log(scale) + LOG_SQRT_TWO_PI) / scale
    for _ in range(MAX_NEWTON):
        tail = 0.5 * math.erfc(z / SQRT_TWO)
        density = math.exp(-0.5 * z * z) / SQRT_TWO_PI
        step = math.log(tail / q) * tail / density if tail > TINY else 0.0
        z += step
        if abs(step) <= 2.0 * EPSILON * z:
            break
    return z


@kernel
def normal_isf(q: float) -> float:
    """The z with P(Z > z) = q; nan outside [0, 1]."""
    if not 0.0 <= q <= 1.0:
        return math.nan
    if q == 0.0:
        return math.inf
    if q == 1.0:
        return -math.inf
    if q < CENTRAL_TAIL:
        return _normal_tail(q)
    if q > 1.0 - CENTRAL_TAIL:
        return -_normal_tail(1.0 - q)
    return _normal_centre(0.5 - q)


@kernel
def normal_quantile(p: float) -> float:
    """The z with P(Z ≤ z) = p; nan outside [0, 1]."""
    return -normal_isf(p)


@kernel
def chi2_sf(x: float, df: int) -> float:
    """P(X > x) for a chi-square X with a whole number of degrees of freedom.

    A finite sum of positive terms (DLMF 8.4.8, 8.4.14): no cancellation in either tail.
    """
    if math.isnan(x) or df < 1:
        return math.nan
    if x <= 0.0:
        return 1.0
    half = 0.5 * x
    if math.isinf(half):
        return 0.0
    odd = df % 2 == 1
    order = 0.5 if odd else 0.0
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    while order < 0.5 * df:
        total += math.exp(order * math.log(half) - half - math.lgamma(order + 1.0))
        order += 1.0
    return min(total, 1.0)


@kernel
def stirling_error(n: float) -> float:
    """The logarithm of Γ(n + 1) minus Stirling's formula, for n > 0 (Loader 2000)."""
    if n < STIRLING_SERIES_FROM:
        return math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - LOG_SQRT_TWO_PI
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188) / square) / square) / square) / square) / n


@kernel
def deviance(x: float, mean: float) -> float:
    """The deviance x log(x / mean) + mean − x, without cancellation near the mean (Loader 2000)."""
    if x == 0.0:
        return mean
    gap = x - mean
    if abs(gap) >= NEAR * (x + mean):
        return x * math.log(x / mean) - gap
    ratio = gap / (x + mean)
    total = gap * ratio
    term = 2.0 * x * ratio
    square = ratio * ratio
    for j in range(1, MAX_TERMS):
        term *= square
        following = total + term / (2 * j + 1)
        if following == total:
            break
        total = following
    return total


@kernel
def binomial_density(a: float, b: float, x: float, y: float) -> float:
    """Γ(a+b+1) / (Γ(a+1) Γ(b+1)) · x^a · y^b with y = 1 − x; a and b need not be whole (Loader 2000)."""
    if a == 0.0 and b == 0.0:
        return 1.0
    if x == 0.0:
        return 1.0 if a == 0.0 else 0.0
    if y == 0.0:
        return 1.0 if b == 0.0 else 0.0
    n = a + b
    if a == 0.0:
        return math.exp(n * math.log1p(-x) if x < y else n * math.log(y))
    if b == 0.0:
        return math.exp(n * math.log1p(-y) if y < x else n * math.log(x))
    exponent = stirling_error(n) - stirling_error(a) - stirling_error(b)
    exponent -= deviance(a, n * x) + deviance(b, n * y)
    return math.exp(exponent) * math.sqrt(n / (2.0 * math.pi * a * b))


@kernel
def _beta_fraction(a: float, b: float, x: float, y: float) -> float:
    """The continued fraction of the incomplete beta function in its contracted form, by Lentz's method.

    The contraction (Didonato and Morris 1992, eq. 9) holds the difference a − (a + b) x explicitly,
    so that nothing cancels where x is near the mean of a narrow distribution.
    """
    excess = a - (a + b) * x if x < y else (a + b) * y - b
    value = a / (a + 1.0) * (1.0 + excess)
    c = value
    d = 0.0
    for n in range(1, MAX_TERMS):
        odd = a + 2.0 * n - 1.0
        alpha = (a + n - 1.0) * (a + b + n - 1.0) * n * (b - n) * x * x / (odd * odd)
        beta = n + n * (b - n) * x / odd + (a + n) / (odd + 2.0) * (1.0 + excess + n * (1.0 + y))
        d = 1.0 / (beta + alpha * d)
        c = beta + alpha / c
        value *= c * d
        if abs(c * d - 1.0) <= EPSILON:
            break
    return 1.0 / value


@kernel
def _beta_weight(a: float, b: float, x: float, y: float) -> float:
    """The factor x^a · y^b / B(a, b) before the continued fraction."""
    return binomial_density(a, b, x, y) * a * b / (a + b)


@kernel
def beta_tails(a: float, b: float, x: float, y: float) -> tuple[float, float]:
    """Both tails of a beta distribution at x, given y = 1 − x to full accuracy."""
    if x <= 0.0:
        return 0.0, 1.0
    if y <= 0.0:
        return 1.0, 0.0
    weight = _beta_weight(a, b, x, y)
    if x * (a + b + 2.0) < a + 1.0:
        lower = weight * _beta_fraction(a, b, x, y)
        return lower, 1.0 - lower
    upper = weight * _beta_fraction(b, a, y, x)
    return 1.0 - upper, upper


@kernel
def beta_cdf(x: float, a: float, b: float) -> float:
    """P(B ≤ x) for a beta variable with shapes a and b: the regularised incomplete beta function."""
    return beta_tails(a, b, x, 1.0 - x)[0]


@kernel
def beta_sf(x: float, a: float, b: float) -> float:
    """P(B > x) for a beta variable with shapes a and b."""
    return beta_tails(a, b, x, 1.0 - x)[1]


@kernel
def _between(low: float, high: float) -> float:
    """A point inside a bracket in (0, 1): by ratio where the bracket spans magnitudes, else the middle."""
    if low == 0.0:
        return high * SHRINK
    if high > WIDE_BRACKET * low:
        return math.sqrt(low * high)
    return 0.5 * (low + high)


@kernel
def _beta_root(target: float, a: float, b: float, sign: float) -> float:
    """The x whose lower (sign 1) or upper (sign −1) tail is `target`: Newton on logarithms in a bracket."""
    low, high = 0.0, 1.0
    x = a / (a + b)
    for _ in range(MAX_ROOT_STEPS):
        lower, upper = beta_tails(a, b, x, 1.0 - x)
        tail = lower if sign > 0.0 else upper
        error = math.log(tail / target) if tail > 0.0 else -math.inf
        if error * sign > 0.0:
            high = x
        else:
            low = x
        weight = _beta_weight(a, b, x, 1.0 - x)
        slope = sign * weight / ((1.0 - x) * tail) if tail > 0.0 else math.nan
        candidate = x * math.exp(-error / slope) if slope != 0.0 else math.nan
        if abs(candidate - x) <= EPSILON * x:
            return candidate
        x = candidate if low < candidate < high else _between(low, high)
        if high - low <= EPSILON * high:
            break
    return x


@kernel
def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with P(B ≤ x) = p for a beta variable with shapes a and b; nan outside [0, 1]."""
    if not (0.0 <= p <= 1.0 and a > 0.0 and b > 0.0):
        return math.nan
    if p in {0.0, 1.0}:
        return p
    return _beta_root(p, a, b, 1.0) if 2.0 * p <= 1.0 else _beta_root(1.0 - p, a, b, -1.0)


@kernel
def beta_isf(q: float, a: float, b: float) -> float:
    """The x with P(B > x) = q for a beta variable with shapes a and b; nan outside [0, 1]."""
    if not (0.0 <= q <= 1.0 and a > 0.0 and b > 0.0):
        return math.nan
    if q in {0.0, 1.0}:
        return 1.0 - q
    return _beta_root(q, a, b, -1.0) if 2.0 * q <= 1.0 else _beta_root(1.0 - q, a, b, 1.0)
