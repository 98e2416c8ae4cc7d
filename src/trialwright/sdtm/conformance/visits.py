"""Assessments against the schedule of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.sdtm.conformance.report import Rule

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_WINDOW = Rule(
    Severity.WARNING, "VISIT-OUTSIDE-WINDOW", "check the date; the assessment counts on the day it was done"
)
_EARLY = Rule(
    Severity.WARNING, "BASELINE-TOO-EARLY", "check the date; a newer baseline was required by the protocol"
)


def tumour_windows(data: StudyData, facts: Facts) -> list[Finding]:
    """VISIT-OUTSIDE-WINDOW, BASELINE-TOO-EARLY: a day that the protocol did not plan for tumour assessments.

    Unscheduled visits are left out, and so are partial dates.
    """
    schedule = facts.study.assessments.tumour
    days = _assessment_days(data, facts)
    if days.is_empty():
        return []
    horizon = int(days["SINCE"].max() or 0)  # type: ignore[arg-type]
    planned = pl.DataFrame(
        {"PLANNED": list(schedule.planned_days(horizon + schedule.every.days))}, schema={"PLANNED": pl.Int64}
    )
    later = days.filter(pl.col("SINCE") > schedule.window.days).sort("SINCE")
    nearest = later.join_asof(planned, left_on="SINCE", right_on="PLANNED", strategy="nearest")
    off = nearest.with_columns(OFF=pl.col("SINCE") - pl.col("PLANNED"))
    ended = planned["PLANNED"].max()
    outside = off.filter(
        pl.col("OFF").abs() > schedule.window.days, pl.col("SINCE") <= pl.lit(ended) + schedule.window.days
    )
    last = (
        days.filter(pl.col("SINCE") <= 0)
        .group_by("USUBJID", maintain_order=True)
        .agg(pl.all().sort_by("SINCE").last())
    )
    early = last.filter(pl.col("SINCE") < -schedule.baseline_within.days)
    off_plan = (
        "the assessment is {OFF:+d} days from the planned day {PLANNED}, "
        f"outside the window of ± {schedule.window}"
    )
    too_old = (
        "the last assessment before the start on {REFDT} is {SINCE} days from it; "
        f"the protocol asks for {schedule.baseline_within} at most"
    )
    return [*_each(_WINDOW, outside, off_plan), *_each(_EARLY, early, too_old)]


def _each(rule: Rule, days: pl.DataFrame, what: str) -> list[Finding]:
    """One finding a day, in the dataset that has the assessment."""
    found = []
    for name in ("TR", "RS"):
        rows = days.filter(pl.col("DATASET") == name).sort("USUBJID", "SINCE").rename({"DATE": f"{name}DTC"})
        found += rule.each(rows, name, what)
    return found


def _assessment_days(data: StudyData, facts: Facts) -> pl.DataFrame:
    """The distinct days of tumour assessments: USUBJID, DATASET, DATE, SINCE (days since REFDT), REFDT."""
    parts = []
    for name in ("TR", "RS"):
        frame = data.domain(name)
        days = facts.days(frame[f"{name}DTC"])
        planned = ~frame["VISIT"].fill_null("").str.to_uppercase().str.contains("UNSCHED", literal=True)
        complete = (days["FIRST"] == days["LAST"]).fill_null(value=False)
        chosen = frame.select("USUBJID", DAY=days["FIRST"], DATASET=pl.lit(name)).filter(complete & planned)
        parts.append(chosen)
    distinct = pl.concat(parts).unique(("USUBJID", "DAY"), keep="first", maintain_order=True)
    return (
        distinct.join(
            facts.subjects.select("USUBJID", "REFDT").drop_nulls(), on="USUBJID", maintain_order="left"
        )
        .with_columns(
            SINCE=(pl.col("DAY") - pl.col("REFDT")).dt.total_days(), DATE=pl.col("DAY").cast(pl.String)
        )
        .select("USUBJID", "DATASET", "DATE", "SINCE", "REFDT")
    )


CHECKS = (tumour_windows,)
