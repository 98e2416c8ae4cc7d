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


@kernel
def _ending(disease: Disease, row: int, day: int, cutoff: int) -> int:
    """Return why a cycle due on a day is not given, or UNDER_WAY where nothing speaks against it."""
    if day > cutoff:
        return UNDER_WAY
    if day >= disease.progression[row]:
        return PROGRESSION
    if day >= disease.death[row] - LAST_WEEK:
        return DEATH
    if day >= disease.lost[row]:
        return LOST
    return WITHDRAWAL


@kernel
def _first_reason(disease: Disease, row: int, cutoff: int) -> int:
    """Return the first day on which no cycle can begin any more."""
    before_death = disease.death[row] - LAST_WEEK
    return min(
        disease.progression[row],
        disease.stop[row],
        before_death,
        disease.lost[row],
        disease.therapy[row],
        cutoff + 1,
    )


@kernel
def _close(disease: Disease, out: Course, row: int, ending: int, day: int, limit: int, cutoff: int) -> None:
    """Write why and when treatment ended."""
    out.ending[row] = ending
    out.end_day[row] = min(max(day, out.first_dose[row]), cutoff, disease.death[row], disease.lost[row])
    if ending in (PROGRESSION, WITHDRAWAL):
        out.end_day[row] = max(limit, out.first_dose[row])


@kernel
def _one(
    plan: Plan,
    base: Baseline,
    disease: Disease,
    cutoff: int,
    out: Course,
    row: int,
    address: tuple[int, int, int],
) -> None:
    t, b, e = plan.treatment, plan.blood, plan.events
    seed, trial, subject = address
    tests, arm = len(b.within), base.arm[row]
    start, own, effect, values = np.empty(tests), np.empty(tests), np.zeros(tests), np.empty(tests)
    open_event = np.full(tests, -1.0)
    subject_blood(b, address, start, own)
    first = uniforms(seed, trial, subject, TREATMENT, 0)
    z = normals(seed, trial, subject, TREATMENT, 1)
    frailty = math.exp(e.frailty * z[0] - HALF * e.frailty * e.frailty)
    limit = _first_reason(disease, row, cutoff)
    last_day = min(disease.death[row], disease.lost[row], cutoff + 1)
    day = int(first[0] * (t.first_dose_wait + 1))
    out.first_dose[row] = day
    sample(b, address, 0, 0.0, 0.0, start, effect, values)
    record_sample(b, out, row, -1 - int(first[1] * LAST_WEEK), 0, 0, values, open_event)
    if len(t.markers) > 0:
        _markers(t, disease, out, row, 0, day, address)
    phase, in_phase, cycle, level, dosed = 0, 0, 0, 0, day
    ending, reduces = COMPLETED, 0
    while cycle < out.cycle_day.shape[1]:
        while phase < t.most_cycles.shape[1] and in_phase >= t.most_cycles[arm, phase]:
            phase, in_phase = phase + 1, 0
        if phase == t.most_cycles.shape[1]:
            break
        if in_phase == 0 and t.needs_control[arm, phase] and not controlled(disease, row, day):
            break
        waits = 0
        blocked = False
        while cycle > 0 and day < limit:
            sample(b, address, out.samples[row], day - dosed, cycle, start, effect, values)
            record_sample(b, out, row, day, cycle, day - dosed + 1, values, open_event)
            blocked = too_low(values, b.needed) or delayed_by_event(e, out, row, tests, day)
            if not blocked or waits == t.most_waits:
                break
            waits, day = waits + 1, day + t.wait_days
        if day >= limit and cycle > 0:
            ending = _ending(disease, row, day, cutoff)
            break
        if blocked:
            ending = TOXICITY
            break
        if reduces == 1:
            level = min(level + 1, t.levels.shape[1] - 1)
        out.cycle_day[row, cycle], out.phase[row, cycle] = day, phase
        out.level[row, cycle], out.waits[row, cycle] = level, waits
        cycle, in_phase, dosed = cycle + 1, in_phase + 1, day
        out.cycles[row] = cycle
        zc = normals(seed, trial, subject, TREATMENT, 2 * cycle)
        zd = normals(seed, trial, subject, TREATMENT, 2 * cycle + 1)
        for test in range(tests):
            noise = zc[test] if test < len(zc) else zd[(test - len(zc)) % len(zd)]
            effect[test] = cycle_effect(b, arm, phase > 0, t.levels[arm, level], own, noise, test)
        if len(t.markers) > 0:
            for place in range(len(t.marker_cycles)):
                if t.marker_cycles[place] == cycle:
                    _markers(t, disease, out, row, place + 1, day, address)
        reduces, out.omitted[row, cycle - 1] = 0, False
        for lab_day in t.lab_days[1:]:
            when = dosed + lab_day - 1
            if when >= last_day:
                break
            sample(b, address, out.samples[row], lab_day - 1, cycle, start, effect, values)
            reduces |= record_sample(b, out, row, when, cycle, lab_day, values, open_event)
            if lab_day == t.lab_days[1] and too_low(values, b.needed_later):
                out.omitted[row, cycle - 1] = True
        length = t.cycle_days[arm, phase]
        draw_events(e, out, row, arm, cycle, (dosed, length, last_day), phase > 0, tests, frailty, address)
        day = dosed + length
    _close(disease, out, row, ending, day, limit, cutoff)


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
