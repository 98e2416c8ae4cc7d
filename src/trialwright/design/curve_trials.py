"""Simulated trials of one arm with a time to event: how often the one-sample log-rank test rejects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.design.protocol_trials import BATCH, draw_progression_times, draw_trials
from trialwright.protocol.duration import DAYS_PER_MONTH
from trialwright.protocol.endpoints import Event
from trialwright.stats.random_streams import check_seed
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from trialwright.protocol.endpoints import TimeToEventEndpoint
    from trialwright.simulate.plan import TrialPlan


@dataclass(frozen=True, slots=True)
class CurveTrials:
    """Trials, their mean events, and the share that rules out each reference median."""

    trials: int
    events: float
    rejected: tuple[float, ...]


def curve_trials(
    plan: TrialPlan,
    endpoint: TimeToEventEndpoint,
    medians: tuple[float, ...],
    alpha: float,
    seed: int,
    trials: int,
) -> CurveTrials:
    """Virtual subjects of the study's assumptions, judged against exponential reference curves.

    `medians` are in months. Times are progression-free where progression is an event, else survival.

    Raises:
        ArgumentError: the seed is out of range.
    """
    check_seed(seed)
    size, critical = plan.assumptions.subjects, normal_isf(alpha)
    rates = math.log(2.0) / np.array(medians)
    rejected, events = np.zeros(len(medians), np.int64), 0
    for first in range(0, trials, BATCH):
        count = min(BATCH, trials - first)
        if Event.PROGRESSION in endpoint.events:
            times = draw_progression_times(plan, seed, size, first, count)
        else:
            times = draw_trials(plan, seed, size, first, count)[1].survival
        counted = times.counted.reshape(count, size)
        seen = (times.event.reshape(count, size) & counted).sum(axis=1)
        months = np.where(counted, times.days.reshape(count, size), 0.0).sum(axis=1) / DAYS_PER_MONTH
        expected = months[:, None] * rates
        rejected += (seen[:, None] - expected <= -critical * np.sqrt(expected)).sum(axis=0)
        events += int(seen.sum())
    return CurveTrials(trials, events / trials, tuple((rejected / trials).tolist()))
