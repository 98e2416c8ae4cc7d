"""Disposition: the CONSORT flow from screening to each analysis set, with the subjects of every box."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.context import ENROLLED, SCREENED
from trialwright.analyse.results import TOTAL
from trialwright.analyse.rows import Cell
from trialwright.derive.conditions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "disposition"
COMPLETED = "COMPLETED"
DISCONTINUED = "DISCONTINUED"
REASON_NOT_GIVEN = "reason not recorded"


def disposition(context: Context) -> list[Row]:
    """Count who was screened, enrolled, randomised, allocated, treated, stopped and analysed."""
    rows = list(_screening(context))
    for group in context.groups:
        rows += _flow(context, group)
        rows += _sets(context, group)
    return rows


def _screening(context: Context) -> Iterator[Row]:
    """The top of the flow, before there are groups."""
    cell = Cell(SECTION, SECTION, SCREENED, TOTAL)
    screened = context.members(SCREENED)
    enrolled = context.populations[ENROLLED]
    yield cell.count("screened", screened)
    yield cell.count("not_enrolled", [one for one in screened if one not in enrolled], n=len(screened))
    yield cell.count("enrolled", context.members(ENROLLED), n=len(screened))
    yield from _days(context, cell)


def _days(context: Context, cell: Cell) -> Iterator[Row]:
    """The days on which the first and the last subject were enrolled, and the data cut-off, as text."""
    days = context.adam.adsl.filter(pl.col("ENRLFL") == "Y").select("USUBJID", "ENRLDT").drop_nulls()
    for statistic, day in (("first_enrolled", days["ENRLDT"].min()), ("last_enrolled", days["ENRLDT"].max())):
        if isinstance(day, dt.date):
            who = days.filter(pl.col("ENRLDT") == day)["USUBJID"].to_list()
            yield cell.statement(statistic, day.isoformat(), who)
    if context.study.data_cutoff is not None:
        yield cell.statement("data_cutoff", context.study.data_cutoff.isoformat())


def _flow(context: Context, group: str) -> Iterator[Row]:
    """One column of the flow: from allocation to the end of study."""
    cell = Cell(SECTION, SECTION, ENROLLED, group)
    members = context.members(ENROLLED, group)
    size = len(members)
    adsl = context.adam.adsl.filter(pl.col("USUBJID").is_in(members)).sort("USUBJID")

    def those(which: pl.Expr) -> list[str]:
        return list(adsl.filter(which)["USUBJID"])

    ended = pl.col("EOSSTT").fill_null("")
    yield cell.count("allocated", members, n=size)
    yield cell.count("randomised", those(pl.col("RANDDT").is_not_null()), n=size)
    yield cell.count("treated", those(pl.col("TRTSDT").is_not_null()), n=size)
    yield cell.count("not_treated", those(pl.col("TRTSDT").is_null()), n=size)
    yield cell.count("completed", those(ended == COMPLETED), n=size)
    yield cell.count("discontinued", those(ended == DISCONTINUED), n=size)
    reasons = pl.col("DCSREAS").fill_null(REASON_NOT_GIVEN)
    stopped = adsl.filter(ended == DISCONTINUED).group_by(reasons.alias("REASON")).agg("USUBJID")
    for reason, subjects in sorted(stopped.iter_rows(), key=lambda row: (-len(row[1]), row[0])):
        yield cell.count("discontinued", subjects, n=size, item=reason)
    yield cell.count("ongoing", those(~ended.is_in([COMPLETED, DISCONTINUED])), n=size)


def _sets(context: Context, group: str) -> Iterator[Row]:
    """Who is in each analysis set, who is not, and which part of its condition keeps them out."""
    cell = Cell(SECTION, SECTION, ENROLLED, group)
    members = context.members(ENROLLED, group)
    for name in context.study.analysis_sets:
        inside = context.populations[name]
        outside = [one for one in members if one not in inside]
        yield cell.count("in_set", [one for one in members if one in inside], n=len(members), item=name)
        yield cell.count("excluded", outside, n=len(members), item=name)
        why = _why_excluded(context, name)
        reasons: dict[str, list[str]] = {}
        for subject in outside:
            reasons.setdefault(why.get(subject, "condition not met"), []).append(subject)
        for reason, subjects in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
            yield cell.count("excluded", subjects, n=len(members), item=f"{name}: {reason}")


def _why_excluded(context: Context, name: str) -> Mapping[str, str]:
    """What the evaluation of the set's condition says of each subject."""
    condition = context.study.analysis_sets[name].condition
    verdicts = evaluate(condition, context.data, context.adam.adsl, study=context.study)
    return dict(verdicts.select("USUBJID", pl.col("BECAUSE").fill_null("")).iter_rows())
