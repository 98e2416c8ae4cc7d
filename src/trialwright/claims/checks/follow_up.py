"""Times against the calendar, and how the follow-up must have been estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.calendar import (
    DAYS,
    least_in_days,
    longest_follow_up_days,
    shortest_potential_days,
)
from trialwright.claims.checks.times import STEPS
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import FollowUp, Landmark, Median, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.fields import TimeUnit
    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

BEYOND = "BEYOND-FOLLOW-UP"
FOLLOW_UP = "FOLLOW-UP-METHOD"
_REVERSE = "Schemper and Smith 1996"


def beyond_follow_up(publication: Publication) -> Iterator[Finding]:
    """Times longer than from the first enrolment to the data cut-off."""
    longest = longest_follow_up_days(publication)
    for claim in publication.all_of(Median, FollowUp):
        for name, number, is_limit in _times(claim):
            if claim.unit is None:
                text = f"{name} {number} has no unit to compare it with the calendar"
                yield Finding(BEYOND, Verdict.UNCHECKABLE, (claim.id,), text)
            elif longest is not None and least_in_days(number, claim.unit) > longest:
                yield _beyond(claim, name, number, longest, is_limit=is_limit)
            elif longest is not None:
                text = f"{name} {number} {claim.unit}s is within the longest follow-up"
                yield Finding(BEYOND, Verdict.OK, (claim.id,), f"{text}, {_in(longest, claim.unit)}")


def landmarks_beyond(publication: Publication) -> Iterator[Finding]:
    """Rates at a time that nobody can have reached."""
    longest = longest_follow_up_days(publication)
    for rate in publication.all_of(Landmark):
        if rate.unit is not None and longest is not None and least_in_days(rate.time, rate.unit) > longest:
            text = (
                f"{rate.percent} % at {rate.time} {rate.unit}s, beyond the longest possible follow-up, "
                f"{_in(longest, rate.unit)}"
            )
            repairs = (f"a time of at most {_in(longest, rate.unit)}",)
            question = "Which subject was observed for that long?"
            assumptions = ("the follow-up begins at the enrolment and ends at the cut-off",)
            yield Finding(BEYOND, Verdict.ERROR, (rate.id,), text, assumptions, STEPS, repairs, question)


def _in(days: float, unit: TimeUnit) -> str:
    return f"{days / DAYS[unit]:.1f} {unit}s"


def _times(claim: Median | FollowUp) -> Iterator[tuple[str, Printed, bool]]:
    if claim.value is not None:
        yield "the median", claim.value, False
    if claim.range is not None and claim.range[1] is not None:
        yield "the longest time", claim.range[1], False
    if claim.ci is not None and claim.ci[1] is not None:
        yield "the upper limit", claim.ci[1], True


def _beyond(claim: Median | FollowUp, name: str, number: Printed, longest: int, *, is_limit: bool) -> Finding:
    assert claim.unit is not None
    reach = _in(longest, claim.unit)
    text = f"{name}, {number} {claim.unit}s, is longer than the longest possible follow-up, {reach}"
    normal = is_limit and claim.value is not None and claim.ci is not None and _is_symmetric(claim)
    if normal:
        text += ": no observed time can give it, only normal theory, which goes beyond the data"
    return Finding(
        BEYOND,
        Verdict.UNSUPPORTED if normal else Verdict.ERROR,
        (claim.id,),
        text,
        ("the follow-up begins at the enrolment and ends at the cut-off",),
        STEPS,
        (f"at most {reach}, or 'not reached'",),
        "Which subject was observed for that long?",
    )


def _is_symmetric(claim: Median | FollowUp) -> bool:
    assert claim.value is not None
    assert claim.ci is not None
    low, high = claim.ci
    return (
        low is not None
        and high is not None
        and abs((low.value + high.value) / 2 - claim.value.value) <= claim.value.unit
    )


def follow_up_method(publication: Publication) -> Iterator[Finding]:
    """A median observed time cannot pass the median survival: then it is reverse Kaplan–Meier."""
    overall = [
        one for one in publication.all_of(Median) if endpoint_of(one) == "OS" and one.value is not None
    ]
    for claim in publication.all_of(FollowUp):
        if claim.unit is None or claim.method:
            text = (
                f"{claim.value}: method stated ({claim.method})"
                if claim.method
                else f"{claim.value} has no unit"
            )
            verdict = Verdict.NOTE if claim.method else Verdict.UNCHECKABLE
            yield Finding(FOLLOW_UP, verdict, (claim.id,), text)
            continue
        same = [
            one for one in overall if one.unit is not None and one.population == claim.population
        ] or overall
        exceeded = [
            one
            for one in same
            if least_in_days(claim.value, claim.unit)
            > float(one.value.either.high) * DAYS[one.unit or claim.unit]
        ]
        if exceeded and len(exceeded) == len(same):
            yield _reverse(claim, exceeded[0])
        elif claim.ci is not None:
            text = (
                f"{claim.value} has a confidence interval, so it is read from a curve: reverse Kaplan–Meier"
            )
            yield Finding(FOLLOW_UP, Verdict.IDENTIFIED, (claim.id,), text, (), _REVERSE)
        elif (least := shortest_potential_days(publication)) and _most_in_days(claim) < least:
            yield _short(claim, least)
        else:
            text = f"{claim.value}: observed time or reverse Kaplan–Meier, the figures do not tell"
            question = "Was the median follow-up estimated by reverse Kaplan–Meier?"
            yield Finding(FOLLOW_UP, Verdict.UNCHECKABLE, (claim.id,), text, question=question)


def _most_in_days(claim: FollowUp) -> float:
    assert claim.unit is not None
    return float(claim.value.either.high) * DAYS[claim.unit]


def _short(claim: FollowUp, least: int) -> Finding:
    """Shorter than from the last enrolment to the cut-off: deaths end it, or subjects were lost."""
    assert claim.unit is not None
    text = (
        f"{claim.value} {claim.unit}s is less than from the last enrolment to the cut-off, "
        f"{_in(least, claim.unit)}, for which everybody alive and not lost was followed: it is the observed "
        "time, deaths included, or half of the subjects were lost"
    )
    question = "What is the reverse Kaplan–Meier median, and how many were lost?"
    assumptions = ("the follow-up ends at the cut-off",)
    return Finding(FOLLOW_UP, Verdict.IDENTIFIED, (claim.id,), text, assumptions, _REVERSE, (), question)


def _reverse(claim: FollowUp, overall: Median) -> Finding:
    text = (
        f"if {claim.value} {claim.unit}s is the median observed time, half of the subjects were under "
        f"observation then and survival is at least 50 %; yet the median survival is {overall.value}: it "
        "must be reverse Kaplan–Meier, or the follow-up of the survivors only"
    )
    question = "Is the follow-up the reverse Kaplan–Meier median, and of which subjects?"
    assumptions = ("follow-up and survival start alike, in the same subjects",)
    return Finding(
        FOLLOW_UP,
        Verdict.IDENTIFIED,
        (claim.id, overall.id),
        text,
        assumptions,
        _REVERSE,
        (),
        question,
    )
