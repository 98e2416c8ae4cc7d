"""The main job on what ships with the package: every study of the gallery, data to report."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from trialwright import workflow
from trialwright.agreement import compare_with_pilot
from trialwright.files import atomic_file
from trialwright.pilot import PILOT_STUDIES
from trialwright.protocol.gallery import gallery_names
from trialwright.protocol.read import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from trialwright.agreement import Agreement
    from trialwright.progress import Progress

PILOT = PILOT_STUDIES[0]
SEED = 1
"""Of the virtual patients: the same trial every time, the first one and not the nicest."""


def run_demo(out: Path, console: Console, progress: Progress) -> int:
    """Make the report of every gallery study; return how many differences are unexplained.

    A study without data of its own is simulated from its assumptions, always with the same seed. Ends with
    the pilot and the table that compares it with the published ADaM.
    """
    _announce_compilation()
    for name in [*(name for name in gallery_names() if name != PILOT), PILOT]:
        console.print(f"[bold]{name}[/bold]")
        data = None if workflow.has_own_data(read_study(name)) else out / name / workflow.OWN_DATA
        if data is not None:
            workflow.simulate(name, data, SEED, progress)
        loaded = workflow.load(name, data, progress)
        page = workflow.write_report(loaded, out / name, workflow.FORMATS, progress)
        console.print(f"  {page}", soft_wrap=True, highlight=False)
        if name == PILOT:
            table = compare_with_pilot(loaded.adam)
    with atomic_file(out / "agreement.json") as path:
        path.write_text(json.dumps([asdict(row) for row in table], indent=1) + "\n", encoding="utf-8")
    print_agreement(table, console)
    return sum(not row.expected for row in table)


def _announce_compilation() -> None:
    from trialwright.stats.kernel import on_first_compilation  # noqa: PLC0415 (heavy)

    text = "First run of this version: the numerical rules are compiled once.\n"
    on_first_compilation(lambda: sys.stderr.write(text))


def print_agreement(table: list[Agreement], console: Console) -> None:
    """Print the agreement table."""
    from rich.table import Table  # noqa: PLC0415 (heavy)

    shown = Table(title="The pilot beside the ADaM that R's admiralonco derived, record by record")
    for heading in ("Dataset", "Parameter", "Ours", "Theirs", "Different", "Note"):
        shown.add_column(heading)
    for row in table:
        note = row.note or (f"differ: {', '.join(row.different[:3])}" if row.different else "")
        shown.add_row(
            row.dataset, row.parameter, str(row.ours), str(row.theirs), str(len(row.different)), note
        )
    console.print(shown)
