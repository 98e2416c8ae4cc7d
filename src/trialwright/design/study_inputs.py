"""What a study file and its assumptions say of its size; what `design` states goes before what is assumed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.design.inputs import (
    CurveInputs,
    Errors,
    PublishedRatio,
    RandomisedInputs,
    RateInputs,
    Timing,
    TwoRateInputs,
)
from trialwright.errors import StudyFileError
from trialwright.protocol.comparison import Question as Asked
from trialwright.protocol.duration import DAYS_PER_MONTH
from trialwright.protocol.endpoints import Event
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
from trialwright.simulate.scenario import Figure
from trialwright.stats.event_process import dropout_hazard

if TYPE_CHECKING:
    from trialwright.protocol.comparison import Comparison, RateComparison
    from trialwright.protocol.endpoints import ResponseEndpoint, TimeToEventEndpoint
    from trialwright.protocol.size_plan import SizePlan
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions, Published

USUAL_ALPHA, USUAL_BETA = 0.05, 0.2
LOST_BY_MONTHS = 12.0


def errors_of(plan: SizePlan | None, usual_alpha: float = USUAL_ALPHA) -> Errors:
    """The errors of the plan; where it has none, the usual ones."""
    if plan is None or isinstance(plan, WinnerPlan | EstimationPlan):
        return Errors(usual_alpha, USUAL_BETA, stated=False)
    return Errors(plan.alpha.one_sided, round(1.0 - plan.power, 12), stated=True)


def primary_endpoint(study: Study) -> tuple[str, ResponseEndpoint | TimeToEventEndpoint]:
    """The endpoint of the plan, else the one with the role primary, else the first that can be.

    Raises:
        StudyFileError: there is none.
    """
    chosen = planned_endpoint(study)
    if chosen is None:
        raise StudyFileError.at(
            "study.yaml: endpoints",
            "no response and no time to event",
            remedy="declare the primary endpoint, so that its size can be judged",
        )
    return chosen


def planned_size(study: Study, assumptions: Assumptions | None) -> int:
    """The subjects of the plan, else those of the study, else as many as are simulated.

    Raises:
        StudyFileError: none of them says.
    """
    plan = study.size_plan
    if isinstance(plan, TwoStagePlan):
        return plan.stages.n
    stated = plan.size if plan is not None else None
    size = stated or study.identity.subjects or (assumptions.subjects if assumptions is not None else None)
    if size is None:
        raise StudyFileError.at(
            "study.yaml: design", "no number of subjects", remedy="state `size`, or `subjects` under study"
        )
    return size


def timing_of(assumptions: Assumptions | None, plan: SizePlan | None = None) -> Timing:
    """Accrual, follow-up and drop-out of the plan; what it does not state by the assumptions.

    Raises:
        StudyFileError: neither states accrual and follow-up.
    """
    accrual, after, lost = _assumed_timing(assumptions)
    if isinstance(plan, OneSamplePlan | TwoArmPlan | EstimationPlan):
        accrual = plan.accrual.months if plan.accrual is not None else accrual
        after = plan.follow_up.months if plan.follow_up is not None else after
        lost = dropout_hazard(plan.dropout, LOST_BY_MONTHS) if plan.dropout is not None else lost
    if accrual is None or after is None:
        raise StudyFileError.at(
            "study.yaml: design",
            "no timing of the study",
            expected="`accrual` and `follow_up`, such as 24 months and 12 months",
            remedy="state them, or write assumptions.yaml",
        )
    return Timing(accrual, after, lost)


def _assumed_timing(assumptions: Assumptions | None) -> tuple[float | None, float | None, float]:
    if assumptions is None:
        return None, None, 0.0
    accrual = (assumptions.accrual.last - assumptions.accrual.first).days / DAYS_PER_MONTH
    after = (assumptions.cutoff - assumptions.accrual.last).days / DAYS_PER_MONTH
    return accrual, after, assumptions.outcome.lost_per_month


def published(assumptions: Assumptions | None, figure: Figure, arm: str | None = None) -> tuple[float, str]:
    """A published figure and its source.

    Raises:
        StudyFileError: there are no assumptions, or they do not have it.
    """
    found = _published(assumptions, figure, arm)
    if found is not None:
        return found.value, found.source
    of = f" of {arm}" if arm else ""
    raise StudyFileError.at(
        "assumptions.yaml: published" if assumptions is not None else "study.yaml: design",
        f"no {figure.value}{of}" if assumptions is not None else "no hypotheses",
        remedy="state hypotheses under `design`, or a published figure and its source in assumptions.yaml",
    )


def _published(assumptions: Assumptions | None, figure: Figure, arm: str | None = None) -> Published | None:
    if assumptions is None:
        return None
    return next((one for one in assumptions.published if (one.figure, one.arm) == (figure, arm)), None)


def _figures(endpoint: TimeToEventEndpoint) -> tuple[Figure, Figure]:
    """The median and the hazard ratio that are published of such an endpoint."""
    if Event.PROGRESSION in endpoint.events:
        return Figure.PFS_MEDIAN, Figure.PFS_HAZARD_RATIO
    return Figure.OS_MEDIAN, Figure.OS_HAZARD_RATIO


def _published_ratio(assumptions: Assumptions | None, figure: Figure, arm: str) -> PublishedRatio | None:
    one = _published(assumptions, figure, arm)
    if one is None or not (one.low and one.high and one.low < one.high):
        return None
    return PublishedRatio(one.value, one.low, one.high, one.source, one.level, one.events)


def compared_arms(study: Study, name: str, compare: Comparison | RateComparison | None) -> tuple[str, str]:
    """Experimental and control arm: of the comparison, else the two arms in the order of the file.

    Raises:
        StudyFileError: there is no comparison, and there are not two arms.
    """
    if compare is not None:
        return compare.arms
    arms = tuple(study.arms)
    if len(arms) != len(("experimental", "control")):
        raise StudyFileError.at(f"study.yaml: endpoints: {name}", "no comparison", expected="`compare`")
    return arms[0], arms[1]


def arm_sizes(study: Study, arms: tuple[str, str], total: int) -> tuple[int, int]:
    """Subjects of the control and of the experimental arm by the ratio of randomisation."""
    ratio = study.randomisation.ratio if study.randomisation else {}
    control, experimental = ratio.get(arms[1], 1), ratio.get(arms[0], 1)
    first = math.ceil(total * control / (control + experimental))
    return first, total - first


def randomised_inputs(
    name: str, endpoint: TimeToEventEndpoint, study: Study, assumptions: Assumptions | None
) -> RandomisedInputs:
    """What a randomised study is planned with.

    Raises:
        StudyFileError: no comparison, or a median that neither plan nor assumptions state.
    """
    compare, plan = endpoint.compare, study.size_plan
    arms = compared_arms(study, name, compare)
    two = plan if isinstance(plan, TwoArmPlan) else None
    median, hazard_ratio = _figures(endpoint)
    seen = tuple(_published(assumptions, median, arm) for arm in reversed(arms))
    both = (seen[0].value, seen[1].value) if seen[0] is not None and seen[1] is not None else None
    stated = two.medians if two is not None else None
    if stated is None and both is None:
        published(assumptions, median, arms[1] if seen[0] is None else arms[0])
    asks = compare is not None and compare.question is Asked.NON_INFERIOR
    medians = stated or both
    assert medians is not None
    return RandomisedInputs(
        name=name,
        label=endpoint.label or name,
        arms=arms,
        sizes=arm_sizes(study, arms, planned_size(study, assumptions)),
        medians=medians,
        seen=both if both != medians else None,
        timing=timing_of(assumptions, plan),
        errors=errors_of(plan, (compare.alpha if compare is not None else USUAL_ALPHA) / 2.0),
        margin=compare.margin if compare is not None and asks else None,
        published=_published_ratio(assumptions, hazard_ratio, arms[0]),
        planned_events=two.events if two is not None else None,
        screens=isinstance(plan, ScreeningPlan),
    )


def rate_inputs(
    name: str, endpoint: ResponseEndpoint, study: Study, assumptions: Assumptions | None
) -> RateInputs:
    """What a single arm with a response rate is judged with.

    Raises:
        StudyFileError: neither plan nor assumptions state the rate.
    """
    plan = study.size_plan
    one = plan if isinstance(plan, SingleStagePlan | TwoStagePlan) else None
    figure = Figure.CONFIRMED_RESPONSE if endpoint.confirmed else Figure.RESPONSE
    seen = _published(assumptions, figure)
    if seen is not None:
        rate, source = seen.value, seen.source
    elif one is not None:
        rate, source = one.target_rate, "the target rate of study.yaml"
    else:
        rate, source = published(assumptions, figure)
    analysed = planned_size(study, assumptions)
    share = _published(assumptions, Figure.EVALUABLE)
    stated = isinstance(plan, TwoStagePlan) or (plan is not None and plan.size is not None)
    return RateInputs(
        name=name,
        label=endpoint.label or name,
        enrolled=max(study.identity.subjects or analysed, analysed),
        analysed=analysed,
        evaluable=analysed if stated or share is None else round(share.value * analysed),
        rate=rate,
        source=source,
        errors=errors_of(plan),
        hypotheses=(one.null_rate, one.target_rate) if one is not None else None,
        needed=plan.needed if isinstance(plan, SingleStagePlan) else None,
        stages=plan.stages if isinstance(plan, TwoStagePlan) else None,
        timing=timing_of(assumptions, plan) if assumptions is not None else None,
    )


def two_rate_inputs(
    name: str, endpoint: ResponseEndpoint, study: Study, assumptions: Assumptions | None
) -> TwoRateInputs:
    """What a randomised study with a response rate is planned with.

    Raises:
        StudyFileError: no comparison, or no hypotheses in the study file.
    """
    plan, compare = study.size_plan, endpoint.compare
    if not isinstance(plan, TwoArmPlan) or plan.rates is None:
        raise StudyFileError.at(
            "study.yaml: design",
            f"no rates to compare '{name}' with",
            remedy="state type, control_rate, experimental_rate, alpha and power (docs/design.md)",
        )
    margin = compare.margin if compare is not None else None
    arms = compared_arms(study, name, compare)
    return TwoRateInputs(
        label=endpoint.label or name,
        arms=arms,
        sizes=arm_sizes(study, arms, planned_size(study, assumptions)),
        rates=plan.rates,
        errors=errors_of(plan),
        margin=margin if isinstance(plan, NonInferiorityPlan) and margin is not None else 0.0,
    )


def curve_inputs(
    name: str, endpoint: TimeToEventEndpoint, study: Study, assumptions: Assumptions | None
) -> CurveInputs:
    """What a single arm with a time to event is judged with.

    Raises:
        StudyFileError: neither plan nor assumptions state the median.
    """
    plan = study.size_plan
    one = plan if isinstance(plan, OneSamplePlan) else None
    figure = _figures(endpoint)[0]
    seen = _published(assumptions, figure)
    if seen is not None:
        median, source = seen.value, seen.source
    elif one is not None:
        median, source = one.target_median.months, "the target median of study.yaml"
    else:
        median, source = published(assumptions, figure)
    return CurveInputs(
        name=name,
        label=endpoint.label or name,
        enrolled=planned_size(study, assumptions),
        median=median,
        timing=timing_of(assumptions, plan),
        source=source,
        errors=errors_of(plan),
        hypotheses=(one.null_median.months, one.target_median.months) if one is not None else None,
    )
