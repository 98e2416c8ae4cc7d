"""What every part of a study file shares: it is frozen, knows its words and refuses others.

A part that a clinician writes as one phrase ("6 weeks", "3 mg/kg") derives from `Phrase`; its typed form
({amount: 6, unit: weeks}) stays valid. Everything wrong is raised through `wrong`, so that the reader of
the file can say what was expected and which right spelling is nearest.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    GetPydanticSchema,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from trialwright.errors import ConditionError
from trialwright.protocol.condition import Condition, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

CUSTOM = "study_file"
"""The type of every error that this package raises inside a model."""

_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the right spelling nearest to `word`, or "" where none is near.

    >>> nearest("progresion", ["progression", "death"])
    'progression'
    """
    spellings = {right.lower(): right for right in words}
    close = get_close_matches(word.lower().replace("-", "_"), spellings, n=1, cutoff=0.6)
    close = close or get_close_matches(word.lower(), spellings, n=1, cutoff=0.6)
    return spellings[close[0]] if close else ""


def wrong(expected: str, *, meant: str = "") -> PydanticCustomError:
    """Make the error that the reader turns into `found …; expected …; did you mean …?`."""
    return PydanticCustomError(CUSTOM, "expected {expected}", {"expected": expected, "meant": meant})


class Part(BaseModel):
    """A part of a study file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Phrase(Part):
    """A part that may be written as one phrase."""

    examples: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Turn the phrase into the typed form, or raise `wrong(…)`."""
        raise NotImplementedError

    @model_validator(mode="before")
    @classmethod
    def _from_phrase(cls, value: object) -> object:
        return cls.read_phrase(value.strip()) if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        typed = handler(core)
        phrase = {"type": "string", "description": cls.__doc__ or "", "examples": list(cls.examples)}
        return {"anyOf": [phrase, typed]}


def _read_answer(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return value == "yes"
    raise wrong("yes or no", meant=nearest(str(value), ["yes", "no"]))


def _read_day(value: object) -> object:
    if isinstance(value, dt.date):
        return value
    expected = "a date that exists, such as 2019-09-30"
    if not isinstance(value, str) or not _ISO_DAY.match(value):
        raise wrong(expected)
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise wrong(expected) from error


def _read_condition(value: object) -> Condition:
    if isinstance(value, Condition):
        return value
    if not isinstance(value, str):
        raise wrong("a condition, such as 'DM.AGE >= 18'")
    try:
        return parse(value)
    except ConditionError as error:
        raise PydanticCustomError(CUSTOM, "{message}", {"message": str(error)}) from error


def _as_list(value: object) -> object:
    """Let one word stand for a list of one."""
    return [value] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """Marks a list for which one word may stand."""

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        """Validate one word as a list of one."""
        return core_schema.no_info_before_validator_function(_as_list, handler(kind))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Tell editors both forms."""
        listed = handler(core)
        return {"anyOf": [listed.get("items", {"type": "string"}), listed]}


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\W_]")
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]
Texts = Annotated[tuple[Text, ...], OneOrMany()]
Names = Annotated[tuple[Name, ...], OneOrMany()]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
CountOrZero = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
StudyDay = Annotated[int, Field(strict=True, ge=-3650, le=36500)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Probability = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, lt=1)]
Answer = Annotated[bool, BeforeValidator(_read_answer), WithJsonSchema({"enum": ["yes", "no", True, False]})]
Day = Annotated[dt.date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]
When = Annotated[
    Condition,
    GetPydanticSchema(
        lambda _kind, _handler: core_schema.no_info_plain_validator_function(
            _read_condition,
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema()
            ),
        )
    ),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A condition on the records of a subject: met, not met or unknown.",
            "examples": ["18 <= DM.AGE <= 75", "LB.NEUT at screening >= 1.5 10^9/L", "safety and assessed"],
        }
    ),
]


def fields_set(part: Part) -> dict[str, Any]:
    """Return the fields that the file names, with their values: what a variant overrides."""
    return {name: getattr(part, name) for name in part.model_fields_set}
