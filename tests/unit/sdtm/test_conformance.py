"""Each check finds the one record that is wrong, and nothing in records that are right."""

from __future__ import annotations

import pytest

from trialwright.findings import Severity
from trialwright.protocol.response_rules import ReferenceDate
from trialwright.sdtm.conformance import check

LESIONS = """
USUBJID TRSEQ TRLNKID TRGRPID    TRTESTCD TRSTRESC TRSTRESN TRSTRESU VISITNUM TRDTC      TREVAL
S-1     1     T01     TARGET     LDIAM    30       30       mm       1        2020-01-02 INVESTIGATOR
S-1     2     T02     TARGET     LDIAM    20       20       mm       1        2020-01-02 INVESTIGATOR
S-1     3     NT01    NON-TARGET TUMSTATE PRESENT  -        -        1        2020-01-02 INVESTIGATOR
S-1     4     T01     TARGET     LDIAM    25       25       mm       2        2020-02-21 INVESTIGATOR
S-1     5     T02     TARGET     LDIAM    15       15       mm       2        2020-02-21 INVESTIGATOR
S-1     6     -       TARGET     SUMDIAM  40       40       mm       2        2020-02-21 INVESTIGATOR
S-1     7     NEW01   NEW        TUMSTATE PRESENT  -        -        2        2020-02-21 INVESTIGATOR
"""
IDENTIFIED = """
USUBJID TUSEQ TULNKID TUTESTCD TUSTRESC   TULOC      TUDTC
S-1     1     T01     TUMIDENT TARGET     LIVER      2020-01-02
S-1     2     T02     TUMIDENT TARGET     LYMPH_NODE 2020-01-02
S-1     3     NT01    TUMIDENT NON-TARGET LUNG       2020-01-02
S-1     4     NEW01   TUMIDENT NEW        BONE       2020-02-21
"""
RESPONSES = """
USUBJID RSSEQ RSTESTCD RSSTRESC RSCAT      RSDTC      RSEVAL
S-1     1     OVRLRESP PR       RECIST_1.1 2020-02-21 INVESTIGATOR
S-1     2     OVRLRESP PD       RECIST_1.1 2020-04-03 INVESTIGATOR
"""


def codes(data, study):
    return [finding.code for finding in check(data, study)]


def only(data, study):
    (finding,) = check(data, study)
    return finding


@pytest.fixture
def tables():
    node = LESIONS.replace("T02     TARGET     LDIAM", "T02     TARGET     SAXIS")
    return {"TR": node, "TU": IDENTIFIED, "RS": RESPONSES}


def test_records_that_are_right_have_no_finding(make, study, tables):
    assert check(make(**tables), study) == ()


def swap(tables, name, old, new):
    assert old in tables[name]
    return {**tables, name: tables[name].replace(old, new, 1)}


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "record", "says"),
    [
        ("RS", "2020-04-03", "2020-04-31", "DATE-INVALID", "RSSEQ 2 (2020-04-31)", "has no day 31"),
        ("RS", "2020-04-03", "31.09.2019", "DATE-INVALID", "RSSEQ 2 (31.09.2019)", "not a date"),
        ("RS", "2020-04-03", "2020---03", "DATE-GAP", "RSSEQ 2 (2020---03)", "no month"),
        ("RS", "2020-04-03", "2020-04-20", "VISIT-OUTSIDE-WINDOW", "2020-04-20", "+17 days from"),
        ("RS", "PR      ", "CRR     ", "TERM-UNKNOWN", "RSSEQ 1 (2020-02-21)", "'CRR'"),
        ("RS", "2020-04-03", "2020-02-21", "TWO-ON-A-DAY", "RSSEQ 1 (2020-02-21)", "PR, PD"),
        ("RS", "2     OVRLRESP", "1     OVRLRESP", "DUPLICATE-KEY", "RSSEQ 1", "2 records"),
        ("TR", "40       40", "50       50", "TR-SUM-DISAGREES", "TRSEQ 6 (2020-02-21)", "add up to 40 mm"),
        ("TR", "15       15       mm", "NOT      -        -", "TR-NOT-NUMERIC", "TRSEQ 5 (2020-02-21)", ""),
        ("TU", "S-1     4     NEW01   TUMIDENT NEW        BONE       2020-02-21\n", "", "TR-NOT-IN-TU",
         "TRSEQ 7 (2020-02-21)", "NEW01"),
        ("TU", "S-1     1     T01", "S-1     1     T99", "TU-NOT-IN-TR", "TUSEQ 1 (2020-01-02)", "T99"),
    ],
)  # fmt: skip
def test_one_wrong_record_is_found(make, study, tables, name, old, new, code, record, says):
    found = [
        finding for finding in check(make(**swap(tables, name, old, new)), study) if finding.code == code
    ]
    (finding,) = found
    assert finding.record == record
    assert finding.dataset == ("TR" if code == "TR-NOT-IN-TU" else name)
    assert finding.subject == "S-1"
    assert says in finding.what
    assert finding.remedy


def test_a_negative_diameter_is_an_error(make, study, tables):
    data = make(**swap(tables, "TR", "25       25", "-25.0    -25"))
    finding = next(finding for finding in check(data, study) if finding.code == "TR-NEGATIVE")
    assert (finding.severity, finding.record) == (Severity.ERROR, "TRSEQ 4 (2020-02-21)")
    assert "-25 mm" in finding.what


def test_a_target_lesion_first_seen_at_follow_up(make, study, tables):
    late = "\n".join(row for row in tables["TR"].splitlines() if not row.startswith("S-1     2 "))
    found = [
        finding
        for finding in check(make(**{**tables, "TR": late}), study)
        if finding.code == "TR-NO-BASELINE"
    ]
    assert [finding.record for finding in found] == ["TRSEQ 5 (2020-02-21)"]
    assert found[0].severity is Severity.ERROR


def test_a_state_that_is_not_understood_is_named(make, study, tables):
    changed = swap(tables, "TR", "TUMSTATE PRESENT", "TUMSTATE GEWACHSEN")
    found = {finding.code: finding for finding in check(make(**changed), study)}
    assert "'GEWACHSEN' of lesion NT01" in found["TR-STATE-UNKNOWN"].what


def test_without_randomisation_nothing_stands_for_its_date(make, study):
    """ADSL counts no time from a randomisation that is not recorded, whatever DM calls the start."""
    rules = study.response.model_copy(update={"reference_date": ReferenceDate.RANDOMISATION})
    randomised = study.model_copy(update={"response": rules})
    demographics = """
USUBJID  RFSTDTC     SEX  ARMCD  AGE
S-1      2020-01-10  F    A      70
S-2      2020-01-10  M    A      60
"""
    found = check(make(DM=demographics), randomised)
    assert [finding.subject for finding in found if finding.code == "NO-REFERENCE-DATE"] == ["S-1", "S-2"]


def test_a_new_lesion_needs_no_baseline(make, study, tables):
    assert "TR-NO-BASELINE" not in codes(make(**tables), study)


def test_fragments_stand_with_their_lesion(make, study, tables):
    split = tables["TR"] + "S-1 8 T01.1 TARGET LDIAM 9 9 mm 3 2020-04-03 INVESTIGATOR\n"
    found = codes(make(**{**tables, "TR": split}), study)
    assert not {"TR-NO-BASELINE", "TR-NOT-IN-TU"} & set(found)


def test_a_subject_without_baseline(make, study, tables):
    late = {name: text.replace("2020-01-02", "2020-01-20") for name, text in tables.items()}
    finding = next(finding for finding in check(make(**late), study) if finding.code == "SUBJECT-NO-BASELINE")
    assert (finding.subject, "2020-01-20" in finding.what, "2020-01-10" in finding.what) == (
        "S-1",
        True,
        True,
    )


def test_an_incomplete_sum(make, study, tables):
    missing = swap(tables, "TR", "15       15       mm", "-        -        -")
    missing = swap(missing, "TR", "40       40", "25       25")
    found = codes(make(**missing), study)
    assert "TR-SUM-INCOMPLETE" in found
    assert "TR-SUM-DISAGREES" not in found


def test_a_subject_that_dm_does_not_have(make, study):
    finding = only(make(AE="USUBJID AESEQ AETERM\nS-9 1 Nausea"), study)
    assert (finding.code, finding.dataset, finding.subject) == ("SUBJECT-NOT-IN-DM", "AE", "S-9")


@pytest.mark.parametrize(
    ("date", "wrong"), [("2020-06-10", False), ("2020-06", False), ("2020-06-11", True), ("2020-07", True)]
)
def test_a_response_after_death(make, study, date, wrong):
    text = f"USUBJID RSSEQ RSTESTCD RSSTRESC RSDTC\nS-2 1 OVRLRESP PR {date}"
    assert ("RS-AFTER-DEATH" in codes(make(RS=text), study)) is wrong


@pytest.mark.parametrize(("date", "wrong"), [("1949", True), ("1950", False), ("1949-12-31", True)])
def test_a_date_before_birth(make, study, date, wrong):
    text = f"USUBJID MHSEQ MHTERM MHSTDTC\nS-1 1 Measles {date}"
    assert ("DATE-BEFORE-BIRTH" in codes(make(MH=text), study)) is wrong


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [("2020-02-03", "2020-02-02", True), ("2020-02-03", "2020-02", False), ("2020-02", "2020-01", True),
     ("2020-02-03T12:00", "2020-02-03T08:00", False), ("2020-02-03", "-", False)],
)  # fmt: skip
def test_an_end_before_its_start(make, study, start, end, wrong):
    text = f"USUBJID AESEQ AETERM AESTDTC AEENDTC\nS-1 1 Nausea {start} {end}"
    assert ("DATE-END-BEFORE-START" in codes(make(AE=text), study)) is wrong


def test_records_after_the_cutoff_are_counted(make, study):
    finding = only(make(LB="USUBJID LBSEQ LBTESTCD LBDTC\nS-1 1 ALT 2021-01-01\nS-1 2 ALT 2020-12-31"), study)
    assert (finding.code, finding.severity) == ("AFTER-CUTOFF", Severity.NOTE)
    assert finding.what.startswith("1 records")


@pytest.mark.parametrize(
    ("grade", "wrong"), [("1", False), ("5", False), ("0", True), ("6", True), ("III", True)]
)
def test_grades_are_1_to_5(make, study, grade, wrong):
    text = f"USUBJID AESEQ AETERM AETOXGR\nS-1 1 Nausea {grade}"
    found = [finding for finding in check(make(AE=text), study) if finding.code == "TERM-UNKNOWN"]
    assert bool(found) is wrong
    assert all(finding.severity is Severity.ERROR for finding in found)


def test_a_term_that_was_meant_is_the_remedy(make, study):
    dm = "USUBJID SEX AGE ARMCD\nS-1 female 50 A"
    finding = only(make(DM=dm, EX="USUBJID EXSEQ EXTRT EXSTDTC\nS-1 1 drug 2020-01-10"), study)
    assert (finding.code, finding.remedy) == ("TERM-UNKNOWN", "write F")


def test_deaths_that_disagree(make, study):
    assert "DEATH-NOT-IN-DM" in codes(make(DS="USUBJID DSSEQ DSDECOD\nS-1 1 DEATH"), study)
    undated = "USUBJID DTHFL DTHDTC ARMCD\nS-1 Y - A"
    doses = "USUBJID EXSEQ EXTRT EXSTDTC\nS-1 1 drug 2020-01-10"
    assert codes(make(DM=undated, EX=doses), study) == ["DEATH-NO-DATE"]


def test_an_unknown_arm_and_a_missing_start(make, study):
    assert codes(make(DM="USUBJID ARMCD\nS-1 B", EX="USUBJID EXSEQ EXTRT EXSTDTC\nS-1 1 drug -"), study) == [
        "DM-ARM-UNKNOWN",
        "NO-REFERENCE-DATE",
    ]


def test_a_screen_failure_needs_neither(make, study):
    dm = "USUBJID ARMCD ARMNRS\nS-1 SCRNFAIL SCREEN_FAILURE\nS-2 A -"
    assert codes(make(DM=dm), study) == []


def test_a_baseline_that_is_too_old(make, study, tables):
    old = {name: text.replace("2020-01-02", "2019-12-01") for name, text in tables.items()}
    assert "BASELINE-TOO-EARLY" in codes(make(**old), study)


def test_the_standard_result_agrees_with_the_recorded_one(make, study):
    names = "USUBJID TRSEQ TRLNKID TRTESTCD TRORRES TRORRESU TRSTRESN TRSTRESU TRDTC"
    text = names + "\nS-1 1 T01 LDIAM 2.5 cm {} mm 2020-01-02"
    assert "TR-RESULT-DISAGREES" in codes(make(TR=text.format("2.5")), study)
    assert "TR-RESULT-DISAGREES" not in codes(make(TR=text.format("25")), study)


def test_text_among_numbers_of_a_test_is_counted(make, study):
    names = "USUBJID LBSEQ LBTESTCD LBSTRESC LBSTRESN LBDTC"
    text = f"{names}\nS-1 1 BILI <3 - 2020-02-01\nS-1 2 BILI 5 5 2020-02-01"
    finding = only(make(LB=text), study)
    assert (finding.code, "'<3'" in finding.what) == ("RESULT-NOT-NUMERIC", True)


def test_the_order_of_records_does_not_matter(make, study, tables):
    data = make(**tables)
    turned = make(**{name: _reversed(text) for name, text in tables.items()})
    assert sorted(codes(data, study)) == sorted(codes(turned, study))


def _reversed(text):
    head, *rows = text.strip().splitlines()
    return "\n".join([head, *reversed(rows)])
