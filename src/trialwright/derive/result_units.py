"""Conversion of results: units of one table, spellings of one unit, and amounts or counts per volume."""

from __future__ import annotations

import re
from decimal import Decimal

from trialwright.derive.ctcae.units import canonical_unit
from trialwright.errors import UnitError
from trialwright.units import convert

_POWER = re.compile(r"^10\^(\d{1,2})$")
_AMOUNTS = {"mol": 0, "mmol": -3, "umol": -6, "nmol": -9, "pmol": -12}
"""Powers of ten of a mole."""


def factor_between(recorded: str, wanted: str) -> float:
    """Return by what a number in `recorded` is multiplied to be in `wanted`.

    Mass and amount of substance do not convert into each other: that needs a molar mass.

    Raises:
        UnitError: the units do not convert.

    >>> factor_between("10^3/uL", "10^9/L"), factor_between("g/L", "g/dL")
    (1.0, 0.1)
    """
    if recorded == wanted:
        return 1.0
    one, other = canonical_unit(recorded) or recorded, canonical_unit(wanted) or wanted
    if one == other:
        return 1.0
    if "/" in one and "/" in other:
        return float(_per_litre(one, other) / _per_litre(other, one))
    return convert(1.0, recorded, wanted)


def _per_litre(unit: str, other: str) -> Decimal:
    """Return the unit as grams, moles or counts per litre, of the kind that `other` has."""
    above, _, below = unit.partition("/")
    kind, amount = _amount(above)
    if kind != _amount(other.partition("/")[0])[0]:
        raise UnitError.at("", f"{unit} does not convert to {other}")
    return amount / Decimal(str(convert(1.0, below, "L")))


def _amount(text: str) -> tuple[str, Decimal]:
    if text in {"1", ""}:
        return "count", Decimal(1)
    if power := _POWER.match(text):
        return "count", Decimal(10) ** int(power[1])
    if text in _AMOUNTS:
        return "amount", Decimal(10) ** _AMOUNTS[text]
    return "mass", Decimal(str(convert(1.0, text, "g")))
