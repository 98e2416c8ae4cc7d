"""Comparisons against each other: ratio and medians, reductions, differences of rates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_of, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Difference, Measure, Median, Proportion, Ratio, Reduction, endpoint_of
from trialwright.stats.proportions import miettinen_nurminen, newcombe
from trialwright.stats.special import normal_isf, normal_two_sided
from trialwright.stats.tables import fisher_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

DIRECTION = "RATIO-MEDIANS"
REDUCTION = "REDUCTION"
DIFFERENCE = "RATE-DIFFERENCE"
_DEFAULT_LEVEL = 95.0


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
    told = []
    for ratio in ratios:
        span, printed = ratio.value.rounded, claim.percent.rounded
        low, high = 100 * (1 - span.high), 100 * (1 - span.low)
        if low <= printed.high and printed.low <= high:
            text = f"{_complement(ratio)}, printed {claim.percent} %"
            return Finding(REDUCTION, Verdict.OK, (claim.id, ratio.id), text, (), "1 − ratio")
        told.append(_complement(ratio))
        by_medians = _by_medians(publication, claim, ratio)
        if by_medians is not None:
            return by_medians
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


def _complement(ratio: Ratio) -> str:
    return f"100 (1 − {ratio.value}) = {float(100 * (1 - ratio.value.value)):g} %"


def _by_medians(publication: Publication, claim: Reduction, ratio: Ratio) -> Finding | None:
    pair = _medians(publication, ratio) if ratio.contrast else None
    if pair is None or pair[0].value is None or pair[1].value is None:
        return None
    first, second = pair[0].value, pair[1].value
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


def differences(publication: Publication) -> Iterator[Finding]:
    """A difference of two rates: its value, its interval and its P value."""
    for claim in publication.all_of(Difference):
        counts = _two_by_two(publication, claim)
        if counts is None:
            text = "the two rates behind the difference are not known as counts"
            yield Finding(DIFFERENCE, Verdict.UNCHECKABLE, (claim.id,), text)
        else:
            yield from _difference(claim, *counts)


def _two_by_two(publication: Publication, claim: Difference) -> tuple[int, int, int, int] | None:
    if claim.of is None:
        return None
    found: list[int] = []
    for name in claim.of:
        rate = publication.claim(name)
        if not isinstance(rate, Proportion):
            return None
        counts, n = counts_of(publication, rate), size_of(publication, rate)
        if len(counts) != 1 or n is None or not 0 <= counts[0] <= n:
            return None
        found += [counts[0], n]
    return found[0], found[1], found[2], found[3]


def _difference(claim: Difference, k1: int, n1: int, k2: int, n2: int) -> Iterator[Finding]:
    exact = 100 * (k1 / n1 - k2 / n2)
    ids = (claim.id, *(claim.of or ()))
    if claim.value is not None:
        # many subtract the rounded percentages, which moves the difference by one unit
        slack = float(claim.value.unit)
        fits = abs(exact - float(claim.value)) <= 1.5 * slack
        text = f"{k1}/{n1} − {k2}/{n2} = {exact:.{claim.value.decimals + 1}f}, printed {claim.value}"
        repairs = () if fits else (f"{claim.value.at(exact)} instead of {claim.value}",)
        verdict = Verdict.OK if fits else Verdict.ERROR
        yield Finding(
            DIFFERENCE, verdict, ids, text, (), "subtraction", repairs, "" if fits else "Which is right?"
        )
    if claim.ci is not None and claim.ci[0] is not None and claim.ci[1] is not None:
        yield _difference_interval(claim, (claim.ci[0], claim.ci[1]), (k1, n1, k2, n2))
    if claim.p is not None:
        yield _difference_p(claim, k1, n1, k2, n2)


def _difference_interval(
    claim: Difference, limits: tuple[Printed, Printed], table: tuple[int, int, int, int]
) -> Finding:
    level = (claim.level or _DEFAULT_LEVEL) / 100
    ids = (claim.id, *(claim.of or ()))
    methods = {
        "Newcombe": newcombe(*table, level),
        "Miettinen–Nurminen": miettinen_nurminen(*table, level),
    }
    spans = {name: (100 * one.low, 100 * one.high) for name, one in methods.items()} | _wald(table, level)
    for name, (low, high) in spans.items():
        if low in limits[0].either and high in limits[1].either:
            text = f"{limits[0]} to {limits[1]} is {name}: {low:.2f} to {high:.2f}"
            return Finding(DIFFERENCE, Verdict.IDENTIFIED, ids, text, (), name)
    shown = "; ".join(f"{name} {low:.1f} to {high:.1f}" for name, (low, high) in spans.items())
    text = f"{limits[0]} to {limits[1]} is none of {shown}"
    level_words = () if claim.level else ("a level of 95 %: none is stated",)
    return Finding(
        DIFFERENCE,
        Verdict.SUSPECT,
        ids,
        text,
        level_words,
        "difference of proportions",
        (),
        "By which method?",
    )


def _wald(table: tuple[int, int, int, int], level: float) -> dict[str, tuple[float, float]]:
    k1, n1, k2, n2 = table
    z = normal_isf((1 - level) / 2)
    p1, p2 = k1 / n1, k2 / n2
    margin = z * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    correction = (1 / n1 + 1 / n2) / 2
    d = p1 - p2
    q1, q2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    caffo = z * math.sqrt(q1 * (1 - q1) / (n1 + 2) + q2 * (1 - q2) / (n2 + 2))
    return {
        "Wald": (100 * (d - margin), 100 * (d + margin)),
        "Wald with continuity correction": (100 * (d - margin - correction), 100 * (d + margin + correction)),
        "Agresti–Caffo": (100 * (q1 - q2 - caffo), 100 * (q1 - q2 + caffo)),
    }


def _difference_p(claim: Difference, k1: int, n1: int, k2: int, n2: int) -> Finding:
    assert claim.p is not None
    ids = (claim.id, *(claim.of or ()))
    tests = _p_values(k1, n1, k2, n2)
    for name, p in tests.items():
        if p in claim.p.either:
            verdict = Verdict.OK if name == "Fisher" else Verdict.IDENTIFIED
            return Finding(DIFFERENCE, verdict, ids, f"P {claim.p} is {name}: {p:.4f}", (), name)
    shown = ", ".join(f"{name} {p:.4f}" for name, p in tests.items())
    text = f"P {claim.p} is none of {shown}"
    return Finding(
        DIFFERENCE, Verdict.SUSPECT, ids, text, ("no strata",), "2 × 2 table", (), "Which test was it?"
    )


def _p_values(k1: int, n1: int, k2: int, n2: int) -> dict[str, float]:
    tests = {"Fisher": fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).p}
    pooled = (k1 + k2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    if error > 0:
        gap = abs(k1 / n1 - k2 / n2)
        tests["chi-square"] = normal_two_sided(gap / error)
        corrected = max(gap - (1 / n1 + 1 / n2) / 2, 0.0)
        tests["chi-square with continuity correction"] = normal_two_sided(corrected / error)
        tests |= {f"one-sided {name}": p / 2 for name, p in list(tests.items())}
    return tests
