"""The dose sheet of one cycle: what a subject of this size is given, drug by drug."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.amounts import Prescriber, Rounding, round_by_size
from trialwright.protocol.dosing.body import du_bois, gehan_george, haycock, mosteller
from trialwright.protocol.dosing.tablets import nearest_tablets, tablets_of
from trialwright.protocol.regimen import DoseUnit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.protocol.dosing.body import BodySurfaceFormula
    from trialwright.protocol.regimen import Dose, Drug, TreatmentPhase
    from trialwright.protocol.study import Study

FORMULAS: Mapping[str, BodySurfaceFormula] = {
    "mosteller": mosteller,
    "du-bois": du_bois,
    "haycock": haycock,
    "gehan-george": gehan_george,
}
DECIMALS = 2
PER_CENT = 100


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One drug of the cycle; `dose_mg` is one administration, as it is given."""

    drug: str
    prescribed: str
    level: int
    days: tuple[int, ...]
    times_a_day: int
    route: str
    infusion_minutes: float | None
    arithmetic: str
    computed_mg: float
    dose_mg: float
    difference_percent: float
    tablets: str | None
    total_mg: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A cycle of one phase of one arm for one subject."""

    study: str
    arm: str | None
    phase: str
    cycle_days: int
    surface_m2: float
    surface_formula: str
    lines: tuple[SheetLine, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the same facts for programs."""
        return asdict(self)


def formula_named(name: str) -> BodySurfaceFormula:
    """Return a body-surface formula.

    Raises:
        ArgumentError: there is none of this name.
    """
    if name.lower() not in FORMULAS:
        raise ArgumentError.at(
            "--formula", f"'{name}' is not known", expected=f"one of {', '.join(FORMULAS)}"
        )
    return FORMULAS[name.lower()]


def phases_of(study: Study, arm: str | None) -> tuple[TreatmentPhase, ...]:
    """Return the phases of an arm, which must be named where the study has several.

    Raises:
        ArgumentError: the arm is missing, or not one of the study.
    """
    known = list(study.arms)
    if known and arm not in known:
        found = "the study has several arms" if arm is None else f"'{arm}' is not an arm of {study.id}"
        raise ArgumentError.at("--arm", found, expected=f"one of {', '.join(known)}")
    if not known and arm is not None:
        raise ArgumentError.at("--arm", f"{study.id} has no arms", remedy="leave --arm out")
    return study.phases_of(arm)


def cycle_sheets(
    study: Study, arm: str | None, prescriber: Prescriber, *, level: int = 1, formula: str = "mosteller"
) -> tuple[Sheet, ...]:
    """Return a sheet for a cycle of each phase of an arm.

    Args:
        study: The study.
        arm: Key of the arm; none for a study without arms.
        prescriber: The subject's size and the choices of the site.
        level: Dose level, 1 is the full dose; a drug with fewer levels stays at its last.
        formula: The name of the prescriber's body-surface formula, for the sheet.

    Raises:
        ArgumentError: no such arm or level, or a dose cannot be computed.
    """
    phases = phases_of(study, arm)
    most = max((len(drug.levels) for phase in phases for drug in phase.drugs), default=0) or 1
    if not 1 <= level <= most:
        raise ArgumentError.at("--level", f"{level}", expected=f"1 to {most}, as study.yaml names levels")
    return tuple(
        Sheet(
            study=study.id,
            arm=arm,
            phase=phase.phase,
            cycle_days=phase.cycles.length.days,
            surface_m2=round(prescriber.surface_m2(), DECIMALS),
            surface_formula=formula,
            lines=tuple(
                line for drug in phase.drugs for line in _lines(drug, prescriber, level, round_by_size())
            ),
        )
        for phase in phases
    )


def _lines(drug: Drug, prescriber: Prescriber, level: int, rounding: Rounding) -> tuple[SheetLine, ...]:
    """Return the line of a drug, or one for each drug of a class that is given at label doses."""
    if drug.placebo is not None:
        return ()
    choices: list[tuple[str, Dose]] = [(drug.name, drug.dose)]
    if drug.dose.unit is DoseUnit.LABEL:
        choices = [(one.name, one.dose) for one in drug.one_of]
    return tuple(_line(drug, name, dose, prescriber, level, rounding) for name, dose in choices)


def _line(
    drug: Drug, name: str, dose: Dose, prescriber: Prescriber, level: int, rounding: Rounding
) -> SheetLine:
    own_level = min(level, max(len(drug.levels), 1))
    amount = drug.levels[own_level - 1] if drug.levels else dose.amount
    if amount is None:
        raise ArgumentError.at(
            name, "its label dose is not in the study file", remedy="give the dose in `one_of`"
        )
    computed = prescriber.compute(amount, dose.unit.value)
    tablets = tablets_of(name)
    chosen = None if tablets is None else nearest_tablets(computed.dose_mg, tablets)
    given = rounding(computed.dose_mg) if chosen is None else float(chosen.dose_mg)
    return SheetLine(
        drug=name,
        prescribed=str(dose),
        level=own_level,
        days=drug.days,
        times_a_day=drug.times_a_day,
        route=drug.route.value,
        infusion_minutes=drug.infusion_minutes,
        arithmetic=computed.arithmetic,
        computed_mg=round(computed.dose_mg, DECIMALS),
        dose_mg=given,
        difference_percent=round(PER_CENT * (given - computed.dose_mg) / computed.dose_mg, DECIMALS),
        tablets=None if chosen is None else str(chosen),
        total_mg=round(given * len(drug.days) * drug.times_a_day, DECIMALS),
    )


def told(sheet: Sheet) -> str:
    """Return a sheet as text for a person.

    The last line asks for a second check: a sheet never replaces one.
    """
    arm = f", arm {sheet.arm}" if sheet.arm else ""
    head = f"{sheet.study}{arm}, {sheet.phase}: cycle of {sheet.cycle_days} days"
    lines = [head, f"body surface {sheet.surface_m2:.2f} m2 ({sheet.surface_formula})"]
    lines += [_told_line(line) for line in sheet.lines]
    return "\n".join([*lines, "Have every dose checked by a second person before it is given."])


def _told_line(line: SheetLine) -> str:
    days = _told_days(line.days)
    often = "" if line.times_a_day == 1 else f", {line.times_a_day} times a day"
    minutes = f" over {line.infusion_minutes:g} min" if line.infusion_minutes else ""
    tablets = f" ({line.tablets})" if line.tablets else ""
    level = f", level {line.level}" if line.level > 1 else ""
    return (
        f"  {line.drug}: {line.dose_mg:g} mg{tablets} {line.route}{minutes}, {days}{often}{level}"
        f"\n      {line.arithmetic} = {line.computed_mg:g} mg, given {line.difference_percent:+.1f} %"
    )


def _told_days(days: tuple[int, ...]) -> str:
    consecutive = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))  # noqa: PLR2004 -- a range
    if consecutive:
        return f"days {days[0]}-{days[-1]}"
    return f"day{'s' if len(days) > 1 else ''} {', '.join(str(day) for day in days)}"
