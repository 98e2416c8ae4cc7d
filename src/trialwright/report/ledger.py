"""The rows of the results table as the report reads them: each has a number, so each can be traced.

A number on the page is a link to its row in the list of all results at the end of the report; with
JavaScript the link opens a note with endpoint, population, method and the subjects behind it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trialwright.analyse.results import PRIMARY, TABLE_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars as pl

Key = tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the results table; `number` counts from 1 in the order of the table."""

    number: int
    section: str
    endpoint: str
    variant: str
    population: str
    group: str
    statistic: str
    item: str
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    method: str
    n: int | None
    events: int | None
    text: str
    subjects: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The id of this row in the list of results."""
        return f"r{self.number}"


_DATA_FIELDS = tuple(f.name for f in fields(Row) if f.name not in {"number", "subjects"})


@dataclass(frozen=True)
class Ledger:
    """All rows of a results table, found by key or by what they share."""

    rows: tuple[Row, ...]
    _by_key: Mapping[Key, Row] = field(repr=False)

    @classmethod
    def of(cls, table: pl.DataFrame) -> Ledger:
        """Number the rows of a results table."""
        subjects = table["subjects"].to_list()
        records = table.select(_DATA_FIELDS).iter_rows()
        rows = tuple(
            Row(*(number, *record, tuple(behind or ())))
            for number, (record, behind) in enumerate(zip(records, subjects, strict=True), start=1)
        )
        return cls(rows, {_key(row): row for row in rows})

    def find(
        self,
        section: str,
        endpoint: str,
        statistic: str,
        group: str,
        *,
        population: str,
        item: str = "",
        variant: str = PRIMARY,
    ) -> Row | None:
        """The row of this key, or None where the analysis has none."""
        return self._by_key.get((section, endpoint, variant, population, group, statistic, item))

    def of_section(self, section: str) -> Iterator[Row]:
        """The rows of a section in the order of the table."""
        return (row for row in self.rows if row.section == section)

    def of_endpoint(self, section: str, endpoint: str) -> list[Row]:
        """The rows of an endpoint in a section, all variants, in the order of the table."""
        return [row for row in self.rows if row.section == section and row.endpoint == endpoint]


def cell(row: Row | None, words: Markup | str) -> Markup:
    """A number with the way back to its row; plain text where there is no row."""
    if row is None:
        return escape(words)
    return Markup('<a class="n" href="#{}">{}</a>').format(row.anchor, words)


def subjects_json(rows: Iterable[Row]) -> Markup:
    """Who is behind each row, as compact JSON: `{"s": [ids], "r": {"1": "0-4,7"}}`, safe inside a script.

    >>> _ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    rows = list(rows)
    everyone = sorted({subject for row in rows for subject in row.subjects})
    place = {subject: k for k, subject in enumerate(everyone)}
    behind = {
        str(row.number): _ranges(sorted({place[subject] for subject in row.subjects}))
        for row in rows
        if row.subjects
    }
    text = json.dumps({"s": everyone, "r": behind}, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the script element is escaped above


def unique(words: Iterable[str]) -> list[str]:
    """Each word once, in the order of first sight."""
    return list(dict.fromkeys(words))


def _ranges(places: list[int]) -> str:
    pieces: list[list[int]] = []
    for k in places:
        if pieces and pieces[-1][-1] == k - 1:
            pieces[-1][1:] = [k]
        else:
            pieces.append([k])
    return ",".join("-".join(str(k) for k in piece) for piece in pieces)


def _key(row: Row) -> Key:
    return (
        row.section,
        row.endpoint,
        row.variant,
        row.population,
        row.group,
        row.statistic,
        row.item,
    )


assert len(TABLE_KEYS) == len(Key.__args__)  # type: ignore[attr-defined]
