"""The mapping against the headings of a source: which column feeds which variable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.ingest.mapping import CONSTANT, ColumnRule, Kind, numbered
from trialwright.ingest.rulebook import folded, ingest_rules
from trialwright.ingest.tables import JOINED, with_headings
from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Path, Problem, refuse
from trialwright.sdtm.study_data import known_contract
from trialwright.standards import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.ingest.mapping import IngestMapping, RecordRule, SheetRule
    from trialwright.ingest.tables import Book, Table
    from trialwright.protocol.yaml_tree import Tree

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """One record of a row: each variable with its sources (a column by its place, or a text).

    `own` are the columns that no other record uses, leaving aside records that depend on a `when`: where
    one of them is filled, the record is made.
    """

    domain: str
    sources: Mapping[str, tuple[int | str, ...]]
    own: tuple[int, ...]
    when: Mapping[int, frozenset[str]]
    unless: Mapping[int, frozenset[str]]

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns it is made from."""
        return tuple(
            dict.fromkeys(one for many in self.sources.values() for one in many if isinstance(one, int))
        )


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet, ready to be read."""

    table: Table
    subject: int
    rules: Mapping[int, ColumnRule]
    unit_columns: Mapping[int, int]
    leave_out: Mapping[int, frozenset[str]]
    records: tuple[PlannedRecord, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of columns that have values and are not used."""
        used = {*self.rules, *self.unit_columns.values(), *self.leave_out}
        filled = {place for row in self.table.rows for place, cell in enumerate(row.cells) if not cell.empty}
        return tuple(self.table.headings[place] for place in sorted(filled - used))


def make_plans(mapping: IngestMapping, tree: Tree, book: Book, file: str) -> tuple[SheetPlan, ...]:
    """Find every sheet and column of the mapping in the book.

    Raises:
        StudyFileError: sheets or columns are not there, or a variable is fed from the wrong kind of column.
    """
    problems: list[Problem] = []
    plans = []
    for place, rule in enumerate(mapping.sheets):
        path: Path = ("sheets", place)
        table = _table(rule, book, path, problems)
        if table is not None:
            plans.append(_Planner(rule, table, path, problems).plan())
    if problems:
        raise refuse(file, [problem.at_line(tree.line(problem.path)) for problem in problems])
    return tuple(plans)


def _table(rule: SheetRule, book: Book, path: Path, problems: list[Problem]) -> Table | None:
    names = {folded(name): name for name in book.sheets}
    name = names.get(folded(rule.sheet))
    if name is None:
        listed = ", ".join(book.sheets)
        problems.append(
            Problem((*path, "sheet"), f"found '{rule.sheet}'", f"a sheet of {book.name}: {listed}",
                    nearest(rule.sheet, list(book.sheets)))
        )  # fmt: skip
        return None
    sheet = book.sheets[name]
    if rule.header.last > len(sheet.rows):
        found = f"row {rule.header.last} for the headings"
        problems.append(Problem((*path, "header"), found, f"a row of {name}, which has {len(sheet.rows)}"))
        return None
    return with_headings(sheet, rule.header.first, rule.header.last)


class _Planner:
    """One sheet's rule against its headings."""

    def __init__(self, rule: SheetRule, table: Table, path: Path, problems: list[Problem]) -> None:
        self._rule, self._table, self._path, self._problems = rule, table, path, problems
        self._places = _places(table.headings)
        self._declared: dict[int, ColumnRule] = {}
        self._rules: dict[int, ColumnRule] = {}
        self._units: dict[int, int] = {}

    def plan(self) -> SheetPlan:
        self._declare()
        subject = self._use(self._rule.subject, (*self._path, "subject"))
        leave_out = {
            self._use(name, (*self._path, "leave_out", name)): frozenset(map(folded, values))
            for name, values in self._rule.leave_out.items()
        }
        records = [
            planned
            for number, record in enumerate(self._rule.records)
            for planned in self._records(record, (*self._path, "records", number))
        ]
        owning = tuple(replace(one, own=_own(one, records)) for one in records)
        return SheetPlan(
            self._table, subject, dict(sorted(self._rules.items())), self._units, leave_out, owning
        )

    def _declare(self) -> None:
        """Note the rule of each declared column; it must be there, whether a record uses it or not."""
        patterns = [numbers for record in self._rule.records for numbers in record.each()]
        for name, rule in self._rule.columns.items():
            spellings = {folded(numbered(name, numbers)) for numbers in patterns}
            places = [self._places[one] for one in spellings if one in self._places]
            self._declared |= dict.fromkeys(places, rule)
            if not places:
                self._missing(name, (*self._path, "columns", name))

    def _use(self, name: str, path: Path) -> int:
        """Return the place of a column and note its rule; -1 and a problem where there is none."""
        place = self._places.get(folded(name), -1)
        if place < 0:
            self._missing(name, path)
            return place
        rule = self._declared.get(place, ColumnRule())
        self._rules[place] = rule
        if rule.unit_from is not None:
            self._units[place] = self._places.get(folded(rule.unit_from), -1)
            if self._units[place] < 0:
                self._missing(rule.unit_from, (*self._path, "columns"))
        return place

    def _missing(self, name: str, path: Path) -> None:
        headings = self._table.headings
        more = " …" if len(headings) > _SHOWN else ""
        listed = f"a column of '{self._table.name}': {', '.join(headings[:_SHOWN])}{more}"
        self._problems.append(Problem(path, f"found no column '{name}'", listed, nearest(name, headings)))

    def _records(self, record: RecordRule, path: Path) -> Iterator[PlannedRecord]:
        for variable in ingest_rules()["filled"][record.domain]:
            if (
                variable not in record.set
                and not _defaulted(record.domain, variable)
                and not _undated(record, variable)
            ):
                self._problems.append(
                    Problem(
                        (*path, "set"),
                        f"{record.domain} has no {variable}",
                        f"{variable}, without which it says nothing",
                    )
                )
        for numbers in record.each():
            sources = {
                variable: tuple(self._source(one, numbers, variable, record, path) for one in many)
                for variable, many in record.set.items()
            }
            when = self._conditions(record.when, numbers, (*path, "when"))
            unless = self._conditions(record.unless, numbers, (*path, "unless"))
            yield PlannedRecord(record.domain, sources, (), when, unless)

    def _conditions(
        self, conditions: Mapping[str, tuple[str, ...]], numbers: Mapping[str, int], path: Path
    ) -> dict[int, frozenset[str]]:
        return {
            self._use(numbered(name, numbers), (*path, name)): frozenset(map(folded, values))
            for name, values in conditions.items()
        }

    def _source(
        self, source: str, numbers: Mapping[str, int], variable: str, record: RecordRule, path: Path
    ) -> int | str:
        inner: Path = (*path, "set", variable)
        if source.startswith(CONSTANT):
            return numbered(source.removeprefix(CONSTANT), numbers).strip()
        place = self._use(numbered(source, numbers), inner)
        column = known_contract(record.domain).column(variable)
        kind = self._rules[place].kind if place >= 0 else None
        if place >= 0 and column is not None and column.kind is ColumnKind.DATE and kind is not Kind.DATE:
            self._problems.append(
                Problem(inner, f"'{source}' is not read as a date", "`date` with its styles under `columns`")
            )
        if place >= 0 and column is not None and column.kind is ColumnKind.NUMBER and kind is not Kind.NUMBER:
            self._problems.append(
                Problem(
                    inner, f"'{source}' is not read as a number", "`number: yes` or `unit` under `columns`"
                )
            )
        return place


def _places(headings: Sequence[str]) -> dict[str, int]:
    """The place of each heading, by its last part too where no other heading ends so."""
    places = {folded(heading): place for place, heading in enumerate(headings)}
    last = [folded(heading.rsplit(JOINED, 1)[-1]) for heading in headings]
    return {text: place for place, text in enumerate(last) if last.count(text) == 1} | places


def _own(record: PlannedRecord, records: Sequence[PlannedRecord]) -> tuple[int, ...]:
    shared = {column for one in records if one is not record and not one.when for column in one.columns}
    return tuple(column for column in record.columns if column not in shared)


def _defaulted(domain: str, variable: str) -> bool:
    rules = ingest_rules()
    return variable in rules["defaults"].get(domain, {})


def _undated(record: RecordRule, variable: str) -> bool:
    """Whether the record is of a test that may lack its date."""
    tests = ingest_rules()["undated"].get(record.domain, [])
    named = record.set.get(f"{record.domain}TESTCD", ())
    return variable == f"{record.domain}DTC" and any(
        one == f"{CONSTANT}{test}" for one in named for test in tests
    )
