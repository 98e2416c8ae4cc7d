"""Group sequential designs by error spending: boundaries, power, conditional and predictive power.

One-sided: a two-sided test of level 2α rejects with α on the side of interest. Boundaries are on the
scale of the standardised statistic, positive where the experimental arm is better.
Source: Jennison and Turnbull (2000), Group Sequential Methods, chapters 7, 10 and 19.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.sequential_kernels import both_bounds, efficacy_bounds, exits
from trialwright.stats.special import normal_cdf, normal_isf, normal_sf
from trialwright.stats.spending import Spending, increments
from trialwright.stats.two_stage import check_errors

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LOOKS = 20
DRIFT_STEPS = 60
LARGEST_DRIFT = 12.0
QUADRATURE = 48


class Futility(Enum):
    """Whether stopping at a futility boundary is a rule or advice."""

    BINDING = "binding"
    NOT_BINDING = "not binding"


@dataclass(frozen=True, slots=True)
class FutilityRule:
    """How beta is spent; binding boundaries allow lower ones for efficacy, and must then be obeyed."""

    spending: Spending
    futility: Futility = Futility.NOT_BINDING


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """Looks at information fractions, boundaries above and below, and the drift that has the power.

    `efficacy` is inf where a look cannot reject, `futility` −inf where it cannot give up. `drift` is
    the mean of the final statistic under the alternative.
    """

    fractions: tuple[float, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    alpha: float
    beta: float
    drift: float

    @property
    def inflation(self) -> float:
        """Maximum information over that of a design without interim looks and the same errors."""
        return (self.drift / (normal_isf(self.alpha) + normal_isf(self.beta))) ** 2

    def outlook(self, drift: float) -> Outlook:
        """What the plan does under a drift (0: no effect; `self.drift`: the alternative)."""
        low, high = np.array(self.futility), np.array(self.efficacy)
        below, above = exits(low, high, np.array(self.fractions), float(drift))
        return Outlook(tuple(map(float, above)), tuple(map(float, below)), self.fractions)

    @property
    def nominal_p(self) -> tuple[float, ...]:
        """The one-sided p-value to fall below at each look."""
        return tuple(normal_sf(bound) for bound in self.efficacy)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Probabilities of stopping for efficacy and for futility at each look."""

    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    fractions: tuple[float, ...]

    @property
    def power(self) -> float:
        """P(reject)."""
        return math.fsum(self.efficacy)

    @property
    def expected_information(self) -> float:
        """Mean information at the end, as a share of the maximum."""
        stops = zip(self.efficacy[:-1], self.futility[:-1], self.fractions, strict=False)
        early = [(a + b, fraction) for a, b, fraction in stops]
        return math.fsum(p * t for p, t in early) + 1.0 - math.fsum(p for p, _ in early)


def _fractions(looks: tuple[float, ...]) -> tuple[float, ...]:
    if not (looks and len(looks) <= MOST_LOOKS and looks[0] > 0.0 and looks[-1] == 1.0):
        raise ArgumentError.at(
            "information", f"{looks}", expected=f"up to {MOST_LOOKS} fractions above 0, the last one 1"
        )
    if not all(left < right for left, right in pairwise(looks)):
        raise ArgumentError.at("information", f"{looks}", expected="ascending fractions")
    return looks


def _drift_for(rising: Callable[[float], float], target: float) -> float:
    """The drift at which a rising function of it reaches a target, by bisection."""
    low, high = 0.0, LARGEST_DRIFT
    for _ in range(DRIFT_STEPS):
        middle = (low + high) / 2.0
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def sequential_plan(
    looks: tuple[float, ...],
    alpha: float,
    beta: float,
    spending: Spending,
    futility: FutilityRule | None = None,
) -> SequentialPlan:
    """Boundaries at the given information fractions, with the drift that gives power 1 − beta.

    Raises:
        ArgumentError: fractions that do not ascend to 1, or errors out of range.

    Examples:
        >>> from trialwright.stats.spending import OBrienFleming
        >>> plan = sequential_plan((0.5, 1.0), 0.025, 0.2, OBrienFleming())
        >>> [round(bound, 3) for bound in plan.efficacy]
        [2.963, 1.969]
    """
    check_errors(alpha, beta)
    fractions = _fractions(tuple(float(look) for look in looks))
    alphas = np.array(increments(spending, fractions, alpha))
    at = np.array(fractions)
    open_below = np.full(at.size, -math.inf)
    if futility is None:
        high = efficacy_bounds(alphas, open_below, at)
        drift = _drift_for(lambda theta: exits(open_below, high, at, theta)[1].sum(), 1.0 - beta)
        low = open_below.copy()
    else:
        betas = np.array(increments(futility.spending, fractions, beta))
        binding = 1.0 if futility.futility is Futility.BINDING else 0.0

        def meets(theta: float) -> float:
            upper, lower = both_bounds(alphas, betas, at, theta, binding)
            return 1.0 - beta + float(lower[-1] - upper[-1])

        drift = _drift_for(meets, 1.0 - beta)
        high, low = both_bounds(alphas, betas, at, drift, binding)
    low[-1] = high[-1]
    return SequentialPlan(fractions, tuple(map(float, high)), tuple(map(float, low)), alpha, beta, drift)


@dataclass(frozen=True, slots=True)
class Interim:
    """A standardised statistic seen at look number `look` (1 is the first).

    Raises:
        ArgumentError: the statistic is not finite.
    """

    look: int
    z: float

    def __post_init__(self) -> None:
        """Refuse what is no statistic."""
        if not math.isfinite(self.z):
            raise ArgumentError.at("z", f"{self.z}", expected="a finite standardised statistic")


def conditional_power(plan: SequentialPlan, interim: Interim, drift: float) -> float:
    """P(reject later, given the statistic now) if the drift is `drift`.

    Use `plan.drift` for the assumed effect, `current_trend` for the effect seen, 0 for none.

    Raises:
        ArgumentError: the look is not an interim look of the plan.
    """
    now = _interim_fraction(plan, interim)
    later = np.array(plan.fractions[interim.look :])
    shift = interim.z * math.sqrt(now)
    step = np.sqrt(later - now)

    def moved(bounds: tuple[float, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.asarray((np.array(bounds[interim.look :]) * np.sqrt(later) - shift) / step)

    left = (later - now) / (1.0 - now)
    theta = float(drift * math.sqrt(1.0 - now))
    return float(exits(moved(plan.futility), moved(plan.efficacy), left, theta)[1].sum())


def _interim_fraction(plan: SequentialPlan, interim: Interim) -> float:
    if not 1 <= interim.look < len(plan.fractions):
        raise ArgumentError.at(
            "look", f"{interim.look}", expected=f"an interim look, 1 to {len(plan.fractions) - 1}"
        )
    return plan.fractions[interim.look - 1]


def current_trend(plan: SequentialPlan, interim: Interim) -> float:
    """The drift whose expectation at the look is the statistic seen.

    Raises:
        ArgumentError: the look is not an interim look of the plan.
    """
    return interim.z / math.sqrt(_interim_fraction(plan, interim))


def predictive_power(plan: SequentialPlan, interim: Interim) -> float:
    """Conditional power averaged over the drift, given what is seen and a flat prior.

    Raises:
        ArgumentError: the look is not an interim look of the plan.
    """
    now = _interim_fraction(plan, interim)
    if interim.look == len(plan.fractions) - 1:
        spread = math.sqrt((1.0 - now) / now)
        return normal_cdf((interim.z / math.sqrt(now) - plan.efficacy[-1]) / spread)
    node, weight = np.polynomial.hermite_e.hermegauss(QUADRATURE)
    centre, spread = current_trend(plan, interim), 1.0 / math.sqrt(now)
    values = [conditional_power(plan, interim, centre + spread * float(x)) for x in node]
    return float(np.dot(weight, values) / weight.sum())
