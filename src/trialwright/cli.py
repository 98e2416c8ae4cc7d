"""The command line: one thin function a command; every heavy import waits until its command runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright import __version__
from trialwright.cli_cohorts import cohorts
from trialwright.cli_delayed import delayed
from trialwright.cli_design import STUDY_COMMAND, design_app
from trialwright.cli_screening import screening
from trialwright.cli_study_design import study_design
from trialwright.cli_survival import listed, survival
from trialwright.errors import ArgumentError, TrialwrightError

app = typer.Typer(
    name="trialwright",
    help="An oncology trial from protocol to publication.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

design_app.command()(cohorts)
design_app.command()(delayed)
design_app.command()(screening)
design_app.command(STUDY_COMMAND)(study_design)
app.add_typer(design_app, name="design")

EXIT_FINDINGS = 1
EXIT_INPUT = 2
_FEW_NUMBERS = frozenset({"audit", "draft-claims"})
"""Commands that call kernels so few times that compiling them would be most of the work."""

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
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=CHOICE", help="What CTCAE leaves open, e.g. symptoms=milder."),
    ] = None,
) -> None:
    """Grade laboratory results by CTCAE 5.0: TERM, AVAL, AVALU, ANRLO, ANRHI, BASE, BNRIND, PCHG to GRADE."""
    from trialwright.derive.ctcae.files import grade_file  # noqa: PLC0415 (heavy)

    typer.echo(grade_file(source, target, _choices(option or [])).report(), err=True)


def _choices(options: list[str]) -> dict[str, str]:
    """NAME=CHOICE, several times; each name once."""
    choices: dict[str, str] = {}
    for text in options:
        name, equals, choice = (part.strip() for part in text.partition("="))
        if not (name and equals and choice):
            raise ArgumentError.at("--option", repr(text), expected="NAME=CHOICE, like symptoms=milder")
        if choices.setdefault(name, choice) != choice:
            raise ArgumentError.at("--option", f"{name} is given twice", remedy="give one choice for it")
    return choices


app.command()(survival)

OptionalData = Annotated[
    Path | None, typer.Option("--data", help="A folder of SDTM datasets; the study's own if left out.")
]


@app.command()
def check(
    study: Study,
    data: OptionalData = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Every finding, for programs.")] = False,
) -> None:
    """The study file, and data against SDTM and the protocol; exit status 1 if there are errors."""
    from trialwright import check as checking  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    name, findings = checking.check_study(study, data, OnTerminal())
    if as_json:
        typer.echo(json.dumps(checking.as_json(name, findings), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console  # noqa: PLC0415 (heavy)

        checking.print_findings(name, findings, Console())
    if findings and checking.has_errors(findings):
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
) -> None:
    """A commented study folder to start from."""
    from trialwright.protocol.template import write_new_study  # noqa: PLC0415 (heavy)

    for path in write_new_study(folder):
        typer.echo(path)


@app.command()
def ingest(
    study: Annotated[
        str | None, typer.Argument(metavar="STUDY", help="A folder with study.yaml, or a gallery name.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="SOURCE", help="A workbook, a CSV file or a folder; by default the mapping's."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to write.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping.yaml; the one beside study.yaml if left out.")
    ] = None,
    guess: Annotated[Path | None, typer.Option(help="Only propose a mapping for this source.")] = None,
) -> None:
    """Spreadsheet, CSV or REDCap export to SDTM; exit status 1 if rows were rejected."""
    from trialwright.ingest import command  # noqa: PLC0415 (heavy)

    if guess is not None:
        typer.echo(command.guess(guess))
        return
    lines, has_errors = command.ingest(study, source, out, mapping)
    for line in lines:
        typer.echo(line)
    if has_errors:
        raise typer.Exit(EXIT_FINDINGS)


def _leave_with_errors(errors: int) -> None:
    """Done, but not with clean data: exit status 1, and where to read about it."""
    if errors:
        noun = "finding" if errors == 1 else "findings"
        typer.echo(f"Done, with {errors} {noun} of severity error: `trialwright check` lists them.", err=True)
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def derive(
    study: Study,
    out: Annotated[Path, typer.Option(help="The folder to write: one Parquet file a dataset.")],
    data: OptionalData = None,
) -> None:
    """SDTM to ADaM: adsl, adtr, adrs, adtte, adae, adlb, adex."""
    from trialwright import workflow  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    loaded = workflow.load(study, data, OnTerminal())
    for name in workflow.write_adam(loaded, out):
        typer.echo(out / name)
    _leave_with_errors(loaded.errors)


@app.command()
def analyse(
    study: Study,
    out: Annotated[Path, typer.Option(help="The results table: a name ending in .parquet or .json.")],
    data: OptionalData = None,
) -> None:
    """The results table: every number with its population, method and subjects."""
    from trialwright import workflow  # noqa: PLC0415 (heavy)
    from trialwright.analyse.write import write_results  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    steps = OnTerminal()
    loaded = workflow.load(study, data, steps)
    write_results(workflow.analyse(loaded, steps), out)
    typer.echo(out)
    _leave_with_errors(loaded.errors)


@app.command()
def report(
    study: Study,
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    data: OptionalData = None,
    formats: Annotated[str, typer.Option("--format", help="html")] = "html",
) -> None:
    """The whole way: data to report.html, with the results table beside it."""
    from trialwright import workflow  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    steps = OnTerminal()
    wanted = workflow.known_formats(listed(formats))
    loaded = workflow.load(study, data, steps)
    typer.echo(workflow.write_report(loaded, out, wanted, steps))
    _leave_with_errors(loaded.errors)


@app.command()
def explain(
    study: Study,
    subject: Annotated[str, typer.Argument(help="USUBJID or SUBJID.")],
    data: OptionalData = None,
) -> None:
    """Why each response, event and censoring date of a subject is what it is, with the records."""
    from trialwright import workflow  # noqa: PLC0415 (heavy)
    from trialwright.report.patient import explain_text  # noqa: PLC0415 (heavy)

    loaded = workflow.load(study, data)
    typer.echo(explain_text(loaded.study, loaded.adam, loaded.data, subject))


@app.command()
def audit(
    claims: Annotated[
        str,
        typer.Argument(
            metavar="CLAIMS", help="A claims.yaml, a study folder that has one, or a gallery name."
        ),
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="The findings for programs, a JSON file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="The findings as a page, an HTML file.")
    ] = None,
) -> None:
    """Check published claims: what cannot be reproduced from their own figures, and what would mend it."""
    from trialwright import auditing  # noqa: PLC0415 (heavy)

    done = auditing.audit_claims(claims)
    auditing.write_audit(done, json_file=json_file, html_file=html_file)
    typer.echo(done.text, nl=False)
    if done.has_errors:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def reconstruct(
    claims: Annotated[
        str,
        typer.Argument(
            metavar="CLAIMS", help="A claims.yaml, a study folder that has one, or a gallery name."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write: SDTM, the ensemble, the constraints.")],
    seed: Annotated[int, typer.Option(help="Same seed, same subjects.")] = 1,
    ensemble: Annotated[int, typer.Option(help="How many data sets.")] = 50,
) -> None:
    """Patient-level data that the claims or digitised curves allow; everything is marked RECONSTRUCTED."""
    from trialwright import auditing  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    typer.echo(auditing.reconstruct(claims, out, OnTerminal(), seed=seed, size=ensemble), nl=False)


@app.command()
def draft_claims(
    text: Annotated[Path, typer.Argument(metavar="TEXT", help="A text file: the abstract as it was pasted.")],
    out: Annotated[
        Path | None, typer.Option(help="The claims.yaml to write; the screen if left out.")
    ] = None,
) -> None:
    """Draft a claims.yaml from pasted text by rules; every number that no rule understood is marked."""
    from trialwright import auditing  # noqa: PLC0415 (heavy)

    typer.echo(auditing.draft(text, out), nl=False)


@app.command()
def demo(out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("demo")) -> None:
    """Every study of the gallery, data to report; ends with the pilot's agreement table."""
    from rich.console import Console  # noqa: PLC0415 (heavy)

    from trialwright.demo import run_demo  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)

    if run_demo(out, Console(), OnTerminal()):
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def dose(
    study: Study,
    height: Annotated[float, typer.Option(help="Height in cm.")],
    weight: Annotated[float, typer.Option(help="Weight in kg.")],
    arm: Annotated[str | None, typer.Option(help="The arm, where the study has several.")] = None,
    level: Annotated[int, typer.Option(help="Dose level; 1 is the full dose.")] = 1,
    age: Annotated[float | None, typer.Option(help="Years; for carboplatin.")] = None,
    sex: Annotated[str | None, typer.Option(help="F or M; for carboplatin.")] = None,
    creatinine: Annotated[float | None, typer.Option(help="Serum creatinine in micromol/L.")] = None,
    clearance: Annotated[float | None, typer.Option(help="Measured clearance in mL/min.")] = None,
    formula: Annotated[str, typer.Option(help="mosteller, du-bois, haycock or gehan-george.")] = "mosteller",
    surface_cap: Annotated[float | None, typer.Option(help="Cap of the body surface in m2.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same facts for programs.")] = False,
) -> None:
    """The dose sheet of a cycle for a subject of this size."""
    from trialwright.protocol.dosing import sheet  # noqa: PLC0415 (heavy)
    from trialwright.protocol.dosing.amounts import Prescriber  # noqa: PLC0415 (heavy)
    from trialwright.protocol.dosing.body import Body, sex_named  # noqa: PLC0415 (heavy)
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)

    body = Body(height, weight, age, sex_named(sex), creatinine)
    prescriber = Prescriber(body, sheet.formula_named(formula), surface_cap, clearance)
    sheets = sheet.cycle_sheets(read_study(study), arm, prescriber, level=level, formula=formula)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in sheets], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n\n".join(sheet.told(one) for one in sheets))


@app.command()
def simulate(
    study: Study,
    out: Annotated[Path, typer.Option(help="The folder to write: one Parquet file a domain.")],
    seed: Annotated[int, typer.Option(help="Same seed, same subjects.")] = 1,
    subjects: Annotated[int | None, typer.Option(help="As many as the assumptions say, if left out.")] = None,
) -> None:
    """Virtual patients as SDTM, from the study's assumptions; everything is marked SIMULATED."""
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)
    from trialwright.simulate.read import read_assumptions  # noqa: PLC0415 (heavy)
    from trialwright.simulate.write import write_simulation  # noqa: PLC0415 (heavy)

    read = read_study(study)
    write_simulation(read, read_assumptions(read), out, seed=seed, subjects=subjects, progress=_to_stderr)
    typer.echo(out)


@app.command()
def calibrate(
    study: Study,
    seed: Annotated[int, typer.Option(help="Same seed, same fit.")] = 1,
    replicates: Annotated[int, typer.Option(help="Trials of the published size for the check.")] = 1000,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; the study's own assumptions.yaml if left out.")
    ] = None,
) -> None:
    """Fit a study's assumptions to its published figures by simulation; exit 1 if some stay outside."""
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)
    from trialwright.simulate.calibrate.write import calibrate_file  # noqa: PLC0415 (heavy)

    outcome = calibrate_file(read_study(study), out, seed=seed, replicates=replicates, progress=_to_stderr)
    typer.echo(outcome.table)
    if outcome.outside:
        raise typer.Exit(EXIT_FINDINGS)


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)


def main() -> None:
    """Run the command line: input that a person can mend ends in one message and exit status 2."""
    if _FEW_NUMBERS.intersection(sys.argv[1:2]):
        os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
    try:
        app()
    except TrialwrightError as error:
        sys.stderr.write(f"trialwright: {error}\n")
        sys.exit(EXIT_INPUT)
