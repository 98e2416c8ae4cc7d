"""Single-arm response designs with Bayesian stopping: predictive probability, and BOP2 for one rate.

Sources: Lee and Liu (2008), "A predictive probability design for phase II cancer clinical trials", Clin
Trials 5:93–106; Zhou, Lee and Yuan (2017), "BOP2: Bayesian optimal design for phase II clinical trials
with simple and complex endpoints", Stat Med 36:3302–3314. Characteristics are exact, not simulated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from trialwright.errors import ArgumentError
from trialwright.stats.multi_stage import Course, MultiStagePlan, course
from trialwright.stats.special import beta_sf
from trialwright.stats.two_stage import check_errors, check_rates

LARGEST_SIZE = 300
LAMBDA_STEPS = 50
GAMMA_STEPS = 20


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """A beta prior of the response rate with shapes a and b."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(shape) and shape > 0.0 for shape in (self.a, self.b)):
            raise ArgumentError.at("prior", f"{self.a}, {self.b}", expected="shapes above 0")

    def above(self, p0: float, responses: int, n: int) -> float:
        """P(rate > p0) after some responses among n."""
        return beta_sf(p0, self.a + responses, self.b + n - responses)


def _looks(looks: tuple[int, ...]) -> tuple[int, ...]:
    ascending = all(left < right for left, right in pairwise(looks))
    if not looks or looks[0] < 1 or looks[-1] > LARGEST_SIZE or not ascending:
        raise ArgumentError.at("looks", f"{looks}", expected=f"ascending sizes from 1 to {LARGEST_SIZE}")
    return looks


def _plan(looks: tuple[int, ...], accept: list[int]) -> MultiStagePlan:
    """Stops for futility at each look; the last look decides."""
    sizes = tuple(after - before for before, after in pairwise((0, *looks)))
    reject = [n + 1 for n in looks]
    reject[-1] = accept[-1] + 1
    return MultiStagePlan(sizes, tuple(accept), tuple(reject))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def predictive_probability(prior: BetaPrior, responses: int, n: int, total: int, needed: int) -> float:
    """P(at least `needed` responses among `total`), given some among n: beta-binomial for the rest.

    Examples:
        >>> predictive_probability(BetaPrior(1, 1), 3, 5, 5, 3)
        1.0
    """
    left = total - n
    a, b = prior.a + responses, prior.b + n - responses
    return math.fsum(
        math.comb(left, k) * math.exp(_log_beta(a + k, b + left - k) - _log_beta(a, b))
        for k in range(max(needed - responses, 0), left + 1)
    )


def predictive_plan(
    looks: tuple[int, ...], p0: float, prior: BetaPrior, least: float, target: float
) -> MultiStagePlan:
    """Stop for futility where the predictive probability of success falls below `least`.

    Success at the last look is P(rate > p0) > `target`.

    Raises:
        ArgumentError: looks that do not ascend, or probabilities outside (0, 1).
    """
    sizes = _looks(looks)
    if not (0.0 < p0 < 1.0 and 0.0 <= least < 1.0 and 0.0 < target < 1.0):
        raise ArgumentError.at("p0, least, target", f"{p0}, {least}, {target}", expected="between 0 and 1")
    total = sizes[-1]
    needed = next((k for k in range(total + 1) if prior.above(p0, k, total) > target), total + 1)
    accept = [
        sum(predictive_probability(prior, k, n, total, needed) < least for k in range(n + 1)) - 1
        for n in sizes[:-1]
    ]
    return _plan(sizes, [*accept, needed - 1])


@dataclass(frozen=True, slots=True)
class Bop2:
    """A BOP2 plan with its tuning: stop where P(rate > p0) < scale · (n / N)^power."""

    plan: MultiStagePlan
    scale: float
    power_of_fraction: float
    null: Course
    alternative: Course


def _bop2_plan(
    looks: tuple[int, ...], p0: float, prior: BetaPrior, scale: float, gamma: float
) -> MultiStagePlan:
    total = looks[-1]
    accept = [
        sum(prior.above(p0, k, n) < scale * (n / total) ** gamma for k in range(n + 1)) - 1 for n in looks
    ]
    return _plan(looks, accept)


def bop2(looks: tuple[int, ...], p0: float, p1: float, alpha: float, prior: BetaPrior | None = None) -> Bop2:
    """The tuning on a grid that has most power at p1 among those that keep alpha at p0, exactly.

    The prior has mean p0 and the weight of one subject where none is given, as in the source. Among
    equal powers the smaller expected size at p0 wins.

    Raises:
        ArgumentError: rates, alpha or looks out of range, or no tuning keeps alpha.
    """
    check_rates(p0, p1)
    check_errors(alpha, (1.0 - alpha) / 2.0)
    sizes = _looks(looks)
    belief = prior or BetaPrior(p0, 1.0 - p0)
    best: Bop2 | None = None
    tried: set[MultiStagePlan] = set()
    for step in range(LAMBDA_STEPS, 2 * LAMBDA_STEPS):
        for gamma in range(GAMMA_STEPS + 1):
            scale, power = step / (2.0 * LAMBDA_STEPS), gamma / GAMMA_STEPS
            plan = _bop2_plan(sizes, p0, belief, scale, power)
            if plan in tried or plan.accept[-1] >= sizes[-1]:
                continue
            tried.add(plan)
            null = course(plan, p0)
            if null.rejects > alpha:
                continue
            found = Bop2(plan, scale, power, null, course(plan, p1))
            if best is None or _worth(found) > _worth(best):
                best = found
    if best is None:
        raise ArgumentError.at("alpha", f"no tuning keeps {alpha}", remedy="add subjects or looks")
    return best


def _worth(one: Bop2) -> tuple[float, float]:
    return one.alternative.rejects, -one.null.expected_size
