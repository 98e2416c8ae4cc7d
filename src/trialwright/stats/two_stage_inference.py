"""What a finished two-stage trial says about the response rate, given how it was planned and run.

Outcomes are ordered by stage, then by responses, as the UMVUE orders them: every outcome that went on
is above every outcome that stopped.
Sources: Jung and Kim (2004), Stat Med 23:881–896 (UMVUE, interval); Koyama and Chen (2008), Stat Med
27:3145–3154 (p-value and interval, also where the second stage was not as large as planned).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_pmf, binomial_sf, hypergeometric_pmf
from trialwright.stats.estimate import Estimate
from trialwright.stats.special import EPSILON, beta_quantile
from trialwright.stats.two_stage import check_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.stats.two_stage import TwoStagePlan

MAX_HALVINGS = 200
SHRUNK = 0.5


@dataclass(frozen=True, slots=True)
class TwoStageOutcome:
    """Responses x1 of the first stage; x2 among the n2 subjects whom the second stage really had.

    A trial that stopped after its first stage has x2 = n2 = 0.
    """

    x1: int
    x2: int = 0
    n2: int = 0


@dataclass(frozen=True, slots=True)
class TwoStageInference:
    """The unbiased estimate with its interval, the one-sided p-value, and whether H0 is rejected."""

    response: Estimate
    p: float
    rejected: bool
    needed: int | None
    naive: float


def _check(plan: TwoStagePlan, outcome: TwoStageOutcome) -> bool:
    """Whether the trial went on to its second stage.

    Raises:
        ArgumentError: responses outside their sizes, or a second stage against the plan.
    """
    if not (0 <= outcome.x1 <= plan.n1 and 0 <= outcome.x2 <= outcome.n2):
        raise ArgumentError.at(
            "outcome",
            f"{outcome.x1} of {plan.n1}, then {outcome.x2} of {outcome.n2}",
            expected="no more responses than subjects",
        )
    check_size(outcome.n2)
    went_on = outcome.n2 > 0
    if went_on and outcome.x1 <= plan.r1:
        raise ArgumentError.at(
            "outcome",
            f"{outcome.x1} responses of {plan.n1}, yet a second stage",
            expected=f"more than {plan.r1} responses to go on",
            remedy="analyse the first stage alone, and report the deviation",
        )
    if not went_on and outcome.x1 > plan.r1:
        raise ArgumentError.at(
            "outcome",
            f"{outcome.x1} responses of {plan.n1}, and no second stage",
            expected=f"{plan.r1} or fewer to stop",
            remedy="the plan goes on to its second stage",
        )
    return went_on


def umvue(plan: TwoStagePlan, outcome: TwoStageOutcome) -> float:
    """The uniformly minimum-variance unbiased estimate of the response rate (Jung and Kim 2004).

    Raises:
        ArgumentError: the outcome does not fit the plan.
    """
    if not _check(plan, outcome):
        return outcome.x1 / plan.n1
    total = outcome.x1 + outcome.x2
    first = range(max(plan.r1 + 1, total - outcome.n2), min(total, plan.n1) + 1)
    shares = [hypergeometric_pmf(x, plan.n1, outcome.n2, total) for x in first]
    return math.fsum(x / plan.n1 * share for x, share in zip(first, shares, strict=True)) / math.fsum(shares)


def upper_tail(plan: TwoStagePlan, outcome: TwoStageOutcome, p: float) -> float:
    """P(an outcome as high as this one, or higher) at response rate p (Koyama and Chen 2008).

    Where the second stage had another size than planned, its conditional p-value is carried over to
    the planned size, so that the whole test keeps its error.
    """
    if outcome.n2 == 0:
        return binomial_sf(outcome.x1 - 1, plan.n1, p)
    first = range(plan.r1 + 1, plan.n1 + 1)
    if outcome.n2 == plan.n2:
        total = outcome.x1 + outcome.x2
        return math.fsum(binomial_pmf(x, plan.n1, p) * binomial_sf(total - x - 1, plan.n2, p) for x in first)
    conditional = binomial_sf(outcome.x2 - 1, outcome.n2, p)
    needed = plan.r + 1 - outcome.x1
    shifted = beta_quantile(conditional, needed, plan.n2 - needed + 1) if needed > 0 else 0.0
    return math.fsum(binomial_pmf(x, plan.n1, p) * binomial_sf(plan.r - x, plan.n2, shifted) for x in first)


def _higher(plan: TwoStagePlan, outcome: TwoStageOutcome) -> TwoStageOutcome | None:
    """The next outcome in the order; None above the highest."""
    if outcome.n2 == 0:
        following = TwoStageOutcome(outcome.x1 + 1)
        return following if following.x1 <= plan.r1 else None
    if outcome.x2 < outcome.n2:
        return TwoStageOutcome(outcome.x1, outcome.x2 + 1, outcome.n2)
    if outcome.x1 < plan.n1 and outcome.n2 == plan.n2:
        return TwoStageOutcome(outcome.x1 + 1, outcome.x2, outcome.n2)
    return None


def _above(plan: TwoStagePlan, outcome: TwoStageOutcome, p: float) -> float:
    """P(an outcome higher than this one) at response rate p."""
    following = _higher(plan, outcome)
    if following is not None:
        return upper_tail(plan, following, p)
    return binomial_sf(plan.r1, plan.n1, p) if outcome.n2 == 0 else 0.0


def _root(rising: Callable[[float], float], target: float) -> float:
    """The rate at which a rising probability reaches `target`, by bisection to double precision."""
    low, high = 0.0, 1.0
    for _ in range(MAX_HALVINGS):
        middle = SHRUNK * (low + high)
        if rising(middle) < target:
            low = middle
        else:
            high = middle
        if high - low <= EPSILON * high:
            break
    return SHRUNK * (low + high)


def needed_in_second_stage(plan: TwoStagePlan, x1: int, n2: int, p0: float) -> int:
    """Responses among n2 that reject H0 with the conditional error of the plan at x1, or less.

    n2 + 1 where no number of responses can. At the planned size it is the plan's own r + 1 − x1.

    Raises:
        ArgumentError: x1 does not lead to a second stage.
    """
    _check(plan, TwoStageOutcome(x1, 0, n2))
    error = binomial_sf(plan.r - x1, plan.n2, p0)
    return next(k for k in range(n2 + 2) if binomial_sf(k - 1, n2, p0) <= error)


def two_stage_inference(
    plan: TwoStagePlan, outcome: TwoStageOutcome, p0: float, level: float = 0.95
) -> TwoStageInference:
    """Estimate, interval and p-value that go with the plan, and its decision.

    Raises:
        ArgumentError: the outcome does not fit the plan; p0 or level outside (0, 1).
    """
    if not (0.0 < p0 < 1.0 and 0.0 < level < 1.0):
        raise ArgumentError.at("p0, level", f"{p0}, {level}", expected="values between 0 and 1")
    went_on = _check(plan, outcome)
    tail = (1.0 - level) / 2.0
    total, size = outcome.x1 + outcome.x2, plan.n1 + outcome.n2
    low = _root(lambda p: upper_tail(plan, outcome, p), tail) if total else 0.0
    high = _root(lambda p: _above(plan, outcome, p), 1.0 - tail) if total < size else 1.0
    method = "UMVUE; interval in the order of the design"
    needed = needed_in_second_stage(plan, outcome.x1, outcome.n2, p0) if went_on else None
    return TwoStageInference(
        Estimate(umvue(plan, outcome), low, high, level, method),
        upper_tail(plan, outcome, p0),
        needed is not None and outcome.x2 >= needed,
        needed,
        total / size,
    )
