"""The partial likelihood of Cox's model and its derivatives over flat arrays, Efron or Breslow ties.

Rows come sorted by stratum, then by descending time, so that the risk set only grows within a stratum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats, Integers


@kernel
def block_end(time: Floats, stratum: Integers, start: int) -> int:
    """One past the last row that shares time and stratum with row `start`."""
    end = start + 1
    while end < time.size and stratum[end] == stratum[start] and time[end] == time[start]:
        end += 1
    return end


@kernel
def linear_predictor(X: Floats, beta: Floats) -> Floats:
    """X β, term by term: numba's own product would need SciPy at run time."""
    eta = np.zeros(X.shape[0])
    for row in range(X.shape[0]):
        for a in range(beta.size):
            eta[row] += X[row, a] * beta[a]
    return eta


@kernel
def add_row(X: Floats, row: int, weight: float, first: Floats, second: Floats) -> None:
    """Add weight · x and weight · x xᵀ (lower triangle) of one row to running sums."""
    for a in range(first.size):
        part = weight * X[row, a]
        first[a] += part
        for b in range(a + 1):
            second[a, b] += part * X[row, b]


@kernel
def partial_likelihood(
    time: Floats, event: Floats, X: Floats, stratum: Integers, beta: Floats, efron: float
) -> tuple[float, Floats, Floats]:
    """Log partial likelihood, score and observed information at beta; `efron` is 1, or 0 for Breslow."""
    n, p = X.shape
    eta = linear_predictor(X, beta)
    eta -= eta.max()
    loglik = 0.0
    score = np.zeros(p)
    information = np.zeros((p, p))
    risk, risk_x, risk_xx = 0.0, np.zeros(p), np.zeros((p, p))
    tied_x, tied_xx = np.zeros(p), np.zeros((p, p))
    mean = np.zeros(p)
    i = 0
    while i < n:
        if i == 0 or stratum[i] != stratum[i - 1]:
            risk = 0.0
            risk_x[:] = 0.0
            risk_xx[:] = 0.0
        end = block_end(time, stratum, i)
        tied, deaths = 0.0, 0
        tied_x[:] = 0.0
        tied_xx[:] = 0.0
        for row in range(i, end):
            weight = np.exp(eta[row])
            risk += weight
            add_row(X, row, weight, risk_x, risk_xx)
            if event[row] > 0.0:
                deaths += 1
                loglik += eta[row]
                for a in range(p):
                    score[a] += X[row, a]
        if deaths > 1:
            for row in range(i, end):
                if event[row] > 0.0:
                    tied += np.exp(eta[row])
                    add_row(X, row, np.exp(eta[row]), tied_x, tied_xx)
        for k in range(deaths):
            share = efron * k / deaths
            total = risk - share * tied
            loglik -= np.log(total)
            for a in range(p):
                mean[a] = (risk_x[a] - share * tied_x[a]) / total
                score[a] -= mean[a]
                for b in range(a + 1):
                    information[a, b] += (risk_xx[a, b] - share * tied_xx[a, b]) / total - mean[a] * mean[b]
        i = end
    for a in range(p):
        for b in range(a):
            information[b, a] = information[a, b]
    return loglik, score, information


@kernel
def time_interaction_score(
    time: Floats,
    event: Floats,
    X: Floats,
    stratum: Integers,
    beta: Floats,
    clock: Floats,
    efron: float,
) -> tuple[Floats, Floats]:
    """Score of X · clock(t) and information of (X, X · clock(t)) at beta and no interaction.

    `clock` is the transformed, centred time of each row; rows as in `partial_likelihood`.
    """
    n, p = X.shape
    eta = linear_predictor(X, beta)
    eta -= eta.max()
    score = np.zeros(p)
    information = np.zeros((2 * p, 2 * p))
    risk, risk_x, risk_xx = 0.0, np.zeros(p), np.zeros((p, p))
    tied_x, tied_xx = np.zeros(p), np.zeros((p, p))
    mean = np.zeros(p)
    i = 0
    while i < n:
        if i == 0 or stratum[i] != stratum[i - 1]:
            risk = 0.0
            risk_x[:] = 0.0
            risk_xx[:] = 0.0
        end = block_end(time, stratum, i)
        tied, deaths = 0.0, 0
        tied_x[:] = 0.0
        tied_xx[:] = 0.0
        now = clock[i]
        for row in range(i, end):
            weight = np.exp(eta[row])
            risk += weight
            add_row(X, row, weight, risk_x, risk_xx)
            if event[row] > 0.0:
                deaths += 1
                for a in range(p):
                    score[a] += now * X[row, a]
        if deaths > 1:
            for row in range(i, end):
                if event[row] > 0.0:
                    tied += np.exp(eta[row])
                    add_row(X, row, np.exp(eta[row]), tied_x, tied_xx)
        for k in range(deaths):
            share = efron * k / deaths
            total = risk - share * tied
            for a in range(p):
                mean[a] = (risk_x[a] - share * tied_x[a]) / total
                score[a] -= now * mean[a]
                for b in range(a + 1):
                    moment = (risk_xx[a, b] - share * tied_xx[a, b]) / total - mean[a] * mean[b]
                    information[a, b] += moment
                    information[p + a, b] += now * moment
                    information[p + a, p + b] += now * now * moment
        i = end
    for a in range(p):
        for b in range(a):
            information[b, a] = information[a, b]
            information[p + b, a] = information[p + a, b]
            information[p + b, p + a] = information[p + a, p + b]
    for a in range(p):
        for b in range(p):
            information[b, p + a] = information[p + a, b]
    return score, information
