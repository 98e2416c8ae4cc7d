"""Propose a mapping for a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.ingest.tables import Book


def guess_mapping(book: Book) -> str:
    """Return the text of a mapping.yaml."""
    return book.name
