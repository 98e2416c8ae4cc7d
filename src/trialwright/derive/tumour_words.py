"""The words that sites write about lesions, from rulebook/tumour-findings.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from trialwright.rulebook import read_sections

Words = Mapping[str, Mapping[str, list[str]]]


@cache
def tumour_words() -> Words:
    """Read the table: section, meaning, and the words that say it."""
    return read_sections("tumour-findings.toml")


def meaning_of(section: str) -> dict[str, str]:
    """Map each word of a section to what it means."""
    return {word: meaning for meaning, words in tumour_words()[section].items() for word in words}
