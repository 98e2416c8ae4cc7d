"""What the rules fill in: the claims so far, and which characters of the text they have read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trialwright.claims.draft.grammar import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|(?<![\d.])\.\d+")
_QUOTED = 60
_QUOTATIONS = frozenset({"quote", "id"})
_ID = re.compile(r"[^a-z0-9]+")


@dataclass
class Sheet:
    """The text, the study, its populations and claims so far, and the characters that were read."""

    text: str
    study: dict[str, Any] = field(default_factory=dict)
    populations: dict[str, Any] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    _read: set[int] = field(default_factory=set)
    _no_claim: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Blanks and decimal points become ordinary ones, each in its place."""
        self.text = plain(self.text)

    def dismiss(self, first: int, last: int) -> None:
        """Mark characters as read that are no claim: a dose, a grade, a version."""
        self._no_claim.update(range(first, last))
        self.take(first, last)

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
        """The numbers that no rule has read, or that no claim keeps though one has, with their places."""
        found, kept = [], self._kept()
        for match in NUMBER.finditer(self.text):
            is_dismissed = not self._no_claim.isdisjoint(range(*match.span()))
            if self.is_free(*match.span()) or not (is_dismissed or _bare(match[0]) in kept):
                around = self.text[max(match.start() - _QUOTED, 0) : match.end() + _QUOTED]
                found.append({"text": match[0], "quote": " ".join(around.split())})
        return found

    def dismissed(self) -> list[str]:
        """What was read as no claim, in the order of the text."""
        found: list[str] = []
        last = -1
        for at in sorted(self._no_claim):
            if at == last + 1 and found:
                found[-1] += self.text[at]
            else:
                found.append(self.text[at])
            last = at
        return list(dict.fromkeys(" ".join(one.split()) for one in found))

    def _kept(self) -> set[str]:
        """Every number that the study, its populations and claims say, their quotations left out."""
        said = [self.study, *self.populations.items(), *self.claims]
        return {_bare(one[0]) for text in _values(said) for one in NUMBER.finditer(text)}

    def arms(self) -> list[str]:
        """The arms, in the order of the text."""
        return [
            name
            for name, one in self.populations.items()
            if isinstance(one, dict) and one.get("arm") == "yes"
        ]


def _bare(number: str) -> str:
    """A number without commas and zeros before it."""
    return number.replace(",", "").lstrip("0") or "0"


def _values(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for key, value in said.items():
            if key not in _QUOTATIONS:
                yield from _values(value)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from _values(one)
    elif said is not None:
        # the parts of a date are numbers of their own
        yield from re.split(r"(?<=\d)-(?=\d)", str(said))
