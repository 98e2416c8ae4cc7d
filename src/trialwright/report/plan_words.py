"""The section `design` of a study in a sentence, for reports of the design and of the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.protocol.plan_consistency import planned_endpoint
from trialwright.protocol.size_plan import (
    EstimationPlan,
    NonInferiorityPlan,
    OneSamplePlan,
    ScreeningPlan,
    SingleStagePlan,
    TwoArmPlan,
    TwoStagePlan,
    WinnerPlan,
)
from trialwright.report.format import percent

if TYPE_CHECKING:
    from trialwright.protocol.study import Study

NO_PLAN = "The study file has no section `design`: no hypothesis is stated that its size could be held to."
NO_TEST = "No hypothesis is tested: the size is what there was, or what an interval needs."


def plan_sentence(study: Study) -> str:
    """What the study set out to show, its errors, and what it assumed."""
    plan = study.size_plan
    match plan:
        case SingleStagePlan() | TwoStagePlan():
            kind = f"Simon two-stage {plan.stages}" if isinstance(plan, TwoStagePlan) else "Single stage"
            low, high = percent(plan.null_rate), percent(plan.target_rate)
            return f"{kind}: a rate of {low} is too low, {high} worth finding; {_errors(plan)}."
        case OneSamplePlan():
            medians = f"a median of {plan.null_median} is too short, {plan.target_median} worth finding"
            return f"One arm against a known median: {medians}; {_errors(plan)}."
        case TwoArmPlan():
            return f"{_question(study, plan)}; {_assumed(plan)}; {_errors(plan)}."
        case WinnerPlan():
            best, other = percent(plan.best_rate), percent(plan.other_rate)
            chosen = f"a rate of {best} among {other} is chosen in {percent(plan.probability)}"
            return f"Pick the winner of {len(study.arms)} arms: {chosen}."
        case EstimationPlan():
            return NO_TEST
    return NO_PLAN


def _errors(plan: SingleStagePlan | TwoStagePlan | OneSamplePlan | TwoArmPlan) -> str:
    return f"alpha {plan.alpha}, power {percent(plan.power)}"


def _question(study: Study, plan: TwoArmPlan) -> str:
    if isinstance(plan, ScreeningPlan):
        return "Screening for a phase III"
    if not isinstance(plan, NonInferiorityPlan):
        return "Superiority"
    chosen = planned_endpoint(study)
    margin = chosen[1].compare.margin if chosen is not None and chosen[1].compare is not None else None
    if margin is None:
        return "Non-inferiority"
    what = f"a loss of {percent(margin)}" if plan.rates is not None else f"a hazard ratio of {margin:g}"
    return f"Non-inferiority: rule out {what}"


def _assumed(plan: TwoArmPlan) -> str:
    if plan.rates is not None:
        return f"assumed rates {percent(plan.rates[0])} (control) and {percent(plan.rates[1])}"
    return f"assumed hazard ratio {plan.ratio:.3g}, control median {plan.control_median}"
