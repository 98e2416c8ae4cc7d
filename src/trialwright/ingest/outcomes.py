"""What became of each row: accepted, repaired by a stated rule, or rejected with the cell and the remedy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from trialwright.errors import TrialwrightError
from trialwright.findings import Finding, Severity
from trialwright.ingest.rulebook import ingest_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Fate(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    REJECTED = "rejected"
    BLANK = "blank"


class RefusedValueError(TrialwrightError):
    """A cell that cannot be used; `code` is a key of `refusals` in rulebook/ingest.toml."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet, row of the file, address ("C7") and the column's heading."""

    sheet: str
    row: int
    cell: str
    column: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One repair of a cell, or one reason why a row is rejected."""

    fate: Fate
    severity: Severity
    code: str
    place: Place
    value: str
    what: str
    remedy: str

    def told(self) -> str:
        """Write `Scans C7 (date): '31.09.2020' …`."""
        where = f"{self.place.sheet} {self.place.cell}"
        column = f" ({self.place.column})" if self.place.column else ""
        return (
            f"{where}{column}: {self.what}. Remedy: {self.remedy}"
            if self.remedy
            else f"{where}{column}: {self.what}"
        )


def refusal(code: str, place: Place, value: str, what: str) -> Remark:
    """Make the remark of a rejected row."""
    rule = ingest_rules()["refusals"][code]
    return Remark(Fate.REJECTED, Severity(rule["severity"]), code, place, value, what, rule["remedy"])


def repair(code: str, place: Place, value: str, what: str = "") -> Remark:
    """Make the remark of a repaired cell; the rule's sentence says what was done."""
    sentence = what or ingest_rules()["repairs"][code]
    return Remark(Fate.REPAIRED, Severity.NOTE, code, place, value, sentence, "")


@dataclass(frozen=True, slots=True)
class SheetTally:
    """How many rows of a sheet met which fate, and the records that they gave, by domain."""

    sheet: str
    rows: int
    fates: Mapping[Fate, int]
    records: Mapping[str, int]

    def count(self, fate: Fate) -> int:
        """Return the rows of one fate."""
        return self.fates.get(fate, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """All sheets, every remark, and what the mapping does not use."""

    sheets: tuple[SheetTally, ...]
    remarks: tuple[Remark, ...]
    unused_sheets: tuple[str, ...] = ()
    unused_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rejections(self) -> tuple[Remark, ...]:
        """The remarks on rejected rows."""
        return tuple(remark for remark in self.remarks if remark.fate is Fate.REJECTED)

    @property
    def has_errors(self) -> bool:
        """Whether a row was rejected with severity error."""
        return any(remark.severity is Severity.ERROR for remark in self.rejections)

    def repairs(self) -> Mapping[str, int]:
        """Return how many cells each rule repaired."""
        return Counter(remark.code for remark in self.remarks if remark.fate is Fate.REPAIRED)

    def findings(self) -> list[Finding]:
        """Return what the reader of a report should know: each rejection, repairs and leavings counted."""
        return [
            *(_rejected(remark) for remark in self.rejections),
            *(_repaired(code, count) for code, count in sorted(self.repairs().items())),
            *_unused(self),
        ]


def _rejected(remark: Remark) -> Finding:
    """A warning in all that follows: what was rejected, an error of the sheet, is not in the data."""
    place = remark.place
    what = f"row {place.row} is rejected: {remark.what}"
    record = f"{place.sheet} {place.cell}"
    return Finding(Severity.WARNING, "INGEST-REJECTED", "", "", record, what, remark.remedy)


def _repaired(code: str, count: int) -> Finding:
    what = f"{count} cells were repaired. {ingest_rules()['repairs'][code]}"
    return Finding(
        Severity.NOTE, "INGEST-REPAIRED", "", "", code, what, "none; ingest-report lists the cells"
    )


def _unused(tally: Tally) -> Sequence[Finding]:
    found = []
    remedy = "add it to mapping.yaml if the study needs it"
    if tally.unused_sheets:
        what = f"sheets that the mapping does not use: {', '.join(tally.unused_sheets)}"
        found.append(Finding(Severity.NOTE, "INGEST-UNUSED", "", "", "", what, remedy))
    for sheet, columns in tally.unused_columns.items():
        what = f"columns that the mapping does not use: {', '.join(columns)}"
        found.append(Finding(Severity.NOTE, "INGEST-UNUSED", "", "", sheet, what, remedy))
    return found
