"""The command line: one thin function a command; every heavy import waits until its command runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright import __version__
from trialwright.errors import TrialwrightError

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


def main() -> None:
    """Run the command line: input that a person can mend ends in one message and exit status 2."""
    try:
        app()
    except TrialwrightError as error:
        sys.stderr.write(f"trialwright: {error}\n")
        sys.exit(EXIT_INPUT)
