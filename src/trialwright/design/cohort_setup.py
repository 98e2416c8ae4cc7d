"""Cohorts and models with usual priors, for those who do not state their own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.stats.bayesian_monitoring import BetaPrior
from trialwright.stats.cohort_grid import logit
from trialwright.stats.cohort_models import Cohort, Exnex, Hierarchical, Independent, Model, Pooled
from trialwright.stats.cohort_priors import HalfNormal, NormalPrior
from trialwright.stats.cohort_tables import Exchangeable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.stats.cohort_priors import SpreadPrior

MEAN_SD = 2.0
SPREAD = HalfNormal(1.0)
HALF = 0.5


@dataclass(frozen=True, slots=True)
class BorrowingPriors:
    """Priors of the usual models: of μ its standard deviation, of τ, and the weights of components."""

    mean_sd: float = MEAN_SD
    spread: SpreadPrior = SPREAD
    weights: tuple[float, ...] = (HALF,)


USUAL_PRIORS = BorrowingPriors()


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def hierarchical(cohorts: Sequence[Cohort], priors: BorrowingPriors = USUAL_PRIORS) -> Model:
    """All cohorts exchangeable, μ around the null rates."""
    null = _mean([logit(one.null) - logit(one.target) for one in cohorts])
    return Hierarchical(Exchangeable(NormalPrior(null, priors.mean_sd), priors.spread))


def exnex(cohorts: Sequence[Cohort], priors: BorrowingPriors = USUAL_PRIORS) -> Model:
    """One component around the null rates, a second around the targets; alone, the prior of one subject.

    The prior outside has its mean half-way between null and target, and as variance 1/p + 1/(1 − p),
    as Neuenschwander 2016 suggests.
    """
    null = _mean([logit(one.null) - logit(one.target) for one in cohorts])
    components = [
        Exchangeable(NormalPrior(mean, priors.mean_sd), priors.spread)
        for mean, _ in zip((null, 0.0), priors.weights, strict=False)
    ]
    own = [
        NormalPrior(
            logit(one.middle) - logit(one.target), math.sqrt(1.0 / one.middle + 1.0 / (1.0 - one.middle))
        )
        for one in cohorts
    ]
    return Exnex(tuple(components), (priors.weights,) * len(cohorts), tuple(own))


def independent(cohorts: Sequence[Cohort], priors: BorrowingPriors = USUAL_PRIORS) -> Model:
    """Each cohort alone, with the prior of one subject at its null rate."""
    _ = priors
    return Independent(tuple(BetaPrior(one.null, 1.0 - one.null) for one in cohorts))


def pooled(cohorts: Sequence[Cohort], priors: BorrowingPriors = USUAL_PRIORS) -> Model:
    """One rate, with the prior of one subject at the mean null rate."""
    _ = priors
    null = _mean([one.null for one in cohorts])
    return Pooled(BetaPrior(null, 1.0 - null))


def make_cohorts(
    sizes: Sequence[int], nulls: Sequence[float], targets: Sequence[float]
) -> tuple[Cohort, ...]:
    """Cohorts from lists; one rate stands for all.

    Raises:
        ArgumentError: no sizes, or as many rates as neither one nor the cohorts.
    """
    if not sizes:
        raise ArgumentError.at("--n", "no cohorts", expected="sizes, like 15,15,10")
    lists = []
    for option, rates in (("--null", nulls), ("--target", targets)):
        if len(rates) not in {1, len(sizes)}:
            raise ArgumentError.at(option, f"{len(rates)} rates", expected=f"one, or {len(sizes)}")
        lists.append(rates if len(rates) == len(sizes) else (*rates,) * len(sizes))
    return tuple(Cohort(*one) for one in zip(sizes, *lists, strict=True))
