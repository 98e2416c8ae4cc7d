"""What each code of the audit is called, and the items of INSPECT-SR and TRACT that it bears on."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of the audit; the items are empty where none fits."""

    title: str
    inspect_sr: str
    tract: str


@cache
def entries() -> dict[str, Entry]:
    """Every code, from rulebook/claims-checks.toml."""
    text = files("trialwright.rulebook").joinpath("claims-checks.toml").read_text(encoding="utf-8")
    return {code: Entry(**entry) for code, entry in tomllib.loads(text)["codes"].items()}


def entry(code: str) -> Entry:
    """The entry of a code."""
    return entries()[code]
