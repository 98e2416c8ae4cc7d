"""What the words of AE mean, from rulebook/adverse-events.toml and rulebook/immune-related.toml."""

from __future__ import annotations

from functools import cache
from typing import Any

from trialwright.rulebook import read_table


@cache
def words(section: str) -> dict[str, Any]:
    """A section of rulebook/adverse-events.toml, such as "causality"."""
    section_words: dict[str, Any] = read_table("adverse-events.toml")[section]
    return section_words


@cache
def immune_related_terms() -> dict[str, str]:
    """Preferred terms in capitals, each with the organ system under which it is listed."""
    table = read_table("immune-related.toml")
    return {
        term.upper(): system
        for system, entry in table.items()
        if isinstance(entry, dict)
        for term in entry["terms"]
    }
