"""How many cycles each subject was given: as printed, else until progression or the planned number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.model import Summary
from trialwright.claims.reconstruct.targets import group_of

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.people import Person
    from trialwright.protocol.regimen import TreatmentPhase
    from trialwright.protocol.study import Study

_LENGTH = 21
_MOST = 100


def phase_of(study: Study | None, group: str) -> TreatmentPhase | None:
    """The first phase of the treatment of a group."""
    if study is None:
        return None
    phases = study.phases_of(group if group in study.arms else None)
    return phases[0] if phases else None


def cycle_days(study: Study | None, group: str) -> int:
    """The length of a cycle."""
    phase = phase_of(study, group)
    return phase.cycles.length.days if phase is not None else _LENGTH


def with_cycles(publication: Publication, people: list[Person], study: Study | None) -> list[Person]:
    """The subjects with their cycles: those that fit before progression, fewer where figures say so."""
    most = [_possible(one, study) for one in people]
    given = list(most)
    for claim in publication.all_of(Summary):
        if claim.id.startswith("cycles"):
            inside = _inside(publication, people, claim.population)
            quartiles = [float(one) if one else float(claim.value) for one in claim.quartiles or (None, None)]
            wanted = (quartiles[0], float(claim.value), quartiles[1])
            for at, number in _by_quartiles(inside, most, wanted).items():
                given[at] = number
    for name, population in publication.populations.items():
        if population.cycles_completed is not None:
            for at, one in enumerate(people):
                short = name not in one.populations and population.of in {None, *one.populations}
                given[at] = min(given[at], population.cycles_completed - 1) if short else given[at]
    return [replace(one, cycles=max(number, 1)) for one, number in zip(people, given, strict=True)]


def _inside(publication: Publication, people: list[Person], population: str | None) -> list[int]:
    name = group_of(publication, population)
    found = [at for at, one in enumerate(people) if name in one.populations]
    return found or list(range(len(people)))


def _possible(person: Person, study: Study | None) -> int:
    """The cycles that begin before the end of progression-free survival, and before the last week of life."""
    phase = phase_of(study, person.course.group)
    length = cycle_days(study, person.course.group)
    planned = phase.cycles.at_most if phase is not None and phase.cycles.at_most else _MOST
    end = person.course.free if person.course.best else 1
    return max(min(planned, 1 + max(end - 2, 0) // length), 1)


def _by_quartiles(inside: list[int], most: list[int], wanted: tuple[float, float, float]) -> dict[int, int]:
    """Numbers whose quartiles are those printed: the shortest treated get the lower ones."""
    order = sorted(inside, key=lambda at: (most[at], at))
    n = len(order)
    low, middle, high = (max(int(np.ceil(share * n)), 1) for share in (0.25, 0.5, 0.75))
    numbers = {}
    for place, at in enumerate(order, start=1):
        value = wanted[0] if place <= low else wanted[2] if place >= high else wanted[1]
        value = wanted[1] if low < place <= middle else value
        numbers[at] = min(most[at], int(value))
    return numbers
