"""From a history to subjects with whole days: counts become times between the clicks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curves.plan import Fall, Leave, Mark, Pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.claims.reconstruct.curves.search import Histories

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BESIDE = 0.25
"""Error of a time that is the mean of two clicks, as a share of the greatest error of a click."""


@dataclass(frozen=True, eq=False)
class Subjects:
    """One arm in order of time: days from 1, and 1 for an event."""

    days: Ints
    events: Ints

    def at_risk(self, day: float) -> int:
        """How many have times of `day` or more."""
        return int((self.days >= day).sum())


@dataclass(frozen=True)
class Placing:
    """How what is not known is placed: shares of the time between two events, and errors of clicked times."""

    shares: Callable[[int], Floats]
    error: Callable[[], float]


def evenly() -> Placing:
    """Those who left spread evenly; events where they were clicked."""
    return Placing(lambda count: (np.arange(count) + 0.5) / count, lambda: 0.0)


def at_random(rng: np.random.Generator, blur: float) -> Placing:
    """Those who left anywhere in between; events as far beside the clicks as clicks go astray."""
    return Placing(lambda count: np.sort(rng.random(count)), lambda: float(rng.normal(0.0, _BESIDE * blur)))


@dataclass
class _Placed:
    """What is placed so far. `since` is the day of the last event or printed number."""

    since: int = 1
    waiting: int = 0
    days: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)

    def add(self, day: int, count: int, event: int) -> None:
        self.days += [day] * count
        self.events += [event] * count

    def let_leave(self, until: int, shares: Callable[[int], Floats]) -> None:
        """Censor who has left on days from the last event until the day before `until`."""
        span = max(until - self.since, 1)
        for share in shares(self.waiting):
            self.add(self.since + min(int(share * span), span - 1), 1, 0)
        self.waiting, self.since = 0, max(until, self.since)


def subjects_of(found: Histories, history: int, placing: Placing) -> Subjects:
    """Give every subject of a history a whole day, so that printed numbers at risk stay met."""
    curve, placed = found.curve, _Placed()
    last = math.ceil(min(curve.end + curve.blur + 2.0, curve.nobody))
    borders = [*(math.ceil(one.day) for one in curve.at_risk), last]
    passed, at_risk = 0, curve.n
    for step, number in zip(found.steps, found.counts[history], strict=True):
        count = int(number)
        match step:
            case Pass() if count:
                placed.let_leave(max(borders[passed], 1), placing.shares)
                passed += 1
            case Leave():
                placed.waiting += count
            case Mark(day):
                placed.add(max(min(round(day), borders[passed] - 1), placed.since), count, 0)
            case Fall(start, end, _click) if count:
                _place_events(placed, count, (start, end), borders[passed] - 1, placing)
        at_risk -= 0 if isinstance(step, Pass) else count
    end = max(min(round(curve.end), last - 1), placed.since + (placed.waiting > 0))
    placed.let_leave(end, placing.shares)
    placed.add(end, at_risk, 0)
    order = np.lexsort((1 - np.array(placed.events), np.array(placed.days)))
    return Subjects(np.array(placed.days, np.int64)[order], np.array(placed.events, np.int64)[order])


def _place_events(
    placed: _Placed, count: int, between: tuple[float, float], latest: int, placing: Placing
) -> None:
    """Events in the middle of two clicks, after whoever has left before them."""
    day = round((between[0] + between[1]) / 2 + placing.error())
    day = min(max(day, placed.since + (placed.waiting > 0)), max(latest, placed.since))
    placed.let_leave(day, placing.shares)
    placed.add(day, count, 1)
