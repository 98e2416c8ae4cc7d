"""The endpoints and arms that words name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

SHORT = {
    "ORR": r"ORR",
    "DCR": r"DCR",
    "PFS": r"m?PFS",
    "OS": r"m?OS",
    "DOR": r"m?D[Oo]R",
    "TTP": r"m?TTP",
    "DFS": r"m?DFS",
    "RFS": r"m?RFS",
    "EFS": r"m?EFS",
    "CR": r"CRs?",
    "PR": r"PRs?",
    "SD": r"SD",
    "PD": r"PD(?!-)",
}
LONG = {
    "ORR": r"(?:objective|overall) (?:tumou?r )?response(?: rate)?s?",
    "DCR": r"disease[- ]control(?: rate)?",
    "PFS": r"progression[- ]free survival",
    "OS": r"overall survival|(?<=median )survival|(?<=year )survival|(?<=month )survival",
    "DOR": r"durations? of response",
    "TTP": r"time to progression",
    "DFS": r"disease[- ]free survival",
    "RFS": r"(?:recurrence|relapse)[- ]free survival",
    "EFS": r"event[- ]free survival",
    "CR": r"complete (?:responses?|remissions?)(?: \(CRs?\))?",
    "PR": r"partial (?:responses?|remissions?)(?: \(PRs?\))?",
    "SD": r"stable disease",
    "PD": r"progressive disease",
}
TIMES = ("PFS", "OS", "DOR", "TTP", "DFS", "RFS", "EFS")
RESPONSES = ("ORR", "DCR", "CR", "PR", "SD", "PD")
_ARM_WORD = r"(?:\s+(?:groups?|arms?|patients|pts))?"


def mentions(words: str, names: tuple[str, ...] = (*TIMES, *RESPONSES)) -> list[tuple[int, int, str]]:
    """Where the words name an endpoint: start, end and its name, in their order; each place once."""
    found: dict[int, tuple[int, str]] = {}
    for name in names:
        for match in [
            *re.finditer(rf"(?<!\w)(?:{SHORT[name]})(?!\w)", words),
            *re.finditer(rf"(?<!\w)(?:{LONG[name]})(?!\w)", words, re.IGNORECASE),
        ]:
            held = found.get(match.start())
            if held is None or held[0] < match.end():
                found[match.start()] = (match.end(), name)
    spans = sorted((start, end, name) for start, (end, name) in found.items())
    return [one for one in spans if not any(other[0] < one[0] < other[1] for other in spans)]


def endpoint_in(words: str, names: tuple[str, ...] = (*TIMES, *RESPONSES)) -> str:
    """The last endpoint that the words name; empty where they name none."""
    found = mentions(words, names)
    return found[-1][2] if found else ""


def endpoints_in(words: str, names: tuple[str, ...] = (*TIMES, *RESPONSES)) -> list[str]:
    """Every endpoint that the words name, in their order, each once."""
    return list(dict.fromkeys(name for _, _, name in mentions(words, names)))


def arm_in(sheet: Sheet, words: str) -> str | None:
    """The first arm that the words name."""
    found = [
        (match.start(), -len(arm), arm)
        for arm in sheet.arms()
        for match in re.finditer(rf"(?<![\w-]){re.escape(arm)}(?![\w-]){_ARM_WORD}", words, re.IGNORECASE)
    ]
    return min(found)[2] if found else None
