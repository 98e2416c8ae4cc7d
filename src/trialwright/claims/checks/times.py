"""Median times: against their intervals and landmark rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.calendar import DAYS, in_days, least_in_days
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import FollowUp, Landmark, Median, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Claim, Publication
    from trialwright.claims.printed import Printed

INTERVAL = "MEDIAN-INTERVAL"
LANDMARK = "MEDIAN-LANDMARK"
NESTED = "PFS-OS"
STEPS = "the Kaplan–Meier curve falls only at event times (Brookmeyer and Crowley 1982)"
_HALF = 50
_ALL = 100
_MONTH_LENGTHS = 0.02
_NORMAL = "a median ± z · SE is symmetric around the median (normal theory, as SPSS prints)"


def median_intervals(publication: Publication) -> Iterator[Finding]:
    """Each interval of a median or of a follow-up: order, and the symmetry of normal theory."""
    for claim in publication.all_of(Median, FollowUp):
        if claim.value is None:
            yield Finding(INTERVAL, Verdict.UNCHECKABLE, (claim.id,), "the median was not reached")
        elif claim.value.value < 0:
            text = f"{claim.value}: no time is negative"
            yield Finding(INTERVAL, Verdict.ERROR, (claim.id,), text, (), STEPS, (), "Which time is meant?")
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
    numbers = [one.value for one in (low, value, high) if one is not None]
    if numbers != sorted(numbers) or numbers[0] < 0:
        question = "Which of the two numbers is wrong?"
        text = f"{shown}: a median lies between its limits, and none is negative"
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


def _about_the_same(first: Median | Landmark | FollowUp, second: Median | Landmark) -> bool:
    return endpoint_of(first) == endpoint_of(second) != "" and first.population == second.population


def landmarks(publication: Publication) -> Iterator[Finding]:
    """Medians against rates at a time, and rates against each other: the curve never rises."""
    rates = publication.all_of(Landmark)
    medians = [one for one in publication.all_of(Median) if one.value is not None]
    pairs = [(median, rate) for median in medians for rate in rates if _about_the_same(median, rate)]
    yield from _told_apart([(*pair, _against_median(*pair)) for pair in pairs])
    for rate in rates:
        if not any(other is rate for _, other in pairs):
            text = f"{rate.percent} % at {rate.time}: no median of the same endpoint and population"
            yield Finding(LANDMARK, Verdict.UNCHECKABLE, (rate.id,), text)
        yield from _rate_itself(rate)
    yield from _told_apart(
        [
            (early, late, _falling(early, late))
            for early in rates
            for late in rates
            if early is not late and _about_rates(early, late) and early.time.value < late.time.value
        ]
    )


def _told_apart(pairs: list[tuple[Claim, Claim, Finding]]) -> Iterator[Finding]:
    """The findings; where arms are not told apart, a contradiction only if no other pairing avoids it.

    Two arms print two medians and two rates. Without populations the first median may be paired with the
    second rate, and they are not of one curve.
    """
    for first, second, finding in pairs:
        if finding.verdict in (Verdict.OK, Verdict.UNCHECKABLE) or first.population is not None:
            yield finding
            continue
        avoided = [other for *pair, other in pairs if _is_alike(pair, first, second)]
        fine = [other.claims for other in avoided if other.verdict is Verdict.OK]
        if any(one[0] == first.id for one in fine) and any(one[1] == second.id for one in fine):
            text = f"{finding.computation}, unless they are of two groups: no population says which"
            yield Finding(finding.code, Verdict.UNCHECKABLE, finding.claims, text)
        else:
            yield finding


def _is_alike(pair: list[Claim], first: Claim, second: Claim) -> bool:
    """Whether another pair is of the same two figures: the same endpoints, times, and no population."""

    def what(one: Claim) -> tuple[str, str | None, str, str | None]:
        time, unit = (one.time.text, one.unit) if isinstance(one, Landmark) else ("", None)
        return endpoint_of(one), one.population, time, unit

    return [what(one) for one in pair] == [what(first), what(second)]


def _rate_itself(rate: Landmark) -> Iterator[Finding]:
    if not 0 <= rate.percent.value <= _ALL:
        text = f"{rate.percent} % is no share of the subjects: it lies outside 0 to 100 %"
        yield Finding(LANDMARK, Verdict.ERROR, (rate.id,), text, (), STEPS, (), "Which rate is meant?")
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
    # authors divide days by 30, 30.4 or 30.44: one or two parts in a hundred contradict nothing
    if at < first * (1 - _MONTH_LENGTHS) and rate.percent.either.high < _HALF:
        text = f"{shown}: below 50 % before the median"
    elif at > last * (1 + _MONTH_LENGTHS) and rate.percent.rounded.low > _HALF:
        text = f"{shown}: above 50 % after the median"
    else:
        return Finding(LANDMARK, Verdict.OK, ids, f"{shown}: no contradiction", (), STEPS)
    question = "Are median and rate of the same curve and the same subjects?"
    repairs = ("another population or endpoint of one of them", f"a rate on the other side of {_HALF} %")
    return Finding(LANDMARK, Verdict.ERROR, ids, text, ("one Kaplan–Meier curve",), STEPS, repairs, question)


def progression_and_survival(publication: Publication) -> Iterator[Finding]:
    """Progression-free survival cannot outlast survival."""
    medians = [one for one in publication.all_of(Median) if one.value is not None and one.unit is not None]
    yield from _told_apart(
        [
            (pfs, overall, _nested(pfs, overall))
            for pfs in (one for one in medians if endpoint_of(one) == "PFS")
            for overall in medians
            if endpoint_of(overall) == "OS" and overall.population == pfs.population
        ]
    )


def _nested(pfs: Median, overall: Median) -> Finding:
    assert pfs.value is not None
    assert pfs.unit is not None
    assert overall.value is not None
    assert overall.unit is not None
    shown = f"median PFS {pfs.value} {pfs.unit}s, OS {overall.value} {overall.unit}s"
    longer = least_in_days(pfs.value, pfs.unit) > float(overall.value.either.high) * DAYS[overall.unit]
    verdict = Verdict.SUSPECT if longer else Verdict.OK
    text = f"{shown}: PFS ends at death at the latest" if longer else shown
    question = "Are both of the same subjects?" if longer else ""
    source = "a death ends progression-free survival"
    return Finding(NESTED, verdict, (pfs.id, overall.id), text, (), source, (), question)
