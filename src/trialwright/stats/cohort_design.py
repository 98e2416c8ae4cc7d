"""Operating characteristics of parallel cohorts that borrow from each other, and the threshold for alpha.

A cohort is called active where P(rate > null | data of all cohorts) is above a threshold. Borrowing
makes the error of a cohort depend on the others: it is smallest where all are alike, and grows where
a cohort without effect stands beside active ones. Both belong into the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.cohort_outlook import CohortDesign, Effort, Outlook, Rates, beliefs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.stats.cohort_models import Beliefs
    from trialwright.stats.inputs import Flags, Floats, Integers

SAME = 1e-7
"""Posterior probabilities closer than this are not told apart: it is the accuracy of the quadrature."""

ROUNDING = 1e-12
MOST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class CohortCourse:
    """What a design does if the true rates are these; one value for each cohort.

    `active` is P(called active): the type I error of a cohort at or below its null, else its power.
    `familywise` is P(any cohort at or below its null is called active), nan where there is none.
    """

    rates: Rates
    is_null: tuple[bool, ...]
    active: tuple[float, ...]
    familywise: float
    subjects: tuple[float, ...]
    stops: tuple[float, ...]
    estimate: tuple[float, ...]
    mse: tuple[float, ...]
    trials: int

    @property
    def expected_size(self) -> float:
        """Mean number of subjects in all cohorts."""
        return math.fsum(self.subjects)

    def error(self, share: float) -> float:
        """The Monte-Carlo standard error of a share; 0 where it is exact."""
        return math.sqrt(share * (1.0 - share) / self.trials) if self.trials else 0.0


@dataclass(frozen=True)
class Judged:
    """The outcomes of a design under some scenarios, with the posterior of each."""

    design: CohortDesign
    scenarios: tuple[Rates, ...]
    outlook: Outlook
    found: Beliefs

    def nulls(self, rates: Rates) -> Flags:
        """Which cohorts are at or below their null rate."""
        nulls = np.array([one.null for one in self.design.cohorts])
        below: Flags = np.array(rates) <= nulls + ROUNDING
        return below


def judge_scenarios(design: CohortDesign, scenarios: Sequence[Rates], effort: Effort) -> Judged:
    """Find all outcomes and judge each.

    Raises:
        ArgumentError: no scenarios, rates that do not fit the cohorts, or too many outcomes.
    """
    if not scenarios:
        raise ArgumentError.at("scenarios", "none", expected="true rates of all cohorts")
    for rates in scenarios:
        if len(rates) != len(design.cohorts) or not all(0.0 <= p <= 1.0 for p in rates):
            raise ArgumentError.at(
                "scenario", f"{rates}", expected=f"{len(design.cohorts)} rates between 0 and 1"
            )
    outlook = effort.outlook(design, scenarios)
    return Judged(design, tuple(scenarios), outlook, beliefs(design, design.at_end(), outlook.states))


def courses(judged: Judged, threshold: float) -> tuple[CohortCourse, ...]:
    """The characteristics in each scenario with this threshold."""
    outlook, found = judged.outlook, judged.found
    active = found.above > threshold
    out = []
    for rates, chance in zip(judged.scenarios, outlook.chances, strict=True):
        is_null = judged.nulls(rates)
        wrong = (active & is_null).any(axis=1)
        means = (active, outlook.subjects, outlook.stopped, found.mean, (found.mean - np.array(rates)) ** 2)
        shares, subjects, stops, estimate, mse = (_expected(one, chance) for one in means)
        out.append(
            CohortCourse(
                rates=rates,
                is_null=tuple(is_null.tolist()),
                active=_at_most_one(shares),
                familywise=min(1.0, math.fsum(chance[wrong].tolist())) if is_null.any() else math.nan,
                subjects=subjects,
                stops=_at_most_one(stops),
                estimate=estimate,
                mse=mse,
                trials=outlook.trials,
            )
        )
    return tuple(out)


def _expected(values: Floats | Integers | Flags, chance: Floats) -> tuple[float, ...]:
    return tuple(float((values[:, k] * chance).sum()) for k in range(values.shape[1]))


def _at_most_one(shares: tuple[float, ...]) -> tuple[float, ...]:
    """Shares whose sum of chances may have been rounded up beyond 1."""
    return tuple(min(1.0, share) for share in shares)


class ErrorMeasure(Protocol):
    """Which error is kept below alpha."""

    @property
    def words(self) -> str:
        """What the error is called."""
        ...

    def statistics(self, above: Floats) -> Floats:
        """From posterior probabilities of the null cohorts to statistics: one column an error."""
        ...


@dataclass(frozen=True, slots=True)
class EachCohort:
    """The type I error of each cohort for itself."""

    words: ClassVar[str] = "the type I error of each cohort"

    def statistics(self, above: Floats) -> Floats:
        """The cohorts."""
        return above


@dataclass(frozen=True, slots=True)
class Familywise:
    """The probability of any type I error."""

    words: ClassVar[str] = "the probability of any type I error"

    def statistics(self, above: Floats) -> Floats:
        """The largest."""
        largest: Floats = above.max(axis=1, keepdims=True)
        return largest


def calibrated(judged: Judged, alpha: float, measure: ErrorMeasure) -> float:
    """The smallest threshold with which no error exceeds alpha in any scenario that has a null cohort.

    Between the posterior probabilities that decide, the threshold with fewest digits is taken.

    Raises:
        ArgumentError: alpha out of range, no scenario with a null cohort, or no threshold that keeps
            alpha and still finds anything.
    """
    if not 0.0 < alpha < 1.0:
        raise ArgumentError.at("alpha", f"{alpha}", expected="between 0 and 1")
    critical = []
    for rates, chance in zip(judged.scenarios, judged.outlook.chances, strict=True):
        is_null = judged.nulls(rates)
        if is_null.any():
            columns = measure.statistics(judged.found.above[:, is_null])
            critical += [_critical(column, chance, alpha) for column in columns.T]
    if not critical:
        raise ArgumentError.at("scenarios", "all cohorts are active", remedy="add one with a null cohort")
    return _between(max(critical), judged.found.above, alpha)


def _critical(statistic: Floats, chance: Floats, alpha: float) -> float:
    """The value that must not be exceeded: beyond it lies a chance of at most alpha."""
    order = np.argsort(-statistic, kind="stable")
    values, beyond = statistic[order], np.cumsum(chance[order])
    over = np.flatnonzero(beyond > alpha * (1.0 + ROUNDING))
    return float(values[over[0]]) if over.size else 0.0


def _between(critical: float, above: Floats, alpha: float) -> float:
    """The shortest number between the critical value and the next that can come out."""
    values = np.unique(above[above > critical - SAME])
    low = critical
    for value in values.tolist():
        if value - low > SAME:
            return _shortest(low, value)
        low = max(low, value)
    raise ArgumentError.at(
        "alpha",
        f"no outcome is convincing enough to keep {alpha:g}",
        remedy="add subjects, or allow a larger alpha",
    )


def _shortest(low: float, high: float) -> float:
    margin = SAME / 4.0
    for digits in range(1, MOST_DIGITS):
        found = math.ceil((low + margin) * 10**digits) / 10**digits
        if found < high - margin:
            return float(found)
    return 0.5 * (low + high)


def usual_scenarios(design: CohortDesign) -> tuple[Rates, ...]:
    """All at the null, all at the target, one alone at the target, one alone at the null.

    Of cohorts that are alike only the first stands for all of them.
    """
    nulls = tuple(one.null for one in design.cohorts)
    targets = tuple(one.target for one in design.cohorts)
    first = [group[0] for group in design.alike()]

    def with_one(rates: Rates, k: int, rate: float) -> Rates:
        return (*rates[:k], rate, *rates[k + 1 :])

    alone = [with_one(nulls, k, targets[k]) for k in first]
    beside = [with_one(targets, k, nulls[k]) for k in first]
    return tuple(dict.fromkeys((nulls, *alone, *beside, targets)))
