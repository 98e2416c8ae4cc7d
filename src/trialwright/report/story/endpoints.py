"""One subject: each time to event, primary and variants, with the record that ended it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.protocol.endpoints import PRIMARY
from trialwright.report import blocks
from trialwright.report import format as fmt

if TYPE_CHECKING:
    from trialwright.report.story.subject import Record, Subject


def section(told: Subject) -> blocks.Section | None:
    """The chapter; None where the subject has no time."""
    rows = told.rows(told.adam.adtte)
    if not rows:
        return None
    lines = tuple(
        blocks.TableRow(
            f"{_name(row)}, {row['VARIANT']}",
            (
                "event" if row["CNSR"] == 0 else "censored",
                fmt.date(row["ADT"]),
                _days(row),
                str((row["EVNTDESC"] if row["CNSR"] == 0 else row["CNSDTDSC"]) or ""),
                f"from {fmt.date(row['STARTDT'])}",
                told.source(row),
            ),
        )
        for row in sorted(rows, key=lambda r: (_name(r), r["VARIANT"] != PRIMARY, r["VARIANT"]))
    )
    heads = ("Status", "Date", "Days", "Why", "Counted", "Source")
    columns = (blocks.Column("Endpoint"), *(blocks.Column(words, is_text=True) for words in heads))
    table = blocks.Table("subject-endpoints", "Times to event.", columns, lines, dense=True)
    return blocks.Section("endpoints", "Endpoints", (table,))


def _name(row: Record) -> str:
    """The endpoint as the study names it."""
    return str(row.get("ENDPOINT") or row["PARAMCD"])


def _days(row: Record) -> str:
    return fmt.NO_VALUE if row["AVAL"] is None else fmt.count(row["AVAL"])
