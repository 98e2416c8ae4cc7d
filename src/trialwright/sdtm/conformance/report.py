"""From rows of a frame to findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.findings import Finding, Severity
from trialwright.sdtm.study_data import known_contract

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Rule:
    """What all findings of one code share."""

    severity: Severity
    code: str
    remedy: str

    def each(self, rows: pl.DataFrame, dataset: str, what: str) -> list[Finding]:
        """One finding a row: `what` with the row's values in its braces, such as "AGE is {AGE:g}"."""
        return [
            Finding(
                self.severity,
                self.code,
                dataset,
                str(row.get("USUBJID") or ""),
                record_name(row, dataset),
                what.format_map(row),
                self.remedy,
            )
            for row in rows.iter_rows(named=True)
        ]

    def one(self, dataset: str, what: str, subject: str = "", record: str = "") -> Finding:
        """One finding."""
        return Finding(self.severity, self.code, dataset, subject, record, what, self.remedy)


def record_name(row: dict[str, Any], dataset: str) -> str:
    """How a person finds the record: "TRSEQ 4 (2014-02-12)"."""
    sequence = known_contract(dataset).sequence
    date = row.get(f"{dataset}DTC") or row.get(f"{dataset}STDTC")
    number = f"{sequence} {row[sequence]}" if sequence and row.get(sequence) is not None else ""
    return f"{number} ({date})" if number and date else number or str(date or "")


def assessor(domain: str) -> list[str]:
    """The columns that say who assessed."""
    return [f"{domain}EVAL", f"{domain}EVALID"]
