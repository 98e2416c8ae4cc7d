"""Safety rows of eight subjects, four an arm, small enough to count by eye.

subject  events (grade, related, day)                       time at risk without event
A1       Nausea 1 related day 10; Nausea 3 related day 20
A2       Rash 2 not related day 5
A3       Anaemia 4 related day 30, serious, drug withdrawn
A4       none                                               last dose day 57 + 30 days: 87 days
B1       Nausea 1 not related day 10
B2       none; died on day 40                               40 days
B3       none; alive on day 60, data end                    60 days
B4       none                                               87 days
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from safety_tables import FIRST_DOSE, STUDY, data, records

from trialwright.analyse.context import Context
from trialwright.analyse.exposure import exposure
from trialwright.analyse.monitoring import boundary, excess_probability, monitoring
from trialwright.analyse.results import TABLE_COLUMNS, TABLE_KEYS, _check_values
from trialwright.analyse.rows import table_of
from trialwright.analyse.safety import safety
from trialwright.derive.on_treatment import derive_on_treatment
from trialwright.protocol.safety import BayesianBoundary
from trialwright.protocol.study import Study

SUBJECTS = [f"{arm}{number}" for arm in "AB" for number in range(1, 5)]
EVENTS = [
    ("A1", "Nausea", "1", "RELATED", 10, {}),
    ("A1", "Nausea", "3", "RELATED", 20, {}),
    ("A2", "Rash", "2", "NOT RELATED", 5, {}),
    ("A3", "Anaemia", "4", "RELATED", 30, {"AESER": "Y", "AEACN": "DRUG WITHDRAWN"}),
    ("B1", "Nausea", "1", "NOT RELATED", 10, {}),
]
SAFETY = {
    "groups": {"blood": ["Anemia", "Platelet count decreased"]},
    "monitoring": [
        {
            "type": "bayesian boundary",
            "name": "related 3",
            "events": {"min_grade": 3, "related": "yes"},
            "limit": 0.3,
            "prior": [1, 1],
            "probability": 0.8,
            "looks": [2, 4, 10],
        },
        {"type": "stop above count", "name": "deaths", "events": {"fatal": "yes"}, "at_most": 0},
    ],
}


def day(number):
    return FIRST_DOSE + dt.timedelta(number - 1)


def adsl():
    none = dict.fromkeys(SUBJECTS)
    columns = {
        "DTHDT": none | {"B2": day(40)},
        "LSTALVDT": dict.fromkeys(SUBJECTS, day(120)) | {"B2": day(40), "B3": day(60)},
        "TRTEDT": dict.fromkeys(SUBJECTS, day(57)) | {"B2": day(35)},
    }
    frame = pl.DataFrame({"USUBJID": SUBJECTS, **{k: [v[s] for s in SUBJECTS] for k, v in columns.items()}})
    return frame.with_columns(
        STUDYID=pl.lit("typed"),
        GROUP=pl.col("USUBJID").str.slice(0, 1),
        GROUPA=pl.col("USUBJID").str.slice(0, 1),
        TRTSDT=pl.lit(FIRST_DOSE),
        ENRLFL=pl.lit("Y"),
        FULLFL=pl.lit("Y"),
        SAFFL=pl.lit("Y"),
    )


def context(events=EVENTS, subjects=None, **more):
    stated = STUDY | {"arms": {"A": "New", "B": "Old"}, "safety": SAFETY} | more
    stated["study"] = STUDY["study"] | {"design": "randomised"}
    study = Study.model_validate(stated)
    rows = [
        {
            "USUBJID": subject,
            "AETERM": term,
            "AEDECOD": term,
            "AEBODSYS": "Class of " + term,
            "AETOXGR": grade,
            "AEREL": relation,
            "AESER": "N",
            "AEACN": "DOSE NOT CHANGED",
            "AESTDTC": day(start).isoformat(),
        }
        | extra
        for subject, term, grade, relation, start, extra in events
    ]
    frames = {"AE": records("AE", rows)} if rows else {}
    subjects = adsl() if subjects is None else subjects
    on = derive_on_treatment(study, data(**frames), subjects)
    return Context(study, SimpleNamespace(adsl=subjects, adae=on.adae, adlb=on.adlb, adex=on.adex), data())


@pytest.fixture(scope="module")
def table():
    made = context()
    rows = table_of([*safety(made), *monitoring(made)], "recorded")
    assert dict(rows.schema) == dict(TABLE_COLUMNS)
    assert not rows.select(TABLE_KEYS).is_duplicated().any()
    _check_values(rows)
    return rows


def one(table, **keys):
    found = table.filter(*(pl.col(key) == value for key, value in keys.items()))
    assert found.height == 1, found
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("line", "in_a", "in_b"),
    [
        ("any", ["A1", "A2", "A3"], ["B1"]),
        ("related", ["A1", "A3"], []),
        ("grade 3 or higher", ["A1", "A3"], []),
        ("related grade 3 or higher", ["A1", "A3"], []),
        ("serious", ["A3"], []),
        ("leading to stop", ["A3"], []),
        ("fatal", [], []),
    ],
)
def test_each_subject_counts_once_in_a_line_of_the_overview(table, line, in_a, in_b):
    for group, expected in (("A", in_a), ("B", in_b), ("Total", in_a + in_b)):
        row = one(table, endpoint="overview", statistic="affected", group=group, item=line)
        assert row["subjects"] == expected
        assert (row["events"], row["n"]) == (len(expected), 8 if group == "Total" else 4)


def test_events_count_as_often_as_they_were_recorded(table):
    assert one(table, endpoint="overview", statistic="event_total", group="A", item="any")["value"] == 4


def test_terms_stand_under_their_class_by_falling_frequency(table):
    terms = table.filter(
        pl.col("endpoint") == "terms", pl.col("variant") == "primary", pl.col("group") == "Total"
    )
    assert terms["item"].to_list() == [
        "Class of Nausea | Nausea",
        "Class of Anaemia | Anaemia",
        "Class of Rash | Rash",
    ]
    assert terms["events"].to_list() == [2, 1, 1]


def test_a_group_of_terms_is_found_under_both_spellings(table):
    row = one(table, endpoint="term groups", variant="primary", statistic="affected", group="A", item="blood")
    assert row["subjects"] == ["A3"]


def test_the_worst_grade_of_a_subject_counts_once(table):
    rows = table.filter(pl.col("endpoint") == "worst grade", pl.col("group") == "A")
    assert dict(rows.select("item", "events").iter_rows()) == {
        "no event": 1,
        "grade 1": 0,
        "grade 2": 1,
        "grade 3": 1,
        "grade 4": 1,
        "grade 5": 0,
    }


def test_the_risk_difference_is_first_minus_second(table):
    row = one(table, endpoint="overview", statistic="risk_difference", item="any")
    assert (row["group"], row["value"], row["n"]) == ("A vs B", 0.5, 8)
    assert row["low"] < 0.5 < row["high"]
    assert "Miettinen" in row["method"]


def test_time_at_risk_runs_to_the_first_event_or_the_end(table):
    years = one(table, endpoint="incidence", statistic="patient_years", group="B", item="any")["value"]
    assert years == pytest.approx((10 + 40 + 60 + 87) / 365.25)
    rate = one(table, endpoint="incidence", statistic="incidence_rate", group="B", item="any")
    assert rate["value"] == pytest.approx(1 / years)
    assert rate["events"] == 1


def test_death_competes_with_the_event(table):
    row = one(table, endpoint="incidence", statistic="cumulative_incidence", group="B", item="any: 1")
    assert (row["value"], row["subjects"]) == (0.25, ["B1"])


def test_days_to_onset(table):
    row = one(table, endpoint="incidence", statistic="days_to_onset", group="A", item="any: median")
    assert row["value"] == 10


def test_a_rule_stops_at_the_smallest_count_that_is_too_many():
    rule = BayesianBoundary.model_validate(SAFETY["monitoring"][0])
    draws = np.random.default_rng(1).beta(1 + 2, 1 + 2, 400_000)
    assert excess_probability(2, 4, rule) == pytest.approx((draws > 0.3).mean(), abs=3e-3)
    for looked in rule.looks:
        at = boundary(looked, rule)
        assert at is not None
        assert excess_probability(at, looked, rule) >= 0.8 > excess_probability(at - 1, looked, rule)


def test_a_boundary_of_more_subjects_is_never_lower():
    rule = BayesianBoundary.model_validate(SAFETY["monitoring"][0])
    bounds = [boundary(n, rule) for n in range(1, 40)]
    known = [one for one in bounds if one is not None]
    assert known == sorted(known)


def test_a_rule_is_evaluated_among_the_first_treated(table):
    observed = table.filter(
        pl.col("endpoint") == "related 3", pl.col("statistic") == "observed", pl.col("group") == "A"
    )
    assert dict(observed.select("item", "value").iter_rows()) == {"2": 1.0, "4": 2.0}
    verdict = one(table, endpoint="related 3", statistic="rule_verdict", group="A")
    assert verdict["text"].startswith("stop")
    assert one(table, endpoint="related 3", statistic="rule_verdict", group="B")["text"] == "go on"
    assert one(table, endpoint="deaths", statistic="rule_verdict", group="A")["text"] == "go on"


def test_without_grades_or_causality_the_rows_say_so():
    bare = [(subject, term, None, None, start, {"AEACN": None}) for subject, term, _, _, start, _ in EVENTS]
    rows = table_of(safety(context(bare)), "recorded")
    for line, reason in (
        ("grade 3 or higher", "grades are not recorded"),
        ("related", "causality is not recorded"),
        ("leading to stop", "action taken is not recorded"),
    ):
        row = one(rows, endpoint="overview", statistic="affected", group="A", item=line)
        assert (row["value"], row["text"]) == (None, reason)
    assert rows.filter(pl.col("endpoint") == "worst grade").is_empty()


def test_a_study_without_adverse_event_records_has_no_rows_of_them():
    assert safety(context([])) == []


def test_swapping_the_arms_turns_the_difference_round():
    swapped = {"arms": {"B": "Old", "A": "New"}}
    keys = {"endpoint": "overview", "statistic": "risk_difference", "item": "any"}
    first = one(table_of(safety(context()), "recorded"), **keys)
    second = one(table_of(safety(context(**swapped)), "recorded"), **keys)
    assert [second["value"], second["low"], second["high"]] == pytest.approx(
        [-first["value"], -first["high"], -first["low"]]
    )


def dosed_with_the_other_arm(subject):
    """The eight subjects, one of arm A treated as arm B."""
    treated = pl.when(pl.col("USUBJID") == subject).then(pl.lit("B")).otherwise("GROUPA")
    return adsl().with_columns(GROUPA=treated)


def test_a_subject_dosed_with_the_other_arm_counts_there_in_safety():
    table = table_of(safety(context(subjects=dosed_with_the_other_arm("A3"))), "recorded")
    shown = {
        group: one(table, endpoint="overview", statistic="affected", group=group, item="serious")
        for group in "AB"
    }
    assert (shown["A"]["events"], shown["A"]["n"]) == (0, 3)
    assert (shown["B"]["subjects"], shown["B"]["n"]) == (["A3"], 5)


def test_who_received_another_arm_is_told_with_the_arm_assigned():
    rows = exposure(context(subjects=dosed_with_the_other_arm("A3")))
    received = {row.group: row for row in rows if row.endpoint == "arm received"}
    assert {row.item for row in received.values()} == {"A"}
    assert received["B"].subjects == ("A3",)
    assert received["B"].n == 5
    assert received["A"].events == 0
    assert not [row for row in exposure(context()) if row.endpoint == "arm received"]


def test_monitoring_watches_the_arm_received():
    rows = monitoring(context(subjects=dosed_with_the_other_arm("A3")))
    verdict = {
        row.group: row for row in rows if row.endpoint == "related 3" and row.statistic == "rule_verdict"
    }
    assert verdict["A"].subjects == ("A1",)
    assert verdict["B"].subjects == ("A3",)


def test_the_arm_assigned_is_the_group_of_everything_else():
    made = context(subjects=dosed_with_the_other_arm("A3"))
    assert made.group_of["A3"] == "A"
    assert made.as_treated.group_of["A3"] == "B"


def test_related_events_that_name_no_drug_are_not_zero_events_of_each_drug():
    rows = safety(context(safety=SAFETY | {"related_to": ["gemcitabine", "nivolumab"]}))
    told = [row for row in rows if row.endpoint == "overview" and row.item == "related to gemcitabine"]
    assert {row.text for row in told} == {"causality by drug is not recorded"}
    assert {row.value for row in told} == {None}
