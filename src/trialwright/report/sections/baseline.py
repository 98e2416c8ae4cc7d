"""Baseline characteristics by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, cell, unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.inputs import Page

SECTION = "baseline"

_Found = dict[tuple[str, str, str], Row]


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study declares no baseline variables."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    groups = page.groups_of(rows)
    lines: list[blocks.TableRow] = []
    for name in unique(row.endpoint for row in rows):
        here = [row for row in rows if row.endpoint == name]
        lines += _variable(page, name, here, groups)
    sets = unique(row.population for row in rows)
    table = blocks.Table(
        "table-baseline",
        f"Baseline characteristics ({fmt.listing([page.set_label(name) for name in sets])}).",
        (blocks.Column(""), *(blocks.Column(page.group_label(g), _size(page, sets, g)) for g in groups)),
        tuple(lines),
        ("Numbers are subjects (% of the column, missing included), or as the line says.",),
    )
    return blocks.Section("baseline", "Baseline", (table,))


def _size(page: Page, sets: Sequence[str], group: str) -> Markup | str:
    """The number of subjects in the head of a column, from the disposition."""
    row = page.ledger.find("disposition", "disposition", "in_set", group, population="enrolled", item=sets[0])
    return cell(row, f"n\u00a0=\u00a0{cells.value(row)}") if row is not None else ""


def _variable(page: Page, name: str, rows: Sequence[Row], groups: Sequence[str]) -> list[blocks.TableRow]:
    """The lines of one variable: quartiles and range, or its categories."""
    found = {(row.statistic, row.item, row.group): row for row in rows}
    head = blocks.TableRow(page.baseline_label(name))
    if any(row.statistic == "count" for row in rows):
        items = unique(row.item for row in rows if row.statistic == "count")
        return [
            head,
            *(_category(page, name, found, item, groups) for item in items if _occurs(found, item, groups)),
        ]
    return [head, *number_lines(found, groups)]


def _occurs(found: _Found, item: str, groups: Sequence[str]) -> bool:
    """'Missing' is shown only where someone is; a declared category always."""
    return item != "Missing" or any(
        found["count", item, g].value for g in groups if ("count", item, g) in found
    )


def _category(page: Page, name: str, found: _Found, item: str, groups: Sequence[str]) -> blocks.TableRow:
    shown = tuple(
        cells.count_with_share(found.get(("count", item, g)), found.get(("proportion", item, g)))
        for g in groups
    )
    return blocks.TableRow(page.category_label(name, item), shown, level=1)


def number_lines(found: _Found, groups: Sequence[str]) -> list[blocks.TableRow]:
    """Median with quartiles, range, mean with standard deviation, and who is missing."""
    has_deviation = any(statistic == "sd" for statistic, _, _ in found)
    mean = "Mean (standard deviation)" if has_deviation else "Mean"
    lines = [
        blocks.TableRow(
            "Median (quartiles)", tuple(_spread(found, g, "median", "q1", "q3") for g in groups), 1
        ),
        blocks.TableRow("Range", tuple(_range(found, g) for g in groups), 1),
        blocks.TableRow(mean, tuple(_deviation(found, g) for g in groups), 1),
    ]
    if any(row.value for (statistic, _, _), row in found.items() if statistic == "missing"):
        missing = tuple(cells.plain(found.get(("missing", "", g))) for g in groups)
        lines.append(blocks.TableRow("Missing", missing, 1))
    return lines


def _spread(found: _Found, group: str, *statistics: str) -> Markup:
    middle, low, high = (found.get((statistic, "", group)) for statistic in statistics)
    if middle is None or middle.value is None or low is None or high is None:
        return cells.plain(middle)
    return Markup('{} <span class="whole">({}\u2013{})</span>').format(
        cells.plain(middle), cells.plain(low), cells.plain(high)
    )


def _range(found: _Found, group: str) -> Markup:
    low, high = found.get(("min", "", group)), found.get(("max", "", group))
    if low is None or low.value is None or high is None:
        return cells.plain(low)
    return Markup('<span class="whole">{}\u2013{}</span>').format(cells.plain(low), cells.plain(high))


def _deviation(found: _Found, group: str) -> Markup:
    mean, deviation = found.get(("mean", "", group)), found.get(("sd", "", group))
    if mean is None or mean.value is None or deviation is None:
        return cells.plain(mean)
    return Markup("{}\u00a0({})").format(cells.plain(mean), cells.plain(deviation))
