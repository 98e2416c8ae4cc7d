"""Two response rates: non-inferiority or superiority by the score test of Farrington and Manning.

Also selection of the better arm. Sources: Farrington and Manning (1990), Stat Med 9:1447–1454;
Simon, Wittes and Ellenberg (1985), Cancer Treat Rep 69:1375–1381 (pick the winner).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_pmf
from trialwright.stats.event_sizes import check_ratio
from trialwright.stats.special import normal_cdf, normal_isf
from trialwright.stats.two_stage import check_errors

MAX_HALVINGS = 200
HALF = 0.5
MOST_ARMS = 20
LARGEST_ARM = 2000


@dataclass(frozen=True, slots=True)
class TwoRates:
    """Assumed rates, and the difference experimental − control that the test has to rule out.

    −0.15 to rule out asks for non-inferiority with a margin of 15 points; 0 for superiority.

    Raises:
        ArgumentError: a rate outside (0, 1), or a difference outside (−1, 1).
    """

    experimental: float
    control: float
    ruled_out: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 < self.experimental < 1.0 and 0.0 < self.control < 1.0 and abs(self.ruled_out) < 1.0):
            raise ArgumentError.at(
                "rates",
                f"{self.experimental} and {self.control}, {self.ruled_out} to rule out",
                expected="rates between 0 and 1 and a difference between −1 and 1",
            )

    @property
    def effect(self) -> float:
        """How far the assumed difference lies above the one to rule out."""
        return self.experimental - self.control - self.ruled_out


def restricted_rates(rates: TwoRates, allocation: float) -> tuple[float, float]:
    """The maximum-likelihood rates (experimental, control) under the difference to rule out.

    The root of the score for the assumed rates as if observed, by bisection to double precision.
    """
    share = check_ratio(allocation)
    gap = rates.ruled_out
    low, high = max(0.0, -gap), min(1.0, 1.0 - gap)
    for _ in range(MAX_HALVINGS):
        p = HALF * (low + high)
        if p in {low, high}:
            break
        q = p + gap
        score = (1.0 - share) * (rates.control - p) / (p * (1.0 - p))
        score += share * (rates.experimental - q) / (q * (1.0 - q))
        if score > 0.0:
            low = p
        else:
            high = p
    p = HALF * (low + high)
    return p + gap, p


def _spreads(rates: TwoRates, allocation: float) -> tuple[float, float]:
    """Standard deviations of the difference, times √N, under H0 and under the assumed rates."""
    share = check_ratio(allocation)

    def deviation(experimental: float, control: float) -> float:
        parts = experimental * (1.0 - experimental) / share + control * (1.0 - control) / (1.0 - share)
        return math.sqrt(parts)

    return deviation(*restricted_rates(rates, allocation)), deviation(rates.experimental, rates.control)


def farrington_manning_size(rates: TwoRates, alpha: float, beta: float, allocation: float = 1.0) -> float:
    """Subjects of both arms together; not rounded. Errors are one-sided.

    Raises:
        ArgumentError: a value out of range, or assumed rates that are not better than those ruled out.
    """
    check_errors(alpha, beta)
    if rates.effect <= 0.0:
        raise ArgumentError.at(
            "rates",
            f"difference {rates.experimental - rates.control:g}",
            expected=f"one above {rates.ruled_out:g}",
            remedy="no number of subjects gives power there",
        )
    null, alternative = _spreads(rates, allocation)
    return ((normal_isf(alpha) * null + normal_isf(beta) * alternative) / rates.effect) ** 2


def farrington_manning_power(rates: TwoRates, alpha: float, n: float, allocation: float = 1.0) -> float:
    """The power of n subjects of both arms together, by the normal approximation.

    Raises:
        ArgumentError: a value out of range.
    """
    check_errors(alpha, (1.0 - alpha) / 2.0)
    null, alternative = _spreads(rates, allocation)
    return normal_cdf((rates.effect * math.sqrt(n) - normal_isf(alpha) * null) / alternative)


def _check_selection(best: float, others: float, arms: int) -> None:
    if not 0.0 < others < best < 1.0:
        raise ArgumentError.at(
            "rates", f"best {best}, others {others}", expected="a best rate above the others, between 0 and 1"
        )
    if not 1 < arms <= MOST_ARMS:
        raise ArgumentError.at("arms", f"{arms}", expected=f"2 to {MOST_ARMS}")


def correct_selection(n: int, best: float, others: float, arms: int) -> float:
    """P(the best arm has most responses), ties broken by lot; all other arms share one rate.

    Raises:
        ArgumentError: rates or arms out of range.
    """
    _check_selection(best, others, arms)
    if not 0 < n <= LARGEST_ARM:
        raise ArgumentError.at("selection", f"{n} an arm", expected=f"1 to {LARGEST_ARM} subjects")
    mass = np.array([binomial_pmf(k, n, others) for k in range(n + 1)])
    below = np.concatenate(([0.0], np.cumsum(mass)[:-1]))
    chosen = np.zeros(n + 1)
    for tied in range(arms):
        ways = math.comb(arms - 1, tied)
        chosen += ways * mass**tied * below ** (arms - 1 - tied) / (tied + 1)
    leading = np.array([binomial_pmf(k, n, best) for k in range(n + 1)])
    return float((leading * chosen).sum())


def pick_the_winner(best: float, others: float, arms: int, probability: float) -> int:
    """The smallest size of an arm with which the best arm is chosen with this probability.

    Raises:
        ArgumentError: values out of range, or no size up to 2000 suffices.
    """
    _check_selection(best, others, arms)
    if not 1.0 / arms < probability < 1.0:
        raise ArgumentError.at("probability", f"{probability}", expected=f"between 1/{arms} and 1")
    for n in range(1, LARGEST_ARM + 1):
        if correct_selection(n, best, others, arms) >= probability:
            return n
    raise ArgumentError.at("selection", f"no size up to {LARGEST_ARM}", remedy="ask for a larger difference")
