"""The time-to-event endpoints of a study: rows, curves and what the variants change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.changes import changes_frame, changes_of
from trialwright.analyse.comparison import (
    STRATIFIED,
    UNSTRATIFIED,
    Pair,
    hazard_rows,
    log_rank_rows,
    max_combo_rows,
    models_of,
    proportionality_row,
)
from trialwright.analyse.results import CURVE_COLUMNS
from trialwright.analyse.rows import Cell
from trialwright.analyse.time_to_event import describe_times, ticks
from trialwright.analyse.times import Times, months, times_of
from trialwright.analyse.verdict import Bounds, non_inferior_hazard, superior
from trialwright.protocol.comparison import Question, TimeTest
from trialwright.protocol.endpoints import TimeToEventEndpoint, variant_names
from trialwright.stats.logrank import fleming_harrington
from trialwright.stats.survival import ConfType, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.analyse.comparison import Model
    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.protocol.comparison import Comparison

SECTION = "time-to-event"


def time_to_event(context: Context) -> list[Row]:
    """Give the rows of every time-to-event endpoint and variant, by group and compared."""
    rows: list[Row] = []
    for name, variant, stated, times in _analyses(context):
        members = context.members(stated.set)
        at = ticks(times, set(members))
        for group in context.columns(stated.by):
            cell = Cell(SECTION, name, stated.set, group, variant)
            rows += describe_times(
                cell,
                context.members(stated.set, group, stated.by),
                times,
                conf_type=ConfType(stated.conf_type.value),
                level=stated.level,
                landmarks_days=[landmark.exact_days for landmark in stated.at],
                ticks_months=at,
            )
        if stated.compare is not None:
            rows += _compared(context, Cell(SECTION, name, stated.set, "", variant), stated, times)
    return rows


def _analyses(context: Context) -> Iterator[tuple[str, str, TimeToEventEndpoint, Times]]:
    """Name, variant, the endpoint as the variant has it, and its times."""
    for name, endpoint in context.study.endpoints.items():
        if isinstance(endpoint, TimeToEventEndpoint):
            for variant in variant_names(endpoint):
                times = times_of(context.adam.adtte, name, variant)
                yield name, variant, endpoint.variant(variant), times


def _compared(context: Context, place: Cell, stated: TimeToEventEndpoint, times: Times) -> Iterator[Row]:
    """Every row of the comparison of the two arms that the study names."""
    comparison = stated.compare
    assert comparison is not None
    first, second = comparison.arms
    pair = Pair.of(
        times,
        (first, context.members(stated.set, first)),
        (second, context.members(stated.set, second)),
    )
    cell = place.at(group=pair.label)
    models = models_of(context, pair, comparison.strata, comparison.covariates)
    strata = {model.item: model.strata for model in models if model.item in (UNSTRATIFIED, STRATIFIED)}
    weight = fleming_harrington(comparison.rho, comparison.gamma)
    tests: list[Row] = []
    for item, numbers in strata.items():
        tests += log_rank_rows(cell, pair, numbers, item, weight)
        if comparison.test is TimeTest.MAX_COMBO:
            tests += max_combo_rows(cell, pair, numbers, item)
    yield from tests
    for model in models:
        yield from hazard_rows(cell, pair, model, stated.level)
    proportionality = proportionality_row(cell, pair, stated.level)
    if proportionality is not None:
        yield proportionality
    if comparison.question is not Question.DIFFERENT:
        yield _verdict(cell, pair, models[-1], comparison, tests[-1])


def _verdict(cell: Cell, pair: Pair, model: Model, comparison: Comparison, test: Row) -> Row:
    """The answer, on the last model; its interval has the level 1 − alpha of the comparison."""
    level = 1 - comparison.alpha
    ratio = next(hazard_rows(cell, pair, model, level))
    if comparison.question is Question.NON_INFERIOR:
        text = non_inferior_hazard(Bounds(ratio.low, ratio.high), comparison.margin)
    else:
        favours_first = ratio.value is not None and ratio.value < 1
        text = superior(test.method, test.value, comparison.alpha, favours_first=favours_first)
    return cell.number(
        "verdict",
        ratio.value,
        ratio.subjects,
        item=comparison.question.value,
        interval=(ratio.low, ratio.high),
        level=level,
        method=f"{ratio.method} ({model.item})",
        n=ratio.n,
        events=ratio.events,
        text=text,
    )


def curves(context: Context) -> pl.DataFrame:
    """Give the steps of every Kaplan–Meier curve, in months, each starting at time 0 and survival 1."""
    records: list[tuple[object, ...]] = []
    for name, variant, stated, times in _analyses(context):
        for group in context.columns(stated.by):
            here = times.among(set(context.members(stated.set, group, stated.by)))
            if here.size:
                place = (name, variant, stated.set, group)
                records += [(*place, *step) for step in curve_steps(here, stated)]
    frame = pl.DataFrame(records, schema=dict(CURVE_COLUMNS), orient="row")
    return frame.with_columns(pl.col("low", "high").fill_nan(None))


def curve_steps(here: Times, stated: TimeToEventEndpoint) -> Iterator[tuple[object, ...]]:
    """Yield the steps of one curve as the columns of `curves` from `time` on, in months, from time 0."""
    curve = kaplan_meier(
        here.days, here.event, conf_type=ConfType(stated.conf_type.value), level=stated.level
    )
    yield 0.0, 1.0, None, None, here.size, 0, 0
    for step in zip(
        curve.time,
        curve.survival,
        curve.low,
        curve.high,
        curve.at_risk,
        curve.events,
        curve.censored,
        strict=True,
    ):
        days, survival, low, high, at_risk, events, censored = map(float, step)
        yield months(days), survival, low, high, round(at_risk), round(events), round(censored)


def changes(context: Context) -> pl.DataFrame:
    """List the subjects whom a variant treats otherwise than the primary analysis."""
    records: list[dict[str, object]] = []
    for name, endpoint in context.study.endpoints.items():
        if isinstance(endpoint, TimeToEventEndpoint):
            subjects = context.members(endpoint.set)
            records += changes_of(context.adam.adtte, name, subjects, context.group_of)
    return changes_frame(records)
