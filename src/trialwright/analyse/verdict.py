"""The answer to the question of a comparison: an interval held against a stated margin, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NOT_JUDGED = "not judged"
_MOST_DECIMALS = 8


class Question(StrEnum):
    """What a comparison asks."""

    NON_INFERIOR = "non-inferiority"
    SUPERIOR = "superiority"
    EQUIVALENT = "equivalence"


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of a hazard ratio or of a difference in rates; None where it has no estimate."""

    low: float | None
    high: float | None


def judge_hazard_ratio(question: Question, bounds: Bounds, margin: float | None) -> str:
    """Judge a hazard ratio (first group against reference; below 1 favours the first group).

    Non-inferiority is shown when the upper limit is below the margin, superiority when it is below 1,
    equivalence when the interval lies between 1 / margin and margin. Without a margin or an interval
    there is no verdict.

    >>> judge_hazard_ratio(Question.NON_INFERIOR, Bounds(0.61, 2.91), 1.3)
    'upper limit 2.91 exceeds the margin 1.30: non-inferiority not shown'
    """
    if question is not Question.SUPERIOR and margin is None:
        return _without_margin(question)
    if bounds.low is None or bounds.high is None:
        return f"{NOT_JUDGED}: the hazard ratio has no estimate"
    if question is Question.EQUIVALENT and margin is not None:
        inside = 1 / margin < bounds.low and bounds.high < margin
        return _within(question, bounds, (1 / margin, margin), shown=inside)
    limit = 1.0 if margin is None or question is Question.SUPERIOR else margin
    named = f"{limit:.2f}" if question is Question.SUPERIOR else f"the margin {limit:.2f}"
    return _upper(question, bounds.high, limit, named)


def judge_rate_difference(question: Question, bounds: Bounds, margin: float | None) -> str:
    """Judge a difference in rates (first group minus reference; above 0 favours the first group).

    The margin is a positive proportion: non-inferiority is shown when the lower limit is above −margin.

    >>> judge_rate_difference(Question.NON_INFERIOR, Bounds(-0.18, 0.26), 0.2)
    'lower limit −18.0 % is above the margin −20.0 %: non-inferiority shown'
    """
    if question is not Question.SUPERIOR and margin is None:
        return _without_margin(question)
    if bounds.low is None or bounds.high is None:
        return f"{NOT_JUDGED}: the difference has no estimate"
    if question is Question.EQUIVALENT and margin is not None:
        inside = -margin < bounds.low and bounds.high < margin
        percents = Bounds(100 * bounds.low, 100 * bounds.high)
        return _within(question, percents, (-100 * margin, 100 * margin), shown=inside, unit=" %")
    limit = 0.0 if margin is None or question is Question.SUPERIOR else -margin
    named = _percent(limit) if question is Question.SUPERIOR else f"the margin {_percent(limit)}"
    relation = "is above" if bounds.low > limit else "equals" if bounds.low == limit else "is below"
    outcome = "shown" if bounds.low > limit else "not shown"
    low = _apart(100 * bounds.low, 100 * limit, decimals=1)
    return f"lower limit {low} % {relation} {named}: {question} {outcome}".replace(" -", " −")


def _without_margin(question: Question) -> str:
    """No margin, no verdict: a wide interval that holds 1 is no proof of anything."""
    return f"{NOT_JUDGED}: the study states no margin, without which {question} cannot be shown"


def _upper(question: Question, high: float, limit: float, named: str) -> str:
    relation = "is below" if high < limit else "equals" if high == limit else "exceeds"
    outcome = "shown" if high < limit else "not shown"
    return f"upper limit {_apart(high, limit, decimals=2)} {relation} {named}: {question} {outcome}"


def _within(
    question: Question, bounds: Bounds, limits: tuple[float, float], *, shown: bool, unit: str = ""
) -> str:
    relation, outcome = ("lies within", "shown") if shown else ("does not lie within", "not shown")
    interval = f"{bounds.low:.2f}{unit} to {bounds.high:.2f}{unit}"
    return (
        f"interval {interval} {relation} {limits[0]:.2f}{unit} to {limits[1]:.2f}{unit}: {question} {outcome}"
    )


def _apart(value: float, limit: float, *, decimals: int) -> str:
    """Write a number with these decimals, or with as many as tell it from the limit."""
    for places in range(decimals, _MOST_DECIMALS):
        text = f"{value:.{places}f}"
        if float(text) != limit or value == limit:
            return text
    return f"{value}"


def _percent(value: float) -> str:
    """Write a proportion as percent with a true minus sign."""
    return f"{100 * value:.1f} %".replace("-", "−")
