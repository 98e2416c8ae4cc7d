"""Conversion between units by the table rulebook/units.toml, in exact decimal arithmetic."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import NamedTuple

import polars as pl

from trialwright.errors import UnitError
from trialwright.rulebook import read_table


class Unit(NamedTuple):
    """One unit: its dimension, its own spelling, and the factor to the dimension's base unit."""

    dimension: str
    name: str
    factor: Decimal


@cache
def _units() -> dict[str, Unit]:
    """Every unit by each of its spellings."""
    found: dict[str, Unit] = {}
    for dimension, table in read_table("units.toml").items():
        for name, factor in table["factors"].items():
            found[name] = Unit(dimension, name, Decimal(factor))
        for spelling, name in table["spellings"].items():
            found[spelling] = found[name]
    return found


@cache
def _by_any_case() -> dict[str, Unit]:
    """Units by upper-case spelling, where that is unambiguous."""
    units: dict[str, set[Unit]] = {}
    for spelling, unit in _units().items():
        units.setdefault(spelling.upper(), set()).add(unit)
    return {spelling: next(iter(same)) for spelling, same in units.items() if len(same) == 1}


def find_unit(text: str) -> Unit:
    """The unit that a text names, in its exact spelling or in any letter case.

    Raises:
        UnitError: no unit of the table is spelt so.
    """
    spelling = text.strip()
    unit = _units().get(spelling) or _by_any_case().get(spelling.upper())
    if unit is None:
        known = ", ".join(sorted({unit.name for unit in _units().values()}))
        raise UnitError.at("", f"unit {text!r} is unknown", expected=f"one of {known}")
    return unit


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """A value in another unit of the same dimension.

    Raises:
        UnitError: a unit is unknown, or the two measure different things.

    Examples:
        >>> convert(4.35, "cm", "mm")
        43.5
    """
    source, target = find_unit(from_unit), find_unit(to_unit)
    if source.dimension != target.dimension:
        raise UnitError.at(
            "",
            f"{from_unit} ({source.dimension}) does not convert to {to_unit} ({target.dimension})",
            remedy="correct the unit of the record",
        )
    if source.factor == target.factor:
        return value
    return float(Decimal(repr(value)) * source.factor / target.factor)


def convert_column(values: pl.Series, from_unit: str, to_unit: str) -> pl.Series:
    """`convert` of each value of a Float64 series; null stays null."""
    distinct = values.drop_nulls().unique()
    converted = [convert(value, from_unit, to_unit) for value in distinct]
    return values.replace_strict(distinct, converted, default=None, return_dtype=pl.Float64)
