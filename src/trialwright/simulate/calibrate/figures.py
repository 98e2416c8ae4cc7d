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
    from trialwright.simulate.parameters import Bools, Floats, Ints
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan

NOT_REACHED = math.inf
YEAR_MONTHS = 12
CONTROLLED = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
RESPONDED = (Response.CR, Response.PR)
QUARTILES = {Figure.CYCLES_LOWER: 0.25, Figure.CYCLES_MEDIAN: 0.5, Figure.CYCLES_UPPER: 0.75}


@dataclass(frozen=True)
class Sample:
    """Virtual subjects with their outcomes; `trial` says which replicate each belongs to."""

    plan: TrialPlan
    patients: Patients
    outcomes: Outcomes

    def among(self, published: Published) -> Bools:
        """Return whom a figure is about."""
        chosen = np.ones(len(self.patients.subjects), np.bool_)
        if published.arm is not None:
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
    if not among.any():
        return math.nan
    rate = _indicator(sample, published)
    if rate is not None:
        return float(rate[among].mean())
    if published.figure in QUARTILES:
        return float(np.quantile(induction_cycles(sample)[among], QUARTILES[published.figure]))
    if published.figure in {Figure.PFS_HAZARD_RATIO, Figure.OS_HAZARD_RATIO}:
        return _hazard_ratio(sample, published, among)
    return _from_curve(sample, published, among)


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


def _from_curve(sample: Sample, published: Published, among: Bools) -> float:
    times = _times(sample, published.figure)
    chosen = among & times.counted
    if not chosen.any():
        return math.nan
    months, event = times.days[chosen] / DAYS_PER_MONTH, times.event[chosen]
    if published.figure is Figure.OS_12_MONTHS:
        return float(kaplan_meier(months, event).at([float(YEAR_MONTHS)])[0].survival)
    curve = reverse_kaplan_meier if published.figure is Figure.FOLLOW_UP else kaplan_meier
    if published.figure is Figure.OBSERVED_FOLLOW_UP:
        return float(np.median(months))
    median = curve(months, event).median().value
    return NOT_REACHED if math.isnan(median) else median


def _hazard_ratio(sample: Sample, published: Published, among: Bools) -> float:
    """Return the hazard ratio of the figure's arm against the other."""
    times = _times(sample, published.figure)
    everyone = np.ones_like(among) if published.of is Population.ALL else sample.outcomes.evaluable
    trial = np.isin(sample.patients.trials, np.unique(sample.patients.trials[among]))
    chosen = everyone & trial & times.counted
    number = sample.plan.arms.index(published.arm or sample.plan.arms[0])
    arm = (sample.patients.baseline.arm[chosen] == number).astype(float)
    event = times.event[chosen]
    if not (event & (arm == 1)).any() or not (event & (arm == 0)).any():
        return math.nan
    return float(cox(times.days[chosen], event, arm[:, None]).hr[0])
