"""Two groups compared over time: hazard ratio, log-rank test, proportional hazards.

The direction is always written out: group "A vs B" has the hazard of A divided by that of B, so that
a ratio below 1 favours A. B, the reference, is the last of the arms that the comparison names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.analyse.factors import design_of, strata_of, strata_words
from trialwright.analyse.rows import NOT_ESTIMABLE, Cell
from trialwright.stats.cox import Ties, cox
from trialwright.stats.logrank import FlemingHarrington, logrank
from trialwright.stats.maxcombo import maxcombo
from trialwright.stats.proportional_hazards import proportional_hazards_test

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.analyse.times import Times
    from trialwright.stats.cox import CoxFit

UNSTRATIFIED = "unstratified"
STRATIFIED = "stratified"
ADJUSTED = "adjusted"
MONOTONE = "monotone likelihood"


@dataclass(frozen=True)
class Pair:
    """The times of two groups; the second is the reference."""

    first: str
    second: str
    times: Times
    is_first: NDArray[np.bool_]

    @classmethod
    def of(cls, times: Times, first: tuple[str, Sequence[str]], second: tuple[str, Sequence[str]]) -> Pair:
        """Take two groups, each a name and its subjects, out of the times of a population."""
        (name_1, subjects_1), (name_2, subjects_2) = first, second
        both = times.among({*subjects_1, *subjects_2})
        members = set(subjects_1)
        is_first = np.array([subject in members for subject in both.subjects], dtype=np.bool_)
        return cls(name_1, name_2, both, is_first)

    def among(self, subjects: Collection[str]) -> Pair:
        """Keep the subjects chosen."""
        chosen = set(subjects)
        keep = np.array([subject in chosen for subject in self.times.subjects], dtype=np.bool_)
        return Pair(self.first, self.second, self.times.among(chosen), self.is_first[keep])

    @property
    def label(self) -> str:
        """The group of the rows: first, then reference."""
        return pair_label(self.first, self.second)

    def obstacle(self) -> str:
        """Why a hazard ratio has no estimate, or ""."""
        for name, here in ((self.first, self.is_first), (self.second, ~self.is_first)):
            if not here.any():
                return f"no subjects in {name}"
        if not self.times.event.any():
            return "no events in either group"
        for name, here in ((self.first, self.is_first), (self.second, ~self.is_first)):
            if not self.times.event[here].any():
                return f"{MONOTONE}: no events in {name}"
        return ""


def pair_label(first: str, second: str) -> str:
    """Name a comparison: the reference stands last."""
    return f"{first} vs {second}"


def log_rank_rows(
    cell: Cell,
    pair: Pair,
    strata: NDArray[np.int64] | None,
    item: str,
    weight: FlemingHarrington,
) -> Iterator[Row]:
    """Give chi-square and p of the log-rank test; it needs an event and two groups, no more."""
    times = pair.times
    method = _method(_test_name(weight), strata)
    values: tuple[float | None, float | None] = (None, None)
    reason = pair.obstacle()
    if pair.is_first.any() and not pair.is_first.all():
        found = logrank(times.days, times.event, pair.is_first.astype(np.int64), strata=strata, weight=weight)
        values, reason = (found.chi2, found.p), found.reason
    for statistic, value in zip(("logrank_chi2", "logrank_p"), values, strict=True):
        yield cell.number(
            statistic,
            value,
            times.subjects,
            item=item,
            method=method,
            n=times.size,
            events=times.event_count,
            text=f"{NOT_ESTIMABLE}: {reason}" if reason else "",
        )


def max_combo_rows(cell: Cell, pair: Pair, strata: NDArray[np.int64] | None, item: str) -> Iterator[Row]:
    """Give the two-sided p of MaxCombo; it needs what the log-rank test needs."""
    times, value, reason = pair.times, None, pair.obstacle()
    method = _method("MaxCombo", strata)
    if pair.is_first.any() and not pair.is_first.all():
        found = maxcombo(times.days, times.event, pair.is_first.astype(np.int64), strata=strata)
        value, reason = found.p, found.reason
        if not reason:
            method += f", largest with weight ({found.largest.rho:g}, {found.largest.gamma:g})"
    yield cell.number(
        "maxcombo_p",
        value,
        times.subjects,
        item=item,
        method=method,
        n=times.size,
        events=times.event_count,
        text=f"{NOT_ESTIMABLE}: {reason}" if reason else "",
    )


def _test_name(weight: FlemingHarrington) -> str:
    if (weight.rho, weight.gamma) == (0, 0):
        return "log-rank"
    return f"log-rank, Fleming–Harrington weight ({weight.rho:g}, {weight.gamma:g})"


def _method(name: str, strata: NDArray[np.int64] | None) -> str:
    """The name of a test, with the number of strata."""
    return name if strata is None else f"{name}, {strata_words(strata)}"


@dataclass(frozen=True)
class Model:
    """One Cox model: what is in it beside the groups."""

    item: str
    strata: NDArray[np.int64] | None
    covariates: NDArray[np.float64]
    terms: tuple[str, ...]
    complete: NDArray[np.bool_]


def models_of(context: Context, pair: Pair, strata: Sequence[str], covariates: Sequence[str]) -> list[Model]:
    """Give the unstratified model, and those with strata and covariates where the study asks for them.

    The last of them is the one on which a verdict rests.
    """
    subjects = pair.times.subjects
    everyone = np.ones(len(subjects), dtype=np.bool_)
    nothing = np.empty((len(subjects), 0))
    found = [Model(UNSTRATIFIED, None, nothing, (), everyone)]
    numbers = strata_of(context, strata, subjects) if strata else None
    if strata:
        found.append(Model(STRATIFIED, numbers, nothing, (), everyone))
    if covariates:
        columns, terms, complete = design_of(context, covariates, subjects)
        varies = [k for k in range(len(terms)) if np.ptp(columns[complete, k]) > 0] if complete.any() else []
        kept = tuple(terms[k] for k in varies)
        found.append(Model(ADJUSTED, numbers, columns[:, varies], kept, complete))
    return found


def hazard_rows(cell: Cell, pair: Pair, model: Model, level: float) -> Iterator[Row]:
    """Hazard ratio with interval and Wald p, or why there is none, and what the fit warned of."""
    method = _method("Cox, Efron ties, Wald", model.strata)
    if model.terms:
        method += f", adjusted for {', '.join(model.terms)}"
    subjects = [one for one, whole in zip(pair.times.subjects, model.complete, strict=True) if whole]
    obstacle = pair.among(subjects).obstacle()
    warnings: tuple[str, ...] = (obstacle,) if obstacle.startswith(MONOTONE) else ()
    values: tuple[float | None, float | None] = (None, None)
    interval: tuple[float | None, float | None] = (None, None)
    if not obstacle:
        fit = fit_of(pair, model, level)
        warnings = fit.warnings
        if fit.aliased[0] or fit.monotone[0] or not fit.converged:
            obstacle = "; ".join(fit.warnings)
        else:
            values, interval = (fit.hr[0], fit.p[0]), (fit.low[0], fit.high[0])
    text = f"{NOT_ESTIMABLE}: {obstacle}" if obstacle else ""
    limits = {"hazard_ratio": (interval, level), "hazard_ratio_p": ((None, None), None)}
    for value, (statistic, (bounds, at)) in zip(values, limits.items(), strict=True):
        yield cell.number(
            statistic,
            value,
            subjects,
            item=model.item,
            interval=bounds,
            level=at,
            method=method,
            n=len(subjects),
            events=int(pair.times.event[model.complete].sum()),
            text=text,
        )
    if warnings:
        yield cell.statement("warning", "; ".join(warnings), item=f"hazard ratio, {model.item}")


def fit_of(pair: Pair, model: Model, level: float) -> CoxFit:
    """Fit the model to the subjects who have every covariate; the group is the first column."""
    keep = model.complete
    columns = np.column_stack((pair.is_first.astype(np.float64), model.covariates))[keep]
    return cox(
        pair.times.days[keep],
        pair.times.event[keep],
        columns,
        strata=None if model.strata is None else model.strata[keep],
        ties=Ties.EFRON,
        names=(pair.label, *model.terms),
        level=level,
    )


def proportionality_row(cell: Cell, pair: Pair, level: float) -> Row | None:
    """Test the unstratified group effect for proportional hazards; None where there is no fit."""
    if pair.obstacle():
        return None
    everyone = np.ones(pair.times.size, dtype=np.bool_)
    fit = fit_of(pair, Model(UNSTRATIFIED, None, np.empty((pair.times.size, 0)), (), everyone), level)
    if fit.aliased[0] or fit.monotone[0] or not fit.converged:
        return None
    found = proportional_hazards_test(fit).overall
    return cell.number(
        "proportional_hazards_p",
        found.p,
        pair.times.subjects,
        n=pair.times.size,
        events=pair.times.event_count,
        method="score test of Grambsch and Therneau, Kaplan–Meier time",
        text=f"{NOT_ESTIMABLE}: {found.reason}" if found.reason else "",
    )
