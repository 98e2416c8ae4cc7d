"""Numbers as they are printed: the text is kept, and its trailing zeros say how precise it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

from trialwright.protocol.part import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler

_NUMBER = re.compile(r"^[-−–]?(?:\d{1,12}(?:[.·]\d{1,10})?|[.·]\d{1,10})$")
_BOUND = re.compile(r"^\s*([<>≤≥=]?)\s*(.+?)\s*$")
_EXPECTED = "the number as it is printed, in quotes ('46.20' keeps its zero)"


@dataclass(frozen=True)
class Span:
    """A range of exact values that a printed number can stand for."""

    low: Fraction
    high: Fraction
    is_open_above: bool = False

    def __contains__(self, value: float | Fraction) -> bool:
        """Whether an exact value would be printed so."""
        return self.low <= value and (value < self.high if self.is_open_above else value <= self.high)

    def meets(self, other: Span) -> bool:
        """Whether the two have a value in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Printed:
    """A printed number: `text` as it stands, `value` exactly, `decimals` after the point."""

    text: str

    @cached_property
    def _plain(self) -> str:
        return self.text.strip().replace("−", "-").replace("–", "-").replace("·", ".")

    @cached_property
    def value(self) -> Fraction:
        """The number itself, without binary rounding."""
        return Fraction(self._plain)

    @cached_property
    def decimals(self) -> int:
        """Digits after the point: '46.20' has 2."""
        return len(self._plain.partition(".")[2])

    @cached_property
    def unit(self) -> Fraction:
        """One unit of the last printed digit."""
        return Fraction(1, 10**self.decimals)

    @cached_property
    def rounded(self) -> Span:
        """What rounds to this number: half a unit on each side, both ends included."""
        return Span(self.value - self.unit / 2, self.value + self.unit / 2)

    @cached_property
    def truncated(self) -> Span:
        """What prints so when further digits are cut off."""
        if self.value == 0:
            return Span(-self.unit, self.unit, is_open_above=True)
        if self.value < 0:
            return Span(self.value - self.unit, self.value)
        return Span(self.value, self.value + self.unit, is_open_above=True)

    @cached_property
    def either(self) -> Span:
        """What prints so by rounding or by truncation."""
        return Span(min(self.rounded.low, self.truncated.low), max(self.rounded.high, self.truncated.high))

    def neighbours(self, away: int) -> Iterator[Printed]:
        """The printed numbers of the same precision around this one, nearest first."""
        for step in range(1, away + 1):
            for sign in (1, -1):
                yield self.at(self.value + sign * step * self.unit)

    def at(self, value: Fraction | float) -> Printed:
        """Another value printed as precisely as this one.

        >>> Printed("0.80").at(0.5).text
        '0.50'
        """
        return print_to(value, self.decimals)

    def __float__(self) -> float:
        """The nearest double."""
        return float(self.value)

    def __str__(self) -> str:
        """The text as printed."""
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_plain_validator_function(
            _read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


def print_to(value: Fraction | float, decimals: int) -> Printed:
    """Print a value with so many decimals, halves away from zero, as people round.

    >>> print_to(Fraction(1, 8), 2).text
    '0.13'
    """
    scaled = abs(Fraction(value)) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    sign = "-" if value < 0 and whole else ""
    digits = str(whole).rjust(decimals + 1, "0")
    return Printed(f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}")


def _read(value: object) -> Printed:
    if isinstance(value, Printed):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Printed(str(value))
    if not isinstance(value, str) or not _NUMBER.match(value.strip()):
        raise wrong(_EXPECTED)
    return Printed(value.strip())


@dataclass(frozen=True)
class PrintedP:
    """A printed P value: '0.271', or a bound such as '<0.001'."""

    sign: str
    number: Printed

    @cached_property
    def text(self) -> str:
        """The text as printed."""
        return f"{self.sign}{self.number.text}"

    def __str__(self) -> str:
        """The text as printed."""
        return self.text

    @cached_property
    def rounded(self) -> Span:
        """The probabilities that would be printed so."""
        return self._span(self.number.rounded)

    @cached_property
    def either(self) -> Span:
        """As `rounded`, with truncation allowed."""
        return self._span(self.number.either)

    def _span(self, span: Span) -> Span:
        if self.sign in {"<", "≤"}:
            return Span(Fraction(0), self.number.value)
        if self.sign in {">", "≥"}:
            return Span(self.number.value, Fraction(1))
        return Span(max(span.low, Fraction(0)), min(span.high, Fraction(1)))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_plain_validator_function(
            _read_p, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


def _read_p(value: object) -> PrintedP:
    if isinstance(value, PrintedP):
        return value
    match = _BOUND.match(value) if isinstance(value, str) else None
    if match is None:
        raise wrong("a P value as it is printed, in quotes, such as '0.271' or '<0.001'")
    try:
        number = _read(match[2])
    except PydanticCustomError:
        raise wrong("a P value as it is printed, such as '0.271' or '<0.001'") from None
    if not 0 <= number.value <= 1:
        raise wrong("a P value between 0 and 1")
    return PrintedP("" if match[1] == "=" else match[1], number)
