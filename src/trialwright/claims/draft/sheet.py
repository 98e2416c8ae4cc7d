"""What the rules fill in: the claims so far, and which characters of the text they have read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = re.compile(r"\d+(?:[.·]\d+)?")
_QUOTED = 60
_ID = re.compile(r"[^a-z0-9]+")


@dataclass
class Sheet:
    """The text, the study, its populations and claims so far, and the characters that were read."""

    text: str
    study: dict[str, Any] = field(default_factory=dict)
    populations: dict[str, Any] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    _read: set[int] = field(default_factory=set)

    def take(self, first: int, last: int) -> None:
        """Mark characters as read."""
        self._read.update(range(first, last))

    def is_free(self, first: int, last: int) -> bool:
        """Whether no rule has read any of these characters."""
        return self._read.isdisjoint(range(first, last))

    def find(self, pattern: re.Pattern[str], *groups: str | int) -> Iterator[re.Match[str]]:
        """The matches whose numbers no earlier rule has read; each is marked as read.

        With `groups`, only the numbers in these are looked at and marked.
        """
        for match in pattern.finditer(self.text):
            spans = [match.span(group) for group in groups or (0,) if match.start(group) >= 0]
            numbers = [one for span in spans for one in NUMBER.finditer(self.text, *span)]
            if numbers and not all(self.is_free(*one.span()) for one in numbers):
                continue
            for one in numbers:
                self.take(*one.span())
            yield match

    def add(self, kind: str, name: str, quote: str, /, **fields: Any) -> str:
        """Add a claim; its id is made of the name, and unique."""
        base = _ID.sub("_", name.lower()).strip("_") or kind
        taken = {claim["id"] for claim in self.claims}
        ident, at = base, 1
        while ident in taken:
            at += 1
            ident = f"{base}_{at}"
        kept = {key: value for key, value in fields.items() if value is not None}
        self.claims.append({"id": ident, "type": kind, **kept, "quote": " ".join(quote.split())})
        return ident

    def leftovers(self) -> list[dict[str, str]]:
        """The numbers that no rule has read, each with its place."""
        found = []
        for match in NUMBER.finditer(self.text):
            if self.is_free(*match.span()):
                around = self.text[max(match.start() - _QUOTED, 0) : match.end() + _QUOTED]
                found.append({"text": match[0], "quote": " ".join(around.split())})
        return found

    def arms(self) -> list[str]:
        """The arms, in the order of the text."""
        return [
            name
            for name, one in self.populations.items()
            if isinstance(one, dict) and one.get("arm") == "yes"
        ]
