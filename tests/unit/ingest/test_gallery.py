"""The chart review of ici-capox: from a messy workbook back to the virtual patients that it was made from."""

from __future__ import annotations

import importlib.util

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from trialwright.derive.adam import derive_all
from trialwright.ingest.outcomes import Fate
from trialwright.ingest.run import has_own_source, ingest_study
from trialwright.protocol.gallery import gallery_folder
from trialwright.protocol.read import read_study
from trialwright.sdtm.conformance import check
from trialwright.sdtm.study_data import Origin, StudyData

PLAUSIBLE_MM = 300


@pytest.fixture(scope="module")
def capox():
    return read_study("ici-capox")


@pytest.fixture(scope="module")
def ingested(capox):
    return ingest_study(capox)


@pytest.fixture(scope="module")
def script():
    path = gallery_folder() / "ici-capox" / "make_workbook.py"
    spec = importlib.util.spec_from_file_location("make_workbook", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def truth(script):
    """The virtual patients, without those whose tumours outgrew what the mapping holds for possible."""
    data = script.simulate()
    large = data.domain("TR").filter(pl.col("TRSTRESN") > PLAUSIBLE_MM)["USUBJID"].unique()
    kept = {
        name: frame.filter(~pl.col("USUBJID").is_in(large.implode())) if "USUBJID" in frame.columns else frame
        for name, frame in data.domains.items()
    }
    return StudyData(kept, data.sources, data.origin)


def test_the_study_has_its_own_workbook(capox):
    assert has_own_source(capox)


def test_all_28_patients_are_read_and_the_origin_survives(ingested):
    assert len(ingested.data.subjects) == 28
    assert ingested.data.origin is Origin.SIMULATED
    assert "SIMULATED" in ingested.data.domain("TS")["TSVAL"].to_list()


def test_the_rows_that_were_typed_wrong_and_no_others_are_rejected(ingested):
    assert [(one.code, one.place.sheet) for one in ingested.tally.rejections] == [
        ("left-out", "患者 Patients"),
        ("left-out", "患者 Patients"),
        ("no-such-day", "疗效评估 Scans"),
        ("negative", "疗效评估 Scans"),
        ("unknown-subject", "疗效评估 Scans"),
        ("copy", "用药 Doses"),
        ("unknown-word", "不良反应 AE"),
        ("no-such-day", "不良反应 AE"),
    ]


def test_every_row_met_one_fate(ingested):
    for sheet in ingested.tally.sheets:
        assert sheet.rows == sum(sheet.count(fate) for fate in Fate)


def test_the_tally_counts_the_records_that_the_data_have(ingested):
    for domain in ("DM", "TU", "TR", "RS", "AE", "EX", "LB", "CM", "MH", "PR", "SS", "DS", "VS"):
        counted = sum(sheet.records.get(domain, 0) for sheet in ingested.tally.sheets)
        assert counted == ingested.data.domain(domain).height, domain


def test_sdtm_conforms_without_errors(capox, ingested):
    assert [one for one in check(ingested.data, capox) if one.severity.value == "error"] == []


def test_each_record_names_the_row_it_comes_from(ingested):
    for domain in ("TR", "RS", "AE", "EX", "LB"):
        assert ingested.data.domain(domain)[f"{domain}SPID"].null_count() == 0


@pytest.fixture(scope="module")
def both(capox, script, truth, tmp_path_factory):
    """What is derived from the virtual patients, and what from their workbook."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    path.write_bytes(script.build(truth))
    again = derive_all(capox, ingest_study(capox, path).data)
    return (
        derive_all(capox, truth),
        again,
        {one: f"ici-capox-{n:03d}" for n, one in enumerate(truth.subjects, 1)},
    )


@pytest.mark.parametrize(
    ("dataset", "columns"),
    [
        ("adrs", ["USUBJID", "PARAMCD", "ADT", "AVALC"]),
        ("adtr", ["USUBJID", "PARAMCD", "ADT", "AVAL"]),
        ("adtte", ["USUBJID", "PARAMCD", "VARIANT", "STARTDT", "ADT", "AVAL", "CNSR"]),
        ("adsl", ["USUBJID", "AGE", "SEX", "TRTSDT", "TRTEDT", "DTHDT", "EVALFL", "NEWTXDT", "LSTALVDT"]),
        ("adsl", ["USUBJID", "BL_site", "BL_liver_metastasis", "BL_prior_surgery", "BL_prior_therapy"]),
        ("adae", ["USUBJID", "AEDECOD", "AETOXGR", "ASTDT"]),
        ("adlb", ["USUBJID", "PARAMCD", "ADT", "AVAL"]),
    ],
)
def test_the_workbook_gives_back_what_is_derived_from_the_patients_themselves(both, dataset, columns):
    original, again, names = both
    expected = getattr(original, dataset).with_columns(pl.col("USUBJID").replace_strict(names))
    found = getattr(again, dataset)
    assert_frame_equal(expected.select(columns).sort(columns), found.select(columns).sort(columns))


def test_the_same_patients_give_the_same_bytes(script, truth):
    assert script.build(truth) == script.build(truth)
