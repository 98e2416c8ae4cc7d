"""The constants of dosing, read once from rulebook/dosing.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PowerFormula:
    """Body surface area in m² as factor × height^a × weight^b (cm, kg)."""

    factor: float
    height_power: float
    weight_power: float
    source: str


@dataclass(frozen=True, slots=True)
class PlausibleRange:
    """The lowest and highest value of a quantity that is believed."""

    lowest: float
    highest: float

    def holds(self, value: float) -> bool:
        """Say whether a value is inside; not a number never is."""
        return self.lowest <= value <= self.highest


@dataclass(frozen=True, slots=True)
class RoundingStep:
    """Doses up to `up_to_mg` are rounded to a multiple of `step_mg`."""

    up_to_mg: float
    step_mg: float


@dataclass(frozen=True, slots=True)
class TabletSet:
    """The tablets of a drug, largest first, and how many of each may be taken at one time."""

    strengths_mg: tuple[int, ...]
    at_most: Mapping[int, int]
    times_a_day: int
    source: str


@cache
def rulebook() -> Mapping[str, Any]:
    """Return rulebook/dosing.toml as a read-only mapping."""
    return MappingProxyType(read_table("dosing.toml"))


@cache
def power_formula(name: str) -> PowerFormula:
    """Return the constants of a body-surface formula of the power form."""
    entry = rulebook()["body_surface_area"][name]
    return PowerFormula(entry["factor"], entry["height_power"], entry["weight_power"], entry["source"])


@cache
def plausible(quantity: str) -> PlausibleRange:
    """Return the plausible range of a quantity, named with its unit (`height_cm`)."""
    lowest, highest = rulebook()["plausible"][quantity]
    return PlausibleRange(lowest, highest)


@cache
def rounding_steps() -> tuple[RoundingStep, ...]:
    """Return the default rounding steps, smallest doses first."""
    return tuple(RoundingStep(step["up_to_mg"], step["step_mg"]) for step in rulebook()["rounding"]["steps"])


@cache
def tablet_sets() -> Mapping[str, TabletSet]:
    """Return the drugs that are given as tablets of fixed strengths, by lower-case name."""
    return MappingProxyType(
        {
            drug: TabletSet(
                tuple(sorted(entry["strengths_mg"], reverse=True)),
                MappingProxyType({int(strength): count for strength, count in entry["at_most"].items()}),
                entry["times_a_day"],
                entry["source"],
            )
            for drug, entry in rulebook()["tablets"].items()
        }
    )
