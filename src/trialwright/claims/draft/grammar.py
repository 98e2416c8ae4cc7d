"""How abstracts print numbers, intervals, units and P values: the pieces that the rules are made of."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any

DASHES = "-–—−‐‑"
DASH = rf"\s*(?:[{DASHES}]|to|until)\s*"
N = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|\.\d+)(?!\d)"
WHOLE = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?!\d|\.\d)"
SIGNED = rf"[{DASHES}]?{N}"
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
# "sixty-three" is one number: its "three" alone would be another count
_IN_WORDS = rf"(?:{'|'.join(TENS)})(?:[{DASHES} ](?:{'|'.join(WORDS[1:10])}))?|{'|'.join(_TEENS + WORDS)}"
_WORD = rf"(?<![{DASHES}\w])(?:{_IN_WORDS})(?!\w)"
COUNT = rf"(?:{WHOLE}|{_WORD})"
AMOUNT = rf"(?:{N}|{_WORD})"
OPEN_ENDED = (
    r"(?:NR|NE|NA|NC|not (?:yet )?reached|not (?:estimable|evaluable|calculable|available)|∞|infinity)"
)
LIMIT = rf"(?:{SIGNED}\+?|{OPEN_ENDED})"
UNIT = r"(?:months?|mos?\b\.?|weeks?|wks?\b\.?|days?|years?|yrs?\b\.?)"
PERCENT = r"(?:\s*%|\s+per\s?cent\b)"
SUBJECTS = r"(?:patients?|pts?|subjects?|participants?|individuals?)"
_AFTER_LIMIT = rf"(?:\s*%|\s*{UNIT}|\s*(?:percentage )?points)?"
BETWEEN = rf"{_AFTER_LIMIT}(?:{DASH}|\s*[,;]\s*)"
CI = (
    r"(?:(?P<level>\d+(?:\.\d+)?)\s*%\s*)?(?:CIs?|confidence intervals?)\b(?:\s*[\[(]CI[\])])?"
    r"\s*[:,=]?\s*(?:of\s+)?"
    rf"[\[(]?\s*(?P<low>{LIMIT}){BETWEEN}(?P<high>{LIMIT})\s*%?"
)
P_VALUE = rf"\bP(?:[- ]?values?)?\s*(?P<sign>[=<>≤≥])\s*(?P<p>{N})"
BRACKET = r"(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])"

_ONES = (*WORDS, *_TEENS)
_INTERVAL = re.compile(CI, re.IGNORECASE)
_BARE = re.compile(
    rf"(?P<low>{LIMIT})\s*%?(?:\s*{UNIT})?{DASH}(?P<high>{LIMIT})\s*%?(?:\s*{UNIT})?", re.IGNORECASE
)
_SPREAD = re.compile(
    rf"(?P<kind>IQR|interquartile range|quartiles|range)\]?,?:?\s*(?P<low>{LIMIT}){BETWEEN}(?P<high>{LIMIT})",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(?:CI|confidence interval)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[^\d\s])\.(?=\s|[A-Z]|$)|(?<=\d)\.(?=\s+\D|[A-Z]|$)|\n")
_ABBREVIATION = re.compile(
    r"(?:\bvs|\bmo|\bpts?|\bwks?|\byrs?|\bet al|\bie|\beg|\bi\.v|\bp\.o|\bapprox)$", re.IGNORECASE
)

_NEXT = re.compile(r"\.\s+[A-Z][a-z]")
_LOOK_BACK = 2000
_LONGEST_SHORT = 12

_SAME_LENGTH = str.maketrans(
    {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "％": "%", "\r": " ", "\t": " "}
)
_MIDDLE_DOT = re.compile(r"(?<=\d)[·∙•](?=\d)")


def plain(text: str) -> str:
    """The text with ordinary blanks and decimal points; every character stays in its place."""
    return _MIDDLE_DOT.sub(".", text.translate(_SAME_LENGTH))


def printed(text: str) -> str:
    """A number as the claims file takes it: without thousands' commas, a plain minus before it.

    >>> printed("1,024"), printed("–2.1"), printed("2.8+")
    ('1024', '-2.1', '2.8')
    """
    return re.sub(rf"^[{DASHES}]", "-", text.strip().rstrip("+")).replace(",", "")


def count(text: str) -> int:
    """A count in digits or as a word.

    >>> count("1,024"), count("nine"), count("Sixty-three"), count("eighteen")
    (1024, 9, 63, 18)
    """
    words = re.split(rf"[{DASHES} ]", text.strip().lower())
    if words[0][0].isalpha():
        return sum(10 * TENS.index(word) + 20 if word in TENS else _ONES.index(word) for word in words)
    return int(text.strip().replace(",", ""))


def limit(text: str) -> str | None:
    """A printed limit; None where it was not reached."""
    return printed(text) if re.search(r"\d", text) else None


def unit(text: str | None) -> str | None:
    """The unit in the word of the claims file.

    >>> unit("mo."), unit("wks"), unit("yr")
    ('month', 'week', 'year')
    """
    return {"m": "month", "w": "week", "d": "day", "y": "year"}[text[0].lower()] if text else None


def fields_of(match: re.Match[str], level: str | None = None) -> dict[str, Any]:
    """The `ci` and `level` of a match with groups low and high, and level where it has one."""
    stated = match.groupdict().get("level") or level
    found: dict[str, Any] = {"ci": [limit(match["low"]), limit(match["high"])]}
    return found | ({"level": _number(stated)} if stated else {})


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def interval_in(inside: str | None, level: str | None = None) -> dict[str, Any]:
    """The interval in a bracket; one without 'CI' only where the text before has named a level."""
    if not inside:
        return {}
    match = _INTERVAL.search(inside)
    if match:
        return fields_of(match, level)
    bare = _BARE.fullmatch(inside.strip("()[] ")) if level else None
    return fields_of(bare, level) if bare else {}


def spread_in(inside: str | None) -> dict[str, Any]:
    """The range or the quartiles in a bracket."""
    match = _SPREAD.search(inside) if inside else None
    if not match:
        return {}
    key = "range" if match["kind"].lower() == "range" else "quartiles"
    return {key: [limit(match["low"]), limit(match["high"])]}


def level_before(text: str, at: int) -> str | None:
    """The last level that the text has named before a place."""
    levels = _LEVEL.findall(text, max(at - _LOOK_BACK, 0), at)
    return levels[-1] if levels else None


def p_of(match: re.Match[str]) -> str | None:
    """The P value of a match with groups sign and p."""
    if not match["p"]:
        return None
    return f"{'' if match['sign'] == '=' else match['sign']}{printed(match['p'])}"


@lru_cache(maxsize=4)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the sentences; a point of a decimal or an abbreviation ends none."""
    spans, first = [], 0
    for match in _SENTENCE_END.finditer(text):
        is_short = _ABBREVIATION.search(text, max(first, match.start() - _LONGEST_SHORT), match.start())
        if is_short and not _NEXT.match(text, match.start()):
            continue
        spans.append((first, match.end()))
        first = match.end()
    return (*spans, (first, len(text))) if first < len(text) else tuple(spans)


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """The sentence that holds a place."""
    spans = sentences(text)
    return spans[max(bisect_right(spans, (at, len(text))) - 1, 0)] if spans else (0, len(text))
