"""Colours with a meaning, safe for the common forms of colour blindness and in grey print."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INK = "#1d2227"
QUIET = "#5b646d"
RULE = "#c9cdd1"
FAINT = "#e8eaec"
PAPER = "#ffffff"

RESPONSE_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
RESPONSE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "CR": "#0b4f8a",
        "PR": "#6aaed6",
        "SD": "#a3abb3",
        "NON-CR/NON-PD": "#cdbb84",
        "PD": "#d4622a",
        "NE": "#bda8d3",
        "MISSING": "#ffffff",
    }
)
RESPONSE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "CR": "Complete response",
        "PR": "Partial response",
        "SD": "Stable disease",
        "NON-CR/NON-PD": "Non-CR/non-PD",
        "PD": "Progressive disease",
        "NE": "Not evaluable",
        "MISSING": "No assessment after baseline",
    }
)
GROUP_COLOURS = ("#4f3389", "#0f8577", "#a3720a", "#3b4248", "#b0487a", "#6d7f2b")
GROUP_DASHES = ("", "6 3", "2 2", "8 3 2 3", "10 4", "1 3")


def response_colour(response: str) -> str:
    """The colour of a response; white for what is none of them."""
    return RESPONSE_COLOURS.get(response, PAPER)


def response_name(response: str) -> str:
    """A response in words; a term of another rule set stays as it is."""
    return RESPONSE_NAMES.get(response, response)


def group_colour(position: int) -> str:
    """The colour of the group at this place in the study's order."""
    return GROUP_COLOURS[position % len(GROUP_COLOURS)]


def group_dash(position: int) -> str:
    """The dash pattern that tells the group apart in grey print."""
    return GROUP_DASHES[position % len(GROUP_DASHES)]
