"""The words of the condition language: facts about a subject, and the SDTM domains with their kind."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fact(StrEnum):
    """What may be true of a subject as a whole."""

    ENROLLED = "enrolled"
    RANDOMISED = "randomised"
    TREATED = "treated"
    ASSESSED = "assessed"
    MEASURABLE = "measurable disease"
    DISEASE_CONTROL = "disease control"


PHRASES: Mapping[str, Fact] = MappingProxyType(
    {
        **{fact.value: fact for fact in Fact},
        "randomized": Fact.RANDOMISED,
        "at least one dose": Fact.TREATED,
        "at least one tumour assessment after baseline": Fact.ASSESSED,
        "measurable disease at baseline": Fact.MEASURABLE,
    }
)
"""Every way to name a fact; DISEASE_CONTROL may be followed by 'at the end of PHASE'."""


class DomainKind(StrEnum):
    """How absence is read: no record of an event means not met; no result of a finding means unknown."""

    SUBJECT = "subject"
    FINDINGS = "findings"
    EVENTS = "events"
    INTERVENTIONS = "interventions"
    SUPPLEMENTAL = "supplemental"


_KINDS = {
    DomainKind.SUBJECT: "DM ADSL",
    DomainKind.FINDINGS: "LB VS TU TR RS SS DD EG QS SC PE IE FA PC MB",
    DomainKind.EVENTS: "AE MH DS CE DV HO",
    DomainKind.INTERVENTIONS: "CM EX EC PR SU",
}
DOMAINS: Mapping[str, DomainKind] = MappingProxyType(
    {code: kind for kind, codes in _KINDS.items() for code in codes.split()}
)

DM_VARIABLES = [
    "STUDYID",
    "DOMAIN",
    "USUBJID",
    "SUBJID",
    "RFSTDTC",
    "RFENDTC",
    "RFXSTDTC",
    "RFXENDTC",
    "RFICDTC",
    "RFPENDTC",
    "DTHDTC",
    "DTHFL",
    "SITEID",
    "INVID",
    "INVNAM",
    "BRTHDTC",
    "AGE",
    "AGEU",
    "SEX",
    "RACE",
    "ETHNIC",
    "ARMCD",
    "ARM",
    "ACTARMCD",
    "ACTARM",
    "ARMNRS",
    "ACTARMUD",
    "COUNTRY",
    "DMDTC",
    "DMDY",
]
"""The variables of DM (SDTMIG 3.4, 5.2), to catch a misspelt one."""

SHARED_VARIABLES = frozenset({"USUBJID", "VISIT", "VISITNUM", "VISITDY", "EPOCH", "TAETORD"})
"""Variables without the prefix of their domain."""

RESERVED = frozenset({"and", "or", "not", "in", "any", "prior", "at"})


def kind_of(domain: str) -> DomainKind | None:
    """Return the kind of a domain, None where it is not known."""
    if domain.startswith("SUPP"):
        return DomainKind.SUPPLEMENTAL
    return DOMAINS.get(domain)
