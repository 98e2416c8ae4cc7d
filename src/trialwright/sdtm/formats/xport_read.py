"""Reading SAS transport files, version 5 and what of version 8 fits it.

Done here, because version 5 has no count of records: a truncated file is told only by its last
record, and one that was cut between two records is not told at all. Source: SAS TS-140.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.errors import InputFileError
from trialwright.sdtm.formats import ibm_float
from trialwright.sdtm.formats.xport_layout import (
    CHARACTER,
    LONGEST_LABEL,
    LONGEST_NAME,
    MARK,
    NAMESTR,
    NUMERIC,
    RECORD,
    VERSION_5,
    VERSION_8,
    Headers,
    mark,
)

if TYPE_CHECKING:
    import numpy.typing as npt

_COUNT_AT = slice(54, 58)
_SIZE_AT = slice(75, 78)
_RECORDS_BEFORE_VARIABLES = 8
_SMALLEST_NAMESTR = 136
"""Files of VAX/VMS leave out the last four bytes of each description."""

_LONG_NAME = 32
_LONG_LABELS = mark("LABELV8")[: len("HEADER RECORD*******LABELV")]
_EXPORT_AGAIN = "export the file again as SAS transport version 5"
_COPY_AGAIN = "copy or export the file again"


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    kind: int
    length: int
    position: int


def read(payload: bytes, where: str) -> pl.DataFrame:
    """The frame in a SAS transport file of one dataset.

    Raises:
        InputFileError: the bytes are no transport file, are truncated, or hold several datasets; or a
            file of version 8 has names or labels that version 5 does not allow.
    """
    version = _version(payload, where)
    variables, end = _variables(payload, version, where)
    start = _begin_of_rows(payload, version, end, where)
    rows = _rows(payload[start:], variables, where)
    if version is VERSION_8:
        _check_count(payload, start, len(rows), where)
    columns = []
    for variable in variables:
        raw = np.ascontiguousarray(rows[:, variable.position : variable.position + variable.length])
        if variable.kind == NUMERIC:
            columns.append(pl.Series(variable.name, ibm_float.decode(raw), nan_to_null=True))
        else:
            columns.append(_text(variable, raw, where))
    return pl.DataFrame(columns)


def _version(payload: bytes, where: str) -> Headers:
    version = next(
        (known for known in (VERSION_5, VERSION_8) if payload.startswith(mark(known.library))), None
    )
    if version is None:
        raise InputFileError.at(where, "is not a SAS transport file", remedy="give the file its right suffix")
    if len(payload) % RECORD:
        raise InputFileError.at(
            where,
            f"is truncated: {len(payload)} bytes",
            expected=f"a multiple of {RECORD} bytes",
            remedy=_COPY_AGAIN,
        )
    if payload.count(mark(version.member)) != 1:
        raise InputFileError.at(
            where, "does not hold exactly one dataset", expected="one dataset a file", remedy=_EXPORT_AGAIN
        )
    return version


def _variables(payload: bytes, version: Headers, where: str) -> tuple[list[_Variable], int]:
    """The variables and where the list of them ends."""
    records = [payload[at : at + RECORD] for at in range(0, _RECORDS_BEFORE_VARIABLES * RECORD, RECORD)]
    kinds = {3: version.member, 4: version.descriptor, 7: version.namestr}
    counts = records[7][_COUNT_AT], records[3][_SIZE_AT]
    if any(not records[at].startswith(mark(kind)) for at, kind in kinds.items()) or not all(
        count.isdigit() for count in counts
    ):
        raise InputFileError.at(where, "has a damaged header", remedy=_EXPORT_AGAIN)
    count, size = (int(number) for number in counts)
    begin = _RECORDS_BEFORE_VARIABLES * RECORD
    end = begin + -(-count * size // RECORD) * RECORD
    if not count or size < _SMALLEST_NAMESTR or end > len(payload):
        raise InputFileError.at(
            where, "is truncated or damaged in its list of variables", remedy=_EXPORT_AGAIN
        )
    spans = range(begin, begin + count * size, size)
    variables = [_variable(payload[at : at + size], version, where) for at in spans]
    names = [variable.name for variable in variables]
    twice = sorted({name for name in names if names.count(name) > 1 or not name})
    if twice:
        raise InputFileError.at(where, f"has the variable {twice[0]!r} several times", remedy=_EXPORT_AGAIN)
    return variables, end


def _variable(raw: bytes, version: Headers, where: str) -> _Variable:
    values = NAMESTR.unpack(raw.ljust(NAMESTR.size, b"\0")[: NAMESTR.size])
    kind, length, position, tail = values[0], values[2], values[14], values[15]
    stated = tail[:_LONG_NAME] if version is VERSION_8 else values[4]
    name = stated.decode("ascii", errors="replace").strip(" \0")
    if version is VERSION_8:
        _refuse_beyond_version_5(name, int.from_bytes(tail[_LONG_NAME : _LONG_NAME + 2], "big"), where)
    widest = ibm_float.WIDTH if kind == NUMERIC else 2**15
    if kind not in (NUMERIC, CHARACTER) or not 0 < length <= widest or position < 0 or not name.isprintable():
        raise InputFileError.at(
            where, f"has a damaged description of the variable {name!r}", remedy=_EXPORT_AGAIN
        )
    return _Variable(name, kind, length, position)


def _refuse_beyond_version_5(name: str, label: int, where: str) -> None:
    """Regulators take version 5: a version 8 file is read where its names and labels fit there."""
    problem = f"the label of {name} has {label} characters" if label > LONGEST_LABEL else ""
    if len(name) > LONGEST_NAME:
        problem = f"the name {name} has {len(name)} characters"
    if problem:
        raise InputFileError.at(
            where,
            problem,
            expected=f"names of at most {LONGEST_NAME} and labels of at most {LONGEST_LABEL}",
            remedy=_EXPORT_AGAIN,
        )


def _begin_of_rows(payload: bytes, version: Headers, end: int, where: str) -> int:
    """Where the records begin: after the list of variables, and the long labels of version 8."""
    at = end
    if version is VERSION_8 and payload.startswith(_LONG_LABELS, end):
        at = payload.find(mark(version.observations), end)
    if at < 0 or not payload.startswith(mark(version.observations), at):
        raise InputFileError.at(where, "is truncated before its records", remedy=_COPY_AGAIN)
    return at + RECORD


def _check_count(payload: bytes, start: int, rows: int, where: str) -> None:
    """Version 8 may say how many records there are; zero is how some writers leave it open."""
    numbers = payload[start - RECORD + MARK : start].split()
    stated = int(numbers[0]) if len(numbers) == 1 and numbers[0].isdigit() else 0
    if stated not in (0, rows):
        raise InputFileError.at(where, f"announces {stated} records and has {rows}", remedy=_COPY_AGAIN)


def _rows(payload: bytes, variables: list[_Variable], where: str) -> npt.NDArray[np.uint8]:
    """Records × bytes, without the blanks that fill the last 80 bytes."""
    width = sum(variable.length for variable in variables)
    if any(variable.position + variable.length > width for variable in variables):
        raise InputFileError.at(where, "has variables that overlap", remedy=_EXPORT_AGAIN)
    count, rest = divmod(len(payload), width)
    if payload[count * width :].strip(b" ") or rest >= RECORD:
        raise InputFileError.at(
            where,
            f"is truncated in record {count + 1}",
            expected=f"records of {width} bytes",
            remedy=_COPY_AGAIN,
        )
    blank = b" " * width
    while (
        count
        and (len(payload) - (count - 1) * width) < RECORD
        and payload[(count - 1) * width : count * width] == blank
    ):
        count -= 1
    return np.frombuffer(payload, dtype=np.uint8, count=count * width).reshape(count, width)


def _text(variable: _Variable, raw: npt.NDArray[np.uint8], where: str) -> pl.Series:
    values = raw.view(f"S{variable.length}").reshape(-1).tolist()
    try:
        texts = pl.Series(variable.name, values, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError as error:
        row = next(index for index, value in enumerate(values) if not _is_utf8(value))
        raise InputFileError.at(
            where,
            f"row {row + 1}, column {variable.name} is not UTF-8 (Windows-1252, Latin-1 or GBK?)",
            expected="ASCII or UTF-8",
            remedy="export the file again with the encoding UTF-8",
        ) from error
    return texts.str.strip_chars_end(" ")


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
