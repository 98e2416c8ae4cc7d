"""Whole numbers behind percentages: which counts, of which denominators, print as they are printed."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from trialwright.claims.model import CountClaim, Proportion

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.printed import Printed, Span

HUNDRED = 100
MOST_SEARCHED = 2000


def percent_of(k: int, n: int) -> Fraction:
    """The exact percentage."""
    return Fraction(HUNDRED * k, n)


def counts_within(span: Span, n: int) -> list[int]:
    """The counts of n whose percentage lies in a span."""
    first = max(math.ceil(span.low * n / HUNDRED), 0)
    last = min(math.floor(span.high * n / HUNDRED), n)
    return [k for k in range(first, last + 1) if percent_of(k, n) in span]


def denominators(percent: Printed, most: int, k: int | None = None) -> list[tuple[int, int]]:
    """The (k, n), n up to `most`, that round to a percentage; only those of count `k` where it is given."""
    pairs = (
        (count, n)
        for n in range(1, min(most, MOST_SEARCHED) + 1)
        for count in counts_within(percent.rounded, n)
    )
    return [(count, n) for count, n in pairs if k is None or count == k]


def size_of(publication: Publication, claim: Proportion) -> int | None:
    """The denominator that a claim states, by itself or through its population."""
    return claim.n if claim.n is not None else publication.size(claim.population)


def counts_of(publication: Publication, claim: Proportion) -> list[int]:
    """The counts that a claim can stand for: the printed one, else all that its percentage allows."""
    if claim.k is not None:
        return [claim.k]
    n = size_of(publication, claim)
    if n is None or claim.percent is None:
        return []
    return counts_within(claim.percent.rounded, n) or counts_within(claim.percent.truncated, n)


def possible_counts(publication: Publication, claim: Proportion) -> list[int]:
    """As `counts_of`, and those whose percentage would be cut off to the printed one, the rounded first."""
    first = counts_of(publication, claim)
    n = size_of(publication, claim)
    if claim.k is not None or n is None or claim.percent is None:
        return first
    return first + [k for k in counts_within(claim.percent.truncated, n) if k not in first]


def counts_behind(publication: Publication, part: int | str) -> list[int]:
    """The numbers that a part of a total can be: itself, a population's size, a claim's possible counts."""
    if isinstance(part, int):
        return [part]
    if part in publication.populations:
        return [publication.populations[part].n]
    claim = publication.claim(part)
    if isinstance(claim, CountClaim):
        return [claim.k]
    return possible_counts(publication, claim) if isinstance(claim, Proportion) else []


def count_of(publication: Publication, part: int | str) -> int | None:
    """The number behind a part of a total: itself, a population's size or a claim's only possible count."""
    if isinstance(part, int):
        return part
    if part in publication.populations:
        return publication.populations[part].n
    claim = publication.claim(part)
    if isinstance(claim, CountClaim):
        return claim.k
    possible = counts_of(publication, claim) if isinstance(claim, Proportion) else []
    return possible[0] if len(possible) == 1 else None


def listed(words: list[str], most: int = 6) -> str:
    """Join words, the first few of them.

    >>> listed(["9 of 28", "17 of 53"], most=1)
    '9 of 28 and 1 more'
    """
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest} more" if rest > 0 else "")
