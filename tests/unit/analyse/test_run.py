"""The whole analysis of nine subjects (see conftest), every expected number worked out by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import polars as pl
import pytest

from trialwright.analyse import disposition
from trialwright.analyse.results import TOTAL
from trialwright.analyse.run import analyse
from trialwright.protocol.study import Study
from trialwright.sdtm.study_data import Origin

MONTH = 30.4375


def not_met(condition, _data, adsl, *, study):
    """Stand in for the evaluation of a condition: what it says of who is left out."""
    assert study.analysis_sets
    return adsl.select("USUBJID", RESULT=pl.lit("NOT MET"), BECAUSE=pl.lit(f"not {condition.text}"))


@pytest.fixture(autouse=True)
def _conditions(monkeypatch):
    monkeypatch.setattr(disposition, "evaluate", not_met)


DATA = SimpleNamespace(origin=Origin.RECORDED)


@pytest.fixture
def results(study, frames):
    return analyse(study, frames, DATA)


def one(results, **key):
    rows = results.select(**key)
    assert rows.height == 1, key
    return rows.row(0, named=True)


def disposed(results, statistic, group=TOTAL, item=""):
    return one(results, section="disposition", statistic=statistic, group=group, item=item)


def test_the_flow_goes_from_screening_to_the_sets(results):
    assert disposed(results, "screened")["value"] == 9
    assert disposed(results, "not_enrolled")["subjects"] == ["S1"]
    assert disposed(results, "enrolled")["value"] == 8
    assert disposed(results, "allocated", "A")["subjects"] == ["A1", "A2", "A3", "A4"]
    assert disposed(results, "treated", "B")["value"] == 3
    assert disposed(results, "not_treated", "B")["subjects"] == ["B4"]
    assert disposed(results, "in_set", "B", "safety")["subjects"] == ["B1", "B2", "B3"]
    assert disposed(results, "excluded", "B", "safety: not treated")["subjects"] == ["B4"]


def test_every_enrolled_subject_completed_stopped_or_goes_on(results):
    assert disposed(results, "completed")["subjects"] == ["A2"]
    assert disposed(results, "discontinued")["subjects"] == ["A1", "A3", "B1"]
    assert disposed(results, "discontinued", item="DEATH")["subjects"] == ["A1", "A3"]
    assert disposed(results, "discontinued", item="reason not recorded")["subjects"] == ["B1"]
    assert disposed(results, "ongoing")["subjects"] == ["A4", "B2", "B3", "B4"]


@pytest.mark.parametrize(
    ("statistic", "in_a", "in_b", "in_all"),
    [
        ("n", 3, 4, 7),
        ("missing", 1, 0, 1),
        ("mean", 60, 53.25, 393 / 7),
        ("q1", 50, 45, 50),
        ("median", 60, 55.5, 60),
        ("q3", 70, 61.5, 62),
        ("min", 50, 40, 40),
        ("max", 70, 62, 70),
    ],
)
def test_age_is_described_with_quartiles_of_type_2(results, statistic, in_a, in_b, in_all):
    found = [one(results, endpoint="age", statistic=statistic, group=g)["value"] for g in ("A", "B", TOTAL)]
    assert found == pytest.approx([in_a, in_b, in_all], rel=1e-12)


def test_the_standard_deviation_divides_by_n_minus_one(results):
    assert one(results, endpoint="age", statistic="sd", group="A")["value"] == 10


def test_categories_come_in_the_declared_order_with_the_empty_and_the_missing_ones(results):
    rows = results.select(endpoint="sex", group=TOTAL, statistic="count")
    assert rows.select("item", "value").rows() == [("M", 4), ("F", 3), ("U", 0), ("Missing", 1)]
    assert one(results, endpoint="sex", group=TOTAL, statistic="proportion", item="F")["value"] == 3 / 8


@pytest.mark.parametrize("endpoint", ["BOR", "CBOR"])
@pytest.mark.parametrize("population", ["full", "safety"])
@pytest.mark.parametrize("group", ["A", "B", TOTAL])
def test_the_subjects_of_the_categories_are_the_set(results, endpoint, population, group):
    key = {"section": "response", "endpoint": endpoint, "population": population, "group": group}
    rows = results.select(**key, statistic="count")
    subjects = [subject for listed in rows["subjects"] for subject in listed]
    members = [s for s in ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4") if group in (TOTAL, s[0])]
    assert sorted(subjects) == [s for s in members if population == "full" or s != "B4"]
    assert rows["n"].unique().to_list() == [len(subjects)]


def test_who_has_no_assessment_is_missing(results):
    row = one(results, endpoint="BOR", population="full", group="B", statistic="count", item="MISSING")
    assert row["subjects"] == ["B4"]


def test_the_response_rate_counts_everybody_of_the_set(results):
    row = one(results, endpoint="ORR", statistic="rate", group="B", variant="primary")
    assert (row["value"], row["events"], row["n"], row["subjects"]) == (0.25, 1, 4, ["B1"])
    assert row["low"] == pytest.approx(1 - 0.975**0.25, rel=1e-9)  # one of four: 1 − (1 − low)⁴ = 0.025
    assert row["method"] == "Clopper–Pearson"


def test_the_confirmed_rate_stands_beside_the_unconfirmed(results):
    primary = one(results, endpoint="ORR", statistic="rate", group="A", variant="primary")
    confirmed = one(results, endpoint="ORR", statistic="rate", group="A", variant="confirmed")
    assert (primary["value"], confirmed["value"]) == (0.75, 0.5)
    assert confirmed["subjects"] == ["A1", "A2"]


def test_disease_control_is_of_the_set_that_the_endpoint_names(results):
    row = one(results, endpoint="DCR", statistic="rate", group=TOTAL, variant="primary")
    assert (row["events"], row["n"], row["population"]) == (5, 7, "safety")


def test_rates_are_compared_first_arm_minus_reference(results):
    row = one(results, endpoint="ORR", statistic="rate_difference")
    assert (row["group"], row["value"], row["method"]) == ("A vs B", 0.5, "Miettinen–Nurminen")
    assert one(results, endpoint="ORR", statistic="fisher_p")["value"] == pytest.approx(34 / 70, rel=1e-9)


def test_the_verdict_on_the_rates_holds_the_lower_limit_against_the_margin(results):
    difference = one(results, endpoint="ORR", statistic="rate_difference")
    row = one(results, endpoint="ORR", statistic="verdict")
    assert row["low"] == difference["low"]
    assert row["text"].endswith("% is above the margin −20.0 %: non-inferiority shown") == (row["low"] > -0.2)


def test_survival_by_arm(results):
    key = {"section": "time-to-event", "endpoint": "OS", "variant": "primary"}
    medians = [one(results, **key, statistic="median", group=group)["value"] for group in ("A", "B")]
    assert medians == pytest.approx([80 / MONTH, 45 / MONTH], rel=1e-12)  # A: the plateau from 60 to 100
    assert one(results, **key, statistic="landmark", group="B", item="12")["value"] == 0
    late = one(results, **key, statistic="landmark", group="A", item="12")
    assert (late["value"], late["text"].split(":")[0]) == (None, "not estimable")
    assert one(results, **key, statistic="event_count", group="A", item="DEATH")["subjects"] == [
        "A1",
        "A3",
        "A4",
    ]


def test_the_verdict_on_survival_rests_on_the_hazard_ratio_and_its_margin(results):
    key = {"endpoint": "OS", "variant": "primary", "group": "A vs B"}
    ratio = one(results, **key, statistic="hazard_ratio")
    verdict = one(results, **key, statistic="verdict")
    assert (verdict["value"], verdict["high"]) == (ratio["value"], ratio["high"])
    assert ratio["value"] < 1  # A lives longer
    assert verdict["text"].endswith("exceeds the margin 1.30: non-inferiority not shown")


def test_curves_start_at_one_and_end_where_the_last_subject_does(results):
    curve = results.curve("OS", "B")
    steps = curve.select("at_risk", "events", "censored").rows()
    assert steps == [(4, 0, 0), (4, 0, 1), (3, 1, 0), (2, 1, 0), (1, 1, 0)]
    assert curve["survival"].to_list() == pytest.approx([1, 1, 2 / 3, 1 / 3, 0], abs=1e-12)
    assert curve["time"].to_list() == pytest.approx([0, 10 / MONTH, 20 / MONTH, 45 / MONTH, 90 / MONTH])


def test_what_a_variant_changes_is_listed_with_the_reason(results):
    assert results.changes.height == 1
    change = results.changes.row(0, named=True)
    assert (change["variant"], change["subject"], change["group"]) == ("long", "B4", "B")
    assert (change["from_status"], change["to_status"]) == ("censored", "event")
    assert change["why"] == "Censored on 2021-01-10 (ALIVE) becomes event on 2021-01-10: LOST."


def test_follow_up_takes_the_censored_times_as_events(results):
    # all eight: one censored on day 10 (curve 7/8), the other, last at risk, on day 200 (curve 0)
    row = one(results, section="follow-up", statistic="median", group=TOTAL)
    assert row["value"] == pytest.approx(200 / MONTH, rel=1e-12)
    assert one(results, section="follow-up", statistic="min", group=TOTAL)["value"] == pytest.approx(
        10 / MONTH
    )


def test_the_best_change_of_the_sum_ends_at_progression(results):
    found = {
        row["item"]: (row["value"], row["text"])
        for row in results.select(section="target").iter_rows(named=True)
    }
    assert found["A1"] == (-60, "CR")
    assert found["B2"] == (-50, "SD")  # −60 % came after progression
    assert found["A2"] == (None, "not estimable: no complete target sum between baseline and progression")


def test_the_order_of_records_never_matters(study, frames, results):
    shuffled = SimpleNamespace(
        **{name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in vars(frames).items()}
    )
    again = analyse(study, shuffled, DATA)
    assert again.table.equals(results.table)
    assert again.curves.equals(results.curves)


def test_one_more_subject_never_lowers_a_denominator(study, frames, results):
    more = frames.adsl.filter(pl.col("USUBJID") == "A1").with_columns(USUBJID=pl.lit("A9"))
    grown = SimpleNamespace(**vars(frames) | {"adsl": pl.concat([frames.adsl, more])})
    keys = ["section", "endpoint", "variant", "population", "group", "statistic", "item"]
    both = results.table.join(analyse(study, grown, DATA).table, on=keys, suffix="_more")
    assert both.filter(pl.col("n_more") < pl.col("n")).is_empty()


def test_swapping_the_arms_inverts_the_hazard_ratio(stated, frames, results):
    swapped = {**stated, "endpoints": {**stated["endpoints"]}}
    survival = stated["endpoints"]["OS"]
    swapped["endpoints"]["OS"] = {**survival, "compare": {**survival["compare"], "arms": ["B", "A"]}}
    again = analyse(Study.model_validate(swapped), frames, DATA)
    there = one(results, endpoint="OS", variant="primary", statistic="hazard_ratio")["value"]
    back = one(again, endpoint="OS", variant="primary", group="B vs A", statistic="hazard_ratio")["value"]
    assert back == pytest.approx(1 / there, rel=1e-9)


def test_a_group_without_subjects_is_not_estimable(stated, frames):
    study = Study.model_validate({**stated, "arms": {**stated["arms"], "C": "Never opened"}})
    results = analyse(study, frames, DATA)
    row = one(results, endpoint="ORR", statistic="rate", group="C", variant="primary")
    assert (row["value"], row["n"], row["text"]) == (None, 0, "not estimable: no subjects")
    assert one(results, endpoint="age", statistic="mean", group="C")["text"] == "not estimable: no subjects"


def test_a_study_of_nobody_has_rows_that_say_so(study, frames):
    empty = SimpleNamespace(**{name: frame.clear() for name, frame in vars(frames).items()})
    results = analyse(study, empty, DATA)
    assert disposed(results, "screened")["value"] == 0
    assert one(results, endpoint="ORR", statistic="rate", group=TOTAL, variant="primary")["value"] is None


def test_a_single_group_is_the_total(stated, frames):
    alone = {key: value for key, value in stated.items() if key != "arms"}
    alone["endpoints"] = {"ORR": {"type": "response", "of": ["CR", "PR"], "by": "sex"}}
    results = analyse(Study.model_validate(alone), frames, DATA)
    rates = results.select(section="response", endpoint="ORR", statistic="rate", variant="primary")
    assert rates["group"].to_list() == ["sex: M", "sex: F", "sex: U", TOTAL]


# subject, parameter, day of January, visit, response
READINGS = [
    ("A1", "OVRLES", 10, 1, "PR"),
    ("A1", "OVRREC", 10, 1, "PR"),  # agree
    ("A1", "OVRLES", 20, 2, "SD"),
    ("A1", "OVRREC", 22, 2, "PD"),  # the same visit, dated two days later
    ("A2", "OVRLES", 15, 1, "SD"),  # never recorded
    ("B1", "OVRREC", 16, 1, "CR"),  # no lesions
]


def test_derived_and_recorded_responses_are_matched_by_day_and_then_by_visit(study, frames):
    readings = pl.DataFrame(
        [(s, code, dt.date(2021, 1, day), float(visit), answer) for s, code, day, visit, answer in READINGS],
        schema=["USUBJID", "PARAMCD", "ADT", "VISITNUM", "AVALC"],
        orient="row",
    ).with_columns(ANL01FL=pl.lit("Y"), AVISIT=pl.format("VISIT {}", "VISITNUM"), REASON=pl.lit("sum 30 mm"))
    both = SimpleNamespace(**vars(frames) | {"adrs": pl.concat([frames.adrs, readings], how="diagonal")})
    found = analyse(study, both, DATA).disagreements.select("subject", "group", "date", "derived", "recorded")
    assert found.rows() == [
        ("A1", "A", dt.date(2021, 1, 20), "SD", "PD"),
        ("A2", "A", dt.date(2021, 1, 15), "SD", ""),
        ("B1", "B", dt.date(2021, 1, 16), "", "CR"),
    ]


def test_a_disagreement_after_the_cut_off_is_none_yet(study, frames):
    readings = pl.DataFrame(
        {
            "USUBJID": ["A1"] * 2,
            "PARAMCD": ["OVRLES", "OVRREC"],
            "AVALC": ["SD", "PD"],
            "VISITNUM": [1.0, 1.0],
        }
    ).with_columns(
        ADT=pl.date(2021, 1, 20), ANL01FL=pl.lit("Y"), AVISIT=pl.lit("VISIT 1"), REASON=pl.lit("sum 30 mm")
    )
    both = SimpleNamespace(**vars(frames) | {"adrs": pl.concat([frames.adrs, readings], how="diagonal")})
    early = study.identity.model_copy(update={"data_cutoff": dt.date(2021, 1, 19)})
    assert analyse(study, both, DATA).disagreements.height == 1
    before = analyse(study.model_copy(update={"identity": early}), both, DATA)
    assert before.disagreements.height == 0
