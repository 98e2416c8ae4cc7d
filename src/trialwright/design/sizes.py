"""The answers of `trialwright design …`: facts for programs and lines for people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from trialwright.design.tables import SMALLEST_P, percent, plain_table
from trialwright.errors import ArgumentError
from trialwright.stats.bayesian_monitoring import BetaPrior, bop2, predictive_plan
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import (
    Question,
    TwoArms,
    freedman_events,
    lachin_foulkes_subjects,
    schoenfeld_events,
    subjects_for,
)
from trialwright.stats.multi_stage import Course, MultiStagePlan, course
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_size
from trialwright.stats.rate_sizes import (
    TwoRates,
    correct_selection,
    farrington_manning_power,
    farrington_manning_size,
    pick_the_winner,
)
from trialwright.stats.single_stage import ahern, fleming_single, stable_size
from trialwright.stats.two_stage import check_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from trialwright.design.operating import Characteristics
    from trialwright.stats.group_sequential import SequentialPlan
    from trialwright.stats.spending import Spending
    from trialwright.stats.trial_sums import Proportion

DROPOUT_BY_MONTHS = 12.0
Value = float | int | str | None


@dataclass(frozen=True)
class Answer:
    """A title, facts by name for programs, and the same as labelled lines."""

    title: str
    facts: Mapping[str, object]
    lines: tuple[tuple[str, str], ...]

    def table(self) -> Table:
        """The lines as a table."""
        table = plain_table(self.title, "", "")
        for words, value in self.lines:
            table.add_row(words, value)
        return table


@dataclass(frozen=True, slots=True)
class Errors:
    """One-sided alpha and beta."""

    alpha: float
    beta: float


def two_arms(
    medians: tuple[float, float], accrual: float, follow_up: float, lost: float, allocation: float
) -> TwoArms:
    """A trial of constant hazards; `lost` is the share that drops out by 12 months.

    Raises:
        ArgumentError: a value is out of range.
    """
    away = dropout_hazard(lost, DROPOUT_BY_MONTHS)
    control, experimental = (Arm(Hazard.of_median(median), away) for median in medians)
    return TwoArms(control, experimental, Accrual(accrual), follow_up, allocation)


def survival_sizes(trial: TwoArms, ruled_out: float, errors: Errors) -> Answer:
    """Events and subjects by each formula that answers the question.

    Raises:
        ArgumentError: a value is out of range, or the experimental arm is assumed to be worse.
    """
    ratio = trial.experimental.hazard.rates[0] / trial.control.hazard.rates[0]
    if ratio > 1.0 and ruled_out == 1.0:
        raise ArgumentError.at(
            "medians",
            f"hazard ratio {ratio:.3g}",
            expected="an experimental median above that of the control",
            remedy="name the control first: --medians 6,9",
        )
    question = Question(ratio, ruled_out)
    alpha, beta = errors.alpha, errors.beta
    events = schoenfeld_events(question, alpha, beta, trial.allocation)
    found = {"schoenfeld": (events, subjects_for(events, trial))}
    if ruled_out == 1.0:
        freedman = freedman_events(ratio, alpha, beta, trial.allocation)
        lachin = lachin_foulkes_subjects(trial, alpha, beta)
        found["freedman"] = (freedman, subjects_for(freedman, trial))
        found["lachin_foulkes"] = (lachin * trial.event_share(), lachin)
    facts: dict[str, object] = {
        "hazard_ratio": ratio,
        "ruled_out": ruled_out,
        "alpha": alpha,
        "power": 1.0 - beta,
        "event_share": trial.event_share(),
    }
    lines = [("Hazard ratio assumed", f"{ratio:.3f}"), ("To rule out", f"{ruled_out:g}")]
    lines.append(("Subjects with an event by the end", percent(trial.event_share())))
    for name, (needed, subjects) in found.items():
        facts[name] = {"events": needed, "subjects": subjects}
        words = f"{math.ceil(needed)} events, {math.ceil(subjects)} subjects"
        lines.append((name.replace("_", " and ").title().replace(" And ", "–"), words))
    title = f"Two arms, time to event: one-sided alpha {alpha:g}, power {1.0 - beta:g}"
    return Answer(title, facts, tuple(lines))


def sequential_answer(plan: SequentialPlan, spending: Spending) -> Answer:
    """Boundaries and what they cost."""
    null, alternative = plan.outlook(0.0), plan.outlook(plan.drift)
    facts: dict[str, object] = {
        "spending": spending.label,
        "information": list(plan.fractions),
        "efficacy_z": [_finite(bound) for bound in plan.efficacy],
        "futility_z": [_finite(bound) for bound in plan.futility],
        "nominal_p": list(plan.nominal_p),
        "inflation": plan.inflation,
        "alpha": null.power,
        "power": alternative.power,
        "expected_information": {
            "null": null.expected_information,
            "alternative": alternative.expected_information,
        },
        "stop_under_alternative": list(alternative.efficacy),
    }
    title = f"Group sequential, {spending.label}: one-sided alpha {plan.alpha:g}, power {1 - plan.beta:g}"
    return Answer(title, facts, (*_look_lines(plan), *_cost_lines(plan)))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _look_lines(plan: SequentialPlan) -> list[tuple[str, str]]:
    looks = zip(plan.fractions, plan.efficacy, plan.futility, plan.nominal_p, strict=True)
    lines = []
    for fraction, high, low, p in looks:
        stop = f"z ≥ {high:.4f} (p ≤ {_nominal(p)})" if math.isfinite(high) else "no stop for efficacy"
        if math.isfinite(low) and low < high:
            stop += f", futile at z ≤ {low:.4f}"
        lines.append((f"At {percent(fraction)} of the information", stop))
    return lines


def _nominal(p: float) -> str:
    """Five decimals, or two digits where those would round to nothing."""
    return f"{p:.5f}" if p >= SMALLEST_P else f"{p:.1e}"


def _cost_lines(plan: SequentialPlan) -> list[tuple[str, str]]:
    alternative = plan.outlook(plan.drift)
    return [
        ("Maximum information over that of one look", f"{plan.inflation:.4f}"),
        ("Power", f"{alternative.power:.4f}"),
        ("Mean information if it works, of the maximum", percent(alternative.expected_information)),
        ("Mean information if there is no effect", percent(plan.outlook(0.0).expected_information)),
    ]


def single_stage_answer(p0: float, p1: float, errors: Errors) -> Answer:
    """A'Hern's and Fleming's single-stage designs.

    Raises:
        ArgumentError: a value is out of range, or no design exists.
    """
    exact = ahern(p0, p1, errors.alpha, errors.beta)
    fleming = fleming_single(p0, p1, errors.alpha, errors.beta)
    stable = stable_size(p0, p1, errors.alpha, errors.beta)
    facts = {"exact": exact.as_json(), "fleming": fleming.as_json(), "stable_n": stable}
    lines = [
        (
            f"{one.method}: {one.needed} responses of {one.n}",
            f"alpha {one.alpha:.4f}, power {one.power:.4f}",
        )
        for one in (exact, fleming)
    ]
    lines.append(("Smallest n that may be overshot by up to 50", str(stable)))
    title = f"Single stage: p0 {p0:g}, p1 {p1:g}, alpha {errors.alpha:g}, power {1 - errors.beta:g}"
    return Answer(title, facts, tuple(lines))


def single_arm(
    reference: float, target: float, shape: float, accrual: float, follow_up: float, lost: float
) -> SingleArm:
    """A single arm whose survival has the reference's shape and another median.

    Raises:
        ArgumentError: a value is out of range.
    """
    curve = WeibullCurve(reference, shape)
    ratio = (reference / WeibullCurve(target, shape).median) ** shape
    return SingleArm(curve, ratio, accrual, follow_up, dropout_hazard(lost, DROPOUT_BY_MONTHS))


def one_sample_answer(arm: SingleArm, errors: Errors) -> Answer:
    """Subjects of a single arm against a known curve (Wu 2015).

    Raises:
        ArgumentError: a value is out of range.
    """
    n = one_sample_size(arm, errors.alpha, errors.beta)
    facts = {"subjects": n, "hazard_ratio": arm.ratio, "reference_median": arm.reference.median}
    title = f"One-sample log-rank (Wu 2015): one-sided alpha {errors.alpha:g}, power {1 - errors.beta:g}"
    lines = (
        ("Reference median", f"{arm.reference.median:g}"),
        ("Hazard ratio assumed", f"{arm.ratio:.3f}"),
        ("Subjects", str(math.ceil(n))),
    )
    return Answer(title, facts, lines)


def rates_answer(rates: TwoRates, errors: Errors, allocation: float) -> Answer:
    """Subjects of two arms compared in a rate (Farrington and Manning 1990).

    Raises:
        ArgumentError: a value is out of range.
    """
    n = farrington_manning_size(rates, errors.alpha, errors.beta, allocation)
    power = farrington_manning_power(rates, errors.alpha, math.ceil(n), allocation)
    facts = {"subjects": n, "power_rounded_up": power, "ruled_out": rates.ruled_out}
    lines = (
        ("Difference assumed", f"{rates.experimental - rates.control:+.3f}"),
        ("Difference to rule out", f"{rates.ruled_out:+.3f}"),
        ("Subjects in both arms", str(math.ceil(n))),
        ("Power with these", f"{power:.4f}"),
    )
    asked = f"one-sided alpha {errors.alpha:g}, power {1 - errors.beta:g}"
    return Answer(f"Two rates, score test of Farrington and Manning: {asked}", facts, lines)


def winner_answer(best: float, others: float, arms: int, probability: float) -> Answer:
    """Subjects an arm to choose the best arm (Simon, Wittes and Ellenberg 1985).

    Raises:
        ArgumentError: a value is out of range.
    """
    n = pick_the_winner(best, others, arms, probability)
    correct = correct_selection(n, best, others, arms)
    facts = {"subjects_per_arm": n, "probability": correct, "arms": arms}
    lines = (("Subjects in each arm", str(n)), ("Probability of the right choice", f"{correct:.4f}"))
    return Answer(f"Pick the winner of {arms} arms: {best:g} against {others:g}", facts, lines)


def operating_answer(found: Characteristics, alpha: float) -> Answer:
    """What simulated trials decided, with Monte-Carlo errors, and how fast they ran."""
    sums = found.sums
    mean, spread = sums.log_hr
    decisions = {
        "log-rank: experimental arm better": sums.benefit,
        "log-rank: experimental arm worse": sums.harm,
        **{f"hazard ratio shown below {margin:g}": sums.below(margin) for margin in sums.margins},
        "no finite hazard ratio": sums.not_estimable,
    }
    facts = {
        "trials": sums.trials,
        "alpha": alpha,
        "decisions": {name: {"share": one.value, "error": one.error} for name, one in decisions.items()},
        "mean_events": sums.events,
        "log_hazard_ratio": {"mean": mean, "sd": spread},
        "precision_reached": found.reached,
    }
    lines = [(name.capitalize(), _with_error(one)) for name, one in decisions.items()]
    lines.append(("Mean events", f"{sums.events:.2f}"))
    lines.append(("Mean log hazard ratio, and standard deviation", f"{mean:.4f}, {spread:.4f}"))
    speed = sums.trials / max(found.seconds, 1e-9)
    lines.append(("Trials a second", f"{speed:,.0f}"))
    return Answer(f"{sums.trials:,} simulated trials, one-sided alpha {alpha:g}", facts, tuple(lines))


def _with_error(one: Proportion) -> str:
    return f"{one.value:.5f} ± {one.error:.5f}"


def _course_lines(plan: MultiStagePlan, courses: tuple[Course, Course]) -> tuple[tuple[str, str], ...]:
    null, alternative = courses
    so_far = list(accumulate(plan.sizes))
    stops = [f"{accept}/{n}" for accept, n in zip(plan.accept[:-1], so_far[:-1], strict=True) if accept >= 0]
    return (
        ("Stop for futility at r/n or fewer", ", ".join(stops) or "never"),
        ("Active with, of all", f"{plan.reject[-1]} of {so_far[-1]}"),
        ("Exact alpha and power", f"{null.rejects:.4f}, {alternative.rejects:.4f}"),
        ("Mean subjects at p0 and p1", f"{null.expected_size:.2f}, {alternative.expected_size:.2f}"),
    )


def _course_facts(plan: MultiStagePlan, courses: tuple[Course, Course]) -> dict[str, object]:
    null, alternative = courses
    return {
        "n": list(accumulate(plan.sizes)),
        "stop_at_or_below": list(plan.accept),
        "needed": plan.reject[-1],
        "alpha": null.rejects,
        "power": alternative.rejects,
        "en0": null.expected_size,
        "pet0": math.fsum(null.stop_for_futility[:-1]),
    }


def bop2_answer(looks: tuple[int, ...], p0: float, p1: float, alpha: float) -> Answer:
    """BOP2 for one rate, its tuning and exact characteristics.

    Raises:
        ArgumentError: a value is out of range, or no tuning keeps alpha.
    """
    found = bop2(looks, p0, p1, alpha)
    courses = (found.null, found.alternative)
    facts = {"scale": found.scale, "power_of_fraction": found.power_of_fraction}
    bound = f"{found.scale:g} (n/N)^{found.power_of_fraction:g}"
    title = f"BOP2: p0 {p0:g}, p1 {p1:g}, alpha at most {alpha:g}; stop where P(rate > p0) < {bound}"
    return Answer(title, facts | _course_facts(found.plan, courses), _course_lines(found.plan, courses))


def predictive_answer(looks: tuple[int, ...], p0: float, p1: float, least: float, target: float) -> Answer:
    """A predictive-probability design with a prior of one subject at p0, and its exact characteristics.

    Raises:
        ArgumentError: a value is out of range, or no result would be a success.
    """
    check_rates(p0, p1)
    plan = predictive_plan(looks, p0, BetaPrior(p0, 1.0 - p0), least, target)
    if plan.reject[-1] > looks[-1]:
        raise ArgumentError.at(
            "looks",
            f"{looks[-1]} responses of {looks[-1]} are no success",
            expected="a size with which success is possible",
            remedy="enrol more subjects, or lower --target",
        )
    courses = (course(plan, p0), course(plan, p1))
    title = f"Predictive probability: p0 {p0:g}, p1 {p1:g}; stop below {least:g}, success above {target:g}"
    return Answer(title, _course_facts(plan, courses), _course_lines(plan, courses))
