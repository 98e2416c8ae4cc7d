"""Apache Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import InputFileError

if TYPE_CHECKING:
    from trialwright.sdtm.formats.dataset import Dataset

_MAGIC = b"PAR1"
_EXPORT_AGAIN = "export the file again, or copy it again"


def read(payload: bytes, where: str) -> pl.DataFrame:
    """The frame in a Parquet file.

    Raises:
        InputFileError: the bytes are no Parquet file, or are truncated or damaged.
    """
    if not payload.startswith(_MAGIC):
        raise InputFileError.at(
            where,
            "is not a Parquet file",
            expected="PAR1 at its begin",
            remedy="give the file its right suffix",
        )
    if not payload.endswith(_MAGIC):
        raise InputFileError.at(
            where,
            "is truncated: the footer of Parquet is missing",
            expected="PAR1 at its end",
            remedy=_EXPORT_AGAIN,
        )
    try:
        return pl.read_parquet(io.BytesIO(payload), use_statistics=False)
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        OSError,
        ValueError,
        MemoryError,
    ) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else "it cannot be decoded"
        raise InputFileError.at(where, f"is damaged ({first})", remedy=_EXPORT_AGAIN) from error


def write(dataset: Dataset) -> bytes:
    """The bytes of a Parquet file."""
    buffer = io.BytesIO()
    dataset.frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
