"""What a virtual subject is given, how the blood answers, and which adverse events happen.

Counts below what a cycle needs delay it, a deep nadir takes the next cycle down a dose level, an
adverse event of grade 3 delays while it lasts; too many waits end treatment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import Response
from trialwright.simulate.adverse import delayed_by_event, draw_events, record_sample
from trialwright.simulate.blood import cycle_effect, sample, subject_blood, too_low
from trialwright.simulate.course import Course, Ending, Plan, Subject
from trialwright.simulate.streams import MARKERS, TREATMENT
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import normals, uniforms

if TYPE_CHECKING:
    from trialwright.simulate.baseline import Baseline
    from trialwright.simulate.disease import Disease
    from trialwright.simulate.parameters import Ints, TreatmentParameters

CR, PR, SD = int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD = int(Response.NON_CR_NON_PD)
LAST_WEEK = 7
SECOND_DOSE_DAY = 8
HALF = 0.5
UNDER_WAY, COMPLETED, PROGRESSION = int(Ending.UNDER_WAY), int(Ending.COMPLETED), int(Ending.PROGRESSION)
TOXICITY, WITHDRAWAL = int(Ending.TOXICITY), int(Ending.WITHDRAWAL)
DEATH, LOST = int(Ending.DEATH), int(Ending.LOST)


@kernel
def controlled(disease: Disease, row: int, day: int) -> bool:
    """Say whether the last scan before a day showed disease control."""
    last = 0
    for visit in range(1, disease.scans[row]):
        if disease.scan_day[row, visit] <= day:
            last = disease.overall[row, visit]
    return last in (CR, PR, SD, NON_CR_NON_PD)


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
    """Return why a cycle due on a day is not given, or UNDER_WAY where nothing on record forbids it."""
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
    return int(min(patient, before_death, disease.lost[row], cutoff + 1))


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
) -> Subject:
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
) -> tuple[int, int, bool]:
    """Return the day of the next cycle, how often it was put off, and whether it can begin at all."""
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
        subject.effect[test] = cycle_effect(plan.blood, subject.arm, phase, dose, subject.own, noise, test)


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
        )
        reduces |= record_sample(
            plan.blood, out, row, when, cycle, lab_days[place], subject.values, subject.open_event
        )
        if lab_days[place] <= SECOND_DOSE_DAY and too_low(subject.values, plan.blood.needed_later):
            out.omitted[row, cycle - 1] = True
    span = (day, plan.treatment.cycle_days[subject.arm, phase], subject.last_day)
    tests = len(plan.blood.within)
    draw_events(
        plan.events, out, row, subject.arm, cycle, span, phase, tests, subject.frailty, subject.address
    )
    return reduces


@kernel
def _begin_cycle(
    plan: Plan, disease: Disease, out: Course, subject: Subject, cycle: int, what: tuple[int, int, int, int]
) -> None:
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
) -> None:
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
    filled = rows[0] * (len(out.sample_day) // len(out.samples))
    for row in range(rows[0], rows[1]):
        out.first_sample[row] = filled
        _one(plan, base, disease, cutoff[row], out, row, (seed, trials[row], subjects[row]))
        filled += out.samples[row]
