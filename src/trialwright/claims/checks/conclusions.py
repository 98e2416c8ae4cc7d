"""What is concluded, against the interval and the margin; and the events that it would need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_of, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Conclusion, ConclusionKind, Measure, Proportion, Ratio, endpoint_of
from trialwright.stats.proportions import newcombe
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

NON_INFERIOR = "NON-INFERIORITY"
SUPERIOR = "SUPERIORITY"
SIMILAR = "NO-DIFFERENCE"
USUAL_MARGIN = 1.3
ONE_SIDED = 0.025
POWER = 0.8
_SOURCE = "ICH E9, 3.3.2; events: Schoenfeld 1981"


def events_for_margin(margin: float, alpha: float = ONE_SIDED, power: float = POWER) -> int:
    """The events that exclude a hazard ratio `margin` when there is no difference, 1:1 allocation.

    4 (z_alpha + z_power)² / ln(margin)²; alpha is one-sided.

    >>> events_for_margin(1.3)
    457
    """
    z = normal_isf(alpha) + normal_isf(1.0 - power)
    return math.ceil(4.0 * z * z / math.log(margin) ** 2)


def conclusions(publication: Publication) -> Iterator[Finding]:
    """Each conclusion, for every ratio and rate that it rests on."""
    for claim in publication.all_of(Conclusion):
        ratios, rates = _basis(publication, claim)
        if claim.kind is ConclusionKind.NON_INFERIOR:
            yield from _non_inferior(publication, claim, ratios, rates)
        elif claim.kind in {ConclusionKind.SUPERIOR, ConclusionKind.INFERIOR}:
            yield from _superior(claim, ratios)
        else:
            yield from _similar(claim, ratios)


def _basis(publication: Publication, claim: Conclusion) -> tuple[list[Ratio], list[Proportion]]:
    ratios, rates = publication.all_of(Ratio), publication.all_of(Proportion)
    if claim.of is not None:
        return [one for one in ratios if one.id in claim.of], [one for one in rates if one.id in claim.of]
    if claim.endpoint:
        mine = endpoint_of(claim)
        return (
            [one for one in ratios if endpoint_of(one) == mine],
            [one for one in rates if endpoint_of(one) == mine and _is_arm(publication, one)],
        )
    return ratios, []


def _is_arm(publication: Publication, claim: Proportion) -> bool:
    return claim.population is not None and publication.populations[claim.population].is_arm


def _non_inferior(
    publication: Publication, claim: Conclusion, ratios: list[Ratio], rates: list[Proportion]
) -> Iterator[Finding]:
    if not ratios and not rates:
        text = "non-inferiority is concluded, but no ratio with an interval is given"
        yield Finding(
            NON_INFERIOR, Verdict.UNSUPPORTED, (claim.id,), text, question="Which interval shows it?"
        )
    for ratio in ratios:
        upper = ratio.ci[1] if ratio.ci else None
        if upper is None:
            text = f"non-inferiority is concluded from {ratio.value} without an upper limit"
            yield Finding(
                NON_INFERIOR, Verdict.UNSUPPORTED, (claim.id, ratio.id), text, question="What is the limit?"
            )
        elif claim.margin is None:
            yield _no_margin(publication, claim, ratio, upper)
        else:
            yield _against_margin(claim, ratio, claim.margin, upper)
    if len(rates) == 2:  # noqa: PLR2004 - two arms
        yield from _rates(publication, claim, rates)


def _no_margin(publication: Publication, claim: Conclusion, ratio: Ratio, upper: Printed) -> Finding:
    text = (
        f"non-inferiority without a margin: the interval of {ratio.value} reaches {upper}, so only a margin "
        f"above {upper} would be met; a margin of {USUAL_MARGIN} would need "
        f"{events_for_margin(USUAL_MARGIN)} events"
    )
    if publication.enrolled is not None:
        text += f", and there are {publication.enrolled} subjects"
    return Finding(
        NON_INFERIOR,
        Verdict.UNSUPPORTED,
        (claim.id, ratio.id),
        text,
        (
            f"power {POWER:.0%}, one-sided {ONE_SIDED:.1%}, true ratio 1, allocation 1:1",
            f"{USUAL_MARGIN} is an example",
        ),
        _SOURCE,
        (
            "'no significant difference was shown' instead of 'non-inferior'",
            "the margin, fixed in the protocol",
        ),
        "Which margin was fixed before the trial, and by whom?",
    )


def _against_margin(claim: Conclusion, ratio: Ratio, margin: Printed, upper: Printed) -> Finding:
    value = float(margin)
    ids = (claim.id, ratio.id)
    if ratio.measure is not Measure.HAZARD or value <= 1.0:
        text = f"a margin of {margin} is not above 1: which side is worse is not stated"
        return Finding(NON_INFERIOR, Verdict.UNCHECKABLE, ids, text, question="Which side of 1 is worse?")
    needed = f"{events_for_margin(value)} events exclude {margin} with {POWER:.0%} power"
    if upper.value < margin.value:
        return Finding(
            NON_INFERIOR,
            Verdict.OK,
            ids,
            f"the upper limit {upper} is below the margin {margin}",
            (),
            _SOURCE,
        )
    text = f"the upper limit {upper} is not below the margin {margin}; {needed}"
    assumptions = (f"one-sided {ONE_SIDED:.1%}, true ratio 1, allocation 1:1",)
    repairs = ("'non-inferiority was not shown'",)
    question = "On which analysis does the conclusion rest?"
    return Finding(NON_INFERIOR, Verdict.UNSUPPORTED, ids, text, assumptions, _SOURCE, repairs, question)


def _rates(publication: Publication, claim: Conclusion, rates: list[Proportion]) -> Iterator[Finding]:
    """Two rates without a margin: the interval of their difference is given."""
    first, second = rates
    k1, k2 = counts_of(publication, first), counts_of(publication, second)
    n1, n2 = size_of(publication, first), size_of(publication, second)
    if len(k1) != 1 or len(k2) != 1 or n1 is None or n2 is None:
        return
    limits = newcombe(k1[0], n1, k2[0], n2)
    low, high = 100 * limits.low, 100 * limits.high
    difference = 100 * (k1[0] / n1 - k2[0] / n2)
    text = f"{k1[0]}/{n1} against {k2[0]}/{n2}: {difference:+.1f} points (95 % {low:+.1f} to {high:+.1f})"
    if claim.margin is None:
        text += "; non-inferiority of a rate without a margin"
    verdict = Verdict.UNSUPPORTED if claim.margin is None else Verdict.NOTE
    ids = (claim.id, first.id, second.id)
    question = "Which difference in rates was the margin?"
    yield Finding(NON_INFERIOR, verdict, ids, text, ("Newcombe's interval",), "Newcombe 1998", (), question)


def _superior(claim: Conclusion, ratios: list[Ratio]) -> Iterator[Finding]:
    better = claim.kind is ConclusionKind.SUPERIOR
    word = "superiority" if better else "inferiority"
    if not ratios:
        text = f"{word} is concluded, but no ratio with an interval is given"
        yield Finding(SUPERIOR, Verdict.UNSUPPORTED, (claim.id,), text, question="Which interval shows it?")
    for ratio in ratios:
        low, high = ratio.ci or (None, None)
        ids = (claim.id, ratio.id)
        if low is None or high is None:
            text = f"{word} is concluded from {ratio.value} without an interval"
            yield Finding(SUPERIOR, Verdict.UNSUPPORTED, ids, text, question="What is its interval?")
            continue
        shown = f"{ratio.value} ({low}–{high})"
        excludes = high.value < 1 or low.value > 1
        below = high.value < 1
        if not excludes:
            text = f"{shown} includes 1: {word} is not shown"
            repairs = ("'no significant difference was shown'",)
            yield Finding(
                SUPERIOR, Verdict.UNSUPPORTED, ids, text, (), _SOURCE, repairs, "On which test does it rest?"
            )
        elif ratio.measure is Measure.HAZARD and below is not better:
            text = f"{shown} excludes 1 in the other direction"
            yield Finding(
                SUPERIOR, Verdict.UNSUPPORTED, ids, text, ("the first arm is the one concluded on",), _SOURCE
            )
        else:
            yield Finding(SUPERIOR, Verdict.OK, ids, f"{shown} excludes 1", (), _SOURCE)


def _similar(claim: Conclusion, ratios: list[Ratio]) -> Iterator[Finding]:
    if not ratios:
        yield Finding(
            SIMILAR, Verdict.UNCHECKABLE, (claim.id,), "no ratio is given to compare the conclusion with"
        )
    for ratio in ratios:
        low, high = ratio.ci or (None, None)
        if low is None or high is None:
            yield Finding(
                SIMILAR, Verdict.UNCHECKABLE, (claim.id, ratio.id), f"{ratio.value} has no interval"
            )
            continue
        shown = f"{ratio.value} ({low}–{high})"
        if claim.kind is ConclusionKind.EQUIVALENT and claim.margin is None:
            text = f"equivalence without a margin: {shown}"
            verdict = Verdict.UNSUPPORTED
        elif high.value < 1 or low.value > 1:
            text, verdict = f"{shown} excludes 1", Verdict.UNSUPPORTED
        else:
            text, verdict = f"{shown} includes 1, and every ratio between its limits too", Verdict.NOTE
        yield Finding(
            SIMILAR, verdict, (claim.id, ratio.id), text, (), _SOURCE, (), "Which differences are excluded?"
        )
