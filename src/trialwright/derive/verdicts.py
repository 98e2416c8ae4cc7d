"""Three-valued verdicts on subjects (Kleene): met, not met, or unknown, each with its reason.

A verdict is a frame of USUBJID, TRUTH (1 met, 0 unknown, -1 not met) and BECAUSE, one row a subject and the
same order in every frame. So `and` is the least of its parts, `or` the greatest, `not` the negative.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

MET = "MET"
NOT_MET = "NOT MET"
UNKNOWN = "UNKNOWN"

_REASONS_SHOWN = 3


class Truth(IntEnum):
    """How a condition stands."""

    NOT_MET = -1
    UNKNOWN = 0
    MET = 1


_WORDS = {Truth.MET: MET, Truth.UNKNOWN: UNKNOWN, Truth.NOT_MET: NOT_MET}


def uniform(subjects: pl.Series, truth: Truth, because: str) -> pl.DataFrame:
    """Give every subject the same verdict."""
    return pl.DataFrame({"USUBJID": subjects}).with_columns(
        TRUTH=pl.lit(int(truth), dtype=pl.Int8), BECAUSE=pl.lit(because)
    )


def any_record(subjects: pl.Series, records: pl.DataFrame, absent: Truth, because: str) -> pl.DataFrame:
    """Join the verdicts on records (USUBJID, TRUTH, BECAUSE) by `or`; without records, `absent` holds."""
    best = (
        records.filter(pl.col("TRUTH") == pl.col("TRUTH").max().over("USUBJID"))
        .group_by("USUBJID", maintain_order=True)
        .agg(
            pl.col("TRUTH").first().cast(pl.Int8),
            pl.col("BECAUSE").unique(maintain_order=True).head(_REASONS_SHOWN).str.join(", "),
        )
    )
    return _aligned(subjects, best, absent, because)


def one_each(subjects: pl.Series, verdicts: pl.DataFrame, absent: Truth, because: str) -> pl.DataFrame:
    """Align verdicts of at most one row a subject; who has none gets `absent`."""
    return _aligned(
        subjects, verdicts.select("USUBJID", pl.col("TRUTH").cast(pl.Int8), "BECAUSE"), absent, because
    )


def _aligned(subjects: pl.Series, found: pl.DataFrame, absent: Truth, because: str) -> pl.DataFrame:
    frame = pl.DataFrame({"USUBJID": subjects})
    return frame.join(found, on="USUBJID", how="left", maintain_order="left").with_columns(
        pl.col("TRUTH").fill_null(int(absent)), pl.col("BECAUSE").fill_null(because)
    )


def negated(verdict: pl.DataFrame) -> pl.DataFrame:
    """Turn met into not met and back; unknown stays."""
    return verdict.with_columns(-pl.col("TRUTH"))


def all_of(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Join by `and`: not met where any part is, else unknown where any is."""
    return _joined(parts, pl.min_horizontal)


def any_of(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Join by `or`: met where any part is, else unknown where any is."""
    return _joined(parts, pl.max_horizontal)


def _joined(parts: Sequence[pl.DataFrame], decide: object) -> pl.DataFrame:
    assert callable(decide)
    wide = parts[0].select("USUBJID").with_columns(
        *(part["TRUTH"].alias(f"T{number}") for number, part in enumerate(parts)),
        *(part["BECAUSE"].alias(f"B{number}") for number, part in enumerate(parts)),
    )  # fmt: skip
    numbers = range(len(parts))
    wide = wide.with_columns(TRUTH=decide(*(pl.col(f"T{number}") for number in numbers)))
    deciding = [pl.when(pl.col(f"T{number}") == pl.col("TRUTH")).then(f"B{number}") for number in numbers]
    return wide.select("USUBJID", "TRUTH", BECAUSE=pl.concat_str(deciding, separator="; ", ignore_nulls=True))


def told(verdict: pl.DataFrame) -> pl.DataFrame:
    """Return USUBJID, RESULT in words, and BECAUSE."""
    words = {int(truth): word for truth, word in _WORDS.items()}
    return verdict.select(
        "USUBJID",
        RESULT=pl.col("TRUTH").cast(pl.Int64).replace_strict(words, return_dtype=pl.String),
        BECAUSE="BECAUSE",
    )
