"""One subject's whole story: who, when, each lesion, each response and each endpoint, with the records.

`explain_text` is for a terminal, `explain_html` a fragment for a page; both show the same blocks.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import ArgumentError
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.plain_text import as_text
from trialwright.report.render import fragment
from trialwright.report.story import endpoints, lesions, responses, timeline
from trialwright.report.story.subject import Subject

if TYPE_CHECKING:
    from markupsafe import Markup

    from trialwright.derive.adam import Adam
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

_NEAR = 3


def explain_text(study: Study, adam: Adam, data: StudyData, subject: str) -> str:
    """Tell a subject's story as plain text.

    Raises:
        ArgumentError: no subject has this USUBJID or SUBJID.
    """
    return as_text(_story(study, adam, data, subject))


def explain_html(study: Study, adam: Adam, data: StudyData, subject: str) -> Markup:
    """Tell a subject's story as an HTML fragment, everything from the data escaped.

    Raises:
        ArgumentError: no subject has this USUBJID or SUBJID.
    """
    return fragment(_story(study, adam, data, subject), _mark(data))


def _mark(data: StudyData) -> str:
    origin = str(data.origin.value).upper()
    return "" if origin == "RECORDED" else origin


def _story(study: Study, adam: Adam, data: StudyData, subject: str) -> tuple[blocks.Section, ...]:
    """The chapters of the story, tables numbered."""
    told = Subject(study, adam, data, find_subject(adam.adsl, subject))
    mark = f"{_mark(data)} · " if _mark(data) else ""
    who = blocks.Section("subject", f"{mark}Subject {told.id}", (blocks.Facts(timeline.demographics(told)),))
    chapters = (
        who,
        timeline.section(told),
        lesions.section(told),
        responses.section(told),
        endpoints.section(told),
        _findings(told),
    )
    return blocks.numbered([chapter for chapter in chapters if chapter is not None])


def find_subject(adsl: pl.DataFrame, wanted: str) -> str:
    """Find the USUBJID that is meant: itself, or the one subject with this SUBJID.

    Raises:
        ArgumentError: there is none, or several subjects share the SUBJID.
    """
    known = adsl["USUBJID"].to_list()
    if wanted in known:
        return wanted
    short = adsl["SUBJID"] if "SUBJID" in adsl.columns else pl.Series([], dtype=pl.String)
    same = [subject for subject, number in zip(known, short, strict=False) if number == wanted]
    if len(same) == 1:
        return str(same[0])
    if same:
        found = f"{len(same)} subjects have the SUBJID {wanted!r}"
        raise ArgumentError.at("subject", found, expected="a USUBJID", remedy=f"name {fmt.listing(same)}")
    near = get_close_matches(wanted, known, n=_NEAR, cutoff=0.5)
    remedy = (
        f"did you mean {' or '.join(near)}?" if near else f"a USUBJID looks like {known[0]}" if known else ""
    )
    raise ArgumentError.at(
        "subject", f"no subject {wanted!r} in DM", expected="a USUBJID of the study", remedy=remedy
    )


def _findings(told: Subject) -> blocks.Section | None:
    """What the checks found about this subject while the data were read and derived."""
    found = [f for f in (*told.data.findings, *told.adam.findings) if f.subject == told.id]
    if not found:
        return None
    rows = tuple(
        blocks.TableRow(f.dataset, (f.severity.value, f.record, f.what, f.remedy))
        for f in sorted(found, key=lambda f: (f.dataset, f.record, f.code))
    )
    columns = (
        blocks.Column("Dataset", is_text=True),
        *(blocks.Column(words, is_text=True) for words in ("Severity", "Record", "What is wrong", "Remedy")),
    )
    table = blocks.Table("subject-findings", "Findings about this subject.", columns, rows, dense=True)
    return blocks.Section("subject-findings-section", "Data findings", (table,))
