"""Controlled terms: the enums that rules are written in, and the code lists of rulebook/terminology.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping


class Response(StrEnum):
    """Overall response by RECIST 1.1, as RSSTRESC has it."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NON_CR_NON_PD = "NON-CR/NON-PD"


class LesionGroup(StrEnum):
    """To which group a lesion belongs, as TRGRPID and TUSTRESC have it."""

    TARGET = "TARGET"
    NON_TARGET = "NON-TARGET"
    NEW = "NEW"


class TumourTest(StrEnum):
    """What a TR record measures, as TRTESTCD has it."""

    LONGEST_DIAMETER = "LDIAM"
    LONGEST_PERPENDICULAR = "LPERP"
    SHORT_AXIS = "SAXIS"
    DIAMETER = "DIAMETER"
    SUM_OF_DIAMETERS = "SUMDIAM"
    STATE = "TUMSTATE"


class ResponseTest(StrEnum):
    """What an RS record assesses, as RSTESTCD has it."""

    OVERALL = "OVRLRESP"
    TARGET = "TRGRESP"
    NON_TARGET = "NTRGRESP"
    NEW_LESION = "NEWLPROG"


@dataclass(frozen=True, slots=True)
class Codelist:
    """One list of controlled terms; `extensible` lists may carry terms of the study's own."""

    name: str
    label: str
    terms: tuple[str, ...]
    synonyms: Mapping[str, str]
    extensible: bool
    source: str

    def suggestion(self, value: str) -> str:
        """The term that was probably meant, or "" where none is near."""
        plain = " ".join(value.upper().split())
        for term in self.terms:
            if term.upper() == plain:
                return term
        return self.synonyms.get(plain, "")


@cache
def codelists() -> Mapping[str, Codelist]:
    """Every code list of the rulebook by its name."""
    table = read_table("terminology.toml")
    source = table.pop("source")
    return {
        name: Codelist(
            name=name,
            label=entry["label"],
            terms=tuple(entry["terms"]),
            synonyms=entry["synonyms"],
            extensible=entry["extensible"],
            source=entry.get("source", source),
        )
        for name, entry in table.items()
    }
