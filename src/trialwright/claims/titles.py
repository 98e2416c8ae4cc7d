"""What a claim is called for a reader: its subject in words, where the file has an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.model import (
    Claim,
    Conclusion,
    Difference,
    FollowUp,
    Landmark,
    Measure,
    Median,
    Ratio,
    Reduction,
    Registration,
    endpoint_of,
)

if TYPE_CHECKING:
    from trialwright.claims.model import Publication

_RATIOS = {Measure.HAZARD: "hazard ratio", Measure.ODDS: "odds ratio", Measure.RISK: "risk ratio"}
_STUDY = {
    "study.accrual[1]": "first enrolment",
    "study.accrual[2]": "last enrolment",
    "study.cutoff": "data cut-off",
}


def title_of(publication: Publication, name: str) -> str:
    """What a finding's claim is called: a claim by its id, a date of the study, or a population."""
    if name in _STUDY:
        return _STUDY[name]
    if name.startswith("populations."):
        return f"population {name.removeprefix('populations.')}"
    claim = publication.claim(name)
    words = claim.label or _kind(claim)
    return f"{words}, {claim.population}" if claim.population else words


def _kind(claim: Claim) -> str:
    endpoint = endpoint_of(claim)
    match claim:
        case Median():
            words = f"median {endpoint}"
        case Ratio():
            words = f"{endpoint} {_RATIOS[claim.measure]}"
        case Landmark():
            words = f"{endpoint or 'rate'} at {claim.time} {claim.unit or ''}s"
        case FollowUp():
            words = "median follow-up"
        case Difference():
            words = f"difference in {endpoint}" if endpoint else "difference"
        case Reduction():
            words = f"reduction in {endpoint}" if endpoint else "reduction"
        case Conclusion():
            words = f"conclusion on {endpoint}" if endpoint else "conclusion"
        case Registration():
            words = "registration"
        case _:
            words = endpoint or _plain(claim)
    return words.strip() or _plain(claim)


def _plain(claim: Claim) -> str:
    """The id in words, without the population that follows it anyway."""
    words = claim.id.replace("_", " ")
    return words.removesuffix(f" {claim.population.lower()}") if claim.population else words
