"""Virtual patients as arrays, in chunks: subject k is the same whatever the chunk it comes in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import get_num_threads

from trialwright.errors import ArgumentError
from trialwright.simulate.baseline import Baseline, draw_baseline, empty_baseline
from trialwright.simulate.course import Course, empty_course
from trialwright.simulate.disease import Disease, draw_disease, empty_disease
from trialwright.simulate.treatment import draw_course
from trialwright.stats.random_streams import check_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.simulate.parameters import Ints
    from trialwright.simulate.plan import TrialPlan

CHUNK = 20_000
SMALLEST_SHARE = 500
MOST_SUBJECTS = 2**32


@dataclass(frozen=True, slots=True)
class Patients:
    """The arrays of some subjects; days count from the reference date of each.

    `subjects` are their numbers from 0, `trials` the replicates they belong to, `cutoff` the day of
    data cut-off. `course` is absent where only the course of the disease was asked for.
    """

    subjects: Ints
    trials: Ints
    cutoff: Ints
    baseline: Baseline
    disease: Disease
    course: Course | None


def on_all_cores(count: int, work: Callable[[tuple[int, int]], None]) -> None:
    """Call `work` for ranges of rows, a thread a core: the kernels let go of the interpreter's lock."""
    workers = int(get_num_threads())
    size = max(SMALLEST_SHARE, -(-count // workers))
    ranges = [(first, min(first + size, count)) for first in range(0, count, size)]
    if len(ranges) == 1:
        work(ranges[0])
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, ranges))


def draw_outcomes(plan: TrialPlan, seed: int, trials: Ints, subjects: Ints) -> Patients:
    """Draw baseline, scans, progression and death; not what was given nor what blood showed."""
    count = len(subjects)
    baseline = empty_baseline(count)
    on_all_cores(count, lambda rows: draw_baseline(rows, plan.baseline, baseline, seed, trials, subjects))
    cutoff = plan.horizon - baseline.enrolled.astype(np.int64)
    disease = empty_disease(count, len(plan.disease.scan_days))
    on_all_cores(
        count,
        lambda rows: draw_disease(
            rows, plan.disease, baseline, plan.node, cutoff, disease, seed, trials, subjects, plan.options
        ),
    )
    return Patients(subjects, trials, cutoff, baseline, disease, None)


def draw_patients(plan: TrialPlan, seed: int, trials: Ints, subjects: Ints) -> Patients:
    """Draw everything about these subjects."""
    some = draw_outcomes(plan, seed, trials, subjects)
    treatment = plan.treatment.treatment
    course = empty_course(
        len(subjects),
        plan.capacity,
        treatment.most_waits + len(treatment.lab_days),
        len(plan.treatment.blood.within),
        (1 + len(treatment.marker_cycles), len(treatment.markers)),
    )
    on_all_cores(
        len(subjects),
        lambda rows: draw_course(
            rows, plan.treatment, some.baseline, some.disease, some.cutoff, course, seed, trials, subjects
        ),
    )
    return Patients(subjects, trials, some.cutoff, some.baseline, some.disease, course)


def patients(
    plan: TrialPlan, *, seed: int, subjects: int, chunk: int = CHUNK, trial: int = 0
) -> Iterator[Patients]:
    """Yield the subjects of one simulated trial, so many at a time.

    Raises:
        ArgumentError: the seed or the number of subjects is outside its range.
    """
    check_seed(seed)
    if not 1 <= subjects <= MOST_SUBJECTS:
        raise ArgumentError.at(f"{subjects} subjects", "outside the range", expected=f"1 to {MOST_SUBJECTS}")
    for first in range(0, subjects, chunk):
        numbers = np.arange(first, min(first + chunk, subjects), dtype=np.int64)
        yield draw_patients(plan, seed, np.full(len(numbers), trial, np.int64), numbers)
