"""Rows of all sheets against each other: every row belongs to a patient who is known, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.ingest.outcomes import Fate
from trialwright.ingest.rows import DEMOGRAPHICS, Draft
from trialwright.ingest.values import Reading
from trialwright.protocol.part import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.ingest.plan import SheetPlan
    from trialwright.ingest.rows import SheetRow

IDENTIFICATION = "TU"


@dataclass(slots=True)
class _Patients:
    """The patients of the first sheet that makes DM, and those whose row there was rejected."""

    known: dict[str, SheetRow] = field(default_factory=dict)
    rejected: dict[str, SheetRow] = field(default_factory=dict)


def resolve(plans: Sequence[SheetPlan], rows: Sequence[Sequence[SheetRow]]) -> list[str]:
    """Reject rows of unknown patients, second rows of a patient, and contradictions; return the patients."""
    first = next(n for n, plan in enumerate(plans) if any(one.domain == DEMOGRAPHICS for one in plan.records))
    patients = _Patients()
    for row in rows[first]:
        _enrol(row, patients)
    said = {subject: _demographics(row) for subject, row in patients.known.items()}
    for number, sheet in enumerate(rows):
        for row in sheet if number != first else ():
            if row.fate in (Fate.ACCEPTED, Fate.REPAIRED):
                _belong(row, patients)
                _agree(row, said)
    _identify_once(rows)
    return list(patients.known)


def _identify_once(rows: Sequence[Sequence[SheetRow]]) -> None:
    """Keep one identification of each lesion, the earliest: a sheet of scans names it at every scan."""
    first: dict[tuple[str, str], tuple[str, int]] = {}
    every = [
        (row, draft)
        for sheet in rows
        for row in sheet
        for draft in row.drafts
        if draft.domain == IDENTIFICATION
    ]
    for row, draft in every:
        seen = (_text(draft.values.get("TUDTC", "")), id(row))
        key = (draft.subject, _text(draft.values["TULNKID"]))
        first[key] = min(first.get(key, seen), seen, key=lambda one: one[0])
    for row, draft in every:
        key = (draft.subject, _text(draft.values["TULNKID"]))
        if first[key][1] != id(row):
            row.drafts.remove(draft)


def _enrol(row: SheetRow, patients: _Patients) -> None:
    if row.fate is Fate.REJECTED and row.subject:
        patients.rejected.setdefault(row.subject, row)
    elif row.fate in (Fate.ACCEPTED, Fate.REPAIRED):
        if row.subject in patients.known:
            before = patients.known[row.subject].number
            what = f"patient {row.subject!r} stands already in row {before}, with other values"
            row.reject("subject-twice", row.plan.subject, row.subject, what)
        else:
            patients.known[row.subject] = row
            if not any(draft.domain == DEMOGRAPHICS for draft in row.drafts):
                row.drafts.append(Draft(DEMOGRAPHICS, row.subject, {}, row.plan.table.name, row.number))


def _belong(row: SheetRow, patients: _Patients) -> None:
    if row.subject in patients.known:
        return
    lost = patients.rejected.get(row.subject)
    if lost is not None:
        what = f"patient {row.subject!r} was rejected in {lost.plan.table.name} row {lost.number}"
    else:
        meant = nearest(row.subject, patients.known)
        hint = f"; did you mean {meant!r}?" if meant else ""
        what = f"patient {row.subject!r} is in no row of the sheet of patients{hint}"
    row.reject("unknown-subject", row.plan.subject, row.subject, what)


def _demographics(row: SheetRow) -> dict[str, str]:
    return {
        variable: _text(value)
        for draft in row.drafts
        if draft.domain == DEMOGRAPHICS
        for variable, value in draft.values.items()
    }


def _agree(row: SheetRow, said: Mapping[str, dict[str, str]]) -> None:
    """Let a further sheet add to DM, but not contradict it."""
    for draft in row.drafts:
        if draft.domain != DEMOGRAPHICS:
            continue
        known = said[row.subject]
        for variable, value in draft.values.items():
            before = known.setdefault(variable, _text(value))
            if before != _text(value):
                column = _column(row, draft, variable)
                what = f"{variable} is {_text(value)!r} here, but {before!r} elsewhere"
                row.reject("contradiction", column, _text(value), what)
                return


def _column(row: SheetRow, draft: Draft, variable: str) -> int:
    for record in row.plan.records:
        if record.domain == draft.domain:
            return next((one for one in record.sources.get(variable, ()) if isinstance(one, int)), -1)
    return -1


def _text(value: Reading | str) -> str:
    return value.text if isinstance(value, Reading) else value
