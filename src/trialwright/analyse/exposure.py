"""Exposure: who was dosed, cycles, delays, reductions, doses and their intensity, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.analyse.baseline import QUANTILE_METHOD, quantile_type_2
from trialwright.analyse.context import AS_PLANNED, ENROLLED, SAFETY_SET
from trialwright.analyse.rows import NO_SUBJECTS, NOT_ESTIMABLE, Cell
from trialwright.derive.adex import DRUG, PARAMETERS, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "exposure"
RECEIVED = "arm received"
_COUNTED = {"NDELAY": "with a delayed cycle", "NRED": "with a reduced dose"}
_OF_SUBJECT = ("NCYC", "NCYCC", "TRTDUR", "RDI")
_OF_DRUG = ("NCYC", "NADM", "CUMDOSE", "DI", "RDI")
_QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


def exposure(context: Context) -> list[Row]:
    """Count who was dosed, then summarise ADEX; endpoints are parameters, "parameter: drug" for one drug.

    The population is the safety set, or the enrolled where the study has none; groups are as treated.
    Endpoint "arm received" counts, in the arm received, those assigned to each other arm.
    """
    context = context.as_treated
    population = SAFETY_SET if SAFETY_SET in context.study.analysis_sets else ENROLLED
    dosed = set(context.adam.adsl.filter(pl.col("TRTSDT").is_not_null())["USUBJID"])
    rows: list[Row] = []
    for group in context.groups:
        members = context.members(population, group)
        treated = [one for one in members if one in dosed]
        cell = Cell(SECTION, SECTION, population, group)
        rows.append(cell.count("dosed", treated, n=len(members)))
        rows += _parameters(context, cell, treated)
    return [*rows, *_received(context, population)]


def _received(context: Context, population: str) -> Iterator[Row]:
    """Who received the treatment of another arm than the assigned one; nothing where nobody did."""
    planned = dict(context.adam.adsl.select("USUBJID", AS_PLANNED).drop_nulls().iter_rows())
    columns = {group: context.members(population, group) for group in context.columns()}
    moved = {
        one: planned[one]
        for group in context.split()
        for one in columns[group]
        if planned.get(one, group) != group
    }
    for assigned in sorted(set(moved.values()), key=list(context.study.groups).index):
        for group, members in columns.items():
            here = [one for one in members if moved.get(one) == assigned]
            yield Cell(SECTION, RECEIVED, population, group).count(
                "count", here, n=len(members), item=assigned
            )


def _parameters(context: Context, cell: Cell, treated: Sequence[str]) -> Iterator[Row]:
    adex = context.adam.adex
    if not adex.height:
        return
    inside = adex.filter(pl.col("USUBJID").is_in(list(treated)))
    whole = inside.filter(pl.col("PARCAT1") == SUBJECT)
    for code in _OF_SUBJECT:
        of_code = whole.filter(pl.col("PARAMCD") == code)
        yield from summary(cell.at(endpoint=PARAMETERS[code]), of_code, treated)
    for code, label in _COUNTED.items():
        values = _values(whole.filter(pl.col("PARAMCD") == code))
        affected = [one for one in treated if values.get(one, 0.0) > 0]
        yield cell.count("count", affected, n=len(treated), item=label)
    drugs = adex.filter(pl.col("PARCAT1") == DRUG)["DRUG"].unique().sort()
    for drug in drugs:
        of_drug = inside.filter(pl.col("PARCAT1") == DRUG, pl.col("DRUG") == drug)
        if not of_drug.height and cell.group in context.split():
            continue
        for code in _OF_DRUG:
            of_code = of_drug.filter(pl.col("PARAMCD") == code)
            receivers = of_code["USUBJID"].unique().to_list()
            yield from summary(cell.at(endpoint=f"{PARAMETERS[code]}: {drug}"), of_code, receivers)


def _values(frame: pl.DataFrame) -> Mapping[str, float]:
    return dict(frame.drop_nulls("AVAL").select("USUBJID", "AVAL").iter_rows())


def summary(cell: Cell, frame: pl.DataFrame, subjects: Sequence[str]) -> Iterator[Row]:
    """Give quartiles and range over the subjects with a number; `text` names the unit.

    The frame has USUBJID, AVAL, AVALU and AVALC (why there is no number).
    """
    found = _values(frame)
    have = [one for one in subjects if one in found]
    yield cell.count("n", have, n=len(subjects))
    missing = [one for one in subjects if one not in found]
    why = "; ".join(frame["AVALC"].drop_nulls().unique().sort())
    yield cell.count("missing", missing, n=len(subjects), text=why)
    units = frame.filter(pl.col("AVAL").is_not_null())["AVALU"].drop_nulls().unique().to_list()
    obstacle = NO_SUBJECTS if not subjects else f"{NOT_ESTIMABLE}: {why or 'no subject has a value'}"
    if len(units) > 1:
        obstacle = f"{NOT_ESTIMABLE}: recorded in several units"
    if not have or len(units) > 1:
        for statistic in ("mean", *_QUARTILES, "min", "max"):
            yield cell.statement(statistic, obstacle, n=0)
        return
    numbers = np.array([found[one] for one in have])
    unit = units[0] if units else ""
    yield cell.number("mean", float(numbers.mean()), have, n=numbers.size, text=unit)
    for statistic, probability in _QUARTILES.items():
        value = quantile_type_2(numbers, probability)
        yield cell.number(statistic, value, have, n=numbers.size, method=QUANTILE_METHOD, text=unit)
    yield cell.number("min", float(numbers.min()), have, n=numbers.size, text=unit)
    yield cell.number("max", float(numbers.max()), have, n=numbers.size, text=unit)
