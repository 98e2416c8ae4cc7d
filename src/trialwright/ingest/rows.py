"""The rows of a sheet, one by one: what each says, and whether it is accepted, repaired or rejected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trialwright.ingest.outcomes import Fate, RefusedValueError, Remark, refusal, repair
from trialwright.ingest.rulebook import folded, ingest_rules, variable_kinds
from trialwright.ingest.tables import EMPTY, Cell, Row
from trialwright.ingest.values import Reading, read_cell
from trialwright.standards import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.ingest.mapping import ColumnRule
    from trialwright.ingest.plan import PlannedRecord, SheetPlan

DEMOGRAPHICS = "DM"

Readings = dict[int, list[Reading]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be: the variables that the mapping sets, and the row they come from."""

    domain: str
    subject: str
    values: Mapping[str, Reading | str]
    sheet: str
    row: int


@dataclass(slots=True)
class SheetRow:
    """What became of one row; later checks may still reject it."""

    plan: SheetPlan
    number: int
    subject: str = ""
    blank: bool = False
    drafts: list[Draft] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def fate(self) -> Fate:
        """What became of it."""
        if self.blank:
            return Fate.BLANK
        fates = {remark.fate for remark in self.remarks}
        return next((fate for fate in (Fate.REJECTED, Fate.REPAIRED) if fate in fates), Fate.ACCEPTED)

    @property
    def rejected(self) -> bool:
        """Whether something rejects it."""
        return self.fate is Fate.REJECTED

    def add(self, draft: Draft) -> None:
        """Add a record; what a row says of DM is one record."""
        before = next((one for one in self.drafts if one.domain == draft.domain == DEMOGRAPHICS), None)
        if before is None:
            self.drafts.append(draft)
        else:
            merged = replace(before, values={**before.values, **draft.values})
            self.drafts[self.drafts.index(before)] = merged

    def settle(self) -> None:
        """A rejected row gives no records, and its repairs do not count."""
        if self.rejected:
            self.drafts = []
            self.remarks = [remark for remark in self.remarks if remark.fate is Fate.REJECTED]

    def reject(self, code: str, column: int, value: str, what: str) -> None:
        """Reject the row because of a cell, or as a whole where `column` is -1."""
        self.remarks.append(refusal(code, self.plan.table.place(self.number, column), value, what))
        self.settle()


def read_rows(plan: SheetPlan, missing: tuple[str, ...] | None) -> list[SheetRow]:
    """Read every row below the headings of a sheet."""
    reader = _SheetReader(plan, missing)
    return [reader.read(row) for row in plan.table.rows]


class _SheetReader:
    """Reads rows in order, remembering what rows above have said."""

    def __init__(self, plan: SheetPlan, missing: tuple[str, ...] | None) -> None:
        self._plan, self._missing = plan, missing
        self._above: dict[int, tuple[Cell, str]] = {}
        self._seen: dict[tuple[str, ...], int] = {}

    def read(self, row: Row) -> SheetRow:
        found = SheetRow(self._plan, row.number)
        if all(cell.empty for cell in row.cells):
            found.blank = True
            return found
        if self._left_out(row, found):
            return found
        row = self._filled(row, found)
        if self._copied(row, found):
            return found
        readings = self._readings(row, found)
        subject = readings.get(self._plan.subject)
        if found.rejected:
            found.subject = subject[0].text if subject else ""
            return found
        if not subject:
            found.reject("empty-subject", self._plan.subject, "", "the row names no patient")
            return found
        found.subject = subject[0].text
        for record in self._plan.records:
            self._add(record, readings, found)
        found.settle()
        names_patients = any(record.domain == DEMOGRAPHICS for record in self._plan.records)
        if not found.drafts and not found.rejected and not names_patients:
            found.reject(
                "nothing-said", -1, "", "the row makes no record: what the mapping uses of it is empty"
            )
        return found

    def _left_out(self, row: Row, found: SheetRow) -> bool:
        for column, words in self._plan.leave_out.items():
            text = _cell(row, column).text
            if folded(text) in words:
                found.reject("left-out", column, text, f"{text!r} marks a row that is no data")
                return True
        return False

    def _copied(self, row: Row, found: SheetRow) -> bool:
        texts = tuple(cell.text for cell in row.cells)
        first = self._seen.setdefault(texts, row.number)
        if first != row.number:
            found.reject("copy", -1, "", f"the row equals row {first} in every cell")
        return first != row.number

    def _readings(self, row: Row, found: SheetRow) -> Readings:
        """Read every used cell; a cell that cannot be used rejects the row, and all such cells are told."""
        readings: Readings = {}
        for column, rule in self._plan.rules.items():
            cell = _cell(row, column)
            try:
                readings[column] = self._of_cell(row, cell, column, rule)
            except RefusedValueError as error:
                place = self._plan.table.place(row.number, column)
                found.remarks.append(refusal(error.code, place, cell.text, error.what))
                continue
            for reading in readings[column]:
                self._note_repairs(reading, column, found)
            if rule.required and not readings[column]:
                place = self._plan.table.place(row.number, column)
                found.remarks.append(
                    refusal("empty", place, "", "the cell is empty, and the mapping requires it")
                )
        found.settle()
        return {column: values for column, values in readings.items() if values}

    def _filled(self, row: Row, found: SheetRow) -> Row:
        """Fill the empty cells that take the value above: the patient's first, others within one patient."""
        subject = self._plan.subject
        order = sorted(self._plan.rules, key=lambda column: (column != subject, column))
        cells = dict(enumerate(row.cells))
        for column in order:
            if not self._plan.rules[column].fill_down:
                continue
            whose = "" if column == subject else cells.get(subject, EMPTY).text
            above, owner = self._above.get(column, (EMPTY, ""))
            if not cells.get(column, EMPTY).empty:
                self._above[column] = (cells[column], whose)
            elif not above.empty and owner == whose:
                cells[column] = above
                place = self._plan.table.place(row.number, column)
                found.remarks.append(repair("from-row-above", place, above.text))
        width = max(cells, default=-1) + 1
        return Row(row.number, tuple(cells.get(column, EMPTY) for column in range(width)))

    def _of_cell(self, row: Row, cell: Cell, column: int, rule: ColumnRule) -> list[Reading]:
        unit_column = self._plan.unit_columns.get(column, -1)
        unit = _cell(row, unit_column).text if unit_column >= 0 else ""
        parts = _parts(cell, rule)
        epoch = self._plan.table.serial_epoch
        readings = (read_cell(part, rule, epoch, self._missing, unit) for part in parts)
        return [reading for reading in readings if reading is not None]

    def _note_repairs(self, reading: Reading, column: int, found: SheetRow) -> None:
        for code in reading.repairs:
            found.remarks.append(repair(code, self._plan.table.place(found.number, column), reading.recorded))

    def _add(self, record: PlannedRecord, readings: Readings, found: SheetRow) -> None:
        """Add the record or records that the row gives."""
        if not all(_meets(readings.get(column, []), words) for column, words in record.when.items()):
            return
        if any(_meets(readings.get(column, []), words) for column, words in record.unless.items()):
            return
        fed = record.own or record.columns
        if fed and not record.when and not any(column in readings for column in fed):
            return
        for part in range(max((len(readings.get(column, ())) for column in record.columns), default=1) or 1):
            values = self._values(record, readings, part, found)
            if not self._complete(record, values, found):
                return
            found.add(Draft(record.domain, found.subject, values, self._plan.table.name, found.number))

    def _values(
        self, record: PlannedRecord, readings: Readings, part: int, found: SheetRow
    ) -> dict[str, Reading | str]:
        values: dict[str, Reading | str] = {}
        for variable, sources in record.sources.items():
            for position, source in enumerate(sources):
                if isinstance(source, str):
                    values[variable] = source
                    break
                if source in readings:
                    many = readings[source]
                    values[variable] = many[part] if part < len(many) else many[0]
                    if position:
                        place = self._plan.table.place(found.number, source)
                        found.remarks.append(repair("from-other-column", place, many[0].recorded))
                    break
        return values

    def _complete(self, record: PlannedRecord, values: Mapping[str, Reading | str], found: SheetRow) -> bool:
        """Reject the row where a record lacks what it cannot be without, or has a word for a number."""
        for variable in _needed(record, values):
            if variable not in values:
                column = next((one for one in record.sources[variable] if isinstance(one, int)), -1)
                place = self._plan.table.place(found.number, column)
                what = f"the cell is empty, but the row has a record of {record.domain} that needs {variable}"
                found.remarks.append(refusal("empty", place, "", what))
                return False
        kinds = variable_kinds(record.domain)
        for variable, value in values.items():
            numeric = kinds.get(variable) is ColumnKind.NUMBER
            if numeric and isinstance(value, Reading) and value.number is None:
                column = next(one for one in record.sources[variable] if isinstance(one, int))
                place = self._plan.table.place(found.number, column)
                what = f"{variable} needs a number, not {value.text!r}"
                found.remarks.append(refusal("not-a-number", place, value.recorded, what))
                return False
        return True


def _cell(row: Row, column: int) -> Cell:
    return row.cells[column] if column < len(row.cells) else EMPTY


def _parts(cell: Cell, rule: ColumnRule) -> Iterator[Cell]:
    """Yield the cells that one cell stands for, where the mapping splits it."""
    if rule.split is None or not isinstance(cell.value, str) or folded(cell.text) in map(folded, rule.values):
        yield cell
        return
    text = cell.value
    for sign in rule.split[1:]:
        text = text.replace(sign, rule.split[0])
    for part in text.split(rule.split[0]):
        if part.strip():
            yield Cell(part.strip(), cell.decimals, cell.defect, cell.typed)


def _meets(readings: Sequence[Reading], words: frozenset[str]) -> bool:
    return any(folded(reading.text) in words for reading in readings)


def _needed(record: PlannedRecord, values: Mapping[str, Reading | str]) -> list[str]:
    rules = ingest_rules()
    test = values.get(f"{record.domain}TESTCD")
    undated = isinstance(test, str) and test in rules["undated"].get(record.domain, ())
    return [
        variable
        for variable in rules["filled"][record.domain]
        if variable in record.sources and not (undated and variable == f"{record.domain}DTC")
    ]
