"""Registrations, summaries of subjects, follow-up, reductions and conclusions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trialwright.claims.draft.grammar import (
    BRACKET,
    DASH,
    PERCENT,
    UNIT,
    N,
    interval_in,
    printed,
    spread_in,
    unit,
)
from trialwright.claims.draft.names import endpoints_in

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_FOLLOW_UP = re.compile(
    rf"median (?:[\[(](?:IQR|range)[\])] )?(?:duration of )?follow-? ?up(?: time| duration)?(?: period)?"
    rf"(?:,? (?:was|of|is|at))?[:,]? (?P<value>{N})\s*(?P<unit1>{UNIT})?\s*(?P<inside>{BRACKET})?"
    rf"\s*(?P<unit2>{UNIT})?",
    re.IGNORECASE,
)
_FOLLOW_UP_KIND = re.compile(r"[\[(](IQR|range)[\])]", re.IGNORECASE)
_LIMITS = re.compile(rf"({N}){DASH}({N})")
_AGE = re.compile(
    rf"\b(?P<statistic>median|mean) (?:[\[(](?P<spread>IQR|range)[\])],? )?age,?(?: of| was| is)?,?:? "
    rf"(?P<value>{N})\s*(?:years|yrs?|y)?,?\s*(?P<inside>{BRACKET})?",
    re.IGNORECASE,
)
_MEDIAN_OF = re.compile(
    rf"median of (?P<value>{N})\s*\(IQR,?:?\s*(?P<low>{N}){DASH}(?P<high>{N})\)\s*(?P<what>\w+)"
)
_REDUCTION = re.compile(
    rf"({N}){PERCENT} (?:relative )?reduction|reduc\w+ [^.]{{0,40}}?by ({N}){PERCENT}", re.IGNORECASE
)
_CONCLUDED = re.compile(
    r"\b(non-?inferior(?:ity)?|superior(?:ity)?|equivalen(?:t|ce))\b([^.]*)", re.IGNORECASE
)
_MARGIN = re.compile(
    rf"\bmargin\b[^.;]{{0,50}}?(?P<margin>[-−–]?{N})(?:{PERCENT}|\s*(?:percentage )?points)?", re.IGNORECASE
)
_KINDS = {"n": "non_inferior", "s": "superior", "e": "equivalent"}
_REGISTRATION = re.compile(
    r"\b(NCT\s?\d+|ChiCTR[-\w]+|ChiECRCT[-\w]+|ISRCTN\s?\d+|ACTRN\d+|UMIN\d+|jRCT[a-z]*\d+|DRKS\d+|CTRI/[\d/]+"
    r"|KCT\d+|IRCT\w+|PACTR\d+|TCTR\d+|JapicCTI-?\d+|\d{4}-\d{6}-\d{2}(?:-\d{2})?)\b"
)


def registrations(sheet: Sheet) -> None:
    """Registration numbers, before anything reads their digits."""
    for match in sheet.find(_REGISTRATION):
        sheet.add("registration", "registration", match[0], number=match[1].replace(" ", ""))


def summaries(sheet: Sheet) -> None:
    """Ages, follow-up, and medians of something counted."""
    for match in sheet.find(_AGE):
        fields = spread_in(match["inside"]) or _bare_spread(match["inside"], match["spread"])
        statistic = {"statistic": "mean"} if match["statistic"].lower() == "mean" else {}
        sheet.add(
            "summary", "age", match[0], value=printed(match["value"]), unit="years", **statistic, **fields
        )
    for match in sheet.find(_MEDIAN_OF):
        quartiles = [match["low"], match["high"]]
        sheet.add("summary", match["what"], match[0], value=match["value"], quartiles=quartiles)
    for match in sheet.find(_FOLLOW_UP):
        inside, kind = match["inside"], _FOLLOW_UP_KIND.search(match[0])
        fields = interval_in(inside) | (spread_in(inside) or _bare_spread(inside, kind[1] if kind else None))
        inner = re.search(UNIT, inside or "")
        fields |= {"unit": unit(match["unit1"] or match["unit2"] or (inner[0] if inner else None))}
        sheet.add("follow_up", "follow up", match[0], value=printed(match["value"]), **fields)


def _bare_spread(inside: str | None, kind: str | None) -> dict[str, list[str]]:
    """Two numbers in a bracket whose kind was told before ('median [IQR] age'), or a range where not."""
    match = _LIMITS.fullmatch(inside.strip("()[] ")) if inside else None
    if match is None:
        return {}
    return {
        "quartiles" if kind and kind.lower() == "iqr" else "range": [printed(match[1]), printed(match[2])]
    }


def reductions(sheet: Sheet) -> None:
    """Reductions of a risk in percent."""
    for match in sheet.find(_REDUCTION):
        sheet.add("reduction", "reduction", match[0], percent=printed(match[1] or match[2]))


def conclusions(sheet: Sheet) -> None:
    """What the last part concludes, with the margin that the text states."""
    margins = [printed(match["margin"]) for match in sheet.find(_MARGIN)]
    margin = margins[0] if margins else None
    text = sheet.text
    start = max(text.lower().rfind("conclusion"), text.lower().rfind("interpretation"), 0)
    found = False
    for match in _CONCLUDED.finditer(text, start):
        kind = _KINDS[match[1][0].lower()]
        for name in endpoints_in(match[2].partition(" in terms of")[2] or match[2]) or [""]:
            found = True
            limit = margin if kind == "non_inferior" else None
            fields = {"kind": kind, "endpoint": name or None, "margin": limit}
            sheet.add("conclusion", f"{kind} {name}", match[0], **fields)
    if margin is not None and not found:
        sheet.add("conclusion", "non_inferior", "", kind="non_inferior", margin=margin)
