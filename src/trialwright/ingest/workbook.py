"""Workbooks (.xlsx) as sheets of cells, with their merged ranges and what formulas were stored as."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from trialwright.errors import InputFileError
from trialwright.ingest.tables import EMPTY, Book, Cell, Defect, RawSheet

if TYPE_CHECKING:
    import datetime as dt

SIMULATED = "SIMULATED"
LARGEST_FILE = 100_000_000
LARGEST_UNPACKED = 500_000_000
MOST_CELLS = 5_000_000

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_DECIMALS = re.compile(r"^0\.(0+)$")
_FORMULA, _ERROR = "f", "e"
_WORKBOOK_PART = "[Content_Types].xml"


def read_workbook(payload: bytes, name: str) -> Book:
    """Read every sheet of a workbook.

    Raises:
        InputFileError: it is encrypted, truncated, of the old format, or no workbook.
    """
    _refuse_foreign(payload, name)
    book = _load(payload, name, values=False)
    _refuse_vast(book, name)
    stored = _load(payload, name, values=True) if _has_formulas(book) else None
    epoch = book.epoch.date()
    sheets = {
        sheet.title: _sheet(sheet, stored[sheet.title] if stored else None, epoch)
        for sheet in book.worksheets
    }
    properties = book.properties
    says = " ".join(text for text in (properties.keywords, properties.category, properties.title) if text)
    return Book(name, "xlsx", hashlib.sha256(payload).hexdigest(), sheets, SIMULATED in says.upper())


def _refuse_foreign(payload: bytes, name: str) -> None:
    if len(payload) > LARGEST_FILE:
        raise InputFileError.at(name, f"has {len(payload):,} bytes", expected=f"at most {LARGEST_FILE:,}")
    if payload.startswith(_OLE):
        raise InputFileError.at(
            name,
            "is encrypted, or a workbook of the old format (.xls)",
            expected="an .xlsx workbook without a password",
            remedy="open it in a spreadsheet program and save it as .xlsx without a password",
        )
    if not payload.startswith(_ZIP):
        what = "is empty" if not payload.strip() else "is no workbook"
        raise InputFileError.at(name, what, expected="an .xlsx workbook", remedy="export or save it again")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            parts = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise InputFileError.at(
            name, f"is truncated or damaged ({error})", remedy="copy or save the workbook again"
        ) from error
    if unpacked > LARGEST_UNPACKED:
        raise InputFileError.at(
            name, f"unpacks to {unpacked:,} bytes", expected=f"at most {LARGEST_UNPACKED:,}"
        )
    if _WORKBOOK_PART not in parts:
        raise InputFileError.at(name, "is a ZIP archive but no workbook", expected="an .xlsx workbook")


def _refuse_vast(book: Any, name: str) -> None:
    for sheet in book.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            raise InputFileError.at(
                name,
                f"sheet {sheet.title!r} spans {sheet.max_row:,} rows and {sheet.max_column:,} columns",
                expected=f"at most {MOST_CELLS:,} cells",
                remedy="delete the empty rows and columns beyond the data, and save again",
            )


def _has_formulas(book: Any) -> bool:
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    return any(cell.data_type == _FORMULA for cell in cells)


def _load(payload: bytes, name: str, *, values: bool) -> Any:
    import openpyxl  # noqa: PLC0415 (heavy)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 (heavy)

    broken = (
        InvalidFileException, ParseError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError,
        AttributeError, EOFError, OSError, NotImplementedError,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # validation lists and the like, which are not read
            return openpyxl.load_workbook(io.BytesIO(payload), data_only=values)
    except broken as error:
        raise InputFileError.at(
            name,
            f"cannot be read as a workbook ({type(error).__name__}: {error})",
            remedy="open it in a spreadsheet program and save it again as .xlsx",
        ) from error


def _sheet(sheet: Any, stored: Any, epoch: dt.date) -> RawSheet:
    rows = tuple(
        tuple(
            _cell(cell, stored[cell.coordinate].value if stored and cell.data_type == _FORMULA else None)
            for cell in row
        )
        for row in sheet.iter_rows(min_row=1, min_col=1)
    )
    merged = tuple(
        (area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1)
        for area in sheet.merged_cells.ranges
    )
    return RawSheet(sheet.title, rows, tuple(sorted(merged)), serial_epoch=epoch)


def _cell(cell: Any, stored: Any) -> Cell:
    value = cell.value
    if cell.data_type == _ERROR:
        return Cell(str(value), defect=Defect.EXCEL_ERROR)
    if cell.data_type == _FORMULA:
        if stored is None:
            return Cell(str(value), defect=Defect.FORMULA)
        if isinstance(stored, str) and stored.startswith("#"):
            return Cell(stored, defect=Defect.EXCEL_ERROR)
        value = stored
    if value is None:
        return EMPTY
    shown = _DECIMALS.match(str(cell.number_format or "")) if isinstance(value, float | int) else None
    return Cell(value, len(shown[1]) if shown else -1)
