"""Numbers that are no claims: doses, schedules, versions, names of proteins and criteria."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.draft.sheet import Sheet

_LIST = r"\d+(?:[.,]\d+)*(?:(?:\s*(?:,|and|or|-|–|to)\s*(?:and )?)\d+(?:[.,]\d+)*)*"
_MEASURE = r"(?-i:mg|µg|μg|ug|g|mcg|IU|Gy|m[Ll])"
_PROTEIN = r"\b(?:PD-?L?|MCP|IL|CTLA|HER|VEGFR|FGFR|IDH|CA|CD|LAG|TIM|CK)[- ]?\d+(?:[-.]\d+)?"
_ALPHA = r"(?:α|alpha|significance level|type I error)"
_OF = r"(?: of| level of|\s*=|,)?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\s*e?\d{3,6}(?=\s*Background)",
        rf"{_LIST}\s*{_MEASURE}\b(?:\s*/\s*(?:m2|m²|kg|day|d|mL))?",
        r"\bAUC\s*(?:of )?\d+",
        r"\b(?:d|days?)\s*\d+(?:\s*(?:,|and|-|–|to)\s*(?:and )?d?\d+)*(?![\d.]*\s*%)",
        r"\bq\s*\d+\s*(?:w|d|weeks|days|h)?\b",
        r"\b\d+-(?:day|week)s? cycles?",
        r"\bevery \d+ (?:weeks|days|months|cycles|hours)",
        r"\b(?:up to|at least|for|maximum of) \d+ cycles",
        r"\bv(?:ersion)?\s*\d+(?:\.\d+)?",
        r"\b(?:RECIST|CTCAE|NCI)[^.;]{0,12}?\d\.\d",
        r"\bgrades?\s*(?:[≥>≤<]=?\s*)?\d(?:\s*(?:[-–/]|or|and|to)\s*\d)?",
        r"\bphase\s*\d(?:\s*[-–/]\s*\d)?[ab]?\b",
        rf"{_PROTEIN}(?:\s*[≥>≤<]=?\s*\d+\s*%)?",
        r"\b\d\s*:\s*\d(?:\s*:\s*\d)?\b",
        r"\b(?:ECOG|performance status|PS)(?: of| performance status| PS)*\s*\d(?:\s*(?:[-–/]|or|to)\s*\d)?",
        rf"\b(?:one|two|1|2)-(?:sided|tailed)(?!\s*P)(?:\s*{_ALPHA})?{_OF}(?:\s*0?\.\d+)?(?![\d.]*\s*%)",
        rf"(?<!\w){_ALPHA}(?: error)?{_OF}\s*0?\.\d+",
        r"\b(?:power(?: of)?\s*\d+\s*%|\d+\s*%\s*power)",
        r"\bH[01]:?\s*[<>≤≥=]*\s*\d+\s*%",
        r"\b3\s*\+\s*3\b",
        r"\b(?:aged|age\s*[≥>]=?)\s*\d+(?: years)?(?: or (?:older|more))?(?!\s*[\[(])",
        r"/m2\b",
        r"\b\d+ (?:centers|centres|sites|hospitals|institutions|countries)\b",
        r"\b(?:dose level|cohort|stage)\s*-?\d+\b",
    )
)


def background(sheet: Sheet) -> None:
    """Mark numbers that are understood and are no claims."""
    for pattern in _PATTERNS:
        for match in sheet.find(pattern):
            sheet.dismiss(*match.span())
