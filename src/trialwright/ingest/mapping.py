"""What mapping.yaml says: how each column is read, and which SDTM records its values make."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from trialwright.errors import DataError, UnitError
from trialwright.ingest.date_styles import style_problem
from trialwright.ingest.rulebook import folded, ingest_rules, word_list, word_lists
from trialwright.protocol.part import Answer, Count, Name, Part, Phrase, Text, Texts, nearest, wrong
from trialwright.sdtm.study_data import Origin, known_contract
from trialwright.standards import sdtm_domains
from trialwright.units import find_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONSTANT = "="
"""A value of `set` that starts with it is written as it stands; any other names a column."""

_RANGE = re.compile(r"^(\d+)\s*(?:-|to)\s*(\d+)$")
_MOST_REPEATS = 200
_MAKEABLE = ("DM", "DS", "EX", "TU", "TR", "RS", "AE", "LB", "VS", "CM", "PR", "MH", "SS", "DD")


class Decimal(StrEnum):
    """The sign between whole and fraction."""

    POINT = "point"
    COMMA = "comma"


class Diameter(StrEnum):
    """Which of two diameters in one cell, as in 32 × 25."""

    LONGEST = "longest"
    SHORTEST = "shortest"
    FIRST = "first"
    SECOND = "second"


class Others(StrEnum):
    """What happens to a word that `words` and `values` do not know."""

    REJECT = "reject"
    KEEP = "keep"


class Kind(StrEnum):
    """How the values of a column are read."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    WORDS = "words"


class Numbers(Phrase):
    """A range of whole numbers, such as '1-5'."""

    examples: ClassVar[tuple[str, ...]] = ("1-5", "2-3")

    first: Count
    last: Count

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '1-5'."""
        match = _RANGE.match(text)
        if match is None:
            raise wrong("two whole numbers, such as '1-5'")
        return {"first": int(match[1]), "last": int(match[2])}

    @model_validator(mode="after")
    def _ordered(self) -> Numbers:
        if not self.first <= self.last < self.first + _MOST_REPEATS:
            raise wrong(f"the smaller number first, and at most {_MOST_REPEATS} numbers")
        return self

    def each(self) -> range:
        """Return the numbers."""
        return range(self.first, self.last + 1)


def _read_rows(value: object) -> object:
    return (
        {"first": value, "last": value} if isinstance(value, int) and not isinstance(value, bool) else value
    )


HeaderRows = Annotated[Numbers, BeforeValidator(_read_rows), WithJsonSchema({"type": ["integer", "string"]})]


def _read_styles(value: object) -> object:
    styles = [value] if isinstance(value, str) else value
    for style in styles if isinstance(styles, list) else []:
        if isinstance(style, str) and (problem := style_problem(style)):
            raise wrong(f"a style such as dd.mm.yyyy, yyyy-m or excel; '{style}' {problem}")
    return styles


def _read_unit(value: object) -> object:
    if isinstance(value, str) and value not in ingest_rules()["unit_words"]:
        try:
            find_unit(value)
        except UnitError as error:
            if value.lower() in {"mm2", "cm2"}:
                raise wrong("a length: areas are not used by RECIST") from error
    return value


Styles = Annotated[tuple[Text, ...], BeforeValidator(_read_styles)]
Unit = Annotated[str, BeforeValidator(_read_unit), Field(min_length=1, max_length=40)]
Bounds = Annotated[tuple[float, float], WithJsonSchema({"type": "array", "items": {"type": "number"}})]


class ColumnRule(Part):
    """How the cells of a column are read. `{n}` in its name stands for the numbers of a `repeat`."""

    date: Styles = Field(
        default=(), description="Styles of its dates: dd.mm.yyyy, yyyy年m月, yyyy.m, excel …"
    )
    number: Answer = Field(default=False, description="Whether its values are numbers without a unit.")
    unit: Unit | None = Field(default=None, description="Unit of its numbers; lengths become mm.")
    unit_from: Text | None = Field(default=None, description="The column that has the unit of each row.")
    decimal: Decimal = Decimal.POINT
    diameters: Diameter | None = Field(default=None, description="Which one of '32 × 25' is taken.")
    between: Bounds | None = Field(
        default=None, description="The smallest and the largest number that is possible."
    )
    words: Text | None = Field(default=None, description="A list of words of the rulebook, such as response.")
    values: dict[str, str] = Field(
        default={}, description="What a word stands for; goes before everything else."
    )
    others: Others = Others.REJECT
    missing: Texts | None = Field(
        default=None, description="Words that stand for nothing, in place of the usual."
    )
    required: Answer = Field(default=False, description="Whether an empty cell rejects the row.")
    fill_down: Answer = Field(
        default=False, description="Whether an empty cell takes the value of the row above."
    )
    split: Text | None = Field(default=None, description="Signs that separate several values in one cell.")
    pad: Count | None = Field(
        default=None, description="Identifiers of digits are filled with zeros to this length."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> ColumnRule:
        kinds = [bool(self.date), self._is_number, bool(self.words)]
        if sum(kinds) > 1:
            raise wrong("one of date, number (or unit) and words, not several")
        if self.words is not None and self.words not in word_lists():
            raise wrong(f"words: one of {', '.join(word_lists())}", meant=nearest(self.words, word_lists()))
        if self.between is not None and not self._is_number:
            raise wrong("`between` only with number or unit")
        return self

    @property
    def _is_number(self) -> bool:
        return bool(self.number or self.unit or self.unit_from or self.diameters)

    @cached_property
    def kind(self) -> Kind:
        """How its values are read."""
        if self.date:
            return Kind.DATE
        if self._is_number:
            return Kind.NUMBER
        return Kind.WORDS if self.words or self.values else Kind.TEXT

    @cached_property
    def terms(self) -> Mapping[str, str]:
        """The folded words of its list, with their terms."""
        return word_list(self.words) if self.words else {}

    @cached_property
    def replacements(self) -> Mapping[str, str]:
        """The folded words of `values`, with what they stand for."""
        return {folded(word): term for word, term in self.values.items()}


def _read_source(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Sources = Annotated[
    tuple[Text, ...],
    BeforeValidator(_read_source),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class RecordRule(Part):
    """One record that a row gives, or several with `repeat`."""

    domain: Text
    repeat: dict[Name, Numbers] = Field(
        default={}, description="Numbers that stand for {n} in columns and texts."
    )
    when: dict[Text, Texts] = Field(
        default={}, description="Only rows in which this column has such a value."
    )
    unless: dict[Text, Texts] = Field(
        default={}, description="Not in rows in which this column has such a value."
    )
    set: dict[Text, Sources] = Field(
        description="Variable: column, columns (the first that is filled), or =text."
    )

    @model_validator(mode="after")
    def _known(self) -> RecordRule:
        if self.domain not in _MAKEABLE:
            raise wrong(f"domain: one of {', '.join(_MAKEABLE)}", meant=nearest(self.domain, sdtm_domains()))
        try:
            contract = known_contract(self.domain)
        except DataError as error:
            raise wrong(f"domain: one of {', '.join(_MAKEABLE)}") from error
        names = [column.name for column in contract.columns]
        for variable in self.set:
            if variable not in names:
                raise wrong(f"variables of {self.domain}, not '{variable}'", meant=nearest(variable, names))
            if variable in {"STUDYID", "DOMAIN", "USUBJID", contract.sequence}:
                raise wrong(f"no {variable}: it is made from `study` and `subject`")
        return self

    def each(self) -> Iterator[dict[str, int]]:
        """Yield the numbers of each repetition; one empty mapping where there is no `repeat`."""
        names = tuple(self.repeat)
        for numbers in product(*(self.repeat[name].each() for name in names)):
            yield dict(zip(names, numbers, strict=True))


def numbered(text: str, numbers: Mapping[str, int]) -> str:
    """Put numbers in their places; other braces stay.

    >>> numbered("scan{n}_date", {"n": 2})
    'scan2_date'
    """
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", str(number))
    return text


class SheetRule(Part):
    """One sheet: where its headings are, whose rows they are, and the records they give."""

    sheet: Text
    header: HeaderRows = Numbers(first=1, last=1)
    subject: Text = Field(description="The column with the identifier of the patient.")
    columns: dict[Text, ColumnRule] = Field(default={})
    leave_out: dict[Text, Texts] = Field(
        default={}, description="Rows with such a value are no data (totals, tests)."
    )
    records: tuple[RecordRule, ...] = Field(min_length=1)


class RedcapFiles(Part):
    """A REDCap export: the data and its data dictionary, both CSV."""

    data: Text
    dictionary: Text


class IngestMapping(Part):
    """A mapping.yaml."""

    format: Literal[1] = 1
    study: Text
    origin: Origin = Origin.RECORDED
    source: Text | None = Field(default=None, description="The workbook or folder, beside this file.")
    redcap: RedcapFiles | None = None
    encoding: Text = "utf-8"
    usubjid: Text = "{study}-{subject}"
    missing: Texts | None = Field(
        default=None, description="Words that stand for nothing, in place of the usual."
    )
    sheets: tuple[SheetRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> IngestMapping:
        if "{subject}" not in self.usubjid:
            raise wrong("usubjid: a pattern with {subject}")
        if not any(record.domain == "DM" for sheet in self.sheets for record in sheet.records):
            raise wrong("sheets: one whose records have domain DM, which names the patients")
        return self
