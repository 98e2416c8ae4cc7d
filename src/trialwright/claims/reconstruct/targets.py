"""The printed figures as constraints on whole days and whole subjects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.calendar import DAYS, longest_follow_up_days
from trialwright.claims.log_scale import Range, Wald, p_range, z_of
from trialwright.claims.model import (
    FollowUp,
    Landmark,
    Measure,
    Median,
    Publication,
    Ratio,
    endpoint_of,
)
from trialwright.claims.reconstruct.facts import response_counts
from trialwright.errors import StudyFileError
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from trialwright.claims.fields import TimeUnit
    from trialwright.claims.printed import Printed

ENDPOINTS = ("OS", "PFS")
EVERYBODY = "all"
_EVALUABLE = "evaluable"
UNBOUNDED_DAYS = 3 * 365
_USUAL_LEVEL = 95.0
_PERCENT = 100.0
_TINY = 1e-9
FIRST_SCAN = 43
CONFIRMED_AFTER = 29
FIRST_END = 14
"""Nobody is taken to end earlier, unless the claims say so: ends heaped on the first day fit anything."""
UNCONTROLLED_BY = 63
"""Progression at the first scan, with its window."""


@dataclass(frozen=True, slots=True)
class Days:
    """The whole days that a printed time can be."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MedianTarget:
    """A median to be met, with its limits; `of_censoring` is the reverse Kaplan–Meier median."""

    claim: str
    days: Days
    of_censoring: bool = False
    limits: tuple[Days | None, Days | None] = (None, None)
    level: float = _USUAL_LEVEL


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
    """A hazard ratio of two groups: the logarithms of ratio and limits, and |z| of the log-rank test.

    A figure that contradicts the others is None, and said in `left_out`.
    """

    claim: str
    endpoint: str
    groups: tuple[str, str]
    ratio: Range | None
    low: Range
    high: Range
    z: Range | None
    level: float
    left_out: str = ""

    @property
    def std_error(self) -> float:
        """The standard error in the middle of what the limits allow."""
        width = self.high.low + self.high.high - self.low.low - self.low.high
        return width / (4 * float(normal_isf((1 - self.level / _PERCENT) / 2)))

    @property
    def log_ratio(self) -> float:
        """The logarithm of the ratio in the middle of the limits."""
        return (self.low.low + self.low.high + self.high.low + self.high.high) / 4


@dataclass(frozen=True, slots=True)
class Group:
    """One group of subjects and what its curves must meet.

    `free_for`: so many must be free of progression for so long, for their responses to be seen;
    `fails_by`: the others, without disease control, end by that day.
    """

    name: str
    n: int
    horizon: int
    medians: dict[str, tuple[MedianTarget, ...]]
    rates: dict[str, tuple[RateTarget, ...]]
    observed: tuple[ObservedTarget, ...]
    free_for: tuple[tuple[int, int], ...] = ()
    fails_by: tuple[int, int] = (0, 0)

    @property
    def first_end(self) -> int:
        """The earliest day on which a data set may let somebody die or leave."""
        shortest = [one.shortest.low for one in self.observed if one.shortest is not None]
        medians = [one.days.low for ones in self.medians.values() for one in ones]
        rates = [one.day + 1 for ones in self.rates.values() for one in ones]
        return max(min([FIRST_END, *shortest, *medians, *rates]), 1)

    @property
    def claims(self) -> tuple[str, ...]:
        """The ids of every claim that constrains this group."""
        curves = [one.claim for part in (self.medians, self.rates) for ones in part.values() for one in ones]
        return tuple(dict.fromkeys([*curves, *(one.claim for one in self.observed)]))


@dataclass(frozen=True, slots=True)
class Whole:
    """A population made of several groups, and of the subjects outside all groups where `has_rest`."""

    group: Group
    parts: tuple[str, ...]
    has_rest: bool


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that the reconstruction is held to, and what it had to assume.

    `groups` share no subject; `rest` is how many are in none of them.
    """

    groups: tuple[Group, ...]
    rest: int
    wholes: tuple[Whole, ...]
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
    assumed: list[str] = []
    if any(one.population is None for one in timed):
        where = group_of(publication, None)
        assumed.append(f"figures without a stated population are of the population '{where}'")
    names = list(dict.fromkeys(group_of(publication, one.population) for one in timed))
    leaves = [one for one in names if not any(is_within(publication, other, one) for other in names)]
    groups = tuple(_group(publication, name, assumed) for name in leaves)
    rest = max(everybody - sum(one.n for one in groups), 0)
    followed = [group_of(publication, one.population) for one in publication.all_of(FollowUp)]
    others = dict.fromkeys(one for one in [*names, *followed] if one not in leaves)
    wholes = tuple(
        one for name in others if (one := _whole(publication, name, groups, rest, assumed)) is not None
    )
    found = (_ratio(claim, groups) for claim in publication.all_of(Ratio))
    ratios = tuple(one for one in found if one is not None)
    assumed += [one.left_out for one in ratios if one.left_out]
    return Targets(groups, rest, wholes, ratios, tuple(dict.fromkeys(assumed)))


def is_within(publication: Publication, inner: str, outer: str) -> bool:
    """Whether one population was taken from another, itself not counted."""
    if inner == outer:
        return False
    above = publication.populations[inner].of if inner in publication.populations else None
    while above is not None:
        if above == outer:
            return True
        above = publication.populations[above].of
    return size_of_group(publication, inner) < size_of_group(publication, outer) == publication.enrolled


def size_of_group(publication: Publication, name: str) -> int:
    """How many subjects a group has; everybody where no population has its name."""
    found = publication.populations.get(name)
    return found.n if found is not None else publication.enrolled or 0


def _whole(
    publication: Publication, name: str, groups: tuple[Group, ...], rest: int, assumed: list[str]
) -> Whole | None:
    """A population over several groups; None where its size does not tell whom it holds."""
    inside = [one for one in groups if is_within(publication, one.name, name)]
    missing = size_of_group(publication, name) - sum(one.n for one in inside)
    if missing not in {0, rest}:
        assumed.append(f"figures of '{name}' are left out: who belongs to it is not told")
        return None
    return Whole(_group(publication, name, assumed), tuple(one.name for one in inside), missing > 0)


def group_of(publication: Publication, population: str | None) -> str:
    """The population of a figure: as stated, else the evaluable subjects, else everybody."""
    if population is not None:
        return population
    return _EVALUABLE if _EVALUABLE in publication.populations else EVERYBODY


def _group(publication: Publication, name: str, assumed: list[str]) -> Group:
    longest = longest_follow_up_days(publication)
    if longest is None:
        assumed.append(f"no dates bound the follow-up: {UNBOUNDED_DAYS} days at most")
    horizon = longest or UNBOUNDED_DAYS
    mine = [
        one
        for one in publication.all_of(Median, Landmark)
        if group_of(publication, one.population) == name and one.unit is not None
    ]
    medians = {
        endpoint: tuple(
            _median(one, horizon, assumed)
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
    observed = _follow_up(publication, name, medians, horizon, assumed)
    n, counts = size_of_group(publication, name), response_counts(publication, name)
    fails_by = (n - counts["DCR"], UNCONTROLLED_BY) if "DCR" in counts else (0, 0)
    return Group(name, n, horizon, medians, rates, observed, _free_for(counts), fails_by)


def _median(claim: Median | FollowUp, horizon: int, assumed: list[str]) -> MedianTarget:
    """A median with its limits; those beyond the longest possible follow-up are left out."""
    assert claim.value is not None
    assert claim.unit is not None
    limits = [days_of(one, claim.unit) if one else None for one in claim.ci or (None, None)]
    for place, (what, days) in enumerate(zip(("lower", "upper"), limits, strict=True)):
        if days is not None and days.low > horizon:
            assumed.append(f"{claim.id}: the {what} limit lies beyond the longest follow-up and is left out")
            limits[place] = None
    return MedianTarget(
        claim.id,
        days_of(claim.value, claim.unit),
        isinstance(claim, FollowUp),
        (limits[0], limits[1]),
        claim.level or _USUAL_LEVEL,
    )


def _rate(claim: Landmark) -> RateTarget:
    assert claim.unit is not None
    day = math.floor(float(claim.time) * DAYS[claim.unit])
    span = claim.percent.rounded
    return RateTarget(
        claim.id, day, max(float(span.low) / _PERCENT, 0.0), min(float(span.high) / _PERCENT, 1.0)
    )


def _follow_up(
    publication: Publication,
    name: str,
    medians: dict[str, tuple[MedianTarget, ...]],
    horizon: int,
    assumed: list[str],
) -> tuple[ObservedTarget, ...]:
    """Follow-up with an interval, or said to be so, is reverse Kaplan–Meier; else it is observed time."""
    observed = []
    for claim in publication.all_of(FollowUp):
        if claim.unit is None or group_of(publication, claim.population) != name:
            continue
        days = days_of(claim.value, claim.unit)
        if claim.is_reverse:
            why = "for it has an interval" if claim.ci is not None else "as stated"
            assumed.append(f"{claim.id} is a reverse Kaplan–Meier median, {why}")
            medians["OS"] = (*medians["OS"], _median(claim, horizon, assumed))
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
    level = claim.level or _USUAL_LEVEL
    low, high = _logs(claim.ci[0]), _logs(claim.ci[1])
    wald = Wald(claim.value, claim.ci[0], claim.ci[1], level, lambda one: one.rounded)
    ratio: Range | None = _logs(claim.value)
    left_out = ""
    if not wald.is_symmetric():
        ratio, middle = None, wald.centre()
        left_out = (
            f"{claim.id}: {claim.value} is not the middle of its interval on the log scale "
            f"({math.exp(middle.low):.3f}–{math.exp(middle.high):.3f}), so no Cox model gives all three: "
            "the limits are kept and the ratio is left out"
        )
    p = None if claim.p is None else p_range(claim.p, wald.reading)
    z = None if p is None else Range(z_of(p.high), z_of(p.low))
    return RatioTarget(claim.id, endpoint, claim.contrast, ratio, low, high, z, level, left_out)


def _logs(number: Printed) -> Range:
    """The logarithms of what prints as a number, a hair inside, so that rounding cannot differ."""
    return Range(
        math.log(max(float(number.rounded.low), _TINY)) + _TINY, math.log(float(number.rounded.high)) - _TINY
    )


def _free_for(counts: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """How many subjects must be free of progression for so long, for their responses to be seen."""
    needed = (("DCR", FIRST_SCAN + 2), ("ORR", FIRST_SCAN + CONFIRMED_AFTER + 1))
    return tuple((counts[name], day) for name, day in needed if name in counts)
