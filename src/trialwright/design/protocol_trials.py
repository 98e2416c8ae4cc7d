"""Operating characteristics at the level of the protocol: lesions, scans, RECIST, censoring, then the test.

Virtual subjects of `simulate` go through the response rules of real data and the censoring rules of
the study's endpoint. They are judged here, not in `simulate`: only a design asks what a test says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import Response
from trialwright.design.operating import Characteristics, Effort, NoWatcher, Runner, Watcher, here, in_batches
from trialwright.errors import StudyFileError
from trialwright.protocol.endpoints import TimeToEventEndpoint
from trialwright.simulate.outcomes import Times, outcomes_of
from trialwright.simulate.patients import draw_outcomes
from trialwright.simulate.tiles.draw import draw_progressions, draw_responses
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import check_seed
from trialwright.stats.special import normal_isf
from trialwright.stats.tied_trials import analyse_trials
from trialwright.stats.trial_sums import FIXED_SUMS, TrialSums, add_trial

if TYPE_CHECKING:
    from trialwright.protocol.comparison import Comparison
    from trialwright.protocol.study import Study
    from trialwright.simulate.outcomes import Outcomes
    from trialwright.simulate.parameters import Codes
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan
    from trialwright.simulate.tiles.progression import Progressions
    from trialwright.stats.inputs import Floats, Integers

BATCH = 250
BATCH_SUBJECTS = 1 << 17


@kernel
def _add_all(found: Floats, critical: float, log_margins: Floats) -> Integers:
    sums = np.zeros(FIXED_SUMS + log_margins.size, np.int64)
    for k in range(found.shape[1]):
        add_trial(sums, found[0, k], found[1, k], found[2, k], found[3, k], critical, log_margins)
    return sums


def comparison_of(study: Study) -> Comparison:
    """The comparison of the study's first time-to-event endpoint that has one.

    Raises:
        StudyFileError: no time-to-event endpoint compares two arms.
    """
    for endpoint in study.endpoints.values():
        if isinstance(endpoint, TimeToEventEndpoint) and endpoint.compare is not None:
            return endpoint.compare
    raise StudyFileError.at(
        "study.yaml: endpoints",
        "no comparison of two arms",
        remedy="give a time-to-event endpoint `compare: {arms: [A, B]}`",
    )


def draw_trials(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> tuple[Patients, Outcomes]:
    """The subjects of trials first … first + count − 1, trial by trial, and their outcomes."""
    trials = np.repeat(np.arange(first, first + count, dtype=np.int64), size)
    some = draw_outcomes(plan, seed, trials, np.tile(np.arange(size, dtype=np.int64), count))
    return some, outcomes_of(plan, some)


def _analysed(plan: TrialPlan, size: int, arm: Codes, times: Times) -> Floats:
    """Log-rank z, log hazard ratio, its error and events of the arms compared, one column a trial."""
    arms = comparison_of(plan.study).arms
    experimental = arm == plan.arms.index(arms[0])
    counted = times.counted & (experimental | (arm == plan.arms.index(arms[1])))
    out = np.empty((4, len(arm) // size))
    analyse_trials(size, times.days, times.event, experimental.astype(np.int64), counted, out)
    return out


def _times_of(found: Progressions) -> Times:
    return Times(found.days, found.event, np.ones(len(found.days), np.bool_))


def draw_progression_times(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> Times:
    """The times to progression of `draw_trials`, without anything else about the subjects.

    Raises:
        ArgumentError: the seed is out of range.
    """
    return _times_of(draw_progressions(plan, seed, size, first, count))


def progression_results(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> Floats:
    """Log-rank z, log hazard ratio, its error and events of PFS, one column a trial.

    Nothing is drawn that these times do not need; the numbers are those of `whole_history_results`.

    Raises:
        ArgumentError: the seed is out of range.
        StudyFileError: the study compares no two arms.
    """
    found = draw_progressions(plan, seed, size, first, count)
    return _analysed(plan, size, found.arm, _times_of(found))


def whole_history_results(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> Floats:
    """The same from whole histories of the subjects, one after the other: the yardstick, slow.

    Raises:
        ArgumentError: the seed is out of range.
        StudyFileError: the study compares no two arms.
    """
    some, outcomes = draw_trials(plan, check_seed(seed), size, first, count)
    return _analysed(plan, size, some.baseline.arm, outcomes.pfs)


def _count(
    plan: TrialPlan, seed: int, critical: float, margins: tuple[float, ...], first: int, count: int
) -> TrialSums:
    found = progression_results(plan, seed, plan.assumptions.subjects, first, count)
    logs = np.array([math.log(margin) for margin in margins])
    return TrialSums(_add_all(found, critical, logs), margins)


def protocol_characteristics(
    plan: TrialPlan,
    alpha: float,
    effort: Effort,
    *,
    margins: tuple[float, ...] = (),
    seed: int = 1,
    watcher: Watcher | None = None,
    runner: Runner = here,
) -> Characteristics:
    """How often the study's trials find what they look for in PFS, under its assumptions.

    Raises:
        ArgumentError: the seed is out of range.
        StudyFileError: the study compares no two arms.
    """
    counted = partial(_count, plan, seed, normal_isf(alpha), margins)
    batch = max(1, BATCH_SUBJECTS // plan.assumptions.subjects)
    return in_batches(counted, effort, batch, watcher or NoWatcher(), margins, runner)


@dataclass(frozen=True)
class ResponseCounts:
    """For each simulated trial: subjects with an assessment after baseline, and responders among them."""

    evaluable: Integers
    responders: Integers
    confirmed: Integers


def response_counts(plan: TrialPlan, seed: int, trials: int) -> ResponseCounts:
    """Best responses of simulated trials under the response rules of the study.

    Raises:
        ArgumentError: the seed is out of range.
    """
    check_seed(seed)
    size = plan.assumptions.subjects
    found = [np.empty((3, 0), np.int64)]
    for first in range(0, trials, BATCH):
        count = min(BATCH, trials - first)
        some = draw_responses(plan, seed, size, first, count)
        flags = [
            some.evaluable,
            some.evaluable & np.isin(some.best, (Response.CR, Response.PR)),
            some.evaluable & np.isin(some.confirmed, (Response.CR, Response.PR)),
        ]
        found.append(np.array([flag.reshape(count, size).sum(axis=1) for flag in flags]))
    return ResponseCounts(*np.concatenate(found, axis=1))
