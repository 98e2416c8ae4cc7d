"""Hazard, odds and risk ratios, differences of rates, and the P values beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.grammar import (
    BETWEEN,
    CI,
    LIMIT,
    P_VALUE,
    SIGNED,
    N,
    fields_of,
    level_before,
    p_of,
    printed,
)
from trialwright.claims.draft.names import mentions

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_SIDED = r"(?:(?:one|two|1|2)-(?:sided|tailed)|stratified|unstratified|log-?rank|nominal|Fisher'?s?|exact)"
_P = rf"(?:[\])\s,;]*(?:{_SIDED}\s*)*{P_VALUE})?"
_ABBREVIATION = r"(?:\s*[\[(]\s*a?(?:HR|OR|RR)\s*[\])])?"
_RATIO = re.compile(
    rf"(?P<adjusted>\b(?:multivaria\w+-)?adjusted\s+|\ba(?=HR|OR|RR))?"
    r"(?P<what>(?i:hazards? ratio|odds ratio|risk ratio|relative risk|rate ratio)|\bHR|\bOR|\bRR|(?<=a)[HO]R)"
    rf"{_ABBREVIATION}(?P<words>(?:\s+(?:for|of) [a-z][a-z -]{{2,45}}?)?)\s*(?:was|is|of|=|:|,)?\s*"
    rf"(?P<value>{N})"
    rf"(?i:[\s,;(\[]*{CI}|\s*[(\[](?P<low2>{LIMIT}){BETWEEN}(?P<high2>{LIMIT})[)\]])?(?i:{_P})"
)
_DIFFERENCE = re.compile(
    rf"\bdifference(?: in [a-z ]{{2,40}}?)?(?: of| was|,|:|=)?\s*(?P<value>{SIGNED})\s*"
    r"(?:%|(?:percentage )?points)"
    rf"(?:[\s,;(\[]*{CI})?{_P}",
    re.IGNORECASE,
)
_MEASURES = {"o": "odds", "r": "risk"}
_MEANT = {
    "OS": r"\bdeath\b|\bmortality\b",
    "PFS": r"\bprogression or death\b",
    "ORR": r"\bresponse\b(?! dur)",
}
_BEFORE = 200
_TWO = 2


def ratios(sheet: Sheet) -> None:
    """Every ratio and difference."""
    for match in sheet.find(_RATIO):
        _ratio(sheet, match)
    for match in sheet.find(_DIFFERENCE):
        name = _named(sheet.text[max(match.start() - _BEFORE, 0) : match.start()])
        rates = _contrast(sheet)
        fields = {
            "endpoint": name or None,
            "contrast": rates,
            "value": printed(match["value"]),
            "p": p_of(match),
        }
        interval = fields_of(match) if match["low"] else {}
        sheet.add("difference", f"{name} difference", match[0], **fields, **interval)


def _ratio(sheet: Sheet, match: re.Match[str]) -> None:
    name = _endpoint(sheet, match)
    measure = _MEASURES.get(match["what"][0].lower(), "hazard")
    short = {"odds": "or", "risk": "rr"}.get(measure, "hr")
    fields: dict[str, Any] = {"endpoint": name or None, "value": printed(match["value"]), "p": p_of(match)}
    fields |= {"contrast": _contrast(sheet)}
    fields |= {"measure": measure} if measure != "hazard" else {}
    fields |= {"adjusted": "yes"} if match["adjusted"] else {}
    if match["low"]:
        fields |= fields_of(match)
    elif match["low2"]:
        level = level_before(sheet.text, match.start())
        fields["ci"] = [printed(match["low2"]), printed(match["high2"])]
        fields |= {"level": float(level) if "." in level else int(level)} if level else {}
    sheet.add("ratio", f"{name} {short}", match[0], **fields)


def _endpoint(sheet: Sheet, match: re.Match[str]) -> str:
    """As the ratio's own words say ('HR for death'), else what was named last before it."""
    return _named(match["words"]) or _named(sheet.text[max(match.start() - _BEFORE, 0) : match.start()])


def _named(words: str) -> str:
    """The endpoint that words name last: by its name, or as the death or response that it is about."""
    spoken = [(end, name) for _, end, name in mentions(words)]
    spoken += [
        (match.end(), name)
        for name, pattern in _MEANT.items()
        for match in re.finditer(pattern, words.lower())
    ]
    return max(spoken)[1] if spoken else ""


def _contrast(sheet: Sheet) -> list[str] | None:
    """The two arms, the one declared first over the other."""
    arms = sheet.arms()
    return arms if len(arms) == _TWO else None
