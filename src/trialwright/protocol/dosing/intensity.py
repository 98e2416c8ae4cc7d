"""Planned against given: dose intensity, relative dose intensity, delays, reductions, omissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS_PER_WEEK = 7
PER_CENT = 100
DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Given:
    """One planned administration: its planned and real day (day 1 = first dose) and doses in mg.

    `given_mg` is 0 and `given_day` absent for an omitted dose.
    """

    planned_day: int
    planned_mg: float
    given_day: int | None
    given_mg: float


@dataclass(frozen=True, slots=True)
class DoseIntensity:
    """How much of the plan of one drug was given.

    Intensities are in mg per week; `relative_percent` is given over planned intensity.
    """

    planned_mg: float
    given_mg: float
    planned_mg_per_week: float
    given_mg_per_week: float
    relative_percent: float
    delayed: int
    reduced: int
    omitted: int


def dose_intensity(course: Sequence[Given], *, cycle_days: int, cycles: int) -> DoseIntensity:
    """Return the relative dose intensity of one drug over the cycles that were begun.

    Intensity is the total over the time from the first dose to the end of the last cycle, as it
    was planned (cycles × cycle_days) and as it went (the delay of the last cycle added).
    Source: Hryniuk and Bush, J Clin Oncol 1984;2:1281; Longo et al., J Clin Oncol 1991;9:2042.

    Half the dose on time is 50 %; the full dose in twice the time is 50 % too:

    >>> half = [Given(1, 100, 1, 50), Given(22, 100, 22, 50)]
    >>> dose_intensity(half, cycle_days=21, cycles=2).relative_percent
    50.0
    >>> slow = [Given(1, 100, 1, 100), Given(22, 100, 64, 100)]
    >>> dose_intensity(slow, cycle_days=21, cycles=2).relative_percent
    50.0

    Raises:
        ArgumentError: nothing was planned.
    """
    planned_mg = sum(one.planned_mg for one in course)
    if not course or cycles < 1 or cycle_days < 1 or planned_mg <= 0:
        raise ArgumentError.at("dose intensity", "no administration was planned")
    given_mg = sum(one.given_mg for one in course)
    planned_weeks = cycles * cycle_days / DAYS_PER_WEEK
    delays = [one.given_day - one.planned_day for one in course if one.given_day is not None]
    actual_weeks = planned_weeks + (max(0, delays[-1]) if delays else 0) / DAYS_PER_WEEK
    planned_rate, given_rate = planned_mg / planned_weeks, given_mg / actual_weeks
    return DoseIntensity(
        planned_mg,
        given_mg,
        planned_rate,
        given_rate,
        round(PER_CENT * given_rate / planned_rate, DECIMALS),
        delayed=sum(late > early for early, late in zip([0, *delays], delays, strict=False)),
        reduced=sum(0 < one.given_mg < one.planned_mg for one in course),
        omitted=sum(one.given_mg == 0 for one in course),
    )
