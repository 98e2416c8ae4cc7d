"""Adverse events: overview, groups of terms, classes and terms, worst grades, differences between arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.comparison import pair_label
from trialwright.analyse.results import PRIMARY
from trialwright.analyse.safety_events import (
    GRADE_3,
    HIGHEST_GRADE,
    LEVEL,
    RELATED,
    SEVERE,
    Events,
    pairs,
    share,
)
from trialwright.analyse.safety_laboratory import laboratory
from trialwright.analyse.safety_time import incidence
from trialwright.derive.adverse_event_words import words
from trialwright.stats.proportions import miettinen_nurminen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

OVERVIEW, GROUPS, CLASSES, TERMS, WORST = "overview", "term groups", "classes", "terms", "worst grade"
WITHIN = " | "
"""Between the system organ class and the preferred term of an item."""

_PER_CENT = 100


def safety(context: Context) -> list[Row]:
    """Give every number of the safety section; nothing where the study has no record of AE.

    Endpoints: overview, term groups, classes, terms (item "class | term"), worst grade; then incidence
    and laboratory. Variants: primary (any grade), "grade 3 or higher", "related". A subject counts once.
    """
    events = Events(context.as_treated)
    rows = list(laboratory(events))
    if not events.recorded:
        return rows
    counted = [
        *_overview(events),
        *_groups(events),
        *_classes_and_terms(events),
        *_worst_grades(events),
    ]
    return [*counted, *_differences(events, counted), *incidence(events), *rows]


def _overview(events: Events) -> Iterator[Row]:
    for group in events.context.columns():
        members = events.members(group)
        cell = events.cell(OVERVIEW, group, PRIMARY)
        for line, chosen in events.lines.items():
            obstacle = events.obstacle(line)
            if obstacle:
                yield cell.statement("affected", obstacle, item=line, n=len(members))
                continue
            found = events.frame.filter(chosen, pl.col("USUBJID").is_in(members))
            affected = found["USUBJID"].unique().to_list()
            unknown = events.related_without_drug if line.startswith("related to ") else 0
            text = f"{unknown} related events do not say to which drug" if unknown else ""
            yield share(cell, line, affected, members, text)
            yield cell.number("event_total", found.height, affected, item=line)


def _bands(events: Events) -> Mapping[str, pl.Expr]:
    """The grades that tables of terms show beside each other."""
    bands = {PRIMARY: pl.lit(value=True)}
    if events.graded:
        bands[SEVERE] = pl.col("ATOXGRN") >= GRADE_3
    if events.causality:
        bands[RELATED] = pl.col("RELFL") == "Y"
    return bands


def _groups(events: Events) -> Iterator[Row]:
    for band, of_band in _bands(events).items():
        for group in events.context.columns():
            members = events.members(group)
            cell = events.cell(GROUPS, group, band)
            for name, of_group in events.groups.items():
                found = events.frame.filter(of_band, of_group, pl.col("USUBJID").is_in(members))
                yield share(cell, name, found["USUBJID"].unique().to_list(), members)


def _classes_and_terms(events: Events) -> Iterator[Row]:
    """Classes, then terms, by falling frequency in the column that the study file names, else in all."""
    keys = {CLASSES: pl.col("AEBODSYS"), TERMS: pl.format(f"{{}}{WITHIN}{{}}", "AEBODSYS", "AEDECOD")}
    for endpoint, key in keys.items():
        frame = events.frame.with_columns(ITEM=key)
        order = _order(events, frame)
        for band, of_band in _bands(events).items():
            for group in events.context.columns():
                members = events.members(group)
                inside = frame.filter(of_band, pl.col("USUBJID").is_in(members))
                affected = dict(inside.group_by("ITEM").agg(pl.col("USUBJID").unique()).iter_rows())
                cell = events.cell(endpoint, group, band)
                for item in order:
                    yield share(cell, item, affected.get(item, []), members)


def _order(events: Events, frame: pl.DataFrame) -> list[str]:
    column = events.context.study.safety.sort_by
    counted = pl.col("USUBJID")
    if column is not None and column in events.context.split():
        counted = counted.filter(counted.is_in(events.members(column)))
    sizes = frame.group_by("ITEM").agg(SIZE=counted.n_unique(), ALL=pl.col("USUBJID").n_unique())
    return sizes.sort("SIZE", "ALL", "ITEM", descending=[True, True, False])["ITEM"].to_list()


def _worst_grades(events: Events) -> Iterator[Row]:
    """Each subject once, at the worst grade of all treatment-emergent events."""
    if not events.graded:
        return
    worst = events.frame.group_by("USUBJID").agg(GRADE=pl.col("ATOXGRN").max(), EVENTS=pl.len())
    by_subject = {subject: grade for subject, grade, _ in worst.iter_rows()}
    for group in events.context.columns():
        members = events.members(group)
        cell = events.cell(WORST, group, PRIMARY)
        yield share(cell, "no event", [one for one in members if one not in by_subject], members)
        for grade in range(1, HIGHEST_GRADE + 1):
            affected = [one for one in members if by_subject.get(one) == grade]
            yield share(cell, f"grade {grade}", affected, members)
        without = [one for one in members if one in by_subject and by_subject[one] is None]
        if without:
            yield share(cell, "events without grade", without, members)


def _differences(events: Events, counted: Sequence[Row]) -> Iterator[Row]:
    """Risk differences of every line and group, and of the common terms, by Miettinen and Nurminen."""
    least = words("tables")["risk_difference_from_percent"]
    by_place = {
        (row.endpoint, row.variant, row.item, row.group): row
        for row in counted
        if row.statistic == "affected"
    }
    for first, second in pairs(events.context):
        for endpoint, variant, item, group in by_place:
            if group != first or endpoint == WORST:
                continue
            a, b = by_place[endpoint, variant, item, first], by_place.get((endpoint, variant, item, second))
            if b is None or a.events is None or b.events is None or not a.n or not b.n:
                continue
            rare = _PER_CENT * max(a.events / a.n, b.events / b.n) < least
            if endpoint in {CLASSES, TERMS} and rare:
                continue
            yield _difference(events, a, b, pair_label(first, second))


def _difference(events: Events, a: Row, b: Row, label: str) -> Row:
    assert a.events is not None and b.events is not None and a.n and b.n  # noqa: PT018 - by the caller
    interval = miettinen_nurminen(a.events, a.n, b.events, b.n, LEVEL)
    return events.cell(a.endpoint, label, a.variant).number(
        "risk_difference",
        a.events / a.n - b.events / b.n,
        (*a.subjects, *b.subjects),
        item=a.item,
        interval=(interval.low, interval.high),
        level=LEVEL,
        method=interval.method,
        n=a.n + b.n,
        events=a.events + b.events,
    )
