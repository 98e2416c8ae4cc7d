"""One group against another: effects, tests, the verdict and what the estimation warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, cell, unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.report.inputs import Page

_DIRECTION = (
    "The second group is the reference: a hazard ratio below 1 favours the first group, and so does a "
    "difference in rates above 0."
)
_WORDS = ("verdict", "warning")


def table(page: Page, rows: Sequence[Row], anchor: str, caption: str) -> blocks.Table | None:
    """The comparisons among these rows, one column each; None where there are none."""
    compared = [row for row in rows if page.is_comparison(row)]
    if not compared:
        return None
    pairs = unique(row.group for row in compared)
    found = {(row.statistic, row.item, row.group): row for row in compared}
    lines = tuple(
        blocks.TableRow(
            _head(page, statistic, item, level_of(compared, statistic, item)),
            tuple(_shown(found.get((statistic, item, pair))) for pair in pairs),
        )
        for statistic, item in unique_keys(compared)
    )
    columns = (blocks.Column(""), *(blocks.Column(page.group_label(pair)) for pair in pairs))
    return blocks.Table(anchor, caption, columns, lines, (_DIRECTION,))


def unique_keys(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The statistics and items that occur, in the order of the table."""
    return list(dict.fromkeys((row.statistic, row.item) for row in rows))


def level_of(rows: Sequence[Row], statistic: str, item: str) -> float | None:
    """The level of the intervals of a statistic; None where it has none."""
    wanted = (row.level for row in rows if (row.statistic, row.item) == (statistic, item))
    return next((level for level in wanted if level is not None), None)


def _head(page: Page, statistic: str, item: str, level: float | None) -> str:
    label = page.statistic_label(statistic)
    label += f", {item}" if item else ""
    return f"{label} ({fmt.level(level)} CI)" if level is not None else label


def _shown(row: Row | None) -> Markup:
    """A verdict or warning speaks through its text, all else through its number."""
    if row is not None and row.statistic in _WORDS:
        return cell(row, row.text)
    return cells.estimate(row)
