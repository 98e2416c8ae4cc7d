"""How much treatment was given, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks, cells
from trialwright.report.ledger import unique
from trialwright.report.sections.baseline import number_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "exposure"
_COUNTS = ("dosed", "count")


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where nothing is known of exposure."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    groups = page.groups_of(rows)
    lines: list[blocks.TableRow] = []
    for row in rows:
        if row.statistic in _COUNTS and row.group == groups[0]:
            same = {r.group: r for r in rows if (r.statistic, r.item) == (row.statistic, row.item)}
            head = page.statistic_label("dosed") if row.statistic == "dosed" else f"Subjects {row.item}"
            lines.append(blocks.TableRow(head, tuple(cells.out_of(same.get(group)) for group in groups)))
    for name in unique(row.endpoint for row in rows if row.statistic not in _COUNTS):
        found = {(r.statistic, r.item, r.group): r for r in rows if r.endpoint == name}
        lines += [blocks.TableRow(_head(page, rows, name)), *number_lines(found, groups)]
    population = page.set_label(rows[0].population)
    columns = (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups))
    table = blocks.Table("table-exposure", f"Exposure ({population}).", columns, tuple(lines))
    return blocks.Section("exposure", "Exposure", (table,))


def _head(page: Page, rows: Sequence[Row], name: str) -> str:
    """A parameter, or an endpoint of the study with its set where that is another than the table's."""
    if name not in page.study.endpoints:
        return name
    population = next(row.population for row in rows if row.endpoint == name)
    same = population == rows[0].population
    return page.endpoint_label(name) + ("" if same else f" ({page.set_label(population)})")
