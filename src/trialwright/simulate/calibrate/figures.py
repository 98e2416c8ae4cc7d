"""The published figures, computed from virtual subjects as an analysis of the trial would."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import Response
from trialwright.protocol.duration import DAYS_PER_MONTH
from trialwright.simulate.outcomes import Outcomes, Times, outcomes_of
from trialwright.simulate.patients import draw_patients
from trialwright.simulate.records.events import kinds
from trialwright.simulate.scenario import Figure, Population, Published
from trialwright.stats.cox import cox
from trialwright.stats.survival import kaplan_meier, reverse_kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.simulate.parameters import Bools, Floats, Ints
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan

NOT_REACHED = math.inf
YEAR_MONTHS = 12
CONTROLLED = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
RESPONDED = (Response.CR, Response.PR)
RATIOS = {Figure.PFS_HAZARD_RATIO, Figure.OS_HAZARD_RATIO}
QUARTILES = {Figure.CYCLES_LOWER: 0.25, Figure.CYCLES_MEDIAN: 0.5, Figure.CYCLES_UPPER: 0.75}


@dataclass(frozen=True)
class Sample:
    """Virtual subjects with their outcomes; `trial` says which replicate each belongs to."""

    plan: TrialPlan
    patients: Patients
    outcomes: Outcomes

    def among(self, published: Published) -> Bools:
        """Return whom a figure is about; a ratio between arms is about both."""
        chosen = np.ones(len(self.patients.subjects), np.bool_)
        if published.arm is not None and published.figure not in RATIOS:
            chosen &= self.patients.baseline.arm == self.plan.arms.index(published.arm)
        if published.of is Population.EVALUABLE:
            chosen &= self.outcomes.evaluable
        return chosen


def draw_sample(plan: TrialPlan, seed: int, trials: Ints, subjects: Ints) -> Sample:
    """Draw subjects and judge them."""
    some = draw_patients(plan, seed, trials, subjects)
    return Sample(plan, some, outcomes_of(plan, some))


def figure_of(sample: Sample, published: Published, among: Bools) -> float:
    """Return a figure among some subjects; infinite for a median that is not reached."""
    return prepare(sample, published)(np.flatnonzero(among))


def prepare(sample: Sample, published: Published) -> Callable[[Ints], float]:
    """Return the figure as a function of the rows it is computed from: what all rows share is done once."""
    rate = _indicator(sample, published)
    if rate is not None:
        return _if_any(lambda rows: float(rate[rows].mean()))
    if published.figure in QUARTILES:
        cycles = induction_cycles(sample)
        return _if_any(lambda rows: float(np.quantile(cycles[rows], QUARTILES[published.figure])))
    times = _times(sample, published.figure)
    if published.figure in RATIOS:
        number = sample.plan.arms.index(published.arm or sample.plan.arms[0])
        arm = sample.patients.baseline.arm == number
        return _if_any(lambda rows: _hazard_ratio(times, arm, rows))
    return _if_any(lambda rows: _from_curve(times, published.figure, rows[times.counted[rows]]))


def _if_any(figure: Callable[[Ints], float]) -> Callable[[Ints], float]:
    return lambda rows: figure(rows) if len(rows) else math.nan


def induction_cycles(sample: Sample) -> Floats:
    """Return how many cycles of the first phase each subject began."""
    course = sample.patients.course
    if course is None:
        return np.zeros(len(sample.patients.subjects))
    begun = np.arange(course.phase.shape[1])[None, :] < course.cycles[:, None]
    return np.asarray((begun & (course.phase == 0)).sum(axis=1), np.float64)


def _indicator(sample: Sample, published: Published) -> Bools | None:
    """Return for each subject whether it counts, where the figure is a share of subjects."""
    outcomes, figure = sample.outcomes, published.figure
    if figure is Figure.EVALUABLE:
        return outcomes.evaluable
    if figure is Figure.RESPONSE:
        return np.isin(outcomes.best, RESPONDED)
    if figure is Figure.CONFIRMED_RESPONSE:
        return np.isin(outcomes.confirmed, RESPONDED)
    if figure is Figure.COMPLETE_RESPONSE:
        return np.asarray(outcomes.best == Response.CR)
    if figure is Figure.DISEASE_CONTROL:
        return np.isin(outcomes.best, CONTROLLED)
    if figure is Figure.CONFIRMED_CONTROL:
        return np.isin(outcomes.confirmed, CONTROLLED)
    if figure in {Figure.EVENT_RATE, Figure.ANY_EVENT}:
        return had_event(sample, published)
    return None


def had_event(sample: Sample, published: Published) -> Bools:
    """Return who had one of the adverse events in at least the grade; any related one where none is named."""
    all_kinds = kinds(sample.plan)
    if published.figure is Figure.ANY_EVENT:
        counted = np.array([bool(kind.related_to) for kind in all_kinds])
    else:
        counted = np.array([kind.term in published.terms for kind in all_kinds])
    course = sample.patients.course
    if course is None:
        return np.zeros(len(sample.patients.subjects), np.bool_)
    most = int(course.events.max(initial=0))
    happened = np.arange(most)[None, :] < course.events[:, None]
    event = np.where(happened, course.event[:, :most], 0)
    severe = course.event_grade[:, :most] >= published.min_grade
    return np.asarray((happened & severe & counted[event]).any(axis=1))


def _times(sample: Sample, figure: Figure) -> Times:
    outcomes = sample.outcomes
    if figure in {Figure.PFS_MEDIAN, Figure.PFS_HAZARD_RATIO}:
        return outcomes.pfs
    if figure is Figure.RESPONSE_DURATION:
        return outcomes.response_duration
    return outcomes.survival


def survival_at(sample: Sample, published: Published, among: Bools) -> tuple[float, int]:
    """Return the curve at the published median, 0.5 where both agree, and how many are behind it."""
    times = _times(sample, published.figure)
    chosen = among & times.counted
    if not chosen.any():
        return math.nan, 0
    months, event = times.days[chosen] / DAYS_PER_MONTH, times.event[chosen]
    return float(kaplan_meier(months, event).at([published.value])[0].survival), int(chosen.sum())


def _from_curve(times: Times, figure: Figure, rows: Ints) -> float:
    if not len(rows):
        return math.nan
    months, event = times.days[rows] / DAYS_PER_MONTH, times.event[rows]
    if figure is Figure.OS_12_MONTHS:
        return float(kaplan_meier(months, event).at([float(YEAR_MONTHS)])[0].survival)
    if figure is Figure.OBSERVED_FOLLOW_UP:
        return float(np.median(months))
    curve = reverse_kaplan_meier if figure is Figure.FOLLOW_UP else kaplan_meier
    median = curve(months, event).median().value
    return NOT_REACHED if math.isnan(median) else median


def _hazard_ratio(times: Times, arm: Bools, rows: Ints) -> float:
    """Return the hazard ratio of an arm against the other."""
    event = times.event[rows]
    if not (event & arm[rows]).any() or not (event & ~arm[rows]).any():
        return math.nan
    return float(cox(times.days[rows], event, arm[rows].astype(float)[:, None]).hr[0])
