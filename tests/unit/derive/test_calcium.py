"""Total calcium is graded as recorded, or by the albumin of its day where the study asks for it."""

from __future__ import annotations

import pytest
from safety_tables import adsl, data, records, study

from trialwright.derive.adlb import derive_adlb
from trialwright.derive.ctcae import grading_criteria
from trialwright.errors import ArgumentError

MG = {"LBTESTCD": "CA", "LBSTRESU": "mg/dL", "LBSTNRLO": 8.5, "LBSTNRHI": 10.5, "LBDTC": "2021-01-20"}
MMOL = MG | {"LBSTRESU": "mmol/L", "LBSTNRLO": 2.1, "LBSTNRHI": 2.6}
ALBUMIN = {"LBTESTCD": "ALB", "LBSTRESU": "g/dL", "LBSTNRLO": 3.5, "LBSTNRHI": 5.0, "LBDTC": "2021-01-20"}


def derive(*rows, calcium="corrected for albumin"):
    graded = study(safety={"laboratory": {"calcium": calcium}})
    frame, findings = derive_adlb(graded, data(LB=records("LB", list(rows))), adsl())
    calcium_rows = frame.filter(PARAMCD="CA")
    return calcium_rows.row(0, named=True), [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("test", "total", "albumin", "corrected", "low", "high"),
    [  # corrected = total + 0.8 x (4.0 - albumin in g/dL), in mmol/L + 0.02 x (40 - albumin in g/L)
        (MG, 7.5, ALBUMIN | {"LBSTRESN": 2.0}, 9.1, 0, 0),  # hypocalcemia only in appearance
        (MG, 10.2, ALBUMIN | {"LBSTRESN": 2.5}, 11.4, 0, 1),  # hypercalcemia hidden by low albumin
        (MG, 10.2, ALBUMIN | {"LBSTRESN": 25.0, "LBSTRESU": "g/L"}, 11.4, 0, 1),
        (MMOL, 2.5, ALBUMIN | {"LBSTRESN": 2.0}, 2.9, 0, 1),
        (MMOL, 2.5, ALBUMIN | {"LBSTRESN": 20.0, "LBSTRESU": "g/L"}, 2.9, 0, 1),
        (MG, 8.0, ALBUMIN | {"LBSTRESN": 4.0}, 8.0, 1, 0),  # albumin that is not low leaves calcium alone
        (MG, 8.0, ALBUMIN | {"LBSTRESN": 4.9}, 8.0, 1, 0),
    ],
)
def test_low_albumin_of_the_day_corrects_calcium(test, total, albumin, corrected, low, high):
    row, findings = derive(test | {"LBSTRESN": total}, albumin)
    assert row["AVAL"] == total
    assert row["AVALG"] == pytest.approx(corrected, rel=1e-12)
    assert (row["ATOXGRL"], row["ATOXGRH"]) == (low, high)
    assert findings == []


@pytest.mark.parametrize(
    "albumin",
    [
        {"LBDTC": "2021-01-21", "LBSTRESN": 2.0},
        {"LBSTRESU": "mg/L", "LBSTRESN": None},
        {"LBSTRESU": "umol/L", "LBSTRESN": 300.0},
        {"LBSTRESU": None, "LBSTRESN": 2.0},
        {"LBSPEC": "URINE", "LBSTRESN": 2.0},
    ],
)
def test_without_a_usable_albumin_of_the_day_calcium_is_graded_as_measured_and_told(albumin):
    row, findings = derive(MG | {"LBSTRESN": 7.5}, ALBUMIN | albumin)
    assert row["AVALG"] == 7.5
    assert row["ATOXGRL"] == 2
    assert "LB-CALCIUM" in findings


def test_calcium_is_graded_as_measured_unless_the_study_says_otherwise():
    row, findings = derive(MG | {"LBSTRESN": 7.5}, ALBUMIN | {"LBSTRESN": 2.0}, calcium="as measured")
    assert row["ATOXGRL"] == 2
    assert findings == []


def test_a_single_result_cannot_be_corrected():
    with pytest.raises(ArgumentError, match="no option 'calcium'"):
        grading_criteria({"calcium": "corrected for albumin"})
