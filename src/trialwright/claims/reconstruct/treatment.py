"""EX and AE of one rebuilt subject: full doses on the planned days, and the events counted by the claims."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from trialwright.claims.reconstruct.cycles import cycle_days, phase_of
from trialwright.protocol.regimen import DoseUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.reconstruct.people import Person
    from trialwright.protocol.regimen import Drug
    from trialwright.protocol.study import Study

_ROUTES = {"iv": "INTRAVENOUS", "oral": "ORAL"}
_FREQUENCIES = {1: "QD", 2: "BID", 3: "TID", 4: "QID"}
_AE_DAY, _AE_LASTS = 8, 6
_SERIOUS_FROM = 4


def iso(person: Person, day: int) -> str:
    """The date of a study day of a subject: 1 is the day of enrolment and first dose, −1 the day before."""
    return (person.entry + dt.timedelta(days=day - 1 if day > 0 else day)).isoformat()


def exposure(base: dict[str, str], person: Person, study: Study | None) -> Iterator[dict[str, Any]]:
    """Every dose of every cycle, none after the last day known."""
    phase, length = phase_of(study, person.course.group), cycle_days(study, person.course.group)
    for cycle in range(person.cycles):
        start = 1 + cycle * length
        if phase is None:
            dose = {"EXTRT": "STUDY TREATMENT", "EXDOSE": 1.0, "EXDOSU": "UNIT", "EXDOSFRQ": "ONCE"}
            yield base | dose | _when(person, start, start, cycle, 1)
            continue
        for drug in phase.drugs:
            yield from _of_drug(base, person, drug, (cycle, start))


def _of_drug(
    base: dict[str, str], person: Person, drug: Drug, when: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    cycle, start = when
    name, dose = drug.name, drug.dose
    if dose.unit is DoseUnit.LABEL:
        name, dose = drug.one_of[0].name, drug.one_of[0].dose
    fixed = {"EXTRT": name.upper(), "EXDOSE": dose.amount, "EXDOSU": dose.unit.value}
    fixed |= {"EXROUTE": _ROUTES.get(drug.route.value, drug.route.value.upper())}
    last = person.course.survival
    days = list(drug.days)
    if len(days) > 1 and days == list(range(days[0], days[-1] + 1)):
        span = (start + days[0] - 1, min(start + days[-1] - 1, last))
        often = {"EXDOSFRQ": _FREQUENCIES.get(drug.times_a_day, "QD")}
        yield base | fixed | often | _when(person, *span, cycle, days[0])
        return
    for day in days:
        on = start + day - 1
        if on <= last:
            yield base | fixed | {"EXDOSFRQ": "ONCE"} | _when(person, on, on, cycle, day)


def _when(person: Person, first: int, last: int, cycle: int, day: int) -> dict[str, Any]:
    return {
        "VISITNUM": cycle + 1 + day / 100,
        "VISIT": f"C{cycle + 1}D{day}",
        "EPOCH": "TREATMENT",
        "EXSTDTC": iso(person, first),
        "EXENDTC": iso(person, last),
    }


def adverse_events(base: dict[str, str], person: Person) -> Iterator[dict[str, Any]]:
    """The events that the claims count: from day 8 on for a week, not beyond the last day known."""
    last = person.course.survival
    for term, grade in person.events:
        start, end = min(_AE_DAY, last), min(_AE_DAY + _AE_LASTS, last)
        yield (
            base
            | {"AETERM": term, "AEDECOD": term, "AESER": "Y" if grade >= _SERIOUS_FROM else "N"}
            | {"AEACN": "DOSE NOT CHANGED", "AEREL": "Y", "AETOXGR": str(grade), "EPOCH": "TREATMENT"}
            | {"AEOUT": "RECOVERED/RESOLVED", "AESTDTC": iso(person, start), "AEENDTC": iso(person, end)}
        )
