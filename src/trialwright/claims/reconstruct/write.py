"""The ensemble in a folder: the first data set as SDTM, all of them as one table, and what they meet."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.facts import facts_of
from trialwright.claims.reconstruct.figures import names_of
from trialwright.claims.reconstruct.people import RULES
from trialwright.claims.reconstruct.records import study_data
from trialwright.sdtm.files import Format, write_folder
from trialwright.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.ensemble import Ensemble
    from trialwright.claims.reconstruct.prove import Bound
    from trialwright.protocol.study import Study

MARK = "RECONSTRUCTED"
SETS = "reconstructed-ensemble.txt"
REPORT = "reconstructed-constraints.txt"


def write(publication: Publication, ensemble: Ensemble, folder: Path, study: Study | None = None) -> None:
    """Write SDTM of the best data set into `folder`, and the ensemble with its constraints beside it.

    `folder` itself can be read by every command that takes `--data`; the mark is in its TS records.

    Raises:
        ArgumentError: the folder holds files that Trialwright did not write.
    """
    write_folder(study_data(publication, ensemble.sets[0].people, study), folder, Format.CSV)
    (folder / SETS).write_text(_table(ensemble), encoding="utf-8")
    (folder / REPORT).write_text(told(publication, ensemble), encoding="utf-8")


def _table(ensemble: Ensemble) -> str:
    """A row a subject of every data set, separated by commas."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["ORIGIN", "SET", "GROUP", "SUBJECT", "ENDPOINT", "DAYS", "EVENT"])
    for number, one in enumerate(ensemble.sets):
        for name, part in one.parts.items():
            for endpoint, times in part.times.items():
                events = part.events[endpoint]
                rows.writerows(
                    [MARK, number + 1, name, j + 1, endpoint, int(times[j]), int(events[j])]
                    for j in range(times.size)
                )
    return out.getvalue()


def told(publication: Publication, ensemble: Ensemble) -> str:
    """The table of constraints met, the contradictions, the bounds and the assumptions, in words."""
    lines = [f"{MARK}: {len(ensemble.sets)} data sets that the printed figures allow", ""]
    lines += _met(ensemble)
    lines += _contradictions(ensemble)
    lines += [fact.claim + ": " + fact.told for fact in facts_of(publication) if fact.told]
    lines += ["", "What the figures prove of what is not reported, and where the data sets lie:"]
    lines += [f"{bound.words}; {_spread(ensemble, bound)}" for bound in ensemble.bounds]
    lines += ["", "Assumed:", *(ensemble.targets.assumptions or ("nothing beyond the claims",))]
    lines += ["", "Free, not bounded by the claims, and filled by rule:", *RULES]
    return "\n".join(lines) + "\n"


def _met(ensemble: Ensemble) -> Iterator[str]:
    size = len(ensemble.sets)
    met = Counter((one.claim, one.what) for found in ensemble.sets for one in found.figures if one.met)
    for figure in ensemble.sets[0].figures:
        values = f"published {figure.printed}, recomputed {figure.recomputed}"
        yield f"{figure.claim}: {figure.what}: {values}; met in {met[figure.claim, figure.what]} of {size}"


def _contradictions(ensemble: Ensemble) -> Iterator[str]:
    for name, core in ensemble.contradictions.items():
        if core:
            claims = ", ".join(core)
            yield f"{name}: no subjects meet {claims} together, and each is needed for that: left out"
    for name in ensemble.given_up:
        yield f"{name}: met by no data set together with the other figures, and given up"


def _spread(ensemble: Ensemble, bound: Bound) -> str:
    """The least and the most of an unreported figure among the data sets."""
    names = names_of(bound.group, ensemble.targets.wholes)
    values = []
    for one in ensemble.sets:
        parts = [one.parts[name] for name in names if bound.endpoint in one.parts[name].times]
        times = np.concatenate([part.times[bound.endpoint] for part in parts])
        events = np.concatenate([part.events[bound.endpoint] for part in parts])
        rate = kaplan_meier(times, events).at([float(bound.day or 0)])[0].survival
        values.append(float(events.sum()) if bound.day is None else round(100 * rate, 1))
    return f"{min(values):g} to {max(values):g} in the data sets"
