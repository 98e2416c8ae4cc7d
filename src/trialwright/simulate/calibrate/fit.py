"""The fit: damped least squares on figures of a large virtual trial, all from the same random numbers.

Every published figure that is possible pulls, also those that have no assumption of their own; a
figure weighs by the inverse of its own spread between trials of the published size, so that what
the publication knows little about moves little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.simulate.calibrate.assumed import Assumed
from trialwright.simulate.calibrate.figures import draw_sample, figure_of, induction_cycles, survival_at
from trialwright.simulate.plan import make_plan
from trialwright.simulate.scenario import Figure

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.simulate.calibrate.figures import Sample
    from trialwright.simulate.parameters import Bools, Floats
    from trialwright.simulate.scenario import Assumptions, Published

POPULATION = 8_000
STEPS = 30
NUDGE = 0.08
LARGEST_STEP = 0.8
FIRST_DAMPING, EASIER, HARDER = 0.05, 0.4, 4.0
CLOSE_ENOUGH = 0.03
RIDGE = 0.3
LEAST_SPREAD = 0.02
LONGEST_MONTHS = 60.0
HALF = 0.5
REFRESH_EVERY = 5
MEDIANS = (Figure.PFS_MEDIAN, Figure.OS_MEDIAN, Figure.RESPONSE_DURATION)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """A published figure and its spread between trials."""

    published: Published
    spread: float


def distance_of(sample: Sample, target: Target, trial_size: int) -> float:
    """Return how far a figure is from the published one, in spreads.

    A median of times, which may not be reached, is compared as the curve at the published median.
    """
    published = target.published
    among = sample.among(published)
    if published.figure in MEDIANS:
        survival, behind = survival_at(sample, published, among)
        expected = max(1.0, trial_size * behind / len(among))
        return (survival - HALF) / (HALF / math.sqrt(expected))
    if published.figure is Figure.CYCLES_MEDIAN:
        return (_smooth_median(sample, among) - published.value) / target.spread
    value = min(figure_of(sample, published, among), LONGEST_MONTHS)
    return (value - published.value) / target.spread


def _smooth_median(sample: Sample, among: Bools) -> float:
    """Return a median of whole cycles that moves smoothly with the assumptions."""
    cycles = induction_cycles(sample)[among]
    median = float(np.quantile(cycles, HALF, method="inverted_cdf"))
    below, at = float((cycles < median).mean()), float((cycles == median).mean())
    return median - HALF + (HALF - below) / at


class Problem:
    """What is to be fitted: the assumptions by name, and the weighted distance from the targets."""

    def __init__(self, study: Study, assumptions: Assumptions, targets: Sequence[Target], seed: int) -> None:
        self.study, self.targets, self.seed = study, list(targets), seed
        self.size = assumptions.subjects
        named = [one.published.fit for one in targets if one.published.fit]
        self.assumed = Assumed(assumptions, list(dict.fromkeys([*named, *assumptions.also_fit])))
        self.start = self.assumed.position()

    def distances(self, position: Floats) -> Floats:
        """Return for each target the distance in spreads, then a gentle pull to where the fit began."""
        plan = make_plan(self.study, self.assumed.at(position))
        subjects = np.arange(POPULATION, dtype=np.int64)
        sample = draw_sample(plan, self.seed, np.zeros(POPULATION, np.int64), subjects)
        found = [distance_of(sample, one, self.size) for one in self.targets]
        return np.concatenate([np.nan_to_num(found), RIDGE * (position - self.start)])


def spread_of(values: Sequence[float], published: Published) -> float:
    """Return the spread of a figure between replicates: half the central 68 %, never tiny."""
    finite = np.array([min(value, LONGEST_MONTHS) for value in values if not math.isnan(value)])
    low, high = np.quantile(finite, [0.16, 0.84]) if len(finite) else (0.0, 0.0)
    return float(max((high - low) * HALF, LEAST_SPREAD * max(1.0, published.value)))


def fit(problem: Problem, progress: Progress) -> Assumptions:
    """Return the fitted assumptions, by damped least squares with a Jacobian kept up to date."""
    position = problem.start.copy()
    distance = problem.distances(position)
    jacobian = _jacobian(problem, position, distance)
    damping = FIRST_DAMPING
    for number in range(STEPS):
        step = _step(jacobian, distance, damping)
        proposed = problem.distances(position + step)
        progress(
            f"step {number + 1}: root mean square distance {_size(distance):.3f} → {_size(proposed):.3f}"
        )
        change = proposed - distance
        jacobian += np.outer(change - jacobian @ step, step) / float(step @ step)
        if number % REFRESH_EVERY == REFRESH_EVERY - 1:
            jacobian = _jacobian(problem, position, distance)
        if _size(proposed) < _size(distance):
            gained = _size(distance) - _size(proposed)
            position, distance, damping = position + step, proposed, damping * EASIER
            if gained < CLOSE_ENOUGH * _size(distance) and number > STEPS // 2:
                break
        else:
            damping *= HARDER
            if damping > HARDER:
                jacobian, damping = _jacobian(problem, position, distance), FIRST_DAMPING
    return problem.assumed.at(position)


def _size(distance: Floats) -> float:
    return float(np.sqrt(np.mean(distance**2)))


def _step(jacobian: Floats, distance: Floats, damping: float) -> Floats:
    normal = jacobian.T @ jacobian
    step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + damping), -jacobian.T @ distance)
    longest = float(np.abs(step).max(initial=0.0))
    return np.asarray(step if longest <= LARGEST_STEP else step * (LARGEST_STEP / longest))


def _jacobian(problem: Problem, position: Floats, distance: Floats) -> Floats:
    columns = []
    for place in range(len(position)):
        moved = position.copy()
        moved[place] += NUDGE
        columns.append((problem.distances(moved) - distance) / NUDGE)
    return np.stack(columns, axis=1)
