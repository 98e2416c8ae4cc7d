"""Response endpoints: rates with their intervals by group, confirmed and unconfirmed, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.analyse.best_response import (
    CONFIRMED,
    SECTION,
    UNCONFIRMED,
    best_responses,
    categories,
    first_responses,
)
from trialwright.analyse.comparison import pair_label
from trialwright.analyse.factors import strata_of, strata_words
from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell
from trialwright.analyse.verdict import Bounds, non_inferior_rate, superior
from trialwright.protocol.comparison import DifferenceInterval, Question, RateTest
from trialwright.protocol.endpoints import Assessments, ProportionInterval, ResponseEndpoint, variant_names
from trialwright.stats import proportions, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.protocol.comparison import RateComparison
    from trialwright.stats.estimate import Interval

_INTERVALS: dict[ProportionInterval, Callable[[int, int, float], Interval]] = {
    ProportionInterval.CLOPPER_PEARSON: proportions.clopper_pearson,
    ProportionInterval.WILSON: proportions.wilson,
    ProportionInterval.WILSON_CC: proportions.wilson_cc,
    ProportionInterval.JEFFREYS: proportions.jeffreys,
    ProportionInterval.MID_P: proportions.mid_p,
    ProportionInterval.AGRESTI_COULL: proportions.agresti_coull,
    ProportionInterval.WALD: proportions.wald,
}
_DIFFERENCES: dict[DifferenceInterval, Callable[[int, int, int, int, float], Interval]] = {
    DifferenceInterval.MIETTINEN_NURMINEN: proportions.miettinen_nurminen,
    DifferenceInterval.NEWCOMBE: proportions.newcombe,
}


def response(context: Context) -> list[Row]:
    """Give the categories of best response in each set of a response endpoint, then every endpoint."""
    stated = [
        (name, one) for name, one in context.study.endpoints.items() if isinstance(one, ResponseEndpoint)
    ]
    rows: list[Row] = []
    for population in dict.fromkeys(endpoint.set for _, endpoint in stated):
        rows += categories(context, population)
    for name, endpoint in stated:
        for variant, analysed in _variants(endpoint):
            rows += _rates(context, name, variant, analysed)
            if analysed.compare is not None:
                rows += _compared(context, name, variant, analysed)
    return rows


def _variants(endpoint: ResponseEndpoint) -> Iterator[tuple[str, ResponseEndpoint]]:
    """The endpoint, its variants, and the reading that none of them chooses: confirmed or unconfirmed."""
    stated = {name: endpoint.variant(name) for name in variant_names(endpoint)}
    yield from stated.items()
    name = "unconfirmed" if endpoint.confirmed else "confirmed"
    other = endpoint.model_copy(update={"confirmed": not endpoint.confirmed})
    if name not in stated and other not in stated.values():
        yield name, other.model_copy(update={"compare": None})


def _best(context: Context, endpoint: ResponseEndpoint) -> dict[str, str]:
    """Best responses under the endpoint's own minimum duration of SD, or those of the first assessment."""
    if endpoint.assessments is Assessments.FIRST:
        return dict(first_responses(context))
    paramcd = CONFIRMED if endpoint.confirmed else UNCONFIRMED
    days = None if endpoint.minimum_sd is None else endpoint.minimum_sd.days
    return dict(best_responses(context, paramcd, minimum_sd_days=days))


def _responders(endpoint: ResponseEndpoint, best: dict[str, str], members: Sequence[str]) -> list[str]:
    counted = {str(one.value) for one in endpoint.of}
    return [one for one in members if best[one] in counted]


def _rates(context: Context, name: str, variant: str, endpoint: ResponseEndpoint) -> Iterator[Row]:
    """Responders and their rate by group; who is not evaluable or not assessed counts as not responding."""
    best = _best(context, endpoint)
    for group in context.columns(endpoint.by):
        cell = Cell(SECTION, name, endpoint.set, group, variant)
        members = context.members(endpoint.set, group, endpoint.by)
        responders = _responders(endpoint, best, members)
        yield cell.count("responders", responders, n=len(members))
        yield rate_row(cell, responders, len(members), endpoint.interval, endpoint.level)


def rate_row(
    cell: Cell, responders: Sequence[str], size: int, interval: ProportionInterval, level: float
) -> Row:
    """Give a rate with its interval; `subjects` are the responders."""
    if size == 0:
        return cell.statement("rate", NO_SUBJECTS, method=interval.value, n=0)
    found = _INTERVALS[interval](len(responders), size, level)
    return cell.number(
        "rate",
        len(responders) / size,
        responders,
        interval=(found.low, found.high),
        level=level,
        method=found.method,
        n=size,
        events=len(responders),
    )


@dataclass(frozen=True)
class _Arms:
    """Subjects and responders of the arm in question, then of the reference."""

    members: tuple[list[str], list[str]]
    responders: tuple[list[str], list[str]]

    @property
    def everyone(self) -> list[str]:
        """The subjects of both arms."""
        return [*self.members[0], *self.members[1]]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Responders and subjects of the first arm, then of the reference."""
        first, second = (
            (len(responders), len(members))
            for responders, members in zip(self.responders, self.members, strict=True)
        )
        return (*first, *second)


def _compared(context: Context, name: str, variant: str, endpoint: ResponseEndpoint) -> Iterator[Row]:
    """Difference in rates (first arm minus reference), the stated test, and the verdict."""
    comparison = endpoint.compare
    assert comparison is not None
    best = _best(context, endpoint)
    first, second = (context.members(endpoint.set, arm) for arm in comparison.arms)
    responders = (_responders(endpoint, best, first), _responders(endpoint, best, second))
    arms = _Arms((first, second), responders)
    cell = Cell(SECTION, name, endpoint.set, pair_label(*comparison.arms), variant)
    if not first or not second:
        empty = comparison.arms[0] if not first else comparison.arms[1]
        yield cell.statement("rate_difference", f"{NOT_ESTIMABLE}: no subjects in {empty}", n=0)
        return
    yield difference_row(cell, arms, comparison.difference, endpoint.level)
    if comparison.test is RateTest.CMH:
        tested = list(_stratified(context, cell, arms, comparison, endpoint.level))
    else:
        tested = list(_exact(cell, arms, endpoint.level))
    yield from tested
    if comparison.question is not Question.DIFFERENT:
        yield _verdict(cell, arms, comparison, tested[-1])


def difference_row(cell: Cell, arms: _Arms, interval: DifferenceInterval, level: float) -> Row:
    """Give the rate of the first arm minus that of the reference."""
    k1, n1, k2, n2 = arms.counts
    found = _DIFFERENCES[interval](k1, n1, k2, n2, level)
    return cell.number(
        "rate_difference",
        k1 / n1 - k2 / n2,
        arms.everyone,
        interval=(found.low, found.high),
        level=level,
        method=found.method,
        n=n1 + n2,
        events=k1 + k2,
    )


def _exact(cell: Cell, arms: _Arms, level: float) -> Iterator[Row]:
    """Fisher's test with the conditional odds ratio."""
    k1, n1, k2, n2 = arms.counts
    found = tables.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]], level)
    everyone = arms.everyone
    limits, size = (found.low, found.high), len(everyone)
    ratio = _odds_text(found.odds_ratio, found.reason, k1 + k2, size)
    method = "conditional maximum likelihood, exact interval"
    yield cell.number(
        "odds_ratio",
        found.odds_ratio,
        everyone,
        interval=limits,
        level=level,
        method=method,
        n=size,
        text=ratio,
    )
    yield cell.number("fisher_p", found.p, everyone, method="Fisher's exact test", n=size)


def _stratified(
    context: Context, cell: Cell, arms: _Arms, comparison: RateComparison, level: float
) -> Iterator[Row]:
    """Cochran–Mantel–Haenszel test and odds ratio over the strata."""
    everyone = arms.everyone
    strata = strata_of(context, comparison.strata, everyone)
    responding = np.isin(everyone, [*arms.responders[0], *arms.responders[1]])
    is_first = np.arange(len(everyone)) < len(arms.members[0])
    by_stratum = np.zeros((int(strata.max()) + 1, 2, 2), dtype=np.int64)
    np.add.at(by_stratum, (strata, (~is_first).astype(int), (~responding).astype(int)), 1)
    found = tables.cmh(by_stratum, tables.Continuity.NONE, level)
    limits, size = (found.low, found.high), len(everyone)
    ratio = _odds_text(found.odds_ratio, found.reason, int(responding.sum()), size)
    method = f"Mantel–Haenszel, {strata_words(strata)}"
    yield cell.number(
        "odds_ratio",
        found.odds_ratio,
        everyone,
        interval=limits,
        level=level,
        method=method,
        n=size,
        text=ratio,
    )
    test = f"Cochran–Mantel–Haenszel, {strata_words(strata)}, no continuity correction"
    reason = f"{NOT_ESTIMABLE}: {found.reason}" if found.reason else ""
    yield cell.number("cmh_p", found.p, everyone, method=test, n=size, text=reason)


def _odds_text(ratio: float, reason: str, responders: int, size: int) -> str:
    """Why an odds ratio is not a number, or ""."""
    if np.isfinite(ratio):
        return ""
    if responders in (0, size):
        return f"{NOT_ESTIMABLE}: {'nobody' if responders == 0 else 'everybody'} responded"
    return f"{NOT_ESTIMABLE}: {reason or 'a cell of the table is empty, so that the ratio is infinite'}"


def _verdict(cell: Cell, arms: _Arms, comparison: RateComparison, test: Row) -> Row:
    """The answer; its interval has the level 1 − alpha of the comparison."""
    found = difference_row(cell, arms, comparison.difference, 1 - comparison.alpha)
    if comparison.question is Question.NON_INFERIOR:
        text = non_inferior_rate(Bounds(found.low, found.high), comparison.margin)
    else:
        favours_first = found.value is not None and found.value > 0
        text = superior(test.method, test.value, comparison.alpha, favours_first=favours_first)
    return cell.number(
        "verdict",
        found.value,
        found.subjects,
        item=comparison.question.value,
        interval=(found.low, found.high),
        level=found.level,
        method=found.method,
        n=found.n,
        events=found.events,
        text=text,
    )
