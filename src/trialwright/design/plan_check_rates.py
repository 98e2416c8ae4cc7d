"""Does the planned size give the stated power? Plans on response rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.plan_check import (
    APPROXIMATE,
    EXACT,
    Line,
    PlanCheck,
    finding,
    high_alpha,
    low_power,
)
from trialwright.errors import ArgumentError
from trialwright.findings import Severity
from trialwright.report.format import percent
from trialwright.stats.discrete import binomial_sf
from trialwright.stats.rate_sizes import (
    TwoRates,
    correct_selection,
    farrington_manning_power,
    farrington_manning_size,
    pick_the_winner,
)
from trialwright.stats.single_stage import ahern, exact_test, stable_size
from trialwright.stats.two_stage import TwoStagePlan, evaluate, simon_designs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.design.inputs import RateInputs, TwoRateInputs
    from trialwright.findings import Finding
    from trialwright.protocol.size_plan import Rates, SingleStagePlan, TwoArmPlan, WinnerPlan
    from trialwright.protocol.size_plan import TwoStagePlan as StatedStages
    from trialwright.stats.two_stage import SimonDesigns, TwoStageDesign

EXACT_TEST = "exact binomial test"
SIMON = "exact binomial probabilities over both stages (Simon 1989)"
MANNING = "score test of Farrington and Manning (1990)"
SEARCHED = 100
"""Two-stage designs are searched to this size, or to twice the planned one."""


def single_stage_check(plan: SingleStagePlan, given: RateInputs, sizes: dict[str, int]) -> PlanCheck:
    """One test at the end; `sizes` are the subjects of cohorts that have hypotheses of their own."""
    rows: list[Line] = []
    found: list[Finding] = []
    planned = [("", given.analysed, plan.rates_of())] if not plan.cohorts else []
    planned += [(f"cohort {name}: ", size, plan.rates_of(name)) for name, size in sizes.items()]
    for words, n, rates in planned:
        more, problems = _one_test(plan, words, n, rates)
        rows += more
        found += problems
    if given.evaluable < given.analysed and not plan.cohorts:
        test = exact_test(given.evaluable, plan.null_rate, plan.target_rate, given.alpha)
        of = f"the {given.evaluable} subjects who are evaluable of {given.analysed}"
        what = f"Power with the {given.evaluable} evaluable ({test.needed} responses needed)"
        rows.append(Line(what, percent(plan.power), test.power, percent(test.power), EXACT_TEST))
        found += low_power(test.power, plan.power, EXACT, of, "enrol for those who will not be evaluable")
    return PlanCheck(tuple(rows), tuple(found))


def _one_test(plan: SingleStagePlan, words: str, n: int, rates: Rates) -> tuple[list[Line], list[Finding]]:
    alpha, p0, p1 = plan.alpha.one_sided, rates.null_rate, rates.target_rate
    needed = plan.needed if plan.needed is not None and not words else exact_test(n, p0, p1, alpha).needed
    error, power = binomial_sf(needed - 1, n, p0), binomial_sf(needed - 1, n, p1)
    least, safe = ahern(p0, p1, alpha, 1.0 - plan.power), stable_size(p0, p1, alpha, 1.0 - plan.power)
    stated = "" if plan.needed is None or words else str(plan.needed)
    rows = [
        Line(_upper(f"{words}responses needed of {n}"), stated, needed, str(needed), EXACT_TEST),
        Line(_upper(f"{words}exact type I error"), f"{alpha:g}", error, f"{error:.4f}", EXACT_TEST),
        Line(
            _upper(f"{words}exact power of {n} subjects"),
            percent(plan.power),
            power,
            percent(power),
            EXACT_TEST,
        ),
        Line(
            _upper(f"{words}smallest size with the stated power"),
            "",
            least.n,
            f"{least.n} ({least.needed} responses)",
            "A'Hern 2001, complete search",
        ),
        Line(
            _upper(f"{words}smallest size that the next 50 keep"),
            "",
            safe,
            str(safe),
            "the exact power is a saw over the size: a larger size can have less power",
        ),
    ]
    of = f"{words}{n} subjects"
    remedy = f"plan {least.n} subjects with {least.needed} responses, or {safe} to be safe from overshoot"
    found = high_alpha(error, alpha, f"{words}{needed} responses of {n}", "ask for more responses")
    return rows, found + low_power(power, plan.power, EXACT, of, remedy)


def two_stage_check(plan: StatedStages, sizes: dict[str, int]) -> PlanCheck:
    """Simon's two stages: the exact errors of the plan, and the designs of a complete search beside them."""
    stages, alpha = plan.stages, plan.alpha.one_sided
    stated = TwoStagePlan(stages.r1, stages.n1, stages.r, stages.n)
    design = evaluate(stated, plan.null_rate, plan.target_rate)
    lines = [
        Line("Exact type I error", f"{alpha:g}", design.alpha, f"{design.alpha:.4f}", SIMON),
        Line("Exact power", percent(plan.power), design.power, percent(design.power), SIMON),
        Line("Mean size if the rate is too low", "", design.en0, f"{design.en0:.2f}", SIMON),
        Line("Stops early if the rate is too low", "", design.pet0, percent(design.pet0), SIMON),
    ]
    found = high_alpha(design.alpha, alpha, f"the stages {stages}", "ask for more responses")
    limit = max(SEARCHED, 2 * stages.n)
    try:
        best = simon_designs(plan.null_rate, plan.target_rate, alpha, 1.0 - plan.power, limit)
    except ArgumentError:
        remedy = "accept larger errors or a larger difference: no two-stage design of this size has them"
    else:
        lines += _beside(best)
        remedy = f"take one of these designs, such as the minimax {_told(best.minimax)}"
        if not found and design.power >= plan.power - EXACT:
            found += _dominated(design, best)
    found += low_power(design.power, plan.power, EXACT, f"the stages {stages}", remedy)
    if sizes:
        what = (
            f"the stages hold for the study; cohorts {', '.join(sizes)} have rates but no stages of their own"
        )
        found.append(finding(Severity.NOTE, "DESIGN-COHORTS", what, "plan cohorts as single stage"))
    return PlanCheck(tuple(lines), tuple(found))


def _told(design: TwoStageDesign) -> str:
    plan = design.plan
    return f"{plan.r1}/{plan.n1} {plan.r}/{plan.n}"


def _beside(best: SimonDesigns) -> Iterator[Line]:
    for name, one in (("Optimal", best.optimal), ("Minimax", best.minimax)):
        shown = f"{_told(one)}, mean size {one.en0:.2f}"
        yield Line(f"{name} design for these errors", "", one.plan.n, shown, "complete search (Simon 1989)")


def _dominated(design: TwoStageDesign, best: SimonDesigns) -> list[Finding]:
    """A note where another design is smaller in the maximum and in the mean."""
    better = [
        one
        for one in best.admissible
        if one.plan.n <= design.plan.n and one.en0 <= design.en0 and one.plan != design.plan
    ]
    if not better:
        return []
    what = f"another design needs no more subjects at most and fewer on average: {_told(better[0])}"
    remedy = "nothing, where stages were chosen for other reasons"
    return [finding(Severity.NOTE, "DESIGN-NOT-ADMISSIBLE", what, remedy)]


def two_rates_check(plan: TwoArmPlan, given: TwoRateInputs) -> PlanCheck:
    """Two response rates: superiority, or a loss to rule out."""
    (control, experimental), margin = given.rates, given.margin
    alpha, n, allocation = given.errors.alpha, sum(given.sizes), given.allocation
    rates = TwoRates(experimental, control, -margin)
    power = farrington_manning_power(rates, alpha, n, allocation)
    needed = farrington_manning_size(rates, alpha, 1.0 - plan.power, allocation)
    lines = (
        Line(f"Power of {n} subjects", percent(plan.power), power, percent(power), MANNING),
        Line("Subjects for the stated power", str(n), needed, f"{needed:.0f}", MANNING),
    )
    remedy = f"plan {int(needed) + 1} subjects, or state what {n} can show"
    found = low_power(power, plan.power, APPROXIMATE, f"{n} subjects", remedy)
    return PlanCheck(lines, tuple(found))


def winner_check(plan: WinnerPlan, size: int, arms: int) -> PlanCheck:
    """Is the best arm chosen as often as stated? Arms of equal size."""
    n = size // arms
    chosen = correct_selection(n, plan.best_rate, plan.other_rate, arms)
    needed = pick_the_winner(plan.best_rate, plan.other_rate, arms, plan.probability)
    how = "exact binomial, ties by lot (Simon, Wittes and Ellenberg 1985)"
    lines = (
        Line(f"Right choice with {n} in each arm", percent(plan.probability), chosen, percent(chosen), how),
        Line("Subjects in each arm for the stated probability", str(n), needed, str(needed), how),
    )
    of = f"{n} subjects in each of {arms} arms"
    found = low_power(chosen, plan.probability, EXACT, of, f"plan {needed} in each arm")
    return PlanCheck(lines, tuple(found))


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
