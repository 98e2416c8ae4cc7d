"""Whether the hypotheses of `design` fit the endpoint, the arms and the numbers stated elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialwright.protocol.comparison import Question
from trialwright.protocol.endpoints import ResponseEndpoint, Role, TimeToEventEndpoint
from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Path, Problem
from trialwright.protocol.size_plan import (
    EstimationPlan,
    NonInferiorityPlan,
    OneSamplePlan,
    SingleStagePlan,
    SizePlan,
    TwoArmPlan,
    TwoStagePlan,
    WinnerPlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.names import Declared
    from trialwright.protocol.study import Study

_TWO = 2
_RESPONSE, _TIME = "a response rate", "a time to event"
_PLACE: Path = ("design",)


def planned_endpoint(study: Study) -> tuple[str, ResponseEndpoint | TimeToEventEndpoint] | None:
    """The endpoint that the size is about: as `design` names it, else the first primary one that can be."""
    named = {
        name: one
        for name, one in study.endpoints.items()
        if isinstance(one, ResponseEndpoint | TimeToEventEndpoint)
    }
    wanted = study.size_plan.endpoint if study.size_plan is not None else None
    if wanted is not None:
        return (wanted, named[wanted]) if wanted in named else None
    primary = (pair for pair in named.items() if pair[1].role is Role.PRIMARY)
    return next(primary, next(iter(named.items()), None))


def plan_problems(study: Study, names: Declared) -> Iterator[Problem]:
    """Yield what does not fit."""
    plan = study.size_plan
    if plan is None:
        return
    yield from _size(study, plan)
    if isinstance(plan, SingleStagePlan | TwoStagePlan):
        for name in plan.cohorts:
            yield from names.must_be("cohorts", name, (*_PLACE, "cohorts", name))
    chosen = planned_endpoint(study)
    if chosen is None:
        yield from _unknown_endpoint(study, plan, names)
        return
    yield from _kind(plan, *chosen)
    if isinstance(plan, TwoArmPlan):
        yield from _compared(study, plan, *chosen)
    if isinstance(plan, WinnerPlan) and len(names.arms) < _TWO:
        yield Problem((*_PLACE, "type"), "found 'pick the winner' without arms", "at least 2 `arms`")


def _unknown_endpoint(study: Study, plan: SizePlan, names: Declared) -> Iterator[Problem]:
    if plan.endpoint in names.endpoints and plan.endpoint not in study.endpoints:
        return  # its own problems are told
    kinds = ResponseEndpoint | TimeToEventEndpoint
    fit = [name for name, one in study.endpoints.items() if isinstance(one, kinds)]
    found = f"found '{plan.endpoint}'" if plan.endpoint else "the study has no endpoint to plan for"
    expected = f"an endpoint of type response or time-to-event ({', '.join(fit) or 'none is declared'})"
    yield Problem((*_PLACE, "endpoint"), found, expected, nearest(plan.endpoint or "", fit))


def _size(study: Study, plan: SizePlan) -> Iterator[Problem]:
    enrolled = study.identity.subjects
    size = plan.stages.n if isinstance(plan, TwoStagePlan) else plan.size
    if size is None and enrolled is None:
        yield Problem((*_PLACE, "size"), "is missing", "the planned subjects, here or as `subjects` of study")
    if size is not None and enrolled is not None and size > enrolled:
        place = "stages" if isinstance(plan, TwoStagePlan) else "size"
        yield Problem((*_PLACE, place), f"found {size} subjects", f"at most {enrolled}, the study's subjects")
    if (
        isinstance(plan, SingleStagePlan)
        and plan.needed is not None
        and plan.needed > (size or enrolled or 0)
    ):
        yield Problem((*_PLACE, "needed"), f"found {plan.needed}", "at most the subjects")


def _kind(plan: SizePlan, name: str, endpoint: ResponseEndpoint | TimeToEventEndpoint) -> Iterator[Problem]:
    """The endpoint and the hypotheses are both of rates, or both of times."""
    if isinstance(plan, EstimationPlan):
        return
    timed = isinstance(plan, OneSamplePlan) or (isinstance(plan, TwoArmPlan) and plan.medians is not None)
    if timed != isinstance(endpoint, TimeToEventEndpoint):
        of, is_about = (_TIME, _RESPONSE) if timed else (_RESPONSE, _TIME)
        yield Problem(
            _PLACE, f"found hypotheses of {of}, but '{name}' is {is_about}", f"an `endpoint` that is {of}"
        )


def _compared(
    study: Study, plan: TwoArmPlan, name: str, endpoint: ResponseEndpoint | TimeToEventEndpoint
) -> Iterator[Problem]:
    """The comparison of the endpoint asks the question, at the level, that the size was made for."""
    compare = endpoint.compare
    if compare is None:
        if len(study.arms) != _TWO:
            yield Problem(
                ("endpoints", name),
                "has no comparison, which `design` plans",
                "`compare: {arms: [NEW, STD]}`",
            )
        return
    place: Path = ("endpoints", name, "compare")
    asks = isinstance(plan, NonInferiorityPlan)
    if asks != (compare.question is Question.NON_INFERIOR):
        yield Problem(
            (*_PLACE, "type"),
            f"found a size for another question than {compare.question.value}",
            f"the question of endpoints.{name}.compare",
        )
    stated = "alpha" in compare.model_fields_set
    if stated and not math.isclose(compare.alpha / 2.0, plan.alpha.one_sided, rel_tol=1e-9):
        yield Problem(
            (*place, "alpha"),
            f"found {compare.alpha:g} two-sided, but `design` plans with {plan.alpha}",
            "the same level",
        )
    yield from _margin(plan, compare.margin)


def _margin(plan: TwoArmPlan, margin: float | None) -> Iterator[Problem]:
    if not isinstance(plan, NonInferiorityPlan) or margin is None:
        return
    if plan.medians is not None and plan.ratio >= margin:
        yield Problem(
            _PLACE, f"assumes a hazard ratio of {plan.ratio:.3g}", f"one below the margin of {margin:g}"
        )
    if plan.rates is not None and plan.rates[0] - plan.rates[1] >= margin:
        yield Problem(_PLACE, "assumes a loss as large as the margin", f"a loss below {margin:g}")
