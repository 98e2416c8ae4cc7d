"""What a virtual subject is given, how the blood answers, and which adverse events happen.

Counts below what a cycle needs delay it, a deep nadir takes the next cycle down a dose level, an
adverse event of grade 3 delays while it lasts; too many waits end treatment.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.derive.recist.codes import Response
from trialwright.simulate.baseline import Baseline, choose
from trialwright.simulate.blood import cycle_effect, grade_of, sample, subject_blood, too_low
from trialwright.simulate.disease import NEVER, Disease
from trialwright.simulate.parameters import (
    BloodParameters,
    EventParameters,
    Floats,
    Ints,
    TreatmentParameters,
)
from trialwright.simulate.streams import ADVERSE_EVENTS, MARKERS, TREATMENT
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import normals, uniforms

MOST_EVENTS = 160
ONGOING = -1
CR, PR, SD = int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD = int(Response.NON_CR_NON_PD)
LAST_WEEK = 7
SECOND_DOSE_DAY = 8
HALF = 0.5


class Ending(IntEnum):
    """Why no further cycle was given."""

    UNDER_WAY = 0
    COMPLETED = 1
    PROGRESSION = 2
    TOXICITY = 3
    WITHDRAWAL = 4
    DEATH = 5
    LOST = 6


UNDER_WAY, COMPLETED, PROGRESSION = int(Ending.UNDER_WAY), int(Ending.COMPLETED), int(Ending.PROGRESSION)
TOXICITY, WITHDRAWAL = int(Ending.TOXICITY), int(Ending.WITHDRAWAL)
DEATH, LOST = int(Ending.DEATH), int(Ending.LOST)


class Course(NamedTuple):
    """Arrays over subjects; days count from the reference date.

    Sample 0 is the baseline blood sample. Adverse events 0 … tests − 1 are laboratory terms.
    """

    first_dose: npt.NDArray[np.int32]
    cycles: npt.NDArray[np.int16]
    cycle_day: npt.NDArray[np.int32]
    phase: npt.NDArray[np.int8]
    level: npt.NDArray[np.int8]
    waits: npt.NDArray[np.int8]
    omitted: npt.NDArray[np.bool_]
    """By cycle: the doses after day 1 were left out."""
    ending: npt.NDArray[np.int8]
    end_day: npt.NDArray[np.int32]
    samples: npt.NDArray[np.int16]
    sample_day: npt.NDArray[np.int32]
    sample_cycle: npt.NDArray[np.int16]
    sample_cycle_day: npt.NDArray[np.int16]
    blood: npt.NDArray[np.float32]
    events: npt.NDArray[np.int16]
    event: npt.NDArray[np.int16]
    event_start: npt.NDArray[np.int32]
    event_end: npt.NDArray[np.int32]
    event_grade: npt.NDArray[np.int8]
    event_cycle: npt.NDArray[np.int16]
    marker_day: npt.NDArray[np.int32]
    marker: npt.NDArray[np.float32]


def empty_course(subjects: int, cycles: int, lab_days: int, tests: int, markers: tuple[int, int]) -> Course:
    """Return arrays for so many subjects, cycles, samples a cycle, tests, and (marker visits, markers)."""
    samples = 1 + cycles * (lab_days + 1)
    by_cycle, by_sample, by_event = (subjects, cycles), (subjects, samples), (subjects, MOST_EVENTS)
    return Course(
        first_dose=np.zeros(subjects, np.int32),
        cycles=np.zeros(subjects, np.int16),
        cycle_day=np.empty(by_cycle, np.int32),
        phase=np.empty(by_cycle, np.int8),
        level=np.empty(by_cycle, np.int8),
        waits=np.empty(by_cycle, np.int8),
        omitted=np.empty(by_cycle, np.bool_),
        ending=np.zeros(subjects, np.int8),
        end_day=np.zeros(subjects, np.int32),
        samples=np.zeros(subjects, np.int16),
        sample_day=np.empty(by_sample, np.int32),
        sample_cycle=np.empty(by_sample, np.int16),
        sample_cycle_day=np.empty(by_sample, np.int16),
        blood=np.empty((*by_sample, tests), np.float32),
        events=np.zeros(subjects, np.int16),
        event=np.empty(by_event, np.int16),
        event_start=np.empty(by_event, np.int32),
        event_end=np.empty(by_event, np.int32),
        event_grade=np.empty(by_event, np.int8),
        event_cycle=np.empty(by_event, np.int16),
        marker_day=np.full((subjects, markers[0]), NEVER, np.int32),
        marker=np.full((subjects, *markers), np.nan, np.float32),
    )


class Plan(NamedTuple):
    """All parameters of treatment together."""

    treatment: TreatmentParameters
    blood: BloodParameters
    events: EventParameters


@kernel
def controlled(disease: Disease, row: int, day: int) -> bool:
    """Say whether the last scan before a day showed disease control."""
    last = 0
    for visit in range(1, disease.scans[row]):
        if disease.scan_day[row, visit] <= day:
            last = disease.overall[row, visit]
    return last in (CR, PR, SD, NON_CR_NON_PD)


@kernel
def add_event(out: Course, row: int, event: int, start: int, end: int, grade: int, cycle: int) -> int:
    """Add an adverse event and return its place, or -1 where there is no room left."""
    place = out.events[row]
    if place >= MOST_EVENTS:
        return -1
    out.event[row, place] = event
    out.event_start[row, place], out.event_end[row, place] = start, end
    out.event_grade[row, place], out.event_cycle[row, place] = grade, cycle
    out.events[row] = place + 1
    return int(place)


@kernel
def record_sample(
    p: BloodParameters,
    out: Course,
    row: int,
    day: int,
    cycle: int,
    cycle_day: int,
    values: Floats,
    open_event: Floats,
) -> int:
    """Keep a sample; open, worsen or close laboratory events; return the highest grade that reduces a dose."""
    place = out.samples[row]
    out.sample_day[row, place] = day
    out.sample_cycle[row, place], out.sample_cycle_day[row, place] = cycle, cycle_day
    out.samples[row] = place + 1
    reduces = 0
    for test in range(len(p.within)):
        out.blood[row, place, test] = values[test]
        grade = grade_of(p, test, values[test])
        if cycle == 0:
            continue
        if grade >= p.reduce_from[test]:
            reduces = 1
        known = int(open_event[test])
        if known >= 0 and grade < p.reported_from[test]:
            out.event_end[row, known] = day
            open_event[test] = -1
        elif known >= 0:
            out.event_grade[row, known] = max(out.event_grade[row, known], grade)
        elif grade >= p.reported_from[test]:
            open_event[test] = add_event(out, row, test, day, ONGOING, grade, cycle)
    return reduces


@kernel
def draw_events(
    p: EventParameters,
    out: Course,
    row: int,
    arm: int,
    cycle: int,
    span: tuple[int, int, int],
    later: bool,
    tests: int,
    frailty: float,
    address: tuple[int, int, int],
) -> None:
    """Let adverse events begin in a cycle: `span` is its first day, its length, and the last day of life."""
    seed, trial, subject = address
    day, length, last = span
    kinds = len(p.duration_days)
    for kind in range(kinds):
        rate = p.rate[arm, kind] * (p.maintenance[kind] if later else 1.0) * frailty
        if cycle < p.onset_cycle[kind] or rate <= 0:
            continue
        u = uniforms(seed, trial, subject, ADVERSE_EVENTS, cycle * kinds + kind)
        if u[0] >= rate or _present(out, row, tests + kind, day):
            continue
        start = day + int(u[1] * length)
        if start >= last:
            continue
        grade = 1 + choose(p.grades[kind], u[2])
        end = start + 1 + int(-math.log(u[3]) * p.duration_days[kind])
        add_event(out, row, tests + kind, start, end if end < last else ONGOING, grade, cycle)


@kernel
def _present(out: Course, row: int, event: int, day: int) -> bool:
    for place in range(out.events[row]):
        if out.event[row, place] == event:
            end = out.event_end[row, place]
            if end == ONGOING or end >= day:
                return True
    return False


@kernel
def delayed_by_event(p: EventParameters, out: Course, row: int, tests: int, day: int) -> bool:
    """Say whether an adverse event of the delaying grade is there on a day."""
    for place in range(out.events[row]):
        if out.event[row, place] < tests or out.event_grade[row, place] < p.delays_from:
            continue
        end = out.event_end[row, place]
        if out.event_start[row, place] <= day and (end == ONGOING or end > day):
            return True
    return False


@kernel
def _markers(
    p: TreatmentParameters,
    disease: Disease,
    out: Course,
    row: int,
    place: int,
    day: int,
    address: tuple[int, int, int],
) -> None:
    seed, trial, subject = address
    out.marker_day[row, place] = day
    kinds = len(p.markers)
    for kind in range(kinds):
        own = normals(seed, trial, subject, MARKERS, kind)[0]
        z = normals(seed, trial, subject, MARKERS, kinds * (1 + place) + kind)[0]
        change = 0.0 if place == 0 else -p.markers[kind, 3] * disease.log_ratio[row]
        logarithm = p.markers[kind, 1] * own + p.markers[kind, 2] * z + change
        out.marker[row, place, kind] = p.markers[kind, 0] * math.exp(logarithm)


class Subject(NamedTuple):
    """What stays the same, or is worked on in place, while the cycles of one subject go by."""

    row: int
    arm: int
    limit: int
    """No cycle begins on or after this day."""
    last_day: int
    """Nothing is recorded on or after this day."""
    frailty: float
    address: tuple[int, int, int]
    start: Floats
    own: Floats
    effect: Floats
    values: Floats
    open_event: Floats


@kernel
def _ending(disease: Disease, row: int, day: int, cutoff: int) -> int:
    """Return why a cycle due on a day is not given, or UNDER_WAY where nothing on record speaks against it."""
    if day > cutoff:
        return UNDER_WAY
    if day >= disease.progression[row]:
        return PROGRESSION
    if day >= disease.lost[row]:
        return LOST
    if day >= disease.death[row] - LAST_WEEK:
        return DEATH if disease.death[row] <= min(cutoff, disease.lost[row]) else UNDER_WAY
    return WITHDRAWAL


@kernel
def _first_reason(disease: Disease, row: int, cutoff: int) -> int:
    """Return the first day on which no cycle can begin any more."""
    before_death = disease.death[row] - LAST_WEEK
    patient = min(disease.progression[row], disease.stop[row], disease.therapy[row])
    return min(patient, before_death, disease.lost[row], cutoff + 1)


@kernel
def _close(disease: Disease, out: Course, row: int, ending: int, day: int, limit: int, cutoff: int) -> None:
    """Write why and when treatment ended."""
    out.ending[row] = ending
    end = limit if ending in (PROGRESSION, WITHDRAWAL) else day
    end = max(end, out.first_dose[row])
    out.end_day[row] = min(end, cutoff, disease.death[row], disease.lost[row])


@kernel
def _prepare(
    plan: Plan,
    base: Baseline,
    disease: Disease,
    cutoff: int,
    out: Course,
    row: int,
    address: tuple[int, int, int],
) -> Subject:  # noqa: E501
    """Draw what a subject brings along, and take the blood and serum of before treatment."""
    seed, trial, number = address
    tests = len(plan.blood.within)
    first = uniforms(seed, trial, number, TREATMENT, 0)
    spread = plan.events.frailty
    z = normals(seed, trial, number, TREATMENT, 1)[0]
    subject = Subject(
        row,
        base.arm[row],
        _first_reason(disease, row, cutoff),
        min(disease.death[row], disease.lost[row], cutoff + 1),
        math.exp(spread * z - HALF * spread * spread),
        address,
        np.empty(tests),
        np.empty(tests),
        np.zeros(tests),
        np.empty(tests),
        np.full(tests, -1.0),
    )
    subject_blood(plan.blood, address, subject.start, subject.own)
    out.first_dose[row] = int(first[0] * (plan.treatment.first_dose_wait + 1))
    sample(plan.blood, address, 0, 0.0, 0.0, subject.start, subject.effect, subject.values)
    before = -1 - int(first[1] * LAST_WEEK)
    record_sample(plan.blood, out, row, before, 0, 0, subject.values, subject.open_event)
    if len(plan.treatment.markers) > 0:
        _markers(plan.treatment, disease, out, row, 0, before, address)
    return subject


@kernel
def _wait_until_fit(
    plan: Plan, out: Course, subject: Subject, day: int, dosed: int, cycle: int
) -> tuple[int, int, bool]:  # noqa: E501
    """Return the day on which the next cycle can begin, how often it was put off, and whether it can at all."""
    row = subject.row
    waits = 0
    while day < subject.limit:
        place = out.samples[row]
        sample(
            plan.blood,
            subject.address,
            place,
            day - dosed,
            cycle,
            subject.start,
            subject.effect,
            subject.values,
        )
        record_sample(plan.blood, out, row, day, cycle, day - dosed + 1, subject.values, subject.open_event)
        tests = len(plan.blood.within)
        unfit = too_low(subject.values, plan.blood.needed)
        unfit = unfit or delayed_by_event(plan.events, out, row, tests, day)
        if not unfit:
            return day, waits, True
        if waits == plan.treatment.most_waits:
            return day, waits, False
        waits, day = waits + 1, day + plan.treatment.wait_days
    return day, waits, True


@kernel
def _answer(plan: Plan, subject: Subject, phase: int, level: int, cycle: int) -> None:
    """Draw how strongly the blood answers to this cycle."""
    seed, trial, number = subject.address
    z = normals(seed, trial, number, TREATMENT, 2 * cycle)
    more = normals(seed, trial, number, TREATMENT, 2 * cycle + 1)
    dose = plan.treatment.levels[subject.arm, level]
    for test in range(len(plan.blood.within)):
        noise = z[test] if test < len(z) else more[(test - len(z)) % len(more)]
        subject.effect[test] = cycle_effect(
            plan.blood, subject.arm, phase > 0, dose, subject.own, noise, test
        )


@kernel
def _through_cycle(plan: Plan, out: Course, subject: Subject, day: int, cycle: int, phase: int) -> int:
    """Take the blood of a cycle and let its adverse events begin; return 1 if the next dose is reduced."""
    row, reduces = subject.row, 0
    lab_days = plan.treatment.lab_days
    for place in range(1, len(lab_days)):
        when = day + lab_days[place] - 1
        if when >= subject.last_day:
            break
        number = out.samples[row]
        sample(
            plan.blood,
            subject.address,
            number,
            lab_days[place] - 1,
            cycle,
            subject.start,
            subject.effect,
            subject.values,
        )  # noqa: E501
        reduces |= record_sample(
            plan.blood, out, row, when, cycle, lab_days[place], subject.values, subject.open_event
        )  # noqa: E501
        if lab_days[place] <= SECOND_DOSE_DAY and too_low(subject.values, plan.blood.needed_later):
            out.omitted[row, cycle - 1] = True
    span = (day, plan.treatment.cycle_days[subject.arm, phase], subject.last_day)
    tests = len(plan.blood.within)
    draw_events(
        plan.events, out, row, subject.arm, cycle, span, phase > 0, tests, subject.frailty, subject.address
    )  # noqa: E501
    return reduces


@kernel
def _begin_cycle(
    plan: Plan, disease: Disease, out: Course, subject: Subject, cycle: int, what: tuple[int, int, int, int]
) -> None:  # noqa: E501
    """Write that a cycle begins; `what` is its day, phase, level and waits."""
    row = subject.row
    out.cycle_day[row, cycle - 1], out.phase[row, cycle - 1] = what[0], what[1]
    out.level[row, cycle - 1], out.waits[row, cycle - 1] = what[2], what[3]
    out.omitted[row, cycle - 1] = False
    out.cycles[row] = cycle
    for place in range(len(plan.treatment.marker_cycles)):
        if plan.treatment.marker_cycles[place] == cycle and len(plan.treatment.markers) > 0:
            _markers(plan.treatment, disease, out, row, place + 1, what[0], subject.address)


@kernel
def _one(
    plan: Plan,
    base: Baseline,
    disease: Disease,
    cutoff: int,
    out: Course,
    row: int,
    address: tuple[int, int, int],
) -> None:  # noqa: E501
    t = plan.treatment
    subject = _prepare(plan, base, disease, cutoff, out, row, address)
    arm, phases = subject.arm, t.most_cycles.shape[1]
    day, dosed = int(out.first_dose[row]), int(out.first_dose[row])
    phase, in_phase, cycle, level, reduces, ending = 0, 0, 0, 0, 0, COMPLETED
    while cycle < out.cycle_day.shape[1]:
        while phase < phases and in_phase >= t.most_cycles[arm, phase]:
            phase, in_phase = phase + 1, 0
        if phase == phases or (
            in_phase == 0 and t.needs_control[arm, phase] and not controlled(disease, row, day)
        ):
            break
        waits, fit = 0, True
        if cycle > 0:
            day, waits, fit = _wait_until_fit(plan, out, subject, day, dosed, cycle)
        alive = day < (subject.limit if cycle > 0 else subject.last_day)
        if not fit or not alive:
            ending = _ending(disease, row, day, cutoff) if not alive else TOXICITY
            break
        level = min(level + reduces, t.levels.shape[1] - 1)
        cycle, in_phase, dosed = cycle + 1, in_phase + 1, day
        _begin_cycle(plan, disease, out, subject, cycle, (day, phase, level, waits))
        _answer(plan, subject, phase, level, cycle)
        reduces = _through_cycle(plan, out, subject, day, cycle, phase)
        day = dosed + t.cycle_days[arm, phase]
    _close(disease, out, row, ending, day, subject.limit, cutoff)


@kernel
def draw_course(
    rows: tuple[int, int],
    plan: Plan,
    base: Baseline,
    disease: Disease,
    cutoff: Ints,
    out: Course,
    seed: int,
    trials: Ints,
    subjects: Ints,
) -> None:
    """Fill some rows; `cutoff` is each subject's day of data cut-off."""
    for row in range(rows[0], rows[1]):
        _one(plan, base, disease, cutoff[row], out, row, (seed, trials[row], subjects[row]))
