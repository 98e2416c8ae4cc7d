"""One subject: every target lesion at every visit, and the sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.ledger import unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.story.subject import Record, Subject

_SUM = "SDIAM"


def section(told: Subject) -> blocks.Section | None:
    """The chapter; None where no lesion was measured."""
    rows = sorted(told.rows(told.adam.adtr), key=lambda row: str(row["ADT"] or ""))
    sums = [row for row in rows if row["PARAMCD"] == _SUM]
    lesions = [row for row in rows if row["PARAMCD"] != _SUM and row["LESIONID"]]
    if not sums and not lesions:
        return None
    parts: list[blocks.Block] = []
    if lesions:
        parts.append(_lesions(told, lesions))
    if sums:
        parts.append(_sums(told, sums))
    return blocks.Section("lesions", "Target lesions", tuple(parts))


def _lesions(told: Subject, rows: Sequence[Record]) -> blocks.Table:
    """Lesions down, visits across, with the record of each measurement."""
    visits = unique(str(row["ADT"]) for row in rows)
    lines = []
    for lesion in sorted({str(row["LESIONID"]) for row in rows}):
        here = {str(row["ADT"]): row for row in rows if row["LESIONID"] == lesion}
        place = next((str(row["TULOC"]) for row in here.values() if row["TULOC"]), "")
        cells = tuple(_measured(here.get(visit)) for visit in visits)
        lines.append(blocks.TableRow(f"{lesion} {place}".strip(), cells))
    days = {str(row["ADT"]): told.day(row["ADT"]) for row in rows}
    columns = (blocks.Column("Lesion"), *(blocks.Column(visit, f"day {days[visit]}") for visit in visits))
    return blocks.Table(
        "subject-lesions",
        "Diameters in mm (short axis of nodes), with TRSEQ of the record.",
        columns,
        tuple(lines),
        dense=True,
    )


def _measured(row: Record | None) -> str:
    if row is None or row["AVAL"] is None:
        return fmt.NO_VALUE
    sequence = row.get("SRCSEQ")
    return fmt.shortest(row["AVAL"]) + (f" [{sequence}]" if sequence is not None else "")


def _sums(told: Subject, rows: Sequence[Record]) -> blocks.Table:
    """The sum at each visit against baseline and nadir."""
    lines = tuple(
        blocks.TableRow(
            fmt.date(row["ADT"]),
            (
                told.day(row["ADT"]),
                str(row["AVISIT"] or ""),
                fmt.shortest(row["AVAL"]) + ("" if _is_complete(row) else ", partial"),
                _change(row, "BASE", "CHG", "PCHG") if _is_complete(row) else fmt.NO_VALUE,
                _change(row, "NADIR", "CHGNAD", "PCHGNAD") if _tells_of_nadir(row) else fmt.NO_VALUE,
                _completeness(row),
            ),
        )
        for row in rows
    )
    heads = ("Day", "Visit", "Sum, mm", "From baseline", "From nadir before", "Lesions measured")
    columns = (blocks.Column("Date", is_text=True), *(blocks.Column(words) for words in heads))
    return blocks.Table("subject-sums", "Sum of target diameters.", columns, lines, dense=True)


def _change(row: Record, base: str, change: str, percent: str) -> str:
    """`−13 mm (−26.0%) of 50`."""
    if row[base] is None or row[change] is None:
        return fmt.NO_VALUE
    share = f" ({fmt.signed(row[percent], 1)}%)" if row[percent] is not None else ""
    decimals = 0 if float(row[change]).is_integer() else 1
    return f"{fmt.signed(row[change], decimals)} mm{share} of {fmt.shortest(row[base])}"


def _is_complete(row: Record) -> bool:
    return bool(row["ANL01FL"] == "Y")


def _tells_of_nadir(row: Record) -> bool:
    """A partial sum says something only where it is above the nadir already: then it can be progression."""
    return _is_complete(row) or (row["CHGNAD"] or 0) > 0


def _completeness(row: Record) -> str:
    """Which of the target lesions were measured; only complete sums feed baseline and nadir."""
    if _is_complete(row):
        return "all"
    measured, expected = row.get("LSASS"), row.get("LSEXP")
    return f"{measured or 'none'} of {expected}" if expected else "not all"
