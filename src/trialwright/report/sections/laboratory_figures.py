"""Laboratory results drawn: shifts of grades, and the course of the tests with the worst results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.figures import shifts, spaghetti
from trialwright.report.figures.frame import pair

if TYPE_CHECKING:
    from trialwright.report.inputs import Page

SECTION = "safety"
_SHIFT = "laboratory shift"
_SEVERE = 3
_MOST_TESTS = 4
_LEAST_POINTS = 2


def laboratory_figures(page: Page) -> list[blocks.Block]:
    """The shifts of all subjects, then the tests with most subjects at grade 3 or more, or the worst."""
    return [*_shifts(page), *_courses(page)]


def _shifts(page: Page) -> list[blocks.Block]:
    """One panel for each term in which someone had an abnormal grade."""
    by_term: dict[str, list[shifts.Shift]] = {}
    for row in page.ledger.of_endpoint(SECTION, _SHIFT):
        if row.group != page.total or not row.events:
            continue
        term, _, shift = row.item.rpartition(": ")
        before, _, after = shift.partition(" to ")
        by_term.setdefault(term, []).append(shifts.Shift(before, after, row.events, row.anchor))
    terms = [
        shifts.Term(term, tuple(found))
        for term, found in by_term.items()
        if any(shift.after != "0" or shift.before not in {"0", "missing"} for shift in found)
    ]
    if not terms:
        return []
    label = f"Shift of laboratory grades from baseline to worst on treatment, {len(terms)} terms."
    figure = blocks.Figure(
        "figure-shifts",
        "Laboratory grades: baseline (down) against worst on treatment (across).",
        pair(lambda sheet: shifts.draw(terms, label, sheet, page.mark)),
        (
            "All subjects with a gradable result on treatment; area by number within a term.",
            "Grade 0: no abnormality of this term; – no gradable baseline.",
        ),
    )
    return [figure]


def _courses(page: Page) -> list[blocks.Block]:
    adlb = page.given.adam.adlb
    if not adlb.height:
        return []
    grade = pl.max_horizontal("ATOXGRL", "ATOXGRH").fill_null(0)
    on = (pl.col("ONTRTFL") == "Y").fill_null(value=False)
    results = adlb.filter(pl.col("AVAL").is_not_null(), pl.col("ADY").is_not_null())
    results = results.with_columns(GRADE=pl.when(on).then(grade).otherwise(0))
    worst = results["GRADE"].max()
    least = min(_SEVERE, int(str(worst))) if worst is not None else 0
    if not least:
        return []
    results = results.with_columns(SEVERE=pl.col("GRADE") >= least)
    counts = (
        results.filter("SEVERE")
        .group_by("PARAMCD", "PARAM")
        .agg(SUBJECTS=pl.col("USUBJID").n_unique())
        .sort("SUBJECTS", "PARAM", descending=[True, False])
    )
    return [
        _course(page, results.filter(pl.col("PARAM") == name), name, (subjects, least))
        for _, name, subjects in counts.head(_MOST_TESTS).iter_rows()
    ]


def _course(page: Page, results: pl.DataFrame, name: str, severe: tuple[int, int]) -> blocks.Figure:
    subjects, least = severe
    day = pl.when(pl.col("ADY") > 0).then(pl.col("ADY") - 1).otherwise("ADY")
    strands = []
    for (subject,), rows in (
        results.with_columns(DAY=day)
        .sort("USUBJID", "DAY", "SRCSEQ")
        .group_by("USUBJID", maintain_order=True)
    ):
        points = tuple(rows.select("DAY", "AVAL").iter_rows())
        if len(points) >= _LEAST_POINTS:
            strands.append(spaghetti.Strand(str(subject), points, bool(rows["SEVERE"].any())))
    low, high = (_middle(results[column]) for column in ("ANRLO", "ANRHI"))
    panel = spaghetti.Panel(name, low, high, tuple(strands))
    label = (
        f"{name} over time in {len(strands)} subjects; {subjects} with a result of grade {least} or higher."
    )
    return blocks.Figure(
        f"figure-laboratory-{page.slug(name)}",
        f"{name} over time.",
        pair(lambda sheet: spaghetti.draw(panel, label, sheet, page.mark)),
        (
            f"{fmt.plural(len(strands), 'subject')} with two or more results.",
            f"In colour: {fmt.count(subjects)} at grade {least} or higher on treatment; band: normal range.",
        ),
    )


def _middle(values: pl.Series) -> float:
    middle = values.median()
    return math.nan if middle is None else float(str(middle))
