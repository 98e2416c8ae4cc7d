"""Designs as tables for people on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from trialwright.stats.two_stage import SimonDesigns, TwoStageDesign


SMALLEST_P = 0.0001


def plain_table(title: str, *columns: str, caption: str = "") -> Table:
    """A table whose first column is words and whose others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.caption = caption or None
    table.caption_justify = "left"
    table.add_column(columns[0], overflow="fold")
    for column in columns[1:]:
        table.add_column(column, justify="right", overflow="fold")
    return table


def percent(value: float) -> str:
    """One decimal and the sign: 80.1 %."""
    return f"{100.0 * value:.1f} %"


def small_p(value: float) -> str:
    """Four decimals, or that it is smaller than they show: 0.0268, < 0.0001."""
    return f"{value:.4f}" if value >= SMALLEST_P else f"< {SMALLEST_P:.4f}"


def _names(designs: SimonDesigns, design: TwoStageDesign) -> str:
    names = [
        name
        for name, one in (("minimax", designs.minimax), ("optimal", designs.optimal))
        if one.plan == design.plan
    ]
    return " and ".join(names) or "admissible"


def simon_table(designs: SimonDesigns) -> Table:
    """The admissible designs, minimax first, optimal last."""
    table = plain_table(
        f"Simon two-stage designs: p0 {designs.p0:g}, p1 {designs.p1:g}, alpha {designs.alpha:g},"
        f" power {1.0 - designs.beta:g}, at most {designs.n_max} subjects",
        *("Design", "Stop: r1/n1", "Not active: r/n", "EN(p0)", "PET(p0)", "Alpha", "Power"),
        caption="Stop after n1 with r1 responses or fewer; active with more than r of n.",
    )
    for design in designs.admissible:
        plan = design.plan
        table.add_row(
            _names(designs, design),
            f"{plan.r1}/{plan.n1}",
            f"{plan.r}/{plan.n}",
            f"{design.en0:.2f}",
            percent(design.pet0),
            f"{design.alpha:.4f}",
            f"{design.power:.4f}",
        )
    return table
