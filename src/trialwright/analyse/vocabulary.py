"""The words of the results table, read from rulebook/statistics.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

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
    text = files("trialwright").joinpath("rulebook", "statistics.toml").read_text(encoding="utf-8")
    entries = {name: entry for name, entry in tomllib.loads(text).items() if isinstance(entry, dict)}
    return MappingProxyType({name: Statistic(name=name, **entry) for name, entry in entries.items()})
