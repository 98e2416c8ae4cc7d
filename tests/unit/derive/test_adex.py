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


def titrated():
    """A low and a high arm of a daily drug: the high dose is 50 mg for two weeks, then 80 mg for ten."""
    steps = {"low": [("start", 2, 50), ("full", 10, 50)], "high": [("start", 2, 50), ("full", 10, 80)]}
    phases = [
        {
            "phase": phase,
            "arm": arm,
            "cycles": {"length": f"{weeks} weeks", "at_most": 1},
            "drugs": [
                {"name": "gemcitabine", "dose": f"{mg} mg", "route": "oral", "days": f"1-{7 * weeks}"},
            ],
        }
        for arm, parts in steps.items()
        for phase, weeks, mg in parts
    ]
    design = STUDY["study"] | {"design": "randomised"}
    return study(study=design, treatment=phases, arms={"low": "Low dose", "high": "High dose"})


def daily(first, last, amount):
    end = (FIRST + dt.timedelta(last)).isoformat()
    return dose(GEMCITABINE, first, amount, "mg", EXENDTC=end, EXDOSFRQ="QD")


def derive_titrated(*rows, arm="high"):
    subjects = adsl().with_columns(GROUP=pl.lit("high"), GROUPA=pl.lit(arm))
    return derive_adex(titrated(), data(EX=records("EX", list(rows))), subjects)


def test_a_titrated_dose_is_no_reduced_dose():
    frame, _ = derive_titrated(daily(0, 13, 50), daily(14, 83, 80))
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(100.0)
    assert values(frame, "OVERALL")["NRED"] == 0


@pytest.mark.parametrize("day", [12, 14, 20])
def test_a_titration_step_ends_with_the_visit_that_changes_the_dose(day):
    frame, _ = derive_titrated(daily(0, day - 1, 50), daily(day, 83, 80))
    assert frame.filter(pl.col("PARAMCD") == "DOSE")["CYCLE"].to_list() == [1, 2]
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(100.0)


@pytest.mark.parametrize("last", [20, 83, 100])
def test_a_daily_drug_stopped_early_or_given_longer_has_its_full_intensity(last):
    frame, _ = derive_titrated(daily(0, 13, 50), daily(14, last, 80))
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(100.0)


def test_days_without_the_daily_drug_lower_its_intensity():
    frame, _ = derive_titrated(daily(0, 13, 50), daily(14, 20, 80), daily(28, 34, 80))
    expected = 100 * (14 * 50 + 14 * 80) / (14 * 50 + 21 * 80)
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(expected)


def test_a_daily_dose_below_the_step_is_reduced():
    frame, _ = derive_titrated(daily(0, 13, 50), daily(14, 41, 80), daily(42, 83, 50))
    assert values(frame, "OVERALL")["NRED"] == 1


def test_doses_are_measured_against_the_plan_of_the_arm_received():
    frame, _ = derive_titrated(daily(0, 83, 50), arm="low")
    assert values(frame, "DRUG", "gemcitabine")["RDI"] == pytest.approx(100.0)
    assert set(frame["GROUP"]) == {"high"}
    assert set(frame["GROUPA"]) == {"low"}


def test_the_drug_of_another_arm_is_told():
    other = STUDY["treatment"][0] | {"arm": "New"}
    old = {**other, "arm": "Old", "drugs": [other["drugs"][1]]}
    design = STUDY["study"] | {"design": "randomised"}
    planned = study(study=design, treatment=[other, old], arms={"New": "New arm", "Old": "Old arm"})
    subjects = adsl().with_columns(GROUPA=pl.lit("Old"))
    rows = [dose(NIVOLUMAB, 0, 3, "mg/kg"), dose(GEMCITABINE, 0, 1000)]
    _, findings = derive_adex(planned, data(EX=records("EX", rows)), subjects)
    assert [(one.code, one.record.split(",")[0]) for one in findings] == [("EX-OTHER-ARM", "EXSEQ 2")]
