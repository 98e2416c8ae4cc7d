"""Whole tablets for a dose by mouth."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.rules import TabletSet, tablet_sets


@dataclass(frozen=True, slots=True)
class Tablets:
    """Tablets at one time: (strength in mg, how many), largest first."""

    counts: tuple[tuple[int, int], ...]

    @property
    def dose_mg(self) -> int:
        """The dose at one time."""
        return sum(strength * count for strength, count in self.counts)

    def __str__(self) -> str:
        """Say it as on a label: 3 × 500 mg + 2 × 150 mg."""
        return " + ".join(f"{count} × {strength} mg" for strength, count in self.counts if count)


def nearest_tablets(dose_mg: float, tablets: TabletSet) -> Tablets:
    """Return the tablets whose total is nearest to a dose at one time.

    Equally near totals: the larger, as the label's table does at each of its limits (at
    1250 mg/m² and 1.38 m² the computed 1725 mg becomes 1800 mg). Then the fewest tablets.
    Source: Xeloda prescribing information, dose by body surface area.

    >>> str(nearest_tablets(1250 * 1.38, tablet_sets()["capecitabine"]))
    '3 × 500 mg + 2 × 150 mg'

    Raises:
        ArgumentError: the dose is smaller than half the smallest tablet.
    """
    smallest = min(tablets.strengths_mg)
    if not dose_mg >= smallest / 2:
        raise ArgumentError.at(f"dose {dose_mg:g} mg", f"less than half the smallest tablet of {smallest} mg")

    def up_to(strength: int) -> range:
        enough = int(dose_mg // strength) + 1
        return range(min(enough, tablets.at_most.get(strength, enough)) + 1)

    choices = itertools.product(*(up_to(strength) for strength in tablets.strengths_mg))
    candidates = [Tablets(tuple(zip(tablets.strengths_mg, counts, strict=True))) for counts in choices]
    return min(
        (one for one in candidates if one.dose_mg > 0),
        key=lambda one: (
            round(abs(one.dose_mg - dose_mg), 6),
            -one.dose_mg,
            sum(count for _, count in one.counts),
        ),
    )


def tablets_of(drug: str) -> TabletSet | None:
    """Return the tablets a drug comes in, or nothing for a drug that is not given so."""
    return tablet_sets().get(drug.strip().lower())
