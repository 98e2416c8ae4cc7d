"""Writing SAS transport files of version 5, which regulators accept.

What does not fit the limits (names of 8, labels of 40, texts of 200 bytes) is refused, not cut.
Source: SAS TS-140; FDA Study Data Technical Conformance Guide, 3.3.2.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.errors import DataError
from trialwright.sdtm.formats import ibm_float
from trialwright.sdtm.formats.xport_layout import (
    CHARACTER,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_TEXT,
    NAMESTR,
    NUMERIC,
    RECORD,
    header,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from trialwright.sdtm.formats.dataset import Dataset

_NAME = re.compile(r"^[A-Z_][A-Z0-9_]{0,7}$")
_MOMENT = "01JAN70:00:00:00"


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
            header("LIBRARY"),
            system % (b"SAS", b"SASLIB") + moment,
            moment.ljust(RECORD),
            header("MEMBER", "000000000000000001600000000140"),
            header("DSCRPTR"),
            system % (dataset.name.encode(), b"SASDATA") + moment,
            (moment.ljust(32) + label.ljust(LONGEST_LABEL)).ljust(RECORD),
            header("NAMESTR", f"000000{len(columns):04d}".ljust(30, "0")),
            _filled(namestrs),
            header("OBS"),
            _filled(records),
        ]
    )


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
    kind = NUMERIC if dataset.frame.schema[name].is_numeric() else CHARACTER
    label = dataset.labels.get(name, "").encode().ljust(LONGEST_LABEL)
    blank = b" " * LONGEST_NAME
    return NAMESTR.pack(
        kind, 0, length, number, name.encode().ljust(LONGEST_NAME), label, blank, 0, 0, 0, b"\0\0",
        blank, 0, 0, position, b"\0" * 52,
    )  # fmt: skip
