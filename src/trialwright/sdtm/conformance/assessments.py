"""Two records where one is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.sdtm.conformance.report import Rule, assessor

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_SAME_DAY = Rule(
    Severity.WARNING, "TWO-ON-A-DAY", "keep the record that counts, or correct a date or the evaluator"
)

_KEYS = {
    "RS": ["USUBJID", "RSCAT", "RSTESTCD", "RSLNKID", *assessor("RS"), "RSDTC"],
    "TR": ["USUBJID", "TRLNKID", "TRTESTCD", *assessor("TR"), "TRDTC"],
}


def two_on_a_day(data: StudyData, _facts: Facts) -> list[Finding]:
    """TWO-ON-A-DAY: one assessor, one day, one test (of one lesion), and more than one record."""
    found = []
    for name, keys in _KEYS.items():
        if not data.has(name):
            continue
        frame = data.domain(name)
        if name == "TR":
            frame = frame.filter(pl.col("TRLNKID").is_not_null())
        result = pl.col(f"{name}STRESC")
        counts = (
            frame.filter(pl.col(f"{name}DTC").is_not_null())
            .with_columns(pl.col(f"{name}DTC").str.head(len("YYYY-MM-DD")))
            .group_by(keys, maintain_order=True)
            .agg(
                pl.len().alias("COUNT"),
                pl.col(f"{name}SEQ").first(),
                result.unique(maintain_order=True).alias("ALL"),
            )
            .filter(pl.col("COUNT") > 1)
            .with_columns(RESULTS=pl.col("ALL").list.join(", ", ignore_nulls=True))
        )
        what = f"{{COUNT}} records of {{{name}TESTCD}} by one assessor on one day: {{RESULTS}}"
        found += _SAME_DAY.each(counts, name, what)
    return found


CHECKS = (two_on_a_day,)
