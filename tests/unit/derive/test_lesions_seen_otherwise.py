"""Lesions that were not done, named only, split, merged, or written twice at one visit."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.derive.adam import derive_all

VISITS = {"2020-12-20": 1.0, "2021-02-12": 2.0, "2021-03-26": 3.0}
STABLE = "S1 T01 LIVER 2020-12-20=50 2021-02-12=50 2021-03-26=50"


def responses(adam):
    rows = adam.adrs.filter(pl.col("PARAMCD") == "OVR").sort("ADT")
    return [(str(date), word) for date, word in rows.select("ADT", "AVALC").iter_rows()]


def sums(adam):
    rows = adam.adtr.filter(pl.col("PARAMCD") == "SDIAM").sort("ADT")
    return rows["AVAL"].to_list(), rows["ANL01FL"].to_list()


def changed(records, lesion, date, **values):
    """The records with those of this lesion and date changed."""
    tr = [row | values if (row["TRLNKID"], row["TRDTC"]) == (lesion, date) else row for row in records["TR"]]
    return records | {"TR": tr}


def test_a_new_lesion_that_only_tu_names_at_an_unscheduled_visit_is_progression(protocol, sdtm, measured):
    lesions = measured(STABLE, visits=VISITS)
    new = {"USUBJID": "S1", "TUTESTCD": "TUMIDENT", "TULNKID": "X01", "TUSTRESC": "NEW", "TULOC": "BONE",
           "TUDTC": "2021-03-01", "TUEVAL": "INVESTIGATOR", "VISITNUM": 2.1}  # fmt: skip
    adam = derive_all(protocol(), sdtm(**lesions | {"TU": [*lesions["TU"], new]}))
    assert responses(adam) == [("2021-02-12", "SD"), ("2021-03-01", "PD"), ("2021-03-26", "SD")]
    progression = adam.adrs.filter(pl.col("PARAMCD") == "PD").row(0, named=True)
    assert (str(progression["ADT"]), progression["SRCDOM"]) == ("2021-03-01", "TU")


@pytest.mark.parametrize("later", [{"TRSTAT": "NOT DONE", "TRSTRESC": None}, {"TRSTRESC": "NOT EVALUABLE"}])
def test_an_equivocal_lesion_that_was_not_looked_at_again_is_not_confirmed(protocol, sdtm, measured, later):
    lesions = measured(STABLE, "S1 X01 BONE 2021-02-12=EQUIVOCAL 2021-03-26=PRESENT", visits=VISITS)
    adam = derive_all(protocol(), sdtm(**changed(lesions, "X01", "2021-03-26", **later)))
    assert responses(adam) == [("2021-02-12", "SD"), ("2021-03-26", "SD")]


def test_the_size_of_an_equivocal_new_lesion_does_not_make_it_unequivocal(protocol, sdtm, measured):
    lesions = measured(STABLE, "S1 X01 BONE 2021-02-12=EQUIVOCAL", visits=VISITS)
    size = {"TRTESTCD": "LDIAM", "TRSTRESC": "8", "TRSTRESN": 8.0, "TRSTRESU": "mm", "TRORRES": "8"}
    lesions["TR"].append(lesions["TR"][-1] | size)
    assert responses(derive_all(protocol(), sdtm(**lesions))) == [("2021-02-12", "SD"), ("2021-03-26", "SD")]


def test_a_size_beside_unequivocal_progression_of_a_non_target_lesion_does_not_hide_it(
    protocol, sdtm, measured
):
    lesions = measured(STABLE, "S1 N01 LUNG 2020-12-20=PRESENT 2021-02-12=UNEQUIVOCAL", visits=VISITS)
    size = {"TRTESTCD": "LDIAM", "TRSTRESC": "30", "TRSTRESN": 30.0, "TRSTRESU": "mm", "TRORRES": "30"}
    lesions["TR"].append(lesions["TR"][-1] | size)
    assert responses(derive_all(protocol(), sdtm(**lesions)))[0] == ("2021-02-12", "PD")


def test_a_non_target_lesion_too_small_to_measure_is_still_there(protocol, sdtm, measured):
    lesions = measured(
        "S1 T01 LIVER 2020-12-20=50 2021-02-12=0",
        "S1 N01 LUNG 2020-12-20=PRESENT 2021-02-12=TOO_SMALL_TO_MEASURE",
    )
    adam = derive_all(protocol(), sdtm(**lesions))
    word = adam.adrs.filter(pl.col("PARAMCD") == "NTRGRESP")["AVALC"].to_list()
    assert (word, responses(adam)) == (["NON-CR/NON-PD"], [("2021-02-12", "PR")])


def test_a_measurement_without_date_counts_at_the_visit_of_its_number(protocol, sdtm, measured):
    lesions = measured(STABLE, "S1 T02 LUNG 2020-12-20=20 2021-02-12=20 2021-03-26=60", visits=VISITS)
    adam = derive_all(protocol(), sdtm(**changed(lesions, "T02", "2021-03-26", TRDTC=None)))
    # 70 → 70 → 110 mm: T02 alone has no date at visit 3
    assert sums(adam) == ([70.0, 70.0, 110.0], ["Y", "Y", "Y"])


def test_a_merged_lesion_stands_for_both_where_the_second_is_not_done_any_more(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=30 2021-02-12=55", "S1 T02 LIVER 2020-12-20=20 2021-02-12=NE")
    adam = derive_all(protocol(), sdtm(**changed(lesions, "T01", "2021-02-12", TRLNKID="T01/T02")))
    assert sums(adam) == ([50.0, 55.0], ["Y", "Y"])


def test_fragments_replace_the_lesion_that_they_came_from(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=40 2021-02-12=NE")
    whole = lesions["TR"][0]
    for name, size in (("T01.1", 20.0), ("T01.2", 15.0)):
        lesions["TR"].append(
            whole | {"TRLNKID": name, "TRSTRESN": size, "TRSTRESC": str(size), "TRDTC": "2021-02-12"}
        )
    assert sums(derive_all(protocol(), sdtm(**lesions))) == ([40.0, 35.0], ["Y", "Y"])


def test_a_fragment_without_record_is_not_a_lesion_that_shrank(protocol, sdtm, measured):
    lesions = measured("S1 T01 LIVER 2020-12-20=40")
    whole = lesions["TR"][0]
    for name, size, day in (
        ("T01.1", 20.0, "2021-02-12"), ("T01.2", 15.0, "2021-02-12"), ("T01.1", 20.0, "2021-03-26")
    ):  # fmt: skip
        lesions["TR"].append(whole | {"TRLNKID": name, "TRSTRESN": size, "TRSTRESC": str(size), "TRDTC": day})
    assert responses(derive_all(protocol(), sdtm(**lesions))) == [("2021-02-12", "SD"), ("2021-03-26", "NE")]
