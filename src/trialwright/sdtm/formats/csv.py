"""Comma-separated values in UTF-8; semicolons and tabs are taken as separators too."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import InputFileError

if TYPE_CHECKING:
    from trialwright.sdtm.formats.dataset import Dataset

_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_FOREIGN = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"HEADER RECORD": "a SAS transport file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}
_SEPARATORS = (",", ";", "\t")
_SAVE_AS_UTF8 = "save it as 'CSV UTF-8', or convert it with iconv -t UTF-8"


def read(payload: bytes, where: str) -> pl.DataFrame:
    """The frame in a CSV file, every column as text.

    Raises:
        InputFileError: the file is empty, not UTF-8, of another kind, or its rows differ in length.
    """
    text = _decode(payload, where)
    separator, names = _header(text, where)
    _refuse_ragged(text, separator, len(names), where)
    try:
        return pl.read_csv(
            io.BytesIO(text.encode()),
            separator=separator,
            has_header=False,
            skip_lines=1,
            new_columns=names,
            schema=dict.fromkeys(names, pl.String),
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise InputFileError.at(
            where, f"cannot be read as CSV ({first})", remedy="export it again"
        ) from error


def _decode(payload: bytes, where: str) -> str:
    for head, kind in _FOREIGN.items():
        if payload.startswith(head):
            raise InputFileError.at(
                where, f"is {kind}, not CSV", remedy="give it its right suffix, or export as CSV"
            )
    for head, encoding in _OTHER_BOMS.items():
        if payload.startswith(head):
            raise InputFileError.at(
                where, f"is encoded in {encoding}", expected="UTF-8", remedy=_SAVE_AS_UTF8
            )
    if not payload.strip():
        raise InputFileError.at(where, "is empty", expected="a header line with the names of the columns")
    if b"\x00" in payload:
        raise InputFileError.at(
            where, "holds binary data, not text", expected="CSV in UTF-8", remedy="export it again as CSV"
        )
    try:
        text = payload.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = payload.count(b"\n", 0, error.start) + 1
        byte = payload[error.start]
        raise InputFileError.at(
            where,
            f"line {line} has the byte 0x{byte:02X}, which is not UTF-8 (Windows-1252, Latin-1 or GBK?)",
            expected="UTF-8",
            remedy=_SAVE_AS_UTF8,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _header(text: str, where: str) -> tuple[str, list[str]]:
    """The separator and the names of the columns."""
    line = text.split("\n", 1)[0]
    if '"' in line and line.count('"') % 2:
        raise InputFileError.at(where, "line 1 has a quote that does not close", remedy="close the quote")
    separator = next((mark for mark in _SEPARATORS if mark in line), ",")
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    unnamed = [str(index + 1) for index, name in enumerate(names) if not name]
    if unnamed or not names:
        raise InputFileError.at(
            where, f"column {', '.join(unnamed) or '1'} has no name", remedy="name each column in line 1"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputFileError.at(
            where, f"column {', '.join(twice)} occurs more than once", remedy="keep one column of each name"
        )
    return separator, names


def _refuse_ragged(text: str, separator: str, width: int, where: str) -> None:
    """Each row must have a field for each column: a row that is too short is cut off or shifted."""
    if '"' not in text and all(line.count(separator) == width - 1 for line in text.split("\n")):
        return
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for row in rows:
            if len(row) != width:
                raise InputFileError.at(
                    where,
                    f"line {rows.line_num} has {len(row)} fields",
                    expected=f"{width}, as in line 1",
                    remedy=f"put fields that contain {separator!r} in quotes, and remove empty lines",
                )
    except csv.Error as error:
        raise InputFileError.at(
            where, f"line {rows.line_num}: {error}", remedy="check the quotes of this line"
        ) from error


def write(dataset: Dataset) -> bytes:
    """The bytes of a CSV file in UTF-8 with a header line."""
    return dataset.frame.write_csv().encode()
