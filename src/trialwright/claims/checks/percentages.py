"""Percentages of whole numbers: possible or not, of which denominator, alone and along a column."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_within, denominators, listed, percent_of, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Proportion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

CODE = "PERCENT-COUNT"
COLUMN = "PERCENT-COLUMN"
SOURCE = "a percentage of n subjects is 100 k / n with whole k"
_SHOWN_DENOMINATORS = 8


def percentages(publication: Publication) -> Iterator[Finding]:
    """Each percentage against its count and its denominator."""
    for claim in publication.all_of(Proportion):
        n = size_of(publication, claim)
        if claim.k is not None and n is not None and claim.k > n:
            yield _too_many(claim, n)
        elif claim.percent is None:
            yield from ()
        elif n is None:
            yield _without_denominator(publication, claim)
        elif claim.k is not None:
            yield _with_count(publication, claim, claim.k, n)
        else:
            yield _without_count(publication, claim, n)


def _too_many(claim: Proportion, n: int) -> Finding:
    return Finding(
        CODE,
        Verdict.ERROR,
        (claim.id,),
        f"{claim.k} of {n}: more than there are",
        source=SOURCE,
        minimal_repairs=(f"a count of at most {n}", f"a denominator of at least {claim.k}"),
        question=f"How many of the {n} subjects are meant?",
    )


def _with_count(publication: Publication, claim: Proportion, k: int, n: int) -> Finding:
    assert claim.percent is not None
    exact, percent = percent_of(k, n), claim.percent
    shown = f"{k} / {n} = {float(exact):.{percent.decimals + 2}f} %"
    if exact in percent.rounded:
        return Finding(CODE, Verdict.OK, (claim.id,), f"{shown}, printed {percent} %", source=SOURCE)
    if exact in percent.truncated:
        text = f"{shown}, printed {percent} %: cut off, not rounded ({percent.at(exact)} %)"
        return Finding(CODE, Verdict.NOTE, (claim.id,), text, ("truncation instead of rounding",), SOURCE)
    most = publication.enrolled or 2 * n
    others = [f"{count} of {n}" for count in counts_within(percent.rounded, n)]
    repairs = [f"{percent.at(exact)} % instead of {percent} %"]
    repairs += [f"a count: {other}" for other in others]
    same = [f"{count} of {size}" for count, size in denominators(percent, most, k)]
    repairs += [f"a denominator: {listed(same)}"] if same else []
    impossible = "" if others else f"; no whole number of {n} gives {percent} %"
    return Finding(
        CODE,
        Verdict.ERROR,
        (claim.id,),
        f"{shown}, so {percent.at(exact)} %: {percent} % cannot be reproduced from it{impossible}",
        (f"the denominator is {n}",),
        SOURCE,
        tuple(repairs),
        f"Is it {percent.at(exact)} %, or another count or denominator?",
    )


def _neighbours(percent: Printed, n: int) -> str:
    """The nearest percentages that n subjects give, below and above."""
    below = int(percent.value * n // 100)
    return " and ".join(
        f"{k} / {n} = {percent.at(percent_of(k, n))} %" for k in (below, below + 1) if 0 <= k <= n
    )


def _without_count(publication: Publication, claim: Proportion, n: int) -> Finding:
    assert claim.percent is not None
    percent = claim.percent
    possible = counts_within(percent.rounded, n)
    if possible:
        text = f"{percent} % = {listed([f'{k} of {n}' for k in possible])}"
        return Finding(CODE, Verdict.OK, (claim.id,), text, source=SOURCE)
    cut = counts_within(percent.truncated, n)
    if cut:
        text = f"{percent} % = {cut[0]} of {n} cut off, not rounded ({percent.at(percent_of(cut[0], n))} %)"
        return Finding(CODE, Verdict.NOTE, (claim.id,), text, ("truncation instead of rounding",), SOURCE)
    where = f" ({claim.population})" if claim.population else ""
    fits = _populations_that_fit(publication, percent, claim)
    most = _most(publication, claim, n)
    pairs = denominators(percent, most)
    nearest = sorted(pairs, key=lambda pair: (abs(pair[1] - n), pair[1]))[:_SHOWN_DENOMINATORS]
    near = listed(
        [f"{k} of {size}" for k, size in sorted(nearest, key=lambda pair: -pair[1])], _SHOWN_DENOMINATORS
    )
    return Finding(
        CODE,
        Verdict.ERROR,
        (claim.id,),
        f"no count of {n}{where} gives {percent} %: {_neighbours(percent, n)}",
        (f"every one of the {n} subjects counts in the denominator",),
        SOURCE,
        tuple(
            [f"the population {fit}" for fit in fits]
            + ([f"a denominator up to {most}: {near}"] if near else [])
            + [f"{percent.at(percent_of(k, n))} % ({k} of {n})" for k in _around(percent, n)]
        ),
        "What is the denominator of this percentage?",
    )


def _most(publication: Publication, claim: Proportion, n: int) -> int:
    """The largest denominator that a percentage can have: that of its arm, else everybody."""
    return n if _arm(publication, claim) else publication.enrolled or n


def _arm(publication: Publication, claim: Proportion) -> bool:
    return claim.population is not None and publication.populations[claim.population].is_arm


def _around(percent: Printed, n: int) -> list[int]:
    below = int(percent.value * n // 100)
    return [k for k in (below, below + 1) if 0 <= k <= n]


def _populations_that_fit(publication: Publication, percent: Printed, claim: Proportion) -> list[str]:
    """The other populations that give a percentage; for an arm, the other arms, as of columns swapped."""
    of_arm = _arm(publication, claim)
    return [
        f"{name}: {k} of {one.n}" + (" (columns swapped)" if of_arm else "")
        for name, one in publication.populations.items()
        if name != claim.population and (one.is_arm or not of_arm)
        for k in counts_within(percent.rounded, one.n)
    ]


def _without_denominator(publication: Publication, claim: Proportion) -> Finding:
    """A percentage whose population is not stated: which of the known ones give it."""
    assert claim.percent is not None
    percent, k = claim.percent, claim.k
    most = publication.enrolled
    if most is None:
        text = f"{percent} %: neither a denominator nor a number of subjects is stated"
        return Finding(CODE, Verdict.UNCHECKABLE, (claim.id,), text, question="Of how many subjects?")
    fits = [
        fit
        for fit in _populations_that_fit(publication, percent, claim)
        if k is None or fit.split(": ")[-1].startswith(f"{k} of ")
    ]
    if fits:
        text = f"no denominator is stated; {percent} % is possible for {listed(fits)}"
        return Finding(
            CODE, Verdict.IDENTIFIED, (claim.id,), text, source=SOURCE, question="Of how many subjects?"
        )
    pairs = denominators(percent, most, k)
    near = listed([f"{count} of {n}" for count, n in reversed(pairs)])
    verdict = Verdict.NOTE if pairs else Verdict.ERROR
    stated = f"no denominator is stated, and no stated population gives {percent} %"
    text = f"{stated}; up to {most}: {near or 'none'}"
    return Finding(
        CODE, verdict, (claim.id,), text, (f"at most {most} subjects",), SOURCE, question="Of how many?"
    )


def columns(publication: Publication) -> Iterator[Finding]:
    """All percentages of a column together: one denominator should give them all."""
    cells: dict[str, list[Proportion]] = defaultdict(list)
    for claim in publication.all_of(Proportion):
        if claim.column and claim.percent is not None:
            cells[claim.column].append(claim)
    for name, column in cells.items():
        if len(column) > 1:
            yield _column(publication, name, column)


def _gives_all(column: list[Proportion], n: int) -> bool:
    """Whether n subjects give every percentage, all of them rounded or all of them cut off."""
    printed = [claim.percent for claim in column if claim.percent is not None]
    return all(counts_within(one.rounded, n) for one in printed) or all(
        counts_within(one.truncated, n) for one in printed
    )


def _column(publication: Publication, name: str, column: list[Proportion]) -> Finding:
    stated = {size for claim in column if (size := size_of(publication, claim)) is not None}
    ids = tuple(claim.id for claim in column)
    shown = ", ".join(f"{claim.percent} %" for claim in column)
    most = max((_most(publication, claim, max(stated, default=0)) for claim in column), default=0)
    common = [n for n in range(1, most + 1) if _gives_all(column, n)]
    if len(stated) == 1 and _gives_all(column, n := next(iter(stated))):
        return Finding(COLUMN, Verdict.OK, ids, f"{n} subjects give all of {shown}", source=SOURCE)
    if len(stated) > 1:
        text = f"column {name} mixes denominators {sorted(stated)}: each was checked alone"
        return Finding(COLUMN, Verdict.NOTE, ids, text, source=SOURCE)
    claimed = (
        f"{next(iter(stated))} subjects do not give all of {shown}" if stated else f"column {name}: {shown}"
    )
    if common:
        names = [f"{n}" for n in reversed(common)]
        text = f"{claimed}; denominators up to {most} that give all of them: {listed(names)}"
        return Finding(
            COLUMN, Verdict.IDENTIFIED, ids, text, source=SOURCE, question="Which denominator is it?"
        )
    text = f"{claimed}; no single denominator up to {most} does"
    question = "How many subjects were assessed for each row?"
    return Finding(
        COLUMN, Verdict.UNSUPPORTED, ids, text, ("one denominator for the column",), SOURCE, (), question
    )
