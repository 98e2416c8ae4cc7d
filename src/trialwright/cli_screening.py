"""`trialwright design screening`: sizes of a randomised phase II screening trial."""

from __future__ import annotations

from typing import Annotated

import typer

from trialwright.cli_design import Allocation, Dropout, Json, numbers, pair, show
from trialwright.errors import ArgumentError


def screening(
    medians: Annotated[
        str, typer.Option(help="Times to event: median of the control and of the experimental arm, 6,9.")
    ] = "",
    rates: Annotated[
        str, typer.Option(help="Response rates: of the control and of the experimental arm, .2,.4.")
    ] = "",
    accrual: Annotated[float | None, typer.Option(help="Months of accrual.")] = None,
    follow_up: Annotated[
        float | None, typer.Option("--follow-up", help="Months from the last entry to the analysis.")
    ] = None,
    dropout: Dropout = 0.0,
    allocation: Allocation = 1.0,
    alpha: Annotated[str, typer.Option(help="One-sided levels, 0.1 to 0.2.")] = "0.1,0.2",
    beta: Annotated[str, typer.Option(help="Type II errors.")] = "0.1,0.2",
    *,
    as_json: Json = False,
) -> None:
    """Is an arm worth a phase III? Randomised screening at alpha 0.1 to 0.2 (Rubinstein 2005)."""
    from trialwright.design.screening import screening_rates, screening_times  # noqa: PLC0415 (heavy)
    from trialwright.design.sizes import two_arms  # noqa: PLC0415 (heavy)
    from trialwright.stats.rate_sizes import TwoRates  # noqa: PLC0415 (heavy)

    if bool(medians) == bool(rates):
        raise ArgumentError.at("screening", "neither or both kinds", expected="either --medians or --rates")
    alphas, betas = numbers(alpha, "--alpha"), numbers(beta, "--beta")
    if rates:
        control, experimental = pair(rates, "--rates")
        answer = screening_rates(TwoRates(experimental, control), allocation, alphas, betas)
    else:
        if accrual is None or follow_up is None:
            raise ArgumentError.at("--medians", "no timing", expected="--accrual and --follow-up, in months")
        trial = two_arms(pair(medians, "--medians"), accrual, follow_up, dropout, allocation)
        answer = screening_times(trial, alphas, betas)
    show(answer.facts, answer.table, as_json=as_json)
