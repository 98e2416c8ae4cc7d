"""The answer to the question of a comparison, in plain words; never without what the study file states.

Non-inferiority is an interval held against a margin: a p-value that is not small shows nothing.
Superiority is the p-value of the stated test, and the direction of the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

NOT_JUDGED = "not judged"
WITHOUT_MARGIN = f"{NOT_JUDGED}: the study states no margin, without which non-inferiority cannot be shown"
_MOST_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of a hazard ratio or of a difference in rates; None where it has no estimate."""

    low: float | None
    high: float | None


def non_inferior_hazard(bounds: Bounds, margin: float | None) -> str:
    """Judge a hazard ratio (first group against reference; below 1 favours the first group).

    Non-inferiority is shown when the upper limit is below the margin.

    >>> non_inferior_hazard(Bounds(0.61, 2.91), 1.3)
    'upper limit 2.91 exceeds the margin 1.30: non-inferiority not shown'
    """
    if margin is None:
        return WITHOUT_MARGIN
    if bounds.high is None:
        return f"{NOT_JUDGED}: the hazard ratio has no upper limit"
    relation = "is below" if bounds.high < margin else "equals" if bounds.high == margin else "exceeds"
    outcome = "shown" if bounds.high < margin else "not shown"
    high = _apart(bounds.high, margin, decimals=2)
    return f"upper limit {high} {relation} the margin {margin:.2f}: non-inferiority {outcome}"


def non_inferior_rate(bounds: Bounds, margin: float | None) -> str:
    """Judge a difference in rates (first group minus reference; above 0 favours the first group).

    The margin is a positive proportion: non-inferiority is shown when the lower limit is above −margin.

    >>> non_inferior_rate(Bounds(-0.18, 0.26), 0.2)
    'lower limit −18.0 % is above the margin −20.0 %: non-inferiority shown'
    """
    if margin is None:
        return WITHOUT_MARGIN
    if bounds.low is None:
        return f"{NOT_JUDGED}: the difference in rates has no lower limit"
    limit = -margin
    relation = "is above" if bounds.low > limit else "equals" if bounds.low == limit else "is below"
    outcome = "shown" if bounds.low > limit else "not shown"
    low = _apart(100 * bounds.low, 100 * limit, decimals=1)
    text = f"lower limit {low} % {relation} the margin {100 * limit:.1f} %: non-inferiority {outcome}"
    return text.replace(" -", " −")


def superior(test: str, p: float | None, alpha: float, *, favours_first: bool) -> str:
    """Judge superiority of the first group by the two-sided p of the stated test.

    >>> superior("log-rank", 0.469, 0.05, favours_first=False)
    'log-rank p 0.469 is not below 0.05: superiority not shown'
    """
    if p is None:
        return f"{NOT_JUDGED}: the test ({test}) has no p-value"
    if p >= alpha:
        return f"{test} p {_apart(p, alpha, decimals=3)} is not below {alpha:g}: superiority not shown"
    small = f"{test} p {_apart(p, alpha, decimals=3)} is below {alpha:g}"
    if favours_first:
        return f"{small} and the estimate favours the first group: superiority shown"
    return f"{small}, but the estimate favours the reference group: superiority not shown"


def _apart(value: float, limit: float, *, decimals: int) -> str:
    """Write a number with these decimals, or with as many as tell it from the limit."""
    for places in range(decimals, _MOST_DECIMALS):
        text = f"{value:.{places}f}"
        if float(text) != limit or value == limit:
            return text
    return f"{value}"
