"""Six subjects, one analyte: who has a change, who has none and why, and time counted from the sample.

S1 4 → 8 pg/mL, S2 8 → 2, S3 no sample at C2D1, S4 "<0.5" at C2D1, S5 baseline in ng/mL, S6 no baseline.
"""

import datetime as dt

import polars as pl
import pytest

from trialwright.biomarkers.dynamics import from_landmark, serum_changes
from trialwright.protocol.biomarkers import Change, SerumMarkers
from trialwright.protocol.schedule import Visit

DAY_1 = dt.date(2020, 1, 1)
SUBJECTS = ["S1", "S2", "S3", "S4", "S5", "S6"]
VISITS = {"C2D1": Visit(day=22, sdtm=("CYCLE 2 DAY 1",))}
TYPES = {"AVAL": pl.Float64, "BASE": pl.Float64, "ADT": pl.Date, "ONTRTFL": pl.String, "AVISIT": pl.String}
SERUM = SerumMarkers(analytes={"IFNG": "IFN-γ"}, visits=("baseline", "C2D1"), landmark="C2D1")


def result(subject, value, day, visit, *, base=None, unit="pg/mL", on="Y", seq=1):
    return {
        "USUBJID": subject, "PARAMCD": "IFNG", "AVAL": value, "AVALU": unit, "AVISIT": visit,
        "ADT": DAY_1 + dt.timedelta(day - 1 if day > 0 else day), "ADY": day, "BASE": base,
        "ONTRTFL": on if day > 1 else None, "SRCSEQ": seq,
    }  # fmt: skip


RESULTS = [
    result("S1", 4.0, -3, "SCREENING", base=4.0),
    result("S1", 8.0, 22, "C2D1", base=4.0),
    result("S2", 8.0, 1, "C1D1", base=8.0),
    result("S2", 2.0, 24, "Cycle 2 Day 1", base=8.0),
    result("S3", 5.0, 1, "C1D1", base=5.0),
    result("S4", 5.0, 1, "C1D1", base=5.0),
    result("S4", None, 22, "C2D1", base=5.0),
    result("S5", 0.005, 1, "C1D1", base=0.005, unit="ng/mL"),
    result("S5", 6.0, 22, "C2D1"),
    result("S6", 6.0, 22, "C2D1"),
]


def adlb(rows=RESULTS):
    return pl.DataFrame(rows, schema_overrides=TYPES)


def changes(rows=RESULTS, serum=SERUM):
    return serum_changes(serum, VISITS, adlb(rows), SUBJECTS)


def column(frame, name):
    return dict(frame.select("USUBJID", name).iter_rows())


def test_a_doubling_is_plus_one_and_a_fall_to_a_quarter_is_minus_two():
    found = column(changes(), "CHANGE")
    assert (found["S1"], found["S2"]) == (1.0, -2.0)
    assert [found[subject] for subject in SUBJECTS[2:]] == [None] * 4


def test_everybody_without_a_change_is_told_why():
    assert column(changes(), "REASON") == {
        "S1": "",
        "S2": "",
        "S3": "no result at C2D1",
        "S4": "the result at C2D1 is not a number",
        "S5": "no result before the first dose in the unit of C2D1",
        "S6": "no result before the first dose",
    }


@pytest.mark.parametrize(("kind", "expected"), [(Change.DIFFERENCE, -6.0), (Change.PERCENT, -75.0)])
def test_change_is_told_as_the_study_file_wants_it(kind, expected):
    assert column(changes(serum=SERUM.model_copy(update={"change": kind})), "CHANGE")["S2"] == expected


def test_a_zero_has_a_difference_but_no_ratio():
    rows = [result("S1", 4.0, 1, "C1D1", base=4.0), result("S1", 0.0, 22, "C2D1", base=4.0)]
    assert column(changes(rows), "REASON")["S1"] == "a result of 0 or below has no ratio"
    difference = SERUM.model_copy(update={"change": Change.DIFFERENCE})
    assert column(changes(rows, difference), "CHANGE")["S1"] == -4.0


def test_a_repeat_at_the_visit_replaces_the_first_result_and_a_failed_repeat_does_not():
    repeat = result("S1", 16.0, 23, "C2D1", base=4.0, seq=2)
    assert column(changes([*RESULTS, repeat]), "CHANGE")["S1"] == 2.0
    assert column(changes([*RESULTS, repeat | {"AVAL": None}]), "CHANGE")["S1"] == 1.0


def test_a_sample_after_treatment_is_not_an_on_therapy_change():
    late = [RESULTS[0], RESULTS[1] | {"ONTRTFL": None}]
    assert column(changes(late), "REASON")["S1"] == "the result at C2D1 is not on treatment"


def test_the_order_of_the_records_does_not_matter():
    assert changes(list(reversed(RESULTS))).equals(changes())


def test_without_laboratory_data_nobody_has_a_change():
    found = serum_changes(SERUM, VISITS, pl.DataFrame(), SUBJECTS)
    assert set(found["REASON"]) == {"never measured"}


def times(ends):
    rows = [
        {"USUBJID": subject, "ADT": DAY_1 + dt.timedelta(day - 1), "CNSR": censored}
        for subject, (day, censored) in ends.items()
    ]
    return pl.DataFrame(rows, schema={"USUBJID": pl.String, "ADT": pl.Date, "CNSR": pl.Int64})


PLANNED = pl.DataFrame({"USUBJID": SUBJECTS, "PLANDT": [DAY_1 + dt.timedelta(21)] * 6})


def test_time_is_counted_from_the_sample_not_from_the_first_dose():
    found = from_landmark(changes(), times({"S1": (122, 0), "S2": (124, 1)}), PLANNED, "C2D1")
    assert column(found, "DAYS")["S1"] == 100.0
    assert column(found, "DAYS")["S2"] == 100.0
    assert (column(found, "EVENT")["S1"], column(found, "EVENT")["S2"]) == (True, False)


def test_whoever_reaches_the_end_before_the_landmark_is_left_out_and_counted():
    ends = {"S1": (22, 0), "S2": (24, 1), "S3": (15, 0), "S4": (90, 0), "S5": (200, 1)}
    found = column(from_landmark(changes(), times(ends), PLANNED, "C2D1"), "REASON")
    assert found == {
        "S1": "event on or before C2D1",
        "S2": "followed no further than C2D1",
        "S3": "event on or before C2D1",
        "S4": "the result at C2D1 is not a number",
        "S5": "no result before the first dose in the unit of C2D1",
        "S6": "no time for this endpoint",
    }


def test_subjects_left_out_carry_no_time_and_no_change():
    found = from_landmark(changes(), times({"S1": (22, 0)}), PLANNED, "C2D1").filter(
        pl.col("USUBJID") == "S1"
    )
    assert found.select("DAYS", "CHANGE").row(0) == (None, None)
