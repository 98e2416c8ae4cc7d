"""Two groups compared over time: hazard ratio, log-rank test, proportional hazards.

The direction is always written out: group "A vs B" has the hazard of A divided by that of B, so that
a ratio below 1 favours A. B, the reference, is the last of the arms that the comparison names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.analyse.factors import design_of, strata_of
from trialwright.analyse.rows import NOT_ESTIMABLE, Cell
from trialwright.stats.cox import Ties, cox, proportional_hazards_test
from trialwright.stats.logrank import logrank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def log_rank_rows(cell: Cell, pair: Pair, strata: NDArray[np.int64] | None, item: str) -> Iterator[Row]:
    """Give chi-square and p of the log-rank test; it needs an event and two groups, no more."""
    times = pair.times
    facts = {"n": times.size, "item": item, "method": _method("log-rank", strata)}
    if not pair.is_first.any() or pair.is_first.all() or not times.event.any():
        for statistic in ("logrank_chi2", "logrank_p"):
            text = f"{NOT_ESTIMABLE}: {pair.obstacle()}"
            yield cell.statement(statistic, text, times.subjects, **facts)
        return
    found = logrank(times.days, times.event, pair.is_first.astype(np.int64), strata=strata)
    why = f"{NOT_ESTIMABLE}: the groups are never at risk together"
    for statistic, value in (("logrank_chi2", found.chi2), ("logrank_p", found.p)):
        text = "" if np.isfinite(value) else why
        yield cell.number(statistic, value, times.subjects, events=times.event_count, text=text, **facts)


def _method(name: str, strata: NDArray[np.int64] | None) -> str:
    """The name of a test, with the number of strata."""
    return name if strata is None else f"{name}, {np.unique(strata).size} strata"


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
    times = pair.times
    facts = {"n": int(model.complete.sum()), "item": model.item}
    method = _method("Cox, Efron ties, Wald", model.strata)
    if model.terms:
        method += f", adjusted for {', '.join(model.terms)}"
    obstacle = pair.obstacle()
    fit = None if obstacle else fit_of(pair, model, level)
    if fit is not None and (fit.warnings or not fit.converged):
        obstacle = "; ".join(fit.warnings) or "the Cox model did not converge"
    if fit is None or obstacle:
        for statistic in ("hazard_ratio", "hazard_ratio_p"):
            text = f"{NOT_ESTIMABLE}: {obstacle}"
            yield cell.statement(statistic, text, times.subjects, method=method, **facts)
        if times.event.any():
            yield cell.statement("warning", obstacle, item=f"hazard ratio, {model.item}")
        return
    subjects = [one for one, whole in zip(times.subjects, model.complete, strict=True) if whole]
    shared = {"method": method, "events": int(times.event[model.complete].sum()), **facts}
    interval = (float(fit.low[0]), float(fit.high[0]))
    yield cell.number("hazard_ratio", float(fit.hr[0]), subjects, interval=interval, level=level, **shared)
    yield cell.number("hazard_ratio_p", float(fit.p[0]), subjects, **shared)


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
    model = Model(UNSTRATIFIED, None, np.empty((pair.times.size, 0)), (), everyone)
    fit = fit_of(pair, model, level)
    if fit.warnings or not fit.converged:
        return None
    found = proportional_hazards_test(fit)
    return cell.number(
        "proportional_hazards_p",
        found.p,
        pair.times.subjects,
        n=pair.times.size,
        events=pair.times.event_count,
        method="scaled Schoenfeld residuals, Kaplan–Meier time",
        text="" if np.isfinite(found.p) else f"{NOT_ESTIMABLE}: too few events",
    )
