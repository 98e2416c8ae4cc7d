"""The first chapter: the study's own plan, stated beside computed, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.plan_words import plan_sentence

if TYPE_CHECKING:
    from trialwright.design.ledger import Book
    from trialwright.design.plan_check import PlanCheck
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study


def plan_section(study: Study, check: PlanCheck, book: Book) -> blocks.Section:
    """The plan, its check and the findings."""
    parts: list[blocks.Block] = [blocks.Prose(plan_sentence(study))]
    source = study.size_plan.source if study.size_plan is not None else None
    if study.size_plan is not None:
        parts.append(
            blocks.Prose(f"Where this comes from: {source or 'study.yaml; no source is stated'}.", quiet=True)
        )
    if check.lines:
        parts.append(_table(check, book))
    if check.findings:
        parts.append(_findings(check.findings))
    elif check.lines:
        parts.append(blocks.Prose("The planned size gives the stated power."))
    return blocks.Section("plan", "The study's own plan", tuple(parts))


def _table(check: PlanCheck, book: Book) -> blocks.Table:
    rows = tuple(
        blocks.TableRow(
            line.what,
            (
                line.stated or fmt.NO_VALUE,
                book.number(f"Plan: {line.what}", line.value, line.shown, line.how),
            ),
        )
        for line in check.lines
    )
    columns = (blocks.Column("Property"), blocks.Column("Stated"), blocks.Column("Computed"))
    return blocks.Table("plan-table", "What is stated, and what the numbers give", columns, rows)


def _findings(found: tuple[Finding, ...]) -> blocks.Table:
    rows = tuple(
        blocks.TableRow(
            Markup('<span class="severity-{0}">{1}</span>').format(
                one.severity.value, one.severity.value.capitalize()
            ),
            (f"{one.what[0].upper()}{one.what[1:]}.", f"{one.remedy[0].upper()}{one.remedy[1:]}."),
        )
        for one in found
    )
    columns = (
        blocks.Column("Severity", is_text=True),
        blocks.Column("What was found", is_text=True),
        blocks.Column("What to do", is_text=True),
    )
    return blocks.Table("plan-findings", "What does not fit", columns, rows)
