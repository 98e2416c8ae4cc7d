"""Controlled terms and grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.sdtm.conformance.report import Rule, record_name
from trialwright.sdtm.study_data import known_contract
from trialwright.standards import conditional_terms
from trialwright.terminology import codelists

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData
    from trialwright.terminology import Codelist

_SHOWN = 8


def controlled_terms(data: StudyData, _facts: Facts) -> list[Finding]:
    """TERM-UNKNOWN: a value outside its code list; one finding for each value.

    A list that a study may extend gives a note, any other list an error.
    """
    lists = codelists()
    found = []
    for name, frame in data.domains.items():
        for column in known_contract(name).columns:
            if column.codelist and column.name in frame.columns:
                found += _strange(frame, name, column.name, lists[column.codelist])
        for term in conditional_terms(name):
            chosen = frame.filter(pl.col(term.when) == term.value)
            found += _strange(chosen, name, term.column, lists[term.codelist])
    return found


def _strange(frame: pl.DataFrame, dataset: str, column: str, codelist: Codelist) -> list[Finding]:
    strange = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(codelist.terms))
    if strange.is_empty():
        return []
    first = strange.group_by(column, maintain_order=True).agg(
        pl.len().alias("__count"), pl.all().first(), pl.col("USUBJID").n_unique().alias("__subjects")
    )
    severity = Severity.NOTE if codelist.extensible else Severity.ERROR
    found = []
    for row in first.iter_rows(named=True):
        meant = codelist.suggestion(row[column])
        shown = ", ".join(codelist.terms[:_SHOWN]) + (" …" if len(codelist.terms) > _SHOWN else "")
        remedy = f"write {meant}" if meant else f"use one of {shown}"
        count = row["__count"]
        what = f"{column} is {row[column]!r} in {count} records, which is no term of {codelist.label!r}"
        subject = row["USUBJID"] if row["__subjects"] == 1 else ""
        record = record_name(row, dataset) if count == 1 else ""
        found.append(Rule(severity, "TERM-UNKNOWN", remedy).one(dataset, what, subject, record))
    return found


CHECKS = (controlled_terms,)
