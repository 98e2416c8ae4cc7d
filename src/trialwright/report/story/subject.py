"""One subject's rows of every dataset, and the words for a source record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.protocol.response_rules import ResponseSource
from trialwright.report import format as fmt

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.derive.adam import Adam
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

Record = dict[str, Any]
_MOST_STEPS = 4


@dataclass(frozen=True)
class Subject:
    """A subject of a study, with the frames that tell of it."""

    study: Study
    adam: Adam
    data: StudyData
    id: str

    @cached_property
    def facts(self) -> Record:
        """The row of ADSL."""
        return self.rows(self.adam.adsl)[0]

    def rows(self, frame: pl.DataFrame) -> list[Record]:
        """The subject's rows of a frame, in its order."""
        if "USUBJID" not in frame.columns:
            return []
        return frame.filter(pl.col("USUBJID") == self.id).to_dicts()

    @cached_property
    def responses(self) -> list[Record]:
        """The rows of ADRS."""
        return self.rows(self.adam.adrs)

    def parameter(self, code: str) -> list[Record]:
        """The rows of one parameter of ADRS by date, records used in the analysis first."""
        found = [row for row in self.responses if row["PARAMCD"] == code]
        return sorted(found, key=lambda r: (str(r["ADT"] or ""), (r["ANL01FL"] or "") != "Y"))

    def day(self, date: dt.date | None) -> str:
        """The study day of a date: no day 0; empty without a reference date."""
        reference = self.facts.get("REFDT")
        if date is None or reference is None:
            return ""
        days = (date - reference).days
        return fmt.number(days + 1 if days >= 0 else days, 0)

    def source(self, row: Record) -> str:
        """Where a row comes from, down to the SDTM record and what it says.

        A row of ADTTE may point to ADRS, and that to RS: the whole chain is told.
        """
        told: list[str] = []
        domain, variable, sequence = row.get("SRCDOM"), row.get("SRCVAR"), row.get("SRCSEQ")
        for _ in range(_MOST_STEPS):
            if not domain:
                break
            told.append(self._step(str(domain), str(variable or ""), sequence))
            if domain != "ADRS" or sequence is None:
                break
            parent = next((r for r in self.responses if r.get("ASEQ") == sequence), None)
            if parent is None:
                break
            domain, variable, sequence = parent.get("SRCDOM"), parent.get("SRCVAR"), parent.get("SRCSEQ")
        return " ← ".join(told)

    def _step(self, domain: str, variable: str, sequence: int | None) -> str:
        """`RS RSSEQ 7, RSDTC 2014-03-01`: one record, with the value of its variable."""
        number = "ASEQ" if domain.startswith("AD") else f"{domain}SEQ"
        words = domain if sequence is None else f"{domain} {number} {sequence}"
        value = self._value(domain, variable, sequence)
        return f"{words}, {variable} {value}".rstrip() if variable else words

    def _value(self, domain: str, variable: str, sequence: int | None) -> str:
        """What the record holds in this variable; empty where it cannot be found."""
        if domain == "ADSL":
            return _shown(self.facts.get(variable))
        if domain == "ADRS":
            found = [r for r in self.responses if r.get("ASEQ") == sequence]
        else:
            found = [r for r in self._records(domain) if r.get(f"{domain}SEQ") == sequence]
        return _shown(found[0].get(variable)) if len(found) == 1 else ""

    @cached_property
    def is_derived(self) -> bool:
        """Whether the responses used are those derived from the lesions."""
        return self.study.response.source is ResponseSource.LESIONS

    def _records(self, domain: str) -> list[Record]:
        return self.rows(self.data.domain(domain)) if self.data.has(domain) else []


def _shown(value: object) -> str:
    """A value as it stands in its record; nothing for null. Zero is a value."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
