"""Adverse events and laboratory: who was affected, each subject counted once a line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from trialwright.analyse.results import PRIMARY
from trialwright.derive.adverse_event_words import words
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.sections import safety_words
from trialwright.report.sections.safety_counts import (
    AFFECTED,
    EVENTS,
    WITHIN,
    Counts,
    bands_of,
    folded,
    nested_table,
    plain_table,
    readable,
)
from trialwright.report.sections.safety_times import over_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "safety"
RELATED = "related"
_OVERVIEW, _GROUPS, _CLASSES, _TERMS = "overview", "term groups", "classes", "terms"
_MOST_TERMS = 40
_PER_CENT = 100


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study has no record of adverse events or laboratory."""
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    for row in page.ledger.of_section(SECTION):
        tables[row.endpoint].append(row)
    if not tables:
        return None
    parts: list[blocks.Block] = [
        blocks.Prose(safety_words.basis(page)),
        *_overview(page, tables[_OVERVIEW]),
        *_beside(page, tables[_GROUPS], "Groups of terms", safety_words.groups(page)),
        *_worst(page, tables["worst grade"]),
        *_terms(page, tables[_CLASSES], tables[_TERMS]),
        *over_time(page, tables["incidence"]),
        *_laboratory(page, tables),
    ]
    return blocks.Section("safety", "Safety", tuple(parts))


def _overview(page: Page, rows: Sequence[Row]) -> list[blocks.Block]:
    """Lines of the overview: subjects, events, differences in risk."""
    if not rows:
        return []
    counts = Counts(page, [row for row in rows if row.statistic != EVENTS])
    events = {(row.item, row.group): row for row in rows if row.statistic == EVENTS}
    lines = []
    for item in counts.items:
        shown = counts.cells(item)
        of_groups, differences = shown[: len(counts.groups)], shown[len(counts.groups) :]
        beside = [
            number
            for group, affected in zip(counts.groups, of_groups, strict=True)
            for number in (affected, _total(events.get((item, group))))
        ]
        lines.append(blocks.TableRow(readable(item), (*beside, *differences)))
    heads = [name for _ in counts.groups for name in ("Subjects", "Events")]
    spans = [blocks.Span(page.group_label(one), 2, counts.size_words(one)) for one in counts.groups]
    spans += [blocks.Span("Difference in risk", 1, page.group_label(one)) for one in counts.pairs]
    table = blocks.Table(
        "table-safety-overview",
        f"Overview of adverse events ({page.set_label(rows[0].population)}).",
        tuple(blocks.Column(head) for head in ("", *heads, *("" for _ in counts.pairs))),
        tuple(lines),
        tuple(counts.notes()),
        spans=(blocks.Span("", 1), *spans),
    )
    return [table]


def _total(row: Row | None) -> Markup | str:
    return fmt.NO_VALUE if row is None else cells.plain(row)


def _beside(page: Page, rows: Sequence[Row], caption: str, notes: Sequence[str]) -> list[blocks.Block]:
    """All grades beside severe ones; the related ones folded."""
    if not rows:
        return []
    shown = [row for row in rows if row.variant != RELATED]
    slug = page.slug(rows[0].endpoint)
    parts = [plain_table(Counts(page, shown, bands_of(shown)), f"table-safety-{slug}", caption, notes)]
    related = [row for row in rows if row.variant == RELATED]
    if related:
        table = plain_table(
            Counts(page, related, (RELATED,)), f"table-safety-{slug}-related", f"{caption}: related events"
        )
        parts.append(folded(table) if isinstance(table, blocks.Table) else table)
    return parts


def _worst(page: Page, rows: Sequence[Row]) -> list[blocks.Block]:
    """Each subject once, at the worst grade."""
    if not rows:
        return []
    return [plain_table(Counts(page, rows), "table-safety-worst-grade", "Worst grade of each subject")]


def _terms(page: Page, classes: Sequence[Row], terms: Sequence[Row]) -> list[blocks.Block]:
    """Common terms where there are many, then all terms within their classes, then the related ones."""
    if not terms:
        return []
    shown = [row for row in terms if row.variant != RELATED]
    counts = Counts(page, shown, bands_of(shown))
    of_class = Counts(page, [row for row in classes if row.variant != RELATED], counts.bands)
    order = safety_words.order(page)
    caption = "Adverse events by system organ class and preferred term"
    whole = nested_table(counts, of_class, "table-safety-terms", caption, (order,))
    parts = [*_common(page, shown, order), whole] if len(counts.items) > _MOST_TERMS else [whole]
    related = [row for row in terms if row.variant == RELATED]
    if related:
        of_class = Counts(page, [row for row in classes if row.variant == RELATED], (RELATED,))
        table = nested_table(
            Counts(page, related, (RELATED,)),
            of_class,
            "table-safety-terms-related",
            "Related adverse events by system organ class and preferred term",
            (order,),
        )
        parts.append(folded(table) if isinstance(table, blocks.Table) else table)
    return parts


def _common(page: Page, rows: Sequence[Row], order: str) -> list[blocks.Block]:
    """The terms that a share of the subjects of any group had, whatever their class."""
    least = words("tables")["common_from_percent"] / _PER_CENT
    often = {
        row.item
        for row in rows
        if row.statistic == AFFECTED and row.variant == PRIMARY and (row.value or 0) >= least
    }
    if not often:
        return []
    kept = Counts(page, [row for row in rows if row.item in often], bands_of(rows))
    lines = tuple(
        blocks.TableRow(readable(item.rpartition(WITHIN)[2]), kept.cells(item)) for item in kept.items
    )
    population = page.set_label(rows[0].population)
    return [
        blocks.Table(
            "table-safety-common",
            f"Preferred terms in at least {fmt.percent(least, 0)} of any group ({population}).",
            kept.columns(),
            lines,
            (*kept.notes(), order),
            spans=kept.spans(),
        )
    ]


def _laboratory(page: Page, tables: Mapping[str, list[Row]]) -> list[blocks.Block]:
    """Grades by term, shifts folded, liver tests."""
    parts = _beside(page, tables.get("laboratory", []), "Worst laboratory grade on treatment", ())
    shifts = tables.get("laboratory shift", [])
    if shifts:
        table = plain_table(
            Counts(page, shifts), "table-safety-shift", "Shift of laboratory grades from baseline to worst"
        )
        parts.append(folded(table) if isinstance(table, blocks.Table) else table)
    liver = tables.get("liver", [])
    if liver:
        parts.append(
            plain_table(
                Counts(page, liver),
                "table-safety-liver",
                "Liver tests on treatment",
                ("n: subjects with a liver test on treatment.",),
            )
        )
    return parts
