"""The chapter on cohorts that are judged together: what borrowing gains, and the error that it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.cohort_setup import exnex, hierarchical, independent, pooled
from trialwright.design.figures import Axis, Curve, Guide, curves, percent_axis
from trialwright.errors import ArgumentError
from trialwright.protocol.size_plan import SingleStagePlan, TwoStagePlan
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.cohort_design import (
    EachCohort,
    calibrated,
    courses,
    judge_scenarios,
    usual_scenarios,
)
from trialwright.stats.cohort_models import Cohort
from trialwright.stats.cohort_outlook import MOST_COHORTS, CohortDesign, Enumeration, Simulation, usual_effort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trialwright.design.chapters_rate import RatePage
    from trialwright.design.ledger import Book
    from trialwright.protocol.study import Study
    from trialwright.stats.cohort_design import CohortCourse
    from trialwright.stats.cohort_models import Model
    from trialwright.stats.cohort_outlook import Effort, Rates

TRIALS = 20_000
STEPS = 40
MODELS: tuple[tuple[str, Callable[[Sequence[Cohort]], Model]], ...] = (
    ("Each alone", independent),
    ("EXNEX", exnex),
    ("Hierarchical", hierarchical),
    ("Pooled", pooled),
)
COHORT = "cohort"
MOST_DRAWN = 20_000
WAYS = (
    "A cohort may be judged alone, or borrow from the others: by a hierarchical model (Berry 2013), by EXNEX,"
    " where each cohort belongs to the others with a prior probability of one half (Neuenschwander 2016), or"
    " by pooling. It is called active where the posterior probability that its rate exceeds the null is above"
    " one threshold for all cohorts, chosen for each model so that no type I error exceeds {alpha:g} where"
    " all cohorts are at their null."
)
STATED = "as the study file states in its section on the design"
UNSTATED = "no hypotheses are stated: the rate seen, and the largest that the size rules out at it"
INFLATED = (
    "Borrowing raises the error where cohorts differ: with all others at the rate worth finding, cohort {}"
    " without effect is called active in: {}. The level of {} holds only where all are at their null."
)
NO_THRESHOLD = "No threshold keeps {:g} with so few subjects, and so nothing would ever be found: {}."


@dataclass(frozen=True)
class CohortsPage:
    """The cohorts by name, alpha for each, and the seed where outcomes are too many to enumerate.

    `source` says in words where the rates come from.
    """

    names: tuple[str, ...]
    cohorts: tuple[Cohort, ...]
    alpha: float
    source: str
    book: Book
    seed: int

    def effort(self, design: CohortDesign) -> Effort:
        """Exact where possible."""
        return usual_effort(design, Simulation(TRIALS, self.seed))

    @property
    def nulls(self) -> Rates:
        """The rates that are too low."""
        return tuple(one.null for one in self.cohorts)

    @property
    def smallest(self) -> int:
        """The place of the cohort with fewest subjects: it borrows most."""
        return min(range(len(self.cohorts)), key=lambda k: self.cohorts[k].subjects)


@dataclass(frozen=True)
class Compared:
    """One model with its threshold, and what it does in each scenario."""

    name: str
    design: CohortDesign
    threshold: float
    courses: tuple[CohortCourse, ...]


def cohorts_page(study: Study, by: str | None, page: RatePage, seed: int) -> CohortsPage | None:
    """What the chapter is about; none unless the endpoint is read by cohorts whose sizes are planned."""
    sizes = [one.size for one in study.cohorts.values()]
    if by != COHORT or not 1 < len(sizes) <= MOST_COHORTS or None in sizes:
        return None
    plan, cohorts = study.size_plan, []
    for name, one in study.cohorts.items():
        null, target = page.question
        if isinstance(plan, SingleStagePlan | TwoStagePlan):
            rates = plan.rates_of(name)
            null, target = rates.null_rate, rates.target_rate
        if not null < target:
            return None
        cohorts.append(Cohort(one.size or 0, null, target))
    source = STATED if page.inputs.hypotheses else UNSTATED
    return CohortsPage(tuple(study.cohorts), tuple(cohorts), page.alpha, source, page.book, seed)


def borrowing(page: CohortsPage) -> blocks.Section:
    """Which model finds what, scenario by scenario, with one threshold a model."""
    designs = [(name, CohortDesign(page.cohorts, make(page.cohorts))) for name, make in MODELS]
    scenarios = usual_scenarios(designs[0][1])
    tried = {name: _compare(page, name, design, scenarios) for name, design in designs}
    compared = [one for one in tried.values() if one is not None]
    without = [name for name, one in tried.items() if one is None]
    parts: list[blocks.Block] = [blocks.Prose(_introduction(page))]
    if without:
        parts.append(blocks.Prose(NO_THRESHOLD.format(page.alpha, ", ".join(without))))
    if compared:
        parts.append(blocks.Prose(_inflation(page, compared)))
        parts.append(_active_table(page, scenarios, compared))
        parts.append(_estimate_table(page, scenarios, compared))
        if Enumeration.states(compared[0].design) <= MOST_DRAWN:
            parts += [_curves(page, compared, other) for other in ("target", "null")]
    return blocks.Section("borrowing", "Borrowing between the cohorts", tuple(parts))


def _compare(
    page: CohortsPage, name: str, design: CohortDesign, scenarios: Sequence[Rates]
) -> Compared | None:
    effort = page.effort(design)
    null = judge_scenarios(design, [page.nulls], effort)
    try:
        threshold = calibrated(null, page.alpha, EachCohort())
    except ArgumentError:  # cohorts too small for this alpha: a fact to report, not the end of it
        return None
    return Compared(name, design, threshold, courses(judge_scenarios(design, scenarios, effort), threshold))


def _how(page: CohortsPage, one: Compared) -> str:
    trials = one.courses[0].trials
    how = f"{trials:,} simulated trials" if trials else "exact, all outcomes enumerated"
    return (
        f"{one.name}: active where P(rate > null) > {one.threshold:g},"
        f" alpha {page.alpha:g} where all cohorts are at their null; {how}"
    )


def _introduction(page: CohortsPage) -> str:
    each = "; ".join(
        f"cohort {name}: {one.subjects} subjects, {fmt.percent(one.null, 0)} too low,"
        f" {fmt.percent(one.target, 0)} worth finding"
        for name, one in zip(page.names, page.cohorts, strict=True)
    )
    return f"{each[0].upper()}{each[1:]} ({page.source}). {WAYS.format(alpha=page.alpha)}"


def _rates(rates: Rates) -> str:
    return ", ".join(fmt.percent(p, 0) for p in rates)


def _inflation(page: CohortsPage, compared: Sequence[Compared]) -> Markup:
    """What a cohort without effect costs beside active ones."""
    k = page.smallest
    words = []
    for one in compared:
        beside = next(
            course
            for course in one.courses
            if course.is_null[k] and not any(course.is_null[j] for j in range(len(page.names)) if j != k)
        )
        shown = _number(page, one, beside, k)
        words.append(
            Markup("{} {}").format(
                one.name[0].lower() + one.name[1:] if one.name != "EXNEX" else one.name, shown
            )
        )
    return Markup(INFLATED).format(page.names[k], Markup("; ").join(words), f"{page.alpha:g}")  # noqa: S704


def _number(page: CohortsPage, one: Compared, course: CohortCourse, k: int) -> Markup:
    share = course.active[k]
    what = f"Cohort {page.names[k]} called active at true rates {_rates(course.rates)}, {one.name}"
    return page.book.number(what, share, fmt.percent(share), _how(page, one))


def _active_table(
    page: CohortsPage, scenarios: Sequence[Rates], compared: Sequence[Compared]
) -> blocks.Table:
    rows = []
    for place, rates in enumerate(scenarios):
        rows.append(blocks.TableRow(f"True rates {_rates(rates)}"))
        for one in compared:
            course = one.courses[place]
            cells = [
                Markup("{} (error)").format(_number(page, one, course, k))
                if course.is_null[k]
                else _number(page, one, course, k)
                for k in range(len(page.names))
            ]
            family: Markup | str = fmt.NO_VALUE
            if not math.isnan(course.familywise):
                what = f"Any type I error at true rates {_rates(rates)}, {one.name}"
                shown = fmt.percent(course.familywise)
                family = page.book.number(what, course.familywise, shown, _how(page, one))
            rows.append(blocks.TableRow(one.name, (*cells, family), level=1))
    columns = (
        blocks.Column("Model"),
        *(
            blocks.Column(f"{name} called active", under=f"n = {one.subjects}")
            for name, one in zip(page.names, page.cohorts, strict=True)
        ),
        blocks.Column("Any type I error"),
    )
    thresholds = ", ".join(f"{one.name} {one.threshold:g}" for one in compared)
    trials = compared[0].courses[0].trials
    exact = f"{trials:,} simulated trials" if trials else "Exact: all outcomes are enumerated"
    notes = (
        "(error): the cohort is at its null rate; what is not marked is power.",
        f"Thresholds of the posterior probability: {thresholds}.",
        f"{exact}. Priors: docs/design.md, the defaults of design cohorts.",
    )
    return blocks.Table("borrowing-active", "Cohorts called active, by model", columns, tuple(rows), notes)


def _estimate_table(
    page: CohortsPage, scenarios: Sequence[Rates], compared: Sequence[Compared]
) -> blocks.Table:
    rows = []
    for place, rates in enumerate(scenarios):
        rows.append(blocks.TableRow(f"True rates {_rates(rates)}"))
        for one in compared:
            course = one.courses[place]
            cells = [_estimate(page, one, course, k) for k in range(len(page.names))]
            rows.append(blocks.TableRow(one.name, tuple(cells), level=1))
    columns = (blocks.Column("Model"), *(blocks.Column(f"Estimate of {name}") for name in page.names))
    note = "Mean of the posterior means over all outcomes; after ± the root of their mean squared error."
    caption = "What the models estimate"
    return blocks.Table("borrowing-estimates", caption, columns, tuple(rows), (note,))


def _estimate(page: CohortsPage, one: Compared, course: CohortCourse, k: int) -> Markup:
    value = course.estimate[k]
    what = f"Mean estimate of cohort {page.names[k]} at true rates {_rates(course.rates)}, {one.name}"
    shown = page.book.number(what, value, fmt.percent(value), _how(page, one))
    return Markup("{} (±&nbsp;{})").format(shown, fmt.percent(math.sqrt(course.mse[k])))


def _curves(page: CohortsPage, compared: Sequence[Compared], other: str) -> blocks.Figure:
    """How often the smallest cohort is called active, by its true rate."""
    k = page.smallest
    fixed = [one.target if other == "target" else one.null for one in page.cohorts]
    shares = [step / STEPS for step in range(STEPS + 1)]
    scenarios = [(*fixed[:k], p, *fixed[k + 1 :]) for p in shares]
    lines = []
    for one in compared:
        found = courses(judge_scenarios(one.design, scenarios, Enumeration()), one.threshold)
        points = zip(shares, (course.active[k] for course in found), strict=True)
        lines.append(Curve(one.name, tuple(points)))
    where = "at the rate worth finding" if other == "target" else "at their null rate"
    label = f"Cohort {page.names[k]} called active, by its true rate, with all others {where}"
    ticks = tuple((step / 10, f"{10 * step}%") for step in range(11))
    guides = [
        Guide(page.alpha, f"alpha {page.alpha:g}"),
        Guide(page.cohorts[k].null, "null", upright=True),
        Guide(page.cohorts[k].target, "worth finding", upright=True),
    ]
    across = Axis(f"True response rate of cohort {page.names[k]}", ticks)
    drawing = curves(lines, across, percent_axis("Called active"), label, guides)
    return blocks.Figure(f"borrowing-{other}", label, drawing)
