"""Which method gives a printed interval of a proportion, over all methods, counts and denominators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_of, counts_within, listed, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Proportion
from trialwright.claims.proportion_intervals import BOOTSTRAP, EXACT, METHODS, Method, limits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed, Span

CODE = "PROPORTION-INTERVAL"
LEVELS = (95.0, 90.0, 99.0, 80.0, 98.0)
_MOST_SEARCHED = 120
_SEARCHED_METHODS = METHODS[:6]


@dataclass(frozen=True, slots=True)
class _Fit:
    method: Method
    k: int
    n: int
    level: float

    def __str__(self) -> str:
        low, high = limits_of(self.method, self.k, self.n, self.level / 100)
        return f"{self.method.name} of {self.k} / {self.n} at {self.level:g} %: {low:.3f}–{high:.3f}"


def proportion_intervals(publication: Publication) -> Iterator[Finding]:
    """Each interval of a proportion."""
    for claim in publication.all_of(Proportion):
        if claim.ci is None:
            continue
        low, high = claim.ci
        if low is None or high is None:
            text = "one limit of the interval is missing"
            yield Finding(CODE, Verdict.UNCHECKABLE, (claim.id,), text)
            continue
        yield _check(publication, claim, (low, high))


def _rounded(number: Printed) -> Span:
    return number.rounded


def _either(number: Printed) -> Span:
    return number.either


def _fits(printed: tuple[Printed, Printed], fit: _Fit, reading: Callable[[Printed], Span]) -> bool:
    limits = limits_of(fit.method, fit.k, fit.n, fit.level / 100)
    if fit.method is not BOOTSTRAP:
        return all(limit in reading(one) for one, limit in zip(printed, limits, strict=True))
    # resampling gives counts of n, and may give the count beside the quantile
    return all(
        any(100 * (round(limit * fit.n / 100) + step) / fit.n in reading(one) for step in (-1, 0, 1))
        for one, limit in zip(printed, limits, strict=True)
    )


_READINGS = (
    (METHODS[:-1], _rounded, ""),
    (METHODS[:-1], _either, " (a limit cut off, not rounded)"),
    (METHODS[-1:], _rounded, ""),
)


def _search(
    limits: tuple[Printed, Printed],
    pairs: list[tuple[int, int]],
    levels: tuple[float, ...],
    reading: Callable[[Printed], Span],
    methods: tuple[Method, ...] = METHODS,
) -> list[_Fit]:
    """The methods, counts and levels that print these limits."""
    fits = []
    for level in levels:
        for k, n in pairs:
            for method in methods:
                fit = _Fit(method, k, n, level)
                if _fits(limits, fit, reading):
                    fits.append(fit)
    return fits


def _check(publication: Publication, claim: Proportion, limits: tuple[Printed, Printed]) -> Finding:
    shown = f"{limits[0]}–{limits[1]}"
    if limits[0].value > limits[1].value:
        text = f"{shown}: the lower limit is above the upper one"
        return Finding(CODE, Verdict.ERROR, (claim.id,), text, minimal_repairs=("the limits in order",))
    if claim.percent is not None and not limits[0].value <= claim.percent.value <= limits[1].value:
        text = f"{claim.percent} % lies outside its own interval {shown}"
        return Finding(
            CODE, Verdict.ERROR, (claim.id,), text, question="Which of the three numbers is wrong?"
        )
    n = size_of(publication, claim)
    pairs = _pairs(publication, claim, n)
    if not pairs:
        text = f"{shown}: no count and denominator are known to compute it from"
        return Finding(
            CODE, Verdict.UNCHECKABLE, (claim.id,), text, question="What were the count and denominator?"
        )
    levels = (claim.level,) if claim.level is not None else LEVELS
    for methods, reading, how in _READINGS:
        fits = _search(limits, pairs, levels, reading, methods)
        if fits:
            return _named(claim, shown, fits, how)
    return _unexplained(publication, claim, limits, pairs)


def _pairs(publication: Publication, claim: Proportion, n: int | None) -> list[tuple[int, int]]:
    if n is not None:
        return [(k, n) for k in counts_of(publication, claim) if 0 <= k <= n]
    if claim.percent is None:
        return []
    sizes = {one.n for one in publication.populations.values()} | {publication.enrolled or 0} - {0}
    pairs = [(k, size) for size in sorted(sizes) for k in counts_within(claim.percent.rounded, size)]
    return [(k, size) for k, size in pairs if claim.k is None or k == claim.k]


def _named(claim: Proportion, shown: str, fits: list[_Fit], how: str) -> Finding:
    stated = claim.level is not None
    is_exact = any(fit.method is EXACT for fit in fits)
    names = listed([f"{fit}" for fit in fits], 3)
    level = "" if stated else "no level is stated; "
    verdict = Verdict.OK if is_exact and stated and not how else Verdict.IDENTIFIED
    exact = limits_of(EXACT, fits[0].k, fits[0].n, fits[0].level / 100)
    other = "" if is_exact else f"; not the exact interval, which is {exact[0]:.1f}–{exact[1]:.1f}"
    text = f"{shown}: {level}it is {names}{other}{how}"
    return Finding(CODE, verdict, (claim.id,), text, source=fits[0].method.source)


def _unexplained(
    publication: Publication, claim: Proportion, limits: tuple[Printed, Printed], pairs: list[tuple[int, int]]
) -> Finding:
    """No method gives it: what would, and whether it lies among the methods at least."""
    level = claim.level or LEVELS[0]
    k, n = pairs[0]
    known = [limits_of(method, k, n, level / 100) for method in METHODS if method is not BOOTSTRAP]
    units = [float(limit.unit) for limit in limits]
    inside = all(
        min(one[at] for one in known) - units[at]
        <= float(limits[at])
        <= max(one[at] for one in known) + units[at]
        for at in (0, 1)
    )
    exact = limits_of(EXACT, k, n, level / 100)
    at_level = f"{level:g} %" if claim.level else f"{level:g} % (assumed: none is stated)"
    text = (
        f"none of {len(METHODS)} methods gives {limits[0]}–{limits[1]} from {k} of {n} at {at_level}; "
        f"the exact interval is {exact[0]:.{limits[0].decimals}f}–{exact[1]:.{limits[1].decimals}f}"
    )
    return Finding(
        CODE,
        Verdict.SUSPECT if inside else Verdict.ERROR,
        (claim.id,),
        text,
        ("a binomial proportion, subjects independent",),
        "all methods at the printed precision",
        tuple(_repairs(publication, claim, limits, (k, n))),
        "By which method, and from which count and denominator, was the interval computed?",
    )


def _repairs(
    publication: Publication, claim: Proportion, limits: tuple[Printed, Printed], stated: tuple[int, int]
) -> Iterator[str]:
    k, n = stated
    level = claim.level or LEVELS[0]
    for fit in _search(limits, [(k, n)], LEVELS, _rounded):
        yield f"another level: {fit}"
    for at, name in ((0, "lower"), (1, "upper")):
        for method in METHODS[:-1]:
            computed = limits_of(method, k, n, level / 100)
            if computed[1 - at] in limits[1 - at].rounded:
                yield f"{name} limit {limits[at].at(computed[at])} instead of {limits[at]} ({method.name})"
    most = min(publication.enrolled or n, _MOST_SEARCHED)
    others = [
        (count, size) for size in range(1, most + 1) for count in range(size + 1) if (count, size) != (k, n)
    ]
    near = [pair for pair in others if _is_near(pair, limits)]
    found = _search(limits, near, (level,), _rounded, _SEARCHED_METHODS)
    found.sort(key=lambda fit: (fit.n != n, fit.k != k, abs(fit.n - n)))
    yield from (f"other numbers: {fit}" for fit in found[:3])


def _is_near(pair: tuple[int, int], limits: tuple[Printed, Printed]) -> bool:
    rate = 100 * pair[0] / pair[1]
    return float(limits[0]) <= rate <= float(limits[1])
