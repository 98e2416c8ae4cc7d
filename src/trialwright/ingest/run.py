"""Ingest a study: source and mapping to SDTM, with the tally of every row."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError, DataError
from trialwright.files import MARKER, atomic_folder
from trialwright.ingest.compose import Subjects, compose
from trialwright.ingest.outcomes import Fate, SheetTally, Tally
from trialwright.ingest.plan import make_plans
from trialwright.ingest.read_mapping import MAPPING_FILE, read_mapping
from trialwright.ingest.report import write_report
from trialwright.ingest.resolve import resolve
from trialwright.ingest.rows import read_rows
from trialwright.ingest.source import read_source
from trialwright.sdtm.files import Format, write_folder
from trialwright.sdtm.study_data import Origin, Source, StudyData, assemble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trialwright.findings import Finding
    from trialwright.ingest.plan import SheetPlan
    from trialwright.ingest.rows import SheetRow
    from trialwright.ingest.tables import Book
    from trialwright.protocol.study import Study

_SHOWN = 5
_SDTM = "sdtm"


@dataclass(frozen=True, slots=True)
class Ingested:
    """SDTM from a source. The findings of `data` include every rejected row and the repairs by rule."""

    data: StudyData
    tally: Tally
    source: str


def has_own_source(study: Study) -> bool:
    """Whether the study has a mapping.yaml beside its study.yaml, and so data of its own to ingest."""
    return (study.folder / MAPPING_FILE).is_file()


def ingest_study(study: Study, source: Path | None = None, mapping: Path | None = None) -> Ingested:
    """Turn a source into SDTM; nothing is written.

    Args:
        study: The study.
        source: A workbook, a CSV file or a folder; the `source` of the mapping where None.
        mapping: A mapping.yaml; the one beside study.yaml where None.

    Raises:
        StudyFileError: the mapping is wrong, or does not fit the source.
        InputFileError: the source cannot be read.
        DataError: no patient is left.
    """
    path = mapping or study.folder / MAPPING_FILE
    rules, tree = read_mapping(path, study.id)
    if source is None and rules.source is None:
        raise ArgumentError.at(path.name, "names no source", remedy="add `source:`, or give SOURCE")
    book = read_source(source or path.parent / str(rules.source), rules.encoding, rules.redcap)
    plans = make_plans(rules, tree, book, path.name)
    rows = [read_rows(plan, rules.missing) for plan in plans]
    patients = resolve(plans, rows)
    tally = _tally(plans, rows, book)
    if not patients:
        raise _nobody(tally, book)
    origin = Origin.SIMULATED if book.simulated else rules.origin
    drafts = [draft for sheet in rows for row in sheet for draft in row.drafts]
    frames = compose(drafts, Subjects(study, patients, rules.usubjid), origin)
    used = sum(sheet.rows for sheet in tally.sheets)
    sources = dict.fromkeys(frames, (Source(book.name, book.form, book.sha256, used),))
    data = assemble(frames, origin, sources)
    return Ingested(replace(data, findings=(*tally.findings(), *_told(data))), tally, book.name)


def _told(data: StudyData) -> list[Finding]:
    """What assembling found; that a chart review lacks optional columns is no news."""
    return [finding for finding in data.findings if finding.code != "COLUMN-MISSING"]


def _tally(plans: Sequence[SheetPlan], rows: Sequence[Sequence[SheetRow]], book: Book) -> Tally:
    sheets = tuple(
        SheetTally(
            plan.table.name,
            len(sheet),
            Counter(row.fate for row in sheet),
            Counter(draft.domain for row in sheet for draft in row.drafts),
        )
        for plan, sheet in zip(plans, rows, strict=True)
    )
    remarks = tuple(remark for sheet in rows for row in sheet for remark in row.remarks)
    used = {plan.table.name for plan in plans}
    return Tally(
        sheets,
        remarks,
        tuple(name for name, sheet in book.sheets.items() if name not in used and sheet.rows),
        {plan.table.name: plan.unused for plan in plans if plan.unused},
    )


def _nobody(tally: Tally, book: Book) -> DataError:
    rejections = [remark.told() for remark in tally.rejections[:_SHOWN]]
    told = "; ".join(rejections) if rejections else "the sheet of patients has no rows"
    return DataError.at(book.name, f"no patient is left ({told})", remedy="correct the source or the mapping")


def write_ingested(ingested: Ingested, folder: Path) -> None:
    """Write SDTM as Parquet with ingest-report.json and ingest-report.csv beside it: all, or nothing.

    Raises:
        ArgumentError: the folder holds files that Trialwright did not write.
    """
    with atomic_folder(folder, _SDTM) as temporary:
        inner = temporary / _SDTM
        write_folder(ingested.data, inner, Format.PARQUET)
        for path in sorted(inner.iterdir()):
            if path.name != MARKER:
                path.rename(temporary / path.name)
        shutil.rmtree(inner)
        write_report(ingested.tally, ingested.source, temporary)


__all__ = ["Fate", "Ingested", "has_own_source", "ingest_study", "write_ingested"]
