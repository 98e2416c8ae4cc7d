"""What is concluded, against the interval and the margin; and the events that it would need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.claims.checks.conclusions_on_rates import (
    NON_INFERIOR,
    SUPERIOR,
    Gap,
    gap_against_margin,
    gap_excludes_none,
    gaps_behind,
)
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Conclusion, ConclusionKind, Measure, Ratio, endpoint_of
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

SIMILAR = "NO-DIFFERENCE"
USUAL_MARGIN = 1.3
ONE_SIDED = 0.025
POWER = 0.8
_SOURCE = "ICH E9, 3.3.2; events: Schoenfeld 1981"


def events_for_margin(margin: float, alpha: float = ONE_SIDED, power: float = POWER) -> int:
    """The events that exclude a hazard ratio `margin` when there is no difference, 1:1 allocation.

    As many show a hazard ratio `margin` where it is the true one.

    4 (z_alpha + z_power)² / ln(margin)²; alpha is one-sided.

    >>> events_for_margin(1.3)
    457
    """
    z = normal_isf(alpha) + normal_isf(1.0 - power)
    return math.ceil(4.0 * z * z / math.log(margin) ** 2)


def conclusions(publication: Publication) -> Iterator[Finding]:
    """Each conclusion, for every ratio, difference and pair of rates that it rests on."""
    for claim in publication.all_of(Conclusion):
        gaps = gaps_behind(publication, claim)
        ratios = _ratios(publication, claim)
        if claim.kind is ConclusionKind.NON_INFERIOR:
            yield from _non_inferior(publication, claim, ratios, gaps)
        elif claim.kind in {ConclusionKind.SUPERIOR, ConclusionKind.INFERIOR}:
            yield from _superior(claim, ratios, gaps)
        else:
            yield from _similar(claim, ratios)


def _ratios(publication: Publication, claim: Conclusion) -> list[Ratio]:
    ratios = publication.all_of(Ratio)
    if claim.of is not None:
        return [one for one in ratios if one.id in claim.of]
    return [one for one in ratios if not claim.endpoint or endpoint_of(one) == endpoint_of(claim)]


def _non_inferior(
    publication: Publication, claim: Conclusion, ratios: list[Ratio], gaps: list[Gap]
) -> Iterator[Finding]:
    if not ratios and not gaps:
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
    for gap in gaps:
        yield gap_against_margin(claim, gap)


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
    low = ratio.ci[0] if ratio.ci else None
    if ratio.measure is not Measure.HAZARD and value < 1.0 and low is not None:
        above = low.value > margin.value
        text = f"the lower limit {low} is {'above' if above else 'not above'} the margin {margin}"
        verdict = Verdict.OK if above else Verdict.UNSUPPORTED
        return Finding(NON_INFERIOR, verdict, ids, text, ("a higher rate is better",), _SOURCE)
    if ratio.measure is not Measure.HAZARD or value <= 1.0:
        text = f"a margin of {margin}: which side of 1 is worse is not stated"
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


def _superior(claim: Conclusion, ratios: list[Ratio], gaps: list[Gap]) -> Iterator[Finding]:
    better = claim.kind is ConclusionKind.SUPERIOR
    word = "superiority" if better else "inferiority"
    for gap in gaps:
        yield gap_excludes_none(claim, gap)
    if not ratios and not gaps:
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
            text = f"{shown} includes 1: {word} is not shown{_events_needed(ratio)}"
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


def _events_needed(ratio: Ratio) -> str:
    """The events that would show a hazard ratio as it is printed."""
    if ratio.measure is not Measure.HAZARD or ratio.value.value in {0, 1}:
        return ""
    needed = events_for_margin(float(ratio.value))
    power = f"{POWER:.0%} power, two-sided {2 * ONE_SIDED:.0%}, allocation 1:1"
    return f"; to show a hazard ratio of {ratio.value} would need {needed} events ({power})"


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
