"""`trialwright design …`: thin commands, heavy imports inside; `design STUDY` is the command `study`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.table import Table

    from trialwright.design.operating import Runner
    from trialwright.stats.spending import Spending

STUDY_COMMAND = "study"


class StudyOrDesign(TyperGroup):
    """A group whose first word is a design, or else a study."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `design nabp-cis …` as `design study nabp-cis …`."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [STUDY_COMMAND, *args]
        return super().parse_args(ctx, args)


design_app = typer.Typer(
    cls=StudyOrDesign,
    help="Sample size and operating characteristics of a STUDY, or of a design named by its kind.",
    no_args_is_help=True,
)


@design_app.callback()
def _before() -> None:
    from trialwright.design.watch import announce_compilation  # noqa: PLC0415 (heavy)

    announce_compilation()


Json = Annotated[bool, typer.Option("--json", help="The same facts for programs.")]
NullRate = Annotated[float, typer.Option("--p0", help="The response rate that is too low.")]
TargetRate = Annotated[float, typer.Option("--p1", help="The response rate worth finding.")]
Alpha = Annotated[float, typer.Option(help="One-sided type I error.")]
Beta = Annotated[float, typer.Option(help="Type II error: 1 − power.")]
Scheduler = Annotated[
    str | None,
    typer.Option(help="A Dask scheduler for trials of two arms: tcp://host:8786 (extra scale)."),
]


def runner_on(scheduler: str | None) -> Runner:
    """Where batches of trials run: on the workers of a scheduler, or here."""
    from trialwright.design.operating import here  # noqa: PLC0415 (heavy)

    if scheduler is None:
        return here
    from trialwright.design.cluster import OnCluster, connect  # noqa: PLC0415 (heavy)

    return OnCluster(connect(scheduler))


def show(facts: Mapping[str, Any], as_table: Callable[[], Table], *, as_json: bool) -> None:
    """Print the answer for a program or for a person."""
    if as_json:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console  # noqa: PLC0415 (heavy)

    Console().print(as_table())


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Numbers separated by commas.

    Raises:
        ArgumentError: one of them is no number.
    """
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ArgumentError.at(option, repr(text), expected="numbers separated by commas") from error


@design_app.command()
def simon(
    p0: NullRate,
    p1: TargetRate,
    alpha: Alpha = 0.05,
    beta: Beta = 0.2,
    n_max: Annotated[int, typer.Option("--n-max", help="The largest size to search.")] = 300,
    *,
    as_json: Json = False,
) -> None:
    """Simon's optimal, minimax and admissible two-stage designs, by complete search."""
    from trialwright.design.tables import simon_table  # noqa: PLC0415 (heavy)
    from trialwright.stats.two_stage import simon_designs  # noqa: PLC0415 (heavy)

    designs = simon_designs(p0, p1, alpha, beta, n_max)
    show(designs.as_json(), lambda: simon_table(designs), as_json=as_json)


Medians = Annotated[
    str, typer.Option(help="Median of the control and of the experimental arm, in months: 7.5,7.7.")
]
AccrualTime = Annotated[float, typer.Option(help="Months of accrual.")]
FollowUp = Annotated[float, typer.Option("--follow-up", help="Months from the last entry to the analysis.")]
Dropout = Annotated[float, typer.Option("--dropout", help="Share lost by 12 months.")]
Allocation = Annotated[float, typer.Option(help="Experimental subjects for each control.")]


def pair(text: str, option: str) -> tuple[float, float]:
    """Two numbers separated by a comma.

    Raises:
        ArgumentError: there are not two.
    """
    found = numbers(text, option)
    if len(found) != len(("control", "experimental")):
        raise ArgumentError.at(option, repr(text), expected="two numbers, like 7.5,7.7")
    return found[0], found[1]


@design_app.command("single")
def single(
    p0: NullRate, p1: TargetRate, alpha: Alpha = 0.05, beta: Beta = 0.2, *, as_json: Json = False
) -> None:
    """Single-stage designs on a response rate: exact (A'Hern) and Fleming's."""
    from trialwright.design.sizes import Errors, single_stage_answer  # noqa: PLC0415 (heavy)

    answer = single_stage_answer(p0, p1, Errors(alpha, beta))
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command("survival")
def survival_design(
    medians: Medians,
    accrual: AccrualTime,
    follow_up: FollowUp,
    dropout: Dropout = 0.0,
    allocation: Allocation = 1.0,
    margin: Annotated[float, typer.Option(help="Hazard ratio to rule out; 1 asks for superiority.")] = 1.0,
    alpha: Alpha = 0.025,
    beta: Beta = 0.2,
    *,
    as_json: Json = False,
) -> None:
    """Events and subjects of two arms: Schoenfeld, Freedman, Lachin–Foulkes; a larger alpha screens."""
    from trialwright.design.sizes import Errors, survival_sizes, two_arms  # noqa: PLC0415 (heavy)

    trial = two_arms(pair(medians, "--medians"), accrual, follow_up, dropout, allocation)
    answer = survival_sizes(trial, margin, Errors(alpha, beta))
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command()
def trials(
    n: Annotated[int, typer.Option("--n", help="Subjects of both arms.")],
    medians: Medians,
    accrual: AccrualTime,
    follow_up: FollowUp,
    dropout: Dropout = 0.0,
    allocation: Allocation = 1.0,
    margins: Annotated[str, typer.Option(help="Hazard ratios to rule out: 1.2,1.3,1.5,2.")] = "",
    alpha: Alpha = 0.025,
    trials_at_most: Annotated[int, typer.Option("--trials", help="Simulated trials at most.")] = 1_000_000,
    precision: Annotated[float | None, typer.Option(help="Stop at this Monte-Carlo error.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    scheduler: Scheduler = None,
    *,
    as_json: Json = False,
) -> None:
    """Operating characteristics by simulation: log-rank and Cox in each trial."""
    from trialwright.design.operating import Effort, endpoint_characteristics  # noqa: PLC0415 (heavy)
    from trialwright.design.sizes import operating_answer, two_arms  # noqa: PLC0415 (heavy)
    from trialwright.design.watch import OnBar  # noqa: PLC0415 (heavy)
    from trialwright.stats.trial_model import split_subjects, trial_model  # noqa: PLC0415 (heavy)

    trial = two_arms(pair(medians, "--medians"), accrual, follow_up, dropout, allocation)
    model = trial_model(*split_subjects(n, allocation), trial)
    ruled_out = numbers(margins, "--margins")
    effort = Effort(trials_at_most, precision)
    with OnBar() as bar:
        found = endpoint_characteristics(
            model, alpha, effort, margins=ruled_out, seed=seed, watcher=bar, runner=runner_on(scheduler)
        )
    answer = operating_answer(found, alpha)
    show(answer.facts, answer.table, as_json=as_json)


class SpendingName(StrEnum):
    """Error-spending functions."""

    OBRIEN_FLEMING = "obrien-fleming"
    POCOCK = "pocock"
    HWANG_SHIH_DECANI = "hwang-shih-decani"


class FutilityName(StrEnum):
    """Whether there are futility boundaries, and whether they bind."""

    NONE = "none"
    BINDING = "binding"
    NOT_BINDING = "not-binding"


@design_app.command()
def sequential(
    looks: Annotated[str, typer.Option(help="Information fractions: 0.5,1.")],
    spending: Annotated[SpendingName, typer.Option(help="How alpha is spent.")] = SpendingName.OBRIEN_FLEMING,
    gamma: Annotated[float, typer.Option(help="Parameter of Hwang–Shih–DeCani.")] = -4.0,
    futility: Annotated[FutilityName, typer.Option(help="Futility boundaries.")] = FutilityName.NONE,
    beta_gamma: Annotated[float, typer.Option(help="Hwang–Shih–DeCani parameter of beta.")] = -2.0,
    alpha: Alpha = 0.025,
    beta: Beta = 0.2,
    seen: Annotated[float | None, typer.Option(help="The z seen at a look: the power that is left.")] = None,
    look: Annotated[int, typer.Option(help="Number of that look; 1 is the first.")] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Group sequential boundaries by Lan–DeMets spending, their power and expected information."""
    from trialwright.design.interim import interim_answer  # noqa: PLC0415 (heavy)
    from trialwright.design.sizes import sequential_answer  # noqa: PLC0415 (heavy)
    from trialwright.stats.group_sequential import (  # noqa: PLC0415 (heavy)
        Futility,
        FutilityRule,
        Interim,
        sequential_plan,
    )
    from trialwright.stats.spending import HwangShihDeCani, OBrienFleming, Pocock  # noqa: PLC0415 (heavy)

    rules: dict[SpendingName, Spending] = {
        SpendingName.OBRIEN_FLEMING: OBrienFleming(),
        SpendingName.POCOCK: Pocock(),
        SpendingName.HWANG_SHIH_DECANI: HwangShihDeCani(gamma),
    }
    kinds = {FutilityName.BINDING: Futility.BINDING, FutilityName.NOT_BINDING: Futility.NOT_BINDING}
    kind = kinds.get(futility)
    rule = FutilityRule(HwangShihDeCani(beta_gamma), kind) if kind else None
    plan = sequential_plan(numbers(looks, "--looks"), alpha, beta, rules[spending], rule)
    if seen is None:
        answer = sequential_answer(plan, rules[spending])
    else:
        answer = interim_answer(plan, Interim(look, seen))
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command("one-sample")
def one_sample(
    reference: Annotated[float, typer.Option(help="Median of the reference curve.")],
    target: Annotated[float, typer.Option(help="Median worth finding.")],
    accrual: AccrualTime,
    follow_up: FollowUp,
    shape: Annotated[float, typer.Option(help="Weibull shape of the reference; 1 is exponential.")] = 1.0,
    dropout: Dropout = 0.0,
    alpha: Alpha = 0.05,
    beta: Beta = 0.2,
    *,
    as_json: Json = False,
) -> None:
    """A single arm against a known survival curve: one-sample log-rank test (Wu 2015)."""
    from trialwright.design.sizes import Errors, one_sample_answer, single_arm  # noqa: PLC0415 (heavy)

    arm = single_arm(reference, target, shape, accrual, follow_up, dropout)
    answer = one_sample_answer(arm, Errors(alpha, beta))
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command()
def rates(
    experimental: Annotated[float, typer.Option(help="Rate assumed in the experimental arm.")],
    control: Annotated[float, typer.Option(help="Rate assumed in the control arm.")],
    margin: Annotated[float, typer.Option(help="Loss still acceptable; 0 asks for superiority.")] = 0.0,
    allocation: Allocation = 1.0,
    alpha: Alpha = 0.025,
    beta: Beta = 0.2,
    *,
    as_json: Json = False,
) -> None:
    """Two response rates: superiority or non-inferiority by Farrington and Manning's score test."""
    from trialwright.design.sizes import Errors, rates_answer  # noqa: PLC0415 (heavy)
    from trialwright.stats.rate_sizes import TwoRates  # noqa: PLC0415 (heavy)

    answer = rates_answer(TwoRates(experimental, control, 0.0 - margin), Errors(alpha, beta), allocation)
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command()
def winner(
    best: Annotated[float, typer.Option(help="Rate of the best arm.")],
    others: Annotated[float, typer.Option(help="Rate of all other arms.")],
    arms: Annotated[int, typer.Option(help="Number of arms.")] = 2,
    probability: Annotated[float, typer.Option(help="Probability of the right choice.")] = 0.9,
    *,
    as_json: Json = False,
) -> None:
    """Pick the winner among randomised arms (Simon, Wittes and Ellenberg 1985)."""
    from trialwright.design.sizes import winner_answer  # noqa: PLC0415 (heavy)

    answer = winner_answer(best, others, arms, probability)
    show(answer.facts, answer.table, as_json=as_json)


Looks = Annotated[str, typer.Option(help="Subjects at each look: 10,20,30,40.")]


def whole(text: str, option: str) -> tuple[int, ...]:
    """Whole numbers separated by commas.

    Raises:
        ArgumentError: one of them is no whole number.
    """
    found = numbers(text, option)
    if not all(one.is_integer() for one in found):
        raise ArgumentError.at(option, repr(text), expected="whole numbers separated by commas")
    return tuple(int(one) for one in found)


@design_app.command("bop2")
def bop2_design(
    p0: NullRate, p1: TargetRate, looks: Looks, alpha: Alpha = 0.1, *, as_json: Json = False
) -> None:
    """BOP2 for one response rate: futility stops by posterior probability, tuned to keep alpha."""
    from trialwright.design.sizes import bop2_answer  # noqa: PLC0415 (heavy)

    answer = bop2_answer(whole(looks, "--looks"), p0, p1, alpha)
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command()
def predictive(
    p0: NullRate,
    p1: TargetRate,
    looks: Looks,
    least: Annotated[float, typer.Option(help="Stop where success is less probable than this.")] = 0.001,
    target: Annotated[float, typer.Option(help="Success: P(rate > p0) above this at the end.")] = 0.9,
    *,
    as_json: Json = False,
) -> None:
    """Futility stops by the predictive probability of success (Lee and Liu 2008)."""
    from trialwright.design.sizes import predictive_answer  # noqa: PLC0415 (heavy)

    answer = predictive_answer(whole(looks, "--looks"), p0, p1, least, target)
    show(answer.facts, answer.table, as_json=as_json)


@design_app.command()
def after(
    r1: Annotated[int, typer.Option(help="Planned: stop with this many responses or fewer …")],
    n1: Annotated[int, typer.Option(help="… among these subjects.")],
    r: Annotated[int, typer.Option(help="Planned: active with more responses than this …")],
    n: Annotated[int, typer.Option(help="… among these subjects.")],
    p0: NullRate,
    x1: Annotated[int, typer.Option(help="Responses seen in the first stage.")],
    x2: Annotated[int, typer.Option(help="Responses seen in the second stage.")] = 0,
    n2: Annotated[int, typer.Option(help="Subjects that the second stage really had; 0: it stopped.")] = 0,
    level: Annotated[float, typer.Option(help="Level of the interval.")] = 0.95,
    *,
    as_json: Json = False,
) -> None:
    """What a finished two-stage trial says: unbiased estimate, interval and p that fit its design."""
    from trialwright.design.after import after_answer  # noqa: PLC0415 (heavy)
    from trialwright.stats.two_stage import TwoStagePlan  # noqa: PLC0415 (heavy)
    from trialwright.stats.two_stage_inference import TwoStageOutcome  # noqa: PLC0415 (heavy)

    answer = after_answer(TwoStagePlan(r1, n1, r, n), TwoStageOutcome(x1, x2, n2), p0, level)
    show(answer.facts, answer.table, as_json=as_json)
