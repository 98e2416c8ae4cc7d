"""Which method gives a printed interval of a proportion, over all methods, counts and denominators."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_within, listed, possible_counts, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Proportion
from trialwright.claims.proportion_intervals import (
    BOOTSTRAP,
    EXACT,
    METHODS,
    ONE_SIDED,
    TWO_SIDED,
    limits_of,
)
from trialwright.claims.proportion_search import LEVELS, MOST_FITS, Fit, Look, looks, near, search, strict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed
    from trialwright.claims.proportion_search import Ci

CODE = "PROPORTION-INTERVAL"
_MOST_OPEN = 500
_MOST_REPAIRS = 3
_QUESTION = "By which method, and from which count and denominator, was the interval computed?"


def proportion_intervals(publication: Publication) -> Iterator[Finding]:
    """Each interval of a proportion, with two limits or one."""
    for claim in publication.all_of(Proportion):
        if claim.ci is not None and claim.ci != (None, None):
            yield _out_of_order(claim, claim.ci) or _check(publication, claim, claim.ci)


def _shown(ci: Ci) -> str:
    low, high = ci
    if low is None or high is None:
        return f"at least {low}" if low is not None else f"at most {high}"
    return f"{low}–{high}"


def _out_of_order(claim: Proportion, ci: Ci) -> Finding | None:
    low, high = ci
    question = "Which of the numbers is wrong?"
    if low is not None and high is not None and low.value > high.value:
        text = f"{_shown(ci)}: the lower limit is above the upper one"
        repairs = ("the limits in order",)
        return Finding(CODE, Verdict.ERROR, (claim.id,), text, (), "order", repairs, question)
    numbers = [one.value for one in (low, claim.percent, high) if one is not None]
    if numbers != sorted(numbers):
        text = f"{claim.percent} % lies outside its own interval {_shown(ci)}"
        return Finding(CODE, Verdict.ERROR, (claim.id,), text, (), "order", (), question)
    return None


def _check(publication: Publication, claim: Proportion, ci: Ci) -> Finding:
    n = size_of(publication, claim)
    stated = [(k, n) for k in possible_counts(publication, claim) if 0 <= k <= n] if n is not None else []
    open_ = [] if stated else _open_pairs(publication, claim)
    levels = (claim.level,) if claim.level is not None else LEVELS

    @cache
    def pairs(level: float) -> list[tuple[int, int]]:
        return stated or near(ci, open_, _two_sided(ci, level))

    for look in looks(ci):
        fits = search(ci, pairs, levels, look)
        if fits:
            return _named(publication, claim, ci, fits, look)
    if stated:
        return _unexplained(publication, claim, ci, stated)
    return _of_nothing(publication, claim, ci)


def _two_sided(ci: Ci, level: float) -> float:
    """The level of a two-sided interval of which a limit may be one; a one-sided one has twice the tail."""
    return max(2.0 * level - 100.0, 1.0) if None in ci else level


def _open_pairs(publication: Publication, claim: Proportion) -> list[tuple[int, int]]:
    """The counts and denominators up to everybody that give the percentage, where they are not stated."""
    most = min(publication.enrolled or _MOST_OPEN, _MOST_OPEN)
    if claim.percent is None:
        return [(claim.k, n) for n in range(max(claim.k or 0, 1), most + 1) if claim.k is not None]
    percent = claim.percent.rounded
    pairs = [(k, n) for n in range(1, most + 1) for k in counts_within(percent, n)]
    return [(k, n) for k, n in pairs if claim.k is None or k == claim.k]


def _named(publication: Publication, claim: Proportion, ci: Ci, fits: list[Fit], look: Look) -> Finding:
    """The methods that print it; those of a stated population first."""
    n = size_of(publication, claim)
    sizes = {n} if n is not None else {one.n for one in publication.populations.values()}
    fits.sort(key=lambda fit: fit.n not in sizes)
    exact = next((fit for fit in fits if fit.method is EXACT), None)
    words = "" if claim.level is not None else "no level is stated; "
    if not any(fit.n == n for fit in fits):
        words += f"not of {n} subjects; " if n is not None else "no count of a stated population; "
    is_usual = exact is not None and exact.n == n and (exact.side is TWO_SIDED or None in ci)
    is_plain = is_usual and claim.level is not None and not look.words
    verdict = Verdict.OK if is_plain else Verdict.IDENTIFIED
    first = fits[0]
    low, high = limits_of(EXACT, first.k, first.n, first.level / 100)
    other = "" if exact else f"; not the exact interval, which is {low:.1f}–{high:.1f}"
    more = " or more" if len(fits) == MOST_FITS else ""
    names = listed([str(fit) for fit in fits], 3) + more
    text = f"{_shown(ci)}: {words}it is {names}{other}{look.words}"
    question = "" if any(fit.n == n for fit in fits) else "What were the count and the denominator?"
    return Finding(CODE, verdict, (claim.id,), text, (), first.method.source, (), question)


def _of_nothing(publication: Publication, claim: Proportion, ci: Ci) -> Finding:
    """Neither count nor denominator is known, and none that is possible gives it."""
    most = min(publication.enrolled or _MOST_OPEN, _MOST_OPEN)
    level = f"at {claim.level:g} %" if claim.level else "at any usual level"
    number = f"{claim.percent} %" if claim.percent is not None else str(claim.k)
    text = f"{_shown(ci)}: no denominator up to {most} gives {number} and this interval {level}"
    known = publication.enrolled is not None and publication.enrolled <= _MOST_OPEN
    verdict = Verdict.SUSPECT if known else Verdict.UNCHECKABLE
    assumptions = (f"at most {most} subjects", "a binomial proportion")
    return Finding(CODE, verdict, (claim.id,), text, assumptions, "all methods", (), _QUESTION)


def _unexplained(
    publication: Publication, claim: Proportion, ci: Ci, pairs: list[tuple[int, int]]
) -> Finding:
    """No method gives it: what would, and whether it lies among the methods at least."""
    level = claim.level or LEVELS[0]
    k, n = pairs[0]
    exact = limits_of(EXACT, k, n, level / 100)
    at_level = f"{level:g} %" if claim.level else f"{level:g} % (assumed: none is stated)"
    decimals = max(one.decimals for one in ci if one is not None)
    text = (
        f"none of {len(METHODS)} methods gives {_shown(ci)} from {k} of {n} at {at_level}; "
        f"the exact interval is {exact[0]:.{decimals}f}–{exact[1]:.{decimals}f}"
    )
    return Finding(
        CODE,
        Verdict.SUSPECT if _is_among(ci, k, n, level) else Verdict.ERROR,
        (claim.id,),
        text,
        ("a binomial proportion, subjects independent",),
        "all methods at the printed precision",
        tuple(_repairs(publication, claim, ci, (k, n))),
        _QUESTION,
    )


def _is_among(ci: Ci, k: int, n: int, level: float) -> bool:
    """Whether each limit lies between the least and the greatest that the methods give."""
    sides = (TWO_SIDED,) if None not in ci else (TWO_SIDED, *ONE_SIDED)
    for at, one in enumerate(ci):
        known = [
            limits_of(method, k, n, level / 100, side)[at]
            for method in METHODS
            if method is not BOOTSTRAP
            for side in sides
            if side is TWO_SIDED or (side.lower, side.upper)[at]
        ]
        if one is not None and not min(known) - one.unit <= float(one) <= max(known) + one.unit:
            return False
    return True


def _repairs(publication: Publication, claim: Proportion, ci: Ci, stated: tuple[int, int]) -> Iterator[str]:
    """What would mend it, one change each: the level, a limit, the count, the denominator."""
    k, n = stated
    level = claim.level or LEVELS[0]
    plain = next(looks(ci))
    yield from (
        f"another level: {fit}" for fit in search(ci, lambda _level: [stated], LEVELS, plain)[:_MOST_REPAIRS]
    )
    yield from _other_limits(ci, k, n, level)
    most = min(publication.enrolled or n, _MOST_OPEN)
    others = [(count, n) for count in range(n + 1) if count != k]
    others += [(k, size) for size in range(max(k, 1), most + 1) if size != n]
    close = near(ci, others, level)
    found = search(ci, lambda _level: close, (level,), plain)
    found.sort(key=lambda fit: (fit.n != n, abs(fit.n - n)))
    yield from (f"other numbers: {fit}" for fit in found[:_MOST_REPAIRS])


def _other_limits(ci: Ci, k: int, n: int, level: float) -> Iterator[str]:
    low, high = ci
    if low is None or high is None:
        return
    limits: tuple[Printed, Printed] = (low, high)
    for at, name in ((0, "lower"), (1, "upper")):
        for method in METHODS[:-1]:
            computed = limits_of(method, k, n, level / 100)
            if computed[1 - at] in strict(limits[1 - at]):
                yield f"{name} limit {limits[at].at(computed[at])} instead of {limits[at]} ({method.name})"
