"""Blocks as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "


def as_text(sections: Sequence[blocks.Section]) -> str:
    """Write sections one beneath another; tables keep their columns by spaces."""
    lines: list[str] = []
    for section in sections:
        title = _plain(section.title)
        lines += [title, "=" * len(title), ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _block(block: blocks.Block) -> Iterator[str]:
    if isinstance(block, blocks.Facts):
        width = max((len(term) for term, _ in block.entries), default=0)
        for term, words in block.entries:
            yield f"{term:<{width}}{_GAP}{_plain(words)}"
    elif isinstance(block, blocks.Table):
        yield _plain(block.caption)
        yield from _table(block)
    elif isinstance(block, blocks.Prose):
        yield _plain(block.text)
    elif isinstance(block, blocks.Heading):
        yield block.words
        yield "-" * len(block.words)
    elif isinstance(block, blocks.Folded):
        yield _plain(block.summary)
        for inner in block.blocks:
            yield from _block(inner)


def _table(table: blocks.Table) -> Iterator[str]:
    """Columns as wide as their widest cell; the last one is never padded."""
    heads = [_plain(column.words) for column in table.columns]
    rows = [[_plain(cell) for cell in (row.head, *row.cells)] for row in table.rows]
    full = [row for row in rows if len(row) == len(heads)]
    widths = [max(len(row[k]) for row in [heads, *full]) for k in range(len(heads))]
    yield _line(heads, widths)
    yield _GAP.join("-" * width for width in widths)
    for row in rows:
        yield _line(row, widths) if len(row) == len(heads) else row[0]
    for note in table.notes:
        yield _plain(note)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))


def _plain(words: Markup | str) -> str:
    """Text without markup, on one line; signs that steer a terminal are taken out."""
    text = words.striptags() if isinstance(words, Markup) else words
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
