"""The column contract of a frame, and its check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import ContractError
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    from polars.datatypes import DataTypeClass

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its polars type, whether it must be there, and the values it may take."""

    name: str
    dtype: pl.DataType | DataTypeClass
    required: bool
    codelist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameContract:
    """What a frame must look like. `keys` together name one row; empty means no uniqueness is asked."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()

    def schema(self) -> dict[str, pl.DataType | DataTypeClass]:
        """Column names and types in the contract's order."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """A frame of the contract's columns without rows."""
        return pl.DataFrame(schema=self.schema())

    def check(self, frame: pl.DataFrame) -> list[Finding]:
        """Every way in which the frame breaks the contract; an empty list where it keeps it."""
        return [
            *self._missing(frame),
            *self._types(frame),
            *self._terms(frame),
            *self._keys(frame),
        ]

    def require(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame itself.

        Raises:
            ContractError: the frame breaks the contract; the message lists the first problems.
        """
        problems = [finding.what for finding in self.check(frame) if finding.severity is Severity.ERROR]
        if problems:
            more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
            raise ContractError.at(self.name, "; ".join(problems[:_SHOWN]) + more)
        return frame

    def _finding(self, code: str, what: str, remedy: str) -> Finding:
        return Finding(Severity.ERROR, code, self.name, "", "", what, remedy)

    def _missing(self, frame: pl.DataFrame) -> list[Finding]:
        return [
            self._finding(
                "COLUMN-MISSING", f"column {column.name} is missing", f"add the column {column.name}"
            )
            for column in self.columns
            if column.required and column.name not in frame.columns
        ]

    def _types(self, frame: pl.DataFrame) -> list[Finding]:
        return [
            self._finding(
                "COLUMN-TYPE",
                f"column {column.name} is {frame.schema[column.name]}, expected {column.dtype}",
                f"give {column.name} the type {column.dtype}",
            )
            for column in self.columns
            if column.name in frame.columns and frame.schema[column.name] != column.dtype
        ]

    def _terms(self, frame: pl.DataFrame) -> list[Finding]:
        found = []
        for column in self.columns:
            if column.codelist and column.name in frame.columns:
                values = frame[column.name].drop_nulls().cast(pl.String)
                strange = values.filter(~values.is_in(column.codelist)).unique().sort()
                if len(strange):
                    shown = ", ".join(repr(value) for value in strange.head(_SHOWN))
                    found.append(
                        self._finding(
                            "COLUMN-TERM",
                            f"column {column.name} has {shown}",
                            f"use one of {', '.join(column.codelist)}",
                        )
                    )
        return found

    def _keys(self, frame: pl.DataFrame) -> list[Finding]:
        if not self.keys or not set(self.keys) <= set(frame.columns):
            return []
        duplicates = (
            frame.filter(pl.struct(self.keys).is_duplicated()).select(self.keys).unique(maintain_order=True)
        )
        if duplicates.is_empty():
            return []
        shown = "; ".join(
            ", ".join(f"{key} {value}" for key, value in zip(self.keys, row, strict=True))
            for row in duplicates.head(_SHOWN).rows()
        )
        what = f"{duplicates.height} keys occur more than once: {shown}"
        return [self._finding("DUPLICATE-KEY", what, f"keep one row for each {', '.join(self.keys)}")]
