"""Numbers that are no claims: doses, schedules, versions, names of proteins and criteria."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\s*e?\d{3,6}(?=\s*Background)",
        r"[\d.,]+(?:\s*[-–]\s*[\d.,]+)?\s*(?:mg|µg|g|mcg|IU|AUC)(?:\s*/\s*(?:m2|m²|kg|day|d))?\b",
        r"\bAUC\s*\d+",
        r"\b(?:d|days?)\s*\d+(?:\s*(?:,|and|-|–|to)\s*d?\d+)*",
        r"\bq\s*\d+\s*[wd]?\b",
        r"\bevery \d+ (?:weeks|days|months|cycles)",
        r"\b(?:up to|at least|for) \d+ cycles",
        r"\bv(?:ersion)?\s*\d+(?:\.\d+)?",
        r"\b(?:RECIST|CTCAE|NCI)[^.;]{0,12}?\d\.\d",
        r"\bgrade\s*[≥>]?\s*\d(?:\s*[-–/]\s*\d)?",
        r"\bphase\s*\d",
        r"\b(?:PD-?L?|MCP|IL|CTLA|HER|VEGFR|FGFR|IDH|CA|CD|LAG|TIM|CK)[- ]?\d+(?:[-.]\d+)?",
        r"/m2\b",
    )
)


def background(sheet: Sheet) -> None:
    """Mark numbers that are understood and are no claims."""
    for pattern in _PATTERNS:
        for _match in sheet.find(pattern):
            pass
