"""Lesions: where they were identified, whether they were there at baseline.

A fragment (`T01.1`) and a merged lesion (`T01/T02`) stand with the first lesion in their name.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.rulebook import read_table
from trialwright.sdtm.conformance.report import Rule, assessor

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

_NO_BASELINE = Rule(
    Severity.ERROR,
    "TR-NO-BASELINE",
    "add its measurement at baseline, or identify it as NEW in TU and TRGRPID",
)
_NOT_IN_TU = Rule(Severity.WARNING, "TR-NOT-IN-TU", "identify the lesion in TU, or correct TRLNKID")
_NOT_IN_TR = Rule(Severity.WARNING, "TU-NOT-IN-TR", "add its results in TR, or correct TULNKID")
_STATE = Rule(
    Severity.WARNING,
    "TR-STATE-UNKNOWN",
    "write ABSENT, PRESENT, UNEQUIVOCAL PROGRESSION or NOT EVALUABLE; until then it is not evaluable",
)
_STATES = {"target": "target_words", "non_target": "non_target_state"}
_SUBJECT = Rule(
    Severity.WARNING, "SUBJECT-NO-BASELINE", "add the baseline assessment; the first one is taken for it"
)


def parent(lesion: pl.Expr) -> pl.Expr:
    """The lesion that a fragment or a merged lesion stands with."""
    return lesion.str.split("/").list.first().str.split(".").list.first()


def dated_lesions(data: StudyData, facts: Facts) -> pl.DataFrame:
    """The TR records of lesions with their day, role and the last day that is baseline.

    Baseline is up to the later of the reference date and the first dose; for a subject without any
    assessment until then, the first assessment of that assessor.
    """
    roles = read_table("tumour-findings.toml")["role"]
    words = {word: role for role in ("target", "non_target", "new") for word in roles[role]}
    role = pl.col("TRGRPID").str.to_uppercase().replace_strict(words, default=None, return_dtype=pl.String)
    records = data.domain("TR").filter(pl.col("TRLNKID").is_not_null())
    day = facts.days(records["TRDTC"])["FIRST"]
    identified = (
        data.domain("TU")
        .select("USUBJID", LESION=parent(pl.col("TULNKID")), WORD=pl.coalesce("TUSTRESC", "TUORRES"))
        .with_columns(TUROLE=pl.col("WORD").str.to_uppercase().replace_strict(words, default=None))
        .drop_nulls()
        .unique(("USUBJID", "LESION"), keep="first", maintain_order=True)
    )
    last = pl.max_horizontal("REFDT", "TRTSDT")
    return (
        records.with_columns(DAY=day, LESION=parent(pl.col("TRLNKID")))
        .filter(pl.col("DAY").is_not_null())
        .join(facts.subjects.select("USUBJID", LASTBASE=last), on="USUBJID", maintain_order="left")
        .join(
            identified.select("USUBJID", "LESION", "TUROLE"),
            on=("USUBJID", "LESION"),
            how="left",
            maintain_order="left",
        )
        .with_columns(
            ROLE=pl.coalesce("TUROLE", role), FIRSTDAY=pl.col("DAY").min().over("USUBJID", *assessor("TR"))
        )
        .with_columns(BASEDAY=pl.max_horizontal("LASTBASE", "FIRSTDAY"))
    )


def baseline_of_lesions(data: StudyData, facts: Facts) -> list[Finding]:
    """TR-NO-BASELINE: a target or non-target lesion that was first seen after baseline."""
    keys = ["USUBJID", "LESION", *assessor("TR")]
    records = dated_lesions(data, facts).filter(pl.col("ROLE").is_in(["target", "non_target"]))
    first = records.sort("DAY", "TRSEQ", maintain_order=True).unique(keys, keep="first", maintain_order=True)
    late = first.filter(pl.col("DAY") > pl.col("BASEDAY")).sort("USUBJID", "TRSEQ")
    late = late.with_columns(pl.col("ROLE").str.replace("_", "-"))
    return _NO_BASELINE.each(
        late, "TR", "{ROLE} lesion {TRLNKID} is first seen here, after baseline ({BASEDAY})"
    )


def baseline_of_subjects(data: StudyData, facts: Facts) -> list[Finding]:
    """SUBJECT-NO-BASELINE: a subject whose first assessment is after the start."""
    first = dated_lesions(data, facts).unique(["USUBJID", *assessor("TR")], keep="first", maintain_order=True)
    late = first.filter(pl.col("FIRSTDAY") > pl.col("LASTBASE"))
    return _SUBJECT.each(
        late, "TR", "the first tumour assessment is on {FIRSTDAY}, after the start on {LASTBASE}"
    )


def links(data: StudyData, _facts: Facts) -> list[Finding]:
    """TR-NOT-IN-TU and TU-NOT-IN-TR: a lesion that only one of the two datasets knows."""
    if not (data.has("TU") and data.has("TR")):
        return []
    tu = (
        data.domain("TU")
        .filter(pl.col("TULNKID").is_not_null())
        .with_columns(LESION=parent(pl.col("TULNKID")))
    )
    tr = (
        data.domain("TR")
        .filter(pl.col("TRLNKID").is_not_null())
        .with_columns(LESION=parent(pl.col("TRLNKID")))
    )
    keys = ("USUBJID", "LESION")
    measured = tr.unique(keys, keep="first", maintain_order=True).join(
        tu, on=keys, how="anti", maintain_order="left"
    )
    unmeasured = tu.unique(keys, keep="first", maintain_order=True).join(
        tr, on=keys, how="anti", maintain_order="left"
    )
    return [
        *_NOT_IN_TU.each(measured, "TR", "lesion {TRLNKID} is measured, but TU does not identify it"),
        *_NOT_IN_TR.each(unmeasured, "TU", "lesion {TULNKID} is identified, but TR has no result of it"),
    ]


def states(data: StudyData, facts: Facts) -> list[Finding]:
    """TR-STATE-UNKNOWN: a word for a target or non-target lesion that is not understood."""
    words = read_table("tumour-findings.toml")
    known = {role: list(chain.from_iterable(words[name].values())) for role, name in _STATES.items()}
    not_evaluable = words["non_target_state"]["not_evaluable"]
    records = dated_lesions(data, facts).filter(pl.col("TRTESTCD") == "TUMSTATE", pl.col("TRSTAT").is_null())
    word = pl.col("TRSTRESC").str.to_uppercase()
    found = []
    for role, terms in known.items():
        strange = records.filter(pl.col("ROLE") == role, ~word.is_in([*terms, *not_evaluable]))
        found += _STATE.each(strange, "TR", "the state {TRSTRESC!r} of lesion {TRLNKID} is not understood")
    return found


CHECKS = (baseline_of_lesions, baseline_of_subjects, links, states)
