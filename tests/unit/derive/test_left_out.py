"""Nothing is dropped in silence: what no rule can use is named, with the remedy."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.derive.adam import derive_all
from trialwright.errors import DataError

STABLE = "S1 T01 LIVER 2020-12-20=60 2021-02-12=60"
RECORDED = {"source": "recorded", "reference_date": "first dose"}


def overall(word="PR", **values):
    return {"USUBJID": "S1", "RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSCAT": "RECIST 1.1",
            "RSSTRESC": word, "RSORRES": word, "RSEVAL": "INVESTIGATOR", "RSDTC": "2021-02-12",
            **values}  # fmt: skip


def found(adam):
    return {finding.code: finding for finding in adam.findings}


def best(adam):
    return adam.adrs.filter(pl.col("PARAMCD") == "BOR")["AVALC"].to_list()


def test_responses_are_never_taken_from_another_source_than_the_study_says(protocol, sdtm, measured):
    with pytest.raises(DataError, match="source: recorded"):
        derive_all(protocol(), sdtm(RS=[overall()]))
    with pytest.raises(DataError, match="source: lesions"):
        derive_all(protocol(response=RECORDED), sdtm(**measured(STABLE)))


def test_a_study_before_its_first_assessment_is_not_refused(protocol, sdtm):
    adam = derive_all(protocol(), sdtm())
    assert best(adam) == ["MISSING"]
    assert "NO-ASSESSMENTS" in found(adam)


@pytest.mark.parametrize(
    ("record", "code", "says"),
    [
        (overall(RSCAT="RECIST1.1"), "CRITERIA-NONE", "RECIST1.1 1 times"),
        (overall(RSEVAL="INDEPENDENT ASSESSOR"), "ASSESSOR-NONE", "INDEPENDENT ASSESSOR 1 times"),
    ],
)
def test_responses_of_other_criteria_or_assessors_are_an_error_where_nothing_else_is_left(
    protocol, sdtm, record, code, says
):
    adam = derive_all(protocol(response=RECORDED), sdtm(RS=[record]))
    assert best(adam) == ["MISSING"]
    assert (found(adam)[code].severity.value, says in found(adam)[code].what) == ("error", True)


def test_a_second_assessor_is_a_note(protocol, sdtm):
    both = [overall(), overall("PD", RSEVAL="INDEPENDENT ASSESSOR")]
    adam = derive_all(protocol(response=RECORDED), sdtm(RS=both))
    assert best(adam) == ["PR"]
    assert found(adam)["ASSESSOR-OTHER"].severity.value == "note"


def test_a_measurement_without_any_date_is_named(protocol, sdtm, measured):
    lesions = measured(STABLE)
    lesions["TR"][1] |= {"TRDTC": None}
    adam = derive_all(protocol(), sdtm(**lesions))
    assert (found(adam)["TR-NO-DATE"].subject, found(adam)["TR-NO-DATE"].record) == ("S1", "TRSEQ 2")


def test_a_lesion_that_is_neither_target_nor_anything_else_is_named(protocol, sdtm, measured):
    lesions = measured(STABLE)
    stray = [row | {"TRLNKID": "Z9", "TRGRPID": None} for row in lesions["TR"]]
    adam = derive_all(protocol(), sdtm(TU=lesions["TU"], TR=[*lesions["TR"], *stray]))
    assert found(adam)["LESION-NO-ROLE"].record == "lesion Z9"


def test_who_may_belong_to_another_cohort_is_not_left_over(protocol, sdtm):
    """S1 had gemcitabine before; S2 at an unknown time; S3 never: only S3 is surely chemotherapy-naive."""
    cohorts = {"A": {"label": "Refractory", "when": "prior gemcitabine"}, "B": {"label": "Naive"}}
    drugs = [
        {"USUBJID": "S1", "CMTRT": "GEMCITABINE", "CMSTDTC": "2019-01-01"},
        {"USUBJID": "S2", "CMTRT": "GEMCITABINE", "CMSTDTC": None},
    ]
    adam = derive_all(protocol(cohorts=cohorts), sdtm("S1 S2 S3", CM=drugs))
    assert dict(adam.adsl.select("USUBJID", "GROUP").iter_rows()) == {"S1": "A", "S2": None, "S3": "B"}
    assert (found(adam)["COHORT-UNKNOWN"].subject, found(adam)["GROUP-NONE"].subject) == ("S2", "S2")


def test_an_enrolled_subject_of_no_arm_is_named(protocol, sdtm):
    arms = {"A": {"label": "A", "armcd": ["A"]}, "B": {"label": "B", "armcd": ["B"]}}
    adam = derive_all(
        protocol(arms=arms), sdtm(DM=[{"USUBJID": "S1", "SUBJID": "S1", "ARMCD": "X", "SEX": "F"}])
    )
    assert found(adam)["GROUP-NONE"].what.startswith("enrolled, but in no arm of the study (ARMCD X)")


def test_a_set_of_nobody_is_named_with_the_reason(protocol, sdtm):
    adam = derive_all(protocol(analysis_sets={"full": "randomised"}), sdtm("S1 S2"))
    assert "'full' (not randomised)" in found(adam)["SET-EMPTY"].what


def test_a_target_lesion_without_any_diameter_is_named(protocol, sdtm, measured):
    lesions = measured(STABLE)
    area = [row | {"TRTESTCD": "AREA"} for row in lesions["TR"]]
    adam = derive_all(protocol(), sdtm(TU=lesions["TU"], TR=area))
    assert "TRTESTCD AREA" in found(adam)["TARGET-NO-DIAMETER"].what
    assert best(adam) == ["NE"]


def test_records_without_an_overall_response_are_named(protocol, sdtm):
    adam = derive_all(protocol(response=RECORDED), sdtm(RS=[overall(RSTESTCD="TRGRESP")]))
    assert "TRGRESP 1 times" in found(adam)["OVERALL-NONE"].what


def test_a_negative_diameter_is_refused_with_its_record(protocol, sdtm, measured):
    lesions = measured(STABLE)
    lesions["TR"][1] |= {"TRSTRESN": -5.0}
    with pytest.raises(DataError, match=r"S1, TRSEQ 2 \(2021-02-12\): LDIAM of lesion T01 is -5 mm"):
        derive_all(protocol(), sdtm(**lesions))


def test_a_screen_failure_who_was_treated_is_a_contradiction(protocol, sdtm):
    failure = [{"USUBJID": "S1", "SUBJID": "S1", "ARMCD": "SCRNFAIL", "SEX": "F"}]
    adam = derive_all(protocol(), sdtm(DM=failure))
    assert "treated on 2021-01-01" in found(adam)["SCREEN-FAILURE"].what


@pytest.mark.parametrize(("day", "code"), [("2021-01", "START-IMPUTED"), ("2021-01-05", "DOSE-EARLY")])
def test_a_doubtful_start_is_told(protocol, sdtm, day, code):
    """The first dose is on 2021-01-01: before a randomisation on the 5th, on the day taken for 2021-01."""
    start = {"USUBJID": "S1", "DSTERM": "R", "DSDECOD": "RANDOMIZED", "DSCAT": "PROTOCOL MILESTONE"}
    adam = derive_all(protocol(), sdtm(DS=[start | {"DSSTDTC": day}]))
    assert found(adam)[code].subject == "S1"


def test_a_response_counts_whether_or_not_its_record_is_numbered_once(protocol, sdtm):
    """Two responses with one RSSEQ: each day keeps its own response."""
    twice = [overall("SD", RSSEQ=1), overall("PD", RSSEQ=1, RSDTC="2021-03-26")]
    adam = derive_all(protocol(response=RECORDED), sdtm(RS=twice))
    rows = adam.adrs.filter(pl.col("PARAMCD") == "OVR").sort("ADT")
    assert rows.select("AVALC", "ANL01FL").rows() == [("SD", "Y"), ("PD", "Y")]
