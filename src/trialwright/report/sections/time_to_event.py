"""Time to event: curve, medians and landmarks, comparison, variants side by side, and who changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import PRIMARY
from trialwright.derive.labels import adam_words
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.figures import kaplan_meier
from trialwright.report.figures.frame import pair
from trialwright.report.ledger import Row, unique
from trialwright.report.sections import comparisons
from trialwright.report.sections.findings import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.report.inputs import Page

SECTION = "time-to-event"
FOLLOW_UP = "follow-up"
_COUNTED = {"event_count": "Events", "censored_count": "Censored"}


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study measures no times."""
    rows = list(page.ledger.of_section(SECTION))
    follow_up = list(page.ledger.of_section(FOLLOW_UP))
    if not rows and not follow_up:
        return None
    parts: list[blocks.Block] = []
    if follow_up:
        parts.append(_follow_up(page, follow_up))
    for name in unique(row.endpoint for row in rows):
        parts += _endpoint(page, name, [row for row in rows if row.endpoint == name])
    return blocks.Section("times", "Time to event", tuple(parts))


def _endpoint(page: Page, name: str, rows: Sequence[Row]) -> list[blocks.Block]:
    """Everything about one endpoint."""
    label, slug = page.endpoint_label(name), page.slug(name)
    primary = [row for row in rows if row.variant == PRIMARY]
    parts: list[blocks.Block] = [blocks.Heading(label, f"endpoint-{slug}")]
    figure = _figure(page, name, primary)
    if figure is not None:
        parts.append(figure)
    parts.append(_table(page, name, primary))
    compared = comparisons.table(page, primary, f"table-{slug}-comparison", f"{label}: comparison.")
    if compared is not None:
        parts.append(compared)
    if len(unique(row.variant for row in rows)) > 1:
        parts += [_variants(page, name, rows), _changes(page, name)]
    return parts


def _figure(page: Page, name: str, rows: Sequence[Row]) -> blocks.Figure | None:
    """The curves of the primary analysis; None where nobody has a time."""
    frame = page.given.results.curves.filter(pl.col("endpoint") == name, pl.col("variant") == PRIMARY)
    groups = [group for group in page.groups_of(rows) if group in set(frame["group"])]
    shown = [group for group in groups if group != page.total] or groups
    if not shown:
        return None
    curves = [_curve(page, frame.filter(pl.col("group") == group), rows, group) for group in shown]
    label = page.endpoint_label(name)
    words = "; ".join(f"{curve.label}: {curve.note}" for curve in curves)
    spoken = f"Kaplan–Meier curves of {label}. {words}. Numbers at risk stand beneath the axis."
    population = page.set_label(rows[0].population)
    notes = ["Vertical ticks are censored subjects."]
    if len(curves) <= kaplan_meier.BANDS_UP_TO:
        notes.append(f"Shaded: pointwise {fmt.level(_level(rows))} confidence interval.")
    return blocks.Figure(
        f"figure-{page.slug(name)}",
        f"{label}: Kaplan\u2013Meier estimate ({population}).",
        pair(
            lambda sheet: kaplan_meier.draw(
                curves, spoken, "Subjects without the event (%)", sheet, page.mark
            )
        ),
        tuple(notes),
    )


def _level(rows: Sequence[Row]) -> float | None:
    return next((row.level for row in rows if row.level is not None), None)


def _curve(page: Page, frame: pl.DataFrame, rows: Sequence[Row], group: str) -> kaplan_meier.Curve:
    """One group: steps from the curves, median and numbers at risk from the table."""
    here = [row for row in rows if row.group == group]
    median = next((row for row in here if row.statistic == "median"), None)
    note = ""
    if median is not None:
        unit = " months" if median.value is not None else ""
        interval = cells.bounds(median)
        note = f"median {cells.value(median)}{unit}"
        note += f" ({fmt.level(median.level)} CI {interval})" if interval else ""
    steps = frame.sort("time").select("time", "survival", "low", "high", "censored").iter_rows()
    return kaplan_meier.Curve(
        page.group_label(group),
        note,
        page.group_places.get(group, 0),
        tuple(kaplan_meier.Step(*step) for step in steps),
        tuple(
            kaplan_meier.AtRisk(float(row.item), cells.value(row), row.anchor)
            for row in here
            if row.statistic == "at_risk"
        ),
    )


def _table(page: Page, name: str, rows: Sequence[Row]) -> blocks.Table:
    """Events and censorings with their reasons, median, landmarks and restricted means by group."""
    groups = page.groups_of(rows)
    described = [row for row in rows if not page.is_comparison(row)]
    lines = [
        _line(page, described, groups, statistic, item)
        for statistic, item in _by_kind(comparisons.unique_keys(described))
        if statistic != "at_risk" and _says_something(described, statistic, item)
    ]
    population = page.set_label(rows[0].population)
    return blocks.Table(
        f"table-{page.slug(name)}",
        f"{page.endpoint_label(name)} ({population}).",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups)),
        tuple(lines),
        tuple(_notes(described)),
    )


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """The method of each kind of estimate, and what a dash means."""
    for statistic, words in (("median", "Median"), ("landmark", "Landmarks"), ("rmst", "Restricted mean")):
        methods = unique(row.method for row in rows if row.statistic == statistic and row.method)
        if methods:
            yield f"{words}: {'; '.join(methods)}."
    yield f"A dash ({fmt.NO_VALUE}) beside a reason: it does not occur in this group."


def _by_kind(keys: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Reasons that occur in one group only still stand beneath their count."""
    order = unique(statistic for statistic, _ in keys)
    return sorted(keys, key=lambda key: order.index(key[0]))


def _says_something(rows: Sequence[Row], statistic: str, item: str) -> bool:
    """A reason, or a count of subjects without a time, is shown where someone is."""
    if item or statistic == "not_analysed":
        return any(r.value or r.text for r in rows if (r.statistic, r.item) == (statistic, item))
    return True


def _line(
    page: Page, rows: Sequence[Row], groups: Sequence[str], statistic: str, item: str
) -> blocks.TableRow:
    """One statistic across the groups."""
    found = {row.group: row for row in rows if (row.statistic, row.item) == (statistic, item)}
    level = comparisons.level_of(rows, statistic, item)
    head, depth = _head(page, statistic, item), int(bool(item) and statistic in _COUNTED)
    if level is not None:
        head += f" ({fmt.level(level)} CI)"
    show = cells.out_of if statistic == "subjects" else cells.estimate
    return blocks.TableRow(head, tuple(show(found.get(group)) for group in groups), depth)


def _head(page: Page, statistic: str, item: str) -> str:
    if statistic in _COUNTED:
        return adam_words()["shown"].get(item, item) or _COUNTED[statistic]
    if statistic == "median":
        return "Median, months"
    if statistic == "landmark":
        return f"Free of the event at {item} months"
    if statistic == "rmst":
        return f"Restricted mean to {item} months, months"
    label = page.statistic_label(statistic)
    return f"{label}, {item}" if item else label


def _variants(page: Page, name: str, rows: Sequence[Row]) -> blocks.Table:
    """The primary analysis and each variant: events, median, landmarks and hazard ratio side by side."""
    kept = [row for row in rows if row.statistic in {"median", "landmark", "hazard_ratio"} or _is_total(row)]
    columns = [*page.groups_of(kept), *unique(row.group for row in kept if page.is_comparison(row))]
    lines: list[blocks.TableRow] = []
    for variant in unique(row.variant for row in kept):
        here = [row for row in kept if row.variant == variant]
        lines.append(blocks.TableRow("Primary analysis" if variant == PRIMARY else f"Variant: {variant}"))
        for statistic, item in _by_kind(comparisons.unique_keys(here)):
            line = _line(page, here, columns, statistic, item)
            shown = tuple("" if cell == fmt.NO_VALUE else cell for cell in line.cells)
            lines.append(blocks.TableRow(line.head, shown, 1))
    return blocks.Table(
        f"table-{page.slug(name)}-variants",
        f"{page.endpoint_label(name)}: primary analysis and variants side by side.",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in columns)),
        tuple(lines),
    )


def _is_total(row: Row) -> bool:
    """Whether a row counts all events, not those of one kind."""
    return row.statistic == "event_count" and not row.item


def _changes(page: Page, name: str) -> blocks.Block:
    """Which subjects changed between the primary analysis and a variant, and why."""
    frame = page.given.results.changes.filter(pl.col("endpoint") == name)
    label = page.endpoint_label(name)
    if frame.is_empty():
        return blocks.Prose(f"{label}: no subject's time differs between the primary analysis and a variant.")
    rows = tuple(
        blocks.TableRow(
            row["subject"],
            (
                row["variant"],
                page.group_label(row["group"]),
                _time(row["from_status"], row["from_days"]),
                _time(row["to_status"], row["to_days"]),
                row["why"],
            ),
        )
        for row in frame.head(MOST_SHOWN).iter_rows(named=True)
    )
    heads = ("Variant", "Group", "Primary analysis", "In the variant", "Why")
    total = fmt.plural(frame.height, "change")
    shown = total if frame.height <= MOST_SHOWN else f"{MOST_SHOWN} of {total} are listed"
    return blocks.Table(
        f"table-{page.slug(name)}-changes",
        f"{label}: which subjects changed, and why ({shown}).",
        (blocks.Column("Subject"), *(blocks.Column(words, is_text=True) for words in heads)),
        rows,
        dense=True,
    )


def _time(status: str, days: float | None) -> str:
    """`event, 183 days`."""
    return status if days is None else f"{status}, {fmt.plural(int(days), 'day')}"


def _follow_up(page: Page, rows: Sequence[Row]) -> blocks.Table:
    """How long subjects were followed."""
    groups = page.groups_of(rows)
    lines: list[blocks.TableRow] = []
    for name in unique(row.endpoint for row in rows):
        here = [row for row in rows if row.endpoint == name]
        lines.append(blocks.TableRow(f"{page.endpoint_label(name)} ({page.set_label(here[0].population)})"))
        for statistic, item in comparisons.unique_keys(here):
            if _says_something(here, statistic, item):
                line = _line(page, here, groups, statistic, item)
                lines.append(blocks.TableRow(line.head, line.cells, 1))
    methods = unique(row.method for row in rows if row.statistic == "median" and row.method)
    return blocks.Table(
        "table-follow-up",
        "Length of follow-up in months.",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups)),
        tuple(lines),
        (f"Method: {'; '.join(methods)}.",) if methods else (),
    )
