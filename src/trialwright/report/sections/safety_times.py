"""Adverse events over time: incidence by time at risk, and the first event against competing risks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique
from trialwright.report.sections.safety_counts import folded, readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

_RATE, _YEARS, _RATIO = "incidence_rate", "patient_years", "incidence_rate_ratio"
_CUMULATIVE, _ONSET = "cumulative_incidence", "days_to_onset"
_AT_RISK = (
    "Time at risk: from the first dose to the first such event, else to the end of the window after the last "
    "dose, death, cut-off or the last day known alive."
)
_COMPETING = "Aalen–Johansen; death, and the end of the window after the last dose, are competing risks."
_KEY_LINES = ("grade 3 or higher", "serious", "leading to stop")


def over_time(page: Page, rows: Sequence[Row]) -> list[blocks.Block]:
    """Both tables; the first events of the main lines and groups of terms are open, the rest folded."""
    if not rows:
        return []
    found = {(row.statistic, row.item, row.group): row for row in rows}
    items = unique(row.item for row in rows if row.statistic == _RATE)
    groups = page.groups_of(rows)
    parts: list[blocks.Block] = [_rates(page, rows, found, items, groups)]
    occurred = {row.item for row in rows if row.statistic == _RATE and row.events}
    named = [*_KEY_LINES, *page.study.safety.groups]
    main = [item for item in items if item in occurred and item in named]
    others = [item for item in items if item in occurred and item not in named]
    if main:
        parts.append(_first_events(page, rows, found, main, groups, "main"))
    if others:
        table = _first_events(page, rows, found, others, groups, "others" if main else "main")
        parts.append(folded(table) if main else table)
    return parts


def _rates(
    page: Page,
    rows: Sequence[Row],
    found: Mapping[tuple[str, str, str], Row],
    items: Sequence[str],
    groups: Sequence[str],
) -> blocks.Table:
    """Subjects with a first event, years at risk and their rate; the ratio of the rates."""
    pairs = unique(row.group for row in rows if row.statistic == _RATIO)
    lines = []
    for item in items:
        shown: list[Markup | str] = []
        for group in groups:
            rate, years = found.get((_RATE, item, group)), found.get((_YEARS, item, group))
            shown += [_subjects_and_years(rate, years), cells.estimate(rate)]
        shown += [cells.estimate(found.get((_RATIO, item, pair))) for pair in pairs]
        lines.append(blocks.TableRow(readable(item), tuple(shown)))
    per_group = [
        column
        for _ in groups
        for column in (blocks.Column("Subjects", "years at risk"), blocks.Column("Rate", "interval"))
    ]
    level = next((fmt.level(row.level) for row in rows if row.statistic == _RATE and row.level), "")
    methods = unique(row.method for row in rows if row.statistic in {_RATE, _RATIO} and row.method)
    ratio = [blocks.Span("Ratio of rates", 1, page.group_label(pair)) for pair in pairs]
    return blocks.Table(
        "table-safety-incidence",
        f"Exposure-adjusted incidence, per patient-year ({page.set_label(rows[0].population)}).",
        (blocks.Column(""), *per_group, *(blocks.Column("interval") for _ in pairs)),
        tuple(lines),
        (
            _AT_RISK,
            f"{level} intervals: {'; '.join(methods)}.",
        ),
        spans=(blocks.Span("", 1), *(blocks.Span(page.group_label(one), 2) for one in groups), *ratio),
    )


def _subjects_and_years(rate: Row | None, years: Row | None) -> Markup:
    if rate is None or years is None:
        return cells.plain(rate)
    return Markup("{}\u00a0/\u00a0{}").format(cell(rate, fmt.count(rate.events or 0)), cells.plain(years))


def _first_events(
    page: Page,
    rows: Sequence[Row],
    found: Mapping[tuple[str, str, str], Row],
    items: Sequence[str],
    groups: Sequence[str],
    part: str,
) -> blocks.Table:
    """Cumulative incidence at each month that was reached, and the day of onset of those affected."""
    lines: list[blocks.TableRow] = []
    for item in items:
        lines.append(blocks.TableRow(readable(item)))
        for month in _months(rows, item):
            shown = tuple(cells.estimate(found.get((_CUMULATIVE, f"{item}: {month}", g))) for g in groups)
            lines.append(blocks.TableRow(fmt.plural(int(month), "month"), shown, 1))
        if any((_ONSET, f"{item}: median", group) in found for group in groups):
            onset = tuple(_onset(found, item, group) for group in groups)
            lines.append(blocks.TableRow("Day of onset, median (quartiles)", onset, 1))
    caption = "First event: cumulative incidence" + ("" if part == "main" else ", other lines")
    level = next((fmt.level(row.level) for row in rows if row.statistic == _CUMULATIVE), "")
    return blocks.Table(
        f"table-safety-first-{part}",
        f"{caption} ({page.set_label(rows[0].population)}).",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups)),
        tuple(lines),
        (
            f"{level} intervals. {_COMPETING}",
            "Onset: of the subjects with the event; day 1 is the first dose.",
        ),
    )


def _months(rows: Sequence[Row], item: str) -> list[str]:
    here = [row.item.rpartition(": ") for row in rows if row.statistic == _CUMULATIVE]
    return sorted({month for line, _, month in here if line == item}, key=int)


def _onset(found: Mapping[tuple[str, str, str], Row], item: str, group: str) -> Markup:
    middle, low, high = (
        found.get((_ONSET, f"{item}: {name}", group)) for name in ("median", "quartile 1", "quartile 3")
    )
    if middle is None or low is None or high is None:
        return cells.plain(middle)
    quartiles = Markup("{}–{}").format(cells.plain(low), cells.plain(high))
    return Markup('{} <span class="whole">({})</span>').format(cells.plain(middle), quartiles)
