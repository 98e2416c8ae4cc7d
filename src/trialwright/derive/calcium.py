"""Total calcium corrected for albumin before it is graded, where the study file asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.derive.ctcae.criteria import decisions
from trialwright.derive.lab_tests import gradable_specimen
from trialwright.derive.result_units import factor_between
from trialwright.errors import UnitError
from trialwright.findings import Finding, Severity
from trialwright.protocol.safety import Calcium

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DAY = ("USUBJID", "ADT")


def with_graded_calcium(frame: pl.DataFrame, rule: Calcium) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Add AVALG, the number that is graded: AVAL, but for calcium on a day with low albumin.

    Source: rulebook/ctcae-decisions.toml, calcium.
    """
    if rule is Calcium.MEASURED:
        return frame.with_columns(AVALG="AVAL"), ()
    table = decisions()["calcium"]
    is_calcium = _is(table["tests"]) & pl.col("AVAL").is_not_null()
    values = [
        _corrected(frame.filter(is_calcium), _albumin(frame, table, form), unit, form)
        for unit, form in table["formula"].items()
        if unit != "source"
    ]
    corrected = pl.concat(values)
    joined = frame.join(corrected, on="ROW", how="left", maintain_order="left")
    without = joined.filter(is_calcium & pl.col("CORRECTED").is_null())
    graded = joined.with_columns(AVALG=pl.coalesce("CORRECTED", "AVAL")).drop("CORRECTED")
    return graded, tuple(_uncorrected(without))


def _is(tests: list[str]) -> pl.Expr:
    return pl.col("PARAMCD").str.to_uppercase().is_in(tests) & gradable_specimen()


def _albumin(frame: pl.DataFrame, table: Mapping[str, Any], form: Mapping[str, Any]) -> pl.DataFrame:
    """The last albumin of each subject and day, in the unit of the formula."""
    measured = frame.filter(_is(table["albumin"]) & (pl.col("AVAL") >= 0), pl.col("ADT").is_not_null())
    factors = {unit: _factor(unit, form["albumin_unit"]) for unit in measured["AVALU"].unique().drop_nulls()}
    factor = pl.col("AVALU").replace_strict(factors, default=None, return_dtype=pl.Float64)
    return (
        measured.with_columns(ALBUMIN=pl.col("AVAL") * factor)
        .drop_nulls("ALBUMIN")
        .sort("LBDTC", "SRCSEQ")
        .unique(_DAY, keep="last", maintain_order=True)
        .select(*_DAY, "ALBUMIN")
    )


def _factor(unit: str, wanted: str) -> float | None:
    try:
        return factor_between(unit, wanted)
    except UnitError:
        return None


def _corrected(
    calcium: pl.DataFrame, albumin: pl.DataFrame, unit: str, form: Mapping[str, Any]
) -> pl.DataFrame:
    """ROW and CORRECTED of the results in one unit that have an albumin of their day."""
    missing = (form["normal_albumin"] - pl.col("ALBUMIN")).clip(lower_bound=0.0)
    return (
        calcium.filter(pl.col("AVALU").str.to_lowercase() == unit.lower())
        .join(albumin, on=_DAY)
        .select("ROW", CORRECTED=pl.col("AVAL") + form["per_unit_of_albumin"] * missing)
    )


def _uncorrected(without: pl.DataFrame) -> Iterator[Finding]:
    if not without.height:
        return
    first = without.sort("USUBJID", "LBSEQ").row(0, named=True)
    what = f"{without.height} results of calcium without albumin of their day, first {first['USUBJID']}"
    record = f"LBSEQ {first['LBSEQ']} of {first['LBDTC']}"
    remedy = "none: they are graded as measured"
    yield Finding(Severity.NOTE, "LB-CALCIUM", "LB", "", record, what, remedy)
