"""Laboratory results: numbers, baseline, change, grades before and on treatment, shifts, Hy's law."""

from __future__ import annotations

import datetime as dt

import pytest
from safety_tables import adsl, data, records, study

from trialwright.derive.adlb import derive_adlb
from trialwright.derive.liver import liver_signals

PLATELETS = {"LBTESTCD": "PLAT", "LBSTRESU": "10^9/L", "LBSTNRLO": 150.0, "LBSTNRHI": 400.0}
ALT = {"LBTESTCD": "ALT", "LBSTRESU": "U/L", "LBSTNRLO": 5.0, "LBSTNRHI": 40.0}
BILIRUBIN = {"LBTESTCD": "BILI", "LBSTRESU": "umol/L", "LBSTNRLO": 3.0, "LBSTNRHI": 20.0}
PHOSPHATASE = {"LBTESTCD": "ALP", "LBSTRESU": "U/L", "LBSTNRLO": 30.0, "LBSTNRHI": 120.0}


def result(test, day, value):
    """A result on a day counted from the first dose: day 0 is the day of the first dose."""
    date = (dt.date(2021, 1, 4) + dt.timedelta(day)).isoformat()
    number = value if isinstance(value, float) else None
    return test | {"LBDTC": date, "LBSTRESN": number, "LBSTRESC": str(value)}


def derive(*rows, **choices):
    graded = study(safety={"laboratory": choices})
    return derive_adlb(graded, data(LB=records("LB", list(rows))), adsl())


def test_baseline_is_the_last_number_up_to_the_day_of_the_first_dose():
    frame, _ = derive(result(PLATELETS, -10, 200.0), result(PLATELETS, 0, 180.0), result(PLATELETS, 7, 90.0))
    assert frame["ABLFL"].to_list() == [None, "Y", None]
    assert frame["BASE"].to_list() == [180.0, 180.0, 180.0]
    assert frame["CHG"].to_list() == [None, None, -90.0]
    assert frame["PCHG"].to_list() == [None, None, -50.0]


def test_a_series_never_mixes_units():
    other = PLATELETS | {"LBSTRESU": "/mm3", "LBSTNRLO": 150000.0, "LBSTNRHI": 400000.0}
    frame, _ = derive(result(PLATELETS, -1, 200.0), result(other, 7, 90000.0))
    after = frame.row(1, named=True)
    assert (after["BASE"], after["CHG"], after["ATOXGRL"]) == (None, None, 1)


def test_grades_worst_on_treatment_and_shift():
    frame, _ = derive(
        result(PLATELETS, -1, 140.0),
        result(PLATELETS, 7, 40.0),
        result(PLATELETS, 14, 24.0),
        result(PLATELETS, 21, 100.0),
        result(PLATELETS, 200, 10.0),
    )
    assert frame["ATOXDSCL"].unique().to_list() == ["Platelet count decreased"]
    assert frame["ATOXGRL"].to_list() == [1, 3, 4, 1, 4]
    assert frame["ONTRTFL"].to_list() == [None, "Y", "Y", "Y", None]
    assert frame["WORSTL"].to_list() == [None, None, "Y", None, None]
    assert frame["SHIFTL"].drop_nulls().to_list() == ["1 to 4"]


def test_an_abnormal_baseline_is_graded_by_the_range_and_later_results_by_the_baseline():
    frame, _ = derive(result(ALT, 0, 100.0), result(ALT, 7, 140.0), result(ALT, 14, 160.0))
    assert frame["BNRIND"].unique().to_list() == ["HIGH"]
    assert frame["ATOXGRH"].to_list() == [1, 0, 1]


def test_urine_is_not_graded_and_ph_only_from_blood():
    urine = {"LBTESTCD": "PH", "LBCAT": "URINALYSIS", "LBSTNRLO": 5.0, "LBSTNRHI": 9.0}
    unknown = {"LBTESTCD": "PH", "LBSTNRLO": 7.35, "LBSTNRHI": 7.45}
    blood = unknown | {"LBSPEC": "ARTERIAL BLOOD"}
    frame, _ = derive(result(urine, 1, 6.0), result(unknown, 1, 7.2), result(blood, 1, 7.2))
    assert sorted(frame["ATOXDSCL"].to_list(), key=str) == ["Acidosis", None, None]
    assert frame["ATOXGRL"].drop_nulls().to_list() == [3]


@pytest.mark.parametrize(
    ("value", "number", "code"),
    [
        ("<0.5", None, "LB-CENSORED"),
        (">200", None, "LB-CENSORED"),
        ("<10", None, "LB-CENSORED"),
        (">1000", None, "LB-CENSORED"),
        ("1+", None, "LB-NOT-A-NUMBER"),
        ("clotted", None, "LB-NOT-A-NUMBER"),
        ("12.5", 12.5, None),
        (-5.0, -5.0, "LB-NEGATIVE"),
    ],
)
def test_a_number_is_taken_only_where_the_result_is_one(value, number, code):
    frame, findings = derive(result(PLATELETS, 7, value))
    assert frame["AVAL"][0] == number
    assert frame["AVALC"][0] == str(value)
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert (frame["ATOXGRL"][0] is None) == (code is not None)


def test_a_reversed_range_is_not_used_and_told():
    frame, findings = derive(result(PLATELETS | {"LBSTNRLO": 400.0, "LBSTNRHI": 150.0}, 7, 100.0))
    assert frame.select("ANRLO", "ANRHI", "ATOXGRL").row(0) == (None, None, None)
    assert [finding.code for finding in findings] == ["LB-RANGE-REVERSED"]


def test_an_unknown_unit_is_told_and_not_graded():
    frame, findings = derive(result(PLATELETS | {"LBSTRESU": "G/L"}, 7, 60.0))
    assert frame["ATOXGRL"][0] is None
    assert [finding.code for finding in findings] == ["LB-UNIT"]


def test_an_option_of_the_decisions_changes_the_grade():
    potassium = {"LBTESTCD": "K", "LBSTRESU": "mmol/L", "LBSTNRLO": 3.5, "LBSTNRHI": 5.1}
    assert derive(result(potassium, 7, 3.2))[0]["ATOXGRL"][0] == 2
    assert derive(result(potassium, 7, 3.2), symptoms="milder")[0]["ATOXGRL"][0] == 1


def hys_law(*rows):
    frame, _ = derive(*rows)
    return liver_signals(frame).select("HYSLAW", "HYSDT", "ALPX").row(0)


def test_hys_law_needs_both_signals_within_30_days_without_cholestasis():
    alt, high = result(ALT, 10, 120.0), result(BILIRUBIN, 20, 41.0)
    day = dt.date(2021, 1, 24)
    assert hys_law(alt, high, result(PHOSPHATASE, 20, 120.0)) == ("Y", day, 1.0)
    assert hys_law(alt, high, result(PHOSPHATASE, 20, 240.0)) == ("N", None, None)
    assert hys_law(alt, high) == ("Y", day, None)
    assert hys_law(alt, result(BILIRUBIN, 20, 40.0))[0] == "N"
    assert hys_law(result(ALT, 10, 119.0), high)[0] == "N"
    assert hys_law(alt, result(BILIRUBIN, 41, 41.0))[0] == "N"
    assert hys_law(result(ALT, 21, 120.0), high)[0] == "N"


def test_liver_peaks_are_multiples_of_uln_on_treatment():
    frame, _ = derive(result(ALT, -1, 400.0), result(ALT, 7, 80.0), result(BILIRUBIN, 7, 10.0))
    assert liver_signals(frame).select("ALTX", "ASTX", "AMINOX", "BILIX").row(0) == (2.0, None, 2.0, 0.5)


def test_a_study_graded_by_ctcae_4_is_told_that_laboratory_results_are_graded_by_5():
    rows = data(LB=records("LB", [result(PLATELETS, 7, 60.0)]))
    _, findings = derive_adlb(study(safety={"grading": "CTCAE 4.03"}), rows, adsl())
    assert [finding.code for finding in findings] == ["LB-CTCAE-VERSION"]


def test_a_result_without_the_range_that_its_grade_needs_is_told():
    without = ALT | {"LBSTNRLO": None, "LBSTNRHI": None}
    frame, findings = derive(result(without, 7, 60.0), result(PLATELETS, 7, 60.0))
    assert [(one.code, one.what.split(" not ")[0]) for one in findings] == [
        ("LB-NO-RANGE", "1 results of ALT")
    ]
    assert frame.filter(PARAMCD="ALT")["ATOXGRH"].to_list() == [None]
