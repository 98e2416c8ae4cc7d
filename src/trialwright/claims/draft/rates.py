"""Percentages: of responders, of arms side by side, of patients with a feature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.results import endpoint_in, endpoints_in

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_N = r"(?<![\d.·])\d+(?:[.·]\d+)?(?!\d)"
_DASH = r"\s*(?:-|–|—|to)\s*"
_CI = rf"\((?P<level>\d+)\s*% CI[,:]?\s*(?P<low>{_N})\s*%?{_DASH}(?P<high>{_N})\s*%?\)"
_RESPONSES = ("ORR", "DCR", "CR", "PR", "SD")
_OF = re.compile(
    rf"\b(?P<k>\d+) of (?P<n>\d+)(?P<words> [^.()]{{0,90}}?patients)\s*(?:\((?P<percent>{_N})\s*%\))?"
    r"(?P<after>[^.]{0,90})"
)
_COUNT_PERCENT = re.compile(
    rf"\b(?P<k>\d+) \((?P<percent>{_N})\s*%\)\s*(?P<after>[^,.;()]{{0,60}}(?:\([A-Z]{{2,3}}\))?)"
)
_ONE = rf"{_N}\s*%\s*(?:\([^)]*\))?"
_BOTH = re.compile(
    rf"(?P<names>[^.]{{3,90}}?) (?:was|were) (?P<values>{_ONE}(?:(?:,?\s*and\s+|,\s*){_ONE})?)"
    r"(?P<after>[^.]{0,60})"
)
_VALUE = re.compile(rf"(?P<percent>{_N})\s*%\s*(?:{_CI})?")
_VERSUS = re.compile(
    rf"(?P<label>[A-Za-z][^;%]{{3,140}}?)\s*\((?P<a>{_N})\s*% (?:vs\.?|versus) (?P<b>{_N})\s*%\)"
)
_COUNTS = re.compile(r"\b(\d+) (CR|PR|SD|PD|complete responses?|partial responses?)\b")
_LABEL_AFTER = re.compile(rf"(?P<percent>{_N})\s*% (?P<label>(?:of patients|with |[a-z])[^,.;%()]{{2,60}})")
_LABEL_BEFORE = re.compile(rf"(?P<label>[A-Za-z][A-Za-z -]{{3,50}}?) \((?P<percent>{_N})\s*%\)")
_OCCURRED = re.compile(rf"(?P<label>[A-Z][^.%]{{3,90}}?) occurred in (?P<percent>{_N})\s*%")
_TWO = 2
_LONGEST = 120
_SHORTEST_WORD = 4


def _printed(text: str) -> str:
    return text.replace("·", ".")


def _population(sheet: Sheet) -> str | None:
    """Responses are of the evaluable subjects where there are such, else of all."""
    return next((name for name in ("evaluable", "all") if name in sheet.populations), None)


def rates(sheet: Sheet) -> None:
    """Every percentage, the more specific wording first."""
    _of(sheet)
    _count_and_percent(sheet)
    _named(sheet)
    _versus(sheet)
    _counts(sheet)
    for match in sheet.find(_OCCURRED, "percent"):
        label = " ".join(match["label"].split())
        _percent(sheet, label, match)
    for pattern in (_LABEL_BEFORE, _LABEL_AFTER):
        for match in sheet.find(pattern, "percent"):
            words = re.split(r"\b(?:were|was|and|with|including)\b", " ".join(match["label"].split()))
            _percent(sheet, words[-1].strip() or match["label"], match)


def _percent(sheet: Sheet, label: str, match: re.Match[str]) -> None:
    words = [word for word in re.findall(r"[a-z]+", label.lower()) if len(word) >= _SHORTEST_WORD]
    name = "_".join(words)[:40] or "percent"
    sheet.add("percent", name, match[0], percent=_printed(match["percent"]), label=label[:_LONGEST])


def _of(sheet: Sheet) -> None:
    for match in sheet.find(_OF, "k", "n", "percent"):
        name = next(iter(endpoints_in(match["after"], _RESPONSES)), "") or "ORR" * (
            "response" in match["after"]
        )
        cohort = re.search(r"cohort \w+", match[0], re.IGNORECASE)
        fields: dict[str, Any] = {"k": int(match["k"])}
        if cohort:
            sheet.populations[cohort[0].lower()] = {"n": int(match["n"]), "quote": match[0].strip()}
            fields["population"] = cohort[0].lower()
        else:
            fields["n"] = int(match["n"])
        percent = _printed(match["percent"]) if match["percent"] else None
        ident = f"{name or 'rate'} {cohort[0] if cohort else ''}"
        # "achieved 1 CR and 1 partial response" is of all responses, whatever is named first
        endpoint = "ORR" if "achieved" in match["after"] else name or None
        sheet.add("proportion", ident, match[0], endpoint=endpoint, percent=percent, **fields)


def _count_and_percent(sheet: Sheet) -> None:
    for match in sheet.find(_COUNT_PERCENT, "k", "percent"):
        after = match["after"]
        name = endpoint_in(after) or ("ORR" if "objective response" in after.lower() else "")
        fields = {"endpoint": name or None, "population": _population(sheet), "k": int(match["k"])}
        label = None if name else " ".join(after.split()) or None
        sheet.add(
            "proportion", name or "rate", match[0], percent=_printed(match["percent"]), label=label, **fields
        )


def _named(sheet: Sheet) -> None:
    """'ORR and DCR were 46.2% (…) and 69.2% (…)', or one rate of two arms."""
    for match in _BOTH.finditer(sheet.text):
        names = endpoints_in(match["names"], _RESPONSES)
        values = [
            one for one in _VALUE.finditer(sheet.text, *match.span("values")) if sheet.is_free(*one.span())
        ]
        arms = [arm for arm in sheet.arms() if re.search(rf"\b{re.escape(arm)}\b", match["after"])]
        if len(values) == 1:
            names = names[-1:]
        if names and len(names) == len(values):
            for name, one in zip(names, values, strict=True):
                _rate(sheet, name, name, one, _population(sheet))
        elif len(names) == 1 and len(values) == len(arms) == _TWO:
            for arm, one in zip(arms, values, strict=True):
                _rate(sheet, names[0], f"{names[0]} {arm}", one, arm)


def _rate(sheet: Sheet, endpoint: str, ident: str, value: re.Match[str], population: str | None) -> None:
    sheet.take(*value.span())
    fields: dict[str, Any] = {
        "endpoint": endpoint,
        "population": population,
        "percent": _printed(value["percent"]),
    }
    if value["low"]:
        fields |= {"ci": [_printed(value["low"]), _printed(value["high"])], "level": int(value["level"])}
    sheet.add("percent", ident, value[0], **fields)


def _last_words(words: str) -> str:
    """What stands just before a bracket: without an aside in brackets, from the last break on."""
    bare = re.sub(r"\s*\([^)]*\)\s*$", "", " ".join(words.split()))
    parts = re.split(r"[.,;:)]\s+(?:and )?|\b(?:was|were)\b", bare)
    return (parts[-1].strip().removeprefix("and ") or bare)[:_LONGEST]


def _versus(sheet: Sheet) -> None:
    arms = sheet.arms()
    for match in sheet.find(_VERSUS, "a", "b"):
        label = _last_words(match["label"])
        name = "_".join(re.findall(r"[a-z]{4,}", label.lower())[:3]) or "rate"
        for at, value in enumerate((match["a"], match["b"])):
            arm = arms[at] if len(arms) == _TWO else None
            fields = {"population": arm, "column": arm, "percent": _printed(value), "label": label}
            sheet.add("percent", f"{name} {arm or at + 1}", match[0], **fields)


def _counts(sheet: Sheet) -> None:
    for match in sheet.find(_COUNTS):
        name = endpoint_in(match[2]) or match[2]
        before = sheet.text[: match.start()].rpartition(". ")[2]
        population = None if "cohort" in before.lower() else _population(sheet)
        sheet.add("count", name, match[0], k=int(match[1]), label=match[2], population=population)
