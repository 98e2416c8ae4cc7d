"""What every node of a condition is judged with: the subjects, their records and their reference days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.dated import dated_records, earliest

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData


@dataclass(frozen=True)
class Context:
    """The data on which conditions are judged; ADSL and the study where they are at hand."""

    data: StudyData
    adsl: pl.DataFrame | None = None
    study: Study | None = None

    @cached_property
    def subjects(self) -> pl.Series:
        """The subjects, in the order of ADSL, else of DM."""
        frame = self.data.domain("DM") if self.adsl is None else self.adsl
        return frame["USUBJID"]

    @cached_property
    def doses(self) -> pl.DataFrame:
        """The records of EX in which a dose was given: an amount above 0, none told, or placebo."""
        exposure = self.data.domain("EX")
        placebo = pl.col("EXTRT").str.to_uppercase().str.contains("PLACEBO", literal=True)
        return exposure.filter((pl.col("EXDOSE").fill_null(1.0) > 0) | placebo.fill_null(value=False))

    @cached_property
    def first_dose(self) -> pl.DataFrame:
        """USUBJID and FIRSTDT of treated subjects."""
        if self.adsl is not None and "TRTSDT" in self.adsl.columns:
            return self.adsl.filter(pl.col("TRTSDT").is_not_null()).select("USUBJID", FIRSTDT="TRTSDT")
        taken = pl.col("EXSEQ").is_in(self.doses["EXSEQ"].implode()) | pl.col("EXSEQ").is_null()
        return earliest(dated_records(self.data, "EX", "EXSTDTC", where=taken)).select(
            "USUBJID", FIRSTDT="DATE"
        )

    @cached_property
    def reference(self) -> pl.DataFrame:
        """USUBJID and FIRSTDT: the first dose; of who had none, RFSTDTC, else the day of DM."""
        starts = [
            earliest(dated_records(self.data, "DM", variable)).select("USUBJID", FIRSTDT="DATE")
            for variable in ("RFSTDTC", "DMDTC")
        ]
        known = pl.concat([self.first_dose, *starts]).unique("USUBJID", keep="first", maintain_order=True)
        return known.filter(pl.col("USUBJID").is_in(self.subjects.implode()))
