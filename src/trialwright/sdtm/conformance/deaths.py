"""Deaths, and what is recorded after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.sdtm.conformance.report import Rule

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_RESPONSE = Rule(Severity.ERROR, "RS-AFTER-DEATH", "correct RSDTC or DTHDTC")
_VISIT = Rule(Severity.WARNING, "VISIT-AFTER-DEATH", "correct SVSTDTC or DTHDTC")
_AFTER = Rule(Severity.ERROR, "DATE-AFTER-DEATH", "correct this date or DTHDTC")
_ENDED_AFTER = Rule(
    Severity.WARNING, "END-AFTER-DEATH", "end the record at the day of death, or correct DTHDTC"
)
_NO_DATE = Rule(
    Severity.ERROR, "DEATH-NO-DATE", "record DTHDTC, at least its year; until then the death does not count"
)
_NO_FLAG = Rule(Severity.WARNING, "DEATH-NO-FLAG", "write Y in DTHFL, or remove DTHDTC")
_ELSEWHERE = Rule(
    Severity.WARNING, "DEATH-NOT-IN-DM", "record DTHFL and DTHDTC in DM, or correct this record"
)

_SEEN_ALIVE = {
    "RS": "RSDTC",
    "TU": "TUDTC",
    "TR": "TRDTC",
    "LB": "LBDTC",
    "VS": "VSDTC",
    "EX": "EXSTDTC",
    "AE": "AESTDTC",
    "CM": "CMSTDTC",
    "PR": "PRSTDTC",
    "SV": "SVSTDTC",
}
_OF_DATASET = {"RS": _RESPONSE, "SV": _VISIT}
_ENDS = {"EX": "EXENDTC", "AE": "AEENDTC", "CM": "CMENDTC", "PR": "PRENDTC"}


def nothing_after_death(data: StudyData, facts: Facts) -> list[Finding]:
    """RS-, DATE-, VISIT- and END-AFTER-DEATH: a record of a subject who had died."""
    dead = facts.subjects.select("USUBJID", "DEATH").drop_nulls()
    found: list[Finding] = []
    if dead.is_empty():
        return found
    for columns, rule in ((_SEEN_ALIVE, _AFTER), (_ENDS, _ENDED_AFTER)):
        for name, column in columns.items():
            if not data.has(name):
                continue
            records = data.domain(name).join(dead, on="USUBJID", how="inner", maintain_order="left")
            first = facts.days(records[column])["FIRST"]
            rows = records.filter((first > records["DEATH"]).fill_null(value=False))
            chosen = _OF_DATASET.get(name, rule)
            found += chosen.each(rows, name, f"{column} {{{column}}} is after the death on {{DEATH}}")
    return found


def deaths_agree(data: StudyData, _facts: Facts) -> list[Finding]:
    """DEATH-NO-DATE, DEATH-NO-FLAG, DEATH-NOT-IN-DM: what DM and the other datasets say of a death."""
    demographics = data.domain("DM")
    flagged = pl.col("DTHFL") == "Y"
    undated = demographics.filter(flagged & pl.col("DTHDTC").is_null())
    unflagged = demographics.filter(pl.col("DTHDTC").is_not_null() & ~flagged.fill_null(value=False))
    alive = demographics.filter(~flagged.fill_null(value=False) & pl.col("DTHDTC").is_null())[
        "USUBJID"
    ].implode()
    found = [
        *_NO_DATE.each(undated, "DM", "DTHFL is Y, but DTHDTC is empty"),
        *_NO_FLAG.each(unflagged, "DM", "DTHDTC is {DTHDTC}, but DTHFL is not Y"),
    ]
    says = (
        ("DS", "DSDECOD", pl.col("DSDECOD") == "DEATH"),
        ("AE", "AEOUT", pl.col("AEOUT") == "FATAL"),
        ("AE", "AESDTH", (pl.col("AESDTH") == "Y") & (pl.col("AEOUT").fill_null("") != "FATAL")),
        ("SS", "SSSTRESC", (pl.col("SSTESTCD") == "SURVSTAT") & (pl.col("SSSTRESC") == "DEAD")),
    )
    for name, column, died in says:
        rows = data.domain(name).filter(died & pl.col("USUBJID").is_in(alive))
        found += _ELSEWHERE.each(rows, name, f"{column} is {{{column}}}, but DM has no death of this subject")
    return found


CHECKS = (nothing_after_death, deaths_agree)
