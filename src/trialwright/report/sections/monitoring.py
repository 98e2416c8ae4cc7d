"""Rules that watch toxicity: their boundaries, what was observed, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "monitoring"
_COLUMNS = ("boundary", "observed", "excess_probability")


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study file states no rule."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    tables = [
        _table(page, name, [row for row in rows if row.endpoint == name])
        for name in unique(row.endpoint for row in rows)
    ]
    return blocks.Section("monitoring", "Safety monitoring", tuple(tables))


def _table(page: Page, name: str, rows: Sequence[Row]) -> blocks.Table:
    """One rule: a line for each look and arm, then its verdict."""
    lines: list[blocks.TableRow] = []
    for group in unique(row.group for row in rows):
        here = {(row.statistic, row.item): row for row in rows if row.group == group}
        lines.append(blocks.TableRow(page.group_label(group)))
        for item in unique(item for statistic, item in here if statistic in _COLUMNS):
            head = fmt.plural(int(item), "subject treated", "subjects treated") if item else "At any time"
            shown = tuple(cells.plain(here.get((statistic, item))) for statistic in _COLUMNS)
            lines.append(blocks.TableRow(head, shown, 1))
        verdict = here.get(("rule_verdict", ""))
        if verdict is not None:
            lines.append(blocks.TableRow("Verdict", (cell(verdict, verdict.text), "", ""), 1))
    methods = unique(row.method for row in rows if row.method)
    return blocks.Table(
        f"table-monitoring-{page.slug(name)}",
        f"{name[:1].upper() + name[1:]} ({page.set_label(rows[0].population)}).",
        (blocks.Column(""), *(blocks.Column(page.statistic_label(name)) for name in _COLUMNS)),
        tuple(lines),
        (
            *(f"{method[:1].upper() + method[1:]}." for method in methods),
            "Events known at the data cut-off; subjects in the order of their first dose.",
        ),
    )
