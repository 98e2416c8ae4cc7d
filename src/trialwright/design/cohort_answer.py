"""`trialwright design cohorts`: facts for programs and a table for people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.design.tables import percent, plain_table
from trialwright.stats.cohort_design import (
    CohortCourse,
    Judged,
    calibrated,
    courses,
    judge_scenarios,
    usual_scenarios,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from trialwright.stats.cohort_design import ErrorMeasure
    from trialwright.stats.cohort_outlook import CohortDesign, Effort, Rates
    from trialwright.stats.cohort_posterior import CohortPosterior


@dataclass(frozen=True, slots=True)
class Rule:
    """The threshold of the posterior probability, and how it was found."""

    threshold: float
    found: str


@dataclass(frozen=True)
class DesignAnswer:
    """Operating characteristics by scenario."""

    design: CohortDesign
    rule: Rule
    courses: tuple[CohortCourse, ...]

    @property
    def worst(self) -> CohortCourse | None:
        """The scenario with the largest type I error of a cohort."""
        with_null = [one for one in self.courses if any(one.is_null)]
        return max(with_null, key=_largest_error, default=None)

    @property
    def facts(self) -> Mapping[str, object]:
        """All numbers by name."""
        return {
            **_design_facts(self.design, self.rule),
            "trials": self.courses[0].trials or None,
            "scenarios": [_course_facts(one) for one in self.courses],
        }

    def table(self) -> Table:
        """A block for each scenario."""
        title = f"{_model_words(self.design)}: active where P(rate > null) > {self.rule.threshold:g}"
        looks = ("Stopped",) if self.design.look else ()
        heads = ("True rates", "Active", *looks, "Subjects", "Mean estimate", "Root MSE")
        table = plain_table(title, *heads, caption=self.caption())
        for course in self.courses:
            blank = [""] * len(looks)
            table.add_row(_rates(course.rates), "", *blank, f"{course.expected_size:.1f}", "", "")
            for k, p in enumerate(course.rates):
                table.add_row(
                    f"  {k + 1}: {p:g}{' (null)' if course.is_null[k] else ''}",
                    _with_error(course, course.active[k]),
                    *(percent(course.stops[k]) for _ in looks),
                    f"{course.subjects[k]:.1f}",
                    percent(course.estimate[k]),
                    percent(math.sqrt(course.mse[k])),
                )
            if not math.isnan(course.familywise):
                table.add_row("  any of the null", _with_error(course, course.familywise))
        return table

    def caption(self) -> str:
        """How the threshold was found, how exact the table is, and what borrowing costs."""
        trials = self.courses[0].trials
        how = f"{trials:,} simulated trials; after ± the Monte-Carlo error." if trials else "Exact."
        worst = self.worst
        if worst is None:
            return f"{self.rule.found} {how}"
        largest = (
            f"Largest type I error of a cohort: {percent(_largest_error(worst))} at {_rates(worst.rates)}."
        )
        return f"{self.rule.found} {largest} {how}"


def _rates(rates: Rates) -> str:
    return ", ".join(f"{p:g}" for p in rates)


def _largest_error(course: CohortCourse) -> float:
    return max(share for share, wrong in zip(course.active, course.is_null, strict=True) if wrong)


def _with_error(course: CohortCourse, share: float) -> str:
    return f"{percent(share)} ± {percent(course.error(share))}" if course.trials else percent(share)


def _model_words(design: CohortDesign) -> str:
    name = design.model.name
    return name[0].upper() + name[1:]


def _design_facts(design: CohortDesign, rule: Rule) -> dict[str, object]:
    return {
        "model": design.model.name,
        "cohorts": [{"n": one.subjects, "null": one.null, "target": one.target} for one in design.cohorts],
        "interim": {"n": list(design.look.subjects), "futility": design.look.least} if design.look else None,
        "threshold": rule.threshold,
        "threshold_found": rule.found,
    }


def _course_facts(course: CohortCourse) -> dict[str, object]:
    has_null = any(course.is_null)
    return {
        "rates": list(course.rates),
        "is_null": list(course.is_null),
        "active": list(course.active),
        "error": [course.error(share) for share in course.active],
        "familywise": course.familywise if has_null else None,
        "familywise_error": course.error(course.familywise) if has_null else None,
        "expected_n": course.expected_size,
        "expected_n_by_cohort": list(course.subjects),
        "stopped": list(course.stops),
        "estimate": list(course.estimate),
        "mse": list(course.mse),
    }


def find_rule(
    design: CohortDesign, alpha: float, measure: ErrorMeasure, nulls: Sequence[Rates], effort: Effort
) -> Rule:
    """The threshold that keeps alpha under some scenarios.

    Raises:
        ArgumentError: no threshold keeps alpha.
    """
    return _rule(judge_scenarios(design, nulls, effort), alpha, measure)


def _rule(judged: Judged, alpha: float, measure: ErrorMeasure) -> Rule:
    threshold = calibrated(judged, alpha, measure)
    under = "; ".join(_rates(rates) for rates in judged.scenarios)
    where = f"{under}, in {judged.outlook.trials:,} simulated trials" if judged.outlook.trials else under
    return Rule(threshold, f"The threshold keeps {measure.words} at or below {percent(alpha)} at {where}.")


def design_answer(
    design: CohortDesign, rule: Rule, scenarios: Sequence[Rates], effort: Effort
) -> DesignAnswer:
    """Characteristics in the scenarios, or in the usual ones where none are given.

    Raises:
        ArgumentError: scenarios that do not fit the cohorts.
    """
    judged = judge_scenarios(design, scenarios or usual_scenarios(design), effort)
    return DesignAnswer(design, rule, courses(judged, rule.threshold))


@dataclass(frozen=True)
class DataAnswer:
    """The cohorts after their data."""

    design: CohortDesign
    rule: Rule
    found: tuple[CohortPosterior, ...]
    level: float

    @property
    def facts(self) -> Mapping[str, object]:
        """All numbers by name."""
        return {
            **_design_facts(self.design, self.rule),
            "level": self.level,
            "observed": [
                {
                    "responses": one.responses,
                    "n": one.subjects,
                    "raw": one.raw,
                    "above_null": one.above_null,
                    "above_middle": one.above_middle,
                    "active": one.above_null > self.rule.threshold,
                    "estimate": one.mean,
                    "sd": one.sd,
                    "low": one.low,
                    "high": one.high,
                    "effective_n": one.effective,
                    "members": list(one.members),
                }
                for one in self.found
            ],
        }

    def table(self) -> Table:
        """A line for each cohort."""
        heads = [
            "",
            "Responses",
            "P(> null)",
            "Active",
            "Estimate",
            f"{100 * self.level:g} % interval",
            "Worth",
        ]
        heads += [f"In {j + 1}" for j in range(len(self.found[0].members))]
        title = f"{_model_words(self.design)}: active where P(rate > null) > {self.rule.threshold:g}"
        worth = "Worth: subjects whose responses would say as much."
        inside = " In 1, In 2: probability of each component." if self.found[0].members else ""
        table = plain_table(title, *heads, caption=f"{self.rule.found} {worth}{inside}")
        for k, one in enumerate(self.found):
            table.add_row(
                str(k + 1),
                f"{one.responses} of {one.subjects}",
                f"{one.above_null:.4f}",
                "yes" if one.above_null > self.rule.threshold else "no",
                percent(one.mean),
                f"{percent(one.low)[:-2]} to {percent(one.high)}",
                f"{one.effective:.1f}",
                *(f"{member:.3f}" for member in one.members),
            )
        return table
