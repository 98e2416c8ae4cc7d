"""Histories of whole subjects behind one curve, drawn with the probability that clicks and prints give them.

Every history is exact: the printed numbers at risk and the printed total of events are met, and survival
is that of its integers. How accurate the clicks are and how fast subjects leave is learnt from the
histories of the rounds before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curves import backward, forward
from trialwright.claims.reconstruct.curves.fit import fits_of
from trialwright.claims.reconstruct.curves.plan import Fall, Leave, Mark, Pass, segments_of, steps_of
from trialwright.claims.reconstruct.curves.states import drawn_states, empty_table

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.curves.arm_curve import ArmCurve
    from trialwright.claims.reconstruct.curves.plan import Step

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ROUNDS = 5
_DRAWN_TO_LEARN = 30
_FIRST_SIGMA, _LEAST_SIGMA, _MOST_SIGMA = 0.004, 0.0015, 0.02
_CLUMPS = 2.0
_UNMARKED = 0.02
_MARK_ALONE, _NO_CENSORING, _LOG_FURTHER = math.log(0.9), math.log(0.005), math.log(0.1)
_LOG_TOGETHER_AT_END = math.log(0.6)
_PERIODS = 4
_SHARE_OF_CENSORED = 0.25
_LEAST_SURVIVAL = 0.01
_HALF = 0.5
_NORMAL_MAD = 0.6745
_SMOOTH = 0.02
_BINS_A_SIGMA, _FEWEST_BINS, _MOST_BINS = 10, 1000, 8000
_AHEAD = 3
_SIGMAS = 6.0
_ZERO = 1e-9
_FAR, _FEW, _STRAYS = 0.03, 1.5, 0.05


class NoHistoryError(Exception):
    """No history meets what is printed within the accuracy of the clicks."""


@dataclass(frozen=True, eq=False)
class Belief:
    """What a round takes for granted: the accuracy of clicks, and the hazard of leaving in each period."""

    sigma: float
    bounds: Floats
    hazard: Floats

    def expected(self, start: float, end: float) -> float:
        """How many of one at risk leave between two days."""
        overlap = np.minimum(end, self.bounds[1:]) - np.maximum(start, self.bounds[:-1])
        return float((self.hazard * np.maximum(overlap, 0.0)).sum())


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories of one curve: how many left, fell or passed, by [history, step]."""

    curve: ArmCurve
    steps: tuple[Step, ...]
    counts: Ints
    sigma: float

    def survival_at_clicks(self, history: int) -> Floats:
        """Survival of one history at each click."""
        at_risk, survival, found = self.curve.n, 1.0, []
        for step, count in zip(self.steps, self.counts[history], strict=True):
            if isinstance(step, Fall):
                survival *= (at_risk - count) / at_risk if count else 1.0
                found.append(survival)
            at_risk -= 0 if isinstance(step, Pass) else int(count)
        return np.array(found)

    def at_risk_after(self) -> Ints:
        """Numbers at risk after each step, by [history, step]."""
        gone = [0 if isinstance(step, Pass) else 1 for step in self.steps]
        return self.curve.n - np.cumsum(self.counts * np.array(gone), axis=1)


def histories(curve: ArmCurve, size: int, rng: np.random.Generator) -> Histories:
    """Draw `size` histories.

    Raises:
        NoHistoryError: there is none.
    """
    belief = first_belief(curve)
    for _ in range(_ROUNDS - 1):
        found = Round(curve, belief).drawn(_DRAWN_TO_LEARN, rng)
        _refuse_misfits(found)
        belief = _learnt(found, belief)
    found = Round(curve, belief).drawn(size, rng)
    _refuse_misfits(found)
    return found


def is_possible(curve: ArmCurve) -> bool:
    """Whether any history meets what is printed of a curve."""
    try:
        _refuse_misfits(Round(curve, first_belief(curve)).drawn(1, np.random.default_rng(0)))
    except NoHistoryError:
        return False
    return True


def _refuse_misfits(found: Histories) -> None:
    """Refuse histories that pass by many clicks, which were taken for strays since nothing else was left."""
    curve = found.curve
    after = found.survival_at_clicks(0)
    before = np.append(1.0, after[:-1])
    near = np.diff(np.append(0.0, curve.time)) <= curve.blur
    upper = np.where(near, before, after)
    lower = np.where(np.append(near[1:], False), np.append(after[1:], 0.0), after)
    off = np.maximum(curve.survival - upper, lower - curve.survival)
    if (off > _FAR).sum() > _FEW + _STRAYS * off.size:
        raise NoHistoryError


def first_belief(curve: ArmCurve) -> Belief:
    """A rough guess from the clicks: who left between two numbers at risk and did not fall was censored."""
    bounds = segments_of(curve, _PERIODS)
    if not curve.at_risk:
        censored = max(curve.n * float(curve.survival[-1]) - 1.0, _SHARE_OF_CENSORED * curve.n)
        area = float(np.trapezoid(curve.survival, curve.time)) * curve.n
        return Belief(_FIRST_SIGMA, bounds, np.full(_PERIODS, censored / max(area, 1.0)))
    numbers = {0.0: curve.n, **{one.day: one.number for one in curve.at_risk}}
    heights = np.interp(bounds, np.append(0.0, curve.time), np.append(1.0, curve.survival))
    hazard = []
    for i in range(bounds.size - 1):
        at_risk, left = numbers[float(bounds[i])], numbers.get(float(bounds[i + 1]), 1)
        kept = at_risk * heights[i + 1] / max(heights[i], _LEAST_SURVIVAL)
        days = max(float(bounds[i + 1] - bounds[i]), 1.0) * max(at_risk + left, 1) / 2
        hazard.append((max(kept - left, 0.0) + _HALF) / days)
    return Belief(_FIRST_SIGMA, bounds, np.array(hazard))


def _learnt(found: Histories, belief: Belief) -> Belief:
    """The accuracy of the clicks and the hazards as these histories have them."""
    curve, size = found.curve, found.counts.shape[0]
    off = np.concatenate([found.survival_at_clicks(i) - curve.survival for i in range(size)])
    sigma = float(np.clip(np.median(np.abs(off)) / _NORMAL_MAD, _LEAST_SIGMA, _MOST_SIGMA))
    at_risk = found.at_risk_after().mean(axis=0)
    censored, days = np.zeros(belief.hazard.size), np.zeros(belief.hazard.size)
    for at, step in enumerate(found.steps):
        if isinstance(step, Leave):
            period = int(np.searchsorted(belief.bounds, (step.start + step.end) / 2)) - 1
            period = min(max(period, 0), censored.size - 1)
            censored[period] += found.counts[:, at].mean()
            days[period] += at_risk[at] * (step.end - step.start)
    smooth = _SMOOTH * days.sum() / days.size
    return Belief(sigma, belief.bounds, (censored + _HALF) / (days + smooth + 1.0))


class Round:
    """One pass over the steps: all states of every step, from which histories are drawn backwards."""

    def __init__(self, curve: ArmCurve, belief: Belief) -> None:
        """Run all steps forwards.

        Raises:
            NoHistoryError: no state is left, or none fits the end.
        """
        self.curve, self.belief = curve, belief
        self.steps = steps_of(curve)
        self.total = -1 if curve.total is None else curve.total
        bins = int(np.clip(_BINS_A_SIGMA / belief.sigma, _FEWEST_BINS, _MOST_BINS)) + 2
        at_risk, events = curve.n + 1, (0 if curve.total is None else curve.total) + 1
        classes = at_risk * events * (len(curve.at_risk) + 1)
        self.sizes = np.array([at_risk, events, bins, classes], np.int64)
        self._least = np.array([*(one.number for one in curve.at_risk), 0], np.int64)
        self._table = empty_table()
        self._fits = fits_of(curve, belief.sigma)
        keys = np.array([curve.n * events * bins + bins - 2], np.int64)
        self.states = [(keys, np.zeros(1), np.ones(1))]
        for step in self.steps:
            self.states.append(self._after(step, *self.states[-1]))
            if self.states[-1][0].size == 0:
                raise NoHistoryError
        self.last = self._weights_at_end()

    def _chances(self, step: Leave | Mark) -> Floats:
        """Log P(c) of so many censorings, by [at risk, c]."""
        most = self.curve.n
        if isinstance(step, Leave):
            share = 1.0 if self.curve.marks is None else _UNMARKED
            return forward.log_counts(most, share * self.belief.expected(step.start, step.end), _CLUMPS)
        further = _MARK_ALONE + _LOG_FURTHER * np.arange(most)
        return np.tile(np.append(_NO_CENSORING, further), (most + 1, 1))

    def _after(
        self, step: Step, keys: Ints, weights: Floats, survival: Floats
    ) -> tuple[Ints, Floats, Floats]:
        states = (keys, weights, survival, self._table, self.sizes)
        match step:
            case Pass(number, later_places):
                wanted = self.curve.at_risk[number].number
                return forward.pass_number(*states, number, wanted, later_places)
            case Fall(_start, _end, click):
                ahead = self.curve.survival[click : click + _AHEAD]
                lowest = float(ahead.min()) - _SIGMAS * self.belief.sigma
                return forward.fall(*states, self._least, self.total, lowest, *self._fits[click])
            case _:
                return forward.censor(*states, np.maximum(self._least, 1), self._chances(step))

    def _weights_at_end(self) -> Floats:
        """Weights of the last states: the curve has fallen to zero, or who is left is censored at its end."""
        ny, ne, nb, _classes = (int(one) for one in self.sizes)
        keys, weights, survival = self.states[-1]
        at_risk, events, passed = (keys // nb // ne) % ny, (keys // nb) % ne, keys // (nb * ne * ny)
        fits = (passed == len(self.curve.at_risk)) & ((at_risk > 0) | (survival < _ZERO))
        if self.total >= 0:
            fits &= events == self.total
        if not fits.any():
            raise NoHistoryError
        together = np.maximum(at_risk - 1, 0) * _LOG_TOGETHER_AT_END
        last: Floats = np.where(fits, weights + together, -np.inf)
        return last

    def drawn(self, size: int, rng: np.random.Generator) -> Histories:
        """Walk back from the end, each history on its own."""
        ny, ne, nb, _classes = (int(one) for one in self.sizes)
        counts = np.zeros((size, len(self.steps)), np.int64)
        now = self.states[-1][0][drawn_states(np.maximum(self.last, -1e300), rng.random(size))]
        for at in range(len(self.steps) - 1, -1, -1):
            before = self.states[at][0][self._before(at, now, rng.random(size))]
            if isinstance(self.steps[at], Pass):
                counts[:, at] = now // (nb * ne * ny) - before // (nb * ne * ny)
            else:
                counts[:, at] = (before // nb // ne) % ny - (now // nb // ne) % ny
            now = before
        return Histories(self.curve, self.steps, counts, self.belief.sigma)

    def _before(self, at: int, now: Ints, uniform: Floats) -> Ints:
        """For each state after a step, the place of one before it."""
        keys, weights, survival = self.states[at]
        step = self.steps[at]
        distinct, of = np.unique(now, return_inverse=True)
        drawn = (self.sizes, distinct, of, uniform)
        match step:
            case Pass(number, _):
                wanted = self.curve.at_risk[number].number
                return backward.came_by_number(keys, weights, *drawn, number, wanted)
            case Fall(_start, _end, click):
                fit = self._fits[click]
                return backward.came_by_fall(keys, weights, survival, *drawn, self.total, *fit)
            case _:
                return backward.came_by_censor(keys, weights, *drawn, self._chances(step))
