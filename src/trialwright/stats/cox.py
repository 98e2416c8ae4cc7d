"""Cox's proportional-hazards model: Efron or Breslow ties, strata, covariates; Wald, score and LR tests."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.cox_newton import Maximum, maximise
from trialwright.stats.estimate import ChiSquareTest
from trialwright.stats.inputs import (
    TIE_TOLERANCE,
    Flags,
    Floats,
    Integers,
    check_level,
    labels,
    merge_ties,
    times_and_events,
)
from trialwright.stats.special import chi2_sf, normal_isf, normal_two_sided

if TYPE_CHECKING:
    from collections.abc import Sequence


class Ties(StrEnum):
    """How events at the same time share the risk set."""

    EFRON = "efron"
    BRESLOW = "breslow"


@dataclass(frozen=True, eq=False)
class CoxData:
    """Checked input of a fit, sorted by stratum and then by descending time; X is as given."""

    time: Floats
    event: Floats
    X: Floats
    stratum: Integers


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model; one entry per column of X, in its order and unit.

    A coefficient that the data cannot give is never silent: `aliased` columns (constant within strata,
    or a combination of others) are nan; where the likelihood is `monotone` in a column, its beta is
    where the likelihood stopped rising, on its way to ±infinity. Each has a sentence in `warnings`;
    `score_test` and `lr_test` stay valid. `loglik_null` is at beta = 0.
    """

    names: tuple[str, ...]
    beta: Floats
    se: Floats
    hr: Floats
    low: Floats
    high: Floats
    z: Floats
    p: Floats
    variance: Floats
    aliased: Flags
    monotone: Flags
    loglik_null: float
    loglik: float
    score_test: ChiSquareTest
    wald_test: ChiSquareTest
    lr_test: ChiSquareTest
    n: int
    events: int
    level: float
    ties: Ties
    iterations: int
    converged: bool
    warnings: tuple[str, ...]
    data: CoxData = field(repr=False)


def _matrix(X: npt.ArrayLike, n: int) -> Floats:
    try:
        matrix = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError.at("X", f"not numeric ({error})", expected="a matrix of numbers") from error
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.shape[:1] != (n,) or matrix.ndim != 2 or matrix.shape[1] == 0:  # noqa: PLR2004
        raise ArgumentError.at("X", f"shape {matrix.shape}", expected=f"{n} rows and at least one column")
    if not np.isfinite(matrix).all():
        row, column = (int(i[0]) for i in np.nonzero(~np.isfinite(matrix)))
        raise ArgumentError.at(
            f"X, row {row}, column {column}",
            f"{matrix[row, column]}",
            expected="finite numbers",
            remedy="fit the subjects whose covariates are known, and say how many are left out",
        )
    return matrix


def _names(names: Sequence[str] | None, p: int) -> tuple[str, ...]:
    chosen = tuple(names) if names is not None else tuple(f"x{j + 1}" for j in range(p))
    if len(chosen) != p:
        raise ArgumentError.at("names", f"{len(chosen)} names", expected=f"one for each of {p} columns")
    return chosen


def prepare(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    X: npt.ArrayLike,
    strata: npt.ArrayLike | None,
    tolerance: float,
) -> CoxData:
    """Check and sort the input of a Cox model.

    Raises:
        ArgumentError: as `cox`.
    """
    times, events = times_and_events(time, event)
    matrix = _matrix(X, times.size)
    if not events.any():
        raise ArgumentError.at(
            "event", "no events", expected="at least one", remedy="report the curve without a hazard ratio"
        )
    codes = (
        labels(strata, times.size, "strata")[0]
        if strata is not None
        else np.zeros(times.size, dtype=np.int64)
    )
    merged = merge_ties(times, tolerance)
    order = np.lexsort((-merged, codes))
    return CoxData(merged[order], events[order], np.ascontiguousarray(matrix[order]), codes[order])


def _warnings(found: Maximum, names: tuple[str, ...]) -> tuple[str, ...]:
    texts = [
        f"{name}: no coefficient: the column is constant within strata where events happen, "
        "or a combination of other columns"
        for name, flag in zip(names, found.aliased, strict=True)
        if flag
    ]
    texts += [
        f"{name}: the likelihood is monotone: its coefficient goes to "
        f"{'+' if beta > 0 else '−'}infinity, and hazard ratio, standard error and Wald test mean nothing; "
        "use the score or likelihood-ratio test"
        for name, flag, beta in zip(names, found.monotone, found.beta, strict=True)
        if flag
    ]
    if not found.converged:
        texts.append(f"the likelihood did not converge in {found.iterations} iterations")
    return tuple(texts)


def _test(chi2: float, df: int, method: str) -> ChiSquareTest:
    if df == 0:
        return ChiSquareTest(math.nan, 0, math.nan, method, "no column has a coefficient")
    return ChiSquareTest(chi2, df, chi2_sf(chi2, df), method)


def cox(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    ties: Ties = Ties.EFRON,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    tolerance: float = TIE_TOLERANCE,
) -> CoxFit:
    """Fit Cox's model by Newton's method, iterated until the step vanishes in double precision.

    X has a row per subject and a column per covariate (text: see `coding.treatment_coding`). Times that
    differ by less than `tolerance` are tied (see `merge_ties`).

    Raises:
        ArgumentError: as `kaplan_meier`; no events; X not finite or of the wrong shape.

    Source: Cox (1972); Efron (1977); Breslow (1974).

    Examples:
        >>> fit = cox([1, 2, 3, 4, 5, 6], [1] * 6, [0, 1, 0, 1, 1, 0], ties=Ties.BRESLOW)
        >>> fit.converged, fit.events
        (True, 6)
    """
    check_level(level)
    data = prepare(time, event, X, strata, tolerance)
    columns = _names(names, data.X.shape[1])
    found = maximise(data.time, data.event, data.X, data.stratum, 1.0 if ties is Ties.EFRON else 0.0)
    with np.errstate(invalid="ignore"):
        se = np.sqrt(np.diag(found.variance))
    margin = normal_isf((1.0 - level) / 2.0) * se
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        z = found.beta / se
        hr, low, high = np.exp(found.beta), np.exp(found.beta - margin), np.exp(found.beta + margin)
    df = int((~found.aliased).sum())
    return CoxFit(
        names=columns,
        beta=found.beta,
        se=se,
        hr=hr,
        low=low,
        high=high,
        z=z,
        p=np.array([normal_two_sided(value) for value in z]),
        variance=found.variance,
        aliased=found.aliased,
        monotone=found.monotone,
        loglik_null=found.loglik_null,
        loglik=found.loglik,
        score_test=_test(found.score_chi2, df, "score"),
        wald_test=_test(found.wald_chi2, df, "Wald"),
        lr_test=_test(2.0 * (found.loglik - found.loglik_null), df, "likelihood ratio"),
        n=data.time.size,
        events=int(data.event.sum()),
        level=level,
        ties=ties,
        iterations=found.iterations,
        converged=found.converged,
        warnings=_warnings(found, columns),
        data=data,
    )
