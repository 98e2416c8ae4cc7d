"""`trialwright design STUDY`: the plan of a study, checked, and what its size supports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli_design import Json, Scheduler, runner_on


def study_design(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="A folder with study.yaml, or a gallery name.")
    ],
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("design"),
    trials_at_most: Annotated[int, typer.Option("--trials", help="Endpoint-level trials.")] = 1_000_000,
    protocol_trials: Annotated[int, typer.Option(help="Protocol-level trials.")] = 2_000,
    precision: Annotated[float | None, typer.Option(help="Stop at this Monte-Carlo error.")] = None,
    events: Annotated[float | None, typer.Option(help="Events behind the analysis, where known.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    scheduler: Scheduler = None,
    *,
    as_json: Json = False,
) -> None:
    """The plan of a study, checked, and what its size supports: design.html; every number in design.json."""
    from trialwright.check import has_errors  # noqa: PLC0415 (heavy)
    from trialwright.design.operating import Effort  # noqa: PLC0415 (heavy)
    from trialwright.design.study_chapters import DesignEffort  # noqa: PLC0415 (heavy)
    from trialwright.design.study_report import write_design  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    efforts = Effort(trials_at_most, precision), Effort(protocol_trials, precision)
    effort = DesignEffort(*efforts, seed, events, runner_on(scheduler))
    made = write_design(study, out, effort, OnTerminal())
    if as_json:
        typer.echo(json.dumps(made.as_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(f"{made.plan}")
        for one in made.findings:
            typer.echo(f"{one.severity.value}: {one.what}. Remedy: {one.remedy}.")
        typer.echo(made.page)
    if has_errors(made.findings):
        raise typer.Exit(1)
