"""Models of response rates in parallel cohorts: hierarchical, EXNEX, each cohort alone, all in one.

Sources: Berry, Broglio, Groshen and Berry (2013), "Bayesian hierarchical modeling of patient
subpopulations", Clin Trials 10:720–734 (hierarchical); Neuenschwander, Wandel, Roychoudhury and Bailey
(2016), "Robust exchangeability designs for early phase clinical trials with multiple strata", Pharm
Stat 15:123–134 (EXNEX). Posteriors are by quadrature, not by simulation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.cohort_tables import Exchangeable, Part, Question, one_component, two_components
from trialwright.stats.special import beta_sf

if TYPE_CHECKING:
    from trialwright.stats.bayesian_monitoring import BetaPrior
    from trialwright.stats.cohort_priors import NormalPrior
    from trialwright.stats.inputs import Floats, Integers

LARGEST_SIZE = 300
MOST_IN_TWO = 6
MOST_COMPONENTS = 2
USUAL = 1.0


@dataclass(frozen=True, slots=True)
class Cohort:
    """Planned subjects, the rate that is too low, and the rate worth finding.

    Raises:
        ArgumentError: no subjects or over 300, or not 0 < null < target < 1.
    """

    subjects: int
    null: float
    target: float

    def __post_init__(self) -> None:
        if not 1 <= self.subjects <= LARGEST_SIZE:
            raise ArgumentError.at("n", f"{self.subjects}", expected=f"1 to {LARGEST_SIZE} subjects a cohort")
        if not 0.0 < self.null < self.target < 1.0:
            raise ArgumentError.at(
                "null and target", f"{self.null:g} and {self.target:g}", expected="0 < null < target < 1"
            )

    @property
    def middle(self) -> float:
        """Half-way between the two rates."""
        return 0.5 * (self.null + self.target)


@dataclass(frozen=True, slots=True)
class Beliefs:
    """For each state of the data and each cohort: P(rate > cut), mean and mean square of the rate.

    `members` has a layer for each component: the probability that the cohort belongs to it.
    """

    above: Floats
    mean: Floats
    square: Floats
    members: Floats

    def __post_init__(self) -> None:
        if not np.isfinite(self.mean).all():
            raise ArgumentError.at(
                "prior",
                "gives no finite posterior for some possible data",
                remedy="take a wider prior; one so narrow denies outcomes that can happen",
            )


Judge = Callable[["Integers"], Beliefs]
"""Beliefs for states: the number of its table's row for each cohort."""


class Model(Protocol):
    """How the rates of the cohorts are thought to belong together."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def key(self, cohort: int) -> Hashable:
        """What makes this cohort different from others in the model."""
        ...

    def judge(self, questions: Sequence[Question], fineness: float = USUAL) -> Judge:
        """Prepare tables for the rows and cuts of each cohort; a larger `fineness` refines the grids.

        Raises:
            ArgumentError: the model has priors for another number of cohorts.
        """
        ...


def _one_for_each(what: str, found: int, cohorts: int) -> None:
    if found != cohorts:
        raise ArgumentError.at(what, f"{found}", expected=f"one for each of {cohorts} cohorts")


def _beliefs(found: Floats) -> Beliefs:
    above, mean, square = (found[:, :, quantity] for quantity in range(3))
    return Beliefs(above, mean, square, found[:, :, 3:])


@dataclass(frozen=True, slots=True)
class Hierarchical:
    """Bayesian hierarchical model: all cohorts in one component (Berry 2013)."""

    component: Exchangeable

    @property
    def name(self) -> str:
        """How tables call it."""
        return "hierarchical"

    def key(self, cohort: int) -> Hashable:
        """All cohorts are alike."""
        _ = cohort
        return ()

    def judge(self, questions: Sequence[Question], fineness: float = USUAL) -> Judge:
        """Prepare the posterior by quadrature over μ and τ."""
        parts = [Part(question, (1.0,), None) for question in questions]
        judged = one_component(self.component, parts, fineness)
        return lambda states: _beliefs(judged(states)[:, :, :3])


@dataclass(frozen=True, slots=True)
class Exnex:
    """Each cohort belongs to a component with its weight, else has its own prior (Neuenschwander 2016).

    `weights` has, for each cohort, the probability of each component; `own` the prior of θ_k outside.

    Raises:
        ArgumentError: not one or two components, or weights below 0 or of more than 1 in all.
    """

    components: tuple[Exchangeable, ...]
    weights: tuple[tuple[float, ...], ...]
    own: tuple[NormalPrior, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.components) <= MOST_COMPONENTS:
            raise ArgumentError.at("components", f"{len(self.components)}", expected="one or two")
        for row in self.weights:
            if len(row) != len(self.components):
                raise ArgumentError.at("weights", f"{row}", expected="one for each component")
            if not (all(0.0 <= one <= 1.0 for one in row) and math.fsum(row) <= 1.0):
                raise ArgumentError.at("weights", f"{row}", expected="0 or more each, at most 1 in all")
        _one_for_each("own priors", len(self.own), len(self.weights))

    @property
    def name(self) -> str:
        """How tables call it."""
        return "EXNEX" if len(self.components) == 1 else "EXNEX, two components"

    def key(self, cohort: int) -> Hashable:
        """Its weights and its own prior."""
        return self.weights[cohort], self.own[cohort]

    def judge(self, questions: Sequence[Question], fineness: float = USUAL) -> Judge:
        """Prepare the posterior: a mixture given (μ, τ), or over the partitions among two components."""
        _one_for_each("weights", len(self.weights), len(questions))
        parts = [Part(*one) for one in zip(questions, self.weights, self.own, strict=True)]
        if len(self.components) == 1:
            judged = one_component(self.components[0], parts, fineness)
        elif len(parts) <= MOST_IN_TWO:
            judged = two_components(self.components, parts, fineness)
        else:
            raise ArgumentError.at(
                "cohorts", f"{len(parts)}", expected=f"at most {MOST_IN_TWO} with two components"
            )
        return lambda states: _beliefs(judged(states))


@dataclass(frozen=True, slots=True)
class Independent:
    """Each cohort alone, with its beta prior: no borrowing."""

    priors: tuple[BetaPrior, ...]

    @property
    def name(self) -> str:
        """How tables call it."""
        return "independent"

    def key(self, cohort: int) -> Hashable:
        """Its prior."""
        return self.priors[cohort]

    def judge(self, questions: Sequence[Question], fineness: float = USUAL) -> Judge:
        """Prepare the conjugate posteriors."""
        _ = fineness
        _one_for_each("priors", len(self.priors), len(questions))
        tables = []
        for prior, question in zip(self.priors, questions, strict=True):
            shapes = [(prior.a + y, prior.b + n - y) for n, y in question.rows]
            tables.append(np.array([_beta_moments(*one, question.cut) for one in shapes]))
        return lambda states: _beliefs(
            np.stack([table[states[:, k]] for k, table in enumerate(tables)], axis=1)
        )


@dataclass(frozen=True, slots=True)
class Pooled:
    """One rate for all cohorts, with a beta prior: borrowing without doubt."""

    prior: BetaPrior

    @property
    def name(self) -> str:
        """How tables call it."""
        return "pooled"

    def key(self, cohort: int) -> Hashable:
        """All cohorts are alike."""
        _ = cohort
        return ()

    def judge(self, questions: Sequence[Question], fineness: float = USUAL) -> Judge:
        """Prepare the conjugate posterior of the sums."""
        _ = fineness
        rows = [np.array(question.rows, dtype=np.int64) for question in questions]

        def judged(states: Integers) -> Beliefs:
            sums = sum((table[states[:, k]] for k, table in enumerate(rows)), np.zeros(2, dtype=np.int64))
            distinct, back = np.unique(sums, axis=0, return_inverse=True)
            found = np.empty((len(distinct), len(questions), 3))
            for i, (n, y) in enumerate(distinct.tolist()):
                for k, question in enumerate(questions):
                    found[i, k] = _beta_moments(self.prior.a + y, self.prior.b + n - y, question.cut)
            return _beliefs(found[back.ravel()])

        return judged


def _beta_moments(a: float, b: float, cut: float) -> tuple[float, float, float]:
    """P(B > cut), E B and E B² of a beta variable."""
    mean = a / (a + b)
    return beta_sf(cut, a, b), mean, mean * (a + 1.0) / (a + b + 1.0)
