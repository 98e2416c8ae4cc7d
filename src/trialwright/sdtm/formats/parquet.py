"""Apache Parquet."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import InputFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.sdtm.formats.dataset import Dataset

_MAGIC = b"PAR1"
_STDERR = 2
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
        with _without_panic_messages():
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


@contextmanager
def _without_panic_messages() -> Iterator[None]:
    """Keep back what polars prints of its own failures: the error that we raise says it once.

    Its Rust threads write to the file descriptor of stderr, past `sys.stderr`; what they write while
    nothing fails is passed on.
    """
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), _STDERR)
        try:
            yield
        except BaseException:
            printed.truncate(0)
            raise
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            printed.seek(0)
            os.write(_STDERR, printed.read())


def write(dataset: Dataset) -> bytes:
    """The bytes of a Parquet file, whose metadata say where the records come from."""
    buffer = io.BytesIO()
    metadata = {"origin": dataset.origin, "writer": "trialwright"}
    dataset.frame.write_parquet(buffer, compression="zstd", metadata=metadata)
    return buffer.getvalue()
