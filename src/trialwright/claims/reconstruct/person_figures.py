"""Every printed figure of subjects - counts, ages, responses, events - against what a data set gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.calendar import DAYS
from trialwright.claims.counts import percent_of
from trialwright.claims.model import CountClaim, Median, Partition, Proportion, Summary, endpoint_of
from trialwright.claims.reconstruct.courses import RESPONDED
from trialwright.claims.reconstruct.facts import RESPONSES, facts_of
from trialwright.claims.reconstruct.figures import Figure, figure
from trialwright.claims.reconstruct.people import members
from trialwright.claims.reconstruct.targets import group_of
from trialwright.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.claims.model import Claim, Publication
    from trialwright.claims.printed import Printed
    from trialwright.claims.reconstruct.facts import Fact
    from trialwright.claims.reconstruct.people import Person

_USUAL_LEVEL = 95.0
_SEXES = {"male": "M", "female": "F"}


def person_figures(publication: Publication, people: Sequence[Person]) -> tuple[Figure, ...]:
    """Every printed figure of subjects, and what the subjects of one data set give."""
    found: list[Figure] = [*_sizes(publication, people)]
    facts = {one.claim: one for one in facts_of(publication)}
    for claim in publication.claims:
        match claim:
            case Summary():
                found += _summary(publication, claim, people)
            case Partition():
                found += _partition(publication, claim, people)
            case Proportion() | CountClaim():
                found += _counted(publication, claim, facts.get(claim.id), people)
            case Median() if endpoint_of(claim) == "DOR":
                found += _durations(publication, claim, people)
    return tuple(found)


def _sizes(publication: Publication, people: Sequence[Person]) -> Iterator[Figure]:
    if publication.study.enrolled is not None:
        yield Figure("study", "enrolled", str(publication.study.enrolled), str(len(people)))
    for what, day, found in zip(
        ("first enrolment", "last enrolment"),
        publication.study.accrual or (),
        (min(one.entry for one in people), max(one.entry for one in people)),
        strict=False,
    ):
        if day is not None and len(day) == len(found.isoformat()):
            yield Figure("study", what, day, found.isoformat())
    for name, population in publication.populations.items():
        here = members(publication, people, name)
        yield Figure(f"populations.{name}", "subjects", str(population.n), str(len(here)))
        if population.cycles_completed is not None:
            enough = sum(one.cycles >= population.cycles_completed for one in people)
            what = f"with {population.cycles_completed} cycles or more"
            yield Figure(f"populations.{name}", what, str(population.n), str(enough))


def _summary(publication: Publication, claim: Summary, people: Sequence[Person]) -> Iterator[Figure]:
    name = claim.population
    inside = [people[at] for at in members(publication, people, name)]
    is_age = claim.id == "age"
    if not inside or not (is_age or claim.id.startswith("cycles")):
        return
    values = np.array([one.age if is_age else float(one.cycles) for one in inside])
    what = "age" if is_age else "cycles"
    shares = [(0.5, claim.value, f"{what}, {claim.statistic}")]
    for printed, share, word in zip(claim.range or (), (0.0, 1.0), ("lowest", "highest"), strict=False):
        shares += [(share, printed, f"{what}, {word}")] if printed else []
    for printed, share in zip(claim.quartiles or (), (0.25, 0.75), strict=False):
        shares += [(share, printed, f"{what}, quartile at {share:g}")] if printed else []
    for share, printed, word in shares:
        value = values.mean() if word.endswith("mean") else _quantile(values, share)
        yield figure(claim, word, printed, float(value))


def _quantile(values: np.ndarray, share: float) -> float:
    """R's type 2, SAS's definition 5, as the analysis has it."""
    return float(np.quantile(values, share, method="averaged_inverted_cdf"))


def _partition(publication: Publication, claim: Partition, people: Sequence[Person]) -> Iterator[Figure]:
    inside = [people[at] for at in members(publication, people, _population_of(publication, claim))]
    for name, part in claim.parts.items():
        if not isinstance(part, int):
            continue
        term = claim.record.terms.get(name) if claim.record is not None else None
        if term is not None and claim.record is not None:
            count = sum((claim.record.domain, term) in one.records for one in inside)
        elif name.lower() in _SEXES:
            count = sum(one.sex == _SEXES[name.lower()] for one in inside)
        else:
            continue
        yield Figure(claim.id, name, str(part), str(count))


def _population_of(publication: Publication, claim: Partition) -> str | None:
    return claim.total if isinstance(claim.total, str) and claim.total in publication.populations else None


def _counted(
    publication: Publication,
    claim: Proportion | CountClaim,
    fact: Fact | None,
    people: Sequence[Person],
) -> Iterator[Figure]:
    """A count and its percentage: of a response, of a record, or of a part of a recorded division."""
    endpoint, population = endpoint_of(claim), claim.population
    if fact is not None:
        inside = [people[at] for at in members(publication, people, fact.population)]
        count = sum(one.has(fact.record) is fact.record.present for one in inside)
    elif endpoint in RESPONSES:
        inside = [people[at] for at in members(publication, people, group_of(publication, population))]
        count = sum(one.course.best in RESPONSES[endpoint] for one in inside)
    else:
        divided = _term_of(publication, claim)
        if divided is None:
            return
        inside = [people[at] for at in members(publication, people, population)]
        count = sum(divided in one.records for one in inside)
    yield from _figures_of_count(claim, endpoint or claim.label or claim.id, count, len(inside))


def _figures_of_count(claim: Proportion | CountClaim, what: str, count: int, n: int) -> Iterator[Figure]:
    if claim.k is not None:
        yield Figure(claim.id, what, str(claim.k), str(count))
    printed: Printed | None = claim.percent if isinstance(claim, Proportion) else None
    if printed is not None and n:
        yield Figure(claim.id, f"{what}, % of {n}", printed.text, printed.at(percent_of(count, n)).text)


def _term_of(publication: Publication, claim: Claim) -> tuple[object, str] | None:
    """The record of a claim that is a part of a recorded partition."""
    for one in publication.all_of(Partition):
        for name, part in one.parts.items():
            if part == claim.id and one.record is not None and name in one.record.terms:
                return one.record.domain, one.record.terms[name]
    return None


def _durations(publication: Publication, claim: Median, people: Sequence[Person]) -> Iterator[Figure]:
    """Duration of response, from its first day to progression or death."""
    if claim.unit is None or claim.value is None:
        return
    inside = members(publication, people, group_of(publication, claim.population))
    able = [people[at].course for at in inside if people[at].course.best in RESPONDED]
    if not able:
        return
    days = np.array([one.free - one.response + 1 for one in able])
    events = np.array([one.failed for one in able])
    level = (claim.level or _USUAL_LEVEL) / 100
    found = kaplan_meier(days / DAYS[claim.unit], events, level=level).median()
    yield figure(claim, "median duration of response", claim.value, found.value)
    for name, printed, value in zip(
        ("lower", "upper"), claim.ci or (), (found.low, found.high), strict=False
    ):
        if printed is not None:
            yield figure(claim, f"median duration of response, {name} limit (log-log)", printed, value)
