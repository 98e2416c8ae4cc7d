"""The subjects of one data set: courses, who they are, what they have on record, what they were given.

What the claims do not bound is filled by a rule that `RULES` states.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.calendar import window
from trialwright.claims.model import Summary
from trialwright.claims.reconstruct.courses import RESPONDED, Course, courses_of
from trialwright.claims.reconstruct.cycles import with_cycles
from trialwright.claims.reconstruct.facts import divisions_of, facts_of, response_counts, sexes_of
from trialwright.claims.reconstruct.targets import UNBOUNDED_DAYS
from trialwright.claims.recorded import RecordDomain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.figures import DataSet
    from trialwright.claims.recorded import Recorded
    from trialwright.protocol.study import Study

RULES = (
    "days of enrolment: the cut-off less the follow-up of who was alive, where the accrual allows it",
    "days of enrolment of who died: any day that leaves room for the follow-up",
    "tumours: one target lesion at the primary site and one at each printed metastasis; 50 mm, in partial",
    "  response 30, in progression 75; scans every 6 weeks and at the end of progression-free survival",
    "adverse events: from day 8 on for a week, related, grade 2 where none is printed; no others",
    "doses: in full on the planned days; cycles until progression where no number is printed",
    "who has which characteristic, age or event: by chance, without regard to outcome",
    "therapy before the study: 120 days that end 60 days before entry; surgery 200 days before entry",
)
_LAST_DAY = dt.date(2022, 12, 31)
_MONTH_TEXT = len("2019-09")
_AGE_SPREAD = 9.0
_AGE = 60
_USUAL_GRADE = 2


@dataclass(frozen=True, slots=True)
class Person:
    """One subject."""

    course: Course
    populations: frozenset[str] = frozenset()
    entry: dt.date = _LAST_DAY
    age: float = float(_AGE)
    sex: str = "U"
    records: tuple[tuple[RecordDomain, str], ...] = ()
    events: tuple[tuple[str, int], ...] = ()
    cycles: int = 1
    number: int = field(default=0)

    def has(self, record: Recorded) -> bool:
        """Whether a term is on record."""
        if record.domain is RecordDomain.AE:
            return any(term == record.term for term, _grade in self.events)
        return (record.domain, record.term) in self.records


def people_of(
    publication: Publication, parts: DataSet, rng: np.random.Generator, study: Study | None
) -> tuple[Person, ...]:
    """The subjects in the order of their enrolment."""
    people = [Person(course) for part in parts.values() for course in courses_of(publication, part, rng)]
    people = _with_populations(publication, people, rng)
    people = _with_records(publication, people, rng)
    ages, sexes = _ages(publication, len(people), rng), _sexes(publication, len(people), rng)
    people = [replace(one, age=ages[at], sex=sexes[at]) for at, one in enumerate(people)]
    people = with_cycles(publication, people, study)
    people = [
        replace(one, entry=day) for one, day in zip(people, _entries(publication, people, rng), strict=True)
    ]
    order = sorted(range(len(people)), key=lambda at: (people[at].entry, at))
    return tuple(replace(people[at], number=place + 1) for place, at in enumerate(order))


def members(publication: Publication, people: Sequence[Person], population: str | None) -> list[int]:
    """Who belongs to a population; everybody where none is named."""
    if population is None or population not in publication.populations:
        return list(range(len(people)))
    return [at for at, one in enumerate(people) if population in one.populations]


def _with_populations(
    publication: Publication, people: list[Person], rng: np.random.Generator
) -> list[Person]:
    """The group of each subject, what it was taken from, and parts of groups with their responses."""
    populations = [_above(publication, one.course.group) for one in people]
    for name, population in publication.populations.items():
        if population.n == len(people):
            for one in populations:
                one.add(name)
    for name, population in publication.populations.items():
        inside = [at for at, one in enumerate(populations) if population.of is None or population.of in one]
        if any(name in one for one in populations) or len(inside) < population.n:
            continue
        free = [at for at in inside if not _taken(publication, populations[at], name)]
        for at in _chosen(publication, name, people, free, rng):
            populations[at] |= {name}
    return [replace(one, populations=frozenset(here)) for one, here in zip(people, populations, strict=True)]


def _above(publication: Publication, group: str) -> set[str]:
    found, name = set(), group if group in publication.populations else None
    while name is not None:
        found.add(name)
        name = publication.populations[name].of
    return found


def _taken(publication: Publication, here: set[str], name: str) -> bool:
    """Whether a subject is in another arm of the same population already."""
    own = publication.populations[name]
    others = (one for other, one in publication.populations.items() if other in here and other != name)
    return own.is_arm and any(one.is_arm and one.of == own.of for one in others)


def _chosen(
    publication: Publication, name: str, people: list[Person], free: list[int], rng: np.random.Generator
) -> list[int]:
    """The members of a population: by their responses where they are counted, else who stayed longest."""
    n, counts = publication.populations[name].n, response_counts(publication, name)
    if not counts:
        longest = sorted(
            free, key=lambda at: (people[at].course.best not in RESPONDED, -people[at].course.free)
        )
        return longest[:n]
    mixed = [int(one) for one in rng.permutation(free)]
    chosen = [at for at in mixed if people[at].course.best == "CR"][: counts.get("CR", 0)]
    rest = counts.get("ORR", 0) - len(chosen)
    chosen += [
        at
        for at in mixed
        if people[at].course.best in (RESPONDED if "CR" not in counts else ("PR",)) and at not in chosen
    ][:rest]
    return chosen + [at for at in mixed if people[at].course.best not in RESPONDED][: n - len(chosen)]


def _with_records(publication: Publication, people: list[Person], rng: np.random.Generator) -> list[Person]:
    records: list[list[tuple[RecordDomain, str]]] = [[] for _ in people]
    events: list[list[tuple[str, int]]] = [[] for _ in people]
    for division in divisions_of(publication):
        here = [int(at) for at in rng.permutation(members(publication, people, division.population))]
        for term, count in division.parts:
            for at in here[:count]:
                records[at].append((division.domain, term))
            here = here[count:]
    for name, population in publication.populations.items():
        for at in members(publication, people, name) if population.record else []:
            assert population.record is not None
            records[at].append((population.record.domain, population.record.term))
    for fact in facts_of(publication):
        inside = [int(at) for at in rng.permutation(members(publication, people, fact.population))]
        for at in inside[: fact.k] if fact.record.present else inside[fact.k :]:
            if fact.record.domain is RecordDomain.AE:
                events[at].append((fact.record.term, fact.record.grade or _USUAL_GRADE))
            else:
                records[at].append((fact.record.domain, fact.record.term))
    return [
        replace(one, records=tuple(records[at]), events=tuple(events[at])) for at, one in enumerate(people)
    ]


def _ages(publication: Publication, n: int, rng: np.random.Generator) -> list[float]:
    """Ages with the printed median and range."""
    printed = next((one for one in publication.all_of(Summary) if one.id == "age"), None)
    if printed is None:
        return [float(_AGE)] * n
    middle = float(printed.value)
    low, high = (float(one) if one else middle for one in printed.range or (None, None))
    below = np.clip(np.round(middle - np.abs(rng.normal(0, _AGE_SPREAD, n // 2))), low, middle)
    above = np.clip(np.round(middle + np.abs(rng.normal(0, _AGE_SPREAD, n // 2))), middle, high)
    if n > 1:
        below[0], above[0] = low, high
    values = np.concatenate([below, above, [middle] * (n % 2)])
    if n % 2 == 0 and n > 3:  # noqa: PLR2004 - the two middle ones make the median
        values[1] = values[n // 2 + 1] = middle
    return [float(one) for one in rng.permutation(values)]


def _sexes(publication: Publication, n: int, rng: np.random.Generator) -> list[str]:
    """Sexes as a partition prints them; unknown otherwise."""
    counts = sexes_of(publication)
    if counts is None:
        return ["U"] * n
    return [str(one) for one in rng.permutation(["M"] * counts[0] + ["F"] * (n - counts[0]))]


def last_day(publication: Publication) -> dt.date:
    """The day of the cut-off; the end of its month where it does not exist, else of the accrual."""
    study = publication.study
    printed = [study.cutoff, study.cutoff and study.cutoff[:_MONTH_TEXT], (study.accrual or (None, None))[1]]
    return next((found.last for text in printed if text and (found := window(text)) is not None), _LAST_DAY)


def _entries(publication: Publication, people: Sequence[Person], rng: np.random.Generator) -> list[dt.date]:
    """Days of enrolment within the accrual that leave room for the follow-up; the first and last printed."""
    start, end = (window(one) if one else None for one in publication.study.accrual or (None, None))
    cutoff = last_day(publication)
    first = start.first if start else cutoff - dt.timedelta(days=UNBOUNDED_DAYS)
    latest = [
        max(first, min(end.last if end else cutoff, cutoff - dt.timedelta(days=one.course.survival - 1)))
        for one in people
    ]
    days = [
        first + dt.timedelta(days=int(rng.integers(0, (last - first).days + 1))) if one.course.died else last
        for one, last in zip(people, latest, strict=True)
    ]
    if end is not None and end.last not in days and end.last in latest:
        days[latest.index(end.last)] = end.last
    if start is not None and first not in days:
        days[next(at for at, day in enumerate(days) if end is None or day != end.last)] = first
    return days
