"""One record against the tests of a comparison: met, not met, or unknown with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.result_units import factor_between
from trialwright.derive.verdicts import Truth
from trialwright.errors import UnitError
from trialwright.protocol.condition import Operator

if TYPE_CHECKING:
    from trialwright.protocol.condition import Compare, Test

_LIMITS = {"ULN": "HIGH", "LLN": "LOW"}
_DIGITS = 12
_AGE_IN_YEARS = {"YEARS": 1.0, "YEAR": 1.0, "MONTHS": 1 / 12, "WEEKS": 7 / 365.25, "DAYS": 1 / 365.25}


def judged(records: pl.DataFrame, comparison: Compare) -> pl.DataFrame:
    """Judge each record; return USUBJID, TRUTH and BECAUSE.

    Args:
        records: As `field_records` returns them.
        comparison: Its tests must all hold for one record.
    """
    frame = _in_unit(records, comparison)
    numeric = all(isinstance(value, float) for test in comparison.tests for value in test.values)
    outcome = [_holds(test, numeric=numeric) for test in comparison.tests]
    holds = pl.all_horizontal(outcome)
    truth = (
        pl.when(holds)
        .then(int(Truth.MET))
        .when(~holds)
        .then(int(Truth.NOT_MET))
        .otherwise(int(Truth.UNKNOWN))
    )
    name = str(comparison.field)
    shown = pl.concat_str(pl.lit(f"{name} is "), pl.col("SHOWN"), pl.lit(" ("), pl.col("RECORD"), pl.lit(")"))
    missing = pl.concat_str(pl.lit(f"{name} has no usable value ("), pl.col("RECORD"), pl.lit(")"))
    return frame.with_columns(TRUTH=truth).select(
        "USUBJID",
        pl.col("TRUTH").cast(pl.Int8),
        BECAUSE=pl.when(pl.col("TRUTH") == int(Truth.UNKNOWN))
        .then(pl.coalesce("WHY", missing))
        .otherwise(pl.coalesce(shown, pl.lit(name))),
    )


def _holds(test: Test, *, numeric: bool) -> pl.Expr:
    """Null where the record cannot say."""
    if numeric:
        number = pl.col("NUMBER").round_sig_figs(_DIGITS)
        # text that is not a number differs from every number, yet cannot be ordered
        otherwise = pl.when(pl.col("TEXT").is_not_null() & pl.col("WHY").is_null()).then(pl.lit(value=False))
        return _compared(number, test, otherwise)
    return _matched(test)


def _compared(number: pl.Expr, test: Test, otherwise: pl.Expr) -> pl.Expr:
    values = [float(value) for value in test.values]
    first = values[0]
    match test.operator:
        case Operator.LESS:
            return number < first
        case Operator.AT_MOST:
            return number <= first
        case Operator.AT_LEAST:
            return number >= first
        case Operator.MORE:
            return number > first
        case Operator.EQUAL | Operator.IN:
            return pl.coalesce(number.is_in(values), otherwise)
        case Operator.NOT_EQUAL | Operator.NOT_IN:
            return pl.coalesce(~number.is_in(values), ~otherwise)


def _matched(test: Test) -> pl.Expr:
    spellings = [_spelling(value) for value in test.values]
    same = pl.col("TEXT").str.strip_chars().str.to_uppercase().is_in(spellings)
    return ~same if test.operator in {Operator.NOT_EQUAL, Operator.NOT_IN} else same


def _spelling(value: float | str) -> str:
    return value.strip().upper() if isinstance(value, str) else f"{value:g}"


def _in_unit(records: pl.DataFrame, comparison: Compare) -> pl.DataFrame:
    """Bring numbers to the unit of the comparison: NUMBER, SHOWN, and WHY where that cannot be."""
    unit, field = comparison.unit, comparison.field
    shown = pl.concat_str(pl.col("TEXT"), pl.col("UNIT"), separator=" ", ignore_nulls=True)
    frame = records.with_columns(
        SHOWN=pl.when(pl.col("TEXT").is_not_null()).then(shown), WHY=pl.lit(None, dtype=pl.String)
    )
    if field.domain == "DM":
        return age_in_years(frame) if field.variable == "AGE" else frame
    if unit in _LIMITS:
        limit = pl.col(_LIMITS[unit])
        usable = limit > 0
        return frame.with_columns(
            NUMBER=pl.when(usable).then(pl.col("NUMBER") / limit),
            WHY=pl.when(~usable.fill_null(value=False)).then(
                pl.concat_str(pl.lit(f"{field}: the {unit} is not recorded ("), pl.col("RECORD"), pl.lit(")"))
            ),
        )
    return _converted(frame, unit, str(field))


def age_in_years(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring ages to years; an age without AGEU is in years, one in an unknown unit stays unknown."""
    factor = (
        pl.col("UNIT").fill_null("YEARS").replace_strict(_AGE_IN_YEARS, default=None, return_dtype=pl.Float64)
    )
    why = pl.concat_str(pl.lit("DM.AGE has the unknown unit "), pl.col("UNIT"))
    return frame.with_columns(NUMBER=pl.col("NUMBER") * factor, WHY=pl.when(factor.is_null()).then(why))


def _converted(frame: pl.DataFrame, unit: str, field: str) -> pl.DataFrame:
    factors: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for recorded in frame["UNIT"].drop_nulls().unique().sort():
        try:
            factors[recorded] = factor_between(recorded, unit)
        except UnitError:
            told = f"which does not convert to {unit}" if unit else "and the condition tells no unit"
            reasons[recorded] = f"{field} is in {recorded}, {told}"
    without: pl.Expr = pl.lit(None, dtype=pl.String)
    if unit:
        bare = pl.lit(f"{field} has no unit; {unit} is asked for")
        without = pl.when(pl.col("UNIT").is_null() & pl.col("TEXT").is_not_null()).then(bare)
    factor = pl.col("UNIT").replace_strict(factors, default=None, return_dtype=pl.Float64)
    if not unit:
        factor = pl.when(pl.col("UNIT").is_null()).then(1.0).otherwise(factor)
    why = pl.col("UNIT").replace_strict(reasons, default=None, return_dtype=pl.String)
    return frame.with_columns(NUMBER=pl.col("NUMBER") * factor, WHY=pl.coalesce(why, without))
