"""Median times: against their intervals, landmark rates, the calendar and the follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.calendar import DAYS, in_days, least_in_days, longest_follow_up_days
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import FollowUp, Landmark, Median, TimeUnit, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed

INTERVAL = "MEDIAN-INTERVAL"
BEYOND = "BEYOND-FOLLOW-UP"
LANDMARK = "MEDIAN-LANDMARK"
NESTED = "PFS-OS"
FOLLOW_UP = "FOLLOW-UP-METHOD"
STEPS = "the Kaplan–Meier curve falls only at event times (Brookmeyer and Crowley 1982)"
_HALF = 50
_NORMAL = "a median ± z · SE is symmetric around the median (normal theory, as SPSS prints)"


def median_intervals(publication: Publication) -> Iterator[Finding]:
    """Each interval of a median or of a follow-up: order, and the symmetry of normal theory."""
    for claim in publication.all_of(Median, FollowUp):
        if claim.value is None:
            yield Finding(INTERVAL, Verdict.UNCHECKABLE, (claim.id,), "the median was not reached")
        elif claim.ci is None or claim.ci == (None, None):
            text = f"{claim.value} has no interval to compare it with"
            yield Finding(INTERVAL, Verdict.UNCHECKABLE, (claim.id,), text)
        elif claim.ci[0] is None or claim.ci[1] is None:
            yield _one_limit(claim, claim.value, claim.ci)
        else:
            yield _interval(claim, claim.value, claim.ci[0], claim.ci[1])


def _one_limit(
    claim: Median | FollowUp, value: Printed, limits: tuple[Printed | None, Printed | None]
) -> Finding:
    """A median whose other limit was not reached."""
    low, high = limits
    shown = f"{value} ({low or 'not reached'}–{high or 'not reached'})"
    if (low is not None and low.value > value.value) or (high is not None and high.value < value.value):
        question = "Which of the two numbers is wrong?"
        text = f"{shown}: a median lies between its limits"
        return Finding(INTERVAL, Verdict.ERROR, (claim.id,), text, (), STEPS, (), question)
    return Finding(INTERVAL, Verdict.OK, (claim.id,), f"{shown} is in order", (), STEPS)


def _interval(claim: Median | FollowUp, value: Printed, low: Printed, high: Printed) -> Finding:
    shown = f"{value} ({low}–{high})"
    if not low.value <= value.value <= high.value or low.value < 0:
        text = f"{shown}: a median lies between its limits, and none is negative"
        question = "Which of the three numbers is wrong?"
        return Finding(INTERVAL, Verdict.ERROR, (claim.id,), text, (), STEPS, (), question)
    level = () if claim.level is not None else ("no confidence level is stated",)
    middle = (low.value + high.value) / 2
    slack = (value.unit + low.unit) / 2
    if abs(middle - value.value) <= slack and low.value < high.value:
        half = float(high.value - low.value) / 2
        text = (
            f"{shown} is {value} ± {value.at(half)}, symmetric: normal theory gives such an interval, "
            "the steps of a Kaplan–Meier curve do so only by chance"
        )
        question = (
            "Was the interval computed as median ± 1.96 SE? The log-log interval would be worth giving."
        )
        return Finding(INTERVAL, Verdict.IDENTIFIED, (claim.id,), text, level, _NORMAL, (), question)
    text = f"{shown} is in order and not symmetric, as Kaplan–Meier steps give it"
    return Finding(INTERVAL, Verdict.OK, (claim.id,), text, level, STEPS)


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


def _about_the_same(first: Median | Landmark | FollowUp, second: Median | Landmark) -> bool:
    return endpoint_of(first) == endpoint_of(second) != "" and first.population == second.population


def landmarks(publication: Publication) -> Iterator[Finding]:
    """Medians against rates at a time, and rates against each other: the curve never rises."""
    rates = publication.all_of(Landmark)
    medians = [one for one in publication.all_of(Median) if one.value is not None]
    for rate in rates:
        paired = [median for median in medians if _about_the_same(median, rate)]
        for median in paired:
            yield _against_median(median, rate)
        if not paired:
            text = f"{rate.percent} % at {rate.time}: no median of the same endpoint and population"
            yield Finding(LANDMARK, Verdict.UNCHECKABLE, (rate.id,), text)
        if rate.ci is not None:
            yield from _rate_interval(rate)
    for early in rates:
        for late in rates:
            if early is not late and _about_rates(early, late) and early.time.value < late.time.value:
                yield _falling(early, late)


def _rate_interval(rate: Landmark) -> Iterator[Finding]:
    low, high = rate.ci or (None, None)
    if low is not None and high is not None and not low.value <= rate.percent.value <= high.value:
        text = f"{rate.percent} % lies outside its own interval {low}–{high}"
        yield Finding(LANDMARK, Verdict.ERROR, (rate.id,), text, (), STEPS, (), "Which number is wrong?")


def _about_rates(first: Landmark, second: Landmark) -> bool:
    return (
        endpoint_of(first) == endpoint_of(second) != ""
        and first.population == second.population
        and first.unit == second.unit
    )


def _falling(early: Landmark, late: Landmark) -> Finding:
    text = f"{early.percent} % at {early.time}, {late.percent} % at {late.time}"
    ids = (early.id, late.id)
    if late.percent.rounded.low > early.percent.rounded.high:
        return Finding(
            LANDMARK,
            Verdict.ERROR,
            ids,
            f"{text}: survival cannot rise",
            (),
            STEPS,
            ("the two swapped",),
            "Which is right?",
        )
    return Finding(LANDMARK, Verdict.OK, ids, f"{text}: falling", (), STEPS)


def _against_median(median: Median, rate: Landmark) -> Finding:
    ids = (median.id, rate.id)
    if median.unit is None or rate.unit is None:
        return Finding(LANDMARK, Verdict.UNCHECKABLE, ids, "a unit of time is missing")
    assert median.value is not None
    factor = DAYS[median.unit]
    first, last = float(median.value.rounded.low) * factor, float(median.value.either.high) * factor
    at = in_days(rate.time, rate.unit)
    shown = f"median {median.value} {median.unit}s, {rate.percent} % at {rate.time} {rate.unit}s"
    if at < first and rate.percent.either.high < _HALF:
        text = f"{shown}: below 50 % before the median"
    elif at > last and rate.percent.rounded.low > _HALF:
        text = f"{shown}: above 50 % after the median"
    else:
        return Finding(LANDMARK, Verdict.OK, ids, f"{shown}: no contradiction", (), STEPS)
    question = "Are median and rate of the same curve and the same subjects?"
    repairs = ("another population or endpoint of one of them", f"a rate on the other side of {_HALF} %")
    return Finding(LANDMARK, Verdict.ERROR, ids, text, ("one Kaplan–Meier curve",), STEPS, repairs, question)


def progression_and_survival(publication: Publication) -> Iterator[Finding]:
    """Progression-free survival cannot outlast survival."""
    medians = [one for one in publication.all_of(Median) if one.value is not None and one.unit is not None]
    for pfs in (one for one in medians if endpoint_of(one) == "PFS"):
        for overall in (
            one for one in medians if endpoint_of(one) == "OS" and one.population == pfs.population
        ):
            shown = f"median PFS {pfs.value} {pfs.unit}s, OS {overall.value} {overall.unit}s"
            longer = (
                least_in_days(pfs.value, pfs.unit) > float(overall.value.either.high) * DAYS[overall.unit]
            )
            verdict = Verdict.SUSPECT if longer else Verdict.OK
            text = f"{shown}: PFS ends at death at the latest" if longer else shown
            question = "Are both of the same subjects?" if longer else ""
            source = "a death ends progression-free survival"
            yield Finding(NESTED, verdict, (pfs.id, overall.id), text, (), source, (), question)


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
            yield Finding(FOLLOW_UP, Verdict.IDENTIFIED, (claim.id,), text, (), "Schemper and Smith 1996")
        else:
            text = f"{claim.value}: observed time or reverse Kaplan–Meier, the figures do not tell"
            question = "Was the median follow-up estimated by reverse Kaplan–Meier?"
            yield Finding(FOLLOW_UP, Verdict.UNCHECKABLE, (claim.id,), text, question=question)


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
        "Schemper and Smith 1996",
        (),
        question,
    )
