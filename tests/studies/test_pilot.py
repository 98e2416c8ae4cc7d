"""The public pilot: records that nobody here wrote, beside the ADaM that R's admiralonco derived."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright import workflow
from trialwright.agreement import compare_with_pilot
from trialwright.derive.adam import derive_all
from trialwright.pilot import sdtm_folder
from trialwright.protocol.response_rules import Assessor, ResponseSource
from trialwright.sdtm.files import read_folder

INDEPENDENT = "INDEPENDENT ASSESSOR"
ASSESSORS = [("INVESTIGATOR", None), (INDEPENDENT, "RADIOLOGIST 1"), (INDEPENDENT, "RADIOLOGIST 2")]
LARGE = {"RS": ("rs_onco",), "TU": ("tu_onco",), "TR": ("tr_onco",)}


@pytest.fixture(scope="module")
def pilot():
    return workflow.load("pharmaverse-pilot", None)


def by_assessor(study, evaluator, identifier, source):
    rules = study.response.model_copy(
        update={"assessor": Assessor(evaluator=evaluator, id=identifier), "source": source}
    )
    return study.model_copy(update={"response": rules})


def test_every_parameter_equals_the_published_adam_record_by_record(pilot):
    table = compare_with_pilot(pilot.adam)
    assert {row.parameter for row in table} >= {
        "BOR", "CBOR", "RSP", "CRSP", "CB", "CCB", "PD", "LSTA", "DEATH", "PFS", "OS", "DOR", "SDIAM"
    }  # fmt: skip
    assert all(row.ours == row.theirs for row in table)
    assert {row.parameter: row.different for row in table if row.different} == {"CBCP": ("01-701-1118",)}


def test_the_responder_that_the_published_cbcp_denies_has_a_confirmed_pr_there_too():
    published = pl.read_parquet(sdtm_folder().parent / "pharmaverseadam" / "adrs_onco.parquet")
    codes = ["CBOR", "CBCP"]
    of_subject = published.filter(pl.col("USUBJID") == "01-701-1118", pl.col("PARAMCD").is_in(codes))
    assert dict(of_subject.select("PARAMCD", "AVALC").iter_rows()) == {"CBOR": "PR", "CBCP": "N"}


@pytest.mark.parametrize(("evaluator", "identifier"), ASSESSORS)
def test_the_lesions_of_each_assessor_give_the_responses_that_were_recorded(pilot, evaluator, identifier):
    study = by_assessor(pilot.study, evaluator, identifier, ResponseSource.LESIONS)
    adrs = derive_all(study, pilot.data).adrs
    derived = adrs.filter(pl.col("PARAMCD") == "OVR").select("USUBJID", "VISITNUM", DERIVED="AVALC")
    recorded = adrs.filter(pl.col("PARAMCD") == "OVRREC").select("USUBJID", "VISITNUM", RECORDED="AVALC")
    both = derived.join(recorded, on=("USUBJID", "VISITNUM"), how="full", coalesce=True)
    assert both.height == 22
    assert both.filter(pl.col("DERIVED").ne_missing(pl.col("RECORDED"))).is_empty()


def test_the_large_data_judge_against_baseline_and_sum_missing_lesions_as_0(pilot):
    """1,899 visits: at 157 only the nadir shows progression, at 42 a lesion is missing."""
    data = read_folder(sdtm_folder(), LARGE)
    visits = not_seen = incomplete = 0
    for evaluator, identifier in ASSESSORS:
        study = by_assessor(pilot.study, evaluator, identifier, ResponseSource.LESIONS)
        adrs = derive_all(study, data).adrs
        derived = adrs.filter(pl.col("PARAMCD") == "TRGRESP").select("USUBJID", "ADT", DERIVED="AVALC")
        recorded = data.domain("RS").filter(
            pl.col("RSTESTCD") == "TRGRESP",
            pl.col("RSEVAL") == evaluator,
            pl.col("RSEVALID").eq_missing(pl.lit(identifier, pl.String)),
        ).select("USUBJID", "RSSTRESC", ADT=pl.col("RSDTC").str.to_date(strict=False))  # fmt: skip
        both = derived.join(recorded, on=("USUBJID", "ADT"))
        visits += both.height
        not_seen += both.filter(pl.col("DERIVED") == "PD", pl.col("RSSTRESC") != "PD").height
        incomplete += both.filter(pl.col("DERIVED") == "NE").height
    assert (visits, not_seen, incomplete) == (1899, 157, 42)
