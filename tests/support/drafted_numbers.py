"""The numbers of a text and of the claims drafted from it, written alike."""

import re

from trialwright.claims.draft.sheet import NUMBER


def bare(number):
    """The digits that count: without thousands' commas and leading zeros."""
    return number.replace(",", "").lstrip("0") or "0"


def numbers_in(said):
    """Every number of what is said, quotations left out; the parts of a date are numbers of their own."""
    if isinstance(said, dict):
        return {one for key, value in said.items() if key not in {"quote", "id"} for one in numbers_in(value)}
    if isinstance(said, list | tuple):
        return {one for value in said for one in numbers_in(value)}
    text = f"{said:g}" if isinstance(said, float) else "" if said is None else str(said)
    parts = re.split(r"(?<=\d)-(?=\d)", text)
    return {bare(one[0]) for part in parts for one in NUMBER.finditer(part)}
