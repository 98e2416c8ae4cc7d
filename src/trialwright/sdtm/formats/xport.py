"""SAS transport files, version 5, which regulators accept.

Read and written here, because the file has no count of records: a truncated one is told only by
its last record, and limits that regulators set (names of 8, labels of 40, text of 200 bytes) must
refuse rather than cut. Source: SAS TS-140; FDA Study Data Technical Conformance Guide, 3.3.2.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.errors import DataError, InputFileError
from trialwright.sdtm.formats import ibm_float

if TYPE_CHECKING:
    import numpy.typing as npt

    from trialwright.sdtm.formats.dataset import Dataset

RECORD = 80
LONGEST_NAME = 8
LONGEST_LABEL = 40
LONGEST_TEXT = 200

_NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi52s")
_NUMERIC, _CHARACTER = 1, 2
_NAME = re.compile(r"^[A-Z_][A-Z0-9_]{0,7}$")
_ZEROS = "0" * 30
_COUNT_AT = slice(54, 58)
_SIZE_AT = slice(75, 78)
_HEADERS_BEFORE_VARIABLES = 8
_MOMENT = "01JAN70:00:00:00"
_EXPORT_AGAIN = "export the file again as SAS transport version 5"


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    kind: int
    length: int
    position: int


def read(payload: bytes, where: str) -> pl.DataFrame:
    """The frame in a SAS transport file of one dataset.

    Raises:
        InputFileError: the bytes are no version 5 transport file, are truncated, or hold several datasets.
    """
    _check_library(payload, where)
    variables, start = _variables(payload, where)
    rows = _rows(payload[start:], variables, where)
    columns = []
    for variable in variables:
        raw = np.ascontiguousarray(rows[:, variable.position : variable.position + variable.length])
        if variable.kind == _NUMERIC:
            columns.append(pl.Series(variable.name, ibm_float.decode(raw), nan_to_null=True))
        else:
            columns.append(_text(variable, raw, where))
    return pl.DataFrame(columns)


def _check_library(payload: bytes, where: str) -> None:
    if payload.startswith(_header("LIBV8")[:28]):
        raise InputFileError.at(
            where, "is a SAS transport file of version 8", expected="version 5", remedy=_EXPORT_AGAIN
        )
    if not payload.startswith(_header("LIBRARY")[:48]):
        raise InputFileError.at(where, "is not a SAS transport file", remedy="give the file its right suffix")
    if len(payload) % RECORD:
        raise InputFileError.at(
            where,
            f"is truncated: {len(payload)} bytes",
            expected=f"a multiple of {RECORD} bytes",
            remedy="copy or export the file again",
        )
    if payload.count(_header("MEMBER")[:48]) != 1:
        raise InputFileError.at(
            where, "does not hold exactly one dataset", expected="one dataset a file", remedy=_EXPORT_AGAIN
        )


def _variables(payload: bytes, where: str) -> tuple[list[_Variable], int]:
    """The variables and where the records begin."""
    records = [payload[at : at + RECORD] for at in range(0, _HEADERS_BEFORE_VARIABLES * RECORD, RECORD)]
    kinds = {3: "MEMBER", 4: "DSCRPTR", 7: "NAMESTR"}
    counts = records[7][_COUNT_AT], records[3][_SIZE_AT]
    if any(not records[at].startswith(_header(kind)[:48]) for at, kind in kinds.items()) or not all(
        count.isdigit() for count in counts
    ):
        raise InputFileError.at(where, "has a damaged header", remedy=_EXPORT_AGAIN)
    count, size = (int(number) for number in counts)
    begin = _HEADERS_BEFORE_VARIABLES * RECORD
    end = begin + -(-count * size // RECORD) * RECORD
    if not count or size < _NAMESTR.size - RECORD or not payload[end:].startswith(_header("OBS")[:48]):
        raise InputFileError.at(
            where, "is truncated or damaged in its list of variables", remedy=_EXPORT_AGAIN
        )
    variables = [_variable(payload[at : at + size], where) for at in range(begin, begin + count * size, size)]
    names = [variable.name for variable in variables]
    twice = sorted({name for name in names if names.count(name) > 1 or not name})
    if twice:
        raise InputFileError.at(where, f"has the variable {twice[0]!r} several times", remedy=_EXPORT_AGAIN)
    return variables, end + RECORD


def _variable(raw: bytes, where: str) -> _Variable:
    values = _NAMESTR.unpack(raw.ljust(_NAMESTR.size, b"\0")[: _NAMESTR.size])
    kind, length, position = values[0], values[2], values[14]
    name = values[4].decode("ascii", errors="replace").strip()
    widest = ibm_float.WIDTH if kind == _NUMERIC else 2**15
    if (
        kind not in (_NUMERIC, _CHARACTER)
        or not 0 < length <= widest
        or position < 0
        or not name.isprintable()
    ):
        raise InputFileError.at(
            where, f"has a damaged description of the variable {name!r}", remedy=_EXPORT_AGAIN
        )
    return _Variable(name, kind, length, position)


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
            remedy="copy or export the file again",
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


def write(dataset: Dataset) -> bytes:
    """The bytes of a transport file; the same data give the same bytes.

    Raises:
        DataError: a name, label or text is longer than version 5 holds, or a number out of its range.
    """
    _refuse_long(dataset)
    columns = [_encoded(dataset, name) for name in dataset.frame.columns]
    lengths = [column.shape[1] for column in columns]
    positions = accumulate([0, *lengths[:-1]])
    namestrs = b"".join(
        _namestr(dataset, name, number, length, position)
        for number, (name, length, position) in enumerate(
            zip(dataset.frame.columns, lengths, positions, strict=True), start=1
        )
    )
    records = np.hstack(columns).tobytes() if dataset.frame.height else b""
    system = b"SAS     " + b"%-8b" + b"%-8b" + b"9.4     " + b"X64_10  ".ljust(32)
    moment = _MOMENT.encode()
    label = dataset.label.encode()
    return b"".join(
        [
            _header("LIBRARY"),
            system % (b"SAS", b"SASLIB") + moment,
            moment.ljust(RECORD),
            _header("MEMBER", "000000000000000001600000000140"),
            _header("DSCRPTR"),
            system % (dataset.name.encode(), b"SASDATA") + moment,
            (moment.ljust(32) + label.ljust(LONGEST_LABEL)).ljust(RECORD),
            _header("NAMESTR", f"000000{len(columns):04d}".ljust(30, "0")),
            _filled(namestrs),
            _header("OBS"),
            _filled(records),
        ]
    )


def _header(kind: str, numbers: str = _ZEROS) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode()


def _filled(payload: bytes) -> bytes:
    return payload + b" " * (-len(payload) % RECORD)


def _refuse_long(dataset: Dataset) -> None:
    where = f"{dataset.name} as SAS transport"
    for name in (dataset.name, *dataset.frame.columns):
        if not _NAME.match(name):
            raise DataError.at(
                where,
                f"the name {name!r} does not fit",
                expected=f"at most {LONGEST_NAME} capital letters, digits and _",
                remedy="rename it, or write Dataset-JSON or Parquet",
            )
    labels = {dataset.name: dataset.label} | {
        name: dataset.labels.get(name, "") for name in dataset.frame.columns
    }
    for name, label in labels.items():
        if len(label.encode()) > LONGEST_LABEL:
            raise DataError.at(
                where,
                f"the label of {name} has {len(label.encode())} bytes: {label!r}",
                expected=f"at most {LONGEST_LABEL}",
                remedy="shorten the label, or write Dataset-JSON or Parquet",
            )


def _encoded(dataset: Dataset, name: str) -> npt.NDArray[np.uint8]:
    """One column as records × bytes."""
    series = dataset.frame[name]
    if series.dtype.is_numeric():
        try:
            return ibm_float.encode(series.cast(pl.Float64).fill_null(float("nan")).to_numpy())
        except OverflowError as error:
            raise DataError.at(f"{dataset.name} as SAS transport", f"{name}: {error}") from error
    texts = series.fill_null("")
    sizes = texts.str.len_bytes()
    length = int(sizes.max() or 1)  # type: ignore[arg-type]
    if length > LONGEST_TEXT:
        row = int(sizes.arg_max() or 0)
        raise DataError.at(
            f"{dataset.name} as SAS transport",
            f"row {row + 1}, column {name} has {length} bytes of text",
            expected=f"at most {LONGEST_TEXT}",
            remedy="move the rest to the supplemental qualifiers, or write Dataset-JSON or Parquet",
        )
    padded = b"".join(text.encode().ljust(length) for text in texts)
    return np.frombuffer(padded, dtype=np.uint8).reshape(-1, length)


def _namestr(dataset: Dataset, name: str, number: int, length: int, position: int) -> bytes:
    kind = _NUMERIC if dataset.frame.schema[name].is_numeric() else _CHARACTER
    label = dataset.labels.get(name, "").encode().ljust(LONGEST_LABEL)
    blank = b" " * LONGEST_NAME
    return _NAMESTR.pack(
        kind, 0, length, number, name.encode().ljust(LONGEST_NAME), label, blank, 0, 0, 0, b"\0\0",
        blank, 0, 0, position, b"\0" * 52,
    )  # fmt: skip
