"""Cycles as a fact of the subject, for analysis sets that ask how much treatment was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.adex import SUBJECT, derive_adex

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

COLUMNS = ("NCYC", "NCYCC")


def with_cycles(study: Study, data: StudyData, adsl: pl.DataFrame) -> pl.DataFrame:
    """Add NCYC and NCYCC, the cycles started and completed, where a set asks: `ADSL.NCYCC >= 2`."""
    conditions = [analysis_set.condition for analysis_set in study.analysis_sets.values()]
    asked = {field.variable for condition in conditions for field in condition.fields()}
    for code in (code for code in COLUMNS if code in asked):
        adex, _ = derive_adex(study, data, adsl)
        of_subject = adex.filter(pl.col("PARCAT1") == SUBJECT, pl.col("PARAMCD") == code)
        cycles = of_subject.select("USUBJID", pl.col("AVAL").alias(code))
        adsl = adsl.join(cycles, on="USUBJID", how="left", maintain_order="left").with_columns(
            pl.col(code).fill_null(0.0)
        )
    return adsl
