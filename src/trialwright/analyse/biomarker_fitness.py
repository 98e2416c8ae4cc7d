"""Neoantigen fitness: n(τ) of each tumour, and its relation to response and to times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.biomarker_outcome import (
    PER_SD,
    SECTION,
    Scale,
    against_response,
    against_time,
    halves,
    left_out,
    quartiles,
)
from trialwright.analyse.biomarker_serum import (
    primary_times,
    responders_of,
    response_endpoints,
    time_endpoints,
    times_and_values,
)
from trialwright.analyse.results import TOTAL
from trialwright.analyse.rows import Cell
from trialwright.analyse.survival_endpoints import curve_steps
from trialwright.biomarkers.dynamics import NO_TIME
from trialwright.biomarkers.fitness import luksza_2017, tumour_fitness
from trialwright.biomarkers.sequencing import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.biomarkers.fitness import TumourFitness
    from trialwright.protocol.biomarkers import Fitness

FITNESS = "fitness"
METHOD = "Łuksza 2017, a {a:g}, k {k:g}, tau {tau:g}"
NOT_SEQUENCED = "not sequenced"
ABOUT = "n(tau)"


def fitness_rows(context: Context, fitness: Fitness) -> Iterator[Row]:
    """Give every row of neoantigen fitness, or the one that says there are no data."""
    cell = Cell(SECTION, FITNESS, context.main_population, TOTAL, ABOUT)
    tumours = _tumours(context, fitness)
    if not tumours:
        missing = context.sequencing.missing if context.sequencing is not None else NOTHING
        yield cell.statement("not_available", missing or NOTHING)
        return
    members = context.members(context.main_population)
    known = {one.subject: one for one in tumours if one.subject in set(members)}
    yield from left_out(cell, _reasons(members, known), len(members))
    values = {subject: one.n_tau for subject, one in known.items()}
    yield quartiles(cell, "tumour_size", values)
    model = luksza_2017().as_stated(fitness)
    method = METHOD.format(a=model.a, k=model.k, tau=fitness.tau)
    for subject, one in known.items():
        text = _told(one)
        yield cell.number("tumour_size", one.n_tau, [subject], item=subject, method=method, text=text)
    yield from _related(context, fitness, values)


def _told(one: TumourFitness) -> str:
    """Clones, neoantigens, who was left out, and the dominant peptides, in words."""
    parts = [f"clones {one.clones}", f"neoantigens {one.neoantigens}"]
    parts += [f"left out {count} ({reason})" for reason, count in one.left_out]
    return "; ".join([*parts, *([f"dominant {one.dominant}"] if one.dominant else [])])


def _tumours(context: Context, fitness: Fitness) -> tuple[TumourFitness, ...]:
    """The fitness of each sequenced tumour; none without data."""
    sequencing = context.sequencing
    if sequencing is None or sequencing.missing or fitness.tau is None:
        return ()
    return tumour_fitness(sequencing, luksza_2017().as_stated(fitness), fitness.tau)


def _reasons(members: Sequence[str], known: Mapping[str, object]) -> dict[str, str]:
    return {one: "" if one in known else NOT_SEQUENCED for one in members}


def _scale(fitness: Fitness) -> Scale:
    at = "the median" if fitness.cut is None else f"{fitness.cut:g}"
    return Scale(PER_SD, f"{ABOUT} above {at}", f"{ABOUT} at or below {at}", fitness.cut)


def _related(context: Context, fitness: Fitness, values: Mapping[str, float]) -> Iterator[Row]:
    for name, endpoint in response_endpoints(context, fitness.endpoints):
        members, responders = responders_of(context, endpoint)
        cell = Cell(SECTION, FITNESS, endpoint.set, TOTAL, name)
        yield from left_out(cell, _reasons(members, values), len(members))
        here = {one: values[one] for one in members if one in values}
        yield from against_response(cell, here, responders, "tumour_size", fitness.level)
    for name, stated in time_endpoints(context, fitness.endpoints):
        members = context.members(stated.set)
        cell = Cell(SECTION, FITNESS, stated.set, TOTAL, name)
        timed = _timed(context, name, members, values)
        yield from left_out(cell, dict(timed.select("USUBJID", "REASON").iter_rows()), len(members))
        times, kept = times_and_values(timed)
        yield from against_time(cell, times, kept, _scale(fitness), stated)


def fitness_curves(context: Context, fitness: Fitness) -> Iterator[tuple[object, ...]]:
    """Give the curves of tumours of high and low n(τ), from the start of each endpoint."""
    values = {one.subject: one.n_tau for one in _tumours(context, fitness)}
    scale = _scale(fitness)
    for name, stated in time_endpoints(context, fitness.endpoints) if values else ():
        times, kept = times_and_values(_timed(context, name, context.members(stated.set), values))
        for group, half in zip((scale.high, scale.low), halves(times, kept, scale), strict=True):
            steps = curve_steps(times.among(half), stated) if half else ()
            yield from ((FITNESS, name, stated.set, group, *step) for step in steps)


def _timed(context: Context, name: str, members: Sequence[str], values: Mapping[str, float]) -> pl.DataFrame:
    """Times from the endpoint's own start: the tumour is sampled before treatment, so no landmark."""
    ends = primary_times(context, name).select(
        "USUBJID", DAYS=pl.col("AVAL").cast(pl.Float64), EVENT=pl.col("CNSR") == 0
    )
    frame = pl.DataFrame(
        {"USUBJID": list(members), "CHANGE": [values.get(one) for one in members]},
        schema={"USUBJID": pl.String, "CHANGE": pl.Float64},
    ).join(ends, on="USUBJID", how="left", maintain_order="left")
    reason = (
        pl.when(pl.col("CHANGE").is_null())
        .then(pl.lit(NOT_SEQUENCED))
        .when(pl.col("DAYS").is_null() | pl.col("EVENT").is_null() | (pl.col("DAYS") <= 0))
        .then(pl.lit(NO_TIME))
        .otherwise(pl.lit(""))
    )
    return frame.with_columns(REASON=reason)
