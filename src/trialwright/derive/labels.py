"""Labels of parameters, events and censoring, from rulebook/adam.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def adam_words() -> dict[str, dict[str, str]]:
    """Read the table: section, code, label."""
    text = resources.files("trialwright").joinpath("rulebook", "adam.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return {name: section for name, section in table.items() if isinstance(section, dict)}
