"""The assumptions of simulated two-arm trials as flat numbers, and one subject's follow-up by scalar code.

A subject uses one Philox block: word 0 places the entry, word 1 the time at which the first of event and
drop-out comes (the inverse of their summed cumulative hazard), word 2 which of both it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.event_sizes import check_ratio
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import check_seed, uniforms

if TYPE_CHECKING:
    from trialwright.stats.event_sizes import TwoArms
    from trialwright.stats.inputs import Floats

STREAM = 0x5452  # apart from the streams of the virtual patients
MOST_SUBJECTS = 4000
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class TrialModel:
    """Arm sizes and, by arm and piece, starts and hazards of event and drop-out."""

    n_control: int
    n_experimental: int
    starts: Floats
    hazards: Floats
    dropout: Floats
    entry_edges: Floats
    entry_shares: Floats
    end: float

    @property
    def n(self) -> int:
        """All subjects."""
        return self.n_control + self.n_experimental

    @property
    def is_plain(self) -> bool:
        """Whether hazards are constant and entry is uniform: the tiled kernel applies."""
        one_piece = self.starts.size == 1 and self.entry_shares.size == 1
        return one_piece and bool((self.hazards[:, 0] + self.dropout > 0.0).all())


def _on_grid(starts: tuple[float, ...], rates: tuple[float, ...], grid: Floats) -> Floats:
    return np.array([rates[np.searchsorted(starts, at, side="right") - 1] for at in grid])


def split_subjects(n: int, allocation: float) -> tuple[int, int]:
    """Control and experimental subjects among n, control rounded up.

    Raises:
        ArgumentError: the allocation is out of range, or an arm would be empty.
    """
    control = math.ceil(n * (1.0 - check_ratio(allocation)) - ROUNDING)
    if not 0 < control < n:
        raise ArgumentError.at("n", f"{n}", expected="a subject or more in each arm")
    return control, n - control


def trial_model(n_control: int, n_experimental: int, trial: TwoArms) -> TrialModel:
    """The flat form of a two-arm trial for the kernels.

    Raises:
        ArgumentError: an arm without subjects, or more than 4000 in all.
    """
    if min(n_control, n_experimental) < 1 or n_control + n_experimental > MOST_SUBJECTS:
        raise ArgumentError.at(
            "subjects",
            f"{n_control} and {n_experimental}",
            expected=f"1 or more an arm, {MOST_SUBJECTS} in all",
        )
    arms = (trial.control, trial.experimental)
    grid = np.array(sorted({start for arm in arms for start in arm.hazard.starts}))
    hazards = np.array([_on_grid(arm.hazard.starts, arm.hazard.rates, grid) for arm in arms])
    pieces = trial.accrual.pieces()
    shares = np.array([density * (end - start) for start, end, density in pieces])
    edges = np.array([start for start, _, _ in pieces] + [trial.accrual.duration])
    dropout = np.array([arm.dropout for arm in arms])
    end = trial.accrual.duration + trial.follow_up
    return TrialModel(n_control, n_experimental, grid, hazards, dropout, edges, shares, end)


def check_range(seed: int, first: int, count: int) -> None:
    """Refuse trials whose number does not fit the counter.

    Raises:
        ArgumentError: a negative or too large seed, or trials beyond 2^32.
    """
    check_seed(seed)
    if not 0 <= first <= first + count <= 2**32:
        raise ArgumentError.at("trials", f"{first} to {first + count}", expected="numbers below 2^32")


@kernel
def entry_time(u: float, edges: Floats, shares: Floats) -> float:
    """The time of entry at which the share u of all subjects is enrolled."""
    left = u
    k = 0
    while k < shares.size - 1 and left >= shares[k]:
        left -= shares[k]
        k += 1
    return float(edges[k] + (edges[k + 1] - edges[k]) * left / shares[k])


@kernel
def first_exit(budget: float, starts: Floats, hazard: Floats, dropout: float) -> tuple[float, float]:
    """When the summed cumulative hazard reaches `budget`, and the share of the event in it there."""
    left = budget
    k = 0
    while True:
        rate = hazard[k] + dropout
        last = k == starts.size - 1
        length = math.inf if last else starts[k + 1] - starts[k]
        if rate > 0.0 and left <= rate * length:
            return starts[k] + left / rate, hazard[k] / rate
        if last:
            return math.inf, 0.0
        left -= rate * length
        k += 1


@kernel
def follow(
    seed: int,
    trial: int,
    subject: int,
    arm: int,
    starts: Floats,
    hazards: Floats,
    dropout: Floats,
    edges: Floats,
    shares: Floats,
    end: float,
) -> tuple[float, float]:
    """One subject's follow-up time and whether it ended in the event (1) or was censored (0)."""
    u0, u1, u2, _ = uniforms(seed, trial, subject, STREAM, 0)
    until = end - entry_time(u0, edges, shares)
    leaves, share = first_exit(-math.log(u1), starts, hazards[arm], dropout[arm])
    if leaves > until:
        return until, 0.0
    return leaves, 1.0 if u2 < share else 0.0
