"""MaxCombo: the largest of several weighted log-rank statistics, with its joint distribution.

Chosen where hazards may not be proportional, as under delayed effects. Sources: Karrison (2016), Stata J
16:678–690; Lin et al. (2020), Stat Biopharm Res 12:187–198; Roychoudhury et al. (2021), Stat Biopharm
Res.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.inputs import TIE_TOLERANCE, Floats, Integers, labels, merge_ties, times_and_events
from trialwright.stats.joint_logrank import joint_excess, standardised
from trialwright.stats.logrank import FlemingHarrington, fleming_harrington
from trialwright.stats.normal_rectangle import MOST_VARIABLES, largest_p

if TYPE_CHECKING:
    import numpy.typing as npt

TWO_GROUPS = 2
ONE_SIDED, TWO_SIDED = 0.0, 1.0
LATE_EARLY_MIDDLE = (
    fleming_harrington(0, 0),
    fleming_harrington(0, 1),
    fleming_harrington(1, 0),
    fleming_harrington(1, 1),
)


@dataclass(frozen=True, eq=False)
class MaxCombo:
    """The statistics of one data set, their covariance, and the p-values of the largest.

    `z` is positive where the second group has more events than expected, nan where its weights leave
    nothing to compare. `p` is two-sided; `p_first_better` and `p_second_better` are one-sided. Where no
    statistic is defined they are nan, and `reason` says why.
    """

    weights: tuple[FlemingHarrington, ...]
    groups: tuple[object, ...]
    n: Integers
    excess: Floats
    covariance: Floats
    z: Floats
    p: float
    p_first_better: float
    p_second_better: float
    reason: str = ""

    @property
    def largest(self) -> FlemingHarrington:
        """The weight whose statistic is farthest from 0.

        Raises:
            ArgumentError: no statistic is defined.
        """
        if self.reason:
            raise ArgumentError.at("MaxCombo", self.reason)
        return self.weights[int(np.nanargmax(np.abs(self.z)))]


def check_combination(weights: tuple[FlemingHarrington, ...]) -> tuple[FlemingHarrington, ...]:
    """Return the weights of a combination as they are.

    Raises:
        ArgumentError: fewer than two, more than four, or one of them twice.
    """
    told = ", ".join(f"({one.rho:g}, {one.gamma:g})" for one in weights)
    if not TWO_GROUPS <= len(weights) <= MOST_VARIABLES or len(set(weights)) < len(weights):
        raise ArgumentError.at(
            "weights of MaxCombo", told or "none", expected=f"two to {MOST_VARIABLES} different ones"
        )
    return weights


def maxcombo(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    weights: tuple[FlemingHarrington, ...] = LATE_EARLY_MIDDLE,
    tolerance: float = TIE_TOLERANCE,
) -> MaxCombo:
    """Compare two groups by the largest of several weighted log-rank statistics, within strata if given.

    Raises:
        ArgumentError: as `logrank`; not two groups; weights that `check_combination` refuses.

    Examples:
        >>> test = maxcombo([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], ["a", "a", "b", "a", "b", "b"])
        >>> bool(test.p_second_better < test.p < test.p_first_better)
        True
    """
    check_combination(weights)
    times, events = times_and_events(time, event)
    codes, names = labels(group, times.size, "group")
    if len(names) != TWO_GROUPS:
        raise ArgumentError.at("group", f"{len(names)} groups", expected="two groups")
    layer = labels(strata, times.size, "strata")[0] if strata is not None else np.zeros_like(codes)
    merged = merge_ties(times, tolerance)
    order = np.lexsort((merged, layer))
    rho = np.array([one.rho for one in weights])
    gamma = np.array([one.gamma for one in weights])
    excess, covariance = joint_excess(merged[order], events[order], codes[order], layer[order], rho, gamma)
    z, correlation = standardised(excess, covariance)
    counts = np.bincount(codes, minlength=TWO_GROUPS)
    found = (weights, names, counts, excess, covariance, z)
    if np.isnan(z).all():
        reason = "no events" if not events.any() else "the groups are not at risk together when events happen"
        return MaxCombo(*found, math.nan, math.nan, math.nan, reason)
    return MaxCombo(
        *found,
        float(largest_p(float(np.nanmax(np.abs(z))), correlation, TWO_SIDED)),
        float(largest_p(float(np.nanmax(z)), correlation, ONE_SIDED)),
        float(largest_p(float(np.nanmax(-z)), correlation, ONE_SIDED)),
    )
