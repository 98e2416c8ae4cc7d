"""Times to progression, or best responses, of simulated trials, on all cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.simulate.outcomes import progression_endpoint, progression_rules
from trialwright.simulate.patients import on_all_cores
from trialwright.simulate.tiles.progression import Progressions, fill_progressions
from trialwright.simulate.tiles.responses import BestOfEach, fill_responses
from trialwright.simulate.tiles.scratch import Setting
from trialwright.stats.random_streams import check_seed

if TYPE_CHECKING:
    from trialwright.simulate.plan import TrialPlan


def _setting_of(plan: TrialPlan, size: int) -> Setting:
    return Setting(
        baseline=plan.baseline,
        disease=plan.disease,
        options=plan.options,
        rules=progression_rules(plan, progression_endpoint(plan)),
        horizon=plan.horizon,
        size=size,
    )


def draw_progressions(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> Progressions:
    """Return the progressions of trials first … first + count − 1 of so many subjects, trial by trial.

    They are those of `outcomes_of` and `draw_outcomes` (a test holds the two together), without anything
    else about the subjects.

    Raises:
        ArgumentError: the seed is out of range.
    """
    setting, rows = _setting_of(plan, size), size * count
    out = Progressions(np.empty(rows, np.int8), np.empty(rows), np.empty(rows, np.bool_))
    check_seed(seed)
    on_all_cores(rows, lambda some: fill_progressions(some, setting, seed, first * size, out))
    return out


def draw_responses(plan: TrialPlan, seed: int, size: int, first: int, count: int) -> BestOfEach:
    """Return the best responses of trials first … first + count − 1, trial by trial, as `draw_progressions`.

    Raises:
        ArgumentError: the seed is out of range.
    """
    setting, rows = _setting_of(plan, size), size * count
    out = BestOfEach(np.empty(rows, np.bool_), np.empty(rows, np.int8), np.empty(rows, np.int8))
    check_seed(seed)
    on_all_cores(rows, lambda some: fill_responses(some, setting, seed, first * size, out))
    return out
