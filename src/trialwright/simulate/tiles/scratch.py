"""Where a tile of subjects is worked on: flat arrays of rows of TILE numbers, reused tile after tile.

Rows of one array at constant distances let the compiler see that they do not overlap, so that loops
over a row become vector instructions. Three indices are in use: the *seat* of a subject in its tile;
its *place* among the subjects who are scanned, those with most targets first, so that the subjects
with more than k targets are a prefix of every list; and its position in the list of a stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trialwright.simulate.baseline import MOST_TARGETS
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import DRAW, SUBJECT, TILE, TRIAL, draw_blocks
from trialwright.stats.lane_math import inlined
from trialwright.stats.random_streams import round_keys

if TYPE_CHECKING:
    from trialwright.derive.recist.histories import Codes
    from trialwright.derive.recist.options import Options
    from trialwright.simulate.parameters import BaselineParameters, DiseaseParameters, Floats, Ints
    from trialwright.simulate.progression_rules import ProgressionRules
    from trialwright.stats.lane_draws import Unsigned

# whole numbers by seat
ARM, CUTOFF, ECOG, PRIOR, SURGERY, LOST, THERAPY, LIMIT = range(0, 8 * TILE, TILE)
END, DEATH, NEW_LESION, FIRST_DAY, FIRST_MISSED, LAST, PROGRESSED = range(8 * TILE, 15 * TILE, TILE)
# whole numbers by place
SEAT, TARGETS, NODES, NONTARGET, NONTARGET_AT, VISIT = range(15 * TILE, 21 * TILE, TILE)
BASELINE_STATE, IN_CR = range(21 * TILE, 23 * TILE, TILE)
# whole numbers by position in a list
LISTED, ORGANS, SECOND, PICKED, PICKED_SEAT, FLAG = range(23 * TILE, 29 * TILE, TILE)
ACTIVE, SCANNED, DAY, UNREAD = range(29 * TILE, 33 * TILE, TILE)
SCANS_MADE = 33 * TILE  # by seat, after baseline
WHOLE_ROWS = 34

# real numbers by seat
PRIMARY, LOGIT, SHRINK, GROWTH, FRAILTY = range(0, 5 * TILE, TILE)
# real numbers by position in a list
DRAWN_0, DRAWN_1, DRAWN_2, DRAWN_3, OF_0, OF_1, OF_2, OF_3 = range(5 * TILE, 13 * TILE, TILE)
DYING, DYING_STEP, GROWING, GROWING_STEP, DEATH_LEFT, NEW_LEFT = range(13 * TILE, 19 * TILE, TILE)
DEATH_BASE, POWER, NEW_BASE, DEATH_RATE, NEW_RATE = range(19 * TILE, 24 * TILE, TILE)
HAZARD_ROWS = range(DYING, NEW_RATE + TILE, TILE)
# real numbers by place
BASELINE_MM, NADIR_MM, SMALLEST_RATIO = range(24 * TILE, 27 * TILE, TILE)
# a row a target, and one for the non-targets
START_MM, SENSITIVE, LESION_SHRINK, LESION_GROWTH, READ_MM = range(27 * TILE, 57 * TILE, 6 * TILE)
NONTARGET_RATIO = READ_MM + MOST_TARGETS * TILE
REAL_ROWS = 57


class Setting(NamedTuple):
    """What all subjects have in common."""

    baseline: BaselineParameters
    disease: DiseaseParameters
    options: Options
    rules: ProgressionRules
    horizon: int
    size: int
    """Subjects of a trial."""


class Scratch(NamedTuple):
    """The arrays of one thread."""

    keys: Unsigned
    subject: Unsigned
    """By seat, as `trial`: with the stream and the draw, the address of a random number."""
    trial: Unsigned
    address: Unsigned
    words: Unsigned
    whole: Ints
    real: Floats
    prefix: Ints
    """How many of the scanned have more than 0, 1, … targets."""
    here: Ints
    """The same of those who have a scan now."""
    organs: Ints
    """Of the targets of the subject in hand."""
    day: Ints
    """Of each scan after baseline, by seat: one row of planned scans a seat."""
    overall: Codes
    """The response of each scan, as `day`."""


@kernel
def scratch_of(seed: int, scans: int) -> Scratch:
    """Return fresh arrays for so many planned scans."""
    return Scratch(
        round_keys(seed),
        np.zeros(TILE, np.uint64),
        np.zeros(TILE, np.uint64),
        np.zeros(3 * TILE, np.uint64),
        np.zeros(4 * TILE, np.uint64),
        np.zeros(WHOLE_ROWS * TILE, np.int64),
        np.zeros(REAL_ROWS * TILE),
        np.zeros(MOST_TARGETS, np.int64),
        np.zeros(MOST_TARGETS, np.int64),
        np.zeros(MOST_TARGETS, np.int64),
        np.zeros(TILE * scans, np.int64),
        np.zeros(TILE * scans, np.int8),
    )


@inlined
def draw_for_all(s: Scratch, n: int, stream: int, draw: int) -> None:
    """Draw one block for each of the n subjects of the tile."""
    address, subject, trial = s.address, s.subject, s.trial
    for i in range(n):
        address[DRAW + i] = np.uint64(draw)
        address[SUBJECT + i] = subject[i]
        address[TRIAL + i] = trial[i]
    draw_blocks(s.keys, address, np.uint64(stream), np.int64(n), s.words)


@inlined
def draw_for(s: Scratch, seats: Ints, stream: int, draw: int | np.int64) -> None:
    """Draw one block for each subject of a list of seats."""
    address, subject, trial = s.address, s.subject, s.trial
    for i in range(len(seats)):
        seat = seats[i]
        address[DRAW + i] = np.uint64(draw)
        address[SUBJECT + i] = subject[seat]
        address[TRIAL + i] = trial[seat]
    draw_blocks(s.keys, address, np.uint64(stream), np.int64(len(seats)), s.words)


@inlined
def draw_for_scans(s: Scratch, n: int, stream: int, block: int) -> None:
    """Draw block 0, 1 or 2 of the scan that n subjects have now; SCANNED names their places."""
    address, subject, trial, whole = s.address, s.subject, s.trial, s.whole
    for i in range(n):
        place = whole[SCANNED + i]
        seat = whole[SEAT + place]
        address[DRAW + i] = np.uint64(3 * whole[VISIT + place] + block)
        address[SUBJECT + i] = subject[seat]
        address[TRIAL + i] = trial[seat]
    draw_blocks(s.keys, address, np.uint64(stream), np.int64(n), s.words)
