"""Do hazard ratios change over time? The score test of Grambsch and Therneau."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from trialwright.errors import ArgumentError
from trialwright.stats.cox import CoxFit, Ties
from trialwright.stats.cox_kernels import time_interaction_score
from trialwright.stats.estimate import ChiSquareTest
from trialwright.stats.special import chi2_sf
from trialwright.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.stats.inputs import Floats

SINGULAR = 1e-12


class TimeScale(StrEnum):
    """The function of time with which a coefficient may change."""

    KM = "km"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class ProportionalHazardsTest:
    """A test per term (one covariate, or all columns of a factor), and one for all together."""

    terms: dict[str, ChiSquareTest]
    overall: ChiSquareTest
    scale: TimeScale


def _clock(fit: CoxFit, scale: TimeScale) -> Floats:
    """Transformed time of each row, centred at its mean over events; km is 1 − S(t−) of all subjects."""
    times = fit.data.time
    if scale is TimeScale.KM:
        curve = kaplan_meier(times, fit.data.event, tolerance=0.0)
        before = np.searchsorted(curve.time, times, side="left")
        times = 1.0 - np.concatenate(([1.0], curve.survival))[before]
    centred: Floats = times - times[fit.data.event > 0.0].mean()
    return centred


def _score_test(score: Floats, information: Floats, columns: list[int], name: str) -> ChiSquareTest:
    p = len(score)
    kept = [*range(p), *(p + j for j in columns)]
    matrix = information[np.ix_(kept, kept)]
    excess = np.concatenate((np.zeros(p), score[columns]))
    scale = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(scale, scale) if (scale > 0.0).all() else np.zeros_like(matrix)
    if np.linalg.eigvalsh(scaled)[0] <= SINGULAR:
        reason = "events at too few times to tell a change of the hazard ratio"
        return ChiSquareTest(np.nan, len(columns), np.nan, name, reason)
    standardised = excess / scale
    chi2 = float(standardised @ np.linalg.solve(scaled, standardised))
    return ChiSquareTest(chi2, len(columns), chi2_sf(chi2, len(columns)), name)


def proportional_hazards_test(
    fit: CoxFit,
    *,
    scale: TimeScale = TimeScale.KM,
    terms: Mapping[str, Sequence[str]] | None = None,
) -> ProportionalHazardsTest:
    """Score test that coefficients do not change with time: R's cox.zph of survival 3 and later.

    `terms` gathers columns by name into one term ({"celltype": ["celltype: large", …]}); otherwise
    every column is its own. Columns without a coefficient take no part.

    Raises:
        ArgumentError: a term names a column that the fit does not have, or the likelihood is monotone.

    Source: Grambsch and Therneau (1994); Therneau, survival package, vignette "cox.zph".
    """
    if fit.monotone.any():
        raise ArgumentError.at(
            "fit", "the likelihood is monotone", expected="finite coefficients", remedy="leave the column out"
        )
    kept = np.flatnonzero(~fit.aliased)
    position = {fit.names[column]: k for k, column in enumerate(kept)}
    wanted = terms if terms is not None else {name: [name] for name in fit.names}
    for name in (name for columns in wanted.values() for name in columns):
        if name not in fit.names:
            raise ArgumentError.at("terms", repr(name), expected=f"one of {', '.join(fit.names)}")
    X = fit.data.X[:, kept] - fit.data.X[:, kept].mean(axis=0)
    score, information = time_interaction_score(
        fit.data.time,
        fit.data.event,
        np.ascontiguousarray(X),
        fit.data.stratum,
        fit.beta[kept],
        _clock(fit, scale),
        1.0 if fit.ties is Ties.EFRON else 0.0,
    )
    columns = {term: [position[n] for n in names if n in position] for term, names in wanted.items()}
    tests = {term: _score_test(score, information, held, term) for term, held in columns.items() if held}
    overall = _score_test(score, information, list(range(len(kept))), "overall")
    return ProportionalHazardsTest(tests, overall, scale)
