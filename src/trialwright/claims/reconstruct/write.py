"""The ensemble in a folder: the first data set as SDTM, all of them as one table, and what they meet."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.records import study_data
from trialwright.sdtm.files import Format, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.ensemble import Ensemble

MARK = "RECONSTRUCTED"
SETS = "reconstructed-ensemble.txt"
REPORT = "reconstructed-constraints.txt"


def write(publication: Publication, ensemble: Ensemble, folder: Path, *, seed: int) -> None:
    """Write SDTM of the best data set into `folder`, and the ensemble with its constraints beside it.

    `folder` itself can be read by every command that takes `--data`; the mark is in its TS records.

    Raises:
        ArgumentError: the folder holds files that Trialwright did not write.
    """
    data = study_data(publication, ensemble.sets[0], np.random.default_rng(seed))
    write_folder(data, folder, Format.CSV)
    (folder / SETS).write_text(_table(ensemble), encoding="utf-8")
    (folder / REPORT).write_text(told(ensemble), encoding="utf-8")


def _table(ensemble: Ensemble) -> str:
    """A row a subject of every data set, separated by commas."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["ORIGIN", "SET", "GROUP", "SUBJECT", "ENDPOINT", "DAYS", "EVENT"])
    for number, one in enumerate(ensemble.sets):
        for name, part in one.items():
            for endpoint, times in part.times.items():
                events = part.events[endpoint]
                rows.writerows(
                    [MARK, number + 1, name, j + 1, endpoint, int(times[j]), int(events[j])]
                    for j in range(times.size)
                )
    return out.getvalue()


def told(ensemble: Ensemble) -> str:
    """The table of constraints met, the contradictions, the bounds and the assumptions, in words."""
    lines = [f"{MARK}: {len(ensemble.sets)} data sets that the printed figures allow", ""]
    met = Counter((one.claim, one.what) for figures in ensemble.figures for one in figures if one.met)
    for figure in ensemble.figures[0]:
        share = f"met in {met[figure.claim, figure.what]} of {len(ensemble.sets)}"
        values = f"published {figure.printed}, recomputed {figure.recomputed}"
        lines.append(f"{figure.claim}: {figure.what}: {values}; {share}")
    for name, core in ensemble.contradictions.items():
        if core:
            claims = ", ".join(core)
            lines.append(f"{name}: no subjects meet {claims} together, and each is needed for that: left out")
    lines += [
        "",
        "What the figures prove of what is not reported:",
        *(bound.words for bound in ensemble.bounds),
    ]
    lines += ["", "Assumed:", *ensemble.targets.assumptions]
    return "\n".join(lines) + "\n"
