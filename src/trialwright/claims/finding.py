"""What a check says of one or several claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a claim stands; in the order in which a reader should see them."""

    ERROR = "ERROR"
    SUSPECT = "SUSPECT"
    UNSUPPORTED = "UNSUPPORTED"
    IDENTIFIED = "IDENTIFIED"
    NOTE = "NOTE"
    UNCHECKABLE = "UNCHECKABLE"
    OK = "OK"


MEANINGS = {
    Verdict.ERROR: "no rounding and no listed method can produce it",
    Verdict.SUSPECT: "the usual methods do not produce it, an unusual one might",
    Verdict.UNSUPPORTED: "the figures given do not support it",
    Verdict.IDENTIFIED: "the method or denominator that fits is named",
    Verdict.NOTE: "it can be true; a reader should know",
    Verdict.UNCHECKABLE: "the claims do not say enough to check it",
    Verdict.OK: "it follows from the other figures",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: a code, a verdict, the claims concerned and the arithmetic behind it."""

    code: str
    verdict: Verdict
    claims: tuple[str, ...]
    computation: str
    assumptions: tuple[str, ...] = ()
    source: str = ""
    minimal_repairs: tuple[str, ...] = ()
    question: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same facts for programs."""
        return {
            "code": self.code,
            "verdict": self.verdict.value,
            "claims": list(self.claims),
            "computation": self.computation,
            "assumptions": list(self.assumptions),
            "source": self.source,
            "minimal_repairs": list(self.minimal_repairs),
            "question": self.question,
        }
