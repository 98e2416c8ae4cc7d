"""The report: one HTML file that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright import __version__
from trialwright.report import blocks, render
from trialwright.report.inputs import Page, ReportInput
from trialwright.report.ledger import subjects_json
from trialwright.report.sections import (
    baseline,
    biomarker,
    comparators,
    design,
    disagreements,
    exposure,
    findings,
    flow,
    methods,
    monitoring,
    published,
    response,
    safety,
    safety_figures,
    time_to_event,
    title,
    tumour,
)

if TYPE_CHECKING:
    from markupsafe import Markup

_COLOPHON = "Made by Trialwright {version} from the inputs named above; the same inputs give the same file."


@dataclass(frozen=True)
class _Document:
    """What the template prints."""

    title: str
    kicker: str
    mark: str
    mark_note: str
    headline_label: str
    headline: tuple[Markup, ...]
    headline_small: Markup
    facts: blocks.Facts
    sections: tuple[blocks.Section, ...]
    behind: Markup
    style: Markup
    script: Markup
    generator: str
    colophon: str


def render_html(given: ReportInput) -> str:
    """Put the report of a study together as one self-contained HTML file.

    The same input gives the same text, byte for byte. Every number is a row of `given.results`.
    """
    page = Page(given)
    headline = title.headline(page)
    document = _Document(
        title=page.study.title,
        kicker=title.kicker(page),
        mark=page.mark,
        mark_note=page.mark_note,
        headline_label=headline.label,
        headline=headline.sentences,
        headline_small=headline.small,
        facts=blocks.Facts(title.facts(page)),
        sections=blocks.numbered(_sections(page)),
        behind=subjects_json(page.ledger.rows),
        style=render.asset("style.css"),
        script=render.asset("script.js"),
        generator=f"Trialwright {__version__}",
        colophon=_COLOPHON.format(version=__version__),
    )
    return render.document(document) + "\n"


def _sections(page: Page) -> list[blocks.Section]:
    """The chapters in reading order, without those that have nothing to say."""
    chapters = (
        published.section(page),
        design.section(page),
        flow.section(page),
        baseline.section(page),
        response.section(page),
        time_to_event.section(page),
        comparators.section(page),
        tumour.section(page),
        exposure.section(page),
        safety.section(page),
        safety_figures.section(page),
        monitoring.section(page),
        biomarker.section(page),
        disagreements.section(page),
        findings.section(page),
        methods.section(page),
        methods.all_results(page),
    )
    return [chapter for chapter in chapters if chapter is not None]
