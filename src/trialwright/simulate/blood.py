"""Laboratory values over a course of cycles, and their CTCAE grades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trialwright.simulate.streams import LABORATORY
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import normals

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BloodParameters, Floats

CYCLES_TO_FULL_EFFECT = 6.0
MARROW_SHARE, OWN_SHARE = 0.6, 0.8
SUBJECT_SHARE, CYCLE_SHARE = 0.8, 0.6
DRAWS_A_BLOCK = 4
TRAIT_DRAWS = 8
MOST_GRADE = 4


@kernel
def marrow_course(days: float, nadir_day: float, sharpness: float) -> float:
    """Return the fraction of the full fall so many days after a dose: 0, then 1 at the nadir, then 0."""
    if days <= 0:
        return 0.0
    relative = days / nadir_day
    return math.exp(sharpness * (math.log(relative) + 1.0 - relative))


@kernel
def subject_blood(p: BloodParameters, address: tuple[int, int, int], start: Floats, own: Floats) -> None:
    """Fill the logarithm of each test's own level, and the subject's part of the frailty."""
    seed, trial, subject = address
    common = normals(seed, trial, subject, LABORATORY, 0)[0]
    for test in range(len(p.within)):
        z = normals(seed, trial, subject, LABORATORY, 1 + test)
        value = p.baseline[test, 0] * math.exp(p.baseline[test, 1] * z[0])
        start[test] = math.log(min(max(value, p.baseline[test, 2]), p.baseline[test, 3]))
        own[test] = MARROW_SHARE * common + OWN_SHARE * z[1] if p.low_is_worse[test] else z[1]


@kernel
def cycle_effect(
    p: BloodParameters,
    arm: int,
    phase: int,
    dose: float,
    own: Floats,
    z: float,
    test: int,
) -> float:
    """Return the full fall (or rise) of one test's logarithm after this cycle's dose."""
    factor = p.maintenance[test] if phase > 0 else 1.0
    frailty = math.exp(p.frailty[test] * (SUBJECT_SHARE * own[test] + CYCLE_SHARE * z))
    return float(p.effect[arm, test] * factor * dose * frailty)


@kernel
def sample(
    p: BloodParameters,
    address: tuple[int, int, int],
    number: int,
    since_dose: float,
    cycles: float,
    start: Floats,
    effect: Floats,
    values: Floats,
) -> None:
    """Fill the measured values of one blood sample, `number` counting the subject's samples."""
    seed, trial, subject = address
    tests = len(p.within)
    blocks = (tests + DRAWS_A_BLOCK - 1) // DRAWS_A_BLOCK
    course = marrow_course(since_dose, p.nadir_day, p.sharpness)
    for block in range(blocks):
        z = normals(seed, trial, subject, LABORATORY, TRAIT_DRAWS + tests + number * blocks + block)
        for place in range(DRAWS_A_BLOCK):
            test = block * DRAWS_A_BLOCK + place
            if test >= tests:
                break
            part = min(1.0, cycles / CYCLES_TO_FULL_EFFECT) if p.cumulative[test] else course
            value = math.exp(start[test] + effect[test] * part + p.within[test] * z[place])
            values[test] = np.round(value * p.decimals[test]) / p.decimals[test]


@kernel
def grade_of(p: BloodParameters, test: int, value: float) -> int:
    """Return the CTCAE grade of a value, 0 where it is inside the limits."""
    grade = 0
    for level in range(MOST_GRADE):
        limit = p.limits[test, level]
        worse = value < limit if p.low_is_worse[test] else value > limit
        if worse:
            grade = level + 1
    return grade


@kernel
def too_low(values: Floats, needed: Floats) -> bool:
    """Say whether any value is below what is needed."""
    return bool(np.any(values < needed))
