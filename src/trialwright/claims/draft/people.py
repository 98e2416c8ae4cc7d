"""Who was enrolled, when, into which groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"{_MONTH}\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s*)?\d{{4}}"
_FROM_TO = re.compile(rf"\b(?:from|between)\s+({_DATE})\s*(?:to|and|until|-|–)\s*({_DATE})", re.IGNORECASE)
_AS_OF = re.compile(rf"\b(?:as of|data cut-?off(?: date)?(?: was|:| of)?|by)\s+({_DATE})", re.IGNORECASE)
_UP_TO = re.compile(rf"\b(?:up to|until)\s+({_DATE})", re.IGNORECASE)
_ANY_DATE = re.compile(rf"\b{_DATE}", re.IGNORECASE)
_PARTS = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s*(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_ENROLLED = re.compile(
    r"\b(\d+) (?:patients|subjects|pts)\b[^.]{0,90}?"
    r"\b(?:were|had been|have been|was) (?:enrolled|included|recruited)"
)
_OF_ENROLLED = re.compile(
    r"\bof the (\d+) (?:enrolled|randomi[sz]ed|included) (?:patients|subjects)", re.IGNORECASE
)
_TREATED = re.compile(r"\b(\d+) (?:patients|subjects) (?:were|was) (?:given|treated|administered)")
_GROUP = r"(?:the )?([\w-]+)(?: group| arm)?"
_ASSIGNED = re.compile(
    r"\b(\d+) (?:patients )?were (?:randomly )?(?:assigned|randomi[sz]ed|allocated) to "
    rf"{_GROUP},? and (\d+) (?:patients )?to {_GROUP}"
)
_EVALUABLE = re.compile(r"\b(\d+) (?:response-|efficacy-)?evaluable (?:patients|subjects)", re.IGNORECASE)
_AVAILABLE = re.compile(r"\b(\d+) (?:patients|subjects)(?:[^.,]|(?<=\d),)*?\bavailable for evaluation")
_OF_COHORT = re.compile(
    r"\b(\d+) of (\d+) ([^.()]{0,80}?)(?:patients|subjects)?[^.()]{0,20}?in (cohort \w+)\b"
)
_PARTITION = re.compile(
    r"\b(\d+)\s*(male|men|female|women)\b(?: patients)?,? and (\d+)\s*(male|men|female|women)\b",
    re.IGNORECASE,
)
_WITH = r"(\d+) (?:were )?with ([\w ]+?)"
_DIAGNOSED = re.compile(rf"\b(\d+) were (?:diagnosed )?with ([\w ]+?), {_WITH},? and {_WITH}(?=[.,;])")


def _iso(text: str) -> str:
    match = _PARTS.search(text)
    assert match is not None
    month = _MONTHS.index(match[1].lower()) + 1
    return f"{match[3]}-{month:02d}" + (f"-{int(match[2]):02d}" if match[2] else "")


def people(sheet: Sheet) -> None:
    """Dates, enrolment, arms and evaluable subjects."""
    _dates(sheet)
    for match in sheet.find(_ASSIGNED):
        for n, name in ((match[1], match[2]), (match[3], match[4])):
            sheet.populations[name] = {"n": int(n), "of": "all", "arm": "yes", "quote": match[0]}
    for pattern in (_EVALUABLE, _AVAILABLE):
        for match in sheet.find(pattern, 1):
            sheet.populations.setdefault("evaluable", {"n": int(match[1]), "of": "all", "quote": match[0]})
    for pattern in (_TREATED, _OF_ENROLLED):
        for match in sheet.find(pattern):
            sheet.study.setdefault("enrolled", int(match[1]))
    for match in _ENROLLED.finditer(sheet.text):
        if sheet.is_free(*match.span(1)):
            sheet.take(*match.span(1))
            sheet.study.setdefault("enrolled", int(match[1]))
    if "enrolled" in sheet.study:
        sheet.populations = {"all": sheet.study["enrolled"], **sheet.populations}
    else:
        for one in sheet.populations.values():
            one.pop("of", None)
    _parts(sheet)


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
