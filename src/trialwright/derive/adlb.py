"""ADLB: one row a laboratory result, with baseline, change, CTCAE grades, and the worst on treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column, study_day_expr
from trialwright.derive.adlb_findings import adlb_findings, not_gradable_findings, other_version
from trialwright.derive.calcium import with_graded_calcium
from trialwright.derive.ctcae import COLUMNS, grade_results, grading_choices, grading_criteria
from trialwright.derive.lab_tests import HIGH, LOW, term_expr

if TYPE_CHECKING:
    from trialwright.derive.ctcae import Criteria
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

PER_CENT = 100
_FROM_ADSL = ("STUDYID", "USUBJID", "GROUP", "GROUPA", "TRTSDT", "TRTEDT")
_FROM_LB = (
    "USUBJID", "LBSEQ", "LBTESTCD", "LBTEST", "LBCAT", "LBSPEC", "LBORRES", "LBSTRESC", "LBSTRESN",
    "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND", "LBSTAT", "VISITNUM", "VISIT", "LBDTC",
)  # fmt: skip
_TEST = ("USUBJID", "PARAMCD", "LBCAT", "LBSPEC", "AVALU")
"""What one series of results of a subject has in common: the unit too, so that no change mixes units."""

_RECORDED_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


def derive_adlb(
    study: Study, data: StudyData, adsl: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give one row a result of LB, and what is wrong with them.

    Columns: PARCAT1, SPEC, PARAMCD, PARAM, AVAL (only where the result is a number), AVALC ("<0.5"), AVALU,
    AVALG (the number that is graded: AVAL, or total calcium corrected for albumin), ANRLO, ANRHI, ANRIND,
    ADT, ADTF, ADY, AVISIT, VISITNUM, ABLFL (last number on or before the first dose), BASE, BNRIND, CHG,
    PCHG, ONTRTFL (after baseline, until the window after the last dose), ATOXDSCL and
    ATOXDSCH (terms), ATOXGRL and ATOXGRH (0 to 4, null not gradable), BTOXGRL and BTOXGRH, NGRADL and NGRADH
    (why there is no grade), WORSTL and WORSTH (Y at the first of the worst on-treatment grades of a subject
    and term), SHIFTL and SHIFTH ("0 to 3"), SRCDOM, SRCSEQ.

    Args:
        study: its window after the last dose, data cut-off, and choices where CTCAE leaves something open.
        data: LB.
        adsl: TRTSDT and TRTEDT.
    """
    frame = data.domain("LB").select(_FROM_LB).with_columns(TERML=term_expr(LOW), TERMH=term_expr(HIGH))
    frame = frame.join(adsl.select(_FROM_ADSL), on="USUBJID", how="left", maintain_order="left")
    frame = _with_values(frame).with_row_index("ROW")
    findings = adlb_findings(frame)
    frame = _with_baseline(frame)
    frame = _with_treatment(study, frame)
    options = study.safety.laboratory
    corrected, uncorrected = with_graded_calcium(frame, options.calcium)
    frame, findings = corrected, (*findings, *uncorrected, *other_version(study.safety.grading, frame))
    criteria = grading_criteria(grading_choices(options.choices))
    for letter in ("L", "H"):
        frame = _with_grade(frame, letter, criteria)
    findings = (*findings, *not_gradable_findings(frame))
    for letter in ("L", "H"):
        frame = _with_worst(frame, letter)
    frame = frame.rename({"LBCAT": "PARCAT1", "LBSPEC": "SPEC"})
    return frame.drop(pl.selectors.starts_with("LB"), "ROW").sort(
        "USUBJID", "PARAMCD", "ADT", "SRCSEQ"
    ), findings


def _with_values(frame: pl.DataFrame) -> pl.DataFrame:
    """Take numbers as SDTM does: LBSTRESN, else LBSTRESC where it is a number and nothing else."""
    date, flag = impute_column(frame["LBDTC"], DateRule.FIRST_DAY)
    text = pl.col("LBSTRESC").str.strip_chars()
    number = pl.when(text.str.contains(_RECORDED_NUMBER)).then(text.cast(pl.Float64, strict=False))
    value = pl.coalesce("LBSTRESN", number)
    reversed_range = (pl.col("LBSTNRLO") > pl.col("LBSTNRHI")).fill_null(value=False)
    frame = frame.with_columns(
        PARAMCD=pl.col("LBTESTCD"),
        PARAM=pl.when(pl.col("LBSTRESU").is_not_null())
        .then(pl.format("{} ({})", pl.col("LBTEST").fill_null(pl.col("LBTESTCD")), "LBSTRESU"))
        .otherwise(pl.coalesce("LBTEST", "LBTESTCD")),
        AVAL=pl.when(value.is_finite()).then(value),
        AVALC=pl.coalesce("LBSTRESC", "LBORRES"),
        AVALU=pl.col("LBSTRESU"),
        ANRLO=pl.when(~reversed_range).then("LBSTNRLO"),
        ANRHI=pl.when(~reversed_range).then("LBSTNRHI"),
        ADT=date,
        ADTF=flag,
        AVISIT=pl.col("VISIT"),
        SRCDOM=pl.lit("LB"),
        SRCSEQ=pl.col("LBSEQ"),
    )
    computed = (
        pl.when(pl.col("AVAL") < pl.col("ANRLO")).then(pl.lit("LOW"))
        .when(pl.col("AVAL") > pl.col("ANRHI")).then(pl.lit("HIGH"))
        .when(pl.col("AVAL").is_not_null() & pl.any_horizontal(pl.col("ANRLO", "ANRHI").is_not_null()))
        .then(pl.lit("NORMAL"))
    )  # fmt: skip
    return frame.with_columns(
        ANRIND=pl.coalesce(computed, pl.col("LBNRIND").str.strip_chars().str.to_uppercase()),
        ADY=study_day_expr(pl.col("ADT"), pl.col("TRTSDT")),
    ).drop("VISIT")


def _with_baseline(frame: pl.DataFrame) -> pl.DataFrame:
    """Baseline: the last number on or before the day of the first dose, of each test in its unit."""
    before = pl.col("AVAL").is_not_null() & (pl.col("ADT") <= pl.col("TRTSDT"))
    baseline = (
        frame.filter(before)
        .sort("ADT", "LBDTC", "VISITNUM", "SRCSEQ", nulls_last=False)
        .unique(_TEST, keep="last", maintain_order=True)
        .select(*_TEST, BASE="AVAL", BNRIND="ANRIND", BASEROW="ROW")
    )
    frame = frame.join(baseline, on=_TEST, how="left", nulls_equal=True, maintain_order="left")
    change = pl.col("AVAL") - pl.col("BASE")
    after = (pl.col("ADT") > pl.col("TRTSDT")).fill_null(value=False)
    return frame.with_columns(
        ABLFL=pl.when(pl.col("ROW") == pl.col("BASEROW")).then(pl.lit("Y")),
        CHG=pl.when(after).then(change),
        PCHG=pl.when(after & (pl.col("BASE") != 0)).then(PER_CENT * change / pl.col("BASE").abs()),
    ).drop("BASEROW")


def _with_treatment(study: Study, frame: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("TRTEDT") + pl.duration(days=study.safety.window.days)
    on = (pl.col("ADT") > pl.col("TRTSDT")) & (pl.col("ADT") <= last).fill_null(value=True)
    if study.data_cutoff is not None:
        on &= pl.col("ADT") <= study.data_cutoff
    return frame.with_columns(ONTRTFL=pl.when(on).then(pl.lit("Y")))


def _with_grade(frame: pl.DataFrame, letter: str, criteria: Criteria) -> pl.DataFrame:
    """Grade one direction; on or before baseline by the normal range alone, as the decisions say."""
    after = (pl.col("ADT") > pl.col("TRTSDT")).fill_null(value=False)
    asked = frame.select(
        TERM=f"TERM{letter}",
        AVAL="AVALG",
        AVALU="AVALU",
        ANRLO="ANRLO",
        ANRHI="ANRHI",
        BASE="BASE",
        BNRIND=pl.when(after).then("BNRIND"),
        PCHG="PCHG",
    ).select(COLUMNS)
    graded = grade_results(asked, criteria)
    frame = frame.with_columns(
        graded.grade.cast(pl.Int64).alias(f"ATOXGR{letter}"), graded.reason.alias(f"NGRAD{letter}")
    ).rename({f"TERM{letter}": f"ATOXDSC{letter}"})
    baseline = frame.filter(pl.col("ABLFL") == "Y").select(*_TEST, **{f"BTOXGR{letter}": f"ATOXGR{letter}"})
    return frame.join(baseline, on=_TEST, how="left", nulls_equal=True, maintain_order="left")


def _with_worst(frame: pl.DataFrame, letter: str) -> pl.DataFrame:
    grade, term = f"ATOXGR{letter}", f"ATOXDSC{letter}"
    worst = (
        frame.filter((pl.col("ONTRTFL") == "Y") & pl.col(grade).is_not_null())
        .sort(grade, "ADT", "SRCSEQ", descending=[True, False, False])
        .unique(["USUBJID", term], keep="first", maintain_order=True)
        .select("ROW", pl.lit("Y").alias(f"WORST{letter}"))
    )
    shown = pl.col(f"BTOXGR{letter}").cast(pl.String).fill_null("missing")
    return frame.join(worst, on="ROW", how="left", maintain_order="left").with_columns(
        pl.when(pl.col(f"WORST{letter}") == "Y")
        .then(pl.format("{} to {}", shown, pl.col(grade)))
        .alias(f"SHIFT{letter}")
    )
