"""What the study file plans for one subject: cycles, their lengths, and the amount of each drug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.body import mosteller
from trialwright.protocol.regimen import DoseUnit

if TYPE_CHECKING:
    from trialwright.protocol.regimen import Dose, Drug, TreatmentPhase

_MG_PER_G = 1000.0
_ONE_DAY = 1


@dataclass(frozen=True, slots=True)
class Size:
    """Height in cm and weight in kg at baseline; None where not known."""

    height_cm: float | None
    weight_kg: float | None

    @property
    def surface_m2(self) -> float | None:
        """Body surface area after Mosteller; None where it cannot be computed."""
        if self.height_cm is None or self.weight_kg is None:
            return None
        try:
            return mosteller(self.height_cm, self.weight_kg)
        except ArgumentError:
            return None


@dataclass(frozen=True, slots=True)
class PlannedDrug:
    """One drug of one cycle: the amount at each dose in `unit`, its days, and doses a day."""

    name: str
    amount: float
    unit: str
    days: tuple[int, ...]
    times_a_day: int

    @property
    def a_day(self) -> float:
        """The amount planned for a day of dosing."""
        return self.amount * self.times_a_day

    @property
    def total(self) -> float:
        """The amount planned for the cycle."""
        return self.amount * len(self.days) * self.times_a_day


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """One cycle: its phase, length in days, and the drugs of the study file."""

    phase: str
    length: int
    drugs: tuple[Drug, ...]

    @property
    def continuous(self) -> bool:
        """Whether every drug is given on every day."""
        return all(len(drug.days) == self.length for drug in self.drugs)


def planned_cycle(phases: tuple[TreatmentPhase, ...], number: int) -> PlannedCycle | None:
    """The plan of cycle 1, 2, …; beyond the last planned one its last phase goes on. None without a plan."""
    left = number
    for phase in phases:
        at_most = phase.cycles.at_most
        if at_most is None or left <= at_most:
            return PlannedCycle(phase.phase, phase.cycles.length.days, phase.drugs)
        left -= at_most
    if not phases:
        return None
    last = phases[-1]
    return PlannedCycle(last.phase, last.cycles.length.days, last.drugs)


def cycles_planned(phases: tuple[TreatmentPhase, ...]) -> int | None:
    """How many cycles are planned at most; None where the plan has no last one."""
    numbers = [phase.cycles.at_most for phase in phases]
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def planned_drug(drug: Drug, given_name: str, unit: str, size: Size) -> PlannedDrug | None:
    """The plan of a drug in the unit in which it is recorded; None where the plan cannot be told in it.

    Args:
        drug: of the study file.
        given_name: the name recorded, which chooses among drugs given at their label dose.
        unit: as recorded: mg, g, mg/m2, mg/kg or AUC.
        size: for doses by surface or weight that are recorded in mg.
    """
    dose = _dose_of(drug, given_name)
    amount = None if dose is None else _in_unit(dose, unit, size)
    if amount is None or amount <= 0:
        return None
    return PlannedDrug(drug.name, amount, unit, drug.days, drug.times_a_day)


def _dose_of(drug: Drug, given_name: str) -> Dose | None:
    for one in drug.one_of:
        if one.name.lower() in given_name.lower():
            return one.dose
    return drug.dose if drug.dose.unit is not DoseUnit.LABEL else None


def _in_unit(dose: Dose, unit: str, size: Size) -> float | None:
    if dose.amount is None:
        return None
    recorded = unit.lower().replace("²", "2").replace("**", "").replace("^", "")
    if recorded == dose.unit.value.lower():
        return dose.amount
    factor = {
        DoseUnit.MG: 1.0,
        DoseUnit.MG_PER_M2: size.surface_m2,
        DoseUnit.MG_PER_KG: size.weight_kg,
    }.get(dose.unit)
    scale = {"mg": 1.0, "g": 1.0 / _MG_PER_G}.get(recorded)
    if factor is None or scale is None:
        return None
    return dose.amount * factor * scale
