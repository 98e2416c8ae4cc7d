"""Adverse events: from laboratory grades, and those that begin in a cycle by chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.simulate.baseline import choose
from trialwright.simulate.blood import grade_of
from trialwright.simulate.course import MOST_EVENTS, ONGOING, Course
from trialwright.simulate.streams import ADVERSE_EVENTS
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import uniforms

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BloodParameters, EventParameters, Floats


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
    """Keep a sample; open, worsen or close laboratory events; return 1 if the next dose goes down."""
    place = out.samples[row]
    at = out.first_sample[row] + place
    out.sample_day[at] = day
    out.sample_cycle[at], out.sample_cycle_day[at] = cycle, cycle_day
    out.samples[row] = place + 1
    reduces = 0
    for test in range(len(p.within)):
        out.blood[at, test] = values[test]
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
    phase: int,
    tests: int,
    frailty: float,
    address: tuple[int, int, int],
) -> None:
    """Let adverse events begin in a cycle: `span` is its first day, its length, and the last day of life."""
    seed, trial, subject = address
    day, length, last = span
    kinds = len(p.duration_days)
    for kind in range(kinds):
        rate = p.rate[arm, kind] * (p.maintenance[kind] if phase > 0 else 1.0) * frailty
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
