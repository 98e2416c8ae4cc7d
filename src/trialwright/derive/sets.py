"""Groups, analysis sets and baseline variables: what ADSL says of a subject as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.adsl import set_flag
from trialwright.derive.conditions import MET, NOT_MET, baseline_values, evaluate
from trialwright.derive.cycles import with_cycles
from trialwright.protocol.study import GroupKind

if TYPE_CHECKING:
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData


def with_groups_and_sets(
    study: Study, data: StudyData, adsl: pl.DataFrame, adrs: pl.DataFrame
) -> pl.DataFrame:
    """Add TRT01P, TRT01A, COHORT, GROUP, GROUPA (as treated), LASTASDT, MEASFL, set flags and BL_ columns."""
    adsl = _with_assessments(adsl, adrs)
    adsl = with_cycles(study, data, _with_groups(study, data, adsl))
    for name, analysis_set in study.analysis_sets.items():
        verdict = evaluate(analysis_set.condition, data, adsl, study=study)
        belongs = verdict.filter(pl.col("RESULT") == MET)["USUBJID"]
        flag = pl.when(pl.col("USUBJID").is_in(belongs.implode())).then(pl.lit("Y")).otherwise(pl.lit("N"))
        adsl = adsl.with_columns(flag.alias(set_flag(name)))
    for variable in study.baseline:
        values = baseline_values(variable, data, adsl, study=study).rename({"VALUE": f"BL_{variable.name}"})
        adsl = adsl.join(values, on="USUBJID", how="left", maintain_order="left")
    return adsl


def _with_assessments(adsl: pl.DataFrame, adrs: pl.DataFrame) -> pl.DataFrame:
    """LASTASDT, the last assessment after baseline, and MEASFL, measurable disease at baseline."""
    last = adrs.filter(pl.col("PARAMCD") == "LSTA").select("USUBJID", LASTASDT="ADT")
    measurable = adrs.filter(pl.col("PARAMCD") == "MDIS").select("USUBJID", MEASFL="AVALC")
    return adsl.join(last, on="USUBJID", how="left", maintain_order="left").join(
        measurable, on="USUBJID", how="left", maintain_order="left"
    )


def _with_groups(study: Study, data: StudyData, adsl: pl.DataFrame) -> pl.DataFrame:
    """The arm by its planned code; the cohort by its condition, else the one without condition.

    Only who surely meets no condition is left over: who may belong elsewhere is in no cohort.
    """
    codes = {code: name for name, arm in study.arms.items() for code in arm.armcd}
    planned = pl.col("ARMCD").replace_strict(codes, default=None, return_dtype=pl.String)
    actual = pl.col("ACTARMCD").replace_strict(codes, default=None, return_dtype=pl.String)
    adsl = adsl.with_columns(TRT01P=planned, TRT01A=actual).with_columns(COHORT=pl.lit(None, dtype=pl.String))
    left_over, elsewhere = None, pl.lit(value=False)
    for name, cohort in study.cohorts.items():
        if cohort.when is None:
            left_over = name
            continue
        verdict = evaluate(cohort.when, data, adsl, study=study)
        inside = pl.col("USUBJID").is_in(verdict.filter(pl.col("RESULT") == MET)["USUBJID"].implode())
        outside = pl.col("USUBJID").is_in(verdict.filter(pl.col("RESULT") == NOT_MET)["USUBJID"].implode())
        elsewhere = elsewhere | ~outside
        adsl = adsl.with_columns(
            COHORT=pl.when(inside & pl.col("COHORT").is_null()).then(pl.lit(name)).otherwise("COHORT")
        )
    enrolled = pl.col("ENRLFL") == "Y"
    if left_over is not None:
        over = pl.when(~elsewhere).then(pl.lit(left_over))
        adsl = adsl.with_columns(COHORT=pl.coalesce("COHORT", over))
    adsl = adsl.with_columns(COHORT=pl.when(enrolled).then("COHORT"))
    kind = next(iter(study.groups.values())).kind
    group = {
        GroupKind.ARM: pl.col("TRT01P"),
        GroupKind.COHORT: pl.col("COHORT"),
        GroupKind.ALL: pl.when(enrolled).then(pl.lit(next(iter(study.groups)))),
    }[kind]
    treated = pl.coalesce("TRT01A", group) if kind is GroupKind.ARM else group
    return adsl.with_columns(GROUP=group, GROUPA=treated)
