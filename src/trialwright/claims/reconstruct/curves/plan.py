"""The steps of the search along one curve, in the order of time.

Between clicks subjects leave; at each click events may have happened since the last one; censoring marks say
where somebody left; a printed number at risk is passed once, where its time may lie among the clicks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.reconstruct.curves.arm_curve import ArmCurve

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leave:
    """Subjects may be censored between two days."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A censoring mark: about one subject is censored on this day."""

    day: float


@dataclass(frozen=True, slots=True)
class Fall:
    """Events may have happened between two days; `click` is compared with the curve after them."""

    start: float
    end: float
    click: int


@dataclass(frozen=True, slots=True)
class Pass:
    """A printed number at risk may be passed here, or at one of so many later places."""

    number: int
    later_places: int = 0


Step = Leave | Mark | Fall | Pass


def steps_of(curve: ArmCurve) -> tuple[Step, ...]:
    """Every step, with each printed number at risk at all the places where its day may lie."""
    steps = list(_steps(curve))
    return tuple(
        Pass(step.number, steps[at + 1 :].count(step)) if isinstance(step, Pass) else step
        for at, step in enumerate(steps)
    )


def _steps(curve: ArmCurve) -> Iterator[Step]:
    days = [0.0, *(float(day) for day in curve.time)]
    marks = [] if curve.marks is None else [float(day) for day in curve.marks if day < curve.end - curve.blur]
    numbers = list(enumerate(one.day for one in curve.at_risk))
    for click, (start, end) in enumerate(pairwise(days)):
        inside: list[tuple[float, Step]] = [(day, Pass(k)) for k, day in numbers if start < day < end]
        inside += [(day, Mark(day)) for day in marks if start <= day < end]
        now = start
        for day, step in sorted(inside, key=lambda one: one[0]):
            if day > now:
                yield Leave(now, day)
            yield step
            now = day
        if end > now:
            yield Leave(now, end)
        yield from (Pass(k) for k, day in numbers if abs(day - end) <= curve.blur)
        yield Fall(start, end, click)
        yield from (Pass(k) for k, day in numbers if start - curve.blur <= day <= end + curve.blur)


def segments_of(curve: ArmCurve, parts: int) -> Floats:
    """Bounds of periods that may differ in how fast subjects leave: by printed numbers, else equal ones."""
    if curve.at_risk:
        return np.array([0.0, *(one.day for one in curve.at_risk if one.day < curve.end), curve.end])
    return np.linspace(0.0, curve.end, parts + 1)
