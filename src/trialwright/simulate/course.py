"""The arrays of what was given and what blood and adverse events showed, and the words for their codes."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.simulate.scan_rules import NEVER

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BloodParameters, EventParameters, Floats, TreatmentParameters

MOST_EVENTS = 160
ONGOING = -1


class Ending(IntEnum):
    """Why no further cycle was given."""

    UNDER_WAY = 0
    COMPLETED = 1
    PROGRESSION = 2
    TOXICITY = 3
    WITHDRAWAL = 4
    DEATH = 5
    LOST = 6


class Course(NamedTuple):
    """Arrays over subjects; days count from the reference date.

    The samples of a subject stand one after the other from `first_sample` on, the baseline sample
    first: arrays that are filled densely touch little memory. Adverse events 0 … tests − 1 are those
    of the laboratory.
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
    first_sample: npt.NDArray[np.int64]
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
    by_cycle, by_sample, by_event = (subjects, cycles), subjects * samples, (subjects, MOST_EVENTS)
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
        first_sample=np.zeros(subjects, np.int64),
        sample_day=np.empty(by_sample, np.int32),
        sample_cycle=np.empty(by_sample, np.int16),
        sample_cycle_day=np.empty(by_sample, np.int16),
        blood=np.empty((by_sample, tests), np.float32),
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
