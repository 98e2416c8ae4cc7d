"""A REDCap export with its data dictionary: one sheet for each instrument, repeating or not.

Raw codes become the labels of the dictionary, so that one mapping reads both kinds of export; headings are
the names of the fields, also where the export has labels. A checkbox field is one column with the labels of
what is checked, separated by "; ", beside the columns `field___code` with Y or N.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import InputFileError
from trialwright.ingest.rulebook import folded, plain
from trialwright.ingest.tables import EMPTY, Book, Cell, Defect, RawSheet
from trialwright.ingest.text_files import csv_rows, file_bytes
from trialwright.protocol.part import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
_OWN = {"event name": EVENT, "repeat instrument": INSTRUMENT, "repeat instance": INSTANCE}
_CHOICE_TYPES = ("radio", "dropdown", "checkbox", "yesno", "truefalse")
_FIXED_CHOICES = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_NEEDED = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
}
_CHECKED, _UNCHECKED = ("1", "checked"), ("0", "unchecked", "")
_BOX_LABEL = re.compile(r"^(.*) \(choice=(.*)\)$")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of the dictionary; `choices` maps codes to labels."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the export: its heading, the field it belongs to, and the code of a checkbox."""

    heading: str
    field: Field | None
    code: str = ""


def read_redcap(data: Path, dictionary: Path, encoding: str) -> Book:
    """Read an export.

    Raises:
        InputFileError: a file cannot be read, or the two do not belong together.
    """
    described, exported = file_bytes(dictionary), file_bytes(data)
    fields = _fields(csv_rows(described, dictionary.name, encoding), dictionary.name)
    rows = csv_rows(exported, data.name, encoding)
    columns = _columns(rows[0], fields, data.name)
    forms = dict.fromkeys(field.form for field in fields)
    sheets = {form: _instrument(form, columns, rows[1:]) for form in forms}
    digest = hashlib.sha256(exported + described).hexdigest()
    return Book(data.name, "redcap", digest, sheets, encoding=encoding)


def _fields(rows: Sequence[Sequence[str]], name: str) -> list[Field]:
    head = [folded(text) for text in rows[0]]
    place = {}
    for key, spellings in _NEEDED.items():
        found = [head.index(spelling) for spelling in spellings if spelling in head]
        if not found:
            raise InputFileError.at(
                name, f"has no column {spellings[0]!r}", expected="a REDCap data dictionary",
                remedy="download the data dictionary as CSV from the project",
            )  # fmt: skip
        place[key] = found[0]
    fields = []
    for row in rows[1:]:
        if not any(row):
            continue
        kind = row[place["type"]].strip().lower()
        choices = _FIXED_CHOICES.get(kind) or (
            _choices(row[place["choices"]]) if kind in _CHOICE_TYPES else {}
        )
        fields.append(
            Field(
                row[place["name"]].strip(),
                row[place["form"]].strip(),
                kind,
                plain(row[place["label"]]),
                choices,
            )
        )
    return fields


def _choices(text: str) -> dict[str, str]:
    """Read `1, Male | 2, Female`."""
    pairs = (part.split(",", 1) for part in text.split("|") if "," in part)
    return {code.strip(): plain(label) for code, label in pairs}


def _columns(headings: Sequence[str], fields: Sequence[Field], name: str) -> list[_Column]:
    by_name = {field.name: field for field in fields}
    by_label = {folded(field.label): field for field in fields}
    columns = [_column(plain(heading), by_name, by_label) for heading in headings]
    record = fields[0].name if fields else ""
    if not any(column.heading == record for column in columns):
        raise InputFileError.at(
            name, f"has no column {record!r}, the identifier of the data dictionary",
            expected="the export and the dictionary of one project",
            remedy=f"did you mean {nearest(record, headings)!r}?" if nearest(record, headings) else "",
        )  # fmt: skip
    return columns


def _column(heading: str, by_name: Mapping[str, Field], by_label: Mapping[str, Field]) -> _Column:
    field = by_name.get(heading) or by_label.get(folded(heading))
    if field is not None:
        return _Column(field.name, field)
    stem, _, code = heading.partition("___")
    if code and stem in by_name:
        return _Column(heading, by_name[stem], code)
    box = _BOX_LABEL.match(heading)
    if box and (field := by_label.get(folded(box[1]))):
        codes = {folded(label): code for code, label in field.choices.items()}
        code = codes.get(folded(box[2]), box[2])
        return _Column(f"{field.name}___{code}", field, code)
    return _Column(_OWN.get(heading.lower(), heading), None)


def _instrument(form: str, columns: Sequence[_Column], rows: Sequence[Sequence[str]]) -> RawSheet:
    """Take the rows that belong to one instrument: identifiers, its fields, its checkboxes joined."""
    shared = [n for n, column in enumerate(columns) if n == 0 or column.heading in {EVENT, INSTANCE}]
    own = [
        n for n, column in enumerate(columns) if n and column.field is not None and column.field.form == form
    ]
    boxes = dict.fromkeys(columns[n].field for n in own if columns[n].code)
    repeat = next((n for n, column in enumerate(columns) if column.heading == INSTRUMENT), None)
    head = [*(columns[n].heading for n in (*shared, *own)), *(box.name for box in boxes if box)]
    cells: list[tuple[Cell, ...]] = [tuple(Cell(text) for text in head)]
    for row in rows:
        belongs = (
            repeat is None
            or not row
            or folded(row[repeat]) in {"", folded(form), folded(form.replace("_", " "))}
        )
        values = [_value(row, n, columns[n]) for n in (*shared, *own)] if belongs and row else []
        joined = [_joined(row, columns, own, box) for box in boxes if box] if values else []
        filled = any(not cell.empty and cell.text != "N" for cell in [*values[len(shared) :], *joined])
        cells.append((*values, *joined) if filled else ())
    return RawSheet(form, tuple(cells), spreadsheet=False)


def _value(row: Sequence[str], place: int, column: _Column) -> Cell:
    text = plain(row[place]) if place < len(row) else ""
    if column.code:
        if text.lower() in _CHECKED:
            return Cell("Y")
        return Cell("N") if text.lower() in _UNCHECKED else Cell(text, defect=Defect.NOT_A_CHOICE)
    if not text:
        return EMPTY
    if column.field is None or not column.field.choices:
        return Cell(text)
    label = column.field.choices.get(text) or next(
        (label for label in column.field.choices.values() if folded(label) == folded(text)), None
    )
    return Cell(label) if label else Cell(text, defect=Defect.NOT_A_CHOICE)


def _joined(row: Sequence[str], columns: Sequence[_Column], own: Sequence[int], box: Field) -> Cell:
    chosen = [
        box.choices.get(columns[n].code, columns[n].code)
        for n in own
        if columns[n].field is box and columns[n].code and _value(row, n, columns[n]).text == "Y"
    ]
    return Cell("; ".join(chosen)) if chosen else EMPTY
