"""Adverse events and laboratory: who was affected, each subject counted once a line."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.analyse.results import PRIMARY
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "safety"
_AFFECTED, _DIFFERENCE = "affected", "risk_difference"
_WITHIN = " | "
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "overview": "Overview of adverse events",
        "term groups": "Groups of terms",
        "classes": "System organ classes",
        "terms": "Preferred terms",
        "worst grade": "Worst grade of each subject",
        "incidence": "Incidence over time at risk",
        "laboratory": "Laboratory results by worst grade",
        "laboratory shift": "Shift of laboratory grades from baseline",
        "liver": "Liver tests",
    }
)
_MOST_OPEN = 40


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study has no record of adverse events or laboratory."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    parts: list[blocks.Block] = []
    by_table: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_table[row.endpoint, row.variant].append(row)
    for (endpoint, variant), here in by_table.items():
        table = _affected(page, endpoint, variant, here)
        if table is not None:
            parts.append(_folded_if_long(table))
        parts += _others(page, endpoint, variant, here)
    return blocks.Section("safety", "Safety", tuple(parts))


def _title(endpoint: str, variant: str) -> str:
    title = _TITLES.get(endpoint, endpoint[:1].upper() + endpoint[1:])
    return title if variant == PRIMARY else f"{title}: {variant}"


def _folded_if_long(table: blocks.Table) -> blocks.Block:
    """A long table waits behind its caption."""
    if len(table.rows) <= _MOST_OPEN:
        return table
    summary = Markup("<b>{}</b> {}").format(table.caption, fmt.plural(len(table.rows), "line"))
    return blocks.Folded(summary, (table,))


def _affected(page: Page, endpoint: str, variant: str, rows: Sequence[Row]) -> blocks.Table | None:
    """Subjects affected by group, with the differences between groups where they were estimated."""
    shown = [row for row in rows if row.statistic in {_AFFECTED, _DIFFERENCE}]
    if not shown:
        return None
    groups = page.groups_of(shown)
    pairs = unique(row.group for row in shown if page.is_comparison(row))
    found = {(row.item, row.group): row for row in shown}
    lines: list[blocks.TableRow] = []
    above = ""
    for item in unique(row.item for row in shown):
        within, _, term = item.rpartition(_WITHIN)
        if within and within != above:
            lines.append(blocks.TableRow(_readable(within)))
        above = within
        counts = [_count(found.get((item, group))) for group in groups]
        differences = [cells.estimate(found.get((item, pair))) for pair in pairs]
        lines.append(blocks.TableRow(_readable(term), (*counts, *differences), int(bool(within))))
    columns = [blocks.Column(page.group_label(group)) for group in groups]
    columns += [blocks.Column(page.group_label(pair), "difference in risk") for pair in pairs]
    return blocks.Table(
        f"table-safety-{page.slug(endpoint)}-{page.slug(variant)}",
        f"{_title(endpoint, variant)} ({page.set_label(shown[0].population)}).",
        (blocks.Column(""), *columns),
        tuple(lines),
        tuple(_notes(shown)),
    )


def _readable(words: str) -> str:
    """A dictionary term in capitals as a sentence would have it."""
    return words.capitalize() if words.isupper() else words[:1].upper() + words[1:]


def _count(row: Row | None) -> Markup:
    """`12 (14.0%)` from one row: subjects affected and their share."""
    if row is None:
        return Markup("0")
    if row.value is None or not row.events:
        return cell(row, cells.value(row) if row.value is None else "0")
    return cell(row, f"{fmt.count(row.events)}\u00a0({fmt.percent(row.value)})")


def _notes(rows: Sequence[Row]) -> list[str]:
    methods = unique(row.method for row in rows if row.statistic == _DIFFERENCE and row.method)
    notes = ["Subjects (% of the group), each counted once in a line."]
    return [*notes, f"Differences: {'; '.join(methods)}."] if methods else notes


def _others(page: Page, endpoint: str, variant: str, rows: Sequence[Row]) -> list[blocks.Block]:
    """What is not a count of subjects: events, rates over time, days to onset, boundaries of rules."""
    rest = [row for row in rows if row.statistic not in {_AFFECTED, _DIFFERENCE}]
    if not rest:
        return []
    columns = [*page.groups_of(rest), *unique(row.group for row in rest if page.is_comparison(row))]
    found = {(row.statistic, row.item, row.group): row for row in rest}
    lines: list[blocks.TableRow] = []
    above = ""
    for statistic, item in dict.fromkeys((row.statistic, row.item) for row in rest):
        if statistic != above:
            lines.append(blocks.TableRow(page.statistic_label(statistic)))
        above = statistic
        here = [found.get((statistic, item, group)) for group in columns]
        shown = tuple(cells.estimate(row) if row is not None else "" for row in here)
        lines.append(blocks.TableRow(_readable(item) or page.statistic_label(statistic), shown, 1))
    table = blocks.Table(
        f"table-safety-{page.slug(endpoint)}-{page.slug(variant)}-more",
        f"{_title(endpoint, variant)}: events and rates ({page.set_label(rest[0].population)}).",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in columns)),
        tuple(lines),
    )
    return [_folded_if_long(table)]
