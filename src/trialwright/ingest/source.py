"""From a path to a book of sheets: a workbook, a CSV file, a folder of CSV files, or a REDCap export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.errors import InputFileError
from trialwright.ingest.redcap import read_redcap
from trialwright.ingest.text_files import file_bytes, read_csv_book
from trialwright.ingest.workbook import read_workbook
from trialwright.protocol.part import nearest

if TYPE_CHECKING:
    from trialwright.ingest.mapping import RedcapFiles
    from trialwright.ingest.tables import Book

_WORKBOOKS = (".xlsx", ".xlsm")
_TEXTS = (".csv", ".tsv", ".txt")
_REMEDIES = {
    ".xls": "save it as .xlsx in a spreadsheet program",
    ".xlsb": "save it as .xlsx in a spreadsheet program",
    ".ods": "save it as .xlsx in a spreadsheet program",
    ".sav": "export it as CSV",
}


def read_source(source: Path, encoding: str = "utf-8", redcap: RedcapFiles | None = None) -> Book:
    """Read all sheets of a source.

    Raises:
        InputFileError: there is none, or it cannot be read as what it claims to be.
    """
    if not source.exists():
        beside = [path.name for path in source.parent.glob("*")] if source.parent.is_dir() else []
        meant = nearest(source.name, beside)
        hint = f"did you mean {meant}?" if meant else "name a workbook, a CSV file or a folder of CSV files"
        raise InputFileError.at(str(source), "does not exist", remedy=hint)
    if redcap is not None:
        folder = source if source.is_dir() else source.parent
        data = _inside(folder, redcap.data) if source.is_dir() else source
        return read_redcap(data, _inside(folder, redcap.dictionary), encoding)
    if source.is_dir():
        files = sorted(path for path in source.iterdir() if path.suffix.lower() == ".csv")
        if not files:
            raise InputFileError.at(str(source), "holds no CSV file", expected="a workbook or CSV files")
        return read_csv_book(files, encoding)
    suffix = source.suffix.lower()
    if suffix in _WORKBOOKS:
        return read_workbook(file_bytes(source), source.name)
    if suffix in _TEXTS:
        return read_csv_book([source], encoding)
    remedy = _REMEDIES.get(suffix, "give it the suffix of its kind")
    raise InputFileError.at(
        source.name, f"has the suffix {suffix!r}", expected=".xlsx or .csv", remedy=remedy
    )


def _inside(folder: Path, name: str) -> Path:
    """Return a file of the folder; a name may not lead out of it."""
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise InputFileError.at(
            name, "leads out of the folder of the export", expected="the name of a file in it"
        )
    if not path.is_file():
        meant = nearest(name, [one.name for one in folder.glob("*")])
        raise InputFileError.at(str(path), "does not exist", remedy=f"did you mean {meant}?" if meant else "")
    return path
