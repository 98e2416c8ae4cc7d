"""Percentages: of responders, of arms side by side, of patients with a feature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.grammar import (
    COUNT,
    PERCENT,
    SUBJECTS,
    WHOLE,
    N,
    count,
    interval_in,
    level_before,
    printed,
    sentence_at,
    sentences,
)
from trialwright.claims.draft.names import RESPONSES, arm_in, endpoint_in, endpoints_in, mentions
from trialwright.claims.draft.values import named, rates_in

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_PCT = rf"(?P<percent>{N}){PERCENT}"
_REST = r"(?P<inside>[^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]*)*)[)\]]"
_OVER = r"\s*(?:/|of(?: the| all)?|out of)\s*"
_OF_WHOM = rf"(?P<k>{COUNT}){_OVER}(?P<n>{WHOLE})"
_COUNTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_OF_WHOM}(?P<words>[^.()%;\[\]]{{0,70}}?)\s*[(\[]{_PCT}{_REST}",
        rf"{_PCT}\s*[(\[]\s*(?:n\s*=\s*)?{_OF_WHOM}{_REST}",
        rf"(?P<k>{COUNT})\s*[(\[]{_PCT}[)\]]{_OVER}(?P<n>{WHOLE})(?! \()",
        rf"[(\[]n\s*=\s*(?P<k>{COUNT})\s*[,;:]?\s*{_PCT}{_REST}",
        rf"{_PCT}\s*[(\[]n\s*=\s*(?P<k>{COUNT}){_REST}",
        rf"(?P<k>{COUNT})(?:\s+{SUBJECTS})?\s*[(\[]{_PCT}{_REST}",
    )
)
_OF = re.compile(
    rf"(?P<k>{COUNT}) of (?P<n>{WHOLE})(?P<words> [^.()%]{{0,90}}?{SUBJECTS})(?P<after>[^.]{{0,90}})"
)
_VERSUS = re.compile(
    rf"(?P<label>[A-Za-z][^;%]{{3,140}}?)\s*\((?P<a>{N})\s*% (?:vs?\.?|versus) (?P<b>{N})\s*%\)"
)
_COUNTS = re.compile(rf"(?P<k>{COUNT}) (?P<what>CRs?|PRs?|SD|PD|complete responses?|partial responses?)\b")
_LABEL_AFTER = re.compile(rf"{_PCT} (?P<label>(?:of patients|with |[a-z])[^,.;%()]{{2,60}})")
_LABEL_BEFORE = re.compile(rf"(?P<label>[A-Za-z][A-Za-z -]{{3,50}}?) \({_PCT}\)")
_LABEL_IN = re.compile(rf"(?P<label>[A-Za-z][A-Za-z0-9 ≥-]{{3,50}}?)(?: in|:| was| were) {_PCT}")
_OCCURRED = re.compile(rf"(?P<label>[A-Z][^.%]{{3,90}}?) (?:occurred|were seen|was seen) in {_PCT}")
_RATE_BEFORE = re.compile(r"%[)\]](?:\s+of\s+\d+)?[^.%\d]{0,40}?\b(?:vs?\.?|versus|and)\s+$", re.IGNORECASE)
_RATE_JUST_BEFORE = re.compile(r"%[)\]],?\s+(?:vs?\.?|versus|and)\s+$", re.IGNORECASE)
_RATE_AFTER = re.compile(
    rf"(?:\s+{SUBJECTS})?,?\s+(?:vs?\.?|versus|and)\s+{COUNT}(?:{_OVER}{N})?\s*[(\[]{N}\s*%", re.IGNORECASE
)
_IS = re.compile(r"(?:\s*\([^()]*\))?(?:\s+rates?)?\s*(?:was|were|is|of|[:=,])?\s*", re.IGNORECASE)
_JOINING = frozenset(
    "with in the and vs versus v group groups arm arms patients pts of was were respectively achieved seen "
    "observed reported occurred rate rates obtained for".split()
)
_TWO = 2
_LONGEST = 120
_SHORTEST_WORD = 4
_NEAR = 80


def rates(sheet: Sheet) -> None:
    """Every percentage, the more specific wording first."""
    for pattern in _COUNTED:
        for match in (
            sheet.find(pattern, "k", "n", "percent")
            if "<n>" in pattern.pattern
            else sheet.find(pattern, "k", "percent")
        ):
            _counted(sheet, match)
    _of(sheet)
    for first, last in sentences(sheet.text):
        for one in named(sheet, (first, last), _near_an_endpoint(sheet, first, last), RESPONSES):
            sheet.take(one.value.start, one.value.end)
            fields: dict[str, Any] = {"endpoint": one.endpoint, "population": one.arm or _population(sheet)}
            ident = f"{one.endpoint} {one.arm or ''}"
            sheet.add(
                "percent", ident, one.quote, **fields, percent=printed(one.value.number), **one.value.interval
            )
    _versus(sheet)
    _counts(sheet)
    for pattern in (_OCCURRED, _LABEL_BEFORE, _LABEL_AFTER, _LABEL_IN):
        for match in sheet.find(pattern, "percent"):
            words = re.split(r"\b(?:were|was|and|with|including)\b", " ".join(match["label"].split()))
            label = match["label"] if pattern is _OCCURRED else words[-1].strip() or match["label"]
            _percent(sheet, " ".join(label.split()), match)


def _near_an_endpoint(sheet: Sheet, first: int, last: int) -> list[Any]:
    """The percentages of a sentence that stand near enough behind an endpoint to be of it."""
    spoken = [first + end for _, end, _ in mentions(sheet.text[first:last], RESPONSES)]
    values = rates_in(sheet, first, last)
    kept: list[Any] = []
    for one in values:
        behind = [at for at in (*spoken, *(other.end for other in kept)) if at <= one.start]
        if (
            behind
            and one.start - max(behind) <= _NEAR
            and not re.search(r"[;]", sheet.text[max(behind) : one.start])
        ):
            kept.append(one)
    return kept


def _population(sheet: Sheet) -> str | None:
    """Responses are of the evaluable subjects where there are such, else of all."""
    return next((name for name in ("evaluable", "all") if name in sheet.populations), None)


def _percent(sheet: Sheet, label: str, match: re.Match[str]) -> None:
    words = [word for word in re.findall(r"[a-z]+", label.lower()) if len(word) >= _SHORTEST_WORD]
    name = "_".join(words)[:40] or "percent"
    sheet.add("percent", name, match[0], percent=printed(match["percent"]), label=label[:_LONGEST])


def _around(sheet: Sheet, match: re.Match[str]) -> tuple[str, str]:
    """The words before a match and after it, within its sentence and up to the next number."""
    first, last = sentence_at(sheet.text, match.start())
    before = re.split(r"[%\d]\s*[)\]]?", sheet.text[first : match.start()])[-1]
    after = re.split(rf"\d|\bvs\b|\band (?={COUNT})", sheet.text[match.end() : max(last, match.end())])[0]
    return before, after


def _counted(sheet: Sheet, match: re.Match[str]) -> None:
    """A count and its percentage; what it is of, of whom, and its interval."""
    before, after = _around(sheet, match)
    words = match.groupdict().get("words") or ""
    name = _endpoint(before, words + after) or _continued(sheet, match)
    cohort = re.search(r"cohort \w+", match[0] + after, re.IGNORECASE)
    n = int(printed(match["n"])) if match.groupdict().get("n") else None
    fields: dict[str, Any] = {"endpoint": name or None, "k": count(match["k"])}
    arm = arm_in(sheet, words + after) or _arm_in_order(sheet, match)
    fields |= _of_whom(sheet, n, cohort[0].lower() if cohort else None, match[0], arm)
    if n is None and arm is None and _is_one_of_two(sheet, match):
        fields["population"] = None
    inside = match.groupdict().get("inside")
    fields |= interval_in(inside, level_before(sheet.text, match.start()))
    if inside:
        sheet.take(*match.span("inside"))
    label = None if name else _label(sheet, before, "" if match[0].startswith(("(", "[")) else words + after)
    ident = f"{name or _word(label) or 'rate'} {cohort[0] if cohort else arm or ''}"
    sheet.add("proportion", ident, match[0], percent=printed(match["percent"]), label=label, **fields)


def _word(label: str | None) -> str:
    words = re.findall(r"[a-z]{4,}", (label or "").lower())
    return "_".join(words[:2])


def _endpoint(before: str, after: str) -> str:
    """The subject ('ORR was'), else what is named first behind a rate, else last before it."""
    subject = mentions(before, RESPONSES)
    if subject and _IS.fullmatch(before, subject[-1][1]):
        return subject[-1][2]
    named_after = endpoints_in(after[:_NEAR], RESPONSES)
    aside = r"\s*[,;]?\s*(?:including|of (?:which|whom))\b|\s*[,;]\s*with\b"
    if named_after and not re.match(aside, after):
        return named_after[0]
    named_before = endpoint_in(before[-_NEAR:], RESPONSES)
    return named_before or ("ORR" if re.search(r"\brespon(?:se|ded)", before + after, re.IGNORECASE) else "")


def _continued(sheet: Sheet, match: re.Match[str]) -> str:
    """The endpoint of the rate before, where no more than an arm and 'and' or 'vs' stand between."""
    behind = sheet.text[max(match.start() - _NEAR, 0) : match.start()]
    if _RATE_BEFORE.search(behind) and sheet.claims and sheet.claims[-1]["quote"].endswith(_tail(behind)):
        return str(sheet.claims[-1].get("endpoint") or "")
    first = sentence_at(sheet.text, match.start())[0]
    spoken = mentions(sheet.text[first : match.start()], RESPONSES)
    if not spoken:
        return ""
    between = _without_arms(sheet, sheet.text[first + spoken[-1][1] : match.start()])
    bare = re.sub(r"[\[(][^()\[\]]*[)\]]|[\d.,%/]+", " ", between)
    return spoken[-1][2] if all(word in _JOINING for word in re.findall(r"\w+", bare.lower())) else ""


def _tail(behind: str) -> str:
    """The bracket that ends a rate, for knowing the claim that was made of it."""
    return behind[: behind.rfind(")") + 1 or behind.rfind("]") + 1][-_SHORTEST_WORD:]


def _arm_in_order(sheet: Sheet, match: re.Match[str]) -> str | None:
    """The first or the second arm, for one of two rates that 'and' or 'vs' joins."""
    arms = sheet.arms()
    if len(arms) != _TWO:
        return None
    if _RATE_BEFORE.search(sheet.text[max(match.start() - _NEAR, 0) : match.start()]):
        return arms[1]
    return arms[0] if _RATE_AFTER.match(sheet.text, match.end()) else None


def _is_one_of_two(sheet: Sheet, match: re.Match[str]) -> bool:
    """Whether a bare 'and' or 'vs' joins two rates: of two groups, then, and not both of everybody."""
    behind = sheet.text[max(match.start() - _NEAR, 0) : match.start()]
    return bool(_RATE_JUST_BEFORE.search(behind) or _RATE_AFTER.match(sheet.text, match.end()))


def _of_whom(sheet: Sheet, n: int | None, cohort: str | None, quote: str, arm: str | None) -> dict[str, Any]:
    """The population: a cohort, an arm by its words or its size, a stated group of that size, or n itself."""
    if cohort is not None and n is not None:
        sheet.populations.setdefault(cohort, {"n": n, "quote": " ".join(quote.split())})
        return {"population": cohort}
    if n is None:
        return {"population": arm or (None if sheet.arms() else _population(sheet))}
    sizes = {name: one["n"] if isinstance(one, dict) else one for name, one in sheet.populations.items()}
    fitting = [name for name, size in sizes.items() if size == n]
    if arm in fitting:
        return {"population": arm}
    return {"population": fitting[0]} if len(fitting) == 1 else {"n": n}


def _label(sheet: Sheet, before: str, after: str) -> str | None:
    """What a rate is of: the words behind it, else those before it, else what the rate before was of."""
    for words in (re.split(r"[.,;:()\[\]]", after)[0], _last_words(before)):
        if any(
            word not in _JOINING for word in re.findall(r"[a-z]{3,}", _without_arms(sheet, words).lower())
        ):
            return " ".join(words.split())[:_LONGEST].strip(" ,;([")
    return sheet.claims[-1].get("label") if sheet.claims else None


def _without_arms(sheet: Sheet, words: str) -> str:
    for arm in sheet.arms():
        words = re.sub(rf"(?<!\w){re.escape(arm)}(?!\w)", " ", words, flags=re.IGNORECASE)
    return words


def _of(sheet: Sheet) -> None:
    """'2 of 6 patients in cohort A achieved …': a count without its percentage."""
    for match in sheet.find(_OF, "k", "n"):
        name = next(iter(endpoints_in(match["after"], RESPONSES)), "") or "ORR" * (
            "response" in match["after"]
        )
        cohort = re.search(r"cohort \w+", match[0], re.IGNORECASE)
        fields: dict[str, Any] = {"k": count(match["k"])}
        fields |= _of_whom(
            sheet,
            int(printed(match["n"])),
            cohort[0].lower() if cohort else None,
            match[0],
            arm_in(sheet, match["after"]),
        )
        # "achieved 1 CR and 1 partial response" is of all responses, whatever is named first
        endpoint = "ORR" if "achieved" in match["after"] else name or None
        label = None if endpoint else _label(sheet, "", match["after"])
        ident = f"{name or 'rate'} {cohort[0] if cohort else ''}"
        sheet.add("proportion", ident, match[0], endpoint=endpoint, label=label, **fields)


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
            fields = {"population": arm, "column": arm, "percent": printed(value), "label": label}
            sheet.add("percent", f"{name} {arm or at + 1}", match[0], **fields)


def _counts(sheet: Sheet) -> None:
    for match in sheet.find(_COUNTS, "k"):
        name = endpoint_in(match["what"]) or match["what"]
        before = sheet.text[: match.start()].rpartition(". ")[2]
        population = None if "cohort" in before.lower() else _population(sheet)
        sheet.add("count", name, match[0], k=count(match["k"]), label=match["what"], population=population)
