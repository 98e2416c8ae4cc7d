"""Tables that count subjects with events: all grades beside the severe ones, group by group."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trialwright.analyse.results import PRIMARY
from trialwright.derive.adverse_event_words import words
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

AFFECTED, DIFFERENCE, EVENTS = "affected", "risk_difference", "event_total"
SEVERE = "grade 3 or higher"
WITHIN = " | "
_BANDS: Mapping[str, str] = {PRIMARY: "Any grade", SEVERE: "Grade \u2265\u00a03"}
_MOST_OPEN = 45


@dataclass(frozen=True)
class Counts:
    """Rows of `affected` and `risk_difference`, laid out as columns: groups, then comparisons.

    `bands` are the variants that stand beside each other under each group.
    """

    page: Page
    rows: Sequence[Row]
    bands: tuple[str, ...] = (PRIMARY,)

    @cached_property
    def _found(self) -> Mapping[tuple[str, str, str, str], Row]:
        return {(row.statistic, row.variant, row.item, row.group): row for row in self.rows}

    @cached_property
    def groups(self) -> list[str]:
        """The groups that occur."""
        return self.page.groups_of(self.rows)

    @cached_property
    def pairs(self) -> list[str]:
        """The comparisons that occur."""
        return unique(row.group for row in self.rows if self.page.is_comparison(row))

    @cached_property
    def sizes(self) -> Mapping[str, int | None]:
        """The number of subjects of each group; None where any changes from line to line."""
        seen: defaultdict[str, set[int | None]] = defaultdict(set)
        for row in self.rows:
            if row.statistic == AFFECTED:
                seen[row.group].add(row.n)
        same = all(len(sizes) == 1 for sizes in seen.values())
        return {group: next(iter(sizes)) if same else None for group, sizes in seen.items()}

    def size_words(self, group: str) -> str:
        """`n = 33`, or nothing where it differs by line."""
        size = self.sizes.get(group)
        return "" if size is None else f"n = {fmt.count(size)}"

    def columns(self) -> tuple[blocks.Column, ...]:
        """The heads: the groups themselves, or the bands under each group."""
        if len(self.bands) == 1:
            heads = [blocks.Column(self.page.group_label(one), self.size_words(one)) for one in self.groups]
            heads += [blocks.Column(_difference_words(), self.page.group_label(one)) for one in self.pairs]
            return (blocks.Column(""), *heads)
        names = [blocks.Column(_BANDS.get(band, band)) for band in self.bands]
        return (blocks.Column(""), *(name for _ in (*self.groups, *self.pairs) for name in names))

    def spans(self) -> tuple[blocks.Span, ...]:
        """The groups over their bands; none where each group is one column."""
        if len(self.bands) == 1:
            return ()
        width = len(self.bands)
        named = [blocks.Span(self.page.group_label(one), width, self.size_words(one)) for one in self.groups]
        named += [blocks.Span(_difference_words(), width, self.page.group_label(one)) for one in self.pairs]
        return (blocks.Span("", 1), *named)

    def cells(self, item: str) -> tuple[Markup | str, ...]:
        """One line of the table."""
        counts = [
            self._count(self._found.get((AFFECTED, band, item, group)), group)
            for group in self.groups
            for band in self.bands
        ]
        differences = [
            cells.estimate(self._found.get((DIFFERENCE, band, item, pair)))
            for pair in self.pairs
            for band in self.bands
        ]
        return (*counts, *differences)

    def _count(self, row: Row | None, group: str) -> Markup:
        """`12 (14.0%)`, or `12 of 86 (14.0%)` where the size of the group changes from line to line."""
        if row is None:
            return escape("0" if self.sizes.get(group) else fmt.NO_VALUE)
        if row.value is None:
            return cell(row, cells.value(row))
        of = f" of {fmt.count(row.n)}" if self.sizes.get(group) is None and row.n else ""
        if not row.events:
            return cell(row, f"0{of}")
        return cell(row, f"{fmt.count(row.events)}{of}\u00a0({fmt.percent(row.value)})")

    @property
    def items(self) -> list[str]:
        """The lines, in the order of the analysis."""
        return unique(row.item for row in self.rows if row.statistic == AFFECTED)

    def notes(self) -> list[str]:
        """How subjects are counted, and by which method their difference is estimated."""
        methods = unique(row.method for row in self.rows if row.statistic == DIFFERENCE and row.method)
        levels = unique(fmt.level(row.level) for row in self.rows if row.statistic == DIFFERENCE)
        of = "of the subjects with a gradable result" if None in self.sizes.values() else "of the group"
        notes = [f"Subjects (% {of}), each counted once in a line."]
        if methods:
            notes.append(
                f"Difference in risk ({'; '.join(levels)} interval): {'; '.join(methods)}; "
                "not adjusted for the number of lines."
            )
            least = words("tables")["risk_difference_from_percent"]
            if any(WITHIN in row.item for row in self.rows):
                notes.append(f"Of classes and terms it is given where {least}% of either group are affected.")
        return notes


def _difference_words() -> str:
    return "Difference in risk"


def bands_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """All grades, and the severe ones where grades are recorded."""
    variants = {row.variant for row in rows}
    return tuple(band for band in _BANDS if band in variants) or (PRIMARY,)


def plain_table(counts: Counts, anchor: str, caption: str, notes: Sequence[str] = ()) -> blocks.Block:
    """One line an item."""
    lines = tuple(blocks.TableRow(readable(item), counts.cells(item)) for item in counts.items)
    return folded_if_long(_table(counts, anchor, caption, lines, notes))


def nested_table(
    counts: Counts, classes: Counts, anchor: str, caption: str, notes: Sequence[str] = ()
) -> blocks.Block:
    """System organ classes with their own counts, and their preferred terms below them."""
    terms: defaultdict[str, list[str]] = defaultdict(list)
    for item in counts.items:
        terms[item.rpartition(WITHIN)[0]].append(item)
    order = [name for name in classes.items if name in terms]
    order += [name for name in terms if name not in order]
    lines: list[blocks.TableRow] = []
    for name in order:
        known = name in classes.items
        head = readable(name)
        lines.append(blocks.TableRow(strong(head), classes.cells(name)) if known else blocks.TableRow(head))
        lines += [
            blocks.TableRow(readable(item.rpartition(WITHIN)[2]), counts.cells(item), 1)
            for item in terms[name]
        ]
    return folded_if_long(_table(counts, anchor, caption, tuple(lines), notes))


def _table(
    counts: Counts, anchor: str, caption: str, lines: tuple[blocks.TableRow, ...], notes: Sequence[str]
) -> blocks.Table:
    population = counts.page.set_label(counts.rows[0].population)
    return blocks.Table(
        anchor,
        f"{caption} ({population}).",
        counts.columns(),
        lines,
        (*counts.notes(), *notes),
        spans=counts.spans(),
    )


def strong(words: str) -> Markup:
    """A head among its lines."""
    return Markup("<b>{}</b>").format(words)


def readable(words: str) -> str:
    """A dictionary term in capitals as a sentence would have it."""
    return words.capitalize() if words.isupper() else words[:1].upper() + words[1:]


def folded_if_long(table: blocks.Table) -> blocks.Block:
    """A long table waits behind its caption."""
    return table if len(table.rows) <= _MOST_OPEN else folded(table)


def folded(table: blocks.Table) -> blocks.Folded:
    """A table behind its caption."""
    summary = Markup("<b>{}</b> {}").format(table.caption, fmt.plural(len(table.rows), "line"))
    return blocks.Folded(summary, (table,))
