"""Who the virtual subjects are before treatment: site, date, arm, body, disease sites, target lesions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.simulate.streams import ALLOCATION, BASELINE, LESIONS
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import normals, uniforms

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BaselineParameters, Floats, Ints

MOST_TARGETS = 5
MOST_PER_ORGAN = 2
SMALLEST_TARGET_MM = 10.0
SMALLEST_NODE_MM = 15.0
LARGEST_TARGET_MM = 200.0
NODE_SCALE = 0.55
DRAWS_A_BLOCK = 4
FEMALE, MALE = 0, 1
NO_ORGAN = -1


class Baseline(NamedTuple):
    """Arrays over subjects; `organs`, `metastases` and `nontarget` are sets of organs as bits."""

    site: npt.NDArray[np.int16]
    enrolled: npt.NDArray[np.int32]
    """Days from the first day of accrual."""
    arm: npt.NDArray[np.int8]
    age: npt.NDArray[np.int16]
    sex: npt.NDArray[np.int8]
    height_cm: npt.NDArray[np.int16]
    weight_kg: npt.NDArray[np.float32]
    ecog: npt.NDArray[np.int8]
    primary: npt.NDArray[np.int8]
    prior: npt.NDArray[np.bool_]
    surgery: npt.NDArray[np.bool_]
    organs: npt.NDArray[np.int32]
    metastases: npt.NDArray[np.int32]
    nontarget: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int8]
    target_organ: npt.NDArray[np.int8]
    diameter_mm: npt.NDArray[np.float32]


def empty_baseline(subjects: int) -> Baseline:
    """Return arrays for so many subjects."""
    wide = (subjects, MOST_TARGETS)
    return Baseline(
        site=np.zeros(subjects, np.int16),
        enrolled=np.zeros(subjects, np.int32),
        arm=np.zeros(subjects, np.int8),
        age=np.zeros(subjects, np.int16),
        sex=np.zeros(subjects, np.int8),
        height_cm=np.zeros(subjects, np.int16),
        weight_kg=np.zeros(subjects, np.float32),
        ecog=np.zeros(subjects, np.int8),
        primary=np.zeros(subjects, np.int8),
        prior=np.zeros(subjects, np.bool_),
        surgery=np.zeros(subjects, np.bool_),
        organs=np.zeros(subjects, np.int32),
        metastases=np.zeros(subjects, np.int32),
        nontarget=np.zeros(subjects, np.int32),
        targets=np.zeros(subjects, np.int8),
        target_organ=np.full(wide, NO_ORGAN, np.int8),
        diameter_mm=np.zeros(wide, np.float32),
    )


@kernel
def choose(cumulative: Floats, u: float) -> int:
    """Return the category whose cumulative probability first reaches u."""
    for index in range(len(cumulative)):
        if u <= cumulative[index]:
            return index
    return len(cumulative) - 1


@kernel
def arm_of(block: Ints, seed: int, trial: int, subject: int) -> int:
    """Return the arm of a subject from its permuted block.

    The block is shuffled by random numbers of its own, so that subject k has the same arm
    whatever the number of subjects.
    """
    size = len(block)
    if size == 1:
        return int(block[0])
    number, place = subject // size, subject % size
    order = block.copy()
    for last in range(size - 1, 0, -1):
        u = uniforms(seed, trial, number, ALLOCATION, last)[0]
        other = int(u * (last + 1))
        order[last], order[other] = order[other], order[last]
    return int(order[place])


@kernel
def truncated_normal(spread: Floats, seed: int, trial: int, subject: int, first_draw: int) -> float:
    """Return a normal value inside (lowest, highest) by redrawing, at most eight blocks."""
    for attempt in range(2 * DRAWS_A_BLOCK):
        for z in normals(seed, trial, subject, BASELINE, first_draw + attempt):
            value = spread[0] + spread[1] * z
            if spread[2] <= value <= spread[3]:
                return float(value)
    return float(spread[0])


@kernel
def _body(p: BaselineParameters, seed: int, trial: int, subject: int) -> tuple[int, int, float]:
    u = uniforms(seed, trial, subject, BASELINE, 1)
    z = normals(seed, trial, subject, BASELINE, 2)
    sex = FEMALE if u[0] < p.female else MALE
    height = p.height_cm[sex, 0] * math.exp(p.height_cm[sex, 1] * z[0])
    weight = p.weight_kg[sex, 0] * math.exp(p.weight_kg[sex, 1] * z[1])
    return sex, round(height), round(weight * 2) / 2


@kernel
def _organs(
    p: BaselineParameters, primary: int, surgery: np.bool_, seed: int, trial: int, subject: int
) -> tuple[int, int]:
    """Return the organs with disease, and those of them with metastases, as bits.

    A resected primary that has not spread has recurred.
    """
    present = 0
    for organ in range(len(p.metastasis)):
        u = uniforms(seed, trial, subject, LESIONS, organ)[0]
        if u < p.metastasis[organ]:
            present |= 1 << organ
    measurable = False
    for organ in range(len(p.metastasis)):
        measurable |= bool(present >> organ & 1) and p.measurable[organ]
    spread = present
    if not surgery or not measurable:
        present |= 1 << p.primary_organ[primary]
    return present, spread


@kernel
def _lesions(
    p: BaselineParameters, out: Baseline, row: int, organs: int, seed: int, trial: int, subject: int
) -> None:
    """Choose at most five targets, two an organ, and put the rest among the non-targets."""
    count = 0
    rest = 0
    offset = len(p.metastasis)
    for organ in range(offset):
        if not organs >> organ & 1:
            continue
        if not p.measurable[organ]:
            rest |= 1 << organ
            continue
        second = uniforms(seed, trial, subject, LESIONS, offset + organ)[0] < p.second_lesion
        for _ in range(MOST_PER_ORGAN if second else 1):
            if count == MOST_TARGETS:
                rest |= 1 << organ
                break
            z = normals(seed, trial, subject, LESIONS, 2 * offset + count)[0]
            size = p.diameter_median_mm * math.exp(p.diameter_log_sd * z)
            smallest = SMALLEST_TARGET_MM
            if p.node[organ]:
                size *= NODE_SCALE
                smallest = SMALLEST_NODE_MM
            out.diameter_mm[row, count] = min(max(size, smallest), LARGEST_TARGET_MM)
            out.target_organ[row, count] = organ
            count += 1
    out.targets[row] = count
    out.nontarget[row] = rest


@kernel
def _one(p: BaselineParameters, out: Baseline, row: int, seed: int, trial: int, subject: int) -> None:
    u = uniforms(seed, trial, subject, BASELINE, 0)
    v = uniforms(seed, trial, subject, BASELINE, 3)
    out.site[row] = choose(p.site_cumulative, u[0])
    out.enrolled[row] = int(u[1] * p.accrual_days)
    out.primary[row] = choose(p.primary_cumulative, u[2])
    out.ecog[row] = 1 if u[3] < p.ecog_one else 0
    out.prior[row] = v[0] < p.prior_therapy
    out.surgery[row] = v[1] < p.prior_surgery
    out.arm[row] = arm_of(p.block, seed, trial, subject)
    out.age[row] = round(truncated_normal(p.age, seed, trial, subject, DRAWS_A_BLOCK))
    out.sex[row], out.height_cm[row], out.weight_kg[row] = _body(p, seed, trial, subject)
    organs, out.metastases[row] = _organs(p, out.primary[row], out.surgery[row], seed, trial, subject)
    out.organs[row] = organs
    _lesions(p, out, row, organs, seed, trial, subject)


@kernel
def draw_baseline(
    rows: tuple[int, int], p: BaselineParameters, out: Baseline, seed: int, trials: Ints, subjects: Ints
) -> None:
    """Fill some rows of the arrays, for the subjects named by their numbers and those of their trials."""
    for row in range(rows[0], rows[1]):
        _one(p, out, row, seed, trials[row], subjects[row])
