"""What a click says: how probable it is at each height of the curve, and whether events came before it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.curves.arm_curve import ArmCurve

_STRAY = 0.01
_ON_A_RISER = 0.3
_NARROW = 0.01
_WINDOW = 0.05
_LEAST_TOGETHER, _MOST_TOGETHER = 0.01, 0.2
_RARELY, _HALF = 0.02, 0.5


class Fit(NamedTuple):
    """The click at the end of a fall: its height and accuracy, chances of events before it.

    With probability `stray` the click lies anywhere within a height of `spread`. `log_none` and `log_some`
    are of no and of one event, each further event at the same time adds `log_more`.
    """

    height: float
    sigma: float
    stray: float
    spread: float
    log_none: float
    log_some: float
    log_more: float


def fits_of(curve: ArmCurve, sigma: float) -> list[Fit]:
    """One fit for each click.

    A click between a higher and a lower one at the same time may lie on the riser of one event, and then
    says nothing. Two events at the same time, or so soon after each other, are as rare as other events
    around them.
    """
    time, survival = np.append(0.0, curve.time), np.append(1.0, curve.survival)
    some = min(max(curve.n * (1.0 - float(survival[-1])) / curve.time.size, _RARELY), _HALF)
    fits, after_riser = [], False
    for i in range(1, time.size):
        together = _together(curve, i - 1)
        on_riser = _is_on_riser(curve, i - 1)
        height = float(survival[i - 1] - survival[i + 1]) if on_riser else 0.0
        stray, spread = (_ON_A_RISER, max(height, _NARROW)) if on_riser else (_STRAY, 1.0)
        chance = min(together, some) if after_riser else some
        odds = (math.log(1.0 - chance), math.log(chance), math.log(together))
        fits.append(Fit(float(survival[i]), sigma, stray, spread, *odds))
        after_riser = on_riser
    return fits


def _is_on_riser(curve: ArmCurve, click: int) -> bool:
    """Whether a click lies below the one before and above the one after it, all at the same time."""
    if not 0 < click < curve.time.size - 1:
        return False
    time, survival = curve.time[click - 1 : click + 2], curve.survival[click - 1 : click + 2]
    return bool(time[2] - time[0] <= curve.blur and survival[0] > survival[1] > survival[2])


def _together(curve: ArmCurve, click: int) -> float:
    """How probable a further event is within the accuracy of a time, from the falls around a click."""
    reach = _WINDOW * curve.end
    now = curve.time[click]
    around, near = (
        np.interp([now - days, now + days], curve.time, curve.survival, left=1.0)
        for days in (reach, curve.blur)
    )
    others = curve.n * max(float(around[0] - around[1]) - float(near[0] - near[1]), 0.0)
    return min(max(others * curve.blur / max(2.0 * reach, 1.0), _LEAST_TOGETHER), _MOST_TOGETHER)
