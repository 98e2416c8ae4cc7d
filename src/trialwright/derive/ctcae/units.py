"""Spellings of laboratory units, from rulebook/lab-units.csv; a spelling that is not listed has no unit."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

from trialwright.derive.ctcae.criteria import rulebook_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_MICRO = str.maketrans({"µ": "u", "μ": "u"})


def canonical_unit(text: str | None) -> str | None:
    """Give the one spelling of a unit that the criteria use, or None for a unit that is not known.

    Case, spaces and the two micro signs do not matter: 'K/UL', '10^3 / µL' and '10*3/uL' are 10^3/uL.
    """
    return _spellings().get(_folded(text)) if text else None


def _folded(text: str) -> str:
    return "".join(text.translate(_MICRO).lower().split())


@cache
def _spellings() -> Mapping[str, str]:
    rows = csv.DictReader(rulebook_text("lab-units.csv").splitlines())
    return {_folded(row["spelling"]): row["unit"] for row in rows}
