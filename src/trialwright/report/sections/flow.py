"""Disposition: the flow diagram after CONSORT, and the same numbers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.figures import consort
from trialwright.report.figures.frame import pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "disposition"
_TOP = ("screened", "enrolled")
_OVERALL = "screened"
_MOST_REASONS = 6


def section(page: Page) -> blocks.Section | None:
    """The chapter on subjects; None where the analysis has no disposition."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    flow = _flow(page, rows)
    label = "Flow of subjects from screening to analysis; the table beneath gives the same numbers."
    figure = blocks.Figure(
        "figure-flow",
        "Flow of subjects through the study.",
        pair(lambda sheet: consort.draw(flow, label, sheet, page.mark)),
    )
    return blocks.Section("subjects", "Subjects", (figure, _table(page, rows)))


def _flow(page: Page, rows: Sequence[Row]) -> consort.Flow:
    """Screened and enrolled above; then each group."""
    overall = {row.statistic: row for row in rows if row.population == _OVERALL}
    trunk = []
    if "screened" in overall:
        lost = overall.get("not_enrolled")
        left = (_line(lost, "Not enrolled"),) if lost is not None and lost.value else ()
        trunk.append(((_line(overall["screened"], "Screened", bold=True),), left))
    if "enrolled" in overall:
        head = _line(overall["enrolled"], _enrolled_word(rows), bold=True)
        trunk.append(((head,), ()))
    groups = page.groups_of(row for row in rows if row.population != _OVERALL)
    shown = [group for group in groups if group != page.total or len(groups) == 1]
    return consort.Flow(tuple(trunk), tuple(_column(page, rows, group) for group in shown))


def _enrolled_word(rows: Sequence[Row]) -> str:
    """'Randomised' where everyone enrolled was."""
    enrolled = next((r.value for r in rows if r.statistic == "enrolled"), None)
    randomised = max((r.value or 0 for r in rows if r.statistic == "randomised"), default=0)
    return "Randomised" if enrolled and randomised == enrolled else "Enrolled"


def _column(page: Page, rows: Sequence[Row], group: str) -> tuple[consort.Box, ...]:
    """Allocation, end of study, analysis."""
    here = [row for row in rows if row.group == group and row.population != _OVERALL]
    name = page.group_label(group) if group != page.total else "Allocated"
    allocation = [_line(row, name, bold=True) for row in here if row.statistic == "allocated"]
    allocation += [_line(row, "Treated") for row in here if row.statistic == "treated"]
    allocation += [_line(row, "Not treated") for row in here if row.statistic == "not_treated" and row.value]
    return tuple(box for box in (tuple(allocation), _ends(here), _analysed(page, here)) if box)


def _ends(here: Sequence[Row]) -> consort.Box:
    """Who stopped and why, who completed, who is still in the study."""
    lines = []
    for row in here:
        if row.statistic == "discontinued":
            words = _sentence_case(row.item) if row.item else "Discontinued"
            if row.value:
                lines.append(_line(row, words, indent=bool(row.item)))
        elif row.statistic in {"completed", "ongoing"} and row.value:
            words = "Completed" if row.statistic == "completed" else "Ongoing or not recorded"
            lines.append(_line(row, words))
    return tuple(_shortened(lines))


def _shortened(lines: list[consort.Line]) -> list[consort.Line]:
    """Keep the box short: the rarest reasons are counted in one line, and stand in the table."""
    reasons = [line for line in lines if line.indent]
    if len(reasons) <= _MOST_REASONS:
        return lines
    kept = set(reasons[: _MOST_REASONS - 1])
    rest = len(reasons) - len(kept)
    shown = [line for line in lines if not line.indent or line in kept]
    last = max(k for k, line in enumerate(shown) if line.indent)
    shown.insert(last + 1, consort.Line(f"{rest} further reasons: see table", indent=True))
    return shown


def _analysed(page: Page, here: Sequence[Row]) -> consort.Box:
    """Each analysis set, and why subjects are not in it."""
    lines = []
    for row in here:
        if row.statistic == "in_set":
            lines.append(_line(row, page.set_label(row.item)))
        elif row.statistic == "excluded" and ": " in row.item:
            lines.append(_line(row, _sentence_case(row.item.split(": ", 1)[1]), indent=True))
    return tuple(lines)


def _line(row: Row, words: str, *, bold: bool = False, indent: bool = False) -> consort.Line:
    return consort.Line(f"{words} (n\u00a0=\u00a0{cells.value(row)})", row.anchor, bold=bold, indent=indent)


def _sentence_case(words: str) -> str:
    return words.capitalize() if words.isupper() else words[:1].upper() + words[1:]


def _table(page: Page, rows: Sequence[Row]) -> blocks.Table:
    """Every number of the flow by group."""
    groups = page.groups_of(rows)
    found = {(row.statistic, row.item, row.population, row.group): row for row in rows}
    kinds = dict.fromkeys((row.statistic, row.item, row.population) for row in rows)
    lines = tuple(
        blocks.TableRow(
            _head(page, statistic, item),
            tuple(cells.plain(found.get((statistic, item, population, group))) for group in groups),
            level=_level(statistic, item),
        )
        for statistic, item, population in kinds
        if not _is_empty(found, (statistic, item, population), groups)
    )
    columns = (blocks.Column(""), *(blocks.Column(page.group_label(group)) for group in groups))
    return blocks.Table("table-disposition", "Disposition of subjects.", columns, lines, tuple(_notes(rows)))


def _level(statistic: str, item: str) -> int:
    """Reasons stand beneath what they explain."""
    if statistic == "excluded":
        return 2 if ": " in item else 1
    return 1 if item and statistic != "in_set" else 0


def _is_empty(
    found: dict[tuple[str, str, str, str], Row], kind: tuple[str, str, str], groups: Sequence[str]
) -> bool:
    """A line of zeros says nothing, except for treatment and sets."""
    statistic, *_ = kind
    if statistic in {"screened", "enrolled", "allocated", "treated", "in_set"}:
        return False
    here = [row for group in groups if (row := found.get((*kind, group))) is not None]
    return not any(row.value or row.text for row in here)


def _head(page: Page, statistic: str, item: str) -> str:
    if statistic == "in_set":
        return f"In the set: {page.set_label(item)}"
    if statistic == "excluded":
        name, _, reason = item.partition(": ")
        return _sentence_case(reason) or f"Not in the set: {page.set_label(name)}"
    if item:
        return _sentence_case(item)
    return page.statistic_label(statistic)


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    if any(row.population == _OVERALL for row in rows):
        yield f"A dash ({fmt.NO_VALUE}) marks what does not occur, or is not counted by group."
