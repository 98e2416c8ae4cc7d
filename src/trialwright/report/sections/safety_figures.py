"""Safety drawn: events of two groups back to back and their differences, liver tests, doses given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import PRIMARY
from trialwright.derive.adex import RECORD
from trialwright.derive.liver import liver_signals
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.figures import butterfly, dumbbell, edish, exposure_bars
from trialwright.report.figures.frame import pair
from trialwright.report.ledger import unique
from trialwright.report.sections.laboratory_figures import laboratory_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "safety"
_SEVERE = "grade 3 or higher"
_WITHIN = " | "
_MOST = 25
_OF_NO_GROUP = "Another or no arm"
_PER_PAGE = 150


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where there is nothing to draw."""
    parts: list[blocks.Block] = []
    for label in _comparisons(page):
        parts += _compared(page, label)
    parts += [*_liver(page), *laboratory_figures(page), *_doses(page)]
    return blocks.Section("safety-figures", "Safety in figures", tuple(parts)) if parts else None


def _rows(page: Page, statistic: str, variant: str = PRIMARY) -> list[Row]:
    """The rows of preferred terms."""
    return [
        row
        for row in page.ledger.of_endpoint(SECTION, "terms")
        if row.statistic == statistic and row.variant == variant
    ]


def _comparisons(page: Page) -> list[str]:
    return unique(row.group for row in _rows(page, "risk_difference"))


def _term(item: str) -> str:
    words = item.rpartition(_WITHIN)[2]
    return words.capitalize() if words.isupper() else words


def _compared(page: Page, label: str) -> list[blocks.Block]:
    """Butterfly and dumbbell of the terms whose difference was estimated, the most frequent first."""
    first, second = label.split(" vs ")
    shares = {(row.item, row.group): row for row in _rows(page, "affected")}
    severe = {(row.item, row.group): row for row in _rows(page, "affected", _SEVERE)}
    found = [
        row
        for row in _rows(page, "risk_difference")
        if row.group == label and (row.item, first) in shares and (row.item, second) in shares
    ]
    found.sort(key=lambda row: (-max(_share(shares[row.item, g]) for g in (first, second)), row.item))
    chosen = found[:_MOST]
    if not chosen:
        return []
    places = (page.group_places.get(first, 0), page.group_places.get(second, 1))
    names = (page.group_label(first), page.group_label(second))
    wings = [
        butterfly.Pair(
            _term(row.item),
            _wing(shares[row.item, first], severe.get((row.item, first))),
            _wing(shares[row.item, second], severe.get((row.item, second))),
        )
        for row in chosen
    ]
    bells = [
        dumbbell.Bell(
            _term(row.item),
            _share(shares[row.item, first]),
            _share(shares[row.item, second]),
            row.value,
            row.low,
            row.high,
            row.anchor,
        )
        for row in sorted(chosen, key=lambda row: (-(row.value or 0.0), row.item))
        if row.value is not None and row.low is not None and row.high is not None
    ]
    return [_butterfly(page, wings, names, places), _dumbbell(page, bells, names, places, chosen[0])]


def _share(row: Row) -> float:
    return row.value or 0.0


def _wing(row: Row, severe: Row | None) -> butterfly.Wing:
    words = f"{row.events or 0} of {row.n}"
    if severe is not None and severe.value is not None:
        words += f", {severe.events or 0} at grade 3 or higher"
    return butterfly.Wing(_share(row), None if severe is None else severe.value, words)


def _butterfly(
    page: Page, wings: Sequence[butterfly.Pair], names: tuple[str, str], places: tuple[int, int]
) -> blocks.Figure:
    graded = any(wing.left.severe is not None for wing in wings)
    notes = [f"The {fmt.plural(len(wings), 'most frequent term')} of those with an estimated difference."]
    if graded:
        notes.append("Dark: grade 3 or higher.")
    label = f"Butterfly plot of {len(wings)} adverse events: {names[0]} on the left, {names[1]} on the right."
    return blocks.Figure(
        f"figure-butterfly-{places[0]}-{places[1]}",
        f"Adverse events: {names[0]} against {names[1]}.",
        pair(lambda sheet: butterfly.draw(wings, (names, places), label, sheet, page.mark)),
        tuple(notes),
    )


def _dumbbell(
    page: Page,
    bells: Sequence[dumbbell.Bell],
    names: tuple[str, str],
    places: tuple[int, int],
    row: Row,
) -> blocks.Figure:
    label = f"Dumbbell plot of {len(bells)} adverse events: risk differences, {names[0]} minus {names[1]}."
    return blocks.Figure(
        f"figure-dumbbell-{places[0]}-{places[1]}",
        f"Risk of adverse events: {names[0]} minus {names[1]}.",
        pair(lambda sheet: dumbbell.draw(bells, (names, places), label, sheet, page.mark)),
        (f"Lines: {fmt.level(row.level)} intervals, {row.method}; not adjusted for the number of terms.",),
    )


def _groups(page: Page) -> dict[str, int]:
    """The place of each subject's group; who was in none of the study's has the place after them all."""
    adsl = page.given.adam.adsl.select("USUBJID", pl.col("GROUPA").fill_null(""))
    return {subject: page.group_places.get(group, _nowhere(page)) for subject, group in adsl.iter_rows()}


def _nowhere(page: Page) -> int:
    return len(page.group_places)


def _liver(page: Page) -> list[blocks.Block]:
    """The eDISH of subjects with both an aminotransferase and bilirubin on treatment."""
    adlb = page.given.adam.adlb
    if not adlb.height:
        return []
    places = _groups(page)
    known = liver_signals(adlb).drop_nulls(["AMINOX", "BILIX"])
    points = [
        edish.Point(subject, amino, bilirubin, places.get(subject, _nowhere(page)), law == "Y")
        for subject, amino, bilirubin, law in known.select("USUBJID", "AMINOX", "BILIX", "HYSLAW").iter_rows()
    ]
    if not points:
        return []
    names = [page.group_label(name) for name in page.group_places]
    if any(point.place == _nowhere(page) for point in points):
        names.append(_OF_NO_GROUP)
    candidates = sum(point.candidate for point in points)
    label = f"Scatter plot of {len(points)} subjects: highest bilirubin against highest aminotransferase."
    who = f"{fmt.plural(len(points), 'subject')} with both tests on treatment"
    notes = (
        f"{who}; {fmt.plural(candidates, 'candidate')} of Hy's law (ringed).",
        "Dashed: 3 x ULN of ALT or AST, 2 x ULN of bilirubin (FDA guidance, July 2009).",
        "Peaks of a subject may lie apart; a candidate has both signals within 30 days, without cholestasis.",
    )
    figure = blocks.Figure(
        "figure-edish",
        "Liver tests on treatment (eDISH).",
        pair(lambda sheet: edish.draw(points, names, label, sheet, page.mark)),
        notes,
    )
    return [figure]


def _doses(page: Page) -> list[blocks.Block]:
    """The doses of all subjects, so many a page; the first page is open."""
    adex = page.given.adam.adex
    if not adex.height:
        return []
    lanes = exposure_bars.in_order(_lanes(page))
    sheets = [lanes[k : k + _PER_PAGE] for k in range(0, len(lanes), _PER_PAGE)]
    figures = [_exposure(page, sheet, k, len(sheets)) for k, sheet in enumerate(sheets)]
    rest: list[blocks.Block] = [blocks.Folded(figure.caption, (figure,)) for figure in figures[1:]]
    return [*figures[:1], *rest]


def _exposure(page: Page, lanes: Sequence[exposure_bars.Lane], k: int, count: int) -> blocks.Figure:
    part = f", part {k + 1} of {count}" if count > 1 else ""
    label = f"Doses of {len(lanes)} subjects over time; reduced doses in another colour."
    return blocks.Figure(
        f"figure-exposure-{k + 1}",
        f"Doses given to each subject{part}.",
        pair(lambda sheet: exposure_bars.draw(lanes, label, sheet, page.mark)),
        ("A dose below 90% of the study file's plan is reduced; all drugs of a subject share one lane.",),
    )


def _lanes(page: Page) -> list[exposure_bars.Lane]:
    records = page.given.adam.adex.filter(pl.col("PARCAT1") == RECORD)
    first = pl.col("ASTDT").min().over("USUBJID")
    days = records.select(
        "USUBJID",
        START=(pl.col("ASTDT") - first).dt.total_days(),
        END=(pl.col("AENDT") - first).dt.total_days(),
        REDUCED=pl.col("REDUCFL") == "Y",
    ).with_columns(pl.col("REDUCED").fill_null(value=False))
    places = _groups(page)
    by_subject = days.sort("USUBJID", "START", "END").group_by("USUBJID", maintain_order=True)
    return [
        exposure_bars.Lane(
            str(subject), places.get(str(subject), _nowhere(page)), tuple(doses.drop("USUBJID").iter_rows())
        )
        for (subject,), doses in by_subject
    ]
