"""The measures of a 2 × 2 table that are printed: what each is estimated by, and its intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.model import Measure
from trialwright.claims.table_ratios import odds_intervals, odds_ratios, risk_intervals, risk_ratios
from trialwright.claims.two_by_two import Table, difference_intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.claims.printed import Printed, Span
    from trialwright.claims.two_by_two import Limits

    Reading = Callable[[Printed], Span]
    Ci = tuple[Printed | None, Printed | None]
    Way = tuple[Table, str]

_SLACK = 1e-9
_ITERATED = 5e-4
_BY_ITERATION = frozenset(
    {
        "conditional odds ratio",
        "median-unbiased odds ratio",
        "exact conditional",
        "mid-p conditional",
        "profile likelihood",
    }
)
_BEYOND = 0.1


def _as_it_is(table: Table) -> Table:
    return table


def _swapped(table: Table) -> Table:
    return table.swapped


def _inverted(table: Table) -> Table:
    return table.inverted


@dataclass(frozen=True)
class Kind:
    """One measure of a comparison; `turns` are the ways round in which a table may be meant."""

    name: str
    estimates: Callable[[Table], dict[str, float]]
    intervals: Callable[[Table, float], Iterator[tuple[str, Limits]]]
    turns: tuple[tuple[Callable[[Table], Table], str], ...]

    def ways(self, table: Table) -> list[Way]:
        """The table, and the other ways round."""
        return [(turn(table), word) for turn, word in self.turns]

    def first_estimate(self, table: Table) -> tuple[str, float]:
        """The usual estimate and its name."""
        return next(iter(self.estimates(table).items()))


def _gaps(table: Table) -> dict[str, float]:
    return {"difference": 100 * (table.a * table.n - table.c * table.m) / (table.m * table.n)}


_OVER = ((_as_it_is, ""), (_swapped, ", second arm over first"))
ODDS = Kind("odds ratio", odds_ratios, odds_intervals, _OVER)
RISK = Kind("risk ratio", risk_ratios, risk_intervals, (*_OVER, (_inverted, ", of those without the event")))
GAP = Kind(
    "difference", _gaps, difference_intervals, ((_as_it_is, ""), (_swapped, ", second arm minus first"))
)
RATIOS = {Measure.ODDS: ODDS, Measure.RISK: RISK}


def strict(number: Printed) -> Span:
    """Rounded to half a unit."""
    return number.rounded


def loose(number: Printed) -> Span:
    """Rounded, or cut off."""
    return number.either


READINGS: tuple[tuple[Reading, str], ...] = ((strict, ""), (loose, " (cut off, not rounded)"))


def prints(value: float, span: Span, name: str = "") -> bool:
    """Whether a computed value would be printed so.

    A hair wider, for a half is seldom exact in binary; for what software finds by iteration, by as much as
    R's fisher.test and confint, which stop early, differ from double precision.
    """
    slack = (_ITERATED if name in _BY_ITERATION else _SLACK) * max(1.0, abs(value))
    return float(span.low) - slack <= value <= float(span.high) + slack


def limits_print(name: str, limits: Limits, ci: Ci, reading: Reading) -> bool:
    """Whether both limits would be printed so; one that is not printed is open, or not reported."""
    return all(
        math.isfinite(limit) and prints(limit, reading(one), name)
        for limit, one in zip(limits, ci, strict=True)
        if one is not None
    )


def lies_among(limit: Printed, known: list[float]) -> bool:
    """Whether a limit lies among those of the listed methods, or a tenth of their reach beyond."""
    low, high = min(known), max(known)
    slack = float(limit.unit) + (_BEYOND * (high - low) if math.isfinite(high) else 0.0)
    return low - slack <= float(limit) <= high + slack
