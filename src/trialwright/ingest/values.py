"""One cell by the rule of its column: its value, the number in its standard unit, and what was repaired."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import UnitError
from trialwright.ingest.date_styles import read_date
from trialwright.ingest.mapping import ColumnRule, Decimal, Diameter, Kind, Others
from trialwright.ingest.outcomes import RefusedValueError
from trialwright.ingest.rulebook import folded, folded_words, ingest_rules, missing_words
from trialwright.ingest.tables import Defect
from trialwright.units import convert, find_unit

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.ingest.tables import Cell

LENGTH, MILLIMETRE = "length", "mm"

_UNIT = r"[^\d\s.,×x*+-][^\d\s,×*]*(?:\d*/[^\d\s]+)?"
_DIGITS = {Decimal.POINT: r"[-+]?\d+(?:\.\d+)?", Decimal.COMMA: r"[-+]?\d+(?:,\d+)?"}
_TIMES = r"\s*[x×*X]\s*"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that was read.

    `text` is the term, the ISO 8601 date or the number as recorded; `recorded` what the cell says;
    `number` is in `unit`, `standard` in `standard_unit` (mm for lengths).
    """

    kind: Kind
    recorded: str
    text: str
    number: float | None = None
    unit: str = ""
    standard: float | None = None
    standard_unit: str = ""
    repairs: tuple[str, ...] = ()


def read_cell(
    cell: Cell, rule: ColumnRule, epoch: dt.date, missing: tuple[str, ...] | None, unit: str = ""
) -> Reading | None:
    """Read a cell; None where it says nothing.

    Args:
        cell: The cell.
        rule: How its column is read.
        epoch: Day 0 of serial numbers.
        missing: Words that stand for nothing, in place of those of the rulebook.
        unit: The unit of this row, where a column has it.

    Raises:
        RefusedValueError: the value cannot be used.
    """
    if cell.defect:
        raise RefusedValueError(cell.defect.value, _DEFECTS[cell.defect].format(cell.text))
    recorded = cell.text
    text, mapped = _mapped(recorded, rule)
    nothing = rule.missing if rule.missing is not None else missing
    words = missing_words() if nothing is None else folded_words(nothing)
    if not text or (not mapped and folded(text) in words):
        return None
    repairs = (
        ()
        if not isinstance(cell.value, str) or recorded == " ".join(cell.value.split())
        else ("plain-characters",)
    )
    reading = _by_kind(cell, rule, epoch, (recorded, text, mapped), unit)
    return Reading(
        reading.kind, reading.recorded, reading.text, reading.number, reading.unit, reading.standard,
        reading.standard_unit, (*repairs, *reading.repairs),
    )  # fmt: skip


_DEFECTS = {
    Defect.FORMULA: "the formula {0!r} has no stored value",
    Defect.EXCEL_ERROR: "the cell has the error {0}",
    Defect.NOT_A_CHOICE: "{0!r} is no choice of this field",
}


def _mapped(text: str, rule: ColumnRule) -> tuple[str, bool]:
    """Replace a word by what `values` says; whether it did."""
    values = rule.replacements
    key = folded(text) if values else ""
    return (values[key], True) if text and key in values else (text, False)


def _by_kind(
    cell: Cell, rule: ColumnRule, epoch: dt.date, texts: tuple[str, str, bool], unit: str
) -> Reading:
    recorded, text, mapped = texts
    if rule.kind is Kind.DATE:
        iso, repairs = read_date(cell, text, rule.date, epoch)
        return Reading(Kind.DATE, recorded, iso, repairs=tuple(repairs))
    if rule.kind is Kind.NUMBER:
        return _number(recorded, text, rule, unit, mapped)
    if cell.is_date:
        raise RefusedValueError(
            "turned-into-date", f"the cell holds the date {text}, which no text or word is"
        )
    if mapped or rule.kind is Kind.TEXT:
        digits = rule.pad is not None and text.isdigit()
        return Reading(rule.kind, recorded, text.zfill(rule.pad or 0) if digits else text)
    term = rule.terms.get(folded(text))
    if term is None and rule.others is Others.REJECT:
        known = ", ".join(dict.fromkeys([*rule.values, *rule.terms.values()]))
        raise RefusedValueError("unknown-word", f"{text!r} is none of {known}")
    return Reading(Kind.WORDS, recorded, term or text)


def _number(recorded: str, text: str, rule: ColumnRule, unit: str, mapped: bool) -> Reading:  # noqa: FBT001 - a fact
    """Read a number with its unit; a word that `values` gives stands as a word."""
    digits = _DIGITS[rule.decimal]
    match = re.fullmatch(rf"({digits})\s*({_UNIT})?", text)
    pair = re.fullmatch(rf"({digits})\s*({_UNIT})?{_TIMES}({digits})\s*({_UNIT})?", text)
    repairs: tuple[str, ...] = ()
    if match is not None:
        written, own = match[1], match[2]
    elif pair is not None and rule.diameters is not None:
        written, own = _of_two(pair[1], pair[3], rule), pair[4] or pair[2]
        repairs = ("one-of-two-diameters",)
    elif mapped:
        return Reading(Kind.WORDS, recorded, text)
    else:
        raise RefusedValueError("not-a-number", f"{text!r} is no number")
    written = written.replace(",", ".").lstrip("+")
    declared = _known_unit(unit or rule.unit or "")
    used = _known_unit(own) if own else declared
    if own and used != declared:
        _refuse_other_dimension(used, declared, text)
        repairs = (*repairs, "unit-in-cell")
    return _with_standard(recorded, written, (used, declared), rule, repairs)


def _of_two(first: str, second: str, rule: ColumnRule) -> str:
    ordered = sorted((first, second), key=lambda text: float(text.replace(",", ".")))
    return {
        Diameter.FIRST: first,
        Diameter.SECOND: second,
        Diameter.LONGEST: ordered[1],
        Diameter.SHORTEST: ordered[0],
    }[rule.diameters or Diameter.LONGEST]


def _known_unit(text: str) -> str:
    """Return the unit in its own spelling; one that the tables do not know stays as it is."""
    word = ingest_rules()["unit_words"].get(text, text)
    try:
        return find_unit(word).name if word else ""
    except UnitError:
        return str(word)


def _dimension(unit: str) -> str:
    try:
        return find_unit(unit).dimension if unit else ""
    except UnitError:
        return unit


def _refuse_other_dimension(own: str, declared: str, text: str) -> None:
    if not declared or _dimension(own) != _dimension(declared):
        found = f"{text!r} has the unit {own}"
        raise RefusedValueError("wrong-unit", f"{found}, the column has {declared or 'none'}")


def _with_standard(
    recorded: str, written: str, units: tuple[str, str], rule: ColumnRule, repairs: tuple[str, ...]
) -> Reading:
    value, (unit, declared) = float(written), units
    is_length = _dimension(unit) == LENGTH
    if is_length and value < 0:
        raise RefusedValueError("negative", f"the length {recorded} is below 0")
    compared = convert(value, unit, declared) if unit != declared and declared else value
    if rule.between is not None and not rule.between[0] <= compared <= rule.between[1]:
        low, high = rule.between
        raise RefusedValueError("outside", f"{recorded} is not between {low:g} and {high:g}")
    standard = convert(value, unit, MILLIMETRE) if is_length else value
    return Reading(
        Kind.NUMBER, recorded, written, value, unit, standard, MILLIMETRE if is_length else unit, repairs
    )
