"""Which methods, counts, levels and sides print given limits of a proportion."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from trialwright.claims.proportion_intervals import (
    BOOTSTRAP,
    METHODS,
    ONE_SIDED,
    TWO_SIDED,
    Method,
    Side,
    limits_of,
)
from trialwright.stats.proportions import wilson
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trialwright.claims.printed import Printed, Span

    Ci = tuple[Printed | None, Printed | None]
    Pairs = Sequence[tuple[int, int]]
    Reading = Callable[[Printed], Span]

LEVELS = (95.0, 90.0, 99.0, 80.0, 98.0, 97.5)
MOST_FITS = 12
_TOUCH = 1e-9
_ENDS = (0, 100)
_CUT = " (a limit cut off, not rounded)"


@dataclass(frozen=True, slots=True)
class Fit:
    """A method, a count, a denominator, a level and the sides that print the limits."""

    method: Method
    k: int
    n: int
    level: float
    side: Side = TWO_SIDED

    @property
    def limits(self) -> tuple[float, float]:
        """The limits in percent."""
        return limits_of(self.method, self.k, self.n, self.level / 100, self.side)

    def __str__(self) -> str:
        """The method, what it was computed of, and its limits."""
        low, high = self.limits
        shown = f"{low:.3f}–{high:.3f}"
        if self.side is not TWO_SIDED:
            shown = f"at least {low:.3f}" if self.side.lower else f"at most {high:.3f}"
        return f"{self.side.name}{self.method.name} of {self.k} / {self.n} at {self.level:g} %: {shown}"


@dataclass(frozen=True, slots=True)
class Look:
    """One way of reading the limits: the methods and sides to try, how numbers were cut, and its words."""

    methods: tuple[Method, ...]
    sides: tuple[Side, ...]
    reading: Reading
    words: str


def strict(number: Printed) -> Span:
    """Rounded to half a unit."""
    return number.rounded


def loose(number: Printed) -> Span:
    """Rounded, or cut off."""
    return number.either


def looks(ci: Ci) -> Iterator[Look]:
    """The ways of reading limits, the plainest first: rounded, then cut off; two-sided, then one-sided."""
    low, high = ci
    is_one_limit = low is None or high is None
    ends = any(one is not None and one.value in _ENDS for one in ci)
    sides = ONE_SIDED if is_one_limit else (TWO_SIDED, *ONE_SIDED) if ends else (TWO_SIDED,)
    for reading, words in ((strict, ""), (loose, _CUT)):
        yield Look(METHODS[:-1], sides, reading, words)
        if is_one_limit:
            yield Look(METHODS[:-1], (TWO_SIDED,), reading, f" (one limit of a two-sided interval){words}")
    if not is_one_limit:
        yield Look((BOOTSTRAP,), (TWO_SIDED,), strict, "")
        yield Look((BOOTSTRAP,), (TWO_SIDED,), loose, _CUT)


def search(ci: Ci, pairs: Callable[[float], Pairs], levels: Iterable[float], look: Look) -> list[Fit]:
    """What prints these limits, `MOST_FITS` at most; `pairs` are the counts to try at a level."""
    candidates = (
        Fit(method, k, n, level, side)
        for level in levels
        for method in look.methods
        for side in look.sides
        for k, n in pairs(level)
    )
    return list(islice((fit for fit in candidates if _prints(fit, ci, look.reading)), MOST_FITS))


def _prints(fit: Fit, ci: Ci, reading: Reading) -> bool:
    if fit.side is not TWO_SIDED and not _is_of_side(fit.side, ci):
        return False
    if fit.method is not BOOTSTRAP:
        return all(
            _touches(limit, reading(one))
            for one, limit in zip(ci, fit.limits, strict=True)
            if one is not None
        )
    # resampling gives counts of n, and may give the count beside the quantile
    return all(
        any(_touches(100 * (round(limit * fit.n / 100) + step) / fit.n, reading(one)) for step in (-1, 0, 1))
        for one, limit in zip(ci, fit.limits, strict=True)
        if one is not None
    )


def _touches(limit: float, span: Span) -> bool:
    """Whether a limit is printed so; a hair wider, for a half is seldom exact in binary."""
    return float(span.low) - _TOUCH <= limit <= float(span.high) + _TOUCH


def _is_of_side(side: Side, ci: Ci) -> bool:
    """Whether the limits are those of a one-sided interval: the other one is missing or the scale's end."""
    low, high = ci
    if side.lower:
        return low is not None and (high is None or high.value == _ENDS[1])
    return high is not None and (low is None or low.value == _ENDS[0])


def near(ci: Ci, pairs: Iterable[tuple[int, int]], level: float) -> list[tuple[int, int]]:
    """The counts whose Wilson interval lies near enough that another method may give these limits.

    The methods differ by z² + 1 subjects at most: Wald's interval of none is 0 wide, Wilson's z² / (n + z²).
    """
    z = normal_isf((1.0 - level / 100) / 2.0)
    found = []
    for k, n in pairs:
        score = wilson(k, n, level / 100)
        reach = 100.0 * (z * z + 1.0) / n
        if all(
            abs(float(one) - 100.0 * limit) <= reach + float(one.unit)
            for one, limit in zip(ci, (score.low, score.high), strict=True)
            if one is not None
        ):
            found.append((k, n))
    return found
