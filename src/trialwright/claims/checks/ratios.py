"""A ratio, its interval and its P value against each other; the events that they imply; repairs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.claims.checks.ratio_repairs import repairs
from trialwright.claims.checks.tables import has_table
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.log_scale import (
    Range,
    Wald,
    meet,
    other_test_tolerance,
    p_range,
    profile_tolerance,
    z_gap,
)
from trialwright.claims.model import CountClaim, Measure, Ratio, endpoint_of
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed, Span

CODE = "RATIO-INTERVAL-P"
EVENTS = "EVENTS-IMPLIED"
_SCHOENFELD = "Schoenfeld 1981"
SOURCE = "exp(b ± z·SE), P = 2 Φ(−|b| / SE)"
LEVELS = (95.0, 90.0, 99.0, 80.0)
USUAL = 95.0
_FAR = 1.0
_FAR_TOLERANCES = 3.0


def strict(number: Printed) -> Span:
    """Half a unit on each side."""
    return number.rounded


def loose(number: Printed) -> Span:
    """Rounded or cut off."""
    return number.either


def wald_of(claim: Ratio, level: float, reading: Callable[[Printed], Span]) -> Wald | None:
    """The claim on the log scale; None without both limits."""
    if claim.ci is None or claim.ci[0] is None or claim.ci[1] is None:
        return None
    return Wald(claim.value, claim.ci[0], claim.ci[1], level, reading)


def ratios(publication: Publication) -> Iterator[Finding]:
    """Each ratio; one that its counts give is judged by these, not by the log scale."""
    for claim in publication.all_of(Ratio):
        if not has_table(publication, claim):
            yield _check(claim)


def _check(claim: Ratio) -> Finding:
    wald = wald_of(claim, claim.level or USUAL, strict)
    if wald is None:
        text = f"{claim.value} has no interval to compare it with"
        return Finding(
            CODE, Verdict.UNCHECKABLE, (claim.id,), text, question="What is its confidence interval?"
        )
    out_of_order = _out_of_order(claim, wald)
    if out_of_order is not None:
        return out_of_order
    for reading, how in ((strict, ""), (loose, "; digits cut off, not rounded")):
        agreed = _agreement(claim, reading, how)
        if agreed is not None:
            return agreed
    return _disagreement(claim)


def _out_of_order(claim: Ratio, wald: Wald) -> Finding | None:
    low, value, high = wald.low, wald.value, wald.high
    if low.value <= value.value <= high.value and low.value >= 0 and value.value > 0:
        return None
    text = f"{value} ({low}–{high}): a ratio is positive and lies between its limits"
    return Finding(
        CODE, Verdict.ERROR, (claim.id,), text, (), SOURCE, tuple(repairs(claim)), "Which number is wrong?"
    )


def _agreement(claim: Ratio, reading: Callable[[Printed], Span], how: str) -> Finding | None:
    """The finding where ratio, interval and P fit each other, at the level stated or at one of the usual."""
    for level in (claim.level,) if claim.level is not None else LEVELS:
        wald = wald_of(claim, level, reading)
        assert wald is not None
        if not wald.is_symmetric() or (
            claim.p is not None and not meet(wald.p_values(), p_range(claim.p, reading))
        ):
            continue
        centre = math.exp((wald.centre().low + wald.centre().high) / 2)
        text = f"middle of the interval on the log scale {centre:.3f}, printed {claim.value}"
        if claim.p is not None:
            text += f"; Wald P {_told(wald.p_values())}, printed {claim.p}"
        verdict = Verdict.NOTE if how else Verdict.OK
        if claim.level is None:
            verdict = Verdict.IDENTIFIED if claim.p is not None else Verdict.NOTE
            text += f"; no level is stated: it fits {level:g} %" if claim.p else "; no level is stated"
        return Finding(CODE, verdict, (claim.id,), text + how, (), SOURCE)
    return None


def _told(span: Range) -> str:
    return f"{span.low:.3f}–{span.high:.3f}"


def _disagreement(claim: Ratio) -> Finding:
    """The finding at the level stated, else at the one of the usual levels that speaks for the claim most."""
    found = []
    for level in (claim.level,) if claim.level is not None else LEVELS:
        wald = wald_of(claim, level, strict)
        assert wald is not None
        events = wald.events_needed()
        interval, words = _interval_verdict(claim, wald, events)
        p, p_words = _p_verdict(claim, wald, events)
        text = "; ".join(part for part in (words, p_words) if part)
        found.append((min(_rank(interval), _rank(p)), level, text))
    rank, level, text = max(found, key=lambda one: one[0])
    verdict = list(Verdict)[rank]
    assumed = () if claim.level is not None else (f"a level of {level:g} %: none is stated",)
    mended = tuple(repairs(claim)) if verdict in {Verdict.ERROR, Verdict.SUSPECT} else ()
    question = "Which of ratio, limits and P value is misprinted, or by which method was each computed?"
    model = "a Wald interval and P value; profile likelihood and log-rank are allowed for as events are few"
    return Finding(
        CODE, verdict, (claim.id,), text, (*assumed, model), SOURCE, mended, question if mended else ""
    )


def _rank(verdict: Verdict) -> int:
    return list(Verdict).index(verdict)


def _interval_verdict(claim: Ratio, wald: Wald, events: float) -> tuple[Verdict, str]:
    centre = wald.centre()
    shown = f"{math.exp(centre.low):.3f}–{math.exp(centre.high):.3f}"
    fits = f"the middle of {wald.low}–{wald.high} on the log scale is {shown}, printed {claim.value}"
    if wald_of_is_symmetric(claim):
        return Verdict.OK, fits
    gap = wald.asymmetry()
    text = f"{fits}: the ratio does not sit with its own interval ({gap:.2f} standard errors off)"
    if claim.measure is not Measure.HAZARD:
        return (
            Verdict.NOTE if gap < 2 * profile_tolerance(events) else Verdict.SUSPECT
        ), f"{text}; exact limits differ"
    return (Verdict.ERROR if gap > profile_tolerance(events) else Verdict.SUSPECT), text


def wald_of_is_symmetric(claim: Ratio) -> bool:
    """Whether the ratio can be the middle of its interval, by rounding or truncation."""
    wald = wald_of(claim, USUAL, loose)
    return wald is not None and wald.is_symmetric()


def _p_verdict(claim: Ratio, wald: Wald, events: float) -> tuple[Verdict, str]:
    if claim.p is None:
        return Verdict.OK, ""
    printed = p_range(claim.p, loose)
    possible = wald.p_values()
    if meet(possible, printed):
        return Verdict.OK, f"Wald P {_told(possible)}, printed {claim.p}"
    text = f"ratio and interval give a Wald P of {_told(possible)}, printed {claim.p}"
    widest = wald_of(claim, wald.level, loose) or wald
    if meet(Range(widest.p_values().low / 2, widest.p_values().high / 2), printed):
        return Verdict.NOTE, f"{text}: it is half of that, so one-sided"
    if claim.adjusted:
        return Verdict.NOTE, f"{text}: the ratio is adjusted, the P value of another test or model"
    gap = z_gap(wald, printed)
    z = max(wald.z_values().high, 0.0)
    tolerance = other_test_tolerance(z, events)
    if gap <= tolerance:
        return (
            Verdict.NOTE,
            f"{text}: not the Wald P, though a log-rank P of about {events:.0f} events may differ so",
        )
    if gap > _FAR + _FAR_TOLERANCES * tolerance:
        return Verdict.ERROR, f"{text}: {gap:.2f} apart in z, more than any test of these data allows"
    return (
        Verdict.SUSPECT,
        f"{text}: {gap:.2f} apart in z, more than a log-rank test would differ ({tolerance:.2f})",
    )


def events_implied(publication: Publication) -> Iterator[Finding]:
    """The least number of events behind the width of a hazard ratio's interval."""
    for claim in publication.all_of(Ratio):
        wald = wald_of(claim, claim.level or USUAL, strict)
        if claim.measure is not Measure.HAZARD or wald is None or wald.low.value >= wald.high.value:
            continue
        yield _events(publication, claim, wald)


def _events(publication: Publication, claim: Ratio, wald: Wald) -> Finding:
    least = math.ceil(wald.events_needed() - 1e-9)
    error = wald.standard_error()
    text = f"SE {error.low:.3f}–{error.high:.3f}: at least 4 / SE² = {least} events"
    people = _people(publication, claim)
    level = () if claim.level is not None else ("a level of 95 %: none is stated",)
    assumptions = (*level, "4 / SE² holds for equal arms at least; unequal ones or covariates need more")
    stated = _stated_events(publication, claim)
    limit, what = (stated, "events are stated") if stated is not None else (people, "subjects there are")
    if limit is None or least <= limit:
        text += "" if limit is None else f" of the {limit} {what}"
        return Finding(EVENTS, Verdict.NOTE, (claim.id,), text, assumptions, _SCHOENFELD)
    text = f"{text}, more than the {limit} {what}: the interval cannot be reproduced from so few"
    question = "How many events were analysed, and is the interval printed right?"
    fitting = [other for other in _lower_levels(claim) if _needed(claim, other) <= limit]
    if fitting:
        text += f"; one of {fitting[0]:g} % needs {_needed(claim, fitting[0])}"
        return Finding(EVENTS, Verdict.NOTE, (claim.id,), text, assumptions, _SCHOENFELD, (), question)
    repairs = (f"an interval of at least {_least_width(limit, claim)}",)
    return Finding(EVENTS, Verdict.ERROR, (claim.id,), text, assumptions, _SCHOENFELD, repairs, question)


def _lower_levels(claim: Ratio) -> list[float]:
    """The levels that an interval without one may have, below the usual one: they need fewer events."""
    return [] if claim.level is not None else [level for level in LEVELS if level < USUAL]


def _needed(claim: Ratio, level: float) -> int:
    wald = wald_of(claim, level, strict)
    assert wald is not None
    return math.ceil(wald.events_needed() - 1e-9)


def _least_width(events: int, claim: Ratio) -> str:
    reach = math.exp(normal_isf((1.0 - (claim.level or USUAL) / 100.0) / 2.0) * 2 / math.sqrt(events))
    value = float(claim.value)
    return f"{claim.value.at(value / reach)}–{claim.value.at(value * reach)}"


def _people(publication: Publication, claim: Ratio) -> int | None:
    if claim.population is not None:
        return publication.size(claim.population)
    arms = claim.contrast or ()
    if arms and all(arm in publication.populations for arm in arms):
        return sum(publication.populations[arm].n for arm in arms)
    return publication.enrolled


def _stated_events(publication: Publication, claim: Ratio) -> int | None:
    """The events that a count claim of the same endpoint states."""
    for count in publication.all_of(CountClaim):
        words = f"{count.label or ''} {count.id}".lower()
        if endpoint_of(claim) and endpoint_of(count) == endpoint_of(claim) and "event" in words:
            return int(count.k)
    return None
