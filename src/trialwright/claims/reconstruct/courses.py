"""From times to courses of disease: best responses with the printed counts, and the days of scans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.model import Median, endpoint_of
from trialwright.claims.reconstruct.facts import response_counts
from trialwright.claims.reconstruct.figure_kernel import curve_figures
from trialwright.claims.reconstruct.targets import CONFIRMED_AFTER, FIRST_SCAN, days_of, group_of
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.sample import Rebuilt
    from trialwright.claims.reconstruct.targets import Days

Ints = npt.NDArray[np.int64]

EVERY = 42
RESPONDED = ("CR", "PR")
_LAST_GAP = 14
_EARLIEST = FIRST_SCAN - 7
_UNCONTROLLED = {"PD": "PD", "NE": "SD"}
"""What the only scan shows; stable disease too early to count is not evaluable."""
_TRIES = 4000
_UNLIKE_FIRST = 0.3
_NOT_REACHED = 1e4


@dataclass(frozen=True, slots=True)
class Course:
    """One subject: days from 1; `survival` and `free` end in an event or on the last day known.

    `best` is the best response, empty without a scan after baseline.
    """

    group: str
    survival: int
    died: bool
    free: int
    failed: bool
    best: str
    response: int = FIRST_SCAN


def courses_of(publication: Publication, part: Rebuilt, rng: np.random.Generator) -> list[Course]:
    """The courses of a group, in its order; those without times of progression have no scan."""
    late, died, group = part.times["OS"], part.events["OS"], part.group.name
    if "PFS" not in part.times and not response_counts(publication, group):
        return [
            Course(group, int(late[j]), bool(died[j]), int(late[j]), bool(died[j]), "")
            for j in range(part.group.n)
        ]
    early, failed = part.times.get("PFS", late), part.events.get("PFS", died)
    best = _best(publication, group, early, failed, rng)
    response = _response_days(publication, group, (early, failed), best, rng)
    return [
        Course(
            group,
            int(late[j]),
            bool(died[j]),
            int(early[j]),
            bool(failed[j]),
            best[j],
            response[j],
        )
        for j in range(part.group.n)
    ]


def _best(
    publication: Publication, group: str, early: Ints, failed: Ints, rng: np.random.Generator
) -> list[str]:
    """Best responses with the printed counts: responders among those free of progression for longest.

    Without disease control means progression at the first scan, so such a subject's PFS is an event.
    """
    counts = response_counts(publication, group)
    n = early.size
    responders = counts.get("ORR", 0)
    controlled = counts.get("DCR", int((early >= FIRST_SCAN + 2).sum()))
    rank = early + rng.normal(0, 25, n) - 10_000 * (early < FIRST_SCAN + 2) + 5_000 * (failed == 0)
    order = np.argsort(-rank)
    able = early >= FIRST_SCAN + CONFIRMED_AFTER + 1
    kept = sorted(order[:controlled], key=lambda j: -(early[j] + rng.normal(0, 40) + 10_000 * able[j]))
    best = ["PD" if failed[j] else "NE" for j in range(n)]
    for place, j in enumerate(kept):
        best[j] = "SD" if place >= responders else "PR"
    for j in rng.permutation(kept[:responders])[: counts.get("CR", 0)]:
        best[int(j)] = "CR"
    return best


def _response_days(
    publication: Publication, group: str, ends: tuple[Ints, Ints], best: list[str], rng: np.random.Generator
) -> list[int]:
    """When each responder responded: on the first scan, or so that the printed duration comes out."""
    days = [FIRST_SCAN] * len(best)
    target = next(
        (one for one in publication.all_of(Median) if endpoint_of(one) == "DOR" and one.value), None
    )
    able = np.array([j for j, shows in enumerate(best) if shows in RESPONDED], np.int64)
    if (
        target is None
        or target.unit is None
        or not able.size
        or group_of(publication, target.population) != group
    ):
        return days
    unit = target.unit
    wanted = [days_of(one, unit) if one else None for one in (target.value, *(target.ci or (None, None)))]
    z = float(normal_isf((1 - (target.level or 95.0) / 100) / 2))
    latest = np.maximum(ends[0][able] - CONFIRMED_AFTER, FIRST_SCAN)
    found = _searched((ends[0][able], ends[1][able]), latest, wanted, z, rng)
    for j, day in zip(able, found, strict=True):
        days[int(j)] = int(day)
    return days


def _searched(
    ends: tuple[Ints, Ints], latest: Ints, wanted: list[Days | None], z: float, rng: np.random.Generator
) -> Ints:
    """Days of response whose durations print as published, or the nearest found: one moves at a time."""
    days = np.full(latest.size, FIRST_SCAN)
    left = _off(ends, days, wanted, z)
    for _ in range(_TRIES):
        if left <= 0.0:
            break
        j, before = int(rng.integers(days.size)), days.copy()
        is_first = rng.random() < _UNLIKE_FIRST
        days[j] = FIRST_SCAN if is_first else rng.integers(_EARLIEST, latest[j] + 1)
        now = _off(ends, days, wanted, z)
        if now <= left + rng.exponential(2.0):
            left = now
        else:
            days = before
    return days


def _off(ends: tuple[Ints, Ints], days: Ints, wanted: list[Days | None], z: float) -> float:
    """How many days the median duration and its limits are off."""
    durations = ends[0] - days + 1
    order = np.lexsort((1 - ends[1], durations))
    figures = curve_figures(durations[order], ends[1][order], z)
    return sum(
        _NOT_REACHED if np.isnan(value) else max(span.low - value, value - span.high, 0.0)
        for value, span in zip(figures, wanted, strict=True)
        if span is not None
    )


def scan_days(course: Course) -> list[tuple[int, str]]:
    """The days of the scans and what each shows, up to the end of progression-free survival."""
    if course.best in _UNCONTROLLED:
        return [(course.free, _UNCONTROLLED[course.best])]
    if course.best in RESPONDED:
        response = course.response
        days = list(range(FIRST_SCAN, response - _LAST_GAP, EVERY))
        later = range(response + CONFIRMED_AFTER - 1 + EVERY, course.free - _LAST_GAP, EVERY)
        scans = [(day, "SD") for day in days]
        shown = [response, response + CONFIRMED_AFTER - 1, *later]
        scans += [(day, course.best) for day in shown if day < course.free]
    else:
        scans = [(day, "SD") for day in range(FIRST_SCAN, course.free - _LAST_GAP, EVERY)] or [
            (FIRST_SCAN, "SD")
        ]
        scans = [scan for scan in scans if scan[0] < course.free]
    if course.failed and course.died and course.free == course.survival:
        return scans or [(course.free - 1, course.best)]
    return [*scans, (course.free, "PD" if course.failed else course.best)]
