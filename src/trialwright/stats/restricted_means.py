"""Two groups compared in their restricted mean survival time: difference, ratio, and tests of both.

Source: Royston and Parmar (2013), BMC Med Res Methodol 13:152; variance of Greenwood's type, as in R's
survfit and survRM2; the interval of the ratio is symmetric on the logarithmic scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.stats.estimate import Estimate
from trialwright.stats.inputs import TIE_TOLERANCE, labels, merge_ties, times_and_events
from trialwright.stats.special import normal_isf, normal_two_sided
from trialwright.stats.survival import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    import numpy.typing as npt

TWO_GROUPS = 2


@dataclass(frozen=True, slots=True)
class RestrictedMeans:
    """Both restricted means to `tau`, second minus first, second over first, and two-sided p-values.

    `z` is that of the difference: positive where the second group lives longer. Where the difference has
    no variance (no event before tau) z and p are nan; where a mean is 0 so are ratio and its p.
    """

    tau: float
    groups: tuple[object, ...]
    means: tuple[Estimate, Estimate]
    difference: Estimate
    ratio: Estimate
    z: float
    p: float
    ratio_p: float


def longest_tau(curves: tuple[KaplanMeier, ...]) -> float:
    """The largest time to which all curves are known; infinite where all have come down to 0."""
    return min(math.inf if curve.survival[-1] == 0.0 else float(curve.time[-1]) for curve in curves)


def _difference(means: tuple[Estimate, Estimate], level: float) -> tuple[Estimate, float]:
    value = means[1].value - means[0].value
    error = math.hypot(means[0].std_error, means[1].std_error)
    margin = normal_isf((1.0 - level) / 2.0) * error
    z = value / error if error > 0.0 else math.nan
    return Estimate(value, value - margin, value + margin, level, "difference", error), z


def _ratio(means: tuple[Estimate, Estimate], level: float) -> tuple[Estimate, float]:
    if min(means[0].value, means[1].value) <= 0.0:
        return Estimate(math.nan, math.nan, math.nan, level, "ratio", reason="a mean of 0"), math.nan
    log_ratio = math.log(means[1].value / means[0].value)
    error = math.hypot(*(mean.std_error / mean.value for mean in means))
    margin = normal_isf((1.0 - level) / 2.0) * error
    low, high = math.exp(log_ratio - margin), math.exp(log_ratio + margin)
    p = normal_two_sided(log_ratio / error) if error > 0.0 else math.nan
    return Estimate(math.exp(log_ratio), low, high, level, "ratio", error * math.exp(log_ratio)), p


def restricted_means(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    tau: float,
    *,
    level: float = 0.95,
    tolerance: float = TIE_TOLERANCE,
) -> RestrictedMeans:
    """Compare two groups in their mean time restricted to `tau` (the unit of the times).

    Raises:
        ArgumentError: as `kaplan_meier`; not two groups; tau not above 0, or beyond the follow-up of a
            group whose curve has not come down to 0.

    Examples:
        >>> found = restricted_means([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"], 3.0)
        >>> found.difference.value, found.ratio.value
        (1.5, 2.0)
    """
    times, events = times_and_events(time, event)
    codes, names = labels(group, times.size, "group")
    if len(names) != TWO_GROUPS:
        raise ArgumentError.at("group", f"{len(names)} groups", expected="two groups")
    merged = merge_ties(times, tolerance)
    first, second = (
        kaplan_meier(merged[codes == code], events[codes == code], level=level, tolerance=0.0)
        for code in range(TWO_GROUPS)
    )
    longest = longest_tau((first, second))
    if not (math.isfinite(tau) and tau > 0.0):
        raise ArgumentError.at("tau", f"{tau}", expected="a finite time above 0")
    if tau > longest:
        raise ArgumentError.at(
            "tau",
            f"{tau:g}",
            expected=f"at most {longest:g}, the last follow-up of a group that is still event-free then",
            remedy="restrict the means to an earlier time, chosen before the data are seen",
        )
    means = (first.rmst(tau), second.rmst(tau))
    difference, z = _difference(means, level)
    ratio, ratio_p = _ratio(means, level)
    p = normal_two_sided(z) if math.isfinite(z) else math.nan
    return RestrictedMeans(float(tau), names, means, difference, ratio, z, p, ratio_p)
