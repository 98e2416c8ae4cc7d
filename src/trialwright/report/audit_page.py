"""The audit of published claims as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright import __version__
from trialwright.claims.checklists import entry
from trialwright.claims.finding import MEANINGS, Finding, Verdict
from trialwright.claims.told import printed, sorted_findings, worst
from trialwright.report import blocks, render
from trialwright.report.ledger import subjects_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from trialwright.claims.model import Publication

_SILENT = {Verdict.OK, Verdict.UNCHECKABLE}
_COLOPHON = (
    "Made by Trialwright {version}. A finding says what cannot be reproduced from the figures given, not why."
)


@dataclass(frozen=True)
class _Page:
    """What the template prints."""

    title: str
    kicker: str
    headline: tuple[str, ...]
    headline_small: str
    facts: blocks.Facts
    sections: tuple[blocks.Section, ...]
    behind: Markup
    style: Markup
    script: Markup
    mark: str = ""
    mark_note: str = ""
    headline_label: str = "In short"
    generator: str = f"Trialwright {__version__}"
    colophon: str = _COLOPHON.format(version=__version__)


def audit_page(publication: Publication, findings: Sequence[Finding]) -> str:
    """The whole page; the same claims give the same bytes."""
    sections = (_claims(publication, findings), _arithmetic(findings), _rest(findings), _checklists(findings))
    page = _Page(
        title=publication.study.title or publication.study.id,
        kicker=f"Audit of published claims · {publication.study.id}",
        headline=(_headline(findings),),
        headline_small="Cannot be reproduced from the figures given: that is all a finding says.",
        facts=blocks.Facts(tuple(_facts(publication))),
        sections=blocks.numbered([section for section in sections if section.blocks]),
        behind=subjects_json(()),
        style=render.asset("style.css"),
        script=render.asset("script.js"),
    )
    return render.document(page) + "\n"


def _headline(findings: Sequence[Finding]) -> str:
    tally = {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
    return ", ".join(f"{count} {verdict}" for verdict, count in tally.items() if count) + "."


def _facts(publication: Publication) -> list[tuple[str, str]]:
    study = publication.study
    facts = [("Claims", str(len(publication.claims)))]
    facts += [("Enrolled", str(study.enrolled))] if study.enrolled else []
    facts += [("Data cut-off", study.cutoff)] if study.cutoff else []
    facts += [("Source", study.source)] if study.source else []
    return facts


def _claims(publication: Publication, findings: Sequence[Finding]) -> blocks.Section:
    rows = []
    for claim in publication.claims:
        found = worst(findings, claim.id)
        verdict = found.verdict if found else Verdict.UNCHECKABLE
        rows.append(blocks.TableRow(claim.id, (printed(claim), str(verdict), claim.quote or "")))
    heads = [("Claim", False), ("Printed", True), ("Verdict", True), ("In the text", True)]
    columns = tuple(blocks.Column(words, is_text=is_text) for words, is_text in heads)
    table = blocks.Table("claims", "Every claim and its worst verdict", columns, tuple(rows), dense=True)
    return blocks.Section("all-claims", "Claims", (table,))


def _arithmetic(findings: Sequence[Finding]) -> blocks.Section:
    shown = [one for one in sorted_findings(findings) if one.verdict not in _SILENT]
    parts: list[blocks.Block] = []
    for at, finding in enumerate(shown):
        title = f"{finding.verdict}: {', '.join(finding.claims)}. {entry(finding.code).title}"
        parts += [blocks.Heading(title, f"finding-{at + 1}"), blocks.Facts(tuple(_details(finding)))]
    return blocks.Section("arithmetic", "Arithmetic, repairs and questions", tuple(parts))


def _details(finding: Finding) -> list[tuple[str, str]]:
    rows = [
        ("Arithmetic", finding.computation),
        ("Verdict", MEANINGS[finding.verdict]),
        ("Assumed", "; ".join(finding.assumptions)),
        ("Source", finding.source),
        ("Would mend it", "; or ".join(finding.minimal_repairs)),
        ("Question to the authors", finding.question),
        ("Code", finding.code),
    ]
    return [(head, text) for head, text in rows if text]


def _rest(findings: Sequence[Finding]) -> blocks.Section:
    rows = [
        blocks.TableRow(", ".join(one.claims), (str(one.verdict), entry(one.code).title, one.computation))
        for one in sorted_findings(findings)
        if one.verdict in _SILENT
    ]
    heads = ("Verdict", "Check", "Arithmetic")
    columns = (blocks.Column("Claims"), *(blocks.Column(head, is_text=True) for head in heads))
    table = blocks.Table(
        "rest", "What follows from the other figures, and what cannot be checked", columns, tuple(rows)
    )
    return blocks.Section("the-rest", "The rest", (table,) if rows else ())


def _checklists(findings: Sequence[Finding]) -> blocks.Section:
    codes = list(dict.fromkeys(one.code for one in sorted_findings(findings) if one.verdict not in _SILENT))
    rows = [
        blocks.TableRow(code, (items.title, items.inspect_sr or "–", items.tract or "–"))
        for code in codes
        for items in [entry(code)]
    ]
    columns = (
        blocks.Column("Code"),
        blocks.Column("Check", is_text=True),
        blocks.Column("INSPECT-SR", is_text=True),
        blocks.Column("TRACT", under="randomised trials", is_text=True),
    )
    table = blocks.Table("checklists", "Where the findings belong in two checklists", columns, tuple(rows))
    return blocks.Section("checklist-items", "Checklists", (table,) if rows else ())
