"""Labels of parameters, events and censoring, from rulebook/adam.toml."""

from __future__ import annotations

from functools import cache

from trialwright.rulebook import read_sections


@cache
def adam_words() -> dict[str, dict[str, str]]:
    """Read the table: section, code, label."""
    return read_sections("adam.toml")
