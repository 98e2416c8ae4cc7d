"""One subject: who it is, and what happened when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.derive.adsl import set_flag
from trialwright.report import blocks
from trialwright.report import format as fmt

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.report.story.subject import Subject

_DATES = {
    "ENRLDT": "Enrolled",
    "RANDDT": "Randomised",
    "TRTSDT": "First dose",
    "TRTEDT": "Last dose",
    "NEWTXDT": "New anti-cancer therapy",
    "LSTALVDT": "Last known alive",
    "EOSDT": "End of study",
    "DTHDT": "Death",
}
_MILESTONES = {
    "RSP": "First response",
    "CRSP": "First confirmed response",
    "PD": "Progression",
    "LSTA": "Last assessment",
}
_DEMOGRAPHICS = {
    "AGE": "Age",
    "SEX": "Sex",
    "RACE": "Race",
    "ETHNIC": "Ethnicity",
    "COUNTRY": "Country",
    "SITEID": "Site",
    "ARM": "Planned arm",
    "ACTARM": "Actual arm",
    "EOSSTT": "End of study",
    "DCSREAS": "Reason for leaving",
}


def demographics(told: Subject) -> tuple[tuple[str, str], ...]:
    """Who the subject is, which group and analysis sets it belongs to."""
    entries = [(words, _shown(told.facts.get(column))) for column, words in _DEMOGRAPHICS.items()]
    group = told.facts.get("GROUP")
    if group:
        label = told.study.groups[group].label if group in told.study.groups else str(group)
        entries.append(("Group", label))
    sets = [part.label for name, part in told.study.analysis_sets.items() if _is_in(told, name)]
    entries.append(("Analysis sets", fmt.listing(sets) or "none"))
    return tuple((words, value) for words, value in entries if value)


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return fmt.number(value, 0)
    return "" if value is None else str(value)


def _is_in(told: Subject, name: str) -> bool:
    """Whether the flag of an analysis set is Y."""
    return told.facts.get(set_flag(name)) == "Y"


def section(told: Subject) -> blocks.Section:
    """All dated facts in order."""
    happened: list[tuple[dt.date, str, str]] = []
    for column, words in _DATES.items():
        date = told.facts.get(column)
        if date is not None:
            imputed = told.facts.get(f"{column}F")
            note = f"ADSL.{column}" + (f", date imputed (flag {imputed})" if imputed else "")
            happened.append((date, words, note))
    for code, words in _MILESTONES.items():
        happened += [
            (row["ADT"], words, told.source(row))
            for row in told.parameter(code)
            if row["ADT"] is not None and row.get("AVALC") != "N"
        ]
    if told.study.data_cutoff is not None:
        happened.append((told.study.data_cutoff, "Data cut-off", "study file"))
    rows = tuple(
        blocks.TableRow(fmt.date(date), (told.day(date), words, note))
        for date, words, note in sorted(happened, key=lambda fact: fact[0])
    )
    columns = (
        blocks.Column("Date", is_text=True),
        blocks.Column("Day"),
        blocks.Column("What", is_text=True),
        blocks.Column("Source", is_text=True),
    )
    reference = told.study.response.reference_date.value
    table = blocks.Table("subject-timeline", f"Timeline; day 1 is {reference}.", columns, rows, dense=True)
    return blocks.Section("timeline", "Timeline", (table,))
