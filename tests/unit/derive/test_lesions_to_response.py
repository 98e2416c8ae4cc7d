"""From TU and TR to responses: what a radiologist would say of small histories."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from trialwright.derive.adam import derive_all


def responses(adam, subject="S1", code="OVR"):
    rows = adam.adrs.filter(pl.col("USUBJID") == subject, pl.col("PARAMCD") == code).sort("ADT")
    return [(str(date), word) for date, word in rows.select("ADT", "AVALC").iter_rows()]


def best(adam, code, subject="S1"):
    row = adam.adrs.filter(pl.col("USUBJID") == subject, pl.col("PARAMCD") == code).row(0, named=True)
    return row["AVALC"], row["ADT"] and str(row["ADT"])


def test_partial_response_then_progression_is_confirmed_and_dated(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=60 2021-02-12=40 2021-03-26=38 2021-05-07=50",
        "S1 T02 NODE 2020-12-20=20 2021-02-12=12 2021-03-26=9 2021-05-07=9",
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    # 80 → 52 (−35 %) → 47 (−41 %) → 59 (+12 mm, +26 % above 47)
    assert responses(adam) == [("2021-02-12", "PR"), ("2021-03-26", "PR"), ("2021-05-07", "PD")]
    assert best(adam, "BOR") == ("PR", "2021-02-12")
    assert best(adam, "CBOR") == ("PR", "2021-02-12")
    assert best(adam, "PD") == ("Y", "2021-05-07")
    assert best(adam, "LSTA") == ("PD", "2021-05-07")
    reason = adam.adrs.filter(pl.col("PARAMCD") == "OVR")["REASON"].to_list()[2]
    assert reason == "PD on 2021-05-07: sum 59 mm, +12 mm (+26 %) above nadir 47 mm of 2021-03-26"


def test_a_node_below_10_mm_and_lesions_gone_are_a_complete_response(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=30 2021-02-12=ABSENT", "S1 T02 NODE 2020-12-20=18 2021-02-12=9"
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    assert responses(adam) == [("2021-02-12", "CR")]


def test_too_small_to_measure_is_5_mm(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=20 2021-02-12=TOO_SMALL_TO_MEASURE")
    adam = derive_all(protocol(), sdtm(**lesions))
    sums = adam.adtr.filter(pl.col("PARAMCD") == "SDIAM").sort("ADT")["AVAL"].to_list()
    assert sums == [20.0, 5.0]


def test_a_missing_target_gives_ne_unless_the_rest_is_already_progression(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=50 2021-02-12=NE 2021-03-26=NE",
        "S1 T02 LUNG 2020-12-20=20 2021-02-12=20 2021-03-26=90",
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    assert responses(adam) == [("2021-02-12", "NE"), ("2021-03-26", "PD")]
    sums = adam.adtr.filter(pl.col("PARAMCD") == "SDIAM").sort("ADT")
    assert sums["ANL01FL"].to_list() == ["Y", None, None]
    assert sums["LSASS"].to_list() == ["T01, T02", "T02", "T02"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("ABSENT", "PR"), ("PRESENT", "PR"), ("NE", "PR"), ("UNEQUIVOCAL", "PD")],
)
def test_non_target_state_with_a_partial_response_of_the_targets(protocol, sdtm, measured, state, expected):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=50 2021-02-12=30", f"S1 N01 BONE 2020-12-20=PRESENT 2021-02-12={state}"
    )
    assert responses(derive_all(protocol(), sdtm(**lesions))) == [("2021-02-12", expected)]


def test_a_non_target_lesion_that_nobody_recorded_keeps_targets_that_are_gone_at_pr(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=50 2021-02-12=0", "S1 N01 BONE 2020-12-20=PRESENT")
    assert responses(derive_all(protocol(), sdtm(**lesions))) == [("2021-02-12", "PR")]


def test_an_equivocal_new_lesion_confirmed_later_dates_progression_back(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=50 2021-02-12=30 2021-03-26=30 2021-05-07=30",
        "S1 X01 LUNG 2021-03-26=EQUIVOCAL 2021-05-07=UNEQUIVOCAL",
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    assert best(adam, "PD") == ("Y", "2021-03-26")


def test_an_equivocal_new_lesion_that_stays_so_is_not_progression(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=50 2021-02-12=30 2021-03-26=30",
        "S1 X01 LUNG 2021-02-12=EQUIVOCAL 2021-03-26=EQUIVOCAL",
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    assert best(adam, "PD") == ("N", None)


def test_fragments_of_a_split_lesion_are_added(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=50 2021-02-12=NE")
    fragments = [{**lesions["TR"][1], "TRLNKID": name, "TRSTAT": None, "TRSTRESN": size, "TRSTRESU": "mm",
                  "TRORRES": str(size), "TRSTRESC": str(size)}
                 for name, size in (("T01.1", 20.0), ("T01.2", 25.0))]  # fmt: skip
    data = sdtm(TU=lesions["TU"], TR=[lesions["TR"][0], *fragments])
    adam = derive_all(protocol(), data)
    assert adam.adtr.filter(pl.col("PARAMCD") == "SDIAM").sort("ADT")["AVAL"].to_list() == [50.0, 45.0]


def test_of_two_scans_before_treatment_the_later_is_the_baseline(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-11-20=40 2020-12-28=60 2021-02-12=42")
    adam = derive_all(protocol(), sdtm(**lesions))
    assert responses(adam) == [("2021-02-12", "PR")]
    assert adam.adtr.filter(pl.col("PARAMCD") == "SDIAM")["BASE"].unique().to_list() == [60.0]


def test_a_baseline_scan_some_days_after_the_start_is_still_the_baseline(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2021-01-04=60 2021-02-12=42")
    assert responses(derive_all(protocol(), sdtm(**lesions))) == [("2021-02-12", "PR")]


def test_a_subject_without_assessment_is_missing_and_not_evaluable(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=60 2021-02-12=42")
    adam = derive_all(protocol(), sdtm("S1 S2", **lesions))
    assert best(adam, "BOR", "S2") == ("MISSING", None)
    flags = dict(adam.adsl.select("USUBJID", "EVALFL").iter_rows())
    assert flags == {"S1": "Y", "S2": "N"}


def test_response_after_new_therapy_does_not_count_but_progression_does(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=60 2021-02-12=58 2021-03-26=30 2021-05-07=70")
    therapy = [
        {"USUBJID": "S1", "CMTRT": "X", "CMCAT": "SUBSEQUENT ANTI-CANCER THERAPY", "CMSTDTC": "2021-03-01"}
    ]
    adam = derive_all(protocol(), sdtm(CM=therapy, **lesions))
    assert best(adam, "BOR") == ("SD", "2021-02-12")
    assert best(adam, "PD") == ("Y", "2021-05-07")
    ignoring = protocol(
        response={"source": "lesions", "reference_date": "first dose", "best_response_until": "progression"}
    )
    assert best(derive_all(ignoring, sdtm(CM=therapy, **lesions)), "BOR") == ("PR", "2021-03-26")


def test_nothing_after_the_cut_off_counts(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=60 2021-02-12=58 2021-05-07=100")
    identity = {"id": "small", "title": "A small study", "phase": "II", "design": "single-arm"}
    study = protocol(study=identity | {"data_cutoff": "2021-04-01"})
    adam = derive_all(study, sdtm(**lesions))
    assert best(adam, "PD") == ("N", None)
    pfs = adam.adtte.filter(pl.col("PARAMCD") == "PFS").row(0, named=True)
    assert (pfs["CNSR"], pfs["ADT"]) == (1, dt.date(2021, 2, 12))


def test_the_order_of_the_records_does_not_matter(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=60 2021-02-12=40 2021-03-26=38",
        "S2 T01 LUNG 2020-12-22=33 2021-02-14=0 2021-03-28=7",
        "S2 N01 BONE 2020-12-22=PRESENT 2021-02-14=ABSENT 2021-03-28=PRESENT",
    )
    data = sdtm("S1 S2", **lesions)
    shuffled = type(data)(
        {name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in data.domains.items()}
    )
    first, second = derive_all(protocol(), data), derive_all(protocol(), shuffled)
    for name in ("adrs", "adtr", "adtte"):
        assert getattr(first, name).equals(getattr(second, name)), name
