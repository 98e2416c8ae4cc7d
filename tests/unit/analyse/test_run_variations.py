"""The nine subjects of conftest again, under other rules and with other data."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace

import polars as pl
import pytest

from trialwright.analyse import context, disposition
from trialwright.analyse.results import TOTAL
from trialwright.analyse.run import analyse
from trialwright.protocol.study import Study
from trialwright.sdtm.study_data import Origin

MONTH = 30.4375
DATA = SimpleNamespace(origin=Origin.SIMULATED)


@pytest.fixture(autouse=True)
def _conditions(monkeypatch):
    def not_met(condition, _data, adsl, *, study):
        return adsl.select("USUBJID", BECAUSE=pl.lit(f"{study.id}: not {condition.text}"))

    monkeypatch.setattr(disposition, "evaluate", not_met)


def one(results, **key):
    rows = results.select(**key)
    assert rows.height == 1, key
    return rows.row(0, named=True)


def test_a_subject_without_a_time_is_a_finding(study, frames):
    lacking = SimpleNamespace(**vars(frames) | {"adtte": frames.adtte.filter(pl.col("USUBJID") != "A4")})
    results = analyse(study, lacking, DATA)
    assert one(results, endpoint="OS", variant="primary", statistic="not_analysed", group=TOTAL)[
        "subjects"
    ] == ["A4"]
    found = [f for f in results.findings if f.code == "ANALYSIS-NO-TIME"]
    assert {f.subject for f in found} == {"A4"}
    assert found[0].what == "has no time for OS and is left out of it"


def test_no_deaths_in_one_arm_are_a_warning_for_the_reader(study, frames):
    spared = frames.adtte.with_columns(
        CNSR=pl.when(pl.col("USUBJID").str.starts_with("A")).then(1).otherwise("CNSR").cast(pl.Int64)
    )
    results = analyse(study, SimpleNamespace(**vars(frames) | {"adtte": spared}), DATA)
    texts = [f.what for f in results.findings if f.code == "ANALYSIS-WARNING"]
    assert texts[0] == "monotone likelihood: no events in A"
    verdict = one(results, endpoint="OS", variant="primary", statistic="verdict")
    assert verdict["text"] == "not judged: the hazard ratio has no upper limit"


def restated(stated, name, **changes):
    """The study with one endpoint changed."""
    endpoints = {**stated["endpoints"], name: {**stated["endpoints"][name], **changes}}
    return Study.model_validate({**stated, "endpoints": endpoints})


def test_rates_are_compared_within_strata(stated, frames):
    # women: all respond; men: one of two in A, none of two in B; B2, of unknown sex, is alone in a stratum.
    # Only the men say something: 1 observed in A, 1/2 expected, variance 2·2·1·3 / (16·3) = 1/4, chi-square 1
    compare = {"arms": ["A", "B"], "test": "Cochran-Mantel-Haenszel", "strata": ["sex"]}
    results = analyse(restated(stated, "ORR", compare=compare), frames, DATA)
    row = one(results, endpoint="ORR", statistic="cmh_p")
    assert row["value"] == pytest.approx(math.erfc(math.sqrt(1 / 2)), rel=1e-9)
    assert row["method"] == "Cochran–Mantel–Haenszel, 3 strata, no continuity correction"
    ratio = one(results, endpoint="ORR", statistic="odds_ratio")
    assert (ratio["value"], ratio["text"].split(":")[0]) == (None, "not estimable")


def test_superiority_of_a_rate_rests_on_the_test(stated, frames):
    compare = {"arms": ["A", "B"], "question": "superior"}
    results = analyse(restated(stated, "ORR", compare=compare), frames, DATA)
    verdict = one(results, endpoint="ORR", statistic="verdict")
    assert verdict["text"] == "Fisher's exact test p 0.486 is not below 0.05: superiority not shown"


def test_the_interval_of_a_verdict_has_the_level_of_the_question(stated, frames):
    compare = {"arms": ["A", "B"], "question": "non-inferior", "margin": 1.3, "alpha": 0.1}
    results = analyse(restated(stated, "OS", compare=compare), frames, DATA)
    key = {"endpoint": "OS", "variant": "primary", "group": "A vs B"}
    ratio, verdict = (one(results, **key, statistic=name) for name in ("hazard_ratio", "verdict"))
    assert (ratio["level"], verdict["level"]) == (0.95, 0.9)
    assert verdict["high"] < ratio["high"]


def test_follow_up_from_the_first_dose_uses_the_dates_of_adsl(stated, frames):
    days = {"A1": (10, None), "A2": (None, 40), "B1": (None, 20)}  # day of death, of last contact
    dated = frames.adsl.with_columns(
        **{
            name: pl.Series(
                [_date(days.get(s, (None, None))[k]) for s in frames.adsl["USUBJID"]], dtype=pl.Date
            )
            for k, name in enumerate(("DTHDT", "LSTALVDT"))
        }
    )
    adam = SimpleNamespace(**vars(frames) | {"adsl": dated})
    results = analyse(restated(stated, "follow-up", start="first dose", method="observed"), adam, DATA)
    key = {"section": "follow-up", "group": TOTAL}
    assert one(results, **key, statistic="subjects")["subjects"] == ["A1", "A2", "B1"]
    assert one(results, **key, statistic="median")["value"] == pytest.approx(20 / MONTH)
    assert one(results, **key, statistic="max")["value"] == pytest.approx(40 / MONTH)


def _date(day):
    return None if day is None else dt.date(2021, 1, 1) + dt.timedelta(day - 1)


def test_an_endpoint_with_its_own_minimum_of_stable_disease_is_derived_again(stated, frames, monkeypatch):
    def derive_again(study, _data):
        assert study.response.minimum_sd_days == 56
        short = pl.when((pl.col("USUBJID") == "B2") & (pl.col("AVALC") == "SD")).then(pl.lit("NE"))
        return SimpleNamespace(adrs=frames.adrs.with_columns(AVALC=short.otherwise("AVALC")))

    monkeypatch.setattr(context, "derive_all", derive_again)
    results = analyse(restated(stated, "DCR", minimum_sd="8 weeks"), frames, DATA)
    row = one(results, endpoint="DCR", statistic="rate", group="B", variant="primary")
    assert row["subjects"] == ["B1"]


def test_simulated_data_are_called_so_in_every_row(study, frames):
    assert analyse(study, frames, DATA).table["origin"].unique().to_list() == ["simulated"]


def test_a_reading_that_the_study_states_itself_is_not_given_twice(stated, frames):
    variants = {"after confirmation": {"confirmed": "yes"}, "treated": {"set": "safety"}}
    results = analyse(restated(stated, "ORR", variants=variants), frames, DATA)
    found = results.select(endpoint="ORR", statistic="rate", group=TOTAL)["variant"].to_list()
    assert found == ["primary", "after confirmation", "treated"]


def test_superiority_by_max_combo_rests_on_its_p_and_keeps_the_log_rank_test_beside_it(stated, frames):
    compare = {"arms": ["A", "B"], "question": "superior", "test": "MaxCombo"}
    results = analyse(restated(stated, "OS", compare=compare), frames, DATA)
    key = {"endpoint": "OS", "variant": "primary"}
    p = one(results, **key, statistic="maxcombo_p")
    alone = one(results, **key, statistic="logrank_p")["value"]
    assert alone < p["value"] < 1.0
    assert p["method"].startswith("MaxCombo, largest with weight (")
    verdict = one(results, **key, statistic="verdict")["text"]
    assert verdict == f"{p['method']} p {p['value']:.3f} is not below 0.05: superiority not shown"
