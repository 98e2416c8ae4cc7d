"""Comparisons against each other: ratio and medians, reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Measure, Median, Ratio, Reduction, endpoint_of
from trialwright.claims.printed import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

DIRECTION = "RATIO-MEDIANS"
REDUCTION = "REDUCTION"


def ratio_and_medians(publication: Publication) -> Iterator[Finding]:
    """A hazard ratio below 1 and a longer median belong to the same arm, as a rule."""
    for ratio in publication.all_of(Ratio):
        if ratio.measure is Measure.HAZARD and ratio.contrast:
            pair = _medians(publication, ratio)
            if pair is not None:
                yield _direction(ratio, *pair)


def _medians(publication: Publication, ratio: Ratio) -> tuple[Median, Median] | None:
    """The medians of the two arms of a ratio."""
    assert ratio.contrast
    medians = [
        one
        for one in publication.all_of(Median)
        if one.value is not None and endpoint_of(one) == endpoint_of(ratio)
    ]
    arms = [next((one for one in medians if one.population == arm), None) for arm in ratio.contrast]
    first, second = arms
    return None if first is None or second is None else (first, second)


def _direction(ratio: Ratio, first: Median, second: Median) -> Finding:
    assert first.value is not None
    assert second.value is not None
    ids = (ratio.id, first.id, second.id)
    if min(first.value.value, second.value.value, ratio.value.value) <= 0:
        return Finding(DIRECTION, Verdict.UNCHECKABLE, ids, "0 is no median or ratio that compares hazards")
    expected = float(second.value) / float(first.value)
    medians = f"medians {first.value} and {second.value}"
    shown = f"{medians}: constant hazards would give {expected:.2f}, printed {ratio.value}"
    favours_first, longer_first = ratio.value.value < 1, first.value.value > second.value.value
    if ratio.value.value == 1 or first.value.value == second.value.value or favours_first == longer_first:
        return Finding(
            DIRECTION, Verdict.OK, ids, f"{shown}: the same direction", (), "HR = median 2 / median 1"
        )
    text = (
        f"{shown}: the longer median is in the arm with the higher hazard; true only where the curves cross"
    )
    question = (
        "Do the curves cross, and are proportional hazards tenable? Is the ratio first arm over second?"
    )
    repairs = (f"the ratio inverted, {ratio.value.at(1 / ratio.value.value)}",)
    return Finding(
        DIRECTION,
        Verdict.NOTE,
        ids,
        text,
        ("constant hazards",),
        "HR = median 2 / median 1",
        repairs,
        question,
    )


def reductions(publication: Publication) -> Iterator[Finding]:
    """A reduction in percent against 1 − ratio, and against the ratio of medians."""
    for claim in publication.all_of(Reduction):
        ratios = [one for one in publication.all_of(Ratio) if _is_of(claim, one)]
        yield _reduction(publication, claim, ratios)


def _is_of(claim: Reduction, ratio: Ratio) -> bool:
    if claim.of is not None:
        return ratio.id in claim.of
    return not endpoint_of(claim) or endpoint_of(ratio) == endpoint_of(claim)


def _reduction(publication: Publication, claim: Reduction, ratios: list[Ratio]) -> Finding:
    if not ratios:
        return Finding(
            REDUCTION, Verdict.UNCHECKABLE, (claim.id,), f"{claim.percent} %: no ratio to compare it with"
        )
    for reading, how in ((_strict, ""), (_loose, " (digits cut off, not rounded)")):
        for ratio in ratios:
            if _complements(ratio.value, claim.percent, reading):
                text = f"{_complement(ratio)}, printed {claim.percent} %{how}"
                verdict = Verdict.NOTE if how else Verdict.OK
                return Finding(REDUCTION, verdict, (claim.id, ratio.id), text, (), "1 − ratio")
    for ratio in ratios:
        by_medians = _by_medians(publication, claim, ratio)
        if by_medians is not None:
            return by_medians
    told = [_complement(ratio) for ratio in ratios]
    text = f"{', '.join(told)}, printed {claim.percent} %"
    correct = claim.percent.at(100 * (1 - ratios[0].value.value))
    return Finding(
        REDUCTION,
        Verdict.ERROR,
        (claim.id, *(ratio.id for ratio in ratios)),
        text,
        ("the reduction is that of the ratio",),
        "1 − ratio",
        (f"{correct} % instead of {claim.percent} %",),
        "From which ratio was the reduction computed?",
    )


def _strict(number: Printed) -> Span:
    return number.rounded


def _loose(number: Printed) -> Span:
    return number.either


def _complements(ratio: Printed, percent: Printed, reading: Callable[[Printed], Span]) -> bool:
    """Whether 1 − ratio and a percentage have a value in common."""
    span = reading(ratio)
    return Span(100 * (1 - span.high), 100 * (1 - span.low)).meets(reading(percent))


def _complement(ratio: Ratio) -> str:
    return f"100 (1 − {ratio.value}) = {float(100 * (1 - ratio.value.value)):g} %"


def _by_medians(publication: Publication, claim: Reduction, ratio: Ratio) -> Finding | None:
    pair = _medians(publication, ratio) if ratio.contrast else None
    if pair is None or pair[0].value is None or pair[1].value is None:
        return None
    first, second = pair[0].value, pair[1].value
    if 0 in {first.value, second.value}:
        return None
    for name, share in (
        (f"100 (1 − {second} / {first})", 100 * (1 - second.value / first.value)),
        (f"100 ({first} / {second} − 1)", 100 * (first.value / second.value - 1)),
    ):
        if share in claim.percent.rounded:
            text = f"{name} = {float(share):.1f} %: it is from the medians, not 1 − {ratio.value}"
            ids = (claim.id, ratio.id, pair[0].id, pair[1].id)
            question = "Is a change of the median meant? It is no reduction of the risk."
            return Finding(REDUCTION, Verdict.IDENTIFIED, ids, text, (), "ratio of medians", (), question)
    return None
