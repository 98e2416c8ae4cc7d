"""What a finished two-stage trial says: the answer of `trialwright design after`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.sizes import Answer
from trialwright.design.tables import percent, small_p
from trialwright.stats.two_stage_inference import TwoStageOutcome, two_stage_inference

if TYPE_CHECKING:
    from trialwright.stats.two_stage import TwoStagePlan


def after_answer(plan: TwoStagePlan, outcome: TwoStageOutcome, p0: float, level: float) -> Answer:
    """Estimate, interval, p-value and decision that go with the plan.

    Raises:
        ArgumentError: the outcome does not fit the plan, or p0 or level is out of range.
    """
    found = two_stage_inference(plan, outcome, p0, level)
    rate = found.response
    facts = {
        "rejected": found.rejected,
        "p": found.p,
        "response_rate": rate.value,
        "low": rate.low,
        "high": rate.high,
        "level": level,
        "naive_rate": found.naive,
        "needed_in_second_stage": found.needed,
    }
    lines = [
        ("H0 is", "rejected" if found.rejected else "not rejected"),
        ("One-sided p, in the order of the design", small_p(found.p)),
        ("Response rate (UMVUE)", percent(rate.value)),
        (f"{100 * level:g}% interval", f"{percent(rate.low)} to {percent(rate.high)}"),
        ("Without regard to the design", percent(found.naive)),
    ]
    if found.needed is not None:
        lines.append(("Responses needed in the second stage", f"{found.needed} of {outcome.n2}"))
    title = f"Two-stage trial {plan.r1}/{plan.n1}, {plan.r}/{plan.n} against {p0:g}"
    return Answer(title, facts, tuple(lines))
