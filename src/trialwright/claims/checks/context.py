"""Who was counted, what was summarised, where it was registered."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trialwright.claims.counts import counts_of, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import Proportion, Registration, Summary
from trialwright.claims.proportion_intervals import EXACT, limits_of
from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication

ALL_TREATED = "ALL-TREATED"
SUMMARY = "SUMMARY-RANGE"
REGISTRATION = "REGISTRATION"
_SELECTED = re.compile(r"evalua|assess|per.?protocol|efficacy|response", re.IGNORECASE)
_USUAL = 95.0


def all_treated(publication: Publication) -> Iterator[Finding]:
    """A rate of the evaluable subjects, given for all who were enrolled as well."""
    for claim in publication.all_of(Proportion):
        n, counts = size_of(publication, claim), counts_of(publication, claim)
        everybody = _everybody(publication, claim)
        if everybody is None or n is None or n >= everybody[0] or len(counts) != 1 or counts[0] > n:
            continue
        everyone, name = everybody
        k, level = counts[0], claim.level or _USUAL
        low, high = limits_of(EXACT, k, everyone, level / 100)
        percent, others = f"{100 * k / everyone:.1f} %", everyone - n
        text = (
            f"{k} of {n} {claim.population}; of all {everyone} {name}, with the {others} others "
            f"as failures, {percent} (exact {level:g} % {low:.1f}–{high:.1f})"
        )
        assumptions = (f"none of the {others} others had it",)
        question = f"Why were {others} subjects not counted?"
        yield Finding(
            ALL_TREATED, Verdict.NOTE, (claim.id,), text, assumptions, "ICH E9, 5.2.1", (), question
        )


def _everybody(publication: Publication, claim: Proportion) -> tuple[int, str] | None:
    """Those whom a selected population was taken from: an arm, else all who were enrolled."""
    if claim.population is None or not _SELECTED.search(claim.population):
        return None
    parent = publication.populations[claim.population].of
    if parent is not None and publication.populations[parent].is_arm:
        return publication.populations[parent].n, f"in {parent}"
    return None if publication.enrolled is None else (publication.enrolled, "enrolled")


def summaries(publication: Publication) -> Iterator[Finding]:
    """A median or mean lies within its range and, a median, within its quartiles."""
    for claim in publication.all_of(Summary):
        outer, inner = claim.range, claim.quartiles if claim.statistic == "median" else None
        chain = [outer and outer[0], inner and inner[0], claim.value, inner and inner[1], outer and outer[1]]
        known = [one for one in chain if one is not None]
        shown = " ≤ ".join(one.text for one in known)
        if len(known) == 1:
            yield Finding(
                SUMMARY, Verdict.UNCHECKABLE, (claim.id,), f"{claim.value} has neither range nor quartiles"
            )
        elif all(first.value <= second.value for first, second in pairwise(known)):
            yield Finding(SUMMARY, Verdict.OK, (claim.id,), shown, (), "order")
        else:
            text = f"{shown} does not hold"
            yield Finding(
                SUMMARY, Verdict.ERROR, (claim.id,), text, (), "order", (), "Which number is wrong?"
            )


@cache
def _registries() -> dict[str, Any]:
    return read_table("registries.toml")


def registrations(publication: Publication) -> Iterator[Finding]:
    """Each registration number against the pattern of its registry."""
    for claim in publication.all_of(Registration):
        verdict, text = _registration("".join(claim.number.split()))
        question = "" if verdict is Verdict.OK else "Under which number, and when, was the trial registered?"
        source = str(_registries()["source"])
        yield Finding(REGISTRATION, verdict, (claim.id,), text, (), source, (), question)


def _registration(number: str) -> tuple[Verdict, str]:
    for known in _registries()["not_a_registry"]:
        if number.lower().startswith(known["starts"].lower()):
            return Verdict.UNSUPPORTED, f"{number}: {known['what']}"
    for registry in _registries()["registry"]:
        if re.fullmatch(registry["pattern"], number, re.IGNORECASE):
            return Verdict.OK, f"{number} has the shape of {registry['name']}"
    for registry in _registries()["registry"]:
        if number.lower().startswith(registry["starts"].lower()):
            return (
                Verdict.ERROR,
                f"{number} is no number of {registry['name']}: expected {registry['pattern']}",
            )
    return Verdict.UNCHECKABLE, f"{number}: of no registry that is known here"
