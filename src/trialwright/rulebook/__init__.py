"""Rules as data: tables that a clinician can proofread, each with its source."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """The TOML table `name` of the rulebook, such as "sdtm.toml"."""
    return tomllib.loads(resources.files(__name__).joinpath(name).read_text(encoding="utf-8"))


def read_sections(name: str) -> dict[str, Any]:
    """The sections of a TOML table, without what stands above them (source and version)."""
    return {section: entry for section, entry in read_table(name).items() if isinstance(entry, dict)}
