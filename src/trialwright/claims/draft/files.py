"""From a text file to the draft of a claims file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.background import background
from trialwright.claims.draft.people import people
from trialwright.claims.draft.rates import rates
from trialwright.claims.draft.ratios import ratios
from trialwright.claims.draft.results import conclusions, reductions, registrations, summaries
from trialwright.claims.draft.sheet import Sheet
from trialwright.claims.draft.survival import survival
from trialwright.errors import InputFileError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_TEXT = 200_000
_HEAD = """# Drafted by rules from pasted text: compare every line with the publication before you rely on it.
# A population that the text leaves open is left out here; add it. `not_understood` lists what no rule read.
"""


_RULES = (
    registrations,
    background,
    people,
    conclusions,
    summaries,
    ratios,
    survival,
    reductions,
    rates,
)
"""In this order: what is read by one rule is no number for the next."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as YAML, with the numbers of claims and of what was not understood."""

    yaml: str
    claims: int
    not_understood: int
    no_claims: tuple[str, ...] = ()


def draft_file(path: Path) -> Draft:
    """Draft the claims of a text file.

    Raises:
        InputFileError: it cannot be read, is not UTF-8 text, or is longer than a publication's text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputFileError.at(str(path), f"cannot be read ({error.strerror})") from error
    if len(content) > LARGEST_TEXT:
        raise InputFileError.at(
            str(path), f"has {len(content):,} bytes", expected=f"at most {LARGEST_TEXT:,}"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError.at(
            str(path), f"byte {error.start + 1} is not UTF-8", remedy="save it as UTF-8"
        ) from error
    if not text.strip():
        raise InputFileError.at(str(path), "is empty", expected="the text of an abstract")
    return draft_text(text, name=re.sub(r"[^\w.-]+", "-", path.stem) or "draft")


def draft_text(text: str, *, name: str = "draft") -> Draft:
    """Draft the claims of a text."""
    sheet = Sheet(text)
    for rule in _RULES:
        rule(sheet)
    left = sheet.leftovers()
    lines = [_HEAD, f"study: {_flow({'id': name, **sheet.study})}", ""]
    if sheet.populations:
        lines += [
            "populations:",
            *(f"  {_scalar(key)}: {_flow(one)}" for key, one in sheet.populations.items()),
            "",
        ]
    lines += (
        ["claims:", *(f"  - {_flow(claim)}" for claim in sheet.claims)] if sheet.claims else ["claims: []"]
    )
    if left:
        lines += ["", "not_understood:", *(f"  - {_flow(one)}" for one in left)]
    no_claims = tuple(sheet.dismissed())
    if no_claims:
        lines += ["", f"# Taken for doses, grades, versions and the like: {'; '.join(no_claims)}"]
    return Draft("\n".join(lines) + "\n", len(sheet.claims), len(left), no_claims)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, str):
        return _scalar(value)
    return json.dumps(value)


def _scalar(text: str) -> str:
    """A word stays plain, all else is quoted as JSON, which YAML reads."""
    return (
        text
        if re.fullmatch(r"[A-Za-z](?:[A-Za-z_ ]*[A-Za-z_])?", text)
        and text not in {"yes", "no", "null", "true", "false"}
        else json.dumps(text, ensure_ascii=False)
    )
