"""`trialwright design delayed`: the tests side by side where an effect sets in late."""

from __future__ import annotations

from typing import Annotated

import typer

from trialwright.cli_design import AccrualTime, Allocation, Alpha, Dropout, FollowUp, Json, numbers, show
from trialwright.errors import ArgumentError

USUAL_POWER = 0.8


def _checked(power: float, alpha: float) -> float:
    if not alpha < power < 1.0:
        raise ArgumentError.at("--power", f"{power:g}", expected="a power above alpha and below 1, like 0.8")
    return power


def delayed(
    median: Annotated[float, typer.Option(help="Median of the control arm, in months.")],
    delay: Annotated[str, typer.Option(help="Months until the hazard ratio changes from 1; several: 3,12.")],
    hr: Annotated[str, typer.Option("--hr", help="The hazard ratio from then on; one for each: 0.6,0.8.")],
    accrual: AccrualTime,
    follow_up: FollowUp,
    dropout: Dropout = 0.0,
    allocation: Allocation = 1.0,
    n: Annotated[int | None, typer.Option("--n", help="Subjects of both arms: gives the power.")] = None,
    power: Annotated[float | None, typer.Option(help="Power: gives the subjects; 0.8 without --n.")] = None,
    tests: Annotated[
        str, typer.Option(help="Any of logrank, fh:RHO:GAMMA, maxcombo, rmst.")
    ] = "logrank,fh:0:1,maxcombo,rmst",
    combination: Annotated[
        str, typer.Option(help="Weights of maxcombo: two to four RHO:GAMMA.")
    ] = "0:0,0:1,1:0,1:1",
    tau: Annotated[
        float | None, typer.Option(help="Months to which means are restricted; follow-up + accrual / 2.")
    ] = None,
    alpha: Alpha = 0.025,
    trials: Annotated[int, typer.Option(help="Simulated trials at most; 0: none.")] = 10_000,
    precision: Annotated[float | None, typer.Option(help="Stop at this Monte-Carlo error.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Which test to plan where the effect sets in late: log-rank, late weights, MaxCombo, means."""
    from trialwright.design import delayed as design  # noqa: PLC0415 (heavy)
    from trialwright.design.operating import Effort  # noqa: PLC0415 (heavy)
    from trialwright.design.sizes import two_arms  # noqa: PLC0415 (heavy)
    from trialwright.design.watch import OnBar  # noqa: PLC0415 (heavy)
    from trialwright.stats.named_tests import read_combination, read_tests  # noqa: PLC0415 (heavy)

    if n is not None and power is not None:
        raise ArgumentError.at("--n, --power", "both", expected="one: the other is the answer")
    effect = design.ChangingEffect(numbers(delay, "--delay"), numbers(hr, "--hr"))
    plain = two_arms((median, median), accrual, follow_up, dropout, allocation)
    trial = design.delayed_trial(plain, effect)
    restricted = design.usual_tau(trial) if tau is None else tau
    chosen = read_tests(tests, read_combination(combination, "--combination"), restricted, "--tests")
    with OnBar() as bar:
        simulation = design.Simulation(Effort(trials, precision), seed, bar.move) if trials else None
        if n is None:
            beta = 1.0 - _checked(USUAL_POWER if power is None else power, alpha)
            rows = design.sizes(trial, chosen, alpha, beta, simulation)
        else:
            rows = design.powers(trial, chosen, alpha, n, simulation)
    answer = design.DelayedAnswer(trial, effect, alpha, rows)
    show(answer.facts, answer.table, as_json=as_json)
