"""Simulated two-arm trials with log-rank and Cox: by tiles where the model is plain, else one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.lane_math import LANES, sorting_network
from trialwright.stats.trial_model import TrialModel, check_range
from trialwright.stats.trial_scalar import count_trials, list_trials
from trialwright.stats.trial_sums import TrialSums
from trialwright.stats.trial_tiles import count_tiles, list_tiles

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers


@dataclass(frozen=True, slots=True)
class TrialResults:
    """One entry a trial: log-rank z (negative: experimental better), Cox's log hazard ratio, its error."""

    z: Floats
    log_hr: Floats
    std_error: Floats
    events: Floats


@lru_cache(maxsize=16)
def _network(n: int) -> Integers:
    return sorting_network(n)


def scalar_results(model: TrialModel, seed: int, first: int, count: int) -> TrialResults:
    """Trials first … first + count − 1, one by one.

    Raises:
        ArgumentError: seed or trial numbers out of range.
    """
    check_range(seed, first, count)
    out = np.empty((4, count))
    list_trials(
        seed,
        first,
        model.n_control,
        model.n,
        model.starts,
        model.hazards,
        model.dropout,
        model.entry_edges,
        model.entry_shares,
        model.end,
        out,
    )
    return TrialResults(*out)


def trial_results(model: TrialModel, seed: int, first: int, count: int) -> TrialResults:
    """Trials first … first + count − 1: the same numbers whatever the range asked for.

    Raises:
        ArgumentError: seed or trial numbers out of range.
    """
    if not model.is_plain:
        return scalar_results(model, seed, first, count)
    check_range(seed, first, count)
    tile = first // LANES
    skipped = first - tile * LANES
    out = np.empty((4, -(-(skipped + count) // LANES) * LANES))
    list_tiles(seed, tile, *_plain(model), _network(model.n), out)
    return TrialResults(*out[:, skipped : skipped + count])


def _plain(model: TrialModel) -> tuple[int, int, Floats, Floats, float, float]:
    accrual = float(model.entry_edges[-1])
    return model.n_control, model.n_experimental, model.hazards, model.dropout, accrual, model.end


def count_range(
    model: TrialModel, seed: int, first: int, count: int, critical: float, margins: tuple[float, ...]
) -> TrialSums:
    """Decisions over trials first … first + count − 1, at a one-sided critical value of z.

    Raises:
        ArgumentError: seed or trial numbers out of range.
    """
    check_range(seed, first, count)
    logs = np.array([math.log(margin) for margin in margins])
    if model.is_plain:
        network = _network(model.n)
        sums = count_tiles(seed, first, count, *_plain(model), network, critical, logs)
    else:
        sums = count_trials(
            seed,
            first,
            count,
            model.n_control,
            model.n,
            model.starts,
            model.hazards,
            model.dropout,
            model.entry_edges,
            model.entry_shares,
            model.end,
            critical,
            logs,
        )
    return TrialSums(sums.sum(axis=0), margins)
