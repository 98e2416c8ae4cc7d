"""Laboratory results: worst grade on treatment by term, shifts from baseline, liver signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import PRIMARY
from trialwright.analyse.safety_events import GRADE_3, SEVERE, share
from trialwright.derive.liver import liver_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.analyse.rows import Row
    from trialwright.analyse.safety_events import Events

LABORATORY, SHIFT, LIVER = "laboratory", "laboratory shift", "liver"
_LIVER_LIMITS = (3, 5, 10, 20)
_BILIRUBIN_LIMIT = 2


def laboratory(events: Events) -> Iterator[Row]:
    """Give the share of subjects at each worst grade, among those with a gradable result on treatment."""
    adlb = events.context.adam.adlb
    if not adlb.height:
        return
    worst = pl.concat([_worst(adlb, letter) for letter in ("L", "H")])
    for term in sorted(worst["TERM"].unique()):
        of_term = worst.filter(pl.col("TERM") == term)
        grades = {subject: (grade, shift) for subject, grade, shift in of_term.drop("TERM").iter_rows()}
        for group in events.context.columns():
            tested = [one for one in events.members(group) if one in grades]
            cell = events.cell(LABORATORY, group, PRIMARY)
            yield share(cell, term, [one for one in tested if grades[one][0] > 0], tested)
            severe = [one for one in tested if grades[one][0] >= GRADE_3]
            yield share(events.cell(LABORATORY, group, SEVERE), term, severe, tested)
            shifts = events.cell(SHIFT, group, PRIMARY)
            for shift in sorted({grades[one][1] for one in tested}):
                same = [one for one in tested if grades[one][1] == shift]
                yield share(shifts, f"{term}: {shift}", same, tested)
    yield from _liver(events, adlb)


def _worst(adlb: pl.DataFrame, letter: str) -> pl.DataFrame:
    return adlb.filter(pl.col(f"WORST{letter}") == "Y").select(
        "USUBJID", GRADE=f"ATOXGR{letter}", SHIFT=f"SHIFT{letter}", TERM=f"ATOXDSC{letter}"
    )


def _liver(events: Events, adlb: pl.DataFrame) -> Iterator[Row]:
    signals = liver_signals(adlb)
    if not signals.height:
        return
    criteria = {
        f"ALT or AST at least {limit} x ULN": pl.col("AMINOX") >= limit for limit in _LIVER_LIMITS
    } | {
        f"bilirubin above {_BILIRUBIN_LIMIT} x ULN": pl.col("BILIX") > _BILIRUBIN_LIMIT,
        "candidate of Hy's law": pl.col("HYSLAW") == "Y",
    }
    tested = set(signals["USUBJID"])
    for group in events.context.columns():
        members = [one for one in events.members(group) if one in tested]
        cell = events.cell(LIVER, group, PRIMARY)
        for name, criterion in criteria.items():
            affected = signals.filter(criterion, pl.col("USUBJID").is_in(members))["USUBJID"].to_list()
            yield share(cell, name, affected, members)
