"""All curves of a publication: data sets for each, and what they say that was not printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curves.arm_curve import ArmCurve, read_curve
from trialwright.claims.reconstruct.curves.central import central
from trialwright.claims.reconstruct.curves.conflict import contradiction
from trialwright.claims.reconstruct.curves.place import Subjects, at_random, evenly, subjects_of
from trialwright.claims.reconstruct.curves.search import NoHistoryError, histories
from trialwright.claims.reconstruct.figure_kernel import hazard_ratio
from trialwright.claims.reconstruct.figures import time_figures
from trialwright.claims.reconstruct.sample import Rebuilt
from trialwright.claims.reconstruct.targets import Group

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.figures import Figure
    from trialwright.progress import Progress

Floats = npt.NDArray[np.float64]

SIZE = 50
_CENTRAL_OF = 80
_LIMITS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class CurveSets:
    """One curve with its data sets, the central one first; `sigma` is the accuracy learnt of the clicks."""

    curve: ArmCurve
    sets: tuple[Subjects, ...]
    sigma: float

    @property
    def events(self) -> tuple[int, int]:
        """The fewest and the most events of a data set."""
        totals = [int(one.events.sum()) for one in self.sets]
        return min(totals), max(totals)

    def farthest_click(self) -> tuple[float, float]:
        """How far survival of the central set is from a click at the most, and the day of that click.

        A click may lie beside its time as far as clicks do, so a click on a riser is on the curve.
        """
        curve, first = self.curve, self.sets[0]
        after = survival_at(first, curve.time + curve.blur)
        before = survival_at(first, curve.time - curve.blur)
        off = np.maximum(np.maximum(curve.survival - before, after - curve.survival), 0.0)
        worst = int(np.argmax(off))
        return float(off[worst]), float(curve.time[worst])


@dataclass(frozen=True)
class RatioRange:
    """The hazard ratio of two arms in the central data sets, and between which limits 95 % of all lie."""

    endpoint: str
    groups: tuple[str, str]
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Rebuilding:
    """Everything rebuilt from curves. `figures` are of the central sets, `shares` how many sets meet each."""

    curves: tuple[CurveSets, ...]
    ratios: tuple[RatioRange, ...]
    figures: tuple[Figure, ...]
    shares: tuple[int, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The arms, in the order of the file."""
        return tuple(dict.fromkeys(one.curve.group for one in self.curves))

    def of(self, group: str, endpoint: str) -> CurveSets | None:
        """The data sets of one curve; None where it was not digitised."""
        fitting = (one for one in self.curves if (one.curve.group, one.curve.endpoint) == (group, endpoint))
        return next(fitting, None)


def survival_at(subjects: Subjects, days: Floats) -> Floats:
    """The Kaplan–Meier curve of one arm on some days."""
    order = np.arange(subjects.days.size)
    falls = 1.0 - subjects.events / (subjects.days.size - order)
    survival = np.append(1.0, np.cumprod(falls))
    found: Floats = survival[np.searchsorted(subjects.days, days, side="right")]
    return found


def rebuild(publication: Publication, folder: Path, progress: Progress, *, seed: int) -> Rebuilding:
    """Make the data sets of every curve; `folder` holds the files that the curves name.

    Raises:
        InputFileError: a file cannot be read, or is no Kaplan–Meier curve.
        DataError: printed numbers contradict each other or the clicks; with their names.
    """
    ready = [read_curve(publication, curve, folder) for curve in publication.curves]
    found = []
    for place, curve in enumerate(ready):
        with progress.step(f"{curve.id}: subjects behind the curve"):
            found.append(sets_of(curve, np.random.default_rng([seed, place])))
    curves = tuple(found)
    each = [time_figures(publication, _data_set(curves, at)) for at in range(SIZE)]
    shares = tuple(sum(figures[at].met for figures in each) for at in range(len(each[0])))
    return Rebuilding(curves, _ratios(curves), each[0], shares)


def sets_of(curve: ArmCurve, rng: np.random.Generator) -> CurveSets:
    """The data sets of one curve, the central one first.

    Raises:
        DataError: printed numbers contradict each other or the clicks; with their names.
    """
    try:
        found = histories(curve, _CENTRAL_OF, rng)
    except NoHistoryError:
        raise contradiction(curve) from None
    random = at_random(rng, curve.blur)
    others = [subjects_of(found, at, random) for at in range(SIZE - 1)]
    return CurveSets(curve, (subjects_of(found, central(found), evenly()), *others), found.sigma)


def _data_set(curves: tuple[CurveSets, ...], at: int) -> dict[str, Rebuilt]:
    """One data set as the comparison with printed figures takes it."""
    parts: dict[str, Rebuilt] = {}
    for one in curves:
        curve, subjects = one.curve, one.sets[at]
        bare = Group(curve.group, curve.n, math.ceil(curve.end), {}, {}, ())
        part = parts.setdefault(curve.group, Rebuilt(bare, {}, {}))
        part.times[curve.endpoint], part.events[curve.endpoint] = subjects.days, subjects.events
    return parts


def _ratios(curves: tuple[CurveSets, ...]) -> tuple[RatioRange, ...]:
    """The hazard ratio of every two arms with a curve of the same endpoint, the later one over the first."""
    found = []
    for first, second in combinations(curves, 2):
        if first.curve.endpoint != second.curve.endpoint:
            continue
        logs = [
            hazard_ratio(two.days, two.events, one.days, one.events)[0]
            for one, two in zip(first.sets, second.sets, strict=True)
        ]
        low, high = (math.exp(float(one)) for one in np.quantile(logs, _LIMITS))
        groups = (second.curve.group, first.curve.group)
        found.append(RatioRange(first.curve.endpoint, groups, math.exp(logs[0]), low, high))
    return tuple(found)
