"""The audit of published claims as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright import __version__
from trialwright.claims.checklists import entry
from trialwright.claims.finding import MEANINGS, Finding, Verdict
from trialwright.claims.titles import title_of
from trialwright.claims.told import printed, sorted_findings, worst
from trialwright.report import blocks, render
from trialwright.report.audit_cards import badge, card, questions
from trialwright.report.ledger import subjects_json

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    sections = (
        _questions(publication, findings),
        _claims(publication, findings),
        _arithmetic(publication, findings),
        _rest(publication, findings),
        _checklists(findings),
    )
    page = _Page(
        title=publication.study.title or publication.study.id,
        kicker=f"Audit of published claims · {publication.study.id}",
        headline=_headline(findings),
        headline_small="Cannot be reproduced from the figures given: that is all a finding says.",
        facts=blocks.Facts(tuple(_facts(publication))),
        sections=blocks.numbered([section for section in sections if section.blocks]),
        behind=subjects_json(()),
        style=render.asset("style.css") + render.asset("audit.css"),
        script=render.asset("script.js"),
    )
    return render.document(page) + "\n"


_COUNTED = {
    Verdict.ERROR: ("figure cannot be reproduced", "figures cannot be reproduced"),
    Verdict.SUSPECT: ("is suspect", "are suspect"),
    Verdict.UNSUPPORTED: ("is not supported", "are not supported"),
    Verdict.IDENTIFIED: ("method or denominator identified", "methods or denominators identified"),
    Verdict.NOTE: ("note", "notes"),
    Verdict.OK: ("check holds", "checks hold"),
    Verdict.UNCHECKABLE: ("could not be made", "could not be made"),
}
_GRAVE = (Verdict.ERROR, Verdict.SUSPECT, Verdict.UNSUPPORTED)


def _headline(findings: Sequence[Finding]) -> tuple[str, ...]:
    tally = {verdict: sum(one.verdict is verdict for one in findings) for verdict in _COUNTED}
    words = {
        verdict: f"{count} {_COUNTED[verdict][min(count, 2) - 1]}"
        for verdict, count in tally.items()
        if count
    }
    grave = [words[verdict] for verdict in _GRAVE if verdict in words]
    other = [text for verdict, text in words.items() if verdict not in _GRAVE]
    first = ", ".join(grave) if grave else "No figure contradicts another"
    return tuple(f"{line}." for line in (first, ", ".join(other)) if line)


def _facts(publication: Publication) -> list[tuple[str, str]]:
    study = publication.study
    facts = [("Claims", str(len(publication.claims)))]
    facts += [("Enrolled", str(study.enrolled))] if study.enrolled else []
    facts += [("Data cut-off", study.cutoff)] if study.cutoff else []
    facts += [("Source", study.source)] if study.source else []
    return facts


def _questions(publication: Publication, findings: Sequence[Finding]) -> blocks.Section:
    asked = questions(publication, findings)
    shown = (blocks.Prose(asked, is_list=True),) if asked is not None else ()
    return blocks.Section("questions", "Questions to the authors", shown)


def _loud(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that have a place of their own, the gravest first."""
    return [one for one in sorted_findings(findings) if one.verdict not in _SILENT]


def _anchor(at: int) -> str:
    return f"finding-{at + 1}"


def _claims(publication: Publication, findings: Sequence[Finding]) -> blocks.Section:
    loud, rows = _loud(findings), []
    for claim in publication.claims:
        found = worst(findings, claim.id)
        verdict = found.verdict if found else Verdict.UNCHECKABLE
        mark = badge(verdict, _anchor(loud.index(found)) if found in loud else "")
        title = title_of(publication, claim.id)
        small = Markup("<small>{}</small>").format(claim.id) if claim.id != title else Markup("")
        head = Markup("{}{}").format(title, small)
        rows.append(blocks.TableRow(head, (printed(claim), mark, claim.quote or "")))
    heads = [("Claim", False), ("Printed", True), ("Verdict", True), ("In the text", True)]
    columns = tuple(blocks.Column(words, is_text=is_text) for words, is_text in heads)
    notes = tuple(f"{verdict}: {MEANINGS[verdict]}." for verdict in Verdict)
    caption = "Every claim and its worst verdict"
    table = blocks.Table("claims", caption, columns, tuple(rows), notes, dense=True)
    return blocks.Section("all-claims", "Claims", (table,))


def _arithmetic(publication: Publication, findings: Sequence[Finding]) -> blocks.Section:
    cards = (card(publication, one, _anchor(at)) for at, one in enumerate(_loud(findings)))
    shown = tuple(blocks.Prose(one, is_list=True) for one in cards)
    return blocks.Section("arithmetic", "Arithmetic and repairs", shown)


def _rest(publication: Publication, findings: Sequence[Finding]) -> blocks.Section:
    rows = [
        blocks.TableRow(
            "; ".join(title_of(publication, name) for name in one.claims),
            (badge(one.verdict), entry(one.code).title, one.computation),
        )
        for one in sorted_findings(findings)
        if one.verdict in _SILENT
    ]
    heads = ("Verdict", "Check", "Arithmetic")
    columns = (blocks.Column("Claims"), *(blocks.Column(head, is_text=True) for head in heads))
    table = blocks.Table(
        "rest", "What cannot be checked, and what follows from the other figures", columns, tuple(rows)
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
