"""Serum markers: level at baseline and landmark, change, and its relation to response and to times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.best_response import best_responses
from trialwright.analyse.biomarker_outcome import (
    NON_RESPONDERS,
    PER_SD,
    RESPONDERS,
    SECTION,
    Scale,
    against_response,
    against_time,
    halves,
    left_out,
    quartiles,
)
from trialwright.analyse.results import PRIMARY, TOTAL
from trialwright.analyse.rows import Cell
from trialwright.analyse.survival_endpoints import curve_steps
from trialwright.analyse.times import Times
from trialwright.biomarkers.dynamics import from_landmark, serum_changes
from trialwright.protocol.biomarkers import Change
from trialwright.protocol.endpoints import ResponseEndpoint, Role, TimeToEventEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.protocol.biomarkers import SerumMarkers

CHANGE = "change"
BASELINE = "baseline"
_SCALES = {
    Change.LOG2_RATIO: Scale("per doubling", "change above the median", "change at or below the median"),
    Change.DIFFERENCE: Scale(PER_SD, "change above the median", "change at or below the median"),
    Change.PERCENT: Scale(PER_SD, "change above the median", "change at or below the median"),
}
_SHOWN = {Change.LOG2_RATIO: "log2_change", Change.DIFFERENCE: "change", Change.PERCENT: "percent_change"}


def serum_rows(context: Context, serum: SerumMarkers) -> Iterator[Row]:
    """Give every row of the serum markers, analyte by analyte."""
    found = serum_changes(serum, context.study.visits, context.adam.adlb, context.subjects)
    scale, statistic = _SCALES[serum.change], _SHOWN[serum.change]
    for marker in serum.analytes:
        here = found.filter(pl.col("MARKER") == marker)
        yield from _described(context, serum, marker, here)
        for name, endpoint in response_endpoints(context, serum.endpoints):
            members, responders = responders_of(context, endpoint)
            cell = Cell(SECTION, marker, endpoint.set, TOTAL, name)
            known = here.filter(pl.col("USUBJID").is_in(members))
            yield from left_out(cell, dict(known.select("USUBJID", "REASON").iter_rows()), len(members))
            values = dict(known.drop_nulls("CHANGE").select("USUBJID", "CHANGE").iter_rows())
            yield from against_response(cell, values, responders, statistic, endpoint.level)
        for name, stated in time_endpoints(context, serum.endpoints):
            members = context.members(stated.set)
            cell = Cell(SECTION, marker, stated.set, TOTAL, name)
            timed = _timed(context, serum, here, name, members)
            yield from left_out(cell, dict(timed.select("USUBJID", "REASON").iter_rows()), len(members))
            times, values = times_and_values(timed)
            yield from against_time(cell, times, values, scale, stated)


def serum_curves(context: Context, serum: SerumMarkers) -> Iterator[tuple[object, ...]]:
    """Give the curves of high and low change of each analyte and time, from the landmark on."""
    found = serum_changes(serum, context.study.visits, context.adam.adlb, context.subjects)
    scale = _SCALES[serum.change]
    for marker in serum.analytes:
        here = found.filter(pl.col("MARKER") == marker)
        for name, stated in time_endpoints(context, serum.endpoints):
            members = context.members(stated.set)
            times, values = times_and_values(_timed(context, serum, here, name, members))
            for group, half in zip((scale.high, scale.low), halves(times, values, scale), strict=True):
                steps = curve_steps(times.among(half), stated) if half else ()
                yield from ((marker, name, stated.set, group, *step) for step in steps)


def _described(context: Context, serum: SerumMarkers, marker: str, here: pl.DataFrame) -> Iterator[Row]:
    """Who has a change; levels by unit, the change, and each subject's own."""
    members = context.members(context.main_population)
    cell = Cell(SECTION, marker, context.main_population, TOTAL, CHANGE)
    known = here.filter(pl.col("USUBJID").is_in(members))
    yield from left_out(cell, dict(known.select("USUBJID", "REASON").iter_rows()), len(members))
    both = known.filter(pl.col("REASON") == "")
    for unit in both["UNIT"].unique().sort().fill_null("no unit"):
        same = both.filter(pl.col("UNIT").fill_null("no unit") == unit)
        for when, column in ((BASELINE, "BASE"), (serum.landmark, "AVAL")):
            values = dict(same.select("USUBJID", column).iter_rows())
            yield quartiles(cell, "marker_level", values, item=f"{when}, {unit}")
    yield quartiles(cell, _SHOWN[serum.change], dict(both.select("USUBJID", "CHANGE").iter_rows()))
    ratios = both.drop_nulls("LOG2").select("USUBJID", 2.0 ** pl.col("LOG2"))
    yield quartiles(cell, "fold_change", dict(ratios.iter_rows()))
    responding = _responding(context, serum)
    for subject, log2 in both.drop_nulls("LOG2").select("USUBJID", "LOG2").iter_rows():
        text = responding.get(subject, "")
        yield cell.number("subject_log2_change", log2, [subject], item=subject, text=text)


def _responding(context: Context, serum: SerumMarkers) -> dict[str, str]:
    """Responder or non-responder, of each subject of the first response endpoint."""
    for _, endpoint in response_endpoints(context, serum.endpoints):
        members, responders = responders_of(context, endpoint)
        chosen = set(responders)
        return {one: RESPONDERS if one in chosen else NON_RESPONDERS for one in members}
    return {}


def response_endpoints(context: Context, names: Sequence[str]) -> list[tuple[str, ResponseEndpoint]]:
    """Give the response endpoints named; else the primary one, else the first, where the study has one."""
    found = [
        (name, one) for name, one in context.study.endpoints.items() if isinstance(one, ResponseEndpoint)
    ]
    named = [(name, one) for name, one in found if name in names]
    primary = [(name, one) for name, one in found if one.role is Role.PRIMARY]
    return named or (primary or found)[:1]


def time_endpoints(context: Context, names: Sequence[str]) -> list[tuple[str, TimeToEventEndpoint]]:
    """Give the times to event named, as the study states them first."""
    return [
        (name, one.variant(PRIMARY))
        for name, one in context.study.endpoints.items()
        if name in names and isinstance(one, TimeToEventEndpoint)
    ]


def responders_of(context: Context, endpoint: ResponseEndpoint) -> tuple[list[str], list[str]]:
    """Give the subjects of a response endpoint, and the responders among them."""
    days = None if endpoint.minimum_sd is None else endpoint.minimum_sd.days
    best = best_responses(context, endpoint.best_response, minimum_sd_days=days)
    members = context.members(endpoint.set)
    counted = {str(one.value) for one in endpoint.of}
    return members, [one for one in members if best[one] in counted]


def primary_times(context: Context, name: str) -> pl.DataFrame:
    """Take ADTTE of the primary analysis of an endpoint."""
    adtte = context.adam.adtte
    return adtte.filter(pl.col("ENDPOINT") == name, pl.col("VARIANT") == PRIMARY)


def _timed(
    context: Context, serum: SerumMarkers, here: pl.DataFrame, name: str, members: Sequence[str]
) -> pl.DataFrame:
    """Count the endpoint of these subjects from the landmark sample."""
    visit = context.study.visits.get(serum.landmark)
    planned = pl.lit(None, dtype=pl.Date)
    if visit is not None and visit.day is not None:
        after = visit.day + visit.window.days - (1 if visit.day > 0 else 0)
        planned = pl.col("REFDT") + dt.timedelta(days=after)
    plan = context.adam.adsl.select("USUBJID", PLANDT=planned)
    known = here.filter(pl.col("USUBJID").is_in(members))
    return from_landmark(known, primary_times(context, name), plan, serum.landmark)


def times_and_values(timed: pl.DataFrame) -> tuple[Times, dict[str, float]]:
    """Take those who are analysed out of a frame of USUBJID, CHANGE, DAYS, EVENT, REASON."""
    kept = timed.filter(pl.col("REASON") == "").sort("USUBJID")
    subjects = tuple(kept["USUBJID"].to_list())
    times = Times(
        subjects=subjects,
        days=kept["DAYS"].to_numpy(),
        event=kept["EVENT"].to_numpy(),
        reasons=("",) * len(subjects),
    )
    return times, dict(zip(subjects, kept["CHANGE"].to_list(), strict=True))
