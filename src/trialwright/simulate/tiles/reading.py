"""Scans of the subjects of a tile, one planned scan after the other, judged by the rules of real data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.derive.recist.codes import NewLesion, NonTarget, Response
from trialwright.simulate.baseline import MOST_TARGETS
from trialwright.simulate.scan_rules import (
    read_diameter_mm,
    true_diameter_mm,
    unread_target,
)
from trialwright.simulate.streams import READER
from trialwright.simulate.tiles.scratch import (
    DAY,
    DRAWN_0,
    DRAWN_1,
    FLAG,
    LESION_GROWTH,
    LESION_SHRINK,
    NODES,
    NONTARGET,
    NONTARGET_AT,
    NONTARGET_RATIO,
    OF_0,
    OF_1,
    OF_2,
    OF_3,
    PICKED,
    PICKED_SEAT,
    READ_MM,
    SCANNED,
    SENSITIVE,
    START_MM,
    TARGETS,
    UNREAD,
    draw_for_scans,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import TILE, WORD_0, WORD_1, WORD_2, WORD_3, normal_pair, uniform
from trialwright.stats.lane_math import exp_of, inlined

if TYPE_CHECKING:
    from trialwright.simulate.parameters import DiseaseParameters
    from trialwright.simulate.tiles.scratch import Scratch

NT_NONE, NT_STABLE = int(NonTarget.NONE), int(NonTarget.NON_CR_NON_PD)
NEW_NO, NEW_SEEN = int(NewLesion.NO), int(NewLesion.UNEQUIVOCAL)
PD, NE = int(Response.PD), int(Response.NE)
PAIRS = 3


@inlined
def ratio_on(sensitive: float, shrink: float, growth: float, day: float) -> float:
    """The size on a day relative to day 0, as `disease.size_ratio`."""
    dying = 0.0 if day <= 0.0 else sensitive
    return dying * exp_of(-shrink * day) + (1.0 - dying) * exp_of(growth * day)


@kernel
def fetch_ratios(s: Scratch, n: int, lesion: int) -> None:
    """Fill OF_0 with the size of a lesion relative to baseline; PICKED says where its traits are."""
    whole, real = s.whole, s.real
    row = lesion * TILE
    for i in range(n):
        at = row + whole[PICKED + i]
        real[OF_0 + i] = real[SENSITIVE + at]
        real[OF_1 + i] = real[LESION_SHRINK + at]
        real[OF_2 + i] = real[LESION_GROWTH + at]
    for i in range(n):
        real[OF_0 + i] = ratio_on(real[OF_0 + i], real[OF_1 + i], real[OF_2 + i], float(whole[DAY + i]))


@kernel
def read_target(p: DiseaseParameters, s: Scratch, n: int, target: int, noise: int) -> None:
    """Fill what the reader writes of one target at n scans; `noise` is the row of the reader's errors."""
    whole, real = s.whole, s.real
    normal, measured_from, seen_from = p.normal_node_mm, p.measured_from_mm, p.seen_from_mm
    for i in range(n):
        place = whole[SCANNED + i]
        whole[PICKED + i] = place
        whole[FLAG + i] = whole[NODES + place] >> target & 1
    fetch_ratios(s, n, target)
    for i in range(n):
        real[OF_3 + i] = real[START_MM + target * TILE + whole[SCANNED + i]]
    read = real[READ_MM + target * TILE : READ_MM + target * TILE + n]
    errors = real[noise : noise + n]
    for i in range(n):
        node = whole[FLAG + i] != 0
        true = true_diameter_mm(real[OF_3 + i], real[OF_0 + i], node, normal)
        read[i] = read_diameter_mm(true, errors[i], node, measured_from, seen_from)


@kernel
def read_targets(p: DiseaseParameters, s: Scratch) -> None:
    """Fill what the reader writes at the scans now; `here` says how many have more than k targets."""
    real, words, here = s.real, s.words, s.here
    for pair in range(PAIRS):
        n = here[2 * pair]
        if n == 0:
            break
        if pair != 1:
            draw_for_scans(s, n, READER, 1 if pair == 0 else 2)
        if pair == 1:
            for i in range(n):
                real[DRAWN_0 + i], real[DRAWN_1 + i] = normal_pair(words[WORD_2 + i], words[WORD_3 + i])
        else:
            for i in range(n):
                real[DRAWN_0 + i], real[DRAWN_1 + i] = normal_pair(words[WORD_0 + i], words[WORD_1 + i])
        for i in range(n):
            real[DRAWN_0 + i] = exp_of(p.reader_log_sd * real[DRAWN_0 + i])
            real[DRAWN_1 + i] = exp_of(p.reader_log_sd * real[DRAWN_1 + i])
        read_target(p, s, n, 2 * pair, DRAWN_0)
        if 2 * pair + 1 < MOST_TARGETS:
            read_target(p, s, here[2 * pair + 1], 2 * pair + 1, DRAWN_1)


@kernel
def draw_unread(p: DiseaseParameters, s: Scratch, n: int) -> None:
    """Fill the target that cannot be assessed at each scan."""
    whole, words, not_assessable = s.whole, s.words, p.not_assessable
    draw_for_scans(s, n, READER, 0)
    for i in range(n):
        targets = whole[TARGETS + whole[SCANNED + i]]
        whole[UNREAD + i] = unread_target(uniform(words[WORD_0 + i]), not_assessable, targets)


@kernel
def follow_nontargets(s: Scratch, n: int) -> None:
    """Fill the size of the non-target lesions relative to baseline, where there are any."""
    whole, real = s.whole, s.real
    count = 0
    for i in range(n):
        place = whole[SCANNED + i]
        whole[PICKED + count] = whole[NONTARGET_AT + place]
        whole[PICKED_SEAT + count] = i
        whole[FLAG + count] = whole[DAY + i]
        count += whole[NONTARGET + place]
    row = MOST_TARGETS * TILE
    for k in range(count):
        at = row + whole[PICKED + k]
        real[OF_0 + k] = real[SENSITIVE + at]
        real[OF_1 + k] = real[LESION_SHRINK + at]
        real[OF_2 + k] = real[LESION_GROWTH + at]
    for k in range(count):
        real[OF_0 + k] = ratio_on(real[OF_0 + k], real[OF_1 + k], real[OF_2 + k], float(whole[FLAG + k]))
    for k in range(count):
        real[NONTARGET_RATIO + whole[PICKED_SEAT + k]] = real[OF_0 + k]
