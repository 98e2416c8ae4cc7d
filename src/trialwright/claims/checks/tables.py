"""Odds ratios, risk ratios and differences against the counts they come from: estimate, interval, P value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from trialwright.claims.counts import listed
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.log_scale import z_of
from trialwright.claims.measures import (
    GAP,
    ODDS,
    RATIOS,
    READINGS,
    RISK,
    Kind,
    lies_among,
    limits_print,
    prints,
    strict,
)
from trialwright.claims.model import Difference, Ratio
from trialwright.claims.rates_behind import rates_behind, tables_of
from trialwright.claims.two_by_two import Table, p_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.measures import Ci, Reading, Way
    from trialwright.claims.model import Proportion, Publication
    from trialwright.claims.printed import Printed

RATIO = "RATIO-TABLE"
DIFFERENCE = "RATE-DIFFERENCE"
LEVELS = (95.0, 90.0, 99.0, 80.0)
_USUAL = 95.0
_FAR_Z = 0.5
_SHOWN = 4


def kind_of(claim: Ratio | Difference) -> Kind | None:
    """What a claim measures; None for a hazard ratio, which no table gives."""
    return GAP if isinstance(claim, Difference) else RATIOS.get(claim.measure)


def has_table(publication: Publication, claim: Ratio) -> bool:
    """Whether an odds or risk ratio can be recomputed, so that the log scale need not judge it."""
    if kind_of(claim) is None or claim.adjusted:
        return False
    rates = rates_behind(publication, claim)
    return rates is not None and bool(tables_of(publication, rates))


def tables(publication: Publication) -> Iterator[Finding]:
    """Each odds ratio, risk ratio and difference."""
    for claim in publication.all_of(Ratio, Difference):
        kind, code = kind_of(claim), DIFFERENCE if isinstance(claim, Difference) else RATIO
        if kind is None:
            continue
        if isinstance(claim, Difference):
            yield from _outside(claim)
        rates = rates_behind(publication, claim)
        found = tables_of(publication, rates) if rates is not None else []
        if rates is None or not found:
            text = f"the two rates behind the {kind.name} are not known as counts"
            question = "From which counts was it computed?"
            yield Finding(code, Verdict.UNCHECKABLE, (claim.id,), text, question=question)
        elif claim.adjusted:
            yield _crude(claim, kind, found[0], code, (claim.id, *(one.id for one in rates)))
        else:
            yield from _Check(claim, kind, rates, tuple(found), code).findings()


def _outside(claim: Difference) -> Iterator[Finding]:
    """A difference that its own interval does not hold, whatever the rates behind it."""
    low, high = claim.ci or (None, None)
    known = [one for one in (low, claim.value, high) if one is not None]
    if any(first.value > second.value for first, second in pairwise(known)):
        shown = f"{claim.value or 'the difference'} ({low or '?'} to {high or '?'})"
        text = f"{shown}: a difference lies between its limits"
        question = "Which number is wrong, or which sign?"
        yield Finding(DIFFERENCE, Verdict.ERROR, (claim.id,), text, (), "order", (), question)


def _crude(claim: Ratio | Difference, kind: Kind, table: Table, code: str, ids: tuple[str, ...]) -> Finding:
    """An adjusted or stratified figure cannot be recomputed; the crude one stands beside it."""
    name, value = kind.first_estimate(table)
    method, (low, high) = next(kind.intervals(table, _level(claim) / 100))
    crude = f"{name} {value:.2f} ({method} {low:.2f} to {high:.2f})"
    text = f"{table}: {crude} without adjustment, {claim.value or 'not printed'} with"
    question = "For what was it adjusted, and was that decided beforehand?"
    return Finding(code, Verdict.NOTE, ids, text, (), kind.name, (), question)


def _level(claim: Ratio | Difference) -> float:
    return claim.level or _USUAL


@dataclass(frozen=True)
class _Check:
    """One claim, the two rates behind it, and the tables that they allow."""

    claim: Ratio | Difference
    kind: Kind
    rates: tuple[Proportion, Proportion]
    found: tuple[Table, ...]
    code: str

    def findings(self) -> Iterator[Finding]:
        """The estimate, the interval and the P value, as far as they are printed."""
        if self.claim.value is not None:
            yield self._estimate(self.claim.value)
        if self.claim.ci is not None and self.claim.ci != (None, None):
            yield self._interval(self.claim.ci)
        if self.claim.p is not None:
            yield self._p()

    def _finding(
        self, verdict: Verdict, text: str, source: str, repairs: tuple[str, ...] = (), question: str = ""
    ) -> Finding:
        counts = () if len(self.found) == 1 else (f"the percentages leave {len(self.found)} tables open",)
        level = () if self.claim.level is not None or self.claim.ci is None else ("no level is stated",)
        ids = (self.claim.id, *(one.id for one in self.rates))
        assumptions = (*counts, *level, "neither strata nor covariates")
        return Finding(self.code, verdict, ids, text, assumptions, source, repairs, question)

    def _shown(self, number: float) -> str:
        decimals = self.claim.value.decimals if self.claim.value is not None else 1
        return f"{number:.{decimals + 1}f}"

    def _fitting(self, value: Printed) -> Iterator[tuple[Way, str, float, str]]:
        """The ways in which a table gives the estimate: the table turned, the estimate, how it was cut."""
        for reading, how in READINGS:
            for table in self.found:
                for way in self.kind.ways(table):
                    for name, estimate in self.kind.estimates(way[0]).items():
                        if prints(estimate, reading(value), name):
                            yield way, name, estimate, how

    def _estimate(self, value: Printed) -> Finding:
        fitting = list(self._fitting(value))
        if not fitting:
            return self._subtracted(value) or self._wrong_estimate(value)
        (turned, way), name, estimate, how = min(fitting, key=lambda one: (one[3], one[0][1]))
        usual = not way and name == self.kind.first_estimate(turned)[0]
        verdict = (Verdict.NOTE if how else Verdict.OK) if usual else Verdict.IDENTIFIED
        text = f"{self.found[0]}: {name}{way} {self._shown(estimate)}, printed {value}{how}"
        question = f"Is the {self.kind.name} that of the first arm to the second?" if way else ""
        return self._finding(verdict, text, name, question=question)

    def _subtracted(self, value: Printed) -> Finding | None:
        """A difference of the printed percentages, which rounding moves."""
        first, second = (one.percent for one in self.rates)
        if self.kind is not GAP or first is None or second is None:
            return None
        gap = first.value - second.value
        if gap not in value.rounded and -gap not in value.rounded:
            return None
        exact = self._shown(self.kind.first_estimate(self.found[0])[1])
        text = (
            f"{first} − {second}: subtracted after rounding; {self.found[0]} gives {exact}, printed {value}"
        )
        return self._finding(Verdict.NOTE, text, "subtraction")

    def _wrong_estimate(self, value: Printed) -> Finding:
        table = self.found[0]
        name, estimate = self.kind.first_estimate(table)
        text = f"{table}: {name} {self._shown(estimate)}; {value} cannot be reproduced from it"
        others = [
            f"it is the {other.name} of these counts"
            for other in (ODDS, RISK)
            if self.kind not in {other, GAP}
            and any(prints(one, value.rounded) for one in other.estimates(table).values())
        ]
        stratified = f"a stratified or adjusted {self.kind.name}, said to be one (adjusted: yes)"
        printed = f"{value.at(estimate)} instead of {value}"
        repairs = (printed, *others, *self._other_counts(value), stratified)
        return self._finding(Verdict.ERROR, text, name, repairs, "From which counts does it come?")

    def _other_counts(self, value: Printed) -> list[str]:
        """One count changed, so that the estimate, and the interval where there is one, is reproduced."""
        table, (first, second), ci = self.found[0], self.rates, self.claim.ci
        changed = [
            (f"{first.id}: {k} of {table.m}", Table(k, table.m, table.c, table.n))
            for k in range(table.m + 1)
            if k != table.a
        ] + [
            (f"{second.id}: {k} of {table.n}", Table(table.a, table.m, k, table.n))
            for k in range(table.n + 1)
            if k != table.c
        ]
        fitting = [
            (name, one)
            for name, one in changed
            if any(prints(estimate, value.rounded) for estimate in self.kind.estimates(one).values())
        ]
        level = (_level(self.claim),)
        mended = [
            name for name, one in fitting if ci is None or self._methods([(one, "")], ci, level, strict)
        ]
        return mended[:_SHOWN]

    def _methods(self, ways: list[Way], ci: Ci, levels: tuple[float, ...], reading: Reading) -> list[str]:
        return [
            f"{name}{way} at {level:g} %: {self._shown(low)} to {self._shown(high)}"
            for level in levels
            for table, way in ways
            for name, (low, high) in self.kind.intervals(table, level / 100)
            if limits_print(name, (low, high), ci, reading)
        ]

    def _interval(self, ci: Ci) -> Finding:
        printed = " to ".join("not given" if one is None else one.text for one in ci)
        value = self.claim.value
        known = [one.value for one in (ci[0], value, ci[1]) if one is not None]
        if known != sorted(known):
            text = f"{value or ''} ({printed}): an estimate lies between its limits"
            return self._finding(Verdict.ERROR, text, "order", question="Which number is wrong?")
        fitting = list(self._fitting(value)) if value is not None else []
        ways = [way for way, *_ in fitting] or [w for one in self.found for w in self.kind.ways(one)]
        ways = list(dict.fromkeys(ways))
        levels = (self.claim.level,) if self.claim.level is not None else LEVELS
        for reading, how in READINGS:
            names = self._methods(ways, ci, levels, reading)
            if names:
                text = f"{printed}: {self.found[0]} gives it by {listed(names, _SHOWN)}{how}"
                return self._finding(Verdict.IDENTIFIED, text, names[0].partition(" at ")[0])
        return self._unexplained(ci, printed, ways[0][0])

    def _unexplained(self, ci: Ci, printed: str, table: Table) -> Finding:
        level = _level(self.claim)
        known = dict(self.kind.intervals(table, level / 100))
        shown = "; ".join(
            f"{name} {self._shown(low)} to {self._shown(high)}" for name, (low, high) in known.items()
        )
        inside = all(
            lies_among(one, [limits[at] for limits in known.values()])
            for at, one in enumerate(ci)
            if one is not None
        )
        repairs = [f"another level: {one}" for one in self._methods([(table, "")], ci, LEVELS, strict)]
        for at, word in ((0, "lower"), (1, "upper")):
            one, other = ci[at], ci[1 - at]
            repairs += [
                f"{word} limit {one.at(limits[at])} instead of {one} ({name})"
                for name, limits in known.items()
                if one is not None
                and other is not None
                and all(map(math.isfinite, limits))
                and prints(limits[1 - at], other.rounded)
            ]
        text = f"{printed} is none of the intervals of {table} at {level:g} %: {shown}"
        source = f"all methods of a {self.kind.name} at the printed precision"
        question = "By which method was the interval computed, and from which counts?"
        verdict = Verdict.SUSPECT if inside else Verdict.ERROR
        return self._finding(verdict, text, source, tuple(repairs[:_SHOWN]), question)

    def _p(self) -> Finding:
        assert self.claim.p is not None
        p, tests = self.claim.p, [p_values(table) for table in self.found]
        for span, how in ((p.rounded, ""), (p.either, " (cut off, not rounded)")):
            names = {name: one for test in tests for name, one in test.items() if prints(one, span)}
            if names:
                verdict = Verdict.OK if "Fisher" in names and not how else Verdict.IDENTIFIED
                told = listed([f"{name}: {value:.4f}" for name, value in names.items()], _SHOWN)
                return self._finding(verdict, f"P {p} is {told}{how}", next(iter(names)))
        shown = ", ".join(
            f"{name} {value:.4f}" for name, value in tests[0].items() if not name.startswith("one-sided")
        )
        zs = [z_of(value) for value in tests[0].values()]
        low, high = z_of(float(p.either.high)), z_of(float(p.either.low))
        far = max(min(zs) - high, low - max(zs), 0.0)
        verdict = Verdict.ERROR if far > _FAR_Z else Verdict.SUSPECT
        question = "Which test was it, and was it stratified?"
        text, repairs = f"P {p} is none of {shown}", (f"P {tests[0]['Fisher']:.3f} (Fisher)",)
        return self._finding(verdict, text, "tests of a 2 × 2 table", repairs, question)
