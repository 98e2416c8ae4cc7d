"""One curve made ready for the search: times in days, clicks in the order of the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.calendar import DAYS
from trialwright.claims.model import endpoint_of
from trialwright.claims.reconstruct.curves.click_file import read_clicks, read_marks
from trialwright.claims.reconstruct.targets import group_of
from trialwright.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.claims.curve_claim import DigitisedCurve
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.curves.click_file import Clicks

Floats = npt.NDArray[np.float64]

BLUR = 0.006
"""How far a click may lie beside its place, as a share of the time axis: 3 to 4 pixels of 600."""
_SAME_PLACE = BLUR / 3
_DENSE = 3
_END = 3.0
_FLAT = 0.4


@dataclass(frozen=True)
class NumberAtRisk:
    """A printed number at risk: so many have times of `day` or more. Those of 0 and at time 0 say no more."""

    day: float
    number: int
    printed: str


@dataclass(frozen=True, eq=False)
class ArmCurve:
    """What is known of one curve: `blur` is the accuracy of times in days, `total` the printed events.

    `nobody` is the first day for which 0 is printed as the number at risk.
    """

    id: str
    endpoint: str
    group: str
    n: int
    time: Floats
    survival: Floats
    at_risk: tuple[NumberAtRisk, ...]
    total: int | None
    marks: Floats | None
    blur: float
    nobody: float = math.inf

    @property
    def end(self) -> float:
        """The last day of the curve."""
        return float(self.time[-1])


def read_curve(publication: Publication, curve: DigitisedCurve, folder: Path) -> ArmCurve:
    """Read the files of a curve and make it ready.

    Raises:
        InputFileError: a file cannot be read, or is no Kaplan–Meier curve.
        DataError: the numbers at risk do not end with the curve.
    """
    clicks = read_clicks(folder / curve.clicks, curve.scale)
    marks = read_marks(folder / curve.marks, clicks) if curve.marks else None
    return ready(publication, curve, clicks, marks)


def ready(publication: Publication, curve: DigitisedCurve, clicks: Clicks, marks: Floats | None) -> ArmCurve:
    """Bring clicks and marks, in the unit of the curve, into days and into the order of the curve.

    Raises:
        DataError: the numbers at risk do not end with the curve.
    """
    group = group_of(publication, curve.population)
    n = publication.size(group) if group in publication.populations else publication.enrolled
    assert n is not None  # the reader of the claims has checked it
    factor = DAYS[curve.unit]
    axis = max(float(clicks.time.max()), max((time for time, _number in curve.at_risk), default=0.0))
    time, survival = in_order(clicks, axis * _SAME_PLACE)
    time, survival = thinned(time, survival, axis * BLUR, _FLAT / n)
    time = _ended(curve, time, axis * BLUR)
    numbers = tuple(
        NumberAtRisk(when * factor, number, f"{number} at {when:g} {curve.unit}s")
        for when, number in curve.at_risk
        if number and when > 0.0
    )
    return ArmCurve(
        id=curve.id,
        endpoint=endpoint_of(curve),
        group=group,
        n=n,
        time=time * factor,
        survival=survival,
        at_risk=numbers,
        total=curve.events,
        marks=None if marks is None else marks * factor,
        blur=axis * factor * BLUR,
        nobody=min((when * factor for when, number in curve.at_risk if not number), default=math.inf),
    )


def _ended(curve: DigitisedCurve, time: Floats, blur: float) -> Floats:
    """The times of the clicks with the end of the curve where the numbers at risk have it.

    The last click may lie somewhat before or after its place; nobody is at risk after the end of a curve,
    and somebody until then.
    """
    seen = max((when for when, number in curve.at_risk if number), default=0.0)
    gone = min((when for when, number in curve.at_risk if not number), default=math.inf)
    ended = np.minimum(time, gone) if time[-1] <= gone + _END * blur else time.copy()
    if seen - _END * blur <= ended[-1]:
        ended[-1] = max(float(ended[-1]), seen)
    _check_end(curve, float(ended[-1]), blur)
    return ended


def _check_end(curve: DigitisedCurve, end: float, blur: float) -> None:
    for when, number in curve.at_risk:
        if number and when > end + blur:
            raise DataError.at(
                f"{curve.id}, at_risk",
                f"{number} at risk at {when:g}, but the clicks end at {end:g} {curve.unit}s",
                expected="a curve as long as its numbers at risk",
                remedy="click the curve to its end, also where it is flat",
            )
        if not number and when < end - blur:
            raise DataError.at(
                f"{curve.id}, at_risk",
                f"0 at risk at {when:g}, but the clicks end at {end:g} {curve.unit}s",
                expected="a curve that ends where nobody is at risk",
                remedy="compare the numbers with the figure, and calibrate the time axis again",
            )


def in_order(clicks: Clicks, same: float) -> tuple[Floats, Floats]:
    """The clicks in the order of the curve: at the same place the higher one first, times not falling."""
    time, survival = clicks.time.copy(), clicks.survival.copy()
    swapped = True
    while swapped:
        swapped = False
        for i in range(time.size - 1):
            if survival[i + 1] > survival[i] and abs(time[i + 1] - time[i]) <= same:
                time[[i, i + 1]], survival[[i, i + 1]] = time[[i + 1, i]], survival[[i + 1, i]]
                swapped = True
    rising = np.maximum.accumulate(time)
    falling = np.minimum.accumulate(time[::-1])[::-1]
    return (rising + falling) / 2.0, survival


def thinned(time: Floats, survival: Floats, near: float, flat: float) -> tuple[Floats, Floats]:
    """Plateaus that a program traced pixel by pixel become two clicks, for their errors are not independent.

    `flat` is less than half of the smallest step that the curve can have.
    """
    if time.size < 2 * _DENSE or np.median(np.diff(time)) > near:
        return time, survival
    keep_time: list[float] = []
    keep_survival: list[float] = []
    start = 0
    for i in range(1, time.size + 1):
        run = survival[start : i + 1]
        if i < time.size and run.max() - run.min() <= flat:
            continue
        ends = [start, i - 1] if i - start >= _DENSE else list(range(start, i))
        level = float(np.median(survival[start:i]))
        keep_time += [float(time[j]) for j in ends]
        keep_survival += [level if i - start >= _DENSE else float(survival[j]) for j in ends]
        start = i
    return np.array(keep_time), np.array(keep_survival)
