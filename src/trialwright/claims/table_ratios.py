"""The odds and risk ratios of a 2 × 2 table, and their intervals, by the names that software gives them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.stats.special import normal_isf
from trialwright.stats.tables import fisher_exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.claims.two_by_two import Limits, Table

_HALVINGS = 200
_FAR = 30.0
_HALF = 0.5


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0, by bisection."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            break
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return 0.5 * (low + high)


def _z(level: float) -> float:
    return normal_isf((1.0 - level) / 2.0)


def _around(ratio: float, error: float, level: float) -> Limits:
    margin = _z(level) * error
    return ratio / math.exp(margin), ratio * math.exp(margin)


def odds_ratios(table: Table) -> dict[str, float]:
    """The estimates that are printed as an odds ratio."""
    a, b, c, d = table.a, table.b, table.c, table.d
    found = {}
    if b * c:
        found["sample odds ratio"] = a * d / (b * c)
    conditional = fisher_exact([[a, b], [c, d]]).odds_ratio
    if math.isfinite(conditional):
        found["conditional odds ratio"] = conditional
        found["median-unbiased odds ratio"] = _mid_p_limits(table, 0.0)[0]
    h = _HALF
    found["odds ratio with 0.5 added to each count"] = (a + h) * (d + h) / ((b + h) * (c + h))
    return found


def odds_intervals(table: Table, level: float) -> Iterator[tuple[str, Limits]]:
    """The intervals of an odds ratio by name; those of logarithms need four counts above 0."""
    a, b, c, d = table.a, table.b, table.c, table.d
    if not table.has_empty_cell:
        yield "Woolf (log)", _around(a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), level)
    h = _HALF
    ratio = (a + h) * (d + h) / ((b + h) * (c + h))
    error = math.sqrt(1 / (a + h) + 1 / (b + h) + 1 / (c + h) + 1 / (d + h))
    yield "Woolf with 0.5 added (Haldane)", _around(ratio, error, level)
    exact = fisher_exact([[a, b], [c, d]], level)
    yield "exact conditional", (exact.low, exact.high)
    yield "mid-p conditional", _mid_p_limits(table, level)
    z = _z(level)
    yield "score (Cornfield)", _score_odds(table, z, 1.0, 0.0)
    yield "Cornfield with continuity correction", _score_odds(table, z, 1.0, _HALF)
    variance = table.total / (table.total - 1) if table.total > 1 else 1.0
    yield "Miettinen–Nurminen", _score_odds(table, z, variance, 0.0)
    if not table.has_empty_cell:
        yield "profile likelihood", _profile_odds(table, z)


def _expected(table: Table, ratio: float) -> float:
    """The first count expected at an odds ratio, with the margins as they are: the root of a quadratic."""
    drawn = table.a + table.c
    linear = table.n - drawn + ratio * (table.m + drawn)
    root = math.sqrt(max(linear * linear - 4 * (ratio - 1) * ratio * table.m * drawn, 0.0))
    if linear < 0:
        return (linear - root) / (2 * (ratio - 1))
    return 2 * ratio * table.m * drawn / (linear + root)


def _score_odds(table: Table, z: float, variance: float, correction: float) -> Limits:
    """Where (a − E)² / V reaches z² (Cornfield 1956); V grows by `variance`, a moves by `correction`."""
    drawn = table.a + table.c

    def statistic(theta: float, shift: float) -> float:
        x = _expected(table, math.exp(theta))
        cells = (x, table.m - x, drawn - x, table.n - drawn + x)
        if min(cells) <= 0:
            return math.copysign(math.inf, table.a - shift - x)
        return (table.a - shift - x) * math.sqrt(sum(1 / cell for cell in cells) / variance)

    first, last = min(table.masses), max(table.masses)
    low = math.exp(_root(lambda t: statistic(t, correction) - z, -_FAR, _FAR)) if table.a > first else 0.0
    high = (
        math.exp(_root(lambda t: statistic(t, -correction) + z, -_FAR, _FAR)) if table.a < last else math.inf
    )
    return low, high


def _tilted(table: Table, theta: float) -> dict[int, float]:
    logs = {k: math.log(mass) + theta * k for k, mass in table.masses.items() if mass > 0}
    top = max(logs.values())
    weights = {k: math.exp(one - top) for k, one in logs.items()}
    total = sum(weights.values())
    return {k: weight / total for k, weight in weights.items()}


def _mid_p_limits(table: Table, level: float) -> Limits:
    """Where half the probability of what was seen, and all beyond it, is the tail (Berry 1995)."""
    tail, a = (1.0 - level) / 2.0, table.a

    def above(theta: float) -> float:
        return sum(p * (_HALF if k == a else 1.0) for k, p in _tilted(table, theta).items() if k >= a)

    first, last = min(table.masses), max(table.masses)
    low = math.exp(_root(lambda t: tail - above(t), -_FAR, _FAR)) if a > first else 0.0
    high = math.exp(_root(lambda t: 1.0 - tail - above(t), -_FAR, _FAR)) if a < last else math.inf
    return low, high


def _profile_odds(table: Table, z: float) -> Limits:
    """The profile likelihood of a logistic regression on the arm."""
    cells = (table.a, table.b, table.c, table.d)
    drawn = table.a + table.c

    def signed(theta: float) -> float:
        x = _expected(table, math.exp(theta))
        fitted = (x, table.m - x, drawn - x, table.n - drawn + x)
        drop = 2 * sum(k * math.log(k / one) for k, one in zip(cells, fitted, strict=True))
        return math.copysign(math.sqrt(max(drop, 0.0)), table.a - x)

    return (
        math.exp(_root(lambda t: signed(t) - z, -_FAR, _FAR)),
        math.exp(_root(lambda t: signed(t) + z, -_FAR, _FAR)),
    )


def risk_ratios(table: Table) -> dict[str, float]:
    """The estimates that are printed as a risk ratio."""
    a, m, c, n = table.a, table.m, table.c, table.n
    h = _HALF
    found = {"risk ratio": a * n / (m * c)} if c else {}
    return found | {"risk ratio with 0.5 added": (a + h) * (n + h) / ((m + h) * (c + h))}


def risk_intervals(table: Table, level: float) -> Iterator[tuple[str, Limits]]:
    """The intervals of a risk ratio by name."""
    a, m, c, n = table.a, table.m, table.c, table.n
    if a and c:
        ratio = a * n / (m * c)
        yield "Katz (log)", _around(ratio, math.sqrt(1 / a - 1 / m + 1 / c - 1 / n), level)
        yield "Poisson", _around(ratio, math.sqrt(1 / a + 1 / c), level)
    h = _HALF
    ratio = (a + h) * (n + h) / ((m + h) * (c + h))
    error = math.sqrt(max(1 / (a + h) - 1 / (m + h) + 1 / (c + h) - 1 / (n + h), 0.0))
    yield "Katz with 0.5 added", _around(ratio, error, level)
    z = _z(level)
    yield "score (Koopman)", _score_risk(table, z, 1.0)
    yield (
        "Miettinen–Nurminen",
        _score_risk(table, z, table.total / (table.total - 1) if table.total > 1 else 1.0),
    )


def _score_risk(table: Table, z: float, variance: float) -> Limits:
    """Score limits of a risk ratio (Koopman 1984; Miettinen and Nurminen 1985 with their factor)."""
    p, q = table.a / table.m, table.c / table.n

    def statistic(theta: float) -> float:
        ratio = math.exp(theta)
        second = _restricted_risk(table, ratio)
        first = ratio * second
        spread = first * (1 - first) / table.m + ratio * ratio * second * (1 - second) / table.n
        gap = p - ratio * q
        if spread <= 0:
            return 0.0 if gap == 0 else math.copysign(math.inf, gap)
        return gap / math.sqrt(spread * variance)

    low = math.exp(_root(lambda t: statistic(t) - z, -_FAR, _FAR)) if table.a else 0.0
    high = math.exp(_root(lambda t: statistic(t) + z, -_FAR, _FAR)) if table.c else math.inf
    return low, high


def _restricted_risk(table: Table, ratio: float) -> float:
    """The most likely second risk where the first is `ratio` times as high: the root of a quadratic."""
    a, m, c, n = table.a, table.m, table.c, table.n
    first = ratio * table.total
    second = ratio * (m + c) + a + n
    root = math.sqrt(max(second * second - 4 * first * (a + c), 0.0))
    return 2 * (a + c) / (second + root)
