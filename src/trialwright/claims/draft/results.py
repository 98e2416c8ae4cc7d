"""Rates, ratios, medians, landmarks and conclusions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_N = r"(?<![\d.·])\d+(?:[.·]\d+)?(?!\d)"
_DASH = r"\s*(?:-|–|—|to)\s*"
_CI = (
    rf"(?:(?P<level>\d+)\s*%\s*)?(?:CI|confidence interval)[,:]?\s*"
    rf"(?P<low>{_N})\s*%?{_DASH}(?P<high>{_N})\s*%?"
)
_ENDPOINTS = {
    "ORR": r"ORR|objective response rate|overall response rate",
    "DCR": r"DCR|disease control rate",
    "PFS": r"m?PFS|progression[- ]free survival",
    "OS": r"m?OS|overall survival",
    "DOR": r"m?DO?R|duration of response",
    "CR": r"complete responses?(?: \(CR\))?|CR",
    "PR": r"partial responses?(?: \(PR\))?|PR",
    "SD": r"stable disease|SD",
}
_TIME_ENDPOINTS = ("PFS", "OS", "DOR")
_UNIT = r"(?P<unit>days?|weeks?|months?|years?)"

_HR = re.compile(
    rf"\bHR\s*[=,:]?\s*(?P<value>{_N})\s*[,;(]?\s*{_CI}\s*\)?\s*[,;]?\s*(?:P\s*(?P<sign>[=<>])\s*(?P<p>{_N}))?",
    re.IGNORECASE,
)
_TIME_UNIT = r"months?|days?|weeks?|years?"
_FOLLOW_UP = re.compile(
    rf"median follow-up(?: time)?(?: was| of)? (?P<value>{_N})\s*(?P<unit1>{_TIME_UNIT})?\s*"
    rf"(?:\((?P<inside>[^)]*)\))?\s*(?P<unit2>{_TIME_UNIT})?"
)
_AGE = re.compile(
    rf"median age (?:of|was) (?P<value>{_N})\s*(?:years\s*)?"
    rf"\((?:range,?\s*)?(?P<low>{_N}){_DASH}(?P<high>{_N})\)"
)
_MEDIAN_OF = re.compile(
    rf"median of (?P<value>{_N})\s*\(IQR,?\s*(?P<low>{_N}){_DASH}(?P<high>{_N})\)\s*(?P<what>\w+)"
)
_RANGE = re.compile(rf"range,?\s*({_N}){_DASH}({_N})")
_INTERVAL = re.compile(_CI, re.IGNORECASE)
_TWO_ARMS = re.compile(
    r"\bm?(?P<name>PFS|OS) in (?:the )?(?P<a>[\w-]+) and (?:the )?(?P<b>[\w-]+) groups? (?:was|were) "
    rf"(?P<x>{_N})\s*(?:months?)? and (?P<y>{_N})\s*months?"
)
_LIST = re.compile(
    r"((?:the )?(?:median|mean)[^.]{2,120}?) (?:were|was) "
    rf"((?:{_N} months?(?: \([^)]*\))?(?:,? and |, )?)+)",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"(?P<value>{_N}) {_UNIT}(?: \((?P<inside>[^)]*)\))?")
_LANDMARK = re.compile(
    rf"(?P<percent>{_N})\s*% (?P<time>{_N})-(?P<unit>month|year|week) (?P<name>OS|PFS)(?: rate)?"
    rf"|(?P<time2>{_N})-(?P<unit2>month|year|week) (?P<name2>OS|PFS)(?: rate)?(?: was| of)? "
    rf"(?P<percent2>{_N})\s*%"
)
_REDUCTION = re.compile(
    rf"({_N})\s*% (?:relative )?reduction|reduc\w+ [^.]{{0,40}}?by ({_N})\s*%", re.IGNORECASE
)
_NON_INFERIOR = re.compile(
    r"\b(non-?inferior(?:ity)?|superior(?:ity)?|equivalen(?:t|ce))\b([^.]*)", re.IGNORECASE
)
_NO_MARGIN_KINDS = {"n": "non_inferior", "s": "superior", "e": "equivalent"}
_REGISTRATION = re.compile(
    r"\b(NCT\s?\d+|ChiCTR[-\w]+|ChiECRCT[-\w]+|ISRCTN\d+|ACTRN\d+|UMIN\d+|jRCTs?\d+|DRKS\d+|CTRI/[\d/]+"
    r"|KCT\d+|\d{4}-\d{6}-\d{2})\b"
)


def endpoint_in(words: str) -> str:
    """The last endpoint that the words name, in capitals; empty where they name none."""
    found = [
        (match.end(), name)
        for name, pattern in _ENDPOINTS.items()
        for match in re.finditer(
            rf"\b(?:{pattern})\b", words, 0 if len(name) == len(pattern) else re.IGNORECASE
        )
    ]
    return max(found)[1] if found else ""


def endpoints_in(words: str, names: tuple[str, ...] | None = None) -> list[str]:
    """Every endpoint that the words name, in their order."""
    found: dict[int, str] = {}
    for name, pattern in _ENDPOINTS.items():
        for match in re.finditer(rf"\b(?:{pattern})\b", words, re.IGNORECASE):
            if names is None or name in names:
                found.setdefault(match.start(), name)
    return list(dict.fromkeys(found[at] for at in sorted(found)))


def _printed(text: str) -> str:
    return text.replace("·", ".")


def _limits(match: re.Match[str] | None) -> dict[str, Any]:
    if match is None:
        return {}
    level = match["level"]
    return {"ci": [_printed(match["low"]), _printed(match["high"])], "level": int(level) if level else None}


def _interval_of(inside: str | None) -> dict[str, Any]:
    return _limits(_INTERVAL.search(inside)) if inside else {}


def results(sheet: Sheet) -> None:
    """Everything but the rates."""
    for match in sheet.find(_REGISTRATION):
        sheet.add("registration", "registration", match[0], number=match[1].replace(" ", ""))
    _summaries(sheet)
    _ratios(sheet)
    _medians(sheet)
    for match in sheet.find(_LANDMARK):
        name = match["name"] or match["name2"]
        time, unit = match["time"] or match["time2"], match["unit"] or match["unit2"]
        percent = _printed(match["percent"] or match["percent2"])
        sheet.add(
            "landmark", f"{name} {time}", match[0], endpoint=name, time=time, unit=unit, percent=percent
        )
    for match in sheet.find(_REDUCTION):
        sheet.add("reduction", "reduction", match[0], percent=_printed(match[1] or match[2]))
    _conclusions(sheet)


def _summaries(sheet: Sheet) -> None:
    for match in sheet.find(_AGE):
        span = [match["low"], match["high"]]
        sheet.add("summary", "age", match[0], value=match["value"], range=span, unit="years")
    for match in sheet.find(_MEDIAN_OF):
        quartiles = [match["low"], match["high"]]
        sheet.add("summary", match["what"], match[0], value=match["value"], quartiles=quartiles)
    for match in sheet.find(_FOLLOW_UP):
        inside, reach = match["inside"], _RANGE.search(match["inside"] or "")
        fields = _interval_of(inside) | ({"range": [reach[1], reach[2]]} if reach else {})
        unit = match["unit1"] or match["unit2"]
        sheet.add("follow_up", "follow up", match[0], value=_printed(match["value"]), unit=unit, **fields)


def _ratios(sheet: Sheet) -> None:
    arms = sheet.arms()
    contrast = arms if len(arms) == 2 else None  # noqa: PLR2004 - a ratio compares two
    for match in sheet.find(_HR):
        before = sheet.text[max(match.start() - 160, 0) : match.start()]
        name = endpoint_in(before)
        p = f"{'' if match['sign'] == '=' else match['sign']}{_printed(match['p'])}" if match["p"] else None
        fields = {"endpoint": name or None, "contrast": contrast, "value": _printed(match["value"]), "p": p}
        sheet.add("ratio", f"{name} hr", match[0], **fields, **_limits(match))


def _medians(sheet: Sheet) -> None:
    for match in sheet.find(_TWO_ARMS):
        for arm, value in ((match["a"], match["x"]), (match["b"], match["y"])):
            population = arm if arm in sheet.populations else None
            fields = {
                "endpoint": match["name"],
                "population": population,
                "value": _printed(value),
                "unit": "months",
            }
            sheet.add("median", f"{match['name']} {arm}", match[0], **fields)
    for match in _LIST.finditer(sheet.text):
        names, values = (
            endpoints_in(match[1], _TIME_ENDPOINTS),
            list(_VALUE.finditer(sheet.text, *match.span(2))),
        )
        if len(names) == len(values) and all(sheet.is_free(*one.span()) for one in values):
            for name, one in zip(names, values, strict=True):
                sheet.take(*one.span())
                fields = {"endpoint": name, "value": _printed(one["value"]), "unit": one["unit"]}
                sheet.add("median", name, one[0], **fields, **_interval_of(one["inside"]))


def _conclusions(sheet: Sheet) -> None:
    text = sheet.text
    start = max(text.lower().rfind("conclusion"), 0)
    for match in _NON_INFERIOR.finditer(text, start):
        kind = _NO_MARGIN_KINDS[match[1][0].lower()]
        for name in endpoints_in(match[2].partition(" in terms of")[2] or match[2]) or [""]:
            sheet.add("conclusion", f"{kind} {name}", match[0], kind=kind, endpoint=name or None, margin=None)
