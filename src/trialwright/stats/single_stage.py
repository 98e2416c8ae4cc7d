"""Single-arm designs on a response rate without a planned look: exact (A'Hern) and Fleming's.

Sources: A'Hern (2001), Stat Med 20:859–866; Fleming (1982), Biometrics 38:143–151.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

from trialwright.errors import ArgumentError
from trialwright.stats.discrete import binomial_sf
from trialwright.stats.special import normal_isf
from trialwright.stats.two_stage import check_errors, check_rates

LARGEST_SIZE = 10_000
STABLE_RUN = 50


@dataclass(frozen=True, slots=True)
class SingleStageDesign:
    """Reject p ≤ p0 with `needed` responses or more among n; its exact errors."""

    needed: int
    n: int
    alpha: float
    power: float
    method: str

    def as_json(self) -> dict[str, float | int | str]:
        """The same facts for programs; `r` as in two-stage designs: reject with more than r."""
        return {
            "r": self.needed - 1,
            "n": self.n,
            "needed": self.needed,
            "alpha": self.alpha,
            "power": self.power,
            "method": self.method,
        }


def exact_test(n: int, p0: float, p1: float, alpha: float) -> SingleStageDesign:
    """The exact one-sided test of p0 on n subjects: fewest responses that keep alpha, and its power.

    Where not even n of n responses keep alpha, `needed` is n + 1 and the power 0.

    Raises:
        ArgumentError: rates or alpha out of range, or n below 1.
    """
    check_rates(p0, p1)
    check_errors(alpha, (1.0 - alpha) / 2.0)
    size = operator.index(n)
    if not 1 <= size <= LARGEST_SIZE:
        raise ArgumentError.at("n", f"{size}", expected=f"1 to {LARGEST_SIZE} subjects")
    low, high = 0, size + 1
    while low < high:
        middle = (low + high) // 2
        if binomial_sf(middle - 1, size, p0) <= alpha:
            high = middle
        else:
            low = middle + 1
    return SingleStageDesign(
        low, size, binomial_sf(low - 1, size, p0), binomial_sf(low - 1, size, p1), "exact binomial"
    )


def ahern(p0: float, p1: float, alpha: float, beta: float, n_max: int = LARGEST_SIZE) -> SingleStageDesign:
    """The smallest exact single-stage design that keeps both errors.

    Power over n is a saw: a size a little larger can fail again (see `stable_size`).

    Raises:
        ArgumentError: rates or errors out of range, or no design up to n_max.

    Examples:
        >>> design = ahern(0.2, 0.4, 0.05, 0.2)
        >>> design.needed, design.n
        (12, 35)
    """
    check_errors(alpha, beta)
    for n in range(1, operator.index(n_max) + 1):
        design = exact_test(n, p0, p1, alpha)
        if design.power >= 1.0 - beta:
            return design
    raise ArgumentError.at(
        f"p0 {p0}, p1 {p1}, alpha {alpha}, beta {beta}",
        f"no single-stage design with {n_max} subjects or fewer",
        remedy="allow more subjects, or accept larger errors or a larger difference",
    )


def stable_size(p0: float, p1: float, alpha: float, beta: float) -> int:
    """The smallest n from which on the next 50 sizes keep the power too: safe if accrual overshoots.

    Raises:
        ArgumentError: as `ahern`.
    """
    start = n = ahern(p0, p1, alpha, beta).n
    while n - start <= STABLE_RUN:
        if exact_test(n, p0, p1, alpha).power < 1.0 - beta:
            start = n + 1
        n += 1
    return start


def fleming_single(p0: float, p1: float, alpha: float, beta: float) -> SingleStageDesign:
    """Fleming's single-stage design by the normal approximation, with its exact errors.

    Raises:
        ArgumentError: rates or errors out of range.
    """
    check_rates(p0, p1)
    check_errors(alpha, beta)
    z_alpha, z_beta = normal_isf(alpha), normal_isf(beta)
    spread = z_beta * math.sqrt(p1 * (1.0 - p1)) + z_alpha * math.sqrt(p0 * (1.0 - p0))
    n = math.ceil((spread / (p1 - p0)) ** 2)
    needed = nearest(n * p0 + z_alpha * math.sqrt(n * p0 * (1.0 - p0))) + 1
    return SingleStageDesign(
        needed, n, binomial_sf(needed - 1, n, p0), binomial_sf(needed - 1, n, p1), "Fleming"
    )


def nearest(value: float) -> int:
    """The nearest whole number, halves up."""
    return math.floor(value + 0.5)
