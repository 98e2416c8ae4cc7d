"""Adverse events: when they count as on treatment, how bad, to what related, and what is wrong with them."""

from __future__ import annotations

import datetime as dt

import pytest
from safety_tables import adsl, data, records, study

from trialwright.derive.adae import derive_adae


def derive(rows, *, extra=None, study_changes=None, **dates):
    domains = {"AE": records("AE", [{"AETERM": "Nausea"} | row for row in rows])}
    return derive_adae(study(**(study_changes or {})), data(**domains, **(extra or {})), adsl(**dates))


def emergent(start, end=None, **dates):
    frame, _ = derive([{"AESTDTC": start, "AEENDTC": end}], **dates)
    return frame["TRTEMFL"][0]


@pytest.mark.parametrize(
    ("start", "flag"),
    [
        ("2021-01-03", None),  # the day before the first dose
        ("2021-01-04", "Y"),  # the day of the first dose
        ("2021-03-31", "Y"),  # 30 days after the last dose
        ("2021-04-01", None),
        ("2021-01", "Y"),  # may be the first dose or later
        ("2020-12", None),
        ("2021", "Y"),
        (None, "Y"),
    ],
)
def test_an_event_is_emergent_from_the_first_dose_to_30_days_after_the_last(start, flag):
    assert emergent(start) == flag


def test_an_event_of_unknown_start_that_ended_before_treatment_is_not_emergent():
    assert emergent(None, "2021-01-03") is None
    assert emergent("2020", "2021-01-03") is None


def test_without_any_dose_no_event_is_emergent():
    assert emergent("2021-01-10", TRTSDT=None, TRTEDT=None) is None


def test_while_treatment_goes_on_there_is_no_end_of_the_window():
    assert emergent("2023-01-01", TRTEDT=None) == "Y"


def test_a_partial_start_goes_to_the_first_dose_where_that_is_possible():
    frame, _ = derive([{"AESTDTC": "2021-01", "AEENDTC": "2021-01-20"}])
    row = frame.row(0, named=True)
    assert (row["ASTDT"], row["ASTDTF"]) == (dt.date(2021, 1, 4), "D")
    assert (row["ASTDY"], row["ADURN"]) == (1, 17)


def test_a_partial_end_is_the_last_day_but_never_after_death():
    frame, _ = derive([{"AESTDTC": "2021-02-02", "AEENDTC": "2021-02"}], DTHDT=dt.date(2021, 2, 10))
    assert frame["AENDT"][0] == dt.date(2021, 2, 10)


def test_events_after_the_data_cutoff_do_not_count_and_are_told():
    cut = {
        "study": {
            "id": "typed",
            "title": "T",
            "phase": "II",
            "design": "single-arm",
            "data_cutoff": "2021-02-01",
        }
    }
    frame, findings = derive([{"AESTDTC": "2021-02-02"}], study_changes=cut)
    assert frame["TRTEMFL"][0] is None
    assert [finding.code for finding in findings] == ["AE-AFTER-CUTOFF"]


def test_the_first_and_the_worst_event_of_a_subject_are_flagged_once():
    frame, _ = derive(
        [
            {"AEDECOD": "Nausea", "AESTDTC": "2021-01-20", "AETOXGR": "1"},
            {"AEDECOD": "Nausea", "AESTDTC": "2021-01-10", "AETOXGR": "1"},
            {"AEDECOD": "Nausea", "AESTDTC": "2021-02-10", "AETOXGR": "3"},
            {"AEDECOD": "Rash", "AESTDTC": "2021-02-11", "AETOXGR": "3"},
            {"AEDECOD": "Nausea", "AESTDTC": "2020-12-01", "AETOXGR": "4"},
        ]
    )
    flagged = {
        name: frame.filter(frame[name] == "Y")["AESEQ"].to_list()
        for name in frame.columns
        if name[:4] == "AOCC"
    }
    assert flagged["AOCCFL"] == [2]
    assert flagged["AOCCPFL"] == [2, 4]
    assert flagged["AOCCIFL"] == [3]
    assert flagged["AOCCPIFL"] == [3, 4]


def relation(value, **study_changes):
    frame, _ = derive(
        [{"AESTDTC": "2021-01-10", "AEREL": value}, {"AEREL": "RELATED"}], study_changes=study_changes
    )
    return frame["RELFL"][0], frame["RELDRUG"][0]


def test_words_of_causality():
    assert relation("PROBABLE") == ("Y", None)
    assert relation("NOT RELATED") == ("N", "")
    assert relation("remote") == ("N", "")
    assert relation(None) == ("Y", None)  # recorded for others: the worse reading
    assert relation("gemcitabine, nivolumab") == ("Y", "gemcitabine;nivolumab")


def test_where_no_causality_is_recorded_nothing_is_related_or_unrelated():
    frame, findings = derive([{"AESTDTC": "2021-01-10"}])
    assert frame["RELFL"].to_list() == [None]
    assert findings == ()


def test_causality_of_each_drug_comes_from_the_supplemental_variables():
    supplemental = records(
        "SUPPAE",
        [
            {
                "RDOMAIN": "AE",
                "IDVAR": "AESEQ",
                "IDVARVAL": "1",
                "QNAM": "AERELGEM",
                "QLABEL": "Gem",
                "QVAL": "RELATED",
            },
            {
                "RDOMAIN": "AE",
                "IDVAR": "AESEQ",
                "IDVARVAL": "1",
                "QNAM": "AEREL2",
                "QLABEL": "Causality, Nivolumab",
                "QVAL": "N",
            },
        ],
    ).drop("SUPPAESEQ")
    frame, _ = derive([{"AESTDTC": "2021-01-10"}], extra={"SUPPAE": supplemental})
    assert (frame["RELFL"][0], frame["RELDRUG"][0]) == ("Y", "gemcitabine")


def test_a_listed_term_is_immune_related_only_after_a_checkpoint_inhibitor():
    event = [{"AEDECOD": "Hypothyroidism", "AESTDTC": "2021-02-01"}]
    given = {"EX": records("EX", [{"EXTRT": "OPDIVO 240 MG", "EXDOSE": 240.0, "EXSTDTC": "2021-01-04"}])}
    other = {"EX": records("EX", [{"EXTRT": "CISPLATIN", "EXDOSE": 100.0, "EXSTDTC": "2021-01-04"}])}
    assert derive(event, extra=given)[0]["IMRSYS"].to_list() == ["endocrine"]
    assert derive(event, extra=other)[0]["IMRFL"].to_list() == [None]


def test_a_fatal_event_is_told_by_outcome_seriousness_or_grade():
    frame, _ = derive(
        [{"AEOUT": "FATAL"}, {"AESDTH": "Y"}, {"AETOXGR": "5"}, {"AETOXGR": "4"}], DTHDT=dt.date(2021, 2, 1)
    )
    assert frame["FATALFL"].to_list() == ["Y", "Y", "Y", None]


def test_actions_taken():
    rows = [
        {"AEACN": word} for word in ("DRUG WITHDRAWN", "DOSE REDUCED", "DRUG INTERRUPTED", "DOSE NOT CHANGED")
    ]
    frame, findings = derive([row | {"AESTDTC": "2021-01-10"} for row in rows])
    assert frame.select("STOPFL", "REDUCFL", "INTERFL").rows() == [
        ("Y", None, None),
        (None, "Y", None),
        (None, None, "Y"),
        (None, None, None),
    ]
    assert findings == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"AESTDTC": "2021-01-10", "AETOXGR": "6"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "severe"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "0"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "-1"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "2.5"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "2-3"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "nan"}, "AE-GRADE"),
        ({"AESTDTC": "2021-01-10", "AEENDTC": "2021-01-09"}, "AE-END-BEFORE-START"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "5"}, "AE-GRADE-5-ALIVE"),
        ({"AESTDTC": "2021-01-10", "AETOXGR": "3", "AEOUT": "FATAL"}, "AE-FATAL-GRADE"),
        ({"AESTDTC": None}, "AE-NO-START"),
        ({"AESTDTC": "2021-01-10", "AEACN": "GAVE UP"}, "AE-ACTION"),
    ],
)
def test_what_is_wrong_with_an_event_is_a_finding_that_names_it(row, code):
    _, findings = derive([row])
    assert [finding.code for finding in findings] == [code]
    assert findings[0].subject == "S1"
    assert findings[0].record == "AESEQ 1, Nausea"


def test_an_uncoded_event_keeps_its_reported_term():
    frame, _ = derive([{"AESTDTC": "2021-01-10"}])
    assert (frame["AEDECOD"][0], frame["AEBODSYS"][0]) == ("Nausea", "Not coded")


def test_a_study_without_events_has_the_columns_and_no_rows():
    frame, findings = derive_adae(study(), data(), adsl())
    assert frame.height == 0
    assert {"TRTEMFL", "ATOXGRN", "RELFL", "AOCCPIFL"} <= set(frame.columns)
    assert findings == ()


@pytest.mark.parametrize("written", ["3", " 3 ", "3.0", "Grade 3", "GRADE 3"])
def test_a_grade_is_read_as_people_write_it(written):
    frame, findings = derive([{"AESTDTC": "2021-01-10", "AETOXGR": written}])
    assert frame["ATOXGRN"].to_list() == [3]
    assert findings == ()
