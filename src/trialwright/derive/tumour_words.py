"""The words that sites write about lesions, from rulebook/tumour-findings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

Words = Mapping[str, Mapping[str, list[str]]]


@cache
def tumour_words() -> Words:
    """Read the table: section, meaning, and the words that say it."""
    text = resources.files("trialwright").joinpath("rulebook", "tumour-findings.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return {name: section for name, section in table.items() if isinstance(section, dict)}


def meaning_of(section: str) -> dict[str, str]:
    """Map each word of a section to what it means."""
    return {word: meaning for meaning, words in tumour_words()[section].items() for word in words}
