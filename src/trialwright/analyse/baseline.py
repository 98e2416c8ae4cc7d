"""Baseline: each declared variable, by group and overall, with what is missing shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell
from trialwright.protocol.baseline import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.protocol.baseline import BaselineVariable

SECTION = "baseline"
QUANTILE_METHOD = "quantile R type 2 (SAS definition 5)"
MISSING = "Missing"
_LEAST_FOR_SD = 2
_QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


def baseline(context: Context) -> list[Row]:
    """Describe the baseline variables of the study file in their order."""
    rows: list[Row] = []
    for variable in context.study.baseline:
        values = _values(context, variable)
        categories = _categories(variable, values)
        for group in context.groups:
            cell = Cell(SECTION, variable.name, context.main_population, group)
            members = context.members(context.main_population, group)
            found = {one: values[one] for one in members if one in values}
            if variable.kind is Kind.CONTINUOUS:
                rows += _continuous(cell, members, found)
            else:
                rows += _categorical(cell, members, found, categories)
    return rows


def _values(context: Context, variable: BaselineVariable) -> Mapping[str, float | str]:
    """The value of each subject that has one; categories as the table prints them."""
    frame = context.adam.adsl.select("USUBJID", pl.col(f"BL_{variable.name}").alias("VALUE")).drop_nulls()
    if variable.kind is Kind.CONTINUOUS:
        return {subject: float(value) for subject, value in frame.iter_rows()}
    texts = {subject: str(value) for subject, value in frame.iter_rows()}
    return {
        subject: variable.labels.get(text, text)
        for subject, text in texts.items()
        if text.casefold() != MISSING.casefold()
    }


def _categories(variable: BaselineVariable, values: Mapping[str, float | str]) -> list[str]:
    """The declared order first, then whatever else the data hold, by the alphabet."""
    if variable.kind is Kind.CONTINUOUS:
        return []
    declared = list(dict.fromkeys(variable.labels.get(level, level) for level in variable.levels))
    return declared + sorted({str(value) for value in values.values()} - set(declared))


def _continuous(cell: Cell, members: Sequence[str], found: Mapping[str, float | str]) -> Iterator[Row]:
    """n, missing, mean, standard deviation, quartiles and range."""
    size = len(members)
    have = list(found)
    yield cell.count("n", have, n=size)
    yield cell.count("missing", [one for one in members if one not in found], n=size)
    numbers = np.array([float(value) for value in found.values()])
    if numbers.size == 0:
        reason = NO_SUBJECTS if size == 0 else f"{NOT_ESTIMABLE}: no subject has a value"
        for statistic in ("mean", "sd", *_QUARTILES, "min", "max"):
            yield cell.statement(statistic, reason, n=0)
        return
    yield cell.number("mean", float(numbers.mean()), have, n=numbers.size)
    if numbers.size < _LEAST_FOR_SD:
        yield cell.statement("sd", f"{NOT_ESTIMABLE}: one value", have, n=numbers.size)
    else:
        yield cell.number("sd", float(numbers.std(ddof=1)), have, n=numbers.size)
    for statistic, probability in _QUARTILES.items():
        quartile = quantile_type_2(numbers, probability)
        yield cell.number(statistic, quartile, have, n=numbers.size, method=QUANTILE_METHOD)
    yield cell.number("min", float(numbers.min()), have, n=numbers.size)
    yield cell.number("max", float(numbers.max()), have, n=numbers.size)


def quantile_type_2(values: NDArray[np.float64], probability: float) -> float:
    """Invert the empirical distribution and average at its jumps: R type 2, SAS definition 5.

    Source: Hyndman and Fan 1996, American Statistician 50:361, definition 2.

    >>> quantile_type_2(np.array([1.0, 2.0, 3.0, 4.0]), 0.25)
    1.5
    """
    return float(np.quantile(values, probability, method="averaged_inverted_cdf"))


def _categorical(
    cell: Cell, members: Sequence[str], found: Mapping[str, float | str], categories: Sequence[str]
) -> Iterator[Row]:
    """Count and proportion of each category, and of what is missing."""
    for category in categories:
        chosen = [one for one in found if str(found[one]) == category]
        yield from counted(cell, chosen, len(members), category)
    yield from counted(cell, [one for one in members if one not in found], len(members), MISSING)


def counted(cell: Cell, chosen: Sequence[str], size: int, item: str) -> Iterator[Row]:
    """Give the count of a category and its proportion of all subjects of the cell."""
    yield cell.count("count", chosen, n=size, item=item)
    if size == 0:
        yield cell.statement("proportion", NO_SUBJECTS, item=item, n=0)
    else:
        yield cell.number("proportion", len(chosen) / size, chosen, item=item, n=size, events=len(chosen))
