"""Operating characteristics by simulation: batches until enough trials or enough precision."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from trialwright.errors import ArgumentError
from trialwright.stats.special import normal_isf
from trialwright.stats.trial_simulation import count_range
from trialwright.stats.trial_sums import TrialSums
from trialwright.stats.two_stage import check_errors

if TYPE_CHECKING:
    from trialwright.stats.trial_model import TrialModel

MOST_TRIALS = 2**32
TILED_BATCH = 1 << 17
SCALAR_BATCH = 1 << 12


class Sums(Protocol):
    """What is added up over simulated trials."""

    @property
    def trials(self) -> int:
        """Trials so far."""
        ...

    @property
    def worst_error(self) -> float:
        """The largest Monte-Carlo standard error among the decisions."""
        ...

    def __add__(self, other: Self) -> Self:
        """The sums of both ranges together."""
        ...


S = TypeVar("S", bound=Sums)


class Watcher(Protocol):
    """Is told of the running sums after each batch."""

    def told(self, sums: TrialSums, share_done: float) -> None:
        """Take note of the estimate so far."""
        ...


class NoWatcher:
    """Takes no note."""

    def told(self, sums: TrialSums, share_done: float) -> None:
        """Do nothing."""
        _ = sums, share_done


@dataclass(frozen=True, slots=True)
class Effort:
    """How many trials at most, and the Monte-Carlo standard error at which to stop before.

    Raises:
        ArgumentError: no trials, too many, or a precision that is not above 0.
    """

    trials: int
    precision: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.trials <= MOST_TRIALS:
            raise ArgumentError.at("trials", f"{self.trials}", expected="1 to 2^32")
        if self.precision is not None and not 0.0 < self.precision < 1.0:
            raise ArgumentError.at("precision", f"{self.precision}", expected="an error like 0.001")


@dataclass(frozen=True, slots=True)
class Characteristics:
    """The sums of all trials, how long they took, and whether the precision asked for was reached."""

    sums: TrialSums
    seconds: float
    reached: bool


Counted = Callable[[int, int], TrialSums]
"""Sums over trials by first number and count."""
Runner = Callable[[Counted, Iterator[tuple[int, int]]], Iterator[TrialSums]]
"""Yields the sums of ranges in their order, wherever they are computed."""


def here(counted: Callable[[int, int], S], ranges: Iterator[tuple[int, int]]) -> Iterator[S]:
    """Count one range after the other in this process."""
    return (counted(first, count) for first, count in ranges)


def ranges(trials: int, batch: int) -> Iterator[tuple[int, int]]:
    """First trial and number of trials of each batch."""
    return ((first, min(batch, trials - first)) for first in range(0, trials, batch))


def add_up(none: S, batches: Iterator[S], effort: Effort, told: Callable[[S, float], None]) -> tuple[S, bool]:
    """Add up batches in order until the precision asked for is reached, and say whether it was.

    Where to stop depends on the trials alone, never on time or threads.
    """
    sums, reached = none, False
    for more in batches:
        sums = sums + more
        reached = effort.precision is not None and 0.0 < sums.worst_error <= effort.precision
        done = sums.trials / effort.trials
        if effort.precision is not None and sums.worst_error > 0.0:
            done = max(done, min(1.0, (effort.precision / sums.worst_error) ** 2))
        told(sums, done)
        if reached:
            break
    return sums, reached or effort.precision is None


def in_batches(
    counted: Counted,
    effort: Effort,
    batch: int,
    watcher: Watcher,
    margins: tuple[float, ...] = (),
    runner: Runner = here,
) -> Characteristics:
    """The characteristics from batches of trials, added up as `add_up` does."""
    started = time.perf_counter()
    batches = runner(counted, ranges(effort.trials, batch))
    sums, reached = add_up(TrialSums.none(margins), batches, effort, watcher.told)
    return Characteristics(sums, time.perf_counter() - started, reached)


def endpoint_characteristics(
    model: TrialModel,
    alpha: float,
    effort: Effort,
    *,
    margins: tuple[float, ...] = (),
    seed: int = 1,
    watcher: Watcher | None = None,
    runner: Runner = here,
) -> Characteristics:
    """Rejections by log-rank (one-sided alpha, either way) and Cox's limit below each margin.

    Raises:
        ArgumentError: alpha, seed, effort or margins out of range.
    """
    check_errors(alpha, (1.0 - alpha) / 2.0)
    if not all(math.isfinite(margin) and margin > 0.0 for margin in margins):
        raise ArgumentError.at("margins", f"{margins}", expected="finite hazard ratios above 0")
    critical = normal_isf(alpha)
    batch = TILED_BATCH if model.is_plain else SCALAR_BATCH
    counted = partial(_count, model, seed, critical, margins)
    counted(0, 1)  # compiles, so that the clock measures trials only
    return in_batches(counted, effort, batch, watcher or NoWatcher(), margins, runner)


def _count(
    model: TrialModel, seed: int, critical: float, margins: tuple[float, ...], first: int, count: int
) -> TrialSums:
    return count_range(model, seed, first, count, critical, margins)
