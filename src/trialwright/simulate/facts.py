"""Facts from the rulebook that virtual patients need: organs, laboratory tests, CTCAE limits."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

GRADES = 4


@dataclass(frozen=True, slots=True)
class Organ:
    """Where lesions lie."""

    name: str
    measurable: bool
    node: bool
    metastasis: str


@dataclass(frozen=True, slots=True)
class LabTest:
    """A laboratory test with its limits, and the CTCAE term of its worse side."""

    code: str
    name: str
    category: str
    unit: str
    low: float
    high: float
    decimals: int
    term: str
    low_is_worse: bool

    def limits(self) -> tuple[float, ...]:
        """Return the CTCAE limits of grades 1 to 4 in this unit, for a subject normal at baseline.

        A grade without a limit of its own gets one that no value passes.
        """
        unreachable = -math.inf if self.low_is_worse else math.inf
        found = [unreachable] * GRADES
        factors = {"absolute": 1.0, "x LLN": self.low, "x ULN": self.high}
        for row in _ctcae():
            matches = row["term"] == self.term and row["unit"] in ("", self.unit)
            if matches and row["basis"] in factors and row["condition"] in ("", "baseline not high"):
                found[int(row["grade"]) - 1] = float(row["bound"]) * factors[row["basis"]]
        return tuple(found)


@cache
def rulebook() -> Mapping[str, Any]:
    """Return rulebook/simulation.toml."""
    return MappingProxyType(read_table("simulation.toml"))


@cache
def _ctcae() -> tuple[dict[str, str], ...]:
    text = (files("trialwright") / "rulebook" / "ctcae-5.0-labs.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def organs() -> tuple[Organ, ...]:
    """Return the organs, in the order of the rulebook."""
    return tuple(Organ(**entry) for entry in rulebook()["organs"]["list"])


@cache
def lab_tests() -> tuple[LabTest, ...]:
    """Return the laboratory tests, in the order of the rulebook."""
    return tuple(
        LabTest(code, name, category, unit, low, high, decimals, term, low_is_worse=worse == "low")
        for code, name, category, unit, low, high, decimals, term, worse in rulebook()["laboratory"]["tests"]
    )
