"""From addresses of subjects to their times to progression or death, tile by tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trialwright.simulate.progression_rules import first_event, progression_time
from trialwright.simulate.tiles.course import (
    draw_ends,
    draw_traits,
    enrol,
    follow_hazards,
    set_ends,
    start_hazards,
    take_seats,
)
from trialwright.simulate.tiles.lesions import (
    draw_lesions,
    draw_organs,
    draw_second_lesions,
    list_scanned,
    seat_by_targets,
)
from trialwright.simulate.tiles.scans import follow_scans
from trialwright.simulate.tiles.scratch import (
    ARM,
    CUTOFF,
    DEATH,
    LAST,
    LOST,
    PROGRESSED,
    THERAPY,
    Scratch,
    Setting,
    scratch_of,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import TILE
from trialwright.stats.lane_math import inlined

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from trialwright.simulate.parameters import Bools, Floats


class Progressions(NamedTuple):
    """One value a subject: arm, days (the reference date is day 1), and whether they end with the event."""

    arm: npt.NDArray[np.int8]
    days: Floats
    event: Bools


@inlined
def simulate_tile(setting: Setting, s: Scratch, first: int, n: int, seed: int) -> None:
    """Take the subjects first … first + n − 1 through their histories."""
    b, p = setting.baseline, setting.disease
    take_seats(s, b.block, first, n, setting.size, seed)
    enrol(b, s, n, setting.horizon)
    draw_ends(s, n)
    set_ends(setting, s, n)
    draw_traits(p, s, n)
    start_hazards(p, s, n)
    follow_hazards(s, n)
    scanned = list_scanned(p, s, n)
    if scanned > 0:
        draw_organs(b, s, scanned)
        draw_second_lesions(b, s, scanned)
        seat_by_targets(b, s, scanned)
        draw_lesions(b, p, s, scanned)
        follow_scans(setting, s, scanned)


@kernel
def write_times(setting: Setting, s: Scratch, n: int, out: Progressions, first: int) -> None:
    """Write the times of the n subjects of a tile, from row `first` on."""
    whole, rules, scan_days = s.whole, setting.rules, setting.disease.scan_days
    days, events, arms = out.days, out.event, out.arm
    for i in range(n):
        end = min(whole[CUTOFF + i], whole[LOST + i])
        event = first_event(whole[PROGRESSED + i], whole[DEATH + i], end)
        therapy, last = whole[THERAPY + i], whole[LAST + i]
        days[first + i], events[first + i] = progression_time(rules, scan_days, event, therapy, last, 0)
        arms[first + i] = whole[ARM + i]


@kernel
def fill_progressions(
    rows: tuple[int, int], setting: Setting, seed: int, first: int, out: Progressions
) -> None:
    """Fill some rows of `out`; row k is subject first + k, counted through all trials."""
    s = scratch_of(seed, len(setting.disease.scan_days))
    for row in range(rows[0], rows[1], TILE):
        n = min(TILE, rows[1] - row)
        simulate_tile(setting, s, first + row, n, seed)
        write_times(setting, s, n, out, row)
