"""Conclusions that rest on two rates or on their difference, against the interval and the margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_of, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import ConclusionKind, Difference, Proportion, endpoint_of
from trialwright.stats.proportions import newcombe

if TYPE_CHECKING:
    from trialwright.claims.model import Conclusion, Publication

NON_INFERIOR = "NON-INFERIORITY"
SUPERIOR = "SUPERIORITY"
_ARMS = 2
_HIGHER_IS_BETTER = frozenset({"ORR", "CR", "PR", "DCR"})
_NEWCOMBE = "Newcombe 1998"
_PRINTED = "the printed interval"


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference of two rates in percentage points, with its limits, and where they come from."""

    words: str
    low: float
    high: float
    endpoint: str
    claims: tuple[str, ...]
    source: str


def gaps_behind(publication: Publication, claim: Conclusion) -> list[Gap]:
    """The differences that a conclusion rests on: printed ones, else those of the two arms' rates."""
    if claim.of is None and not claim.endpoint:
        return []
    printed = [one for one in publication.all_of(Difference) if _concerns(claim, one)]
    gaps = [gap for gap in map(_printed, printed) if gap is not None]
    rates = [one for one in publication.all_of(Proportion) if _concerns(claim, one)]
    if claim.of is None:
        rates = [one for one in rates if one.population and publication.populations[one.population].is_arm]
    return gaps or ([_computed(publication, rates)] if _is_countable(publication, rates) else [])


def _concerns(claim: Conclusion, other: Difference | Proportion) -> bool:
    return other.id in claim.of if claim.of is not None else endpoint_of(other) == endpoint_of(claim)


def _printed(claim: Difference) -> Gap | None:
    low, high = claim.ci or (None, None)
    if low is None or high is None:
        return None
    words = f"{claim.value or 'the difference'} ({low} to {high})"
    return Gap(words, float(low), float(high), endpoint_of(claim), (claim.id,), _PRINTED)


def _is_countable(publication: Publication, rates: list[Proportion]) -> bool:
    return len(rates) == _ARMS and all(
        size_of(publication, one) is not None and len(counts_of(publication, one)) == 1 for one in rates
    )


def _computed(publication: Publication, rates: list[Proportion]) -> Gap:
    (k, m), (j, n) = ((counts_of(publication, one)[0], size_of(publication, one) or 1) for one in rates)
    limits = newcombe(min(k, m), m, min(j, n), n)
    low, high = 100 * limits.low, 100 * limits.high
    words = f"{k}/{m} against {j}/{n}: {100 * (k / m - j / n):+.1f} points (95 % {low:+.1f} to {high:+.1f})"
    return Gap(words, low, high, endpoint_of(rates[0]), tuple(one.id for one in rates), _NEWCOMBE)


def gap_against_margin(claim: Conclusion, gap: Gap) -> Finding:
    """Non-inferiority of a rate: the limit on the worse side against the margin in percentage points."""
    ids = (claim.id, *gap.claims)
    if claim.margin is None:
        text = f"{gap.words}; non-inferiority of a rate without a margin"
        question = "Which difference in rates was the margin?"
        return Finding(NON_INFERIOR, Verdict.UNSUPPORTED, ids, text, (), gap.source, (), question)
    margin = abs(float(claim.margin))
    points = 100 * margin if margin < 1 else margin
    is_higher_better = gap.endpoint in _HIGHER_IS_BETTER
    worse = -gap.low if is_higher_better else gap.high
    side = "a higher rate is better" if is_higher_better else "a lower rate is better"
    met = worse < points
    text = f"{gap.words}: up to {worse:.1f} points worse, a margin of {points:g}"
    verdict = Verdict.OK if met else Verdict.UNSUPPORTED
    repairs = () if met else ("'non-inferiority was not shown'",)
    question = "" if met else "On which analysis does the conclusion rest?"
    assumptions = (side, "first arm against second", f"the margin is {points:g} percentage points")
    return Finding(NON_INFERIOR, verdict, ids, text, assumptions, gap.source, repairs, question)


def gap_excludes_none(claim: Conclusion, gap: Gap) -> Finding:
    """Superiority of a rate: the interval excludes a difference of 0."""
    ids = (claim.id, *gap.claims)
    is_worse = gap.endpoint in _HIGHER_IS_BETTER and gap.high < 0
    if is_worse and claim.kind is ConclusionKind.SUPERIOR:
        text, assumptions = f"{gap.words} excludes 0 in the other direction", ("first arm against second",)
        return Finding(SUPERIOR, Verdict.UNSUPPORTED, ids, text, assumptions, gap.source)
    if gap.low > 0 or gap.high < 0:
        return Finding(SUPERIOR, Verdict.OK, ids, f"{gap.words} excludes 0", (), gap.source)
    text = f"{gap.words} includes 0: a difference is not shown"
    repairs, question = ("'no significant difference was shown'",), "On which test does it rest?"
    return Finding(SUPERIOR, Verdict.UNSUPPORTED, ids, text, (), gap.source, repairs, question)
