"""Scans of the subjects of a tile, one planned scan after the other, judged by the rules of real data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import NewLesion, NonTarget, Response
from trialwright.derive.recist.rules import (
    assess_visit,
    in_complete_response,
    is_new_nadir,
    measured_targets,
    state_of_baseline,
    with_target,
)
from trialwright.simulate.baseline import MOST_TARGETS
from trialwright.simulate.scan_rules import NEVER, nontarget_state, scan_day
from trialwright.simulate.streams import SCANS
from trialwright.simulate.tiles.reading import draw_unread, follow_nontargets, read_targets
from trialwright.simulate.tiles.scratch import (
    ACTIVE,
    BASELINE_MM,
    BASELINE_STATE,
    DAY,
    END,
    FIRST_DAY,
    FIRST_MISSED,
    IN_CR,
    LAST,
    NADIR_MM,
    NEW_LESION,
    NODES,
    NONTARGET,
    NONTARGET_RATIO,
    PICKED_SEAT,
    PROGRESSED,
    READ_MM,
    SCANNED,
    SCANS_MADE,
    SEAT,
    SMALLEST_RATIO,
    TARGETS,
    UNREAD,
    VISIT,
    draw_for,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import TILE, WORD_0, WORD_1, uniform
from trialwright.stats.lane_math import inlined

if TYPE_CHECKING:
    from trialwright.derive.recist.options import Options
    from trialwright.simulate.parameters import DiseaseParameters, Floats, Ints
    from trialwright.simulate.tiles.scratch import Scratch, Setting

NT_NONE = int(NonTarget.NONE)
NEW_NO, NEW_SEEN = int(NewLesion.NO), int(NewLesion.UNEQUIVOCAL)
PD, NE = int(Response.PD), int(Response.NE)


@inlined
def measure_scan(whole: Ints, real: Floats, i: int, options: Options) -> tuple[float, int, bool, bool]:
    """Measure the targets of the i-th scan now."""
    place = whole[SCANNED + i]
    count, nodes, unread = whole[TARGETS + place], whole[NODES + place], whole[UNREAD + i]
    so_far = (0.0, 0, 0, False)
    for target in range(count):
        read = np.nan if target == unread else real[READ_MM + target * TILE + i]
        so_far = with_target(so_far, read, nodes >> target & 1 != 0, options)
    return measured_targets(so_far, count)


@kernel
def scan_at_baseline(setting: Setting, s: Scratch, n: int) -> None:
    """Make the baseline scan of the subjects at n places."""
    whole, real, options = s.whole, s.real, setting.options
    s.here[:] = s.prefix
    for place in range(n):
        whole[SCANNED + place] = whole[ACTIVE + place] = place
        whole[VISIT + place] = whole[DAY + place] = whole[IN_CR + place] = 0
        whole[UNREAD + place] = NEVER
        real[SMALLEST_RATIO + place] = 1.0
    read_targets(setting.disease, s)
    for place in range(n):
        sum_mm, missing, all_gone, _ = measure_scan(whole, real, place, options)
        real[BASELINE_MM + place] = real[NADIR_MM + place] = sum_mm
        whole[BASELINE_STATE + place] = state_of_baseline(missing, all_gone)
        whole[VISIT + place] = 1


@kernel
def list_scans(p: DiseaseParameters, s: Scratch, planned: int, n: int) -> tuple[int, int]:
    """Keep those of n subjects whose history goes on; return how many, and how many are scanned."""
    whole, words, here = s.whole, s.words, s.here
    planned_day, earliest, latest, share = p.scan_days[planned], p.jitter_low, p.jitter_high, p.missed_scan
    if planned > 0:
        for i in range(n):
            whole[PICKED_SEAT + i] = whole[SEAT + whole[ACTIVE + i]]
        draw_for(s, whole[PICKED_SEAT : PICKED_SEAT + n], SCANS, 1 + planned)
    here[:] = 0
    kept, scanned = 0, 0
    for i in range(n):
        place = whole[ACTIVE + i]
        seat = whole[SEAT + place]
        day, missed = whole[FIRST_DAY + seat], whole[FIRST_MISSED + seat] != 0
        if planned > 0:
            day = scan_day(planned_day, earliest, latest, uniform(words[WORD_0 + i]))
            missed = uniform(words[WORD_1 + i]) < share
        if day >= whole[END + seat]:
            continue
        whole[ACTIVE + kept] = place
        kept += 1
        if not missed:
            whole[SCANNED + scanned], whole[DAY + scanned] = place, day
            scanned += 1
            here[whole[TARGETS + place] - 1] += 1
    for fewer in range(MOST_TARGETS - 1, 0, -1):
        here[fewer - 1] += here[fewer]
    return kept, scanned


@kernel
def judge_scans(p: DiseaseParameters, options: Options, s: Scratch, n: int) -> None:
    """Judge the n scans now, and keep the day of each as that of progression or as evaluable."""
    whole, real, days, codes = s.whole, s.real, s.day, s.overall
    gone, progression, planned = p.nontarget_gone, p.nontarget_progression, len(p.scan_days)
    for i in range(n):
        place, day = whole[SCANNED + i], whole[DAY + i]
        seat = whole[SEAT + place]
        measured = measure_scan(whole, real, i, options)
        non_target = NT_NONE
        if whole[NONTARGET + place] != 0:
            ratio, smallest = real[NONTARGET_RATIO + i], real[SMALLEST_RATIO + place]
            non_target = nontarget_state(ratio, smallest, gone, progression)
            real[SMALLEST_RATIO + place] = min(ratio, smallest)
        new = NEW_SEEN if whole[NEW_LESION + seat] <= day else NEW_NO
        was_cr, nadir = whole[IN_CR + place] != 0, real[NADIR_MM + place]
        reference = (real[BASELINE_MM + place], whole[BASELINE_STATE + place], nadir)
        states = (non_target, new, was_cr)
        _, overall, _ = assess_visit(measured, True, True, reference, states, options)  # noqa: FBT003 -- all have both
        if measured[1] == 0 and is_new_nadir(measured[0], nadir, options):
            real[NADIR_MM + place] = measured[0]
        whole[IN_CR + place] = 1 if in_complete_response(was_cr, overall, measured[3], non_target) else 0
        made = whole[VISIT + place]
        days[seat * planned + made - 1], codes[seat * planned + made - 1] = day, overall
        whole[VISIT + place], whole[SCANS_MADE + seat] = made + 1, made
        if overall == PD:
            whole[PROGRESSED + seat] = day
        elif overall != NE:
            whole[LAST + seat] = day


@kernel
def follow_scans(setting: Setting, s: Scratch, n: int) -> None:
    """Scan the subjects at n places until progression or the end of their history."""
    p, whole = setting.disease, s.whole
    scan_at_baseline(setting, s, n)
    active = n
    for planned in range(len(p.scan_days)):
        active, scanned = list_scans(p, s, planned, active)
        if active == 0:
            break
        draw_unread(p, s, scanned)
        read_targets(p, s)
        follow_nontargets(s, scanned)
        judge_scans(p, setting.options, s, scanned)
        kept = 0
        for i in range(active):
            place = whole[ACTIVE + i]
            whole[ACTIVE + kept] = place
            kept += 1 if whole[PROGRESSED + whole[SEAT + place]] == NEVER else 0
        active = kept
