"""One row of the results table, and the cell of the report in which rows stand."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import PRIMARY, TABLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOT_ESTIMABLE = "not estimable"
NO_SUBJECTS = f"{NOT_ESTIMABLE}: no subjects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number, or one statement, with its place in the report and the subjects behind it."""

    section: str
    endpoint: str
    variant: str = PRIMARY
    population: str
    group: str
    statistic: str
    item: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    method: str = ""
    n: int | None = None
    events: int | None = None
    text: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of several rows: section, endpoint, variant, population and group."""

    section: str
    endpoint: str
    population: str
    group: str
    variant: str = PRIMARY

    def at(
        self, *, group: str | None = None, variant: str | None = None, endpoint: str | None = None
    ) -> Cell:
        """Move to another group, variant or endpoint."""
        return replace(
            self,
            group=self.group if group is None else group,
            variant=self.variant if variant is None else variant,
            endpoint=self.endpoint if endpoint is None else endpoint,
        )

    def number(
        self,
        statistic: str,
        value: float | None,
        subjects: Iterable[str],
        *,
        item: str = "",
        interval: tuple[float | None, float | None] = (None, None),
        level: float | None = None,
        method: str = "",
        n: int | None = None,
        events: int | None = None,
        text: str = "",
    ) -> Row:
        """Make a row of one number; a value that is not finite becomes null and must come with a text.

        Raises:
            ValueError: there is neither a value nor a text (a mistake of the calling code).
        """
        shown = finite(value)
        if shown is None and not text:
            raise ValueError(f"{self} {statistic} {item}: neither value nor text")
        low, high = interval
        return Row(
            section=self.section,
            endpoint=self.endpoint,
            variant=self.variant,
            population=self.population,
            group=self.group,
            statistic=statistic,
            item=item,
            value=shown,
            low=finite(low),
            high=finite(high),
            level=level,
            method=method,
            n=n,
            events=events,
            text=text,
            subjects=tuple(sorted(subjects)),
        )

    def count(
        self, statistic: str, subjects: Sequence[str], *, n: int | None = None, item: str = "", text: str = ""
    ) -> Row:
        """Make a row that counts these subjects, out of `n`."""
        size = len(subjects)
        return self.number(statistic, size, subjects, item=item, n=n, events=size, text=text)

    def statement(
        self,
        statistic: str,
        text: str,
        subjects: Iterable[str] = (),
        *,
        item: str = "",
        method: str = "",
        n: int | None = None,
    ) -> Row:
        """Make a row without a number: why there is none, a verdict or a warning."""
        return self.number(statistic, None, subjects, item=item, method=method, n=n, text=text)


def finite(value: float | None) -> float | None:
    """Give the number, or None for what is missing, NaN or infinite."""
    return float(value) if value is not None and math.isfinite(value) else None


def table_of(rows: Sequence[Row], origin: str) -> pl.DataFrame:
    """Lay rows out as the results table, in their order."""
    content: dict[str, list[object]] = {
        field.name: [getattr(row, field.name) for row in rows] for field in fields(Row)
    }
    content["subjects"] = [list(row.subjects) for row in rows]
    content["origin"] = [origin] * len(rows)
    return pl.DataFrame(content, schema=dict(TABLE_COLUMNS))
