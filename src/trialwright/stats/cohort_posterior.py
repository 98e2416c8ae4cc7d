"""The analysis of parallel cohorts: each rate after the data of all, its interval, what it borrowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.cohort_tables import Question
from trialwright.stats.inputs import check_level
from trialwright.stats.special import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.stats.cohort_models import Cohort, Model
    from trialwright.stats.inputs import Floats

CLOSE = 1e-7
NARROW = 1e-9
MOST_STEPS = 60
WIDEST = 30.0
LONGEST = 4.0
TINY = 1e-15
USUAL_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class CohortPosterior:
    """One cohort after the data of all.

    `low` and `high` are quantiles with equal tails. `effective` is the number of subjects whose responses
    would make a beta distribution as narrow; beyond the cohort's own it was borrowed, or came from the
    prior. `members` has the probability of each component; the rest is that of standing alone.
    """

    responses: int
    subjects: int
    above_null: float
    above_middle: float
    mean: float
    sd: float
    low: float
    high: float
    members: tuple[float, ...]

    @property
    def raw(self) -> float:
        """The observed rate."""
        return self.responses / self.subjects

    @property
    def effective(self) -> float:
        """Subjects that the posterior is worth."""
        return self.mean * (1.0 - self.mean) / self.sd**2 - 1.0


@dataclass(frozen=True)
class _Observed:
    """The one state that was seen, asked about any rates."""

    cohorts: tuple[Cohort, ...]
    responses: tuple[int, ...]
    model: Model
    fineness: float

    def ask(self, cuts: Sequence[float]) -> tuple[Floats, Floats, Floats, Floats]:
        """P(rate > cut), mean, mean square and memberships of each cohort."""
        questions = [
            Question(one.target, cut, ((one.subjects, y),))
            for one, y, cut in zip(self.cohorts, self.responses, cuts, strict=True)
        ]
        state = np.zeros((1, len(questions)), dtype=np.int64)
        found = self.model.judge(questions, self.fineness)(state)
        return found.above[0], found.mean[0], found.square[0], found.members[0]

    def quantiles(self, share: float, mean: Floats, sd: Floats) -> Floats:
        """The rates below which the share of each posterior lies.

        Secants on the scales on which a normal posterior of the logit is a line, within a bracket.
        """
        slope = sd / (mean * (1.0 - mean))
        goal = normal_quantile(share)
        x = np.log(mean / (1.0 - mean)) + goal * slope
        low, high = np.full(x.size, -WIDEST), np.full(x.size, WIDEST)
        last, missed = x, np.zeros(x.size)
        for step in range(MOST_STEPS):
            below = 1.0 - self.ask(_rate(x).tolist())[0]
            if ((np.abs(below - share) < CLOSE) | (_rate(high) - _rate(low) < NARROW)).all():
                break
            wrong = np.array([normal_quantile(min(max(p, TINY), 1.0 - TINY)) for p in below]) - goal
            if step:
                gap = wrong - missed
                rising = gap * (x - last) > 0.0
                slope = np.where(rising, (x - last) / np.where(rising, gap, 1.0), slope)
            low, high = np.where(wrong < 0.0, x, low), np.where(wrong > 0.0, x, high)
            last, missed = x, wrong
            x = np.clip(x - slope * wrong, x - LONGEST, x + LONGEST)
            x = np.where((x <= low) | (x >= high), 0.5 * (low + high), x)
        return _rate(x)


def _rate(x: Floats) -> Floats:
    """The rate of a logit."""
    found: Floats = 1.0 / (1.0 + np.exp(-x))
    return found


def cohort_posteriors(
    cohorts: Sequence[Cohort],
    responses: Sequence[int],
    model: Model,
    level: float = USUAL_LEVEL,
    fineness: float = 1.0,
) -> tuple[CohortPosterior, ...]:
    """The posterior of each cohort given the responses among its subjects.

    Raises:
        ArgumentError: responses that do not fit the cohorts, or a level outside (0, 1).

    Examples:
        >>> from trialwright.stats.bayesian_monitoring import BetaPrior
        >>> from trialwright.stats.cohort_models import Cohort, Independent
        >>> alone = Independent((BetaPrior(1, 1),))
        >>> round(cohort_posteriors([Cohort(8, 0.1, 0.3)], [2], alone)[0].mean, 3)
        0.3
    """
    check_level(level)
    if len(responses) != len(cohorts):
        raise ArgumentError.at(
            "responses", f"{len(responses)}", expected=f"one for each of {len(cohorts)} cohorts"
        )
    for k, (one, y) in enumerate(zip(cohorts, responses, strict=True)):
        if not 0 <= y <= one.subjects:
            raise ArgumentError.at(
                f"responses of cohort {k + 1}",
                f"{y}",
                expected=f"0 to {one.subjects}, the subjects of the cohort",
            )
    seen = _Observed(tuple(cohorts), tuple(responses), model, fineness)
    above, mean, square, members = seen.ask([one.null for one in cohorts])
    middle = seen.ask([one.middle for one in cohorts])[0]
    sd = np.sqrt(square - mean**2)
    low, high = (seen.quantiles(share, mean, sd) for share in ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return tuple(
        CohortPosterior(
            responses=responses[k],
            subjects=one.subjects,
            above_null=float(above[k]),
            above_middle=float(middle[k]),
            mean=float(mean[k]),
            sd=float(sd[k]),
            low=float(low[k]),
            high=float(high[k]),
            members=tuple(members[k].tolist()),
        )
        for k, one in enumerate(cohorts)
    )
