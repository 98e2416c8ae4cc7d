"""Log-rank tests: weighted after Fleming and Harrington, stratified, for any number of groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.inputs import (
    TIE_TOLERANCE,
    Floats,
    Integers,
    labels,
    merge_ties,
    times_and_events,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.special import chi2_sf

SINGULAR = 1e-12


@dataclass(frozen=True, slots=True)
class FlemingHarrington:
    """The weight S(t−)^rho · (1 − S(t−))^gamma, S the Kaplan–Meier estimate of all groups together."""

    rho: float = 0.0
    gamma: float = 0.0


def fleming_harrington(rho: float, gamma: float) -> FlemingHarrington:
    """A Fleming–Harrington weight: (0, 0) is the log-rank test, (1, 0) Peto–Peto, (0, 1) late differences.

    Raises:
        ArgumentError: an exponent is negative or not finite.
    """
    if not (math.isfinite(rho) and math.isfinite(gamma) and rho >= 0.0 and gamma >= 0.0):
        raise ArgumentError.at("rho, gamma", f"{rho}, {gamma}", expected="finite exponents of 0 or more")
    return FlemingHarrington(float(rho), float(gamma))


UNWEIGHTED = FlemingHarrington()


@dataclass(frozen=True, eq=False)
class LogRank:
    """A log-rank test. `observed` and `expected` are weighted events by group, summed over strata.

    `z` is for two groups: positive where the second has more events than expected; nan otherwise.
    Where the test is not defined (no events; no stratum with two groups at risk), chi2 and p are nan
    and `reason` says why.
    """

    chi2: float
    df: int
    p: float
    z: float
    groups: tuple[object, ...]
    n: Integers
    observed: Floats
    expected: Floats
    variance: Floats
    reason: str = ""


@kernel
def weighted_logrank(
    time: Floats, event: Floats, group: Integers, stratum: Integers, groups: int, rho: float, gamma: float
) -> tuple[Floats, Floats, Floats]:
    """Observed, expected and covariance by group; rows sorted by stratum, then ascending time."""
    observed = np.zeros(groups)
    expected = np.zeros(groups)
    variance = np.zeros((groups, groups))
    at_risk = np.zeros(groups)
    died = np.zeros(groups)
    n = time.size
    start = 0
    while start < n:
        end = start
        at_risk[:] = 0.0
        while end < n and stratum[end] == stratum[start]:
            at_risk[group[end]] += 1.0
            end += 1
        total = float(end - start)
        survival = 1.0
        i = start
        while i < end:
            j = i
            died[:] = 0.0
            deaths = 0.0
            while j < end and time[j] == time[i]:
                died[group[j]] += event[j]
                deaths += event[j]
                j += 1
            if deaths > 0.0:
                weight = survival**rho * (1.0 - survival) ** gamma
                spread = weight * weight * deaths * (total - deaths) / (total - 1.0) if total > 1.0 else 0.0
                for a in range(groups):
                    share = at_risk[a] / total
                    observed[a] += weight * died[a]
                    expected[a] += weight * deaths * share
                    variance[a, a] += spread * share
                    for b in range(groups):
                        variance[a, b] -= spread * share * at_risk[b] / total
                survival *= (total - deaths) / total
            while i < j:
                at_risk[group[i]] -= 1.0
                total -= 1.0
                i += 1
        start = end
    return observed, expected, variance


def _statistic(excess: Floats, variance: Floats, expected: Floats) -> float:
    """The excess as a quadratic form in the inverse covariance, one group left out; nan if singular.

    A variance that is only rounding beside the expected events is none: groups never at risk together.
    """
    kept = np.flatnonzero(expected > 0.0)[1:]
    part = variance[np.ix_(kept, kept)]
    if not (np.diag(part) > SINGULAR * expected[kept]).all():
        return math.nan
    scale = np.sqrt(np.diag(part))
    correlation = part / np.outer(scale, scale)
    if np.linalg.eigvalsh(correlation)[0] <= SINGULAR:
        return math.nan
    standardised = excess[kept] / scale
    return float(standardised @ np.linalg.solve(correlation, standardised))


def logrank(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    weight: FlemingHarrington = UNWEIGHTED,
    tolerance: float = TIE_TOLERANCE,
) -> LogRank:
    """Compare the survival of two or more groups, within strata if given.

    Groups never at risk at an event time do not count towards the degrees of freedom (as in R's
    survdiff). A stratum with one group only adds nothing.

    Raises:
        ArgumentError: as `kaplan_meier`; fewer than two groups; labels missing or of wrong length.

    Source: Mantel (1966); Fleming and Harrington (1991), chapter 7.

    Examples:
        >>> test = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "b", "a", "b"])
        >>> test.observed.tolist(), test.df
        ([2.0, 2.0], 1)
    """
    times, events = times_and_events(time, event)
    codes, names = labels(group, times.size, "group")
    if len(names) == 1:
        raise ArgumentError.at("group", f"only {names[0]!r}", expected="two or more groups")
    layer = labels(strata, times.size, "strata")[0] if strata is not None else np.zeros_like(codes)
    merged = merge_ties(times, tolerance)
    order = np.lexsort((merged, layer))
    observed, expected, variance = weighted_logrank(
        merged[order], events[order], codes[order], layer[order], len(names), weight.rho, weight.gamma
    )
    df = max(int((expected > 0.0).sum()) - 1, 0)
    excess = observed - expected
    chi2 = _statistic(excess, variance, expected) if df else math.nan
    reason = ""
    if not events.any():
        reason = "no events"
    elif math.isnan(chi2):
        reason = "the groups are not all at risk together, within strata, when events happen"
    z = math.nan
    if len(names) == 2 and not math.isnan(chi2):  # noqa: PLR2004
        z = float(excess[1] / math.sqrt(variance[1, 1]))
    p = chi2_sf(chi2, df) if df else math.nan
    counts = np.bincount(codes, minlength=len(names))
    return LogRank(chi2, df, p, z, names, counts, observed, expected, variance, reason)
