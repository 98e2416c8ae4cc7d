"""Visits at which the lesions and the recorded response tell different stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks, palette
from trialwright.report import format as fmt
from trialwright.report.sections.findings import MOST_SHOWN

if TYPE_CHECKING:
    from trialwright.report.inputs import Page

_NOT_THERE = "none"


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where only one kind of response exists."""
    frame = page.given.results.disagreements
    if frame.is_empty():
        return None
    subjects = fmt.plural(frame["subject"].n_unique(), "subject")
    visits = fmt.plural(frame.height, "visit")
    shown = "" if frame.height <= MOST_SHOWN else f" The first {MOST_SHOWN} of {visits} are listed."
    intro = blocks.Prose(
        f"At {visits} of {subjects} the response derived from the lesions differs from the one that the "
        f"assessor recorded. Neither was changed.{shown}"
    )
    heads = ("Group", "Date", "Visit", "Derived", "Recorded", "Why the derived one")
    rows = tuple(
        blocks.TableRow(
            row["subject"],
            (
                page.group_label(row["group"]),
                fmt.date(row["date"]),
                row["visit"],
                row["derived"] or _NOT_THERE,
                row["recorded"] or _NOT_THERE,
                row["reason"],
            ),
        )
        for row in frame.head(MOST_SHOWN).iter_rows(named=True)
    )
    table = blocks.Table(
        "table-disagreements",
        "Derived against recorded time-point responses.",
        (blocks.Column("Subject"), *(blocks.Column(words, is_text=True) for words in heads)),
        rows,
        (f"Responses: {_key()}.",),
        dense=True,
    )
    return blocks.Section("disagreements", "Disagreements", (intro, table))


def _key() -> str:
    return ", ".join(
        f"{code} {palette.response_name(code).lower()}" for code in ("CR", "PR", "SD", "PD", "NE")
    )
