"""The plan of a study, checked: which check fits the type of its section `design`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.plan_check import PlanCheck
from trialwright.design.plan_check_rates import (
    single_stage_check,
    two_rates_check,
    two_stage_check,
    winner_check,
)
from trialwright.design.plan_check_times import curve_check, two_arms_check
from trialwright.design.study_inputs import (
    curve_inputs,
    planned_size,
    primary_endpoint,
    randomised_inputs,
    rate_inputs,
    two_rate_inputs,
)
from trialwright.protocol.endpoints import ResponseEndpoint
from trialwright.protocol.size_plan import (
    OneSamplePlan,
    SingleStagePlan,
    TwoArmPlan,
    TwoStagePlan,
    WinnerPlan,
)

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions


def check_plan(study: Study, assumptions: Assumptions | None) -> PlanCheck:
    """Hold the size of a study to the hypotheses, errors and timing that its file states.

    Raises:
        StudyFileError: a value is stated neither in study.yaml nor in assumptions.yaml.
        ArgumentError: no design of any size has the errors stated.
    """
    plan = study.size_plan
    name, endpoint = primary_endpoint(study)
    if isinstance(endpoint, ResponseEndpoint):
        return _rates(study, assumptions, name, endpoint)
    if isinstance(plan, OneSamplePlan):
        return curve_check(plan, curve_inputs(name, endpoint, study, assumptions))
    if isinstance(plan, TwoArmPlan):
        return two_arms_check(plan, randomised_inputs(name, endpoint, study, assumptions))
    return PlanCheck()


def _rates(study: Study, assumptions: Assumptions | None, name: str, endpoint: ResponseEndpoint) -> PlanCheck:
    plan = study.size_plan
    if isinstance(plan, SingleStagePlan | TwoStagePlan):
        given = rate_inputs(name, endpoint, study, assumptions)
        sizes = {cohort: study.cohorts[cohort].size or given.enrolled for cohort in plan.cohorts}
        if isinstance(plan, SingleStagePlan):
            return single_stage_check(plan, given, sizes)
        return two_stage_check(plan, sizes)
    if isinstance(plan, TwoArmPlan):
        return two_rates_check(plan, two_rate_inputs(name, endpoint, study, assumptions))
    if isinstance(plan, WinnerPlan):
        return winner_check(plan, planned_size(study, assumptions), len(study.arms))
    return PlanCheck()
