"""The contracts of the SDTM domains, read from rulebook/sdtm.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.rulebook import read_table
from trialwright.schema import Column, FrameContract

if TYPE_CHECKING:
    from collections.abc import Mapping

SUPPLEMENTAL = "SUPP"


class ColumnKind(StrEnum):
    """How the values of an SDTM column are written."""

    TEXT = "text"
    NUMBER = "number"
    SEQUENCE = "sequence"
    DATE = "date"


class Core(StrEnum):
    """How binding a column is, as the implementation guide says."""

    REQUIRED = "required"
    EXPECTED = "expected"
    PERMISSIBLE = "permissible"


_DTYPES = {
    ColumnKind.TEXT: pl.String,
    ColumnKind.NUMBER: pl.Float64,
    ColumnKind.SEQUENCE: pl.Int64,
    ColumnKind.DATE: pl.String,
}


@dataclass(frozen=True, slots=True)
class DomainColumn:
    """One column of a domain; `codelist` names a list of rulebook/terminology.toml, or is empty."""

    name: str
    label: str
    kind: ColumnKind
    core: Core
    codelist: str

    @property
    def dtype(self) -> type[pl.DataType]:
        """The polars type of the column: text and dates String, numbers Float64, sequences Int64."""
        return _DTYPES[self.kind]


@dataclass(frozen=True, slots=True)
class ConditionalTerms:
    """Where column `when` has `value`, `column` has terms of `codelist`."""

    when: str
    value: str
    column: str
    codelist: str


@dataclass(frozen=True, slots=True)
class DomainContract:
    """One SDTM domain. Without the columns of `needs` nothing can be derived from it."""

    name: str
    label: str
    structure: str
    needs: tuple[str, ...]
    keys: tuple[str, ...]
    columns: tuple[DomainColumn, ...]
    terms: tuple[ConditionalTerms, ...] = ()

    def column(self, name: str) -> DomainColumn | None:
        """The column of that name, or None where the domain does not define it."""
        return next((column for column in self.columns if column.name == name), None)

    def of_kind(self, kind: ColumnKind) -> tuple[str, ...]:
        """The names of the columns of one kind."""
        return tuple(column.name for column in self.columns if column.kind is kind)

    @property
    def sequence(self) -> str:
        """The name of the sequence column, or "" where the domain has none."""
        return next(iter(self.of_kind(ColumnKind.SEQUENCE)), "")

    @property
    def by_subject(self) -> bool:
        """Whether the records belong to subjects (trial design domains do not)."""
        return self.column("USUBJID") is not None

    def frame_contract(self) -> FrameContract:
        """The contract of the frame in StudyData: every column is present there."""
        columns = tuple(Column(column.name, column.dtype, required=True) for column in self.columns)
        return FrameContract(self.name, columns, self.keys)


@cache
def sdtm_domains() -> Mapping[str, DomainContract]:
    """The contract of each domain by its name; `SUPP` stands for every supplemental domain."""
    table = read_table("sdtm.toml")
    del table["source"]
    return MappingProxyType({name: _domain(name, entry) for name, entry in table.items()})


def domain_contract(name: str) -> DomainContract | None:
    """The contract of a domain, `SUPPDM` and its like included; None where we have none."""
    domains = sdtm_domains()
    if name.startswith(SUPPLEMENTAL) and name != SUPPLEMENTAL:
        parent = name.removeprefix(SUPPLEMENTAL)
        supplemental = domains[SUPPLEMENTAL]
        if parent not in domains:
            return None
        return DomainContract(
            name,
            f"{supplemental.label} for {parent}",
            supplemental.structure,
            supplemental.needs,
            supplemental.keys,
            supplemental.columns,
        )
    return domains.get(name) if name != SUPPLEMENTAL else None


def conditional_terms(name: str) -> tuple[ConditionalTerms, ...]:
    """The terms of a domain that depend on its test; none where we have no contract of it."""
    contract = domain_contract(name)
    return contract.terms if contract is not None else ()


def _domain(name: str, entry: dict[str, Any]) -> DomainContract:
    return DomainContract(
        name=name,
        label=entry["label"],
        structure=entry["structure"],
        needs=tuple(entry["needs"]),
        keys=tuple(entry["keys"]),
        columns=tuple(
            DomainColumn(column, label, ColumnKind(kind), Core(core), codelist)
            for column, label, kind, core, codelist in entry["columns"]
        ),
        terms=tuple(ConditionalTerms(*term) for term in entry.get("terms", [])),
    )
