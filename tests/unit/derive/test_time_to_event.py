"""Where times end: each switch of FDA and EMA on a history small enough to check by eye.

The subject starts on 2021-01-01; scans are planned every 42 days ± 7 (12 February, 26 March, 7 May, 18 June).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from trialwright.derive.adam import derive_all
from trialwright.derive.adtte import missed_assessments

STABLE = "S1 T01 LIVER 2020-12-20=60 2021-02-12=60 2021-03-26=60"
THERAPY = [
    {"USUBJID": "S1", "CMTRT": "X", "CMCAT": "SUBSEQUENT ANTI-CANCER THERAPY", "CMSTDTC": "2021-04-10"}
]


def pfs(protocol, data, *, events=("progression", "death"), variants=None, **censor):
    endpoint = {"type": "time-to-event", "start": "first dose", "events": list(events), "censor": censor}
    study = protocol(endpoints={"PFS": endpoint | ({"variants": variants} if variants else {})})
    return derive_all(study, data).adtte


def one(adtte, variant="primary"):
    row = adtte.filter(pl.col("VARIANT") == variant).row(0, named=True)
    return (
        ("event" if row["CNSR"] == 0 else "censored"),
        str(row["ADT"]),
        row["EVNTDESC"] if row["CNSR"] == 0 else row["CNSDTDSC"],
    )


def died(on):
    return [{"USUBJID": "S1", "SUBJID": "S1", "ARMCD": "A", "DTHFL": "Y", "DTHDTC": on, "SEX": "F"}]


def test_progression_is_the_event_and_day_one_is_the_start(protocol, sdtm, measured):
    data = sdtm(**measured(STABLE + " 2021-05-07=90"))
    adtte = pfs(protocol, data)
    assert one(adtte) == ("event", "2021-05-07", "Disease Progression")
    assert adtte["AVAL"].to_list() == [127.0]  # 31 + 28 + 31 + 30 + 7


def test_without_event_censored_at_the_last_evaluable_assessment(protocol, sdtm, measured):
    data = sdtm(**measured(STABLE + " 2021-05-07=NE"))
    assert one(pfs(protocol, data)) == ("censored", "2021-03-26", "Last Tumor Assessment")


def test_death_without_progression_is_an_event_of_pfs_and_censors_ttp(protocol, sdtm, measured):
    data = sdtm(DM=died("2021-04-20"), **measured(STABLE))
    assert one(pfs(protocol, data)) == ("event", "2021-04-20", "Death")
    ttp = pfs(protocol, data, events=["progression"])
    assert one(ttp) == ("censored", "2021-03-26", "Last Tumor Assessment")
    counted = pfs(protocol, data, events=["progression"], death_without_progression="event")
    assert one(counted) == ("event", "2021-04-20", "Death")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("before it", ("censored", "2021-03-26", "Last Tumor Assessment Before New Anti-Cancer Therapy")),
        ("event", ("event", "2021-04-10", "New Anti-Cancer Therapy")),
        ("ignore", ("event", "2021-05-07", "Disease Progression")),
    ],
)
def test_new_therapy_before_progression(protocol, sdtm, measured, rule, expected):
    data = sdtm(CM=THERAPY, **measured(STABLE + " 2021-05-07=90"))
    assert one(pfs(protocol, data, new_therapy=rule)) == expected


def test_new_therapy_on_the_day_of_progression_or_later_changes_nothing(protocol, sdtm, measured):
    data = sdtm(CM=THERAPY, **measured(STABLE + " 2021-04-10=90"))
    assert one(pfs(protocol, data)) == ("event", "2021-04-10", "Disease Progression")


def test_new_therapy_without_any_event_censors_before_it(protocol, sdtm, measured):
    data = sdtm(CM=THERAPY, **measured(STABLE + " 2021-05-07=60"))
    assert one(pfs(protocol, data)) == (
        "censored", "2021-03-26", "Last Tumor Assessment Before New Anti-Cancer Therapy"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scan", "missed", "expected"),
    [
        ("2021-05-14", 2, ("event", "2021-05-14")),  # the next scan, in its window
        ("2021-06-25", 2, ("event", "2021-06-25")),  # one missed (7 May)
        ("2021-08-06", 2, ("censored", "2021-03-26")),  # two missed (7 May, 18 June)
        ("2021-08-06", 3, ("event", "2021-08-06")),
        ("2021-06-25", 1, ("censored", "2021-03-26")),
    ],
)
def test_progression_after_missed_assessments(protocol, sdtm, measured, scan, missed, expected):
    data = sdtm(**measured(f"{STABLE} {scan}=90"))
    assert one(pfs(protocol, data, missed_assessments=missed))[:2] == expected


def test_death_after_missed_assessments_may_still_count(protocol, sdtm, measured):
    data = sdtm(DM=died("2021-09-01"), **measured(STABLE))
    assert one(pfs(protocol, data, missed_assessments=2)) == (
        "censored", "2021-03-26", "Last Tumor Assessment Before Missed Assessments"
    )  # fmt: skip
    assert one(pfs(protocol, data, missed_assessments=2, death_after_missed="event")) == (
        "event",
        "2021-09-01",
        "Death",
    )


def test_no_assessment_after_baseline(protocol, sdtm, measured):
    data = sdtm("S1", **measured("S1 T01 LIVER 2020-12-20=60"))
    assert one(pfs(protocol, data)) == ("censored", "2021-01-01", "First Dose")
    assert one(pfs(protocol, data, no_assessment="event")) == (
        "event",
        "2021-01-01",
        "No Assessment After Baseline",
    )
    assert pfs(protocol, data, no_assessment="leave out").is_empty()


def test_early_death_without_assessment_is_an_event(protocol, sdtm, measured):
    data = sdtm(DM=died("2021-02-01"), **measured("S1 T01 LIVER 2020-12-20=60"))
    assert one(pfs(protocol, data, missed_assessments=2)) == ("event", "2021-02-01", "Death")


def test_lost_to_follow_up_may_be_an_event(protocol, sdtm, measured):
    lost = [
        {
            "USUBJID": "S1",
            "DSTERM": "LOST",
            "DSDECOD": "LOST TO FOLLOW-UP",
            "DSCAT": "DISPOSITION EVENT",
            "DSSTDTC": "2021-04-15",
        }
    ]
    data = sdtm(DS=lost, **measured(STABLE))
    assert one(pfs(protocol, data))[:2] == ("censored", "2021-03-26")
    assert one(pfs(protocol, data, lost_to_follow_up="event")) == ("event", "2021-04-15", "Lost to Follow-Up")


def test_variants_stand_beside_the_primary_analysis(protocol, sdtm, measured):
    data = sdtm(CM=THERAPY, **measured(STABLE + " 2021-05-07=90"))
    adtte = pfs(protocol, data, variants={"therapy ignored": {"censor": {"new_therapy": "ignore"}}})
    assert one(adtte)[0] == "censored"
    assert one(adtte, "therapy ignored") == ("event", "2021-05-07", "Disease Progression")


def test_survival_is_censored_at_the_last_date_known_alive(protocol, sdtm, measured):
    visit = [{"USUBJID": "S1", "VSTESTCD": "WEIGHT", "VSTEST": "Weight", "VSDTC": "2021-06-30"}]
    data = sdtm(VS=visit, **measured(STABLE))
    os_ = derive_all(protocol(), data).adtte.filter(pl.col("PARAMCD") == "OS")
    assert one(os_) == ("censored", "2021-06-30", "Alive During Study")
    assert os_["SRCVAR"].to_list() == ["LSTALVDT"]


def test_duration_of_response_runs_from_the_first_response_of_responders_only(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=60 2021-02-12=40 2021-03-26=60", "S2 T01 LIVER 2020-12-20=60 2021-02-12=60"
    )
    dor = {"type": "time-to-event", "start": "response", "events": ["progression", "death"]}
    ttr = {"type": "time-to-event", "start": "first dose", "events": ["response"]}
    adtte = derive_all(protocol(endpoints={"DOR": dor, "TTR": ttr}), sdtm("S1 S2", **lesions)).adtte
    of_dor = adtte.filter(pl.col("PARAMCD") == "DOR")
    assert of_dor.select("USUBJID", "AVAL", "CNSR").rows() == [("S1", 43.0, 0)]
    of_ttr = adtte.filter(pl.col("PARAMCD") == "TTR").select("USUBJID", "AVAL", "CNSR")
    assert of_ttr.rows() == [("S1", 43.0, 0), ("S2", 43.0, 1)]


@pytest.mark.parametrize("cut", ["2021-02-01", "2021-03-01", "2021-04-01", "2021-05-10", "2021-12-31"])
def test_a_later_cut_off_never_removes_an_event(protocol, sdtm, measured, cut):
    lesions = measured(STABLE + " 2021-05-07=90", "S2 T01 LIVER 2020-12-20=60 2021-02-12=90")
    identity = {"id": "small", "title": "A small study", "phase": "II", "design": "single-arm"}
    data = sdtm("S1 S2", **lesions)
    early = derive_all(protocol(study=identity | {"data_cutoff": cut}), data).adtte
    whole = derive_all(protocol(), data).adtte
    events = set(early.filter(pl.col("CNSR") == 0)["USUBJID"])
    assert events <= set(whole.filter(pl.col("CNSR") == 0)["USUBJID"])
    assert (early["ADT"].cast(pl.String) <= max(cut, "2021-01-01")).all()


@pytest.mark.parametrize(
    ("last", "event", "missed"),
    [
        (0, 42, 0),  # the event is at the first planned scan
        (0, 49, 0),  # day 49 is the last day of its window
        (0, 50, 1),  # the window 35–49 has passed
        (42, 133, 1),  # 84 ± 7 has passed, 126 ± 7 has not
        (42, 134, 2),
        (36, 100, 1),  # a scan on day 36 was the one planned for 42
    ],
)
def test_missed_assessments(protocol, last, event, missed):
    schedule = protocol().assessments.tumour
    assert missed_assessments(schedule, np.array([last]), np.array([event])).tolist() == [missed]
