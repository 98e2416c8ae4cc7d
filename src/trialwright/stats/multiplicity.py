"""P-values of a family of tests, adjusted for their number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialwright.stats.inputs import Floats, refuse_where


def _family(p: npt.ArrayLike) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    refuse_where(
        lambda v: ~((v >= 0.0) & (v <= 1.0)),
        values,
        "p",
        expected="p-values between 0 and 1",
        remedy="leave out the tests that could not be done, and say so",
    )
    return values


def holm(p: npt.ArrayLike) -> Floats:
    """Adjust so that the chance of any false positive in the family stays below the level.

    Raises:
        ArgumentError: a value is not a probability.

    Source: Holm (1979).

    Examples:
        >>> [round(one, 6) for one in holm([0.01, 0.04, 0.03]).tolist()]
        [0.03, 0.06, 0.06]
    """
    values = _family(p)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjust so that the expected share of false positives among the positives stays below the level.

    Raises:
        ArgumentError: a value is not a probability.

    Source: Benjamini and Hochberg (1995).

    Examples:
        >>> [round(one, 6) for one in benjamini_hochberg([0.01, 0.04, 0.03]).tolist()]
        [0.03, 0.04, 0.04]
    """
    values = _family(p)
    order = np.argsort(-values, kind="stable")
    share = values.size / np.arange(values.size, 0, -1)
    steps = np.minimum.accumulate(values[order] * share)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
