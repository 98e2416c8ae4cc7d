"""Tumour response: best responses, and the rates of each endpoint with exact intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.analyse.results import PRIMARY
from trialwright.report import blocks, cells, palette
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, unique
from trialwright.report.sections import comparisons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trialwright.report.inputs import Page

SECTION = "response"
_DENOMINATOR = "Subjects not evaluable or without assessment count as not responding."
BEST = {"BOR": "Best response, unconfirmed", "CBOR": "Best response, confirmed"}


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study has no response endpoint."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    parts: list[blocks.Block] = []
    rates = [row for row in rows if row.endpoint not in BEST]
    if rates:
        parts.append(_rates(page, rates))
    for name in unique(row.endpoint for row in rates):
        here = [row for row in rates if row.endpoint == name]
        caption = f"{page.endpoint_label(name)}: comparison."
        compared = comparisons.table(page, here, f"table-{page.slug(name)}-comparison", caption)
        if compared is not None:
            parts.append(compared)
    best = [row for row in rows if row.endpoint in BEST]
    parts += [
        _best(page, [row for row in best if row.population == population])
        for population in unique(row.population for row in best)
    ]
    return blocks.Section("response", "Tumour response", tuple(parts))


def _rates(page: Page, rows: Sequence[Row]) -> blocks.Table:
    """Every response endpoint: responders and rate with interval, by group."""
    groups = page.groups_of(rows)
    lines: list[blocks.TableRow] = []
    for name, population in dict.fromkeys((r.endpoint, r.population) for r in rows):
        lines.append(blocks.TableRow(f"{page.endpoint_label(name)} ({page.set_label(population)})"))
        here = [r for r in rows if (r.endpoint, r.population) == (name, population)]
        for variant in unique(r.variant for r in here):
            lines += _rate_lines([r for r in here if r.variant == variant], groups, variant)
    return blocks.Table(
        "table-rates",
        "Response rates.",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups)),
        tuple(lines),
        (_methods(rows),),
    )


def _rate_lines(rows: Sequence[Row], groups: Sequence[str], variant: str) -> list[blocks.TableRow]:
    """Responders and rate of one variant; the primary one stands without a name."""
    found = {(row.statistic, row.group): row for row in rows}
    name = "" if variant == PRIMARY else f"{variant[:1].upper()}{variant[1:]}: "
    responders = tuple(cells.out_of(found.get(("responders", group))) for group in groups)
    rates = tuple(cells.estimate(found.get(("rate", group))) for group in groups)
    heads = ("Subjects", _rate_head(rows))
    if name:
        heads = (f"{name}subjects", f"{name}{heads[1][:1].lower()}{heads[1][1:]}")
    return [blocks.TableRow(heads[0], responders, 1), blocks.TableRow(heads[1], rates, 1)]


def _rate_head(rows: Iterable[Row]) -> str:
    level = next((r.level for r in rows if r.statistic == "rate" and r.level is not None), None)
    return f"Rate ({fmt.level(level)} CI)" if level is not None else "Rate"


def _methods(rows: Sequence[Row]) -> str:
    """The method of the intervals, as the rows name it."""
    methods = unique(row.method for row in rows if row.statistic == "rate" and row.method)
    return f"Intervals: {fmt.listing(methods)}. {_DENOMINATOR}"


def _best(page: Page, rows: Sequence[Row]) -> blocks.Table:
    """Categories of the best response, unconfirmed and confirmed, in one population."""
    groups = page.groups_of(rows)
    found = {(r.endpoint, r.statistic, r.item, r.group): r for r in rows}
    lines: list[blocks.TableRow] = []
    for paramcd in unique(row.endpoint for row in rows):
        lines.append(blocks.TableRow(BEST[paramcd]))
        items = unique(row.item for row in rows if row.endpoint == paramcd)
        for item in items:
            pairs = [
                (found.get((paramcd, "count", item, g)), found.get((paramcd, "proportion", item, g)))
                for g in groups
            ]
            if any(count is not None and count.value for count, _ in pairs):
                shown = tuple(cells.count_with_share(count, share) for count, share in pairs)
                lines.append(blocks.TableRow(palette.response_name(item), shown, 1))
    population = rows[0].population
    return blocks.Table(
        f"table-best-{page.slug(population)}",
        f"Best response ({page.set_label(population)}).",
        (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups)),
        tuple(lines),
        ("Subjects (% of the column). Categories in which nobody falls are left out.",),
    )
