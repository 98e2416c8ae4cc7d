"""The doses of one subject, put into cycles and measured against the plan."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from trialwright.derive.exposure_plan import cycles_planned, planned_cycle, planned_drug
from trialwright.rulebook import read_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from trialwright.derive.exposure_plan import PlannedCycle, Size
    from trialwright.protocol.regimen import Drug, TreatmentPhase

PER_CENT = 100.0
DAYS_PER_WEEK = 7
_CYCLE = re.compile(r"\bC(?:YCLE)?\s*0*(\d{1,3})(?=\D|$)", re.IGNORECASE)


@cache
def exposure_rules() -> dict[str, Any]:
    """The table rulebook/exposure.toml."""
    return read_table("exposure.toml")


@dataclass(frozen=True, slots=True)
class GivenDose:
    """One record of exposure: `amount` is one dose, `total` all of the record, in `unit`; nan if unknown."""

    seq: int | None
    recorded_name: str
    drug: str
    start: dt.date
    end: dt.date
    amount: float
    total: float
    unit: str
    label: str


@dataclass(frozen=True, slots=True)
class DrugCourse:
    """What one drug came to. Totals are in `unit`, intensities per week; None with a `reason`."""

    drug: str
    unit: str
    administrations: int
    cumulative: float | None
    planned: float | None
    intensity: float | None
    planned_intensity: float | None
    relative_percent: float | None
    reduced: tuple[int | None, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """All doses of one subject in cycles."""

    cycle_of: tuple[int, ...]
    starts: dict[int, dt.date]
    completed: int
    delayed: tuple[int, ...]
    drugs: tuple[DrugCourse, ...]
    doses: tuple[GivenDose, ...] = field(default=())


def course_of(doses: Sequence[GivenDose], phases: tuple[TreatmentPhase, ...], size: Size) -> Course:
    """Put the doses of one subject, in the order of their start, into cycles, and measure them."""
    cycle_of = _cycles(doses, phases)
    starts: dict[int, dt.date] = {}
    for dose, cycle in zip(doses, cycle_of, strict=True):
        starts.setdefault(cycle, dose.start)
    plans = {cycle: planned_cycle(phases, cycle) for cycle in starts}
    days = _days(doses, starts, plans)
    names = dict.fromkeys(dose.drug for dose in doses)
    measured = tuple(_measure(name, doses, cycle_of, plans, size, days) for name in names)
    return Course(
        cycle_of=cycle_of,
        starts=starts,
        completed=_completed(doses, cycle_of, plans),
        delayed=_delayed(starts, plans),
        drugs=measured,
        doses=tuple(doses),
    )


def _days(
    doses: Sequence[GivenDose], starts: dict[int, dt.date], plans: dict[int, PlannedCycle | None]
) -> dict[int, tuple[int, int]]:
    """The days that each cycle took, to the next one or its planned end, and the days planned for it.

    A cycle of dosing on every day has no planned end: it lasts to the next one or to the last dose.
    """
    order = sorted(starts, key=lambda cycle: (starts[cycle], cycle))
    end = max(dose.end for dose in doses)
    days: dict[int, tuple[int, int]] = {}
    for place, cycle in enumerate(order):
        plan = plans[cycle]
        if place + 1 < len(order):
            actual = max((starts[order[place + 1]] - starts[cycle]).days, 1)
        else:
            actual = plan.length if plan is not None else (end - starts[cycle]).days + 1
        if plan is not None and plan.continuous and place + 1 == len(order):
            actual = (end - starts[cycle]).days + 1
        days[cycle] = (actual, actual if plan is None or plan.continuous else plan.length)
    return days


def _cycles(doses: Sequence[GivenDose], phases: tuple[TreatmentPhase, ...]) -> tuple[int, ...]:
    labelled = [_CYCLE.search(dose.label) for dose in doses]
    if all(labelled):
        return tuple(int(match[1]) for match in labelled if match)
    most = cycles_planned(phases)
    numbers: list[int] = []
    cycle, start = 1, doses[0].start
    for dose in doses:
        plan = planned_cycle(phases, cycle)
        last = plan is None or (most is not None and cycle >= most and plan.continuous)
        if plan is not None and not last and (dose.start - start).days >= plan.length - _early(plan):
            cycle, start = cycle + 1, dose.start
        numbers.append(cycle)
    return tuple(numbers)


def _early(plan: PlannedCycle) -> float:
    """How many days before its planned end a cycle may be followed by the next."""
    rules = exposure_rules()["cycles"]
    share = plan.length * rules["early_percent_of_daily_dosing"] / PER_CENT
    return max(rules["early_days"], share) if plan.continuous else float(rules["early_days"])


def _delayed(starts: dict[int, dt.date], plans: dict[int, PlannedCycle | None]) -> tuple[int, ...]:
    """The cycles that began late, counted from the cycle before."""
    tolerance = exposure_rules()["cycles"]["delay_days"]
    late = []
    for cycle, start in starts.items():
        before, plan = starts.get(cycle - 1), plans.get(cycle - 1)
        if before is not None and plan is not None and (start - before).days > plan.length + tolerance:
            late.append(cycle)
    return tuple(late)


def _completed(
    doses: Sequence[GivenDose], cycle_of: tuple[int, ...], plans: dict[int, PlannedCycle | None]
) -> int:
    last = max(cycle_of)
    plan = plans[last]
    if plan is None:
        return len(plans) - 1
    days: dict[str, int] = {}
    for dose, cycle in zip(doses, cycle_of, strict=True):
        if cycle == last:
            days[dose.drug] = days.get(dose.drug, 0) + (dose.end - dose.start).days + 1
    full = all(days.get(drug.name, 0) >= len(drug.days) for drug in plan.drugs)
    return len(plans) if full else len(plans) - 1


def _measure(
    name: str,
    doses: Sequence[GivenDose],
    cycle_of: tuple[int, ...],
    plans: dict[int, PlannedCycle | None],
    size: Size,
    days: dict[int, tuple[int, int]],
) -> DrugCourse:
    mine = [dose for dose in doses if dose.drug == name]
    given_in = {cycle for dose, cycle in zip(doses, cycle_of, strict=True) if dose.drug == name}
    its_cycles = given_in | {cycle for cycle, plan in plans.items() if _drug(plan, name) is not None}
    actual_weeks, planned_weeks = (
        sum(days[cycle][k] for cycle in its_cycles) / DAYS_PER_WEEK for k in range(2)
    )
    total = sum(dose.total for dose in mine)
    given = None if math.isnan(total) else total
    units = {dose.unit for dose in mine}
    unit = units.pop() if len(units) == 1 else ""
    planned, reason = _planned(name, mine[0], plans, unit, size, days)
    reduced = _reduced(doses, cycle_of, name, plans, size) if planned else ()
    rate = None if given is None else given / actual_weeks
    planned_rate = planned / planned_weeks if planned else None
    return DrugCourse(
        drug=name,
        unit=unit,
        administrations=len(mine),
        cumulative=given,
        planned=planned,
        intensity=rate,
        planned_intensity=planned_rate,
        relative_percent=PER_CENT * rate / planned_rate if rate is not None and planned_rate else None,
        reduced=reduced,
        reason=reason or ("an amount is not recorded" if given is None else ""),
    )


def _planned(
    name: str,
    dose: GivenDose,
    plans: dict[int, PlannedCycle | None],
    unit: str,
    size: Size,
    days: dict[int, tuple[int, int]],
) -> tuple[float | None, str]:
    if not unit:
        return None, "doses are recorded in several units or none"
    total, planned_at_all = 0.0, False
    for cycle, plan in plans.items():
        drug = _drug(plan, name)
        if drug is None:
            continue
        planned_at_all = True
        expected = planned_drug(drug, dose.recorded_name, unit, size)
        if expected is None:
            return None, f"the plan of {drug.dose} cannot be told in {unit} for this subject"
        daily = plan is not None and plan.continuous
        total += expected.a_day * days[cycle][1] if daily else expected.total
    if not planned_at_all:
        return None, "the study file does not plan this drug"
    return total, ""


def _reduced(
    doses: Sequence[GivenDose],
    cycle_of: tuple[int, ...],
    name: str,
    plans: dict[int, PlannedCycle | None],
    size: Size,
) -> tuple[int | None, ...]:
    """The records whose dose is below the share of the plan at which a dose counts as reduced."""
    share = exposure_rules()["reduction"]["below_percent_of_plan"]
    found = []
    for dose, cycle in zip(doses, cycle_of, strict=True):
        drug = _drug(plans[cycle], name) if dose.drug == name else None
        expected = planned_drug(drug, dose.recorded_name, dose.unit, size) if drug else None
        if expected is not None and PER_CENT * dose.amount < share * expected.amount:
            found.append(dose.seq)
    return tuple(found)


def _drug(plan: PlannedCycle | None, name: str) -> Drug | None:
    return next((drug for drug in plan.drugs if drug.name == name), None) if plan else None
