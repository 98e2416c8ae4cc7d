"""What can come out of a design of parallel cohorts, and how probable it is: exactly, or by simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.cohort_models import Beliefs, Cohort, Model
from trialwright.stats.cohort_tables import Question
from trialwright.stats.discrete import binomial_pmf
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import check_seed, uniforms

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from trialwright.stats.inputs import Flags, Floats, Integers

MOST_COHORTS = 12
MOST_STATES, MOST_JUDGED = 2_000_000, 250_000
MOST_TRIALS = 10_000_000
RESPONSE_STREAM = 41
Rates = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """An interim look: subjects of each cohort then; it stops where P(rate > middle) is below `least`.

    The middle is half-way between null and target rate, as in Berry 2013.
    """

    subjects: tuple[int, ...]
    least: float


@dataclass(frozen=True, slots=True)
class CohortDesign:
    """Cohorts, the model that judges them, and an interim look for futility.

    Raises:
        ArgumentError: no cohorts or over 12, or a look that does not fit them.
    """

    cohorts: tuple[Cohort, ...]
    model: Model
    look: Look | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.cohorts) <= MOST_COHORTS:
            raise ArgumentError.at("cohorts", f"{len(self.cohorts)}", expected=f"1 to {MOST_COHORTS}")
        if self.look is None:
            return
        early, planned = self.look.subjects, tuple(one.subjects for one in self.cohorts)
        fits = len(early) == len(planned) and all(0 < m < n for m, n in zip(early, planned, strict=True))
        if not fits:
            raise ArgumentError.at(
                "interim", f"{early}", expected=f"for each cohort a number of subjects below {planned}"
            )
        if not 0.0 < self.look.least < 1.0:
            raise ArgumentError.at("futility", f"{self.look.least}", expected="a probability between 0 and 1")

    def early(self, k: int) -> int:
        """Subjects of a cohort at the look; none where there is no look."""
        return self.look.subjects[k] if self.look else 0

    def rows(self, k: int) -> tuple[tuple[int, int], ...]:
        """Data with which a cohort can end: stopped at the look, then complete."""
        n, m = self.cohorts[k].subjects, self.early(k)
        stopped = tuple((m, y) for y in range(m + 1)) if self.look else ()
        return (*stopped, *((n, y) for y in range(n + 1)))

    def at_look(self) -> tuple[Question, ...]:
        """What is asked at the look: is the rate above the middle."""
        return tuple(
            Question(one.target, one.middle, self.rows(k)[: self.early(k) + 1])
            for k, one in enumerate(self.cohorts)
        )

    def at_end(self) -> tuple[Question, ...]:
        """What is asked at the end: is the rate above the null."""
        return tuple(Question(one.target, one.null, self.rows(k)) for k, one in enumerate(self.cohorts))

    def alike(self) -> list[list[int]]:
        """Groups of cohorts that can be exchanged."""
        found: dict[Hashable, list[int]] = {}
        for k, one in enumerate(self.cohorts):
            found.setdefault((one, self.early(k), self.model.key(k)), []).append(k)
        return list(found.values())


@dataclass(frozen=True)
class Outlook:
    """States in which the data can end (rows of each cohort), and their chance in each scenario.

    `trials` is the number of simulated trials, 0 where the chances are exact.
    """

    states: Integers
    subjects: Integers
    stopped: Flags
    chances: Floats
    trials: int


class Effort(Protocol):
    """How the chances are found."""

    def outlook(self, design: CohortDesign, scenarios: Sequence[Rates]) -> Outlook:
        """The states and their chances."""
        ...


def beliefs(design: CohortDesign, questions: Sequence[Question], states: Integers) -> Beliefs:
    """Posterior for each state; states that differ only by the order of like cohorts are judged once."""
    sizes = [len(question.rows) for question in questions]
    groups = [group for group in design.alike() if len(group) > 1]
    ordered = states.copy()
    orders = []
    for group in groups:
        order = np.argsort(states[:, group], axis=1, kind="stable")
        orders.append(order)
        ordered[:, group] = np.take_along_axis(states[:, group], order, axis=1)
    flat = np.ravel_multi_index(tuple(ordered.T), tuple(sizes))
    _, first, back = np.unique(flat, return_index=True, return_inverse=True)
    found = design.model.judge(questions)(ordered[first])

    def spread(values: Floats) -> Floats:
        out: Floats = values[back]
        for group, order in zip(groups, orders, strict=True):
            source = out[:, group]
            target = np.empty_like(source)
            at = order if source.ndim == order.ndim else order[:, :, None]
            np.put_along_axis(target, at, source, axis=1)
            out[:, group] = target
        return out

    return Beliefs(*(spread(one) for one in (found.above, found.mean, found.square, found.members)))


def _all_states(sizes: Sequence[int]) -> Integers:
    return np.indices(tuple(sizes), dtype=np.int64).reshape(len(sizes), -1).T.copy()


def _stops(design: CohortDesign, states: Integers) -> Flags:
    """Which cohorts stop at the look, by state."""
    assert design.look is not None
    stops: Flags = beliefs(design, design.at_look(), states).above < design.look.least
    return stops


def _chances(n: int, p: float) -> Floats:
    return np.array([binomial_pmf(y, n, p) for y in range(n + 1)])


def _product(axes: Sequence[Floats]) -> Floats:
    joint = np.ones(1)
    for axis in axes:
        joint = np.multiply.outer(joint, axis)
    found: Floats = joint[0]
    return found


def _onwards(m: int, n: int, p: float) -> Floats:
    """From responses among m to responses among n."""
    rest = _chances(n - m, p)
    table = np.zeros((m + 1, n + 1))
    for y in range(m + 1):
        table[y, y : y + rest.size] = rest
    return table


@dataclass(frozen=True, slots=True)
class Enumeration:
    """All outcomes, each with its exact chance."""

    @staticmethod
    def states(design: CohortDesign) -> int:
        """How many states there are at most."""
        return math.prod(len(design.rows(k)) for k in range(len(design.cohorts)))

    @classmethod
    def fits(cls, design: CohortDesign) -> bool:
        """Whether there are few enough states, and few enough that differ by more than order."""
        judged = math.prod(
            math.comb(len(design.rows(group[0])) + len(group) - 1, len(group)) for group in design.alike()
        )
        return cls.states(design) <= MOST_STATES and judged <= MOST_JUDGED

    def outlook(self, design: CohortDesign, scenarios: Sequence[Rates]) -> Outlook:
        """The states and their chances.

        Raises:
            ArgumentError: there are over two million states, or over 250,000 that have to be judged.
        """
        if not self.fits(design):
            raise ArgumentError.at(
                "cohorts", f"{self.states(design):,} possible outcomes", remedy="simulate trials instead"
            )
        joint = self._with_look if design.look else self._without_look
        chances = joint(design, scenarios)
        return _outlook(
            design, _all_states([len(design.rows(k)) for k in range(len(design.cohorts))]), chances, 0
        )

    @staticmethod
    def _without_look(design: CohortDesign, scenarios: Sequence[Rates]) -> Floats:
        sizes = [one.subjects for one in design.cohorts]
        rows = [_product([_chances(n, p) for n, p in zip(sizes, rates, strict=True)]) for rates in scenarios]
        return np.stack([row.ravel() for row in rows])

    @staticmethod
    def _with_look(design: CohortDesign, scenarios: Sequence[Rates]) -> Floats:
        assert design.look is not None
        early, sizes = design.look.subjects, [one.subjects for one in design.cohorts]
        stops = _stops(design, _all_states([m + 1 for m in early]))
        shape = tuple(m + 1 for m in early)
        patterns = [
            (pattern, (stops == pattern).all(axis=1).reshape(shape)) for pattern in np.unique(stops, axis=0)
        ]
        out = []
        for rates in scenarios:
            seen = _product([_chances(m, p) for m, p in zip(early, rates, strict=True)])
            joint = np.zeros([m + n + 2 for m, n in zip(early, sizes, strict=True)])
            for pattern, where in patterns:
                found, place = seen * where, []
                for k, (m, n, p) in enumerate(zip(early, sizes, rates, strict=True)):
                    place.append(slice(0, m + 1) if pattern[k] else slice(m + 1, m + n + 2))
                    if not pattern[k]:
                        moved = np.einsum("a...,ab->...b", np.moveaxis(found, k, 0), _onwards(m, n, p))
                        found = np.moveaxis(moved, -1, k)
                joint[tuple(place)] += found
            out.append(joint.ravel())
        return np.stack(out)


def _outlook(design: CohortDesign, states: Integers, chances: Floats, trials: int) -> Outlook:
    """Only states that can happen."""
    kept = chances.max(axis=0) > 0.0
    states = states[kept]
    subjects = np.stack(
        [np.array(design.rows(k), dtype=np.int64)[states[:, k], 0] for k in range(states.shape[1])], axis=1
    )
    planned = np.array([one.subjects for one in design.cohorts])
    return Outlook(states, subjects, subjects < planned, chances[:, kept], trials)


@kernel
def _draw(seed: int, trials: int, early: Integers, sizes: Integers, rates: Floats) -> Integers:
    """Responses by trial and cohort, until the look and after it; subject i has the same number always."""
    out = np.zeros((trials, sizes.size, 2), np.int64)
    for trial in range(trials):
        for k in range(sizes.size):
            for block in range((sizes[k] + 3) // 4):
                four = uniforms(seed, trial, k, RESPONSE_STREAM, block)
                for i in range(4):
                    subject = 4 * block + i
                    if subject < sizes[k] and four[i] < rates[k]:
                        out[trial, k, 0 if subject < early[k] else 1] += 1
    return out


@dataclass(frozen=True, slots=True)
class Simulation:
    """Trials drawn by counter: the same subjects in every scenario.

    Raises:
        ArgumentError: no trials, too many, or a seed out of range.
    """

    trials: int
    seed: int = 1

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if not 1 <= self.trials <= MOST_TRIALS:
            raise ArgumentError.at("trials", f"{self.trials}", expected=f"1 to {MOST_TRIALS:,}")

    def outlook(self, design: CohortDesign, scenarios: Sequence[Rates]) -> Outlook:
        """The states that came out and how often."""
        early = np.array([design.early(k) for k in range(len(design.cohorts))], dtype=np.int64)
        sizes = np.array([one.subjects for one in design.cohorts], dtype=np.int64)
        drawn = np.concatenate(
            [_draw(self.seed, self.trials, early, sizes, np.array(rates)) for rates in scenarios]
        )
        states = drawn.sum(axis=2)
        if design.look:
            seen, back = np.unique(drawn[:, :, 0], axis=0, return_inverse=True)
            stops = _stops(design, seen)[back.ravel()]
            states = np.where(stops, drawn[:, :, 0], states + early + 1)
        distinct, back = np.unique(states, axis=0, return_inverse=True)
        places = back.reshape(len(scenarios), self.trials)
        counts = [np.bincount(row, minlength=len(distinct)) for row in places]
        return _outlook(design, distinct, np.stack(counts) / self.trials, self.trials)


def usual_effort(design: CohortDesign, simulation: Simulation) -> Effort:
    """Exact where the outcomes are few enough, else simulated."""
    few: Callable[[], Effort] = Enumeration
    return few() if Enumeration.fits(design) else simulation
