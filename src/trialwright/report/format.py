"""How numbers read on the page: the only place where a number becomes text.

Halves are rounded away from zero on the shortest decimal form of the number, as a reader with
pencil and paper would do (12.45 → 12.5), whatever the binary form underneath.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from trialwright.dates import MONTH_NAMES

if TYPE_CHECKING:
    import datetime as dt

MINUS = "\u2212"
EN_DASH = "\u2013"
NOT_REACHED = "not reached"
NOT_ESTIMABLE = "not estimable"
NO_VALUE = "\u2014"

_HUNDRED = 100
_THOUSAND = 1000
_SMALLEST_P = 0.001
_LARGEST_P = 0.999
_P_DECIMALS = 3


def is_missing(value: float | None) -> bool:
    """Whether a number is absent: None or not a number."""
    return value is None or math.isnan(value)


def number(value: float | None, decimals: int) -> str:
    """A number with fixed decimals and a true minus sign; an em dash where there is none.

    >>> number(-12.45, 1)
    '−12.5'
    >>> number(-0.04, 1)
    '0.0'
    """
    if value is None or math.isnan(value):
        return NO_VALUE
    if math.isinf(value):
        return "\u221e" if value > 0 else MINUS + "\u221e"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,}" if abs(rounded) >= _THOUSAND else f"{abs(rounded)}"
    return MINUS + text if rounded < 0 else text


def signed(value: float | None, decimals: int) -> str:
    """A change: plus or minus sign always shown, except at zero.

    >>> signed(31.04, 1), signed(-30.0, 1), signed(0.0, 1)
    ('+31.0', '−30.0', '0.0')
    """
    text = number(value, decimals)
    is_positive = value is not None and value > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if is_positive else text


def count(value: float | None) -> str:
    """A whole number of subjects, events or records.

    >>> count(59580.0)
    '59,580'
    """
    return number(value, 0)


def percent(fraction: float | None, decimals: int = 1) -> str:
    """A fraction (0.556) as per cent with one decimal.

    >>> percent(15 / 27)
    '55.6%'
    """
    if fraction is None or math.isnan(fraction):
        return NO_VALUE
    return f"{percent_digits(fraction, decimals)}%"


def percent_digits(fraction: float | None, decimals: int = 1) -> str:
    """The digits of `percent`, for a column whose head carries the sign."""
    if fraction is None or math.isnan(fraction):
        return NO_VALUE
    return number(float(Decimal(repr(float(fraction))) * _HUNDRED), decimals)


def months(value: float | None) -> str:
    """A time in months with one decimal; 'not reached' where the curve never falls that far.

    >>> months(6.149), months(float("nan"))
    ('6.1', 'not reached')
    """
    return NOT_REACHED if value is None or math.isnan(value) else number(value, 1)


def ratio(value: float | None) -> str:
    """A hazard, risk or odds ratio with two decimals.

    >>> ratio(1.334)
    '1.33'
    """
    return NOT_ESTIMABLE if value is None or math.isnan(value) else number(value, 2)


def p_value(value: float | None) -> str:
    """A p value with three decimals, bounded at both ends.

    >>> p_value(0.4694), p_value(0.00004), p_value(0.99999)
    ('0.469', '<0.001', '>0.999')
    """
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if value < _SMALLEST_P:
        return "<0.001"
    return ">0.999" if value > _LARGEST_P else number(value, _P_DECIMALS)


def p_clause(value: float | None) -> str:
    """A p value for a sentence, with spaces that do not break.

    >>> [p_clause(p).replace(chr(160), " ") for p in (0.4694, 0.00001)]
    ['p = 0.469', 'p < 0.001']
    """
    text = p_value(value)
    if text == NOT_ESTIMABLE:
        return f"p {text}"
    relation, digits = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return f"p\u00a0{relation}\u00a0{digits}"


def interval(low: str, high: str) -> str:
    """Two bounds, already text: an en dash, or 'to' where a dash could be read as a minus.

    >>> interval("35.3", "74.5"), interval("−3.2", "4.1"), interval("5.1", "not reached")
    ('35.3–74.5', '−3.2 to 4.1', '5.1 to not reached')
    """
    plain = (
        not (low + high).count(MINUS) and NOT_REACHED not in (low, high) and NOT_ESTIMABLE not in (low, high)
    )
    return f"{low}{EN_DASH}{high}" if plain else f"{low} to {high}"


def level(value: float | None) -> str:
    """A confidence level.

    >>> level(0.95), level(0.975)
    ('95%', '97.5%')
    """
    if value is None or math.isnan(value):
        return ""
    text = percent_digits(value)
    return f"{text.removesuffix('.0')}%"


def shortest(value: float | None) -> str:
    """A number that is whole where it is whole, else has one decimal: diameters, ages.

    >>> shortest(42.0), shortest(42.5)
    ('42', '42.5')
    """
    if value is None or math.isnan(value):
        return NO_VALUE
    return number(value, 0 if float(value).is_integer() else 1)


def date(value: dt.date | None) -> str:
    """An ISO date for tables, an em dash where there is none."""
    return NO_VALUE if value is None else value.isoformat()


def long_date(value: dt.date) -> str:
    """A date for a sentence, with spaces that do not break.

    >>> from datetime import date
    >>> long_date(date(2019, 9, 30)).replace(chr(160), " ")
    '30 September 2019'
    """
    return f"{value.day}\u00a0{MONTH_NAMES[value.month - 1]}\u00a0{value.year}"


def plural(n: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "subject"), plural(3, "subject"), plural(2, "study", "studies")
    ('1 subject', '3 subjects', '2 studies')
    """
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def listing(words: list[str]) -> str:
    """Words in a row.

    >>> listing(["death"]), listing(["progression", "death"]), listing(["A", "B", "C"])
    ('death', 'progression and death', 'A, B and C')
    """
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
