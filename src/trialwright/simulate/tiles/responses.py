"""From addresses of subjects to their best responses, tile by tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trialwright.derive.recist.best_response import BOR, CBOR, PLACES, judge_subject, read_responses
from trialwright.simulate.scan_rules import NEVER
from trialwright.simulate.tiles.progression import simulate_tile
from trialwright.simulate.tiles.scratch import SCANS_MADE, Scratch, Setting, scratch_of
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import TILE

if TYPE_CHECKING:
    from trialwright.derive.recist.histories import Codes, Flags


class BestOfEach(NamedTuple):
    """One value a subject: scanned after baseline, best response and confirmed best response."""

    evaluable: Flags
    best: Codes
    confirmed: Codes


@kernel
def write_responses(setting: Setting, s: Scratch, n: int, out: BestOfEach, first: int) -> None:
    """Write the best responses of the n subjects of a tile, from row `first` on.

    Scans end with follow-up or with a new therapy, so that all of them count from day 0 on.
    """
    whole, options, planned = s.whole, setting.options, len(setting.disease.scan_days)
    days, codes = s.day, s.overall
    evaluable, bests, confirmed = out.evaluable, out.best, out.confirmed
    counted, best, why = np.zeros(planned, np.int8), np.zeros(2, np.int8), np.zeros(2, np.int8)
    at = np.zeros(PLACES, np.int64)
    for i in range(n):
        begin, made = i * planned, whole[SCANS_MADE + i]
        day, code = days[begin : begin + made], codes[begin : begin + made]
        read_responses(code, day, 0, NEVER, options, counted[:made])
        judge_subject(counted[:made], day, 0, options, best, at, why)
        evaluable[first + i] = made > 0
        bests[first + i], confirmed[first + i] = best[BOR], best[CBOR]


@kernel
def fill_responses(rows: tuple[int, int], setting: Setting, seed: int, first: int, out: BestOfEach) -> None:
    """Fill some rows of `out`; row k is subject first + k, counted through all trials."""
    s = scratch_of(seed, len(setting.disease.scan_days))
    for row in range(rows[0], rows[1], TILE):
        n = min(TILE, rows[1] - row)
        simulate_tile(setting, s, first + row, n, seed)
        write_responses(setting, s, n, out, row)
