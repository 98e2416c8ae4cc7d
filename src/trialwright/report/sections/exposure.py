"""How much treatment was given, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import unique
from trialwright.report.sections import safety_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "exposure"
_COUNTS = ("dosed", "count")
_RECEIVED = "arm received"
_OF_DRUG = ": "


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where nothing is known of exposure."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    groups = page.groups_of(rows)
    sizes = {row.group: row.n for row in rows if row.statistic == "dosed"}
    heads = [
        blocks.Column(page.group_label(one), f"n = {fmt.count(sizes[one])}" if one in sizes else "")
        for one in groups
    ]
    table = blocks.Table(
        "table-exposure",
        f"Exposure ({page.set_label(rows[0].population)}).",
        (blocks.Column(""), *heads),
        (*_counted(page, rows, groups), *_measured(page, rows, groups)),
        ("Numbers: median (quartiles) [range] of the subjects who have one.",),
    )
    received = safety_words.received(page)
    basis = (blocks.Prose(received),) if received else ()
    return blocks.Section("exposure", "Exposure", (*basis, table))


def _counted(page: Page, rows: Sequence[Row], groups: Sequence[str]) -> Iterator[blocks.TableRow]:
    """How many were dosed, delayed and reduced, and how many had been assigned to another arm."""
    for key in _count_keys(rows):
        same = {row.group: row for row in rows if (row.endpoint, row.statistic, row.item) == key}
        endpoint, statistic, item = key
        head = page.statistic_label("dosed") if statistic == "dosed" else f"Subjects {item}"
        if endpoint == _RECEIVED:
            head = f"Assigned to {page.group_label(item)}"
        yield blocks.TableRow(head, tuple(cells.out_of(same.get(group)) for group in groups))


def _count_keys(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """The lines that count subjects: endpoint, statistic and item."""
    counted = (row for row in rows if row.statistic in _COUNTS)
    return list(dict.fromkeys((row.endpoint, row.statistic, row.item) for row in counted))


def _measured(page: Page, rows: Sequence[Row], groups: Sequence[str]) -> Iterator[blocks.TableRow]:
    """The parameters of the regimen and of the endpoints, then those of each drug under its name."""
    names = unique(row.endpoint for row in rows if row.statistic not in _COUNTS)
    drugs = unique(_drug(page, name) for name in names)
    for drug in drugs:
        if drug:
            yield blocks.TableRow(drug[:1].upper() + drug[1:])
        for name in names:
            if _drug(page, name) == drug:
                yield from _lines(page, [row for row in rows if row.endpoint == name], groups, drug)


def _drug(page: Page, name: str) -> str:
    return "" if name in page.study.endpoints else name.partition(_OF_DRUG)[2]


def _lines(page: Page, rows: Sequence[Row], groups: Sequence[str], drug: str) -> Iterator[blocks.TableRow]:
    """One parameter: its numbers, and who has none."""
    found = {(row.statistic, row.group): row for row in rows}
    unit = next((row.text for row in rows if row.statistic == "median" and row.value is not None), "")
    name = rows[0].endpoint
    head = _head(page, rows) if name in page.study.endpoints else name.partition(_OF_DRUG)[0]
    if unit and unit not in head:
        head = f"{head.partition(' (')[0]} ({unit})"
    level = int(bool(drug))
    yield blocks.TableRow(head, tuple(_summary(found, group) for group in groups), level)
    if any(row.value for row in rows if row.statistic == "missing"):
        missing = tuple(cells.plain(found.get(("missing", group))) for group in groups)
        yield blocks.TableRow("Missing", missing, level + 1)


def _head(page: Page, rows: Sequence[Row]) -> str:
    """An endpoint of the study, with its set where that is another than the table's."""
    population = rows[0].population
    main = next(iter(page.ledger.of_section(SECTION))).population
    label = page.endpoint_label(rows[0].endpoint)
    return label if population == main else f"{label} ({page.set_label(population)})"


def _summary(found: Mapping[tuple[str, str], Row], group: str) -> Markup:
    """`4 (2–6) [1–6]`, each number linked."""
    middle, *others = (found.get((name, group)) for name in ("median", "q1", "q3", "min", "max"))
    if middle is None or middle.value is None:
        return cells.plain(middle)
    q1, q3, low, high = (cells.plain(row) for row in others)
    spread = Markup('{} <span class="whole">({}\u2013{})</span>').format(cells.plain(middle), q1, q3)
    return Markup('{} <span class="whole">[{}\u2013{}]</span>').format(spread, low, high)
