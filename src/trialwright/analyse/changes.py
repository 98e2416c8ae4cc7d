"""Which subjects a sensitivity variant treats otherwise than the primary analysis, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import CHANGE_COLUMNS, PRIMARY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

EVENT = "event"
CENSORED = "censored"
ABSENT = "absent"


def changes_of(
    adtte: pl.DataFrame, endpoint: str, subjects: Collection[str], group_of: Mapping[str, str]
) -> list[dict[str, object]]:
    """List each subject whose status, date or days differ between the primary analysis and a variant."""
    records = adtte.filter(pl.col("ENDPOINT") == endpoint, pl.col("USUBJID").is_in(list(subjects)))
    primary = _by_subject(records, PRIMARY)
    found: list[dict[str, object]] = []
    for variant in records["VARIANT"].unique(maintain_order=True).to_list():
        if variant != PRIMARY:
            here = _by_subject(records, variant)
            for subject in sorted({*primary, *here}):
                before, after = primary.get(subject, _NO_TIME), here.get(subject, _NO_TIME)
                if before != after:
                    group = group_of.get(subject, "")
                    found.append(_change(endpoint, variant, group, subject, before, after))
    return found


@dataclass(frozen=True, slots=True)
class _Time:
    """One subject's time in one variant; as it stands here, the absence of one."""

    status: str = ABSENT
    date: dt.date | None = None
    days: float | None = None
    reason: str = field(default="", compare=False)

    @property
    def because(self) -> str:
        """The reason in words."""
        return self.reason or "no reason stated"


_NO_TIME = _Time()


def _by_subject(records: pl.DataFrame, variant: str) -> dict[str, _Time]:
    is_event = pl.col("CNSR") == 0
    rows = records.filter(pl.col("VARIANT") == variant, pl.col("CNSR").is_not_null()).select(
        "USUBJID",
        pl.when(is_event).then(pl.lit(EVENT)).otherwise(pl.lit(CENSORED)),
        "ADT",
        pl.col("AVAL").cast(pl.Float64),
        pl.when(is_event).then("EVNTDESC").otherwise("CNSDTDSC").fill_null("").alias("REASON"),
    )
    return {subject: _Time(*rest) for subject, *rest in rows.iter_rows()}


def _change(
    endpoint: str, variant: str, group: str, subject: str, before: _Time, after: _Time
) -> dict[str, object]:
    return {
        "endpoint": endpoint,
        "variant": variant,
        "group": group,
        "subject": subject,
        "from_status": before.status,
        "from_date": before.date,
        "from_days": before.days,
        "from_reason": before.reason,
        "to_status": after.status,
        "to_date": after.date,
        "to_days": after.days,
        "to_reason": after.reason,
        "why": _why(before, after),
    }


def _why(before: _Time, after: _Time) -> str:
    """One sentence: what became of the time, and the reason that the variant gives."""
    if after.status == ABSENT:
        return f"Not in this variant; in the primary analysis {before.status} ({before.because})."
    if before.status == ABSENT:
        return f"Only in this variant: {after.status} ({after.because})."
    if before.status == after.status:
        direction = "later" if (after.days or 0) > (before.days or 0) else "earlier"
        moved = f"on {after.date} instead of {before.date}"
        return f"Still {after.status}, but {direction}, {moved}: {after.because}."
    was = f"{before.status.capitalize()} on {before.date} ({before.because})"
    return f"{was} becomes {after.status} on {after.date}: {after.because}."


def changes_frame(records: list[dict[str, object]]) -> pl.DataFrame:
    """Lay the changes out as their frame."""
    return pl.DataFrame(records, schema=dict(CHANGE_COLUMNS))
