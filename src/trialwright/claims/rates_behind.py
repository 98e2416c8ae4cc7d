"""The two rates behind an odds ratio, a risk ratio or a difference, as 2 × 2 tables."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from trialwright.claims.counts import possible_counts, size_of
from trialwright.claims.model import Difference, Proportion, Ratio, endpoint_of
from trialwright.claims.two_by_two import Table

if TYPE_CHECKING:
    from trialwright.claims.model import Publication

_MOST_TABLES = 100


def rates_behind(publication: Publication, claim: Ratio | Difference) -> tuple[Proportion, Proportion] | None:
    """The two rates that a claim names, else those of its arms; None where they are not known."""
    if claim.of is not None:
        named = [publication.claim(name) for name in claim.of]
        first, second = (one if isinstance(one, Proportion) else None for one in named)
    elif claim.contrast is not None and endpoint_of(claim):
        first, second = (_rate(publication, arm, endpoint_of(claim)) for arm in claim.contrast)
    else:
        return None
    return None if first is None or second is None else (first, second)


def _rate(publication: Publication, arm: str, endpoint: str) -> Proportion | None:
    rates = [
        one
        for one in publication.all_of(Proportion)
        if one.population == arm and endpoint_of(one) == endpoint
    ]
    return rates[0] if len(rates) == 1 else None


def tables_of(publication: Publication, rates: tuple[Proportion, Proportion]) -> list[Table]:
    """Every table that the two rates can stand for; several where a percentage fits several counts."""
    sizes = [size_of(publication, one) for one in rates]
    m, n = sizes
    if m is None or n is None:
        return []
    counts = [possible_counts(publication, one) for one in rates]
    pairs = islice(product(*counts), _MOST_TABLES)
    return [Table(a, m, c, n) for a, c in pairs if 0 <= a <= m and 0 <= c <= n]
