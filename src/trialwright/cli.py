"""The command line: one thin function a command; every heavy import waits until its command runs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trialwright import __version__
from trialwright.errors import ArgumentError, TrialwrightError

app = typer.Typer(
    name="trialwright",
    help="An oncology trial from protocol to publication.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

EXIT_FINDINGS = 1
EXIT_INPUT = 2

Study = Annotated[str, typer.Argument(metavar="STUDY", help="A folder with study.yaml, or a gallery name.")]
Data = Annotated[Path, typer.Option("--data", help="A folder of SDTM datasets.")]


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialwright {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True)
    ] = False,
) -> None:
    """An oncology trial from protocol to publication."""


@app.command()
def grade(
    source: Annotated[Path, typer.Option("--in", help="A CSV file of laboratory results.")],
    target: Annotated[Path, typer.Option("--out", help="The CSV file to write: the same rows and GRADE.")],
) -> None:
    """Grade laboratory results by CTCAE 5.0: TERM, AVAL, AVALU, ANRLO, ANRHI, BASE, BNRIND, PCHG to GRADE."""
    from trialwright.derive.ctcae.files import grade_file  # noqa: PLC0415 (heavy)

    typer.echo(grade_file(source, target).report(), err=True)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _landmark_times(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _listed(text))
    except ValueError as error:
        raise ArgumentError.at(
            "--at", repr(text), expected="times separated by commas, like 6,12,24"
        ) from error


class ConfidenceScale(StrEnum):
    """The scale of the Kaplan–Meier interval, as R's `conf.type`."""

    PLAIN = "plain"
    LOG = "log"
    LOG_LOG = "log-log"


@app.command()
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
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same facts for programs.")] = False,
) -> None:
    """Kaplan–Meier, medians, log-rank, Cox and follow-up of one file; missing values are refused."""
    from trialwright.analyse.survival_file import survival_file  # noqa: PLC0415 (heavy)
    from trialwright.analyse.survival_input import SurvivalColumns  # noqa: PLC0415 (heavy)
    from trialwright.stats.survival import ConfType  # noqa: PLC0415 (heavy)

    columns = SurvivalColumns(time, event, by, _listed(strata), _listed(covariates))
    scale = ConfType(conf_type.value)
    answer = survival_file(file, columns, conf_type=scale, landmarks=_landmark_times(at))
    if as_json:
        typer.echo(json.dumps(answer.as_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console  # noqa: PLC0415 (heavy)

    from trialwright.analyse.survival_print import print_survival  # noqa: PLC0415 (heavy)

    print_survival(answer, Console())


def main() -> None:
    """Run the command line: input that a person can mend ends in one message and exit status 2."""
    try:
        app()
    except TrialwrightError as error:
        sys.stderr.write(f"trialwright: {error}\n")
        sys.exit(EXIT_INPUT)
