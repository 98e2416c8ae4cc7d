"""Rebuilt curves in a folder: SDTM of the central data set, a study file, tables of subjects and of fits."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from trialwright.claims.reconstruct.curves.records import study_data
from trialwright.claims.reconstruct.curves.study_file import study_file
from trialwright.claims.reconstruct.curves.told import MARK, told
from trialwright.claims.reconstruct.write import REPORT, SETS
from trialwright.files import MARKER, atomic_folder
from trialwright.sdtm.files import Format, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.curves.rebuild import Rebuilding

STUDY_FILE = "study.yaml"
SUBJECTS = "subjects"
_COLUMNS = ["ORIGIN", "SUBJECT", "ARM", "DAYS", "EVENT"]


def write(publication: Publication, rebuilding: Rebuilding, folder: Path) -> None:
    """Write everything, or nothing.

    `folder` itself is read by every command that takes `--data`, and as a study; `subjects/os.csv` and
    `subjects/pfs.csv` by `survival`.

    Raises:
        ArgumentError: the folder holds files that Trialwright did not write.
    """
    with atomic_folder(folder, "reconstruction") as temporary:
        write_folder(study_data(publication, rebuilding), temporary, Format.CSV)
        (temporary / MARKER).unlink()
        (temporary / SUBJECTS).mkdir()
        texts = {
            STUDY_FILE: study_file(publication, rebuilding),
            SETS: _ensemble(rebuilding),
            REPORT: told(publication, rebuilding),
        }
        for endpoint in dict.fromkeys(one.curve.endpoint for one in rebuilding.curves):
            texts[f"{SUBJECTS}/{endpoint.lower()}.csv"] = _subjects(rebuilding, endpoint)
        for name, text in texts.items():
            (temporary / name).write_text(text, encoding="utf-8")


def _csv(header: list[str], rows: list[list[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _subjects(rebuilding: Rebuilding, endpoint: str) -> str:
    """The central data set of one endpoint, a row a subject."""
    rows: list[list[object]] = []
    for one in rebuilding.curves:
        if one.curve.endpoint == endpoint:
            pairs = zip(one.sets[0].days.tolist(), one.sets[0].events.tolist(), strict=True)
            rows += [
                [MARK, f"{one.curve.group}-{number:03d}", one.curve.group, day, event]
                for number, (day, event) in enumerate(pairs, start=1)
            ]
    return _csv(_COLUMNS, rows)


def _ensemble(rebuilding: Rebuilding) -> str:
    """Every data set, a row a subject and endpoint, as the reconstruction from aggregates writes it."""
    rows: list[list[object]] = []
    for one in rebuilding.curves:
        for number, subjects in enumerate(one.sets, start=1):
            pairs = zip(subjects.days.tolist(), subjects.events.tolist(), strict=True)
            rows += [
                [MARK, number, one.curve.group, place, one.curve.endpoint, day, event]
                for place, (day, event) in enumerate(pairs, start=1)
            ]
    return _csv(["ORIGIN", "SET", "GROUP", "SUBJECT", "ENDPOINT", "DAYS", "EVENT"], rows)
