"""Kaplan–Meier rows on tables small enough to work out by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

from trialwright.analyse.rows import Cell
from trialwright.analyse.time_to_event import describe_times, ticks
from trialwright.analyse.times import times_of
from trialwright.stats.survival import ConfType

CELL = Cell("time-to-event", "OS", "full", "Total")

# subject, days, CNSR, EVNTDESC, CNSDTDSC
FOUR = [
    ("1", 31, 0, "DEATH", None),
    ("2", 61, 0, "DEATH", None),
    ("3", 91, 1, None, "LOST TO FOLLOW-UP"),
    ("4", 122, 0, "DEATH", None),
]


def adtte(records):
    frame = pl.DataFrame(
        records,
        schema=["USUBJID", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC"],
        orient="row",
        infer_schema_length=None,
    )
    return frame.with_columns(
        ENDPOINT=pl.lit("OS"), VARIANT=pl.lit("primary"), AVAL=pl.col("AVAL").cast(pl.Float64)
    )


def describe(records, members=None, landmarks=(), restrictions=(), ticks_months=()):
    times = times_of(adtte(records), "OS", "primary")
    members = members if members is not None else [record[0] for record in records]
    rows = describe_times(
        CELL,
        members,
        times,
        conf_type=ConfType.LOG_LOG,
        level=0.95,
        landmarks_days=landmarks,
        restrictions_days=restrictions,
        ticks_months=ticks_months,
    )
    return {(row.statistic, row.item): row for row in rows}


def test_events_and_censored_times_together_are_the_subjects_with_their_reasons():
    rows = describe(FOUR)
    assert rows["subjects", ""].subjects == ("1", "2", "3", "4")
    assert rows["event_count", ""].subjects == ("1", "2", "4")
    assert rows["event_count", "DEATH"].value == 3
    assert rows["censored_count", "LOST TO FOLLOW-UP"].subjects == ("3",)
    assert rows["not_analysed", ""].value == 0


def test_median_is_the_middle_of_the_plateau_at_one_half_in_months():
    # S = 3/4, 1/2 (from day 61), 1/2 (censored), 0 (day 122): the plateau runs from 61 to 122
    assert describe(FOUR)["median", ""].value == pytest.approx((61 + 122) / 2 / 30.4375, rel=1e-12)


def test_landmark_is_the_height_of_the_curve_with_the_log_log_interval():
    row = describe(FOUR, landmarks=(60.875,))["landmark", "2"]  # 2 months; one of four has died
    assert row.value == 0.75
    spread = 1.959963984540054 * math.sqrt(1 / (4 * 3)) / math.log(0.75)
    assert row.low == pytest.approx(0.75 ** math.exp(-spread), rel=1e-9)
    assert row.high == pytest.approx(0.75 ** math.exp(spread), rel=1e-9)
    assert row.events == 1


def test_landmark_past_the_last_time_of_an_unfinished_curve_has_no_number():
    censored_last = [*FOUR[:3], ("4", 122, 1, None, "DATA CUT-OFF")]
    row = describe(censored_last, landmarks=(365.25,))["landmark", "12"]
    assert row.value is None
    assert row.text == "not estimable: nobody is followed to 12 months; the longest time is 4.0"


def test_landmark_past_the_last_death_of_all_is_zero():
    assert describe(FOUR, landmarks=(365.25,))["landmark", "12"].value == 0


def test_without_events_the_median_is_not_reached():
    row = describe([("1", 31, 1, None, "ALIVE"), ("2", 61, 1, None, "ALIVE")])["median", ""]
    assert (row.value, row.low, row.high, row.text) == (None, None, None, "not reached")


def test_restricted_mean_is_the_area_under_the_steps():
    row = describe(FOUR, restrictions=(122.0,))["rmst", "4.01"]
    assert row.value == pytest.approx((31 * 1 + 30 * 0.75 + 61 * 0.5) / 30.4375, rel=1e-12)


def test_an_empty_group_says_no_subjects():
    rows = describe(FOUR, members=[], landmarks=(365.25,))
    assert rows["subjects", ""].value == 0
    assert rows["median", ""].text == "not estimable: no subjects"
    assert rows["landmark", "12"].text == "not estimable: no subjects"


def test_a_time_below_one_day_is_left_out_and_counted():
    rows = describe([*FOUR, ("5", 0, 0, "DEATH", None), ("6", None, None, None, None)])
    assert rows["subjects", ""].value == 4
    assert rows["not_analysed", ""].subjects == ("5", "6")


def test_the_order_of_records_does_not_matter():
    assert describe(FOUR, landmarks=(60.875,)) == describe(
        FOUR[::-1], members=list("1234"), landmarks=(60.875,)
    )


def test_numbers_at_risk_count_who_is_followed_at_least_so_long():
    rows = describe(FOUR, ticks_months=(0, 2, 4, 6))  # days 0, 60.875, 121.75, 182.625
    assert [rows["at_risk", str(month)].value for month in (0, 2, 4, 6)] == [4, 3, 1, 0]


def test_ticks_reach_past_the_longest_time():
    assert ticks(times_of(adtte(FOUR), "OS", "primary"), set("1234")) == [0, 1, 2, 3, 4, 5]
