"""Subjects and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.sdtm.conformance.report import Rule
from trialwright.sdtm.study_data import known_contract

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_OLDEST = 120

_NOT_IN_DM = Rule(Severity.ERROR, "SUBJECT-NOT-IN-DM", "add the subject to DM, or correct USUBJID")
_DUPLICATE_SUBJECT = Rule(Severity.ERROR, "DM-DUPLICATE-SUBJECT", "keep one record of the subject in DM")
_DUPLICATE_KEY = Rule(Severity.ERROR, "DUPLICATE-KEY", "remove the copy, or number the records anew")
_STUDIES = Rule(Severity.WARNING, "STUDYID-SEVERAL", "keep the records of one study in the folder")
_AGE = Rule(Severity.WARNING, "DM-AGE", "correct AGE, and write it in years")
_ARM = Rule(
    Severity.WARNING, "DM-ARM-UNKNOWN", "add the code to `armcd` of an arm in study.yaml, or correct ARMCD"
)
_NO_REFERENCE = Rule(
    Severity.WARNING,
    "NO-REFERENCE-DATE",
    "record the milestone in DS or the first dose in EX; no time is counted",
)


def subjects_in_dm(data: StudyData, _facts: Facts) -> list[Finding]:
    """SUBJECT-NOT-IN-DM: records of a subject that demographics do not know."""
    known = data.domain("DM")["USUBJID"].unique()
    found = []
    for name, frame in data.domains.items():
        if "USUBJID" in frame.columns:
            strange = frame.filter(~pl.col("USUBJID").is_in(known.implode()))
            counts = strange.group_by("USUBJID", maintain_order=True).len()
            found += [
                _NOT_IN_DM.one(name, f"{count} records of a subject that DM does not have", subject)
                for subject, count in counts.rows()
            ]
    return found


def one_record_a_subject(data: StudyData, _facts: Facts) -> list[Finding]:
    """DM-DUPLICATE-SUBJECT: a subject with several records of demographics."""
    counts = data.domain("DM").group_by("USUBJID", maintain_order=True).len().filter(pl.col("len") > 1)
    return [
        _DUPLICATE_SUBJECT.one("DM", f"the subject has {count} records in DM", subject)
        for subject, count in counts.rows()
    ]


def unique_keys(data: StudyData, _facts: Facts) -> list[Finding]:
    """DUPLICATE-KEY: two records of one name."""
    found = []
    for name, frame in data.domains.items():
        contract = known_contract(name)
        keys = [key for key in contract.keys if key in frame.columns]
        if name == "DM" or not contract.by_subject or frame.height < 2:  # noqa: PLR2004 - two can be equal
            continue
        counts = frame.group_by(keys, maintain_order=True).agg(pl.len().alias("__count"))
        for row in counts.filter(pl.col("__count") > 1).iter_rows(named=True):
            record = ", ".join(
                f"{key} {row[key]}" for key in keys if key != "USUBJID" and row[key] is not None
            )
            what = f"{row['__count']} records have the key {', '.join(keys)}"
            found.append(_DUPLICATE_KEY.one(name, what, row["USUBJID"], record))
    return found


def one_study(data: StudyData, _facts: Facts) -> list[Finding]:
    """STUDYID-SEVERAL: records of more than one study."""
    found = []
    for name, frame in data.domains.items():
        studies = (
            frame["STUDYID"].drop_nulls().unique().sort().to_list() if "STUDYID" in frame.columns else []
        )
        if len(studies) > 1:
            found.append(_STUDIES.one(name, f"STUDYID has {len(studies)} values: {', '.join(studies[:3])}"))
    return found


def plausible_ages(data: StudyData, _facts: Facts) -> list[Finding]:
    """DM-AGE: an age in years below 0 or above 120."""
    demographics = data.domain("DM")
    years = pl.col("AGEU").is_null() | (pl.col("AGEU") == "YEARS")
    strange = demographics.filter((years & (pl.col("AGE") > _OLDEST)) | (pl.col("AGE") < 0))
    return _AGE.each(strange, "DM", "AGE is {AGE:g}")


def known_arms(data: StudyData, facts: Facts) -> list[Finding]:
    """DM-ARM-UNKNOWN: an arm code that no arm of the study file has."""
    codes = [code for arm in facts.study.arms.values() for code in arm.armcd]
    if not codes:
        return []
    failed = facts.subjects.filter("SCREENFAIL")["USUBJID"].implode()
    unknown = data.domain("DM").filter(
        pl.col("ARMCD").is_not_null() & ~pl.col("ARMCD").is_in(codes) & ~pl.col("USUBJID").is_in(failed)
    )
    counts = unknown.group_by("ARMCD", maintain_order=True).len()
    return [
        _ARM.one("DM", f"ARMCD {code!r} of {count} subjects belongs to no arm (arms have {', '.join(codes)})")
        for code, count in counts.rows()
    ]


def reference_dates(_data: StudyData, facts: Facts) -> list[Finding]:
    """NO-REFERENCE-DATE: an enrolled subject without the study's reference date."""
    lacking = facts.subjects.filter(pl.col("REFDT").is_null() & ~pl.col("SCREENFAIL"))
    wanted = facts.study.response.reference_date.value
    return [
        _NO_REFERENCE.one("DM", f"the date of the {wanted} is not recorded", subject)
        for subject in lacking["USUBJID"]
    ]


CHECKS = (
    subjects_in_dm,
    one_record_a_subject,
    unique_keys,
    one_study,
    plausible_ages,
    known_arms,
    reference_dates,
)
