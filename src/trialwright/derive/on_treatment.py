"""Adverse events, laboratory results and doses of a study: what the safety analysis reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.derive.adae import derive_adae
from trialwright.derive.adex import derive_adex
from trialwright.derive.adlb import derive_adlb

if TYPE_CHECKING:
    import polars as pl

    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData


@dataclass(frozen=True)
class OnTreatment:
    """The three datasets; without records of AE, LB or EX each has its columns and no rows."""

    adae: pl.DataFrame
    adlb: pl.DataFrame
    adex: pl.DataFrame
    findings: tuple[Finding, ...]


def derive_on_treatment(study: Study, data: StudyData, adsl: pl.DataFrame) -> OnTreatment:
    """Derive ADAE, ADLB and ADEX of the subjects of ADSL (GROUP, GROUPA, TRTSDT, TRTEDT, DTHDT)."""
    adae, of_events = derive_adae(study, data, adsl)
    adlb, of_results = derive_adlb(study, data, adsl)
    adex, of_doses = derive_adex(study, data, adsl)
    return OnTreatment(adae, adlb, adex, (*of_events, *of_results, *of_doses))
