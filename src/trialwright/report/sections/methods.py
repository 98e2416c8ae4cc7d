"""How it was computed: methods as the rows name them, software, and the checksums of all inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.analyse.vocabulary import statistics
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, unique

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trialwright.report.inputs import Page

_HEADS = (
    "Section",
    "Endpoint",
    "Variant",
    "Population",
    "Group",
    "Statistic",
    "Of",
    "Value",
    "Interval",
    "Level",
    "Method",
    "n",
    "Events",
    "Remark",
)


def section(page: Page) -> blocks.Section:
    """The chapter: statistics and their definition, software and inputs."""
    parts: list[blocks.Block] = [
        blocks.Prose(
            "Every number of this report is one row of the results table, which is listed in full at the "
            "end. A number is a link to its row; the row names the endpoint, the analysis set, the method "
            "and, where JavaScript runs, the subjects behind it. A month is 30.4375 days."
        ),
        _definitions(page.ledger.rows),
        blocks.Heading("Software", "software"),
        blocks.Facts(tuple(sorted(page.given.versions.items()))),
        blocks.Heading("Inputs", "inputs"),
        _inputs(page),
    ]
    return blocks.Section("methods", "Methods and inputs", tuple(parts))


def _definitions(rows: Iterable[Row]) -> blocks.Folded:
    """What each statistic of this report means, and the methods that its rows name."""
    rows = list(rows)
    used = [statistics()[name] for name in statistics() if any(row.statistic == name for row in rows)]
    lines = tuple(
        blocks.TableRow(
            entry.label,
            (
                entry.computed,
                Markup("; ").join(
                    unique(row.method for row in rows if row.statistic == entry.name and row.method)
                )
                or fmt.NO_VALUE,
            ),
        )
        for entry in used
    )
    table = blocks.Table(
        "table-definitions",
        "Statistics of this report and how they are computed.",
        (
            blocks.Column("Statistic"),
            *(blocks.Column(w, is_text=True) for w in ("Definition", "Methods used")),
        ),
        lines,
        dense=True,
    )
    return blocks.Folded(
        Markup("<b>Definitions and methods</b> of {}").format(fmt.plural(len(lines), "statistic")), (table,)
    )


def _inputs(page: Page) -> blocks.Table:
    """Every file that was read, with its checksum; the study file first."""
    study = blocks.TableRow("Study file", ("study.yaml", "YAML", fmt.NO_VALUE, _hash(page.study.sha256)))
    files = tuple(
        blocks.TableRow(domain, (source.name, source.format, fmt.count(source.rows), _hash(source.sha256)))
        for domain in sorted(page.given.sources)
        for source in page.given.sources[domain]
    )
    columns = (
        blocks.Column("Dataset"),
        blocks.Column("File", is_text=True),
        blocks.Column("Format", is_text=True),
        blocks.Column("Records"),
        blocks.Column("SHA-256", is_text=True),
    )
    caption = "Input files and their checksums."
    return blocks.Table("table-inputs", caption, columns, (study, *files), dense=True)


def _hash(digest: str) -> Markup:
    return Markup("<code>{}</code>").format(digest)


def all_results(page: Page) -> blocks.Section:
    """The whole results table: where each number of the report leads."""
    rows = page.ledger.rows
    table = blocks.Table(
        "table-results",
        f"All results ({fmt.plural(len(rows), 'row')}).",
        (blocks.Column("Row"), *(blocks.Column(words, is_text=True) for words in _HEADS)),
        tuple(_result(page, row) for row in rows),
        dense=True,
    )
    summary = Markup("<b>The results table</b>, {}").format(fmt.plural(len(rows), "row"))
    intro = blocks.Prose("The numbers above, row by row, as the analysis left them.")
    return blocks.Section("results", "All results", (intro, blocks.Folded(summary, (table,))))


def _result(page: Page, row: Row) -> blocks.TableRow:
    shown = (
        row.section,
        page.endpoint_label(row.endpoint) if row.section != "baseline" else page.baseline_label(row.endpoint),
        row.variant,
        page.set_label(row.population),
        page.group_label(row.group),
        page.statistic_label(row.statistic),
        row.item,
        cells.value(row) if row.value is not None else "",
        cells.bounds(row),
        fmt.level(row.level),
        row.method,
        "" if row.n is None else fmt.count(row.n),
        "" if row.events is None else fmt.count(row.events),
        row.text,
    )
    return blocks.TableRow(f"Row {row.number}", shown, anchor=row.anchor)
