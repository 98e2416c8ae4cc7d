"""What an interim look promises: the answer of `trialwright design sequential --seen`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.sizes import Answer
from trialwright.design.tables import percent
from trialwright.stats.group_sequential import conditional_power, current_trend, predictive_power

if TYPE_CHECKING:
    from trialwright.stats.group_sequential import Interim, SequentialPlan


def interim_answer(plan: SequentialPlan, interim: Interim) -> Answer:
    """Decision of the plan at the look, and the power that is left.

    Raises:
        ArgumentError: the look is not an interim look of the plan.
    """
    powers = {
        "assumed_effect": conditional_power(plan, interim, plan.drift),
        "current_trend": conditional_power(plan, interim, current_trend(plan, interim)),
        "no_effect": conditional_power(plan, interim, 0.0),
    }
    predictive = predictive_power(plan, interim)
    decision = _decision(plan, interim)
    fraction = plan.fractions[interim.look - 1]
    facts = {
        "look": interim.look,
        "information": fraction,
        "z": interim.z,
        "decision": decision,
        "conditional_power": powers,
        "predictive_power": predictive,
    }
    lines = (
        ("The plan says", decision),
        ("Conditional power, effect as assumed", percent(powers["assumed_effect"])),
        ("Conditional power, effect as seen so far", percent(powers["current_trend"])),
        ("Conditional power, no effect", percent(powers["no_effect"])),
        ("Predictive power, flat prior", percent(predictive)),
    )
    return Answer(f"z = {interim.z:g} at {percent(fraction)} of the information", facts, lines)


def _decision(plan: SequentialPlan, interim: Interim) -> str:
    if interim.z >= plan.efficacy[interim.look - 1]:
        return "stop for efficacy"
    return "stop for futility" if interim.z <= plan.futility[interim.look - 1] else "continue"
