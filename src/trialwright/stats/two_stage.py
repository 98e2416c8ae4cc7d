"""Simon's two-stage designs: optimal, minimax and admissible, and what a plan does at any response rate.

Sources: Simon (1989), Control Clin Trials 10:1–10; Jung, Lee, Kim and George (2004), Stat Med
23:561–569 (admissible designs: the best for some weight between maximum and expected size).
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from itertools import pairwise

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_cdf, binomial_pmf, binomial_sf
from trialwright.stats.two_stage_search import search_two_stage

LARGEST_SEARCH = 1000
LARGEST_TRIAL = 100_000
USUAL_LIMIT = 300
LARGEST_ALPHA = 0.5


def check_size(n: int) -> None:
    """Refuse more subjects than a trial with one response rate ever has.

    Raises:
        ArgumentError: there are more.
    """
    if n > LARGEST_TRIAL:
        raise ArgumentError.at("subjects", f"{n}", expected=f"at most {LARGEST_TRIAL:,}")


@dataclass(frozen=True, slots=True, order=True)
class TwoStagePlan:
    """Stop after n1 subjects with r1 responses or fewer; reject H0 with more than r among n.

    Raises:
        ArgumentError: not 0 ≤ r1 < n1 < n and r1 ≤ r < n, or more subjects than a trial has.
    """

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise ArgumentError.at(
                "two-stage plan",
                f"r1/n1 {self.r1}/{self.n1}, r/n {self.r}/{self.n}",
                expected="0 ≤ r1 < n1 < n and r1 ≤ r < n",
            )
        check_size(self.n)

    @property
    def n2(self) -> int:
        """Subjects of the second stage."""
        return self.n - self.n1

    def stop_early(self, p: float) -> float:
        """P(stop after the first stage) at response rate p."""
        return binomial_cdf(self.r1, self.n1, p)

    def expected_size(self, p: float) -> float:
        """Mean number of subjects at response rate p."""
        return self.n1 + binomial_sf(self.r1, self.n1, p) * self.n2

    def reject(self, p: float) -> float:
        """P(H0 is rejected) at response rate p: the type I error at p0, the power at p1."""
        return math.fsum(
            binomial_pmf(x, self.n1, p) * binomial_sf(self.r - x, self.n2, p)
            for x in range(self.r1 + 1, self.n1 + 1)
        )


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """A plan with its characteristics under p0 and p1.

    `weights` are the weights q for which q · n + (1 − q) · EN(p0) is smallest among all designs
    (Jung 2004); nan where there is none.
    """

    plan: TwoStagePlan
    en0: float
    pet0: float
    alpha: float
    power: float
    weights: tuple[float, float] = (math.nan, math.nan)

    def as_json(self) -> dict[str, float | int]:
        """The contract of `trialwright design simon --json`."""
        plan = self.plan
        return {
            "r1": plan.r1,
            "n1": plan.n1,
            "r": plan.r,
            "n": plan.n,
            "en0": self.en0,
            "pet0": self.pet0,
            "alpha": self.alpha,
            "power": self.power,
        }


@dataclass(frozen=True, slots=True)
class SimonDesigns:
    """All admissible designs in ascending n; the first is the minimax, the last the optimal design."""

    p0: float
    p1: float
    alpha: float
    beta: float
    n_max: int
    admissible: tuple[TwoStageDesign, ...]

    @property
    def minimax(self) -> TwoStageDesign:
        """The smallest maximum size; among those, the smallest expected size under p0."""
        return self.admissible[0]

    @property
    def optimal(self) -> TwoStageDesign:
        """The smallest expected size under p0."""
        return self.admissible[-1]

    def as_json(self) -> dict[str, object]:
        """The contract of `trialwright design simon --json`."""
        return {
            "optimal": self.optimal.as_json(),
            "minimax": self.minimax.as_json(),
            "admissible": [
                {**design.as_json(), "q_low": design.weights[0], "q_high": design.weights[1]}
                for design in self.admissible
            ],
        }


def check_rates(p0: float, p1: float) -> None:
    """Refuse response rates that no test of p > p0 can tell apart.

    Raises:
        ArgumentError: not 0 < p0 < p1 < 1.
    """
    if not (0.0 < p0 < 1.0 and 0.0 < p1 < 1.0):
        raise ArgumentError.at("p0, p1", f"{p0}, {p1}", expected="response rates between 0 and 1")
    if p1 <= p0:
        raise ArgumentError.at(
            "p1",
            f"{p1}",
            expected=f"a rate above p0 = {p0}",
            remedy="p0 is the rate that is too low to go on, p1 the rate worth finding",
        )


def check_errors(alpha: float, beta: float) -> None:
    """Refuse error rates outside their range.

    Raises:
        ArgumentError: alpha outside (0, 0.5), beta outside (0, 1), or beta above 1 − alpha.
    """
    if not 0.0 < alpha < LARGEST_ALPHA:
        raise ArgumentError.at("alpha", f"{alpha}", expected="a one-sided error between 0 and 0.5")
    if not 0.0 < beta < 1.0 - alpha:
        raise ArgumentError.at(
            "beta", f"{beta}", expected="between 0 and 1 − alpha", remedy="beta is 1 − power: 0.2 for 80 %"
        )


def evaluate(plan: TwoStagePlan, p0: float, p1: float) -> TwoStageDesign:
    """The characteristics of a plan at p0 and p1.

    Examples:
        >>> round(evaluate(TwoStagePlan(3, 13, 12, 43), 0.2, 0.4).en0, 2)
        20.58
    """
    return TwoStageDesign(plan, plan.expected_size(p0), plan.stop_early(p0), plan.reject(p0), plan.reject(p1))


def _hull(designs: list[TwoStageDesign]) -> tuple[TwoStageDesign, ...]:
    """Those on the lower convex hull of (n, EN), with the weights at which each is best."""
    kept: list[TwoStageDesign] = []
    for design in designs:
        while len(kept) > 1 and _slope(kept[-2], kept[-1]) >= _slope(kept[-1], design):
            kept.pop()
        kept.append(design)
    bounds = [1.0, *(_weight(left, right) for left, right in pairwise(kept)), 0.0]
    return tuple(
        TwoStageDesign(one.plan, one.en0, one.pet0, one.alpha, one.power, (low, high))
        for one, high, low in zip(kept, bounds, bounds[1:], strict=False)
    )


def _slope(left: TwoStageDesign, right: TwoStageDesign) -> float:
    return (right.en0 - left.en0) / (right.plan.n - left.plan.n)


def _weight(left: TwoStageDesign, right: TwoStageDesign) -> float:
    """The weight of n at which both designs are equally good."""
    saved = left.en0 - right.en0
    return saved / (saved + right.plan.n - left.plan.n)


def simon_designs(p0: float, p1: float, alpha: float, beta: float, n_max: int = USUAL_LIMIT) -> SimonDesigns:
    """Every admissible two-stage design with at most n_max subjects, by complete search.

    Raises:
        ArgumentError: rates or errors out of range, or no design within the limit.

    Examples:
        >>> designs = simon_designs(0.2, 0.4, 0.05, 0.2)
        >>> designs.minimax.plan
        TwoStagePlan(r1=4, n1=18, r=10, n=33)
    """
    check_rates(p0, p1)
    check_errors(alpha, beta)
    limit = operator.index(n_max)
    if not 1 < limit <= LARGEST_SEARCH:
        raise ArgumentError.at("n-max", f"{limit}", expected=f"2 to {LARGEST_SEARCH} subjects")
    rows = search_two_stage(float(p0), float(p1), float(alpha), float(beta), limit)
    if not len(rows):
        raise ArgumentError.at(
            f"p0 {p0}, p1 {p1}, alpha {alpha}, beta {beta}",
            f"no two-stage design with {limit} subjects or fewer",
            remedy="raise --n-max, or accept larger errors or a larger difference",
        )
    front = [evaluate(TwoStagePlan(*map(int, row)), p0, p1) for row in rows]
    return SimonDesigns(p0, p1, alpha, beta, limit, _hull(front))
