"""Lesions of the subjects of a tile who are scanned at all, and how each of them goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.simulate.baseline import (
    MOST_TARGETS,
    choose,
    choose_targets,
    first_diameter_mm,
    measurable_organs,
    with_primary,
)
from trialwright.simulate.scan_rules import scan_day
from trialwright.simulate.streams import LESIONS, SCANS, TRAITS
from trialwright.simulate.tiles.scratch import (
    DEATH,
    DRAWN_0,
    DRAWN_1,
    DRAWN_2,
    DRAWN_3,
    END,
    FIRST_DAY,
    FIRST_MISSED,
    FLAG,
    GROWTH,
    LESION_GROWTH,
    LESION_SHRINK,
    LISTED,
    LOGIT,
    NODES,
    NONTARGET,
    NONTARGET_AT,
    OF_0,
    OF_1,
    OF_2,
    ORGANS,
    PICKED,
    PICKED_SEAT,
    PRIMARY,
    SEAT,
    SECOND,
    SENSITIVE,
    SHRINK,
    START_MM,
    SURGERY,
    TARGETS,
    Scratch,
    draw_for,
    draw_for_all,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import TILE, WORD_0, WORD_1, WORD_2, WORD_3, normal_pair, uniform
from trialwright.stats.lane_math import exp_of

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BaselineParameters, DiseaseParameters, Ints

BITS = 8
LOW_BITS = 255


@kernel
def list_scanned(p: DiseaseParameters, s: Scratch, n: int) -> int:
    """List the subjects whose first scan comes before the end of their history; return how many."""
    if len(p.scan_days) == 0:
        return 0
    whole, words = s.whole, s.words
    planned, earliest, latest = p.scan_days[0], p.jitter_low, p.jitter_high
    draw_for_all(s, n, SCANS, 1)
    for i in range(n):
        whole[END + i] = min(whole[END + i], whole[DEATH + i])
        whole[FIRST_DAY + i] = scan_day(planned, earliest, latest, uniform(words[WORD_0 + i]))
        whole[FIRST_MISSED + i] = 1 if uniform(words[WORD_1 + i]) < p.missed_scan else 0
    count = 0
    for i in range(n):
        whole[LISTED + count] = i
        count += 1 if whole[FIRST_DAY + i] < whole[END + i] else 0
    return count


@kernel
def draw_organs(p: BaselineParameters, s: Scratch, n: int) -> None:
    """Fill the organs with disease of those listed, as bits."""
    whole, real, words = s.whole, s.real, s.words
    for i in range(n):
        whole[ORGANS + i] = whole[SECOND + i] = 0
    for organ in range(len(p.metastasis)):
        share = p.metastasis[organ]
        if share > 0.0:
            draw_for(s, whole[LISTED : LISTED + n], LESIONS, organ)
            for i in range(n):
                whole[ORGANS + i] |= (1 if uniform(words[WORD_0 + i]) < share else 0) << organ
    measurable, shares, primary_organ = measurable_organs(p), p.primary_cumulative, p.primary_organ
    for i in range(n):
        seat = whole[LISTED + i]
        primary = primary_organ[choose(shares, real[PRIMARY + seat])]
        resected = whole[SURGERY + seat] != 0
        whole[ORGANS + i] = with_primary(whole[ORGANS + i], measurable, primary, resected)


@kernel
def draw_second_lesions(p: BaselineParameters, s: Scratch, n: int) -> None:
    """Fill the organs with a second lesion of those listed, as bits."""
    whole, words = s.whole, s.words
    offset = len(p.metastasis)
    for organ in range(offset):
        if not p.measurable[organ]:
            continue
        count = 0
        for i in range(n):
            whole[PICKED + count] = i
            whole[PICKED_SEAT + count] = whole[LISTED + i]
            count += whole[ORGANS + i] >> organ & 1
        if count > 0:
            draw_for(s, whole[PICKED_SEAT : PICKED_SEAT + count], LESIONS, offset + organ)
            for k in range(count):
                found = 1 if uniform(words[WORD_0 + k]) < p.second_lesion else 0
                whole[SECOND + whole[PICKED + k]] |= found << organ


@kernel
def seat_by_targets(p: BaselineParameters, s: Scratch, n: int) -> None:
    """Choose the targets of those listed and give them places, those with most targets first."""
    whole, prefix, organs = s.whole, s.prefix, s.organs
    measurable, node = p.measurable, p.node
    starts = np.zeros(MOST_TARGETS + 2, np.int64)
    for i in range(n):
        count, rest = choose_targets(measurable, whole[ORGANS + i], whole[SECOND + i], organs)
        nodes = 0
        for target in range(count):
            nodes |= (1 if node[organs[target]] else 0) << target
        whole[FLAG + i] = count | nodes << BITS | (1 if rest != 0 else 0) << 2 * BITS
        starts[MOST_TARGETS - count + 1] += 1
    for fewer in range(MOST_TARGETS + 1):
        starts[fewer + 1] += starts[fewer]
    for target in range(MOST_TARGETS):
        prefix[target] = starts[MOST_TARGETS - target]
    for i in range(n):
        count = whole[FLAG + i] & LOW_BITS
        place = starts[MOST_TARGETS - count]
        starts[MOST_TARGETS - count] += 1
        whole[SEAT + place], whole[TARGETS + place] = whole[LISTED + i], count
        whole[NODES + place] = whole[FLAG + i] >> BITS & LOW_BITS
        whole[NONTARGET + place] = whole[FLAG + i] >> 2 * BITS


@kernel
def draw_lesion_traits(p: DiseaseParameters, s: Scratch, lesion: np.int64, seats: Ints) -> None:
    """Fill sensitive part, shrinkage and growth of one lesion of each subject of a list of seats."""
    real, words, n = s.real, s.words, len(seats)
    draw_for(s, seats, TRAITS, 1 + lesion)
    for i in range(n):
        real[DRAWN_0 + i], real[DRAWN_1 + i] = normal_pair(words[WORD_0 + i], words[WORD_1 + i])
    for i in range(n):
        real[DRAWN_2 + i], real[DRAWN_3 + i] = normal_pair(words[WORD_2 + i], words[WORD_3 + i])
    for i in range(n):
        seat = seats[i]
        real[OF_0 + i] = real[LOGIT + seat] + p.lesion_logit_sd * real[DRAWN_0 + i]
        real[OF_1 + i], real[OF_2 + i] = real[SHRINK + seat], real[GROWTH + seat]
    for i in range(n):
        real[OF_0 + i] = 1.0 / (1.0 + exp_of(-real[OF_0 + i]))
        real[OF_1 + i] *= exp_of(p.lesion_log_sd * real[DRAWN_1 + i])
        real[OF_2 + i] *= exp_of(p.lesion_log_sd * real[DRAWN_2 + i])
    row = lesion * TILE
    real[SENSITIVE + row : SENSITIVE + row + n] = real[OF_0 : OF_0 + n]
    real[LESION_SHRINK + row : LESION_SHRINK + row + n] = real[OF_1 : OF_1 + n]
    real[LESION_GROWTH + row : LESION_GROWTH + row + n] = real[OF_2 : OF_2 + n]


@kernel
def draw_lesions(b: BaselineParameters, p: DiseaseParameters, s: Scratch, n: int) -> None:
    """Fill size and traits of every target, and the traits of the non-targets."""
    whole, real, words = s.whole, s.real, s.words
    for target in range(MOST_TARGETS):
        count = s.prefix[target]
        if count == 0:
            break
        seats = whole[SEAT : SEAT + count]
        draw_for(s, seats, LESIONS, 2 * len(b.metastasis) + target)
        for i in range(count):
            z, _ = normal_pair(words[WORD_0 + i], words[WORD_1 + i])
            real[OF_0 + i] = b.diameter_median_mm * exp_of(b.diameter_log_sd * z)
            whole[FLAG + i] = whole[NODES + i] >> target & 1
        row = START_MM + target * TILE
        start = real[row : row + count]
        for i in range(count):
            # the general path keeps sizes in single precision
            start[i] = np.float32(first_diameter_mm(real[OF_0 + i], whole[FLAG + i] != 0))
        draw_lesion_traits(p, s, np.int64(target), seats)
    count = 0
    for i in range(n):
        whole[PICKED_SEAT + count] = whole[SEAT + i]
        whole[NONTARGET_AT + i] = count
        count += whole[NONTARGET + i]
    if count > 0:
        seats = whole[PICKED_SEAT : PICKED_SEAT + count]
        draw_lesion_traits(p, s, np.int64(MOST_TARGETS), seats)
