"""Drugs by the names under which data record them, from rulebook/drugs.toml and the study file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.protocol.study import Study

CHECKPOINT_INHIBITOR = "immune checkpoint inhibitor"


@dataclass(frozen=True, slots=True)
class KnownDrug:
    """A drug: its name, the ending of supplemental variables, its class, and its spellings in capitals."""

    name: str
    code: str
    drug_class: str
    spellings: tuple[str, ...]


@cache
def known_drugs() -> Mapping[str, KnownDrug]:
    """The drugs of the rulebook by their name."""
    entries = {name: entry for name, entry in read_table("drugs.toml").items() if isinstance(entry, dict)}
    return {
        name: KnownDrug(name, entry["code"], entry["class"], tuple(entry["names"]))
        for name, entry in entries.items()
    }


def study_drugs(study: Study) -> Mapping[str, KnownDrug]:
    """The drugs of a study, in its order; one that the rulebook does not know has its own name only."""
    spelled: dict[str, list[str]] = {}
    for phase in study.treatment:
        for drug in phase.drugs:
            spelled.setdefault(drug.name, []).extend(drug.names)
    for name in study.safety.related_to:
        spelled.setdefault(name, []).append(name)
    return {name: _merged(name, names) for name, names in spelled.items()}


def _merged(name: str, names: list[str]) -> KnownDrug:
    found = [
        known for known in known_drugs().values() if known.name.lower() in {one.lower() for one in names}
    ]
    spellings = dict.fromkeys(spelling for one in found for spelling in one.spellings)
    spellings.update(dict.fromkeys(one.upper() for one in names))
    classes = {one.drug_class for one in found}
    if len(found) > 1 and classes == {CHECKPOINT_INHIBITOR}:
        spellings.update(dict.fromkeys(known_drugs()[CHECKPOINT_INHIBITOR].spellings))
        return KnownDrug(
            name, known_drugs()[CHECKPOINT_INHIBITOR].code, CHECKPOINT_INHIBITOR, tuple(spellings)
        )
    first = found[0] if found else KnownDrug(name, name[:4].upper(), "", ())
    return KnownDrug(name, first.code, first.drug_class, tuple(spellings))


def drug_named(text: str | None, drugs: Mapping[str, KnownDrug]) -> str | None:
    """The drug that a text names; where several fit, the longest spelling (nab-paclitaxel, not paclitaxel).

    >>> drug_named("Gemcitabine 1000 mg/m2 iv", known_drugs())
    'gemcitabine'
    """
    if not text:
        return None
    capitals = text.upper()
    fits = [
        (len(spelling), drug.name)
        for drug in drugs.values()
        for spelling in drug.spellings
        if re.search(rf"(?<![A-Z0-9]){re.escape(spelling)}(?![A-Z0-9])", capitals)
    ]
    if not fits:
        return None
    rival = drug_named_longer(capitals, max(fits)[0], drugs)
    return None if rival else max(fits)[1]


def drug_named_longer(capitals: str, length: int, drugs: Mapping[str, KnownDrug]) -> bool:
    """Whether another drug of the rulebook, not one of these, fits the text by a longer spelling."""
    ours = {spelling for drug in drugs.values() for spelling in drug.spellings}
    return any(
        len(spelling) > length and spelling not in ours and spelling in capitals
        for drug in known_drugs().values()
        for spelling in drug.spellings
    )


def drug_class(name: str | None) -> str:
    """The class of a drug, or "" where the rulebook does not know it."""
    found = drug_named(name, known_drugs())
    return known_drugs()[found].drug_class if found else ""
