"""`trialwright survival`: one file of survival times, without a study."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path  # noqa: TC003 (typer reads the annotations)
from typing import Annotated

import typer

from trialwright.errors import ArgumentError


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _landmark_times(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in listed(text))
    except ValueError as error:
        raise ArgumentError.at(
            "--at", repr(text), expected="times separated by commas, like 6,12,24"
        ) from error


class ConfidenceScale(StrEnum):
    """The scale of the Kaplan–Meier interval, as R's `conf.type`."""

    PLAIN = "plain"
    LOG = "log"
    LOG_LOG = "log-log"


def survival(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file, one row a subject.")],
    time: Annotated[str, typer.Option(help="Column of follow-up times, in any unit.")],
    event: Annotated[str, typer.Option(help="Column of events: 1 or true, 0 or false for censored.")],
    by: Annotated[str | None, typer.Option(help="Column of groups to compare.")] = None,
    strata: Annotated[str, typer.Option(help="Columns of strata, separated by commas.")] = "",
    covariates: Annotated[str, typer.Option(help="Columns of covariates, separated by commas.")] = "",
    conf_type: Annotated[
        ConfidenceScale, typer.Option(help="Scale of the intervals.")
    ] = ConfidenceScale.LOG_LOG,
    at: Annotated[str, typer.Option(help="Times at which to give survival: 6,12,24.")] = "",
    tests: Annotated[
        str, typer.Option(help="Further tests of the groups: maxcombo, rmst, fh:RHO:GAMMA.")
    ] = "",
    tau: Annotated[float | None, typer.Option(help="Time to which rmst restricts the means.")] = None,
    combination: Annotated[
        str, typer.Option(help="Weights of maxcombo: two to four RHO:GAMMA.")
    ] = "0:0,0:1,1:0,1:1",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same facts for programs.")] = False,
) -> None:
    """Kaplan–Meier, medians, log-rank, Cox and follow-up of one file; missing values are refused."""
    from trialwright.analyse.survival_file import survival_file  # noqa: PLC0415 (heavy)
    from trialwright.analyse.survival_input import SurvivalColumns  # noqa: PLC0415 (heavy)
    from trialwright.stats.named_tests import read_combination, read_tests  # noqa: PLC0415 (heavy)
    from trialwright.stats.survival import ConfType  # noqa: PLC0415 (heavy)

    columns = SurvivalColumns(time, event, by, listed(strata), listed(covariates))
    together = read_combination(combination, "--combination")
    if tau is not None and "rmst" not in listed(tests.lower()):
        raise ArgumentError.at("--tau", f"{tau:g}", expected="it with --tests rmst only")
    asked = read_tests(tests, together, tau, "--tests") if listed(tests) else ()
    scale = ConfType(conf_type.value)
    answer = survival_file(file, columns, conf_type=scale, landmarks=_landmark_times(at), tests=asked)
    if as_json:
        typer.echo(json.dumps(answer.as_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console  # noqa: PLC0415 (heavy)

    from trialwright.analyse.survival_print import print_survival  # noqa: PLC0415 (heavy)

    print_survival(answer, Console())
