"""The times of one endpoint as arrays, and the Kaplan–Meier estimates of one cell of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.analyse.results import DAYS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

_DECIMALS = 2


@dataclass(frozen=True)
class Times:
    """Days from start to event or censoring, one entry a subject, sorted by subject."""

    subjects: tuple[str, ...]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    reasons: tuple[str, ...]
    """EVNTDESC of an event, CNSDTDSC of a censored time."""

    @property
    def size(self) -> int:
        """The number of subjects."""
        return len(self.subjects)

    @property
    def event_count(self) -> int:
        """The number of events."""
        return int(self.event.sum())

    def among(self, chosen: Collection[str]) -> Times:
        """Keep the subjects chosen."""
        keep = [index for index, subject in enumerate(self.subjects) if subject in chosen]
        return Times(
            subjects=tuple(self.subjects[index] for index in keep),
            days=self.days[keep],
            event=self.event[keep],
            reasons=tuple(self.reasons[index] for index in keep),
        )

    def those(self, which: NDArray[np.bool_]) -> list[str]:
        """Name the subjects for whom this holds."""
        return [subject for subject, holds in zip(self.subjects, which, strict=True) if holds]


def times_of(adtte: pl.DataFrame, endpoint: str, variant: str) -> Times:
    """Take one endpoint and variant of adtte; times that are missing or below one day are left out.

    The caller reports who is left out: they are the subjects of the set whom `Times` does not hold.
    """
    rows = adtte.filter(
        pl.col("ENDPOINT") == endpoint,
        pl.col("VARIANT") == variant,
        pl.col("AVAL").is_not_null(),
        pl.col("CNSR").is_not_null(),
        pl.col("AVAL") > 0,
    ).sort("USUBJID")
    event = rows["CNSR"].to_numpy() == 0
    reason = pl.when(pl.col("CNSR") == 0).then("EVNTDESC").otherwise("CNSDTDSC").fill_null("not stated")
    return Times(
        subjects=tuple(rows["USUBJID"].to_list()),
        days=rows["AVAL"].cast(pl.Float64).to_numpy(),
        event=np.asarray(event, dtype=np.bool_),
        reasons=tuple(rows.select(reason).to_series().to_list()),
    )


def months(days: float) -> float:
    """Turn days into months of 30.4375 days.

    >>> months(365.25)
    12.0
    """
    return days / DAYS_PER_MONTH


def month_label(days: float) -> str:
    """Write a time in months as the `item` of a row: two decimals at most, no trailing zeros.

    >>> month_label(182.625), month_label(42)
    ('6', '1.38')
    """
    return f"{months(days):.{_DECIMALS}f}".rstrip("0").rstrip(".")
