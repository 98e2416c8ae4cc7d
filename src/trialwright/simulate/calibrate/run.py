"""Calibration from beginning to end: fit, 1,000 replicates of the trial, the file written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import StudyFileError
from trialwright.simulate.calibrate.figures import draw_sample, prepare
from trialwright.simulate.calibrate.fit import LONGEST_MONTHS, Problem, Target, fit, spread_of
from trialwright.simulate.plan import make_plan
from trialwright.simulate.scenario import Achieved, Assumptions, Fit, Published

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.simulate.calibrate.fit import Progress
    from trialwright.simulate.parameters import Floats

CENTRAL = (0.1, 0.9)
TRIALS_AT_ONCE = 250
ROUGH_REPLICATES = 150
CHECK_SEED_STEP = 1_000_003
DIGITS = 4


@dataclass(frozen=True)
class Replicates:
    """The published figures of many simulated trials: trials × figures."""

    published: tuple[Published, ...]
    values: Floats


def replicate(study: Study, assumptions: Assumptions, *, seed: int, trials: int) -> Replicates:
    """Simulate so many trials of the published size and return their figures."""
    plan = make_plan(study, assumptions)
    size, published = assumptions.subjects, assumptions.published
    values = np.full((trials, len(published)), np.nan)
    for first in range(0, trials, TRIALS_AT_ONCE):
        numbers = np.arange(first, min(first + TRIALS_AT_ONCE, trials), dtype=np.int64)
        sample = draw_sample(
            plan, seed, np.repeat(numbers, size), np.tile(np.arange(size, dtype=np.int64), len(numbers))
        )
        for place, one in enumerate(published):
            figure, among = prepare(sample, one), sample.among(one)
            for trial in numbers:
                start = (trial - first) * size
                values[trial, place] = figure(start + np.flatnonzero(among[start : start + size]))
    return Replicates(published, values)


def achieved(replicates: Replicates) -> tuple[Achieved, ...]:
    """Return for each figure the published value beside the simulated median and central 80 %."""
    found = []
    for place, one in enumerate(replicates.published):
        values = np.minimum(replicates.values[:, place], LONGEST_MONTHS)
        values = values[~np.isnan(values)]
        low, middle, high = np.quantile(values, [CENTRAL[0], 0.5, CENTRAL[1]]).tolist()
        tolerance = _half_of_last_digit(one.value)
        found.append(
            Achieved(
                figure=described(one),
                published=one.value,
                simulated=round(middle, DIGITS),
                low=round(low, DIGITS),
                high=round(high, DIGITS),
                inside=low - tolerance <= one.value <= high + tolerance,
            )
        )
    return tuple(found)


def described(published: Published) -> str:
    """Return a figure in words: which, of whom, of what."""
    parts = [published.figure.value]
    if published.terms:
        parts.append(f"of {', '.join(published.terms)}")
    if published.min_grade > 1:
        parts.append(f"grade {published.min_grade} or more")
    if published.arm:
        parts.append(f"in {published.arm}")
    return " ".join(parts)


def _half_of_last_digit(value: float) -> float:
    """Return half a unit of the last digit printed: 55.6 % stands for 55.55 to 55.65 %."""
    decimals = len(f"{value:g}".partition(".")[2])
    return 0.5 * 10.0**-decimals if decimals else 0.0


def calibrate(
    study: Study, assumptions: Assumptions, *, seed: int, trials: int, progress: Progress
) -> Assumptions:
    """Return the assumptions fitted to their published figures, with what was achieved.

    Raises:
        StudyFileError: no published figure names an assumption to fit.
    """
    published = [one for one in assumptions.published if one.possible]
    if not any(one.fit for one in published):
        raise StudyFileError.at(
            "assumptions.yaml: published",
            "no figure names an assumption to fit",
            remedy="give `fit: outcome.death_per_month` or the like beside a figure",
        )
    progress("spread of each figure between trials of the published size")
    rough = replicate(study, assumptions, seed=seed, trials=ROUGH_REPLICATES)
    places = [place for place, one in enumerate(assumptions.published) if one.possible]
    targets = [
        Target(one, spread_of(rough.values[:, place].tolist(), one))
        for place, one in zip(places, published, strict=True)
    ]
    fitted = fit(Problem(study, assumptions, targets, seed), progress)
    progress(f"{trials} replicates of {assumptions.subjects} subjects")
    found = achieved(replicate(study, fitted, seed=seed + CHECK_SEED_STEP, trials=trials))
    record = Fit(subjects=assumptions.subjects, replicates=trials, seed=seed, figures=found)
    return fitted.model_copy(update={"fit": record})


def outside(assumptions: Assumptions) -> list[str]:
    """Return the figures that are possible but lie outside the central 80 %."""
    if assumptions.fit is None:
        return []
    pairs = zip(assumptions.published, assumptions.fit.figures, strict=True)
    return [
        one.figure
        for published, one in pairs
        if published.possible and not one.inside and not math.isnan(one.low)
    ]
