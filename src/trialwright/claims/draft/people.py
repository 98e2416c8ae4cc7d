"""Who was enrolled, when, into which groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = (
    rf"(?:{_MONTH}\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s*)?\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of )?{_MONTH},?\s*\d{{4}})"
)
_FROM_TO = re.compile(
    rf"\b(?:from|between)\s+({_DATE}),?\s*(?:to|and|until|through|-|–)\s*({_DATE})", re.IGNORECASE
)
_AS_OF = re.compile(
    rf"\b(?:as of|(?:data )?cut-?off(?: date)?(?: was|:| of| on)?|by)\s*\(?({_DATE})", re.IGNORECASE
)
_UP_TO = re.compile(rf"\b(?:up to|until)\s+({_DATE})", re.IGNORECASE)
_ANY_DATE = re.compile(rf"\b{_DATE}", re.IGNORECASE)
_PARTS = re.compile(r"([A-Za-z]{3})[a-z]*\.?,?\s*(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?\s+(?:of )?")
_MANY = r"(\d{1,3}(?:,\d{3})+|\d+)"
_WHO = r"(?:[\w-]+ ){0,3}?(?:patients?|subjects?|pts|participants)"
_DONE = r"(?:enrolled|included|recruited|randomly assigned|randomi[sz]ed|accrued|treated)"
_ENROLLED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\ba total of {_MANY} {_WHO}",
        rf"\b{_MANY} {_WHO}\b(?: \(pts\))?[^.]{{0,90}}?\b(?:were|had been|have been|was) (?:\w+ )?{_DONE}",
        rf"\b(?:enrolled|treated|recruited|randomi[sz]ed|included) {_MANY} {_WHO}",
        rf"\b{_WHO} \(n ?= ?{_MANY}\)",
        rf"\bof {_MANY} {_WHO} \(median",
    )
)
_OF_ENROLLED = re.compile(
    r"\bof the (\d+) (?:enrolled|randomi[sz]ed|included) (?:patients|subjects)", re.IGNORECASE
)
_TREATED = re.compile(r"\b(\d+) (?:patients|subjects) (?:were|was) (?:given|treated|administered)")
_GROUP = r"(?:the )?([\w-]+)(?: group| arm)?"
_ARM = r"([\w+-]+(?: [\w+-]+){0,2}?)"
_ASSIGNED = re.compile(
    r"\b(\d+) (?:patients )?were (?:randomly )?(?:assigned|randomi[sz]ed|allocated) to "
    rf"{_GROUP},? and (\d+) (?:patients )?to {_GROUP}"
)
_NAMED_ARMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\bto (?:receive )?{_ARM} \(n ?= ?{_MANY}\),? (?:or|and|vs\.?|versus) {_ARM} \(n ?= ?{_MANY}\)",
        rf"\({_ARM},? n ?= ?{_MANY}[;,] {_ARM},? n ?= ?{_MANY}\)",
        rf"\brandomi[sz]ed \({_ARM},? {_MANY}[;,] {_ARM},? {_MANY}\)",
    )
)
_PER_ARM = re.compile(rf"\({_MANY} (?:(?:patients|pts) )?(?:per|in each|to each) (?:arm|group)\)")
_EVALUABLE = re.compile(
    r"\b(\d+) (?:response-|efficacy-)?evaluable (?:patients|subjects|pts)"
    r"|\b(\d+) (?:patients|subjects|pts) (?:were|was) evaluable",
    re.IGNORECASE,
)
_AVAILABLE = re.compile(r"\b(\d+) (?:patients|subjects)(?:[^.,]|(?<=\d),){0,160}?\bavailable for evaluation")
_PARTITION = re.compile(
    r"\b(\d+)\s*(male|men|female|women)\b(?: patients)?,? and (\d+)\s*(male|men|female|women)\b",
    re.IGNORECASE,
)
_WITH = r"(\d+) (?:were )?with ([\w ]+?)"
_DIAGNOSED = re.compile(rf"\b(\d+) were (?:diagnosed )?with ([\w ]+?), {_WITH},? and {_WITH}(?=[.,;])")


def _iso(text: str) -> str:
    first = _DAY_FIRST.match(text)
    match = _PARTS.search(text, first.end() if first else 0)
    assert match is not None
    month = _MONTHS.index(match[1].lower()) + 1
    day = first[1] if first else match[2]
    return f"{match[3]}-{month:02d}" + (f"-{int(day):02d}" if day else "")


def people(sheet: Sheet) -> None:
    """Dates, enrolment, arms and evaluable subjects."""
    _dates(sheet)
    _arms(sheet)
    for pattern in (_EVALUABLE, _AVAILABLE):
        for match in sheet.find(pattern, *range(1, pattern.groups + 1)):
            n = int(next(group for group in match.groups() if group))
            sheet.populations.setdefault("evaluable", {"n": n, "of": "all", "quote": match[0]})
    for pattern in (_TREATED, _OF_ENROLLED):
        for match in sheet.find(pattern):
            sheet.study.setdefault("enrolled", int(match[1]))
    for pattern in _ENROLLED:
        for match in pattern.finditer(sheet.text):
            n = int(match[1].replace(",", ""))
            # one number of subjects is the trial's; another one stays to be read by other rules
            if sheet.is_free(*match.span(1)) and sheet.study.setdefault("enrolled", n) == n:
                sheet.take(*match.span(1))
    if "enrolled" in sheet.study:
        sheet.populations = {"all": sheet.study["enrolled"], **sheet.populations}
    else:
        for one in sheet.populations.values():
            one.pop("of", None)
    _parts(sheet)


def _arms(sheet: Sheet) -> None:
    for match in sheet.find(_ASSIGNED):
        for n, name in ((match[1], match[2]), (match[3], match[4])):
            _add_arm(sheet, name, n, match[0])
    for pattern in _NAMED_ARMS:
        for match in sheet.find(pattern):
            for name, n in ((match[1], match[2]), (match[3], match[4])):
                _add_arm(sheet, name, n, match[0])
    for match in sheet.find(_PER_ARM):
        for name in ("A", "B"):
            if re.search(rf"\barm {name}\b", sheet.text):
                _add_arm(sheet, f"arm {name}", match[1], match[0])


def _add_arm(sheet: Sheet, name: str, n: str, quote: str) -> None:
    key = name.strip().removeprefix("the ")
    fields = {"n": int(n.replace(",", "")), "of": "all", "arm": "yes", "quote": quote}
    sheet.populations.setdefault(key, fields)


def _dates(sheet: Sheet) -> None:
    for match in sheet.find(_FROM_TO):
        sheet.study.setdefault("accrual", [_iso(match[1]), _iso(match[2])])
    for match in sheet.find(_AS_OF):
        sheet.study.setdefault("cutoff", _iso(match[1]))
    for match in sheet.find(_UP_TO):
        sheet.study.setdefault("accrual", [None, _iso(match[1])])
    for match in sheet.find(_ANY_DATE):
        sheet.add("date", "date", match[0], date=_iso(match[0]))


def _parts(sheet: Sheet) -> None:
    total = sheet.study.get("enrolled")
    if total is None:
        return
    for match in sheet.find(_PARTITION):
        parts = {match[2].lower(): int(match[1]), match[4].lower(): int(match[3])}
        sheet.add("partition", "sex", match[0], parts=parts, total="all")
    for match in sheet.find(_DIAGNOSED):
        names = [" ".join(match[at].split()) for at in (2, 4, 6)]
        parts = dict(zip(names, (int(match[at]) for at in (1, 3, 5)), strict=True))
        sheet.add("partition", "diagnoses", match[0], parts=parts, total="all")
