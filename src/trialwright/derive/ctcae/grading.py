"""The engine: results in columns to grades, one pass of array arithmetic for each term and unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.derive.ctcae.criteria import (
    ANY_UNIT,
    Basis,
    Comparison,
    Condition,
    Criterion,
    IfMissing,
    RuleSet,
)
from trialwright.derive.ctcae.units import canonical_unit
from trialwright.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from trialwright.derive.ctcae.criteria import Criteria

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

COLUMNS = ("TERM", "AVAL", "AVALU", "ANRLO", "ANRHI", "BASE", "BNRIND", "PCHG")
NOT_GRADED = -1

SIGNIFICANT_DIGITS = 15
_LARGEST_EXACT_POWER = 22
"""10^22 is the largest power of ten that a double holds exactly."""

_HIGH = ("HIGH", "HIGH HIGH")
_LOW = ("LOW", "LOW LOW")


class NotGradable(IntEnum):
    """Why a result has no grade."""

    GRADED = 0
    NO_TERM = 1
    UNKNOWN_TERM = 2
    NO_NUMERIC_CRITERIA = 3
    NO_NUMBER = 4
    UNIT = 5
    NO_RANGE_OR_BASELINE = 6

    @property
    def text(self) -> str:
        """The reason in words."""
        return _REASONS[self]


_REASONS = {
    NotGradable.GRADED: "graded",
    NotGradable.NO_TERM: "no term",
    NotGradable.UNKNOWN_TERM: "not a laboratory term of CTCAE 5.0",
    NotGradable.NO_NUMERIC_CRITERIA: "CTCAE 5.0 has no numeric criteria for the term",
    NotGradable.NO_NUMBER: "the result is not a number of zero or more",
    NotGradable.UNIT: "the term has no thresholds in this unit",
    NotGradable.NO_RANGE_OR_BASELINE: "a normal range or baseline that the term needs is missing or unusable",
}


@dataclass(frozen=True, slots=True)
class Graded:
    """Grades 0 to 4 (null: not gradable) and the reason code of each row, in the order of the input."""

    grade: pl.Series
    reason: pl.Series


def grade_results(results: pl.DataFrame, criteria: Criteria) -> Graded:
    """Grade laboratory results.

    Args:
        results: the columns of COLUMNS; AVAL, ANRLO, ANRHI and BASE numbers in the unit AVALU (not read where
            the term is measured in multiples only), PCHG in percent, TERM in any case.
        criteria: from `grading_criteria`.

    Returns:
        GRADE (Int8) and REASON (Int8, a `NotGradable`).

    Raises:
        ContractError: a column is missing.

    Source: CTCAE 5.0; open questions in rulebook/ctcae-decisions.toml.
    """
    missing = [name for name in COLUMNS if name not in results.columns]
    if missing:
        raise ContractError.at(
            "laboratory results", f"no column {', '.join(missing)}", expected=", ".join(COLUMNS)
        )
    rule_sets, which, reason = _assign(results, criteria)
    grade = np.full(results.height, NOT_GRADED, dtype=np.int8)
    numbers = _numbers(results)
    for code, rows in _groups(which, len(rule_sets)):
        part = {name: values[rows] for name, values in numbers.items()}
        grade[rows], reason[rows] = _grade_group(rule_sets[code], part)
    graded = pl.Series("GRADE", grade)
    return Graded(graded.set(graded == NOT_GRADED, None), pl.Series("REASON", reason))


def fifteen_digits(values: Floats) -> Floats:
    """Round to 15 significant digits, so that sums and products compare as the decimals they stand for."""
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
    usable = np.isfinite(magnitude)
    shift = np.where(usable, SIGNIFICANT_DIGITS - 1 - magnitude, 0)
    power = 10.0 ** np.clip(np.abs(shift), 0, _LARGEST_EXACT_POWER)
    with np.errstate(invalid="ignore", over="ignore"):
        rounded = np.where(shift >= 0, np.rint(values * power) / power, np.rint(values / power) * power)
    return np.where(usable, rounded, values)


def _assign(
    results: pl.DataFrame, criteria: Criteria
) -> tuple[list[RuleSet], NDArray[np.int16], NDArray[np.int8]]:
    """Give each row its rule set (-1: none) and, where it has none, the reason."""
    pairs = results.select(
        pl.col("TERM").cast(pl.String).fill_null(""), pl.col("AVALU").cast(pl.String).fill_null("")
    )
    distinct = pairs.unique()
    rule_sets: list[RuleSet] = []
    codes: dict[int, int] = {}
    which, reason = [], []
    for term, unit in distinct.iter_rows():
        found = _find(term.strip().lower(), unit, criteria)
        if isinstance(found, NotGradable):
            which.append(-1)
            reason.append(int(found))
            continue
        if id(found) not in codes:
            codes[id(found)] = len(rule_sets)
            rule_sets.append(found)
        which.append(codes[id(found)])
        reason.append(int(NotGradable.GRADED))
    table = distinct.with_columns(
        pl.Series("which", which, dtype=pl.Int16), pl.Series("reason", reason, dtype=pl.Int8)
    )
    joined = pairs.join(table, on=["TERM", "AVALU"], how="left", maintain_order="left")
    return rule_sets, joined["which"].to_numpy(), joined["reason"].to_numpy().copy()


def _find(term: str, unit: str, criteria: Criteria) -> RuleSet | NotGradable:
    if not term:
        return NotGradable.NO_TERM
    if term in criteria.not_graded:
        return NotGradable.NO_NUMERIC_CRITERIA
    by_unit = criteria.rule_sets.get(term)
    if by_unit is None:
        return NotGradable.UNKNOWN_TERM
    if ANY_UNIT in by_unit:
        return by_unit[ANY_UNIT]
    known = canonical_unit(unit)
    return by_unit.get(known, NotGradable.UNIT) if known else NotGradable.UNIT


def _numbers(results: pl.DataFrame) -> dict[str, Floats]:
    """Take the columns as arrays: NaN for what is missing or unusable, baseline indicators as 1 and 0."""
    names = ("AVAL", "ANRLO", "ANRHI", "BASE", "PCHG")
    floats = {name: results[name].cast(pl.Float64).fill_null(np.nan).to_numpy().copy() for name in names}
    for values in floats.values():
        values[~np.isfinite(values)] = np.nan
    with np.errstate(invalid="ignore"):
        reversed_range = floats["ANRLO"] > floats["ANRHI"]
        floats["AVAL"][floats["AVAL"] < 0] = np.nan
        for name in ("ANRLO", "ANRHI"):
            floats[name][reversed_range] = np.nan
        for name in ("ANRHI", "BASE"):
            floats[name][floats[name] <= 0] = np.nan
    indicator = results["BNRIND"].cast(pl.String).str.strip_chars().str.to_uppercase()
    floats["HIGH"] = indicator.is_in(_HIGH).fill_null(value=False).cast(pl.Float64).to_numpy()
    floats["LOW"] = indicator.is_in(_LOW).fill_null(value=False).cast(pl.Float64).to_numpy()
    return floats


def _groups(which: NDArray[np.int16], count: int) -> list[tuple[int, NDArray[np.intp]]]:
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(count + 1))
    return [(code, order[edges[code] : edges[code + 1]]) for code in range(count)]


def _grade_group(rules: RuleSet, part: Mapping[str, Floats]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    value = fifteen_digits(part["AVAL"])
    grade = np.zeros(len(value), dtype=np.int8)
    no_number = np.isnan(value)
    undecided = np.zeros(len(value), dtype=bool)
    unusable = no_number.copy()
    for criterion in rules.criteria:
        applies = _applies(criterion.condition, part, value)
        met, missing = _met(criterion, part, value)
        np.maximum(grade, np.where(applies & met, np.int8(criterion.grade), np.int8(0)), out=grade)
        if criterion.if_missing is IfMissing.UNDECIDED:
            undecided |= applies & missing
        elif criterion.if_missing is IfMissing.REQUIRED:
            unusable |= missing
    without = unusable | (undecided & (grade == 0))
    reason = np.where(without, np.int8(NotGradable.NO_RANGE_OR_BASELINE), np.int8(NotGradable.GRADED))
    reason[no_number] = NotGradable.NO_NUMBER
    return np.where(without, np.int8(NOT_GRADED), grade), reason


def _met(criterion: Criterion, part: Mapping[str, Floats], value: Floats) -> tuple[Flags, Flags]:
    with np.errstate(over="ignore"):
        limit = _LIMITS[criterion.basis](part, criterion.bound)
    measured = fifteen_digits(part["PCHG"]) if criterion.basis is Basis.PERCENT_CHANGE else value
    reference = measured if criterion.basis is Basis.PERCENT_CHANGE else limit
    return _COMPARE[criterion.comparison](measured, fifteen_digits(limit)), np.isnan(reference)


def _applies(condition: Condition, part: Mapping[str, Floats], value: Floats) -> Flags:
    if condition is Condition.BASELINE_HIGH:
        return part["HIGH"] > 0
    if condition is Condition.BASELINE_NOT_HIGH:
        return ~(part["HIGH"] > 0)
    if condition is Condition.BASELINE_LOW:
        return part["LOW"] > 0
    if condition is Condition.BASELINE_NOT_LOW:
        return ~(part["LOW"] > 0)
    if condition is Condition.VALUE_BELOW_LLN:
        return value < fifteen_digits(part["ANRLO"])
    return np.ones(len(value), dtype=bool)


def _constant(part: Mapping[str, Floats], bound: float) -> Floats:
    return np.broadcast_to(np.float64(bound), part["AVAL"].shape)


_LIMITS: dict[Basis, Callable[[Mapping[str, Floats], float], Floats]] = {
    Basis.ABSOLUTE: _constant,
    Basis.PERCENT_CHANGE: _constant,
    Basis.TIMES_ULN: lambda part, bound: bound * part["ANRHI"],
    Basis.TIMES_LLN: lambda part, bound: bound * part["ANRLO"],
    Basis.TIMES_BASE: lambda part, bound: bound * part["BASE"],
    Basis.ABOVE_ULN: lambda part, bound: part["ANRHI"] + bound,
}

_COMPARE: dict[Comparison, Callable[[Floats, Floats], Flags]] = {
    Comparison.BELOW: np.less,
    Comparison.AT_MOST: np.less_equal,
    Comparison.ABOVE: np.greater,
    Comparison.AT_LEAST: np.greater_equal,
}
