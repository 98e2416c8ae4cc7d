"""Which CTCAE term grades which laboratory test, from rulebook/lab-tests.toml."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

LOW, HIGH = "low", "high"


@cache
def lab_table() -> Mapping[str, Any]:
    """The whole table."""
    return read_table("lab-tests.toml")


@cache
def terms_by_test(direction: str) -> Mapping[str, str]:
    """The term of each LBTESTCD in one direction."""
    return {test: term for term, tests in lab_table()[direction].items() for test in tests}


def gradable_specimen() -> pl.Expr:
    """Whether a record of LB comes from blood, as far as its category and specimen tell."""
    table = lab_table()
    category = pl.col("LBCAT").str.to_uppercase().is_in(table["not_graded_categories"])
    specimen = pl.col("LBSPEC").str.to_uppercase().is_in(table["not_graded_specimens"])
    usable = ~category.fill_null(value=False) & ~specimen.fill_null(value=False)
    for test, needed in table["specimen"].items():
        found = pl.col("LBSPEC").str.to_uppercase().str.contains_any(needed).fill_null(value=False)
        usable &= (pl.col("LBTESTCD") != test) | found
    return usable


def term_expr(direction: str) -> pl.Expr:
    """The term by which a record of LB is graded in one direction; null for none."""
    term = pl.col("LBTESTCD").str.to_uppercase().replace_strict(terms_by_test(direction), default=None)
    return pl.when(gradable_specimen()).then(term)
