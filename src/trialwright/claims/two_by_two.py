"""A published 2 × 2 table, the intervals of its difference, and the tests that software prints of it.

Rows are the first and the second arm of a comparison, columns those with and without the event. The names
of the methods are what a statistical section would say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trialwright.stats.discrete import hypergeometric_pmf
from trialwright.stats.proportions import miettinen_nurminen, newcombe, wilson_cc
from trialwright.stats.special import chi2_sf, normal_isf, normal_two_sided
from trialwright.stats.tables import fisher_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

Limits = tuple[float, float]

_EQUALLY_LIKELY = 1.0 + 1e-7


@dataclass(frozen=True)
class Table:
    """So many of the first arm, so many of the second: a of m, c of n."""

    a: int
    m: int
    c: int
    n: int

    def __str__(self) -> str:
        """The two fractions."""
        return f"{self.a}/{self.m} against {self.c}/{self.n}"

    @property
    def b(self) -> int:
        """Those of the first arm without the event."""
        return self.m - self.a

    @property
    def d(self) -> int:
        """Those of the second arm without the event."""
        return self.n - self.c

    @property
    def total(self) -> int:
        """Everybody."""
        return self.m + self.n

    @property
    def has_empty_cell(self) -> bool:
        """Whether one of the four counts is 0, so that the logarithm of a ratio has no error."""
        return 0 in {self.a, self.b, self.c, self.d}

    @property
    def swapped(self) -> Table:
        """The second arm against the first."""
        return Table(self.c, self.n, self.a, self.m)

    @property
    def inverted(self) -> Table:
        """Those without the event in the place of those with it."""
        return Table(self.b, self.m, self.d, self.n)

    @cached_property
    def masses(self) -> dict[int, float]:
        """The hypergeometric probabilities of the first count, given the margins."""
        drawn = self.a + self.c
        first, last = max(0, drawn - self.n), min(self.m, drawn)
        return {k: float(hypergeometric_pmf(k, self.m, self.n, drawn)) for k in range(first, last + 1)}


def _z(level: float) -> float:
    return normal_isf((1.0 - level) / 2.0)


def difference_intervals(table: Table, level: float) -> Iterator[tuple[str, Limits]]:
    """The intervals of a difference of two proportions by name, in percentage points."""
    for name, (low, high) in _differences(table, level):
        yield name, (100 * low, 100 * high)


def _differences(table: Table, level: float) -> Iterator[tuple[str, Limits]]:
    a, m, c, n = table.a, table.m, table.c, table.n
    p, q, z = a / m, c / n, _z(level)
    gap = p - q
    margin = z * math.sqrt(p * (1 - p) / m + q * (1 - q) / n)
    correction = (1 / m + 1 / n) / 2
    yield "Wald", (gap - margin, gap + margin)
    yield "Wald with continuity correction", (gap - margin - correction, gap + margin + correction)
    score = newcombe(a, m, c, n, level)
    yield "Newcombe", (score.low, score.high)
    first, second = wilson_cc(a, m, level), wilson_cc(c, n, level)
    yield (
        "Newcombe with continuity correction",
        (
            gap - math.hypot(p - first.low, second.high - q),
            gap + math.hypot(first.high - p, q - second.low),
        ),
    )
    nurminen = miettinen_nurminen(a, m, c, n, level)
    yield "Miettinen–Nurminen", (nurminen.low, nurminen.high)
    # a level at which z is smaller by the factor N / (N − 1) undoes Miettinen's and Nurminen's factor
    mee = miettinen_nurminen(a, m, c, n, 1 - normal_two_sided(z * math.sqrt(1 - 1 / table.total)))
    yield "score (Mee)", (mee.low, mee.high)
    r, s = (a + 1) / (m + 2), (c + 1) / (n + 2)
    margin = z * math.sqrt(r * (1 - r) / (m + 2) + s * (1 - s) / (n + 2))
    yield "Agresti–Caffo", (r - s - margin, r - s + margin)


def p_values(table: Table) -> dict[str, float]:
    """The P values of a 2 × 2 table by name: two-sided, then one-sided."""
    a, m, c, n = table.a, table.m, table.c, table.n
    tests = {"Fisher": fisher_exact([[a, table.b], [c, table.d]]).p}
    pooled = (a + c) / table.total
    if 0 < pooled < 1:
        error = math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
        gap = abs(a / m - c / n)
        z = gap / error
        tests["chi-square"] = normal_two_sided(z)
        corrected = max(gap - (1 / m + 1 / n) / 2, 0.0) / error
        tests["chi-square with continuity correction"] = normal_two_sided(corrected)
        tests["chi-square with N − 1 (Mantel–Haenszel)"] = normal_two_sided(
            z * math.sqrt(1 - 1 / table.total)
        )
        tests["likelihood ratio"] = chi2_sf(_deviance(table), 1)
        tests["mid-p Fisher"] = _mid_p_test(table)
    if not table.has_empty_cell:
        error = math.sqrt(1 / a + 1 / table.b + 1 / c + 1 / table.d)
        tests["Wald of the log odds ratio"] = normal_two_sided(
            abs(math.log(a * table.d / (table.b * c))) / error
        )
        error = math.sqrt(1 / a - 1 / m + 1 / c - 1 / n)
        tests["Wald of the log risk ratio"] = normal_two_sided(abs(math.log(a * n / (m * c))) / error)
        error = math.sqrt(a * table.b / m**3 + c * table.d / n**3)
        tests["Wald of the difference"] = normal_two_sided(abs(a / m - c / n) / error)
    halves = {
        f"one-sided {name}": p / 2 for name, p in tests.items() if name not in {"Fisher", "mid-p Fisher"}
    }
    return tests | {"one-sided Fisher": _one_sided(table)} | halves


def _deviance(table: Table) -> float:
    drawn, total = table.a + table.c, table.total
    rows = (
        (table.a, table.m * drawn),
        (table.b, table.m * (total - drawn)),
        (table.c, table.n * drawn),
        (table.d, table.n * (total - drawn)),
    )
    return max(2 * sum(k * math.log(k * total / expected) for k, expected in rows if k), 0.0)


def _mid_p_test(table: Table) -> float:
    seen = table.masses[table.a]
    below = sum(p for p in table.masses.values() if p * _EQUALLY_LIKELY < seen)
    same = sum(
        p for p in table.masses.values() if seen <= p * _EQUALLY_LIKELY and p <= seen * _EQUALLY_LIKELY
    )
    return min(below + same / 2, 1.0)


def _one_sided(table: Table) -> float:
    upper = sum(p for k, p in table.masses.items() if k >= table.a)
    lower = sum(p for k, p in table.masses.items() if k <= table.a)
    return min(upper, lower, 1.0)
