"""All analysis datasets of a study, in the order in which they depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.adrs import derive_adrs, measurable, visit_parameter
from trialwright.derive.adsl import derive_adsl_dates
from trialwright.derive.adtr import COLUMNS as ADTR_COLUMNS
from trialwright.derive.adtr import derive_adtr
from trialwright.derive.adtte import derive_adtte
from trialwright.derive.left_out import records_left_out, require_source, subjects_left_out
from trialwright.derive.lesions import collect_lesions
from trialwright.derive.on_treatment import derive_on_treatment
from trialwright.derive.recorded import recorded_responses
from trialwright.derive.responses import Judged, judge_lesions, judge_recorded, limits_of, options_of
from trialwright.derive.sets import with_groups_and_sets
from trialwright.protocol.response_rules import ResponseSource

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData


@dataclass(frozen=True)
class Adam:
    """The analysis datasets; `findings` are what was seen, and not used, on the way."""

    adsl: pl.DataFrame
    adtr: pl.DataFrame
    adrs: pl.DataFrame
    adtte: pl.DataFrame
    findings: tuple[Finding, ...]
    adae: pl.DataFrame = field(default_factory=pl.DataFrame)
    adlb: pl.DataFrame = field(default_factory=pl.DataFrame)
    adex: pl.DataFrame = field(default_factory=pl.DataFrame)


def derive_all(study: Study, data: StudyData) -> Adam:
    """Derive everything from SDTM.

    Raises:
        DataError: the lesions of a subject are impossible (a negative diameter), or the data have
            responses only from the source that the study does not name.
    """
    require_source(study, data)
    adsl = derive_adsl_dates(study, data)
    limits, options = limits_of(study, adsl), options_of(study.response)
    findings = records_left_out(study, data)
    recorded, not_used = recorded_responses(data, study.response, adsl)
    findings += not_used
    lesions, adtr = None, pl.DataFrame(schema=dict.fromkeys(ADTR_COLUMNS, pl.String()))
    if data.has("TR"):
        rules = study.response
        history = collect_lesions(data, rules.assessor, adsl, rules.partial_lesion_dates, study.data_cutoff)
        findings += history.left_out
        lesions = judge_lesions(history, limits, options)
        adtr = derive_adtr(adsl, lesions, history)
    from_lesions = study.response.source is ResponseSource.LESIONS and lesions is not None
    if from_lesions and lesions is not None:
        judged, visits = lesions, lesions.visits.with_columns(ANL01FL=pl.lit("Y"))
    else:
        judged = judge_recorded(recorded.filter(pl.col("ANL01FL") == "Y").drop("ANL01FL"), limits, options)
        visits = recorded
    adrs = derive_adrs(adsl, judged, visits, _beside(lesions, recorded, adsl))
    adsl = with_groups_and_sets(study, data, adsl, adrs)
    findings += subjects_left_out(study, data, adsl)
    on = derive_on_treatment(study, data, adsl)
    adtte = derive_adtte(study, adsl, adrs)
    return Adam(adsl, adtr, adrs, adtte, (*findings, *on.findings), on.adae, on.adlb, on.adex)


def _beside(lesions: Judged | None, recorded: pl.DataFrame, adsl: pl.DataFrame) -> list[pl.DataFrame]:
    """Parameters beside the overall response: its parts by the lesions, and both readings of it."""
    if lesions is None:
        return []
    seen = lesions.points.filter(pl.col("VISITNO") > 0)
    measured = lesions.points.filter(pl.col("VISITNO") == 0, pl.col("ASSESSED") > 0)
    extra = [
        measurable(adsl, measured["USUBJID"]),
        visit_parameter(seen, "TRGRESP", "TARGET"),
        visit_parameter(seen, "NTRGRESP", "NONTARGETDERIVED"),
        visit_parameter(seen, "NEWLESN", "NEWLESION"),
    ]
    if recorded.height:
        extra.append(recorded.with_columns(PARAMCD=pl.lit("OVRREC")))
        extra.append(lesions.visits.with_columns(PARAMCD=pl.lit("OVRLES"), ANL01FL=pl.lit("Y")))
    return extra
