"""CSV files as sheets of cells: one file, or a folder of them."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from trialwright.errors import InputFileError
from trialwright.ingest.tables import EMPTY, Book, Cell, RawSheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LARGEST_FILE = 200_000_000
SEPARATORS = (",", ";", "\t")
_FOREIGN = {
    b"PK\x03\x04": "a workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old or encrypted workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv_book(paths: Sequence[Path], encoding: str) -> Book:
    """Read CSV files as the sheets of one book, each named after its file without suffix.

    Raises:
        InputFileError: a file cannot be read, is no CSV, or is not in the declared encoding.
    """
    digest = hashlib.sha256()
    sheets = {}
    for path in paths:
        payload = file_bytes(path)
        digest.update(payload)
        sheets[path.stem] = RawSheet(path.stem, csv_cells(payload, path.name, encoding), spreadsheet=False)
    name = paths[0].name if len(paths) == 1 else paths[0].parent.name
    return Book(name, "csv", digest.hexdigest(), sheets, encoding=encoding)


def file_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        InputFileError: it cannot be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputFileError.at(path.name, f"has {size:,} bytes", expected=f"at most {LARGEST_FILE:,}")
        return path.read_bytes()
    except OSError as error:
        raise InputFileError.at(str(path), f"cannot be read: {error.strerror}") from error


def csv_cells(payload: bytes, name: str, encoding: str) -> tuple[tuple[Cell, ...], ...]:
    """Return the cells of a CSV file; rows that are shorter than others end in empty cells.

    Raises:
        InputFileError: it is empty, no CSV, or not in that encoding.
    """
    return tuple(
        tuple(Cell(text, typed=False) if text.strip() else EMPTY for text in row)
        for row in csv_rows(payload, name, encoding)
    )


def csv_rows(payload: bytes, name: str, encoding: str) -> list[list[str]]:
    """Return the texts of a CSV file, row by row.

    Raises:
        InputFileError: it is empty, no CSV, or not in that encoding.
    """
    text = _decoded(payload, name, encoding)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputFileError.at(
            name, f"is not valid CSV ({error})", remedy="close every quote, and export the file again"
        ) from error
    for number, row in enumerate(rows, start=1):
        if len(row) > len(rows[0]):
            raise InputFileError.at(
                name,
                f"row {number} has {len(row)} cells, the first row has {len(rows[0])}",
                remedy=f"put texts that contain {separator!r} in quotes",
            )
    return rows


def _decoded(payload: bytes, name: str, encoding: str) -> str:
    for head, kind in _FOREIGN.items():
        if payload.startswith(head):
            raise InputFileError.at(name, f"is {kind}, not CSV", remedy="give it its right suffix")
    if not payload.strip():
        raise InputFileError.at(name, "is empty", expected="a CSV file with headings")
    try:
        codec = "utf-16" if payload.startswith(_UTF16) else encoding
        codec = "utf-8-sig" if codec.lower().replace("_", "-") in {"utf-8", "utf8"} else codec
        text = payload.decode(codec)
    except LookupError as error:
        raise InputFileError.at(
            name, f"encoding {encoding!r} is unknown", expected="utf-8, gb18030, windows-1252 …",
            remedy="correct `encoding` in mapping.yaml",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        line = payload.count(b"\n", 0, error.start) + 1
        raise InputFileError.at(
            name,
            f"line {line} has the byte 0x{payload[error.start]:02X}, which is not {encoding}",
            remedy="name the right `encoding` in mapping.yaml (gb18030 for Chinese Excel, windows-1252 for "
            "Western Excel), or save the file as 'CSV UTF-8'",
        ) from error
    if "\x00" in text:
        raise InputFileError.at(name, "holds binary data, not text", expected="a CSV file")
    return text.replace("\r\n", "\n").replace("\r", "\n")
