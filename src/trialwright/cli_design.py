"""`trialwright design …`: thin commands, heavy imports inside; `design STUDY` is the command `study`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.table import Table

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

Json = Annotated[bool, typer.Option("--json", help="The same facts for programs.")]
NullRate = Annotated[float, typer.Option("--p0", help="The response rate that is too low.")]
TargetRate = Annotated[float, typer.Option("--p1", help="The response rate worth finding.")]
Alpha = Annotated[float, typer.Option(help="One-sided type I error.")]
Beta = Annotated[float, typer.Option(help="Type II error: 1 − power.")]


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
