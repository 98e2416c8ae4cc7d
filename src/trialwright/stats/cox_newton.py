"""Newton's method for Cox's partial likelihood: step-halving, aliased columns, monotone likelihoods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.cox_kernels import partial_likelihood

if TYPE_CHECKING:
    from trialwright.stats.inputs import Flags, Floats, Integers

ALIASED = 1e-11
NO_INFORMATION = 1e-13
FLAT = 1e-9
RUNAWAY = 15.0
STILL_MOVING = 0.1
NEAR_TOP = 1e-3
LONGEST_MOVE = 3.0
GROWTH = 1.5
LAST_STEP = 1e-8
MAX_ITERATIONS = 100
MAX_HALVINGS = 40
ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the search ended; entries of aliased columns are nan."""

    beta: Floats
    variance: Floats
    aliased: Flags
    monotone: Flags
    loglik_null: float
    loglik: float
    score_chi2: float
    wald_chi2: float
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Point:
    beta: Floats
    loglik: float
    score: Floats
    information: Floats

    def step(self) -> Floats:
        return _solve(self.information, self.score)


@dataclass(frozen=True, eq=False)
class _Likelihood:
    time: Floats
    event: Floats
    X: Floats
    stratum: Integers
    efron: float

    def at(self, beta: Floats) -> _Point:
        loglik, score, information = partial_likelihood(
            self.time, self.event, self.X, self.stratum, beta, self.efron
        )
        return _Point(beta, float(loglik), score, information)

    def shortened(self, step: Floats, longest: float) -> Floats:
        """The step, cut so that no subject's log hazard ratio moves by more than `longest`."""
        farthest = float(np.abs(self.X @ step).max())
        return step * (longest / farthest) if farthest > longest else step


def _solve(matrix: Floats, vector: Floats) -> Floats:
    """Solve a positive definite system after scaling its diagonal to 1, so that units do not matter."""
    scale = np.sqrt(np.maximum(np.diag(matrix), np.finfo(np.float64).tiny))
    scaled = matrix / np.outer(scale, scale)
    try:
        solved: Floats = np.linalg.solve(scaled, vector / scale) / scale
    except np.linalg.LinAlgError:
        solved = np.linalg.lstsq(scaled, vector / scale, rcond=None)[0] / scale
    return solved


def _inverse(matrix: Floats) -> Floats:
    if matrix.size == 0:
        return matrix
    columns = [_solve(matrix, unit) for unit in np.eye(len(matrix))]
    inverse = np.column_stack(columns)
    return 0.5 * (inverse + inverse.T)


def _aliased(information: Floats, spread: Floats, events: float) -> Flags:
    """Columns whose information, given the columns before them, is nothing but rounding."""
    flags = np.zeros(len(spread), dtype=np.bool_)
    left = information.copy()
    for j in range(len(spread)):
        pivot = left[j, j]
        if spread[j] == 0.0 or pivot <= max(ALIASED * information[j, j], NO_INFORMATION * events):
            flags[j] = True
            continue
        left = left - np.outer(left[:, j], left[j, :]) / pivot
    return flags


def _climb(likelihood: _Likelihood, here: _Point, step: Floats) -> _Point | None:
    """A full Newton step, halved until the likelihood does not fall; None where no step helps."""
    for _ in range(MAX_HALVINGS):
        there = likelihood.at(here.beta + step)
        if there.loglik >= here.loglik - ROUNDING * (1.0 + abs(here.loglik)):
            return there
        step = step / 2.0
    return None


def _runaway(here: _Point) -> Flags:
    """Where a search that failed had gone: log hazard ratios over a column's range that no data show."""
    far: Flags = np.abs(here.beta) > RUNAWAY
    return far


def _search(likelihood: _Likelihood, start: _Point) -> tuple[_Point, Flags, int, bool]:
    """Climb to the maximum: (point, monotone columns, iterations, converged).

    Newton's method squares the error, so that a step of 1e-8 standard errors is the last.
    """
    here = start
    finite = np.zeros(len(start.beta), dtype=np.bool_)
    for iteration in range(1, MAX_ITERATIONS + 1):
        step = likelihood.shortened(here.step(), LONGEST_MOVE * GROWTH**iteration)
        size = float(np.max(np.abs(step) * np.sqrt(np.maximum(np.diag(here.information), 0.0)), initial=0.0))
        # near the top the likelihood is too flat to be compared in double precision
        there = likelihood.at(here.beta + step) if size <= NEAR_TOP else _climb(likelihood, here, step)
        if there is None:
            return here, _runaway(here), iteration, False
        gain = abs(there.loglik - here.loglik)
        taken = np.abs(there.beta - here.beta)
        here = there
        if gain <= FLAT + ROUNDING * abs(here.loglik):
            moving = (np.abs(here.step()) > STILL_MOVING) & (taken > STILL_MOVING)
            if moving.any():
                return here, moving, iteration, True
        if size <= LAST_STEP:
            return here, finite, iteration, True
    return here, _runaway(here), MAX_ITERATIONS, False


def maximise(time: Floats, event: Floats, X: Floats, stratum: Integers, efron: float) -> Maximum:
    """Maximise the partial likelihood; rows sorted as `cox_kernels` needs them.

    Columns are centred and divided by their range for the search. The likelihood is monotone in a
    column when it has stopped rising (by 1e-9) but Newton's step still changes the log hazard ratio
    over the column's range by a tenth or more: towards infinity such steps never shrink.
    """
    spread = np.ptp(X, axis=0)
    kept_columns = np.ascontiguousarray((X - X.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))
    whole = _Likelihood(time, event, kept_columns, stratum, efron)
    aliased = _aliased(whole.at(np.zeros(X.shape[1])).information, spread, event.sum())
    kept = ~aliased
    likelihood = _Likelihood(time, event, np.ascontiguousarray(kept_columns[:, kept]), stratum, efron)
    null = likelihood.at(np.zeros(int(kept.sum())))
    top, moving, iterations, converged = _search(likelihood, null)
    p = X.shape[1]
    beta, variance = np.full(p, np.nan), np.full((p, p), np.nan)
    monotone = np.zeros(p, dtype=np.bool_)
    beta[kept] = top.beta / spread[kept]
    variance[np.ix_(kept, kept)] = _inverse(top.information) / np.outer(spread[kept], spread[kept])
    monotone[kept] = moving
    return Maximum(
        beta=beta,
        variance=variance,
        aliased=aliased,
        monotone=monotone,
        loglik_null=null.loglik,
        loglik=top.loglik,
        score_chi2=float(null.score @ null.step()),
        wald_chi2=float(top.beta @ top.information @ top.beta),
        iterations=iterations,
        converged=converged,
    )
