"""Rules that watch toxicity: what they say, their boundaries, what was observed, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.protocol.safety import BayesianBoundary
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.protocol.safety import AdverseEvents, MonitoringRule
    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "monitoring"
_BOUNDARY = "boundary"
_WORST_GRADE = 5
_PER_CENT = 100
_COLUMNS = (_BOUNDARY, "observed", "excess_probability")


def planned(page: Page) -> Iterator[blocks.Block]:
    """The rules in words with their boundaries, for the chapter on design; nothing without a rule."""
    rules = page.study.safety.monitoring
    if not rules:
        return
    rows = [row for row in page.ledger.of_section(SECTION) if row.statistic == _BOUNDARY]
    lines = [
        blocks.TableRow(_name(rule.name), (_rule_words(page, rule), _boundaries(rule, rows)))
        for rule in rules
    ]
    columns = (
        blocks.Column("Rule", is_text=True),
        blocks.Column("What it says", is_text=True),
        blocks.Column("Stop at", is_text=True),
    )
    yield blocks.Heading("How safety is monitored", "monitoring-rules")
    yield blocks.Table("table-monitoring-rules", "Rules of safety monitoring.", columns, tuple(lines))


def _name(name: str) -> str:
    return name[:1].upper() + name[1:]


def _rule_words(page: Page, rule: MonitoringRule) -> str:
    """The rule in a sentence, with the subjects and the arm that it watches."""
    where = page.set_label(rule.set)
    if rule.arm is not None:
        where += f", {page.group_label(rule.arm)}"
    elif len(page.study.arms) > 1:
        where += ", each arm by itself"
    counted = f"Subjects with {_event_words(rule.events)} ({where})."
    if isinstance(rule, BayesianBoundary):
        alpha, beta = rule.prior
        return (
            f"{counted} Stop where the probability that their true share exceeds {_share(rule.limit)} is "
            f"{_share(rule.probability)} or more, under a beta({alpha:g}, {beta:g}) prior."
        )
    return f"{counted} Stop at any time above {rule.at_most}."


def _share(value: float) -> str:
    return f"{_PER_CENT * value:g}%"


def _event_words(events: AdverseEvents) -> str:
    """`a related, serious adverse event of grade 3 or higher`."""
    kinds = [name for name in ("related", "serious", "fatal") if getattr(events, name)]
    noun = f"{', '.join(kinds)} adverse event".strip()
    words = f"an {noun}" if not kinds else f"a {noun}"
    if events.min_grade > 1:
        words += f" of grade {events.min_grade}" + (" or higher" if events.min_grade < _WORST_GRADE else "")
    return f"{words}: {', '.join(events.terms)}" if events.terms else words


def _boundaries(rule: MonitoringRule, rows: Sequence[Row]) -> Markup:
    """`≥ 4 of 6, ≥ 7 of 12, …`: the boundaries as the analysis computed them, each linked."""
    mine = [row for row in rows if row.endpoint == rule.name]
    first = [row for row in mine if row.group == mine[0].group]
    shown = []
    for row in first:
        size = f" of {row.item}" if row.item else ""
        known = row.value is not None
        shown.append(cell(row, f"{fmt.count(row.value)}{size}" if known else f"never{size}"))
    return Markup(", ").join(shown)


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
        f"{_name(name)} ({page.set_label(rows[0].population)}).",
        (blocks.Column(""), *(blocks.Column(page.statistic_label(name)) for name in _COLUMNS)),
        tuple(lines),
        (
            *(f"{method[:1].upper() + method[1:]}." for method in methods),
            "Events known at the data cut-off; subjects in the order of their first dose.",
        ),
    )
