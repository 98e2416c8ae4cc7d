"""What a page is made of: prose, facts, tables, figures and folded parts, before they become HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup


_MOST_STACKED = 200
_MOST_WIDE = 7


@dataclass(frozen=True, slots=True)
class Prose:
    """One paragraph, or a list that is markup already; `quiet` is small print."""

    kind: ClassVar[str] = "prose"
    text: Markup | str
    quiet: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are."""

    kind: ClassVar[str] = "facts"
    entries: tuple[tuple[str, Markup | str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; `under` is its second line (n = 27); words align left, numbers centred."""

    words: Markup | str
    under: Markup | str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A head over several columns; `under` is its second line; without words it is a gap."""

    words: Markup | str
    columns: int
    under: Markup | str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row head and its cells; `level` indents; without cells it heads the rows that follow."""

    head: Markup | str
    cells: tuple[Markup | str, ...] = ()
    level: int = 0
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with caption and notes; `number` is given when the page is put together."""

    kind: ClassVar[str] = "table"
    anchor: str
    caption: Markup | str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[Markup | str, ...] = ()
    number: int = 0
    dense: bool = False
    spans: tuple[Span, ...] = ()

    @property
    def is_words(self) -> bool:
        """Whether the table is text throughout: on a phone its rows are stacked."""
        return self.is_text and len(self.rows) <= _MOST_STACKED

    @property
    def is_text(self) -> bool:
        """Whether every column reads from the left."""
        return all(column.is_text for column in self.columns[1:])

    @property
    def classes(self) -> str:
        """The classes that the style sheet knows."""
        many = len(self.columns) > _MOST_WIDE
        names = (("dense", self.dense), ("many", many), ("alltext", self.is_text), ("words", self.is_words))
        return " ".join(name for name, holds in names if holds)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (wide and narrow) with caption and notes."""

    kind: ClassVar[str] = "figure"
    anchor: str
    caption: Markup | str
    drawing: Markup
    notes: tuple[Markup | str, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks behind a summary that opens."""

    kind: ClassVar[str] = "folded"
    summary: Markup | str
    blocks: tuple[Block, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    words: str
    anchor: str


Block = Prose | Facts | Table | Figure | Folded | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter of the report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass
class _Counter:
    """The last numbers given."""

    table: int = 0
    figure: int = 0


def numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Number tables and figures through the whole report."""
    counter = _Counter()
    return tuple(
        replace(section, blocks=tuple(_number(block, counter) for block in section.blocks))
        for section in sections
    )


def _number(block: Block, counter: _Counter) -> Block:
    if isinstance(block, Table):
        counter.table += 1
        return replace(block, number=counter.table)
    if isinstance(block, Figure):
        counter.figure += 1
        return replace(block, number=counter.figure)
    if isinstance(block, Folded):
        return replace(block, blocks=tuple(_number(inner, counter) for inner in block.blocks))
    return block
