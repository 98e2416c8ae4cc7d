"""Who the virtual subjects are before treatment: site, date, arm, body, disease sites, target lesions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.simulate.streams import ALLOCATION, BASELINE, LESIONS
from trialwright.stats.kernel import kernel, small_kernel
from trialwright.stats.lane_math import inlined
from trialwright.stats.random_streams import normals, uniforms

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BaselineParameters, Bools, Codes, Floats, Ints

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


@small_kernel
def choose(cumulative: Floats, u: float) -> int:
    """Return the category whose cumulative probability first reaches u."""
    for index in range(len(cumulative)):
        if u <= cumulative[index]:
            return index
    return len(cumulative) - 1


@kernel
def shuffle_block(block: Ints, seed: int, trial: int, number: int, order: Ints) -> None:
    """Fill the order of one permuted block by random numbers of its own."""
    order[:] = block
    for last in range(len(block) - 1, 0, -1):
        u = uniforms(seed, trial, number, ALLOCATION, last)[0]
        other = int(u * (last + 1))
        order[last], order[other] = order[other], order[last]


@kernel
def arm_of(block: Ints, seed: int, trial: int, subject: int) -> int:
    """Return the arm of a subject from its permuted block.

    The block is shuffled by random numbers of its own, so that subject k has the same arm
    whatever the number of subjects.
    """
    size = len(block)
    if size == 1:
        return int(block[0])
    order = np.empty_like(block)
    shuffle_block(block, seed, trial, subject // size, order)
    return int(order[subject % size])


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
def measurable_organs(p: BaselineParameters) -> int:
    """Return the organs whose lesions can be targets, as bits."""
    found = 0
    for organ in range(len(p.measurable)):
        if p.measurable[organ]:
            found |= 1 << organ
    return found


@small_kernel
def with_primary(spread: int, measurable: int, primary_organ: int, resected: bool) -> int:  # noqa: FBT001 -- a fact
    """Return the organs with disease: a resected primary that has not spread has recurred."""
    if resected and spread & measurable != 0:
        return spread
    return spread | 1 << primary_organ


@kernel
def _organs(
    p: BaselineParameters, primary: int, surgery: np.bool_, seed: int, trial: int, subject: int
) -> tuple[int, int]:
    """Return the organs with disease, and those of them with metastases, as bits."""
    spread = 0
    for organ in range(len(p.metastasis)):
        u = uniforms(seed, trial, subject, LESIONS, organ)[0]
        if u < p.metastasis[organ]:
            spread |= 1 << organ
    return with_primary(spread, measurable_organs(p), p.primary_organ[primary], bool(surgery)), spread


@small_kernel
def choose_targets(measurable: Bools, organs: int, second: int, chosen: Codes) -> tuple[int, int]:
    """Choose at most five targets, two an organ: how many, and the organs of the rest as bits.

    `second` are the organs with a second lesion; `chosen` gets the organ of each target.
    """
    count, rest = 0, 0
    for organ in range(len(measurable)):
        if not organs >> organ & 1:
            continue
        if not measurable[organ]:
            rest |= 1 << organ
            continue
        for _ in range(MOST_PER_ORGAN if second >> organ & 1 else 1):
            if count == MOST_TARGETS:
                rest |= 1 << organ
                break
            chosen[count] = organ
            count += 1
    return count, rest


@inlined
def first_diameter_mm(size: float, node: bool) -> float:  # noqa: FBT001 -- a fact
    """Return the size of a target at baseline: large enough for one, and no larger than a reader writes."""
    scaled = size * NODE_SCALE if node else size
    smallest = SMALLEST_NODE_MM if node else SMALLEST_TARGET_MM
    return min(max(scaled, smallest), LARGEST_TARGET_MM)


@kernel
def _lesions(
    p: BaselineParameters, out: Baseline, row: int, organs: int, seed: int, trial: int, subject: int
) -> None:
    """Fill the targets of a subject and put the other lesions among the non-targets."""
    offset = len(p.metastasis)
    second = 0
    for organ in range(offset):
        if organs >> organ & 1 and p.measurable[organ]:
            u = uniforms(seed, trial, subject, LESIONS, offset + organ)[0]
            second |= (1 if u < p.second_lesion else 0) << organ
    count, rest = choose_targets(p.measurable, organs, second, out.target_organ[row])
    for target in range(count):
        z = normals(seed, trial, subject, LESIONS, 2 * offset + target)[0]
        size = p.diameter_median_mm * math.exp(p.diameter_log_sd * z)
        out.diameter_mm[row, target] = first_diameter_mm(size, p.node[out.target_organ[row, target]])
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
