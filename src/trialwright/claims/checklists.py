"""What each code of the audit is called, and the items of INSPECT-SR and TRACT that it bears on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from trialwright.rulebook import read_table


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of the audit; the items are empty where none fits."""

    title: str
    inspect_sr: str
    tract: str


@cache
def entries() -> dict[str, Entry]:
    """Every code, from rulebook/claims-checks.toml."""
    return {code: Entry(**entry) for code, entry in read_table("claims-checks.toml")["codes"].items()}


def entry(code: str) -> Entry:
    """The entry of a code."""
    return entries()[code]
