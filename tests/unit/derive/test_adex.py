"""Doses: cycles, delays, reductions, intensity against the plan."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from safety_tables import STUDY, adsl, data, records, study

from trialwright.derive.adex import derive_adex

FIRST = dt.date(2021, 1, 4)
GEMCITABINE, NIVOLUMAB = "GEMCITABINE", "NIVOLUMAB"


def dose(drug, day, amount, unit="mg/m2", **more):
    date = (FIRST + dt.timedelta(day)).isoformat()
    return {"EXTRT": drug, "EXDOSE": float(amount), "EXDOSU": unit, "EXSTDTC": date, "EXENDTC": date} | more


def derive(*rows, **domains):
    return derive_adex(study(), data(EX=records("EX", list(rows)), **domains), adsl())


def values(frame, category, drug=""):
    chosen = frame.filter(pl.col("PARCAT1") == category, pl.col("DRUG") == drug)
    return dict(chosen.select("PARAMCD", "AVAL").iter_rows())


def full_course(starts, amount=1000.0):
    """Gemcitabine on days 1 and 8 of cycles that start on these days."""
    return [dose(GEMCITABINE, day + offset, amount) for day in starts for offset in (0, 7)]


def test_the_whole_plan_on_time_is_100_percent():
    frame, _ = derive(*full_course([0, 21, 42]))
    gemcitabine = values(frame, "DRUG", "gemcitabine")
    assert gemcitabine["NCYC"] == 3
    assert gemcitabine["NADM"] == 6
    assert gemcitabine["CUMDOSE"] == 6000.0
    assert gemcitabine["PLANDOSE"] == 6000.0
    assert gemcitabine["RDI"] == pytest.approx(100.0)
    assert gemcitabine["DI"] == pytest.approx(6000.0 / 9)


def test_half_the_dose_on_time_is_50_percent_and_every_dose_is_reduced():
    frame, _ = derive(*full_course([0, 21, 42], amount=500.0))
    gemcitabine = values(frame, "DRUG", "gemcitabine")
    assert gemcitabine["RDI"] == pytest.approx(50.0)
    assert gemcitabine["NRED"] == 6


def test_the_full_dose_with_a_cycle_three_weeks_late_is_three_quarters():
    frame, _ = derive(*full_course([0, 21, 63]))
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(75.0)
    assert values(frame, "OVERALL")["NDELAY"] == 1


@pytest.mark.parametrize(("start", "delayed"), [(24, 0), (25, 1)])
def test_a_cycle_is_late_when_more_than_3_days_after_its_day(start, delayed):
    frame, _ = derive(*full_course([0, start]))
    assert values(frame, "OVERALL")["NDELAY"] == delayed


def test_day_8_belongs_to_its_cycle_and_a_cycle_may_begin_3_days_early():
    frame, _ = derive(*full_course([0, 18]))
    assert frame.filter(pl.col("PARAMCD") == "DOSE")["CYCLE"].to_list() == [1, 1, 2, 2]


def test_the_visit_names_the_cycle_where_all_visits_do():
    rows = [dose(GEMCITABINE, 0, 1000, VISIT="CYCLE 1 DAY 1"), dose(GEMCITABINE, 30, 1000, VISIT="C1D8")]
    frame, _ = derive(*rows)
    assert frame.filter(pl.col("PARAMCD") == "DOSE")["CYCLE"].to_list() == [1, 1]


def test_the_last_cycle_is_complete_when_all_its_days_were_dosed():
    nivolumab = [dose(NIVOLUMAB, day, 3, "mg/kg") for day in (0, 21)]
    whole, _ = derive(*full_course([0, 21]), *nivolumab)
    broken, _ = derive(*full_course([0, 21])[:-1], *nivolumab)
    assert values(whole, "OVERALL")["NCYCC"] == 2
    assert values(broken, "OVERALL")["NCYCC"] == 1


def test_milligrams_are_measured_by_surface_and_weight_at_baseline():
    size = records(
        "VS",
        [
            {"VSTESTCD": "HEIGHT", "VSSTRESN": 180.0, "VSSTRESU": "cm", "VSDTC": "2021-01-02"},
            {"VSTESTCD": "WEIGHT", "VSSTRESN": 80.0, "VSSTRESU": "kg", "VSDTC": "2021-01-02"},
        ],
    )
    rows = [dose(GEMCITABINE, 0, 2000, "mg"), dose(GEMCITABINE, 7, 2000, "mg"), dose(NIVOLUMAB, 0, 240, "mg")]
    frame, _ = derive(*rows, VS=size)  # Mosteller: sqrt(180 x 80 / 3600) = 2 m2
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(100.0)
    assert values(frame, "DRUG", "nivolumab")["RDI"] == pytest.approx(100.0)
    assert values(frame, "OVERALL")["RDI"] == pytest.approx(100.0)


def test_without_body_size_milligrams_have_no_relative_intensity_and_say_why():
    frame, _ = derive(dose(GEMCITABINE, 0, 1800, "mg"))
    row = frame.filter(pl.col("PARCAT1") == "DRUG", pl.col("PARAMCD") == "RDI").row(0, named=True)
    assert row["AVAL"] is None
    assert row["AVALC"] == "the plan of 1000 mg/m2 cannot be told in mg for this subject"


def test_omitted_doses_and_doses_of_zero_are_not_given():
    frame, _ = derive(dose(GEMCITABINE, 0, 1000), dose(GEMCITABINE, 7, 0))
    assert values(frame, "DRUG", "gemcitabine")["NADM"] == 1
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(50.0)


def test_a_dose_without_amount_is_no_dose_of_zero():
    frame, findings = derive(dose(GEMCITABINE, 0, 1000), dose(GEMCITABINE, 7, 1000) | {"EXDOSE": None})
    gemcitabine = values(frame, "DRUG", "gemcitabine")
    assert (gemcitabine["NADM"], gemcitabine["CUMDOSE"], gemcitabine["RDI"]) == (2, None, None)
    assert [finding.code for finding in findings] == ["EX-NO-DOSE"]


def test_a_daily_interval_counts_every_day_and_dose():
    row = dose("CAPECITABINE", 0, 1500, "mg", EXENDTC="2021-01-17", EXDOSFRQ="BID")
    frame, findings = derive(row)
    assert values(frame, "DRUG", "CAPECITABINE")["CUMDOSE"] == 1500.0 * 2 * 14
    assert [finding.code for finding in findings] == ["EX-UNPLANNED"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (dose(GEMCITABINE, 0, -5), "EX-NEGATIVE"),
        (dose(GEMCITABINE, 0, 1000, EXENDTC="2021-01-03"), "EX-END-BEFORE-START"),
        (dose(GEMCITABINE, 0, 1000, EXSTDTC="2021-02-30", EXENDTC=None), "EX-INCOMPLETE"),
    ],
)
def test_impossible_records_are_told_and_not_counted(row, code):
    frame, findings = derive(row)
    assert [finding.code for finding in findings] == [code]
    assert frame.height == 0


def test_a_drug_of_induction_alone_is_not_diluted_by_maintenance():
    maintenance = {
        "phase": "maintenance",
        "cycles": {"length": "3 weeks"},
        "until": ["progression"],
        "drugs": [{"name": "nivolumab", "dose": "3 mg/kg", "route": "iv", "days": [1]}],
    }
    planned = study(treatment=[*STUDY["treatment"], maintenance])
    nivolumab = [dose(NIVOLUMAB, day, 3, "mg/kg") for day in (0, 21, 42, 63, 84)]
    rows = [*full_course([0, 21, 42]), *nivolumab]
    frame, _ = derive_adex(planned, data(EX=records("EX", rows)), adsl())
    gemcitabine, other = values(frame, "DRUG", "gemcitabine"), values(frame, "DRUG", "nivolumab")
    assert (gemcitabine["NCYC"], other["NCYC"]) == (3, 5)
    assert gemcitabine["DI"] == pytest.approx(6000.0 / 9)
    assert [gemcitabine["RDI"], other["RDI"]] == pytest.approx([100.0, 100.0])


def test_two_cycles_said_to_begin_on_one_day_do_not_stop_the_rest():
    rows = [dose(GEMCITABINE, 0, 1000, VISIT="C1D1"), dose(NIVOLUMAB, 0, 3, "mg/kg", VISIT="C2D1")]
    frame, _ = derive(*rows)
    assert values(frame, "OVERALL")["NCYC"] == 2


def test_the_order_of_records_does_not_matter():
    rows = [*full_course([0, 22, 44]), dose(NIVOLUMAB, 0, 3, "mg/kg")]
    forwards, backwards = derive(*rows)[0], derive(*reversed(rows))[0]
    assert values(forwards, "OVERALL") == values(backwards, "OVERALL")


def test_a_study_without_doses_has_the_columns_and_no_rows():
    frame, findings = derive_adex(study(), data(), adsl())
    assert frame.height == 0
    assert findings == ()
