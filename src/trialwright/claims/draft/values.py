"""Values of an endpoint along a sentence: which number belongs to which endpoint and which arm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.draft.grammar import BRACKET, OPEN_ENDED, PERCENT, UNIT, N, interval_in, level_before
from trialwright.claims.draft.names import arm_in, mentions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from trialwright.claims.draft.sheet import Sheet

_JOIN = re.compile(r"\s*(?:,?\s*(?:vs?\.?|versus|and|or)|/|,)\s*", re.IGNORECASE)
_TIME = re.compile(
    rf"(?P<value>{N}|\b{OPEN_ENDED}\b)(?:\s*(?P<unit>{UNIT}))?(?P<inside>\s*{BRACKET})?(?:\s*(?P<later>{UNIT}))?"
)
_RATE = re.compile(rf"(?P<value>{N}){PERCENT}(?P<inside>\s*{BRACKET})?")
_ARMS_ASIDE = 90
_TWO = 2


@dataclass(frozen=True)
class Value:
    """A number of the text with its bracket, its unit and its interval."""

    start: int
    end: int
    number: str
    unit: str | None
    inside: str
    interval: dict[str, Any]


@dataclass(frozen=True)
class Named:
    """A value, its endpoint, its arm where one is told, and the words it stands in."""

    value: Value
    endpoint: str
    arm: str | None
    quote: str


def times_in(sheet: Sheet, first: int, last: int) -> list[Value]:
    """The times of a sentence: with a unit, with an interval, or joined to one that has a unit."""
    found: list[Value] = []
    for match in _TIME.finditer(sheet.text, first, last):
        inside = match["inside"] or ""
        interval = interval_in(inside, level_before(sheet.text, match.start()))
        one = Value(*match.span(), match["value"], match["unit"] or match["later"], inside, interval)
        if sheet.is_free(*_digits(one)):
            found.append(one)
    kept: list[Value] = []
    for one in reversed(found):
        follows = kept and _JOIN.fullmatch(sheet.text, one.end, kept[-1].start)
        if (
            one.unit
            or follows
            or (one.interval and not re.match(r"\s*%", sheet.text[one.start + len(one.number) :]))
        ):
            kept.append(
                one
                if one.unit or not kept
                else Value(one.start, one.end, one.number, kept[-1].unit, one.inside, one.interval)
            )
    return kept[::-1]


def rates_in(sheet: Sheet, first: int, last: int) -> list[Value]:
    """The percentages of a sentence that no other rule has read."""
    found = []
    for match in _RATE.finditer(sheet.text, first, last):
        inside = match["inside"] or ""
        interval = interval_in(inside, level_before(sheet.text, match.start()))
        one = Value(*match.span(), match["value"], None, inside, interval)
        if sheet.is_free(*_digits(one)):
            found.append(one)
    return found


def _digits(one: Value) -> tuple[int, int]:
    return one.start, one.start + len(one.number)


def named(
    sheet: Sheet, span: tuple[int, int], values: list[Value], names: tuple[str, ...]
) -> Iterator[Named]:
    """Each value with the endpoint and the arm that it is of.

    As many endpoints as values, all named before the first: one each. Else the last one named before.
    """
    text = sheet.text
    spoken = [
        (span[0] + start, span[0] + end, name) for start, end, name in mentions(text[slice(*span)], names)
    ]
    if not values or not spoken:
        return
    before = [name for _start, end, name in spoken if end <= values[0].start]
    distinct = list(dict.fromkeys(before))
    if len(distinct) == len(values) > 1:
        for one, name in zip(values, distinct, strict=True):
            yield Named(one, name, None, _quote(text, span, one))
        return
    for one in values:
        earlier = [name for _start, end, name in spoken if end <= one.start]
        if earlier:
            peers = [peer for peer in values if _last(spoken, peer) == _last(spoken, one)]
            yield Named(one, earlier[-1], _arm(sheet, span, one, peers), _quote(text, span, one))


def _last(spoken: list[tuple[int, int, str]], one: Value) -> int:
    return max((end for _start, end, _name in spoken if end <= one.start), default=-1)


def _arm(sheet: Sheet, span: tuple[int, int], one: Value, peers: list[Value]) -> str | None:
    """The arm named after a value, before the next one; else by the order of two values and two arms."""
    following = [peer.start for peer in peers if peer.start > one.start]
    until = min([*following, one.end + _ARMS_ASIDE, span[1]])
    told = arm_in(sheet, sheet.text[one.end : until])
    is_joined = bool(following) and _JOIN.fullmatch(sheet.text, one.end, min(following)) is not None
    arms = sheet.arms()
    if len(peers) == len(arms) == _TWO and (told is None or is_joined or _is_in_order(sheet, peers)):
        return arms[peers.index(one)]
    return told


def _is_in_order(sheet: Sheet, peers: list[Value]) -> bool:
    """Whether two values are joined by no more than 'and' or 'vs', so that the arms follow both."""
    return _JOIN.fullmatch(sheet.text, peers[0].end, peers[1].start) is not None


def _quote(text: str, span: tuple[int, int], one: Value) -> str:
    return text[max(span[0], one.start - 120) : min(span[1], one.end + 60)]
