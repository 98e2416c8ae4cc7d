"""Medians of times to an event, and survival rates at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.grammar import (
    AMOUNT,
    OPEN_ENDED,
    PERCENT,
    UNIT,
    N,
    count,
    printed,
    sentences,
    spread_in,
    unit,
)
from trialwright.claims.draft.names import LONG, SHORT, TIMES, endpoint_in, mentions
from trialwright.claims.draft.values import Named, Value, named, rates_in, times_in

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_NAME = "|".join(f"{SHORT[name]}|{LONG[name]}" for name in TIMES)
_SURVIVAL = rf"(?:{_NAME}|survival)"
_IS_MEDIAN = re.compile(r"\bmedians?\b|\bm(?:PFS|OS|DO?R|TTP|DFS|EFS|RFS)\b", re.IGNORECASE)
_NOT_A_MEDIAN = re.compile(r"follow-? ?up|\bage\b|\bmean\b", re.IGNORECASE)
_TIME_FIRST = re.compile(
    rf"(?<![\w.])(?P<time>{AMOUNT})[- ](?P<unit>{UNIT})[- ]+(?P<name>{_SURVIVAL})"
    r"(?: rates?| probabilit\w+)?\b",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"(?P<name>{_SURVIVAL})(?: rates?| probabilit\w+)? at (?P<time>{N}) ?(?P<unit>{UNIT})", re.IGNORECASE
)
_RATE_FIRST = re.compile(
    rf"(?P<percent>{N}){PERCENT} (?P<time>{N})-(?P<unit>{UNIT}) (?P<name>{_SURVIVAL})(?: rate)?",
    re.IGNORECASE,
)
_REACH = 160


def survival(sheet: Sheet) -> None:
    """Rates at a time first, for their times are no medians."""
    for match in sheet.find(_RATE_FIRST):
        _landmark(sheet, match, printed(match["percent"]), match[0])
    for first, last in sentences(sheet.text):
        for pattern in (_TIME_FIRST, _NAME_FIRST):
            for match in pattern.finditer(sheet.text, first, last):
                _rates_after(sheet, match, last)
    for first, last in sentences(sheet.text):
        _medians(sheet, first, last)


def _name_of(words: str) -> str:
    return endpoint_in(words, TIMES) or "OS"


def _landmark(sheet: Sheet, match: re.Match[str], percent: str, quote: str, one: Named | None = None) -> None:
    name, time = (
        _name_of(match["name"]),
        str(count(match["time"])) if match["time"][0].isalpha() else match["time"],
    )
    arm = one.arm if one is not None else None
    fields: dict[str, Any] = {"endpoint": name, "population": arm, "time": time, "unit": unit(match["unit"])}
    interval = one.value.interval if one is not None else {}
    sheet.add("landmark", f"{name} {time} {arm or ''}", quote, **fields, percent=percent, **interval)


def _rates_after(sheet: Sheet, match: re.Match[str], last: int) -> None:
    """The percentages that follow 'the 12-month OS rate', up to the next endpoint or time."""
    if not sheet.is_free(*match.span("time")):
        return
    text = sheet.text
    following = [match.end() + start for start, _, _ in mentions(text[match.end() : last], TIMES)]
    until = min([last, match.end() + _REACH, *following])
    values = rates_in(sheet, match.end(), until)
    if not values or re.search(r"\bmedian\b", text[match.end() : values[0].start]):
        return
    span = (match.start(), until)
    for one in named(sheet, span, values[:2], TIMES) or ():
        sheet.take(one.value.start, one.value.end)
        _landmark(sheet, match, printed(one.value.number), text[match.start() : one.value.end], one)
    if not mentions(text[match.start() : match.end()], TIMES):
        one_value = values[0]
        sheet.take(one_value.start, one_value.end)
        only = Named(one_value, "OS", None, "")
        _landmark(sheet, match, printed(one_value.number), text[match.start() : one_value.end], only)
    sheet.take(*match.span("time"))


def _medians(sheet: Sheet, first: int, last: int) -> None:
    sentence = sheet.text[first:last]
    if not _IS_MEDIAN.search(sentence):
        return
    values = [one for one in times_in(sheet, first, last) if not _is_other(sheet, first, one)]
    for one in named(sheet, (first, last), values, TIMES):
        _median(sheet, one)


def _is_other(sheet: Sheet, first: int, one: Value) -> bool:
    """Whether a time is a follow-up or an age: the nearest noun before it says so."""
    before = sheet.text[first : one.start]
    spoken = mentions(before, TIMES)
    tail = before[spoken[-1][1] :] if spoken else before
    return bool(_NOT_A_MEDIAN.search(tail)) or not spoken


def _median(sheet: Sheet, one: Named) -> None:
    value = one.value
    sheet.take(value.start, value.end)
    is_open = re.fullmatch(OPEN_ENDED, value.number, re.IGNORECASE) is not None
    fields: dict[str, Any] = {"endpoint": one.endpoint, "population": one.arm}
    fields |= {} if is_open else {"value": printed(value.number)}
    fields |= {"unit": unit(value.unit)} | value.interval
    spread = spread_in(value.inside)
    fields |= {"range": spread["range"]} if "range" in spread else {}
    sheet.add("median", f"{one.endpoint} {one.arm or ''}", one.quote, **fields)
