"""What is dated after the data cut-off had not happened: entry, death, withdrawal, dose, therapy."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.derive.adam import derive_all

CUT = {"id": "small", "title": "T", "phase": "II", "design": "single-arm", "data_cutoff": "2021-06-30"}
STABLE = "S1 T01 LIVER 2020-12-20=60 2021-02-12=60 2021-03-26=60"
PFS = {"type": "time-to-event", "start": "first dose", "events": ["progression", "death"]}


def dose(start, end, subject="S1"):
    return {
        "USUBJID": subject,
        "EXTRT": "DRUG",
        "EXDOSE": 1.0,
        "EXDOSU": "mg",
        "EXSTDTC": start,
        "EXENDTC": end,
    }


def lost(on):
    return {"USUBJID": "S1", "DSTERM": "Lost", "DSDECOD": "LOST TO FOLLOW-UP", "DSCAT": "DISPOSITION EVENT",
            "DSSTDTC": on}  # fmt: skip


def adsl(study, data, subject="S1"):
    return derive_all(study, data).adsl.row(by_predicate=pl.col("USUBJID") == subject, named=True)


def test_who_is_first_treated_after_the_cut_off_is_not_in_the_study_yet(protocol, sdtm, measured):
    doses = [dose("2021-01-01", "2021-01-01"), dose("2021-07-01", "2021-07-01", "S2")]
    late = adsl(protocol(study=CUT), sdtm("S1 S2", EX=doses, **measured(STABLE)), "S2")
    assert (late["ENRLFL"], late["TRTSDT"], late["FULLFL"], late["SAFFL"]) == ("N", None, "N", "N")


def test_who_dies_after_the_cut_off_was_alive(protocol, sdtm, measured):
    died = [{"USUBJID": "S1", "SUBJID": "S1", "ARMCD": "A", "DTHFL": "Y", "DTHDTC": "2021-07-01", "SEX": "F"}]
    adam = derive_all(protocol(study=CUT), sdtm(DM=died, **measured(STABLE)))
    assert adam.adrs.filter(pl.col("PARAMCD") == "DEATH")["AVALC"].to_list() == ["N"]
    assert adam.adsl["DTHFL"].to_list() == [None]


@pytest.mark.parametrize(("on", "status"), [("2021-06-30", "DISCONTINUED"), ("2021-07-01", None)])
def test_who_leaves_after_the_cut_off_was_still_in_the_study(protocol, sdtm, measured, on, status):
    assert adsl(protocol(study=CUT), sdtm(DS=[lost(on)], **measured(STABLE)))["EOSSTT"] == status


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2021-06-30", (0, "Lost to Follow-Up")), ("2021-07-01", (1, "Last Tumor Assessment"))],
)
def test_loss_to_follow_up_after_the_cut_off_is_no_event(protocol, sdtm, measured, on, expected):
    study = protocol(study=CUT, endpoints={"PFS": PFS | {"censor": {"lost_to_follow_up": "event"}}})
    row = derive_all(study, sdtm(DS=[lost(on)], **measured(STABLE))).adtte.row(0, named=True)
    assert (row["CNSR"], row["EVNTDESC"]) == expected


@pytest.mark.parametrize(
    ("second", "last"),
    [
        (("2021-05-01", "2021-05-20"), "2021-05-20"),
        (("2021-06-20", "2021-07-20"), "2021-06-30"),
        (("2021-07-20", "2021-07-20"), "2021-01-01"),
    ],
)
def test_dosing_is_seen_up_to_the_cut_off(protocol, sdtm, measured, second, last):
    doses = [dose("2021-01-01", "2021-01-01"), dose(*second)]
    assert str(adsl(protocol(study=CUT), sdtm(EX=doses, **measured(STABLE)))["TRTEDT"]) == last


def test_a_record_after_the_cut_off_shows_the_subject_alive_at_the_cut_off(protocol, sdtm, measured):
    seen = adsl(protocol(study=CUT), sdtm(EX=[dose("2021-01-01", "2021-08-01")], **measured(STABLE)))
    assert str(seen["LSTALVDT"]) == "2021-06-30"


def test_a_sample_that_was_not_taken_does_not_show_the_subject_alive(protocol, sdtm, measured):
    missed = {"USUBJID": "S1", "LBTESTCD": "HGB", "LBTEST": "Haemoglobin", "LBSTAT": "NOT DONE",
              "LBDTC": "2021-06-01"}  # fmt: skip
    study = protocol()
    assert str(adsl(study, sdtm(LB=[missed], **measured(STABLE)))["LSTALVDT"]) == "2021-03-26"
    taken = missed | {"LBSTAT": None, "LBSTRESN": 120.0}
    assert str(adsl(study, sdtm(LB=[taken], **measured(STABLE)))["LSTALVDT"]) == "2021-06-01"


@pytest.mark.parametrize(("confirmed", "response"), [("2021-06-30", "PD"), ("2021-07-01", "SD")])
def test_what_is_seen_after_the_cut_off_does_not_confirm_a_new_lesion(
    protocol, sdtm, measured, confirmed, response
):
    new = f"S1 X01 BONE 2021-03-26=EQUIVOCAL {confirmed}=UNEQUIVOCAL"
    adam = derive_all(protocol(study=CUT), sdtm(**measured(STABLE, new)))
    seen = adam.adrs.filter(pl.col("PARAMCD") == "OVR", pl.col("ADT") == pl.date(2021, 3, 26))
    assert seen["AVALC"].to_list() == [response]
