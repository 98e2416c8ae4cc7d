"""Does the planned size give the stated power? Plans on times to event."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.design.plan_check import APPROXIMATE, Line, PlanCheck, finding, low_power
from trialwright.findings import Severity
from trialwright.report.format import percent
from trialwright.stats.event_process import calendar_of_share
from trialwright.stats.event_sizes import (
    Question,
    lachin_foulkes_subjects,
    schoenfeld_events,
    schoenfeld_power,
    subjects_for,
)
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_power, one_sample_size

if TYPE_CHECKING:
    from trialwright.design.inputs import CurveInputs, RandomisedInputs
    from trialwright.findings import Finding
    from trialwright.protocol.size_plan import OneSamplePlan, TwoArmPlan

SCHOENFELD = "Schoenfeld 1981"
EXPECTED = "uniform accrual, exponential events and drop-out, every event seen when it happens"
WU = "one-sample log-rank test, exponential survival, exact variance (Wu 2015)"
SCREENING = (0.1, 0.2)
"""One-sided levels of a screening trial, from and to (Rubinstein 2005)."""


def curve_check(plan: OneSamplePlan, given: CurveInputs) -> PlanCheck:
    """A single arm against a known median."""
    timing, n = given.timing, given.enrolled
    null, target = plan.null_median.months, plan.target_median.months
    arm = SingleArm(WeibullCurve(null), null / target, timing.accrual, timing.follow_up, timing.dropout)
    power = one_sample_power(arm, given.alpha, n)
    needed = one_sample_size(arm, given.alpha, given.errors.beta)
    lines = (
        Line(f"Power of {n} subjects", percent(plan.power), power, percent(power), WU),
        Line("Subjects for the stated power", str(n), needed, str(math.ceil(needed)), WU),
    )
    remedy = f"plan {math.ceil(needed)} subjects, or longer follow-up"
    found = low_power(power, plan.power, APPROXIMATE, f"{n} subjects", remedy)
    return PlanCheck(lines, tuple(found))


def two_arms_check(plan: TwoArmPlan, given: RandomisedInputs) -> PlanCheck:
    """Two arms and a time to event: the events that the subjects will have, and what these can show."""
    question, n = Question(given.ratio, given.ruled_out), sum(given.sizes)
    trial = given.trial()
    expected = n * trial.event_share()
    events = float(given.planned_events or expected)
    power = schoenfeld_power(question, given.alpha, events, given.allocation)
    needed = schoenfeld_events(question, given.alpha, given.errors.beta, given.allocation)
    subjects = subjects_for(needed, trial)
    after = calendar_of_share(trial.shares, trial.accrual, needed / n) if needed < n else math.inf
    reached = f"{after:.1f} months after the first entry" if math.isfinite(after) else "never"
    stated = str(given.planned_events or "")
    lines = [
        Line("Events expected at the analysis", stated, expected, f"{expected:.1f}", EXPECTED),
        Line(f"Power of {events:.0f} events", percent(plan.power), power, percent(power), SCHOENFELD),
        Line("Events for the stated power", stated, needed, str(math.ceil(needed)), SCHOENFELD),
        Line(
            "Subjects for the stated power, this timing",
            str(n),
            subjects,
            str(math.ceil(subjects)),
            f"{SCHOENFELD}; {EXPECTED}",
        ),
        Line(f"When {n} subjects have these events", "", after, reached, EXPECTED),
    ]
    if given.margin is None:
        lachin = lachin_foulkes_subjects(trial, given.alpha, given.errors.beta)
        how = "Lachin and Foulkes 1986"
        lines.append(Line("The same by another formula", str(n), lachin, str(math.ceil(lachin)), how))
    found = _too_late(given, expected) + _screening(given)
    remedy = f"plan {math.ceil(needed)} events among about {math.ceil(subjects)} subjects"
    remedy += f", or analyse {after:.0f} months after the first entry" if math.isfinite(after) else ""
    against = f" against a margin of {given.margin:g}" if given.margin is not None else ""
    what = f"{n} subjects with {events:.0f} events{against}"
    found += low_power(power, plan.power, APPROXIMATE, what, remedy)
    return PlanCheck(tuple(lines), tuple(found))


def _too_late(given: RandomisedInputs, expected: float) -> list[Finding]:
    if given.planned_events is None or given.planned_events <= expected:
        return []
    what = f"{given.planned_events} events are planned, but {expected:.1f} are expected by the analysis"
    return [finding(Severity.WARNING, "DESIGN-EVENTS", what, "follow longer, or enrol more subjects")]


def _screening(given: RandomisedInputs) -> list[Finding]:
    low, high = SCREENING
    if not given.screens or low <= given.alpha <= high:
        return []
    what = f"a screening trial at a one-sided level of {given.alpha:g}; usual are {low:g} to {high:g}"
    return [finding(Severity.NOTE, "DESIGN-SCREENING", what, "see Rubinstein 2005, or plan superiority")]
