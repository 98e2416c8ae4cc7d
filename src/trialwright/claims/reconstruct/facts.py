"""What the claims say of single subjects: how many of which population have which record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.counts import count_of, counts_of, counts_within, percent_of
from trialwright.claims.model import CountClaim, Partition, Proportion, endpoint_of

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.recorded import RecordDomain, Recorded

RESPONSES = {
    "CR": ("CR",),
    "PR": ("PR",),
    "SD": ("SD",),
    "PD": ("PD",),
    "ORR": ("CR", "PR"),
    "DCR": ("CR", "PR", "SD"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """So many of a population have a record, or lack it; `population` None is everybody.

    `told` says how the count was found where the printed percentage allows none.
    """

    claim: str
    record: Recorded
    population: str | None
    k: int
    n: int
    told: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """Everybody of a population has one of several terms: how many each."""

    claim: str
    domain: RecordDomain
    population: str | None
    parts: tuple[tuple[str, int], ...]


def facts_of(publication: Publication) -> tuple[Fact, ...]:
    """The counted characteristics that are recorded one by one."""
    return tuple(
        _fact(publication, claim, claim.record)
        for claim in publication.all_of(Proportion, CountClaim)
        if claim.record is not None
    )


def _fact(publication: Publication, claim: Proportion | CountClaim, record: Recorded) -> Fact:
    """The count in the claim's own population; else in a larger one that allows it; else the nearest."""
    n = _size(publication, claim.population)
    if isinstance(claim, CountClaim):
        return Fact(claim.id, record, claim.population, claim.k, n)
    own = counts_of(publication, claim) or (counts_within(claim.percent.rounded, n) if claim.percent else [])
    if own:
        return Fact(claim.id, record, claim.population, own[0], n, _cut_off(claim, own[0], n))
    assert claim.percent is not None
    for name, population in publication.populations.items():
        wider = counts_within(claim.percent.rounded, population.n)
        if population.n > n and wider and _may_mean(publication, name, claim.population):
            told = f"{claim.percent} % of no {n}: taken as {wider[0]} of the {population.n} of '{name}'"
            return Fact(claim.id, record, name, wider[0], population.n, told)
    wanted = claim.percent.value
    k = min(range(n + 1), key=lambda one: (abs(percent_of(one, n) - wanted), one))
    told = f"no whole number of {n} gives {claim.percent} %: the nearest, {k}, is taken"
    return Fact(claim.id, record, claim.population, k, n, told)


def _size(publication: Publication, population: str | None) -> int:
    return publication.populations[population].n if population is not None else publication.enrolled or 0


def _cut_off(claim: Proportion, k: int, n: int) -> str:
    """Says so where a percentage comes out by cutting digits off alone."""
    if claim.percent is None or percent_of(k, n) in claim.percent.rounded:
        return ""
    return f"{claim.percent} % is {k} of {n} cut off, not rounded"


def _may_mean(publication: Publication, outer: str, inner: str | None) -> bool:
    """Whether a figure of one population may be of a larger one that holds it: never one of an arm."""
    above = inner
    while above is not None and not publication.populations[above].is_arm:
        if above == outer:
            return True
        above = publication.populations[above].of
    return above == outer


def divisions_of(publication: Publication) -> tuple[Division, ...]:
    """The partitions whose parts are recorded, and that of the sexes."""
    found = []
    for claim in publication.all_of(Partition):
        population = claim.total if isinstance(claim.total, str) else None
        if claim.record is None or not (population is None or population in publication.populations):
            continue
        counts = [
            (claim.record.terms.get(name), count_of(publication, part)) for name, part in claim.parts.items()
        ]
        parts = tuple((term, count) for term, count in counts if term is not None and count is not None)
        found.append(Division(claim.id, claim.record.domain, population, parts))
    return tuple(found)


def sexes_of(publication: Publication) -> tuple[int, int] | None:
    """How many men and women, where a partition says it."""
    for claim in publication.all_of(Partition):
        counts = {name.lower(): count_of(publication, part) for name, part in claim.parts.items()}
        men, women = counts.get("male"), counts.get("female")
        if men is not None and women is not None:
            return men, women
    return None


def response_counts(publication: Publication, population: str) -> dict[str, int]:
    """How many of a population had each response, ORR and DCR, as far as the claims say it."""
    found: dict[str, int] = {}
    for claim in publication.all_of(Proportion, CountClaim):
        endpoint = endpoint_of(claim)
        if endpoint not in RESPONSES or claim.population != population:
            continue
        counts = [claim.k] if isinstance(claim, CountClaim) else counts_of(publication, claim)
        if counts:
            found.setdefault(endpoint, counts[0])
    if "ORR" not in found and {"CR", "PR"} <= set(found):
        found["ORR"] = found["CR"] + found["PR"]
    if "DCR" not in found and {"ORR", "SD"} <= set(found):
        found["DCR"] = found["ORR"] + found["SD"]
    return found
