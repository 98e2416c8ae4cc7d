"""Units convert exactly, and only within their dimension."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.errors import UnitError
from trialwright.units import convert, convert_column, find_unit


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (4.35, "cm", "mm", 43.5),
        (1.15, "CM", "mm", 11.5),
        (25, "mm", "cm", 2.5),
        (1, "inch", "mm", 25.4),
        (70, "kg", "g", 70_000.0),
        (150, "LB", "kg", 68.0388555),
        (1.5, "10^3/uL", "10^9/L", 1.5),
        (1500, "/uL", "GI/L", 1.5),
        (2, "weeks", "days", 14.0),
        (3.3, "mm", "MM", 3.3),
    ],
)
def test_conversions(value, source, target, expected):
    assert convert(value, source, target) == expected


@pytest.mark.parametrize("unit", ["furlong", "", "g/L", "px"])
def test_an_unknown_unit_is_refused(unit):
    with pytest.raises(UnitError, match="unknown"):
        convert(1.0, unit, "mm")


def test_mass_is_no_length():
    with pytest.raises(UnitError, match=r"mass.*length"):
        convert(1.0, "kg", "mm")


def test_a_column_keeps_what_is_missing():
    converted = convert_column(pl.Series([1.1, None, 2.0, 1.1]), "cm", "mm")
    assert converted.to_list() == [11.0, None, 20.0, 11.0]


def test_units_that_differ_by_case_alone_need_their_own_spelling():
    assert find_unit("mL").name == "mL"
    assert find_unit("ML").name == "mL"
