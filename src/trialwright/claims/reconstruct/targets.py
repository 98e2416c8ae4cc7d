"""The printed figures as constraints on whole days and whole subjects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.calendar import DAYS, longest_follow_up_days
from trialwright.claims.counts import counts_of
from trialwright.claims.log_scale import Range, Wald, p_range
from trialwright.claims.model import (
    FollowUp,
    Landmark,
    Measure,
    Median,
    Proportion,
    Publication,
    Ratio,
    endpoint_of,
)
from trialwright.errors import StudyFileError
from trialwright.stats.special import normal_two_sided

if TYPE_CHECKING:
    from trialwright.claims.model import TimeUnit
    from trialwright.claims.printed import Printed

ENDPOINTS = ("OS", "PFS")
EVERYBODY = "all"
_EVALUABLE = "evaluable"
UNBOUNDED_DAYS = 3 * 365
_USUAL_LEVEL = 95.0
_PERCENT = 100.0
_GRID = 61
FIRST_SCAN = 43
CONFIRMED_AFTER = 29


@dataclass(frozen=True, slots=True)
class Days:
    """The whole days that a printed time can be."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MedianTarget:
    """A median to be met; `of_censoring` is the reverse Kaplan–Meier median."""

    claim: str
    days: Days
    of_censoring: bool = False


@dataclass(frozen=True, slots=True)
class RateTarget:
    """Survival at a day, between two probabilities."""

    claim: str
    day: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ObservedTarget:
    """Observed follow-up: the median, and the shortest and longest where they are printed."""

    claim: str
    median: Days
    shortest: Days | None
    longest: Days | None


@dataclass(frozen=True, slots=True)
class RatioTarget:
    """A hazard ratio of two groups: its logarithm and standard error."""

    claim: str
    endpoint: str
    groups: tuple[str, str]
    log_ratio: float
    std_error: float


@dataclass(frozen=True, slots=True)
class Group:
    """One group of subjects and what its curves must meet."""

    name: str
    n: int
    horizon: int
    medians: dict[str, tuple[MedianTarget, ...]]
    rates: dict[str, tuple[RateTarget, ...]]
    observed: tuple[ObservedTarget, ...]
    free_for: tuple[tuple[int, int], ...] = ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The ids of every claim that constrains this group."""
        curves = [one.claim for part in (self.medians, self.rates) for ones in part.values() for one in ones]
        return tuple(dict.fromkeys([*curves, *(one.claim for one in self.observed)]))


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that the reconstruction is held to, and what it had to assume."""

    groups: tuple[Group, ...]
    ratios: tuple[RatioTarget, ...]
    assumptions: tuple[str, ...]


def days_of(number: Printed, unit: TimeUnit) -> Days:
    """The whole days that round to this time."""
    span, factor = number.rounded, DAYS[unit]
    return Days(max(math.ceil(float(span.low) * factor), 1), math.floor(float(span.high) * factor))


def targets_of(publication: Publication) -> Targets:
    """Turn the claims into constraints.

    Raises:
        StudyFileError: the claims name no number of subjects, or no time to an event.
    """
    everybody = publication.enrolled
    if everybody is None:
        raise StudyFileError.at("claims", "no number of subjects is stated", remedy="add study.enrolled")
    timed = [one for one in publication.all_of(Median, Landmark) if endpoint_of(one) in ENDPOINTS]
    if not timed:
        raise StudyFileError.at(
            "claims", "no median or rate of OS or PFS to rebuild from", remedy="add a claim of type median"
        )
    names = list(dict.fromkeys(group_of(publication, one.population) for one in timed))
    assumed: list[str] = []
    if any(one.population is None for one in timed):
        where = group_of(publication, None)
        assumed.append(f"figures without a stated population are of the population '{where}'")
    groups = tuple(_group(publication, name, assumed) for name in names)
    ratios = tuple(one for claim in publication.all_of(Ratio) if (one := _ratio(claim, groups)) is not None)
    return Targets(groups, ratios, tuple(dict.fromkeys(assumed)))


def group_of(publication: Publication, population: str | None) -> str:
    """The population of a figure: as stated, else the evaluable subjects, else everybody."""
    if population is not None:
        return population
    return _EVALUABLE if _EVALUABLE in publication.populations else EVERYBODY


def _group(publication: Publication, name: str, assumed: list[str]) -> Group:
    n = publication.populations[name].n if name in publication.populations else publication.enrolled
    assert n is not None
    longest = longest_follow_up_days(publication)
    if longest is None:
        assumed.append(f"no dates bound the follow-up: {UNBOUNDED_DAYS} days at most")
    mine = [
        one
        for one in publication.all_of(Median, Landmark)
        if group_of(publication, one.population) == name and one.unit is not None
    ]
    medians = {
        endpoint: tuple(
            MedianTarget(one.id, days_of(one.value, one.unit))
            for one in mine
            if isinstance(one, Median) and one.value is not None and one.unit and endpoint_of(one) == endpoint
        )
        for endpoint in ENDPOINTS
    }
    rates = {
        endpoint: tuple(
            _rate(one) for one in mine if isinstance(one, Landmark) and endpoint_of(one) == endpoint
        )
        for endpoint in ENDPOINTS
    }
    observed = _follow_up(publication, name, medians, assumed)
    return Group(name, n, longest or UNBOUNDED_DAYS, medians, rates, observed, _free_for(publication, name))


def _rate(claim: Landmark) -> RateTarget:
    assert claim.unit is not None
    day = math.floor(float(claim.time) * DAYS[claim.unit])
    span = claim.percent.rounded
    return RateTarget(
        claim.id, day, max(float(span.low) / _PERCENT, 0.0), min(float(span.high) / _PERCENT, 1.0)
    )


def _follow_up(
    publication: Publication, name: str, medians: dict[str, tuple[MedianTarget, ...]], assumed: list[str]
) -> tuple[ObservedTarget, ...]:
    """Follow-up with an interval is taken as reverse Kaplan–Meier, with a range as observed time."""
    observed = []
    for claim in publication.all_of(FollowUp):
        if claim.unit is None or group_of(publication, claim.population) != name:
            continue
        days = days_of(claim.value, claim.unit)
        if claim.ci is not None:
            assumed.append(f"{claim.id} is a reverse Kaplan–Meier median, for it has an interval")
            medians["OS"] = (*medians["OS"], MedianTarget(claim.id, days, of_censoring=True))
            continue
        assumed.append(f"{claim.id} is the median of the observed times")
        low, high = claim.range or (None, None)
        shortest = days_of(low, claim.unit) if low else None
        observed.append(ObservedTarget(claim.id, days, shortest, days_of(high, claim.unit) if high else None))
    return tuple(observed)


def _ratio(claim: Ratio, groups: tuple[Group, ...]) -> RatioTarget | None:
    """A ratio of two groups that are rebuilt; where it misses its interval, the interval's middle counts."""
    names = {one.name for one in groups}
    endpoint = endpoint_of(claim)
    if claim.measure is not Measure.HAZARD or claim.contrast is None or not set(claim.contrast) <= names:
        return None
    if endpoint not in ENDPOINTS or claim.ci is None or claim.ci[0] is None or claim.ci[1] is None:
        return None
    wald = Wald(claim.value, claim.ci[0], claim.ci[1], claim.level or _USUAL_LEVEL, lambda one: one.rounded)
    log_ratio, error = _aim(claim, wald)
    return RatioTarget(claim.id, endpoint, claim.contrast, log_ratio, error)


def _aim(claim: Ratio, wald: Wald) -> tuple[float, float]:
    """The log ratio and standard error in the middle of all that print as interval and P value do.

    Where ratio and interval contradict, the interval counts; where the P value does, it is left out.
    """
    centre, error = wald.centre(), wald.standard_error()
    printed = p_range(claim.p, wald.reading) if claim.p is not None else Range(0.0, 1.0)
    value = wald.value.rounded if wald.is_symmetric() else None
    fits = []
    for b in np.linspace(centre.low, centre.high, _GRID):
        for se in np.linspace(error.low, error.high, _GRID):
            limits = wald.limits(float(b), float(se))
            known = limits[0] in wald.low.rounded and limits[1] in wald.high.rounded
            if known and (value is None or math.exp(b) in value):
                fits.append((float(b), float(se), printed.holds(normal_two_sided(float(b) / float(se)))))
    best = [fit for fit in fits if fit[2]] or fits
    if not best:
        return (centre.low + centre.high) / 2, (error.low + error.high) / 2
    return sum(fit[0] for fit in best) / len(best), sum(fit[1] for fit in best) / len(best)


def response_counts(publication: Publication, group: str) -> dict[str, int]:
    """How many of a group responded, completely and at all, and how many had disease control."""
    found: dict[str, int] = {}
    for claim in publication.all_of(Proportion):
        counts = counts_of(publication, claim)
        if group_of(publication, claim.population) == group and counts:
            found.setdefault(endpoint_of(claim), counts[0])
    return found


def _free_for(publication: Publication, group: str) -> tuple[tuple[int, int], ...]:
    """How many subjects must be free of progression for so long, for their responses to be seen."""
    counts = response_counts(publication, group)
    needed = (("DCR", FIRST_SCAN + 2), ("ORR", FIRST_SCAN + CONFIRMED_AFTER + 1))
    return tuple((counts[name], day) for name, day in needed if name in counts)
