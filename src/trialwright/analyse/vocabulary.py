"""The words of the results table, read from rulebook/statistics.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialwright.rulebook import read_sections

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Statistic:
    """One word of the column `statistic`: how it is labelled, its unit, its item and its computation."""

    name: str
    label: str
    unit: str
    item: str
    computed: str


@cache
def statistics() -> Mapping[str, Statistic]:
    """Read the vocabulary, in the order of the rulebook.

    >>> statistics()["hazard_ratio"].unit
    'ratio'
    """
    entries = read_sections("statistics.toml")
    return MappingProxyType({name: Statistic(name=name, **entry) for name, entry in entries.items()})
