"""Dates in the styles that a mapping declares for a column; partial dates stay partial.

A style is written with `yyyy`, `yy` (20yy), `mm` or `m`, `dd` or `d`, `mmm` (English name of the month);
every other character stands for itself: `dd.mm.yyyy`, `yyyy年m月d日`, `yyyy.m`, `mmm yyyy`, `yyyy`. The style
`excel` is the serial number of a spreadsheet. A real date cell needs no style.

Of several styles, those count that give a day of the calendar; where two give different days, the date is
ambiguous and refused (03/04/2020 in a column of dd/mm/yyyy and mm/dd/yyyy).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING

from trialwright.dates import parse_partial
from trialwright.errors import DateError
from trialwright.ingest.outcomes import RefusedValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.ingest.tables import Cell

SERIAL = "excel"
ISO_DAY = "yyyy-mm-dd"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
FIRST_SERIAL, LAST_SERIAL = 61, 73415
"""1 March 1900, before which spreadsheets disagree, to 31 December 2100."""

_TOKEN = re.compile(r"yyyy|yy|mmm|mm|m|dd|d", re.IGNORECASE)
_TIME = re.compile(r"[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ROUNDED_MONTH = re.compile(r"^\d{4}\.1$")
_CENTURY = 2000


def style_problem(style: str) -> str:
    """Say what is wrong with a style, "" if nothing is.

    >>> style_problem("dd.mm.yyyy"), style_problem("dd.mm")
    ('', 'has no year')
    """
    if style.lower() == SERIAL:
        return ""
    kinds = [_kind(token) for token in _TOKEN.findall(style)]
    if "y" not in kinds:
        return "has no year"
    if len(set(kinds)) < len(kinds):
        return "names a part twice"
    return "has a day without its month" if "d" in kinds and "m" not in kinds else ""


def _kind(token: str) -> str:
    return token[0].lower()


@cache
def _pattern(style: str) -> re.Pattern[str]:
    packed = re.fullmatch(rf"(?:{_TOKEN.pattern})+", style, re.IGNORECASE) is not None
    expression, end = "", 0
    for match in _TOKEN.finditer(style):
        expression += _literal(style[end : match.start()]) + _part(match[0].lower(), packed=packed)
        end = match.end()
    return re.compile(f"^{expression}{_literal(style[end:])}$", re.IGNORECASE)


def _literal(text: str) -> str:
    return r"\s*".join([r"\s*" if character.isspace() else re.escape(character) for character in text])


def _part(part: str, *, packed: bool) -> str:
    if part.startswith("y"):
        return rf"(?P<y>\d{{{len(part)}}})"
    if part == "mmm":
        return r"(?P<m>[a-z]{3,9})\.?"
    width = r"\d{2}" if packed else r"\d{1,2}"
    return rf"(?P<{part[0]}>{width})"


def _by_style(text: str, style: str) -> str | None:
    """Return the ISO 8601 text, None where the style does not fit."""
    match = _pattern(style).match(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["y"]) + (_CENTURY if len(parts["y"]) == len("yy") else 0)
    written = [f"{year:04d}"]
    month = parts.get("m")
    if month is not None:
        number = _month_number(month)
        if number is None:
            return None
        written.append(f"{number:02d}")
    if parts.get("d") is not None:
        written.append(f"{int(parts['d']):02d}")
    return "-".join(written)


def _month_number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    head = text[:3].lower()
    return _MONTHS.index(head) + 1 if head in _MONTHS else None


def read_date(cell: Cell, text: str, styles: Sequence[str], epoch: dt.date) -> tuple[str, list[str]]:
    """Read a date.

    Args:
        cell: The cell, for what its value and format say.
        text: Its text, after words of the mapping were replaced.
        styles: The declared styles.
        epoch: Day 0 of serial numbers.

    Returns:
        ISO 8601 text and the repairs that were made.

    Raises:
        RefusedValueError: no style fits, the day does not exist, or it is ambiguous.
    """
    value = cell.value
    if isinstance(value, dt.date) and text == cell.text:
        time = value.time() if isinstance(value, dt.datetime) else dt.time()
        iso = value.strftime("%Y-%m-%d")
        return _chosen(iso, (ISO_DAY,), epoch), ["time-left-out"] if time != dt.time() else []
    text, repairs = _without_time(text)
    if isinstance(value, float) and cell.decimals == len("mm") and _ROUNDED_MONTH.match(text):
        text, repairs = f"{value:.2f}", ["decimals-shown"]
    elif _ROUNDED_MONTH.match(text) and not (isinstance(value, str) and cell.typed):
        what = f"{text!r} is January or October: a number does not keep 2019.10 apart from 2019.1"
        raise RefusedValueError("lost-decimal", what)
    return _chosen(text, styles, epoch), repairs


def _without_time(text: str) -> tuple[str, list[str]]:
    match = _TIME.search(text)
    if match is None:
        return text, []
    midnight = all(int(part or 0) == 0 for part in match.groups())
    return text[: match.start()], [] if midnight else ["time-left-out"]


def _chosen(text: str, styles: Sequence[str], epoch: dt.date) -> str:
    if SERIAL in {style.lower() for style in styles} and re.fullmatch(r"\d{2,5}(\.\d+)?", text):
        serial = int(float(text))
        if FIRST_SERIAL <= serial <= LAST_SERIAL and serial > LATEST_YEAR:
            return (epoch + dt.timedelta(days=serial)).isoformat()
    fitting = [iso for style in styles if style.lower() != SERIAL and (iso := _by_style(text, style))]
    if not fitting:
        raise RefusedValueError("not-a-date", f"{text!r} is no date in the styles {', '.join(styles)}")
    plausible = [iso for iso in fitting if EARLIEST_YEAR <= int(iso[: len("yyyy")]) <= LATEST_YEAR]
    if not plausible:
        what = f"{text!r} has a year that is not between {EARLIEST_YEAR} and {LATEST_YEAR}"
        raise RefusedValueError("outside", what)
    possible = {iso for iso in plausible if _exists(iso)}
    if not possible:
        raise RefusedValueError("no-such-day", f"{text!r} is no day of the calendar")
    if len(possible) > 1:
        raise RefusedValueError("ambiguous-date", f"{text!r} can be {' or '.join(sorted(possible))}")
    return possible.pop()


def _exists(iso: str) -> bool:
    try:
        parse_partial(iso)
    except DateError:
        return False
    return True
