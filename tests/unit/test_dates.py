"""Partial dates: what is known stays, what is imputed is flagged, what does not exist is refused."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from trialwright.dates import (
    DateRule,
    PartialDate,
    impute,
    impute_column,
    parse_partial,
    study_day,
    study_day_expr,
)
from trialwright.errors import DateError


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2014", (2014, None, None)),
        ("2014-02", (2014, 2, None)),
        ("2014-02-03", (2014, 2, 3)),
        ("2014-01-02T11:45", (2014, 1, 2)),
        ("2014-01-02T11", (2014, 1, 2)),
        ("2014-01-02T11:45:30.5+01:00", (2014, 1, 2)),
        ("2014-01-02T-:30", (2014, 1, 2)),
        ("2014---15", (2014, None, 15)),
        ("2014-01--T11:45", (2014, 1, None)),
        (" 2014-01 ", (2014, 1, None)),
        ("2012-02-29", (2012, 2, 29)),
    ],
)
def test_iso_8601_text_gives_the_known_parts(text, known):
    assert parse_partial(text) == PartialDate(*known)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("31.09.2019", "2019-09-31, and a day that exists"),
        ("2019-09-31", "September 2019 has no day 31"),
        ("2014-02-29", "February 2014 has no day 29"),
        ("2019-13-01", "month 13"),
        ("2019-00-01", "month 0"),
        ("2019-01-00", "no day 0"),
        ("2014---32", "any month has no day 32"),
        ("2019-9-1", "two digits"),
        ("20190901", "not a date"),
        ("2019-09-01 10:00", "T before a time"),
        ("2019-09-01T25:00", "not a date"),
        ("2019-09-01T10:60", "not a date"),
        ("--12-15", "needs its year"),
        ("0019-09-01", "the year 19"),
        ("", "not a date"),
        ("UNKNOWN", "not a date"),
        ("2014-01-02\n", "not a date"),
        ("٢٠١٤", "not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text, says):
    with pytest.raises(DateError, match=says):
        parse_partial(text)


@pytest.mark.parametrize(
    ("text", "first", "mid", "last", "flag"),
    [
        ("2014-02-03", "2014-02-03", "2014-02-03", "2014-02-03", ""),
        ("2014-02", "2014-02-01", "2014-02-15", "2014-02-28", "D"),
        ("2012-02", "2012-02-01", "2012-02-15", "2012-02-29", "D"),
        ("2014", "2014-01-01", "2014-06-30", "2014-12-31", "M"),
        ("2014---15", "2014-01-01", "2014-06-30", "2014-12-31", "M"),
    ],
)
def test_the_table_of_rules(text, first, mid, last, flag):
    partial = parse_partial(text)
    for rule, expected in ((DateRule.FIRST_DAY, first), (DateRule.MID, mid), (DateRule.LAST_DAY, last)):
        assert impute(partial, rule) == (dt.date.fromisoformat(expected), flag)


def test_an_imputed_date_moves_to_a_bound_only_within_the_days_that_it_can_be():
    january = PartialDate(2014, 1)
    assert impute(january, DateRule.FIRST_DAY, not_before=dt.date(2014, 1, 20))[0] == dt.date(2014, 1, 20)
    assert impute(january, DateRule.FIRST_DAY, not_before=dt.date(2014, 2, 1))[0] == dt.date(2014, 1, 1)
    assert impute(january, DateRule.LAST_DAY, not_after=dt.date(2014, 1, 20))[0] == dt.date(2014, 1, 20)
    assert impute(january, DateRule.LAST_DAY, not_after=dt.date(2013, 12, 31))[0] == dt.date(2014, 1, 31)


def test_a_complete_date_is_never_moved():
    recorded = PartialDate(2014, 1, 5)
    assert impute(recorded, DateRule.FIRST_DAY, not_before=dt.date(2014, 1, 20)) == (dt.date(2014, 1, 5), "")


def test_a_column_gives_null_for_what_is_no_date_and_keeps_its_length():
    texts = pl.Series("RSDTC", ["2014-01", None, "2019-09-31", "", "2014-01-02T10:00"])
    dates, flags = impute_column(texts, DateRule.LAST_DAY)
    assert dates.to_list() == [dt.date(2014, 1, 31), None, None, None, dt.date(2014, 1, 2)]
    assert flags.to_list() == ["D", None, None, None, ""]
    assert (dates.name, flags.name) == ("RSDTC", "RSDTCF")


def test_a_column_takes_a_bound_for_each_record():
    texts = pl.Series("DTHDTC", ["2014-01", "2014-01", "2014-01-03"])
    alive = pl.Series([dt.date(2014, 1, 20), None, dt.date(2014, 1, 20)])
    dates, _ = impute_column(texts, DateRule.FIRST_DAY, not_before=alive)
    assert dates.to_list() == [dt.date(2014, 1, 20), dt.date(2014, 1, 1), dt.date(2014, 1, 3)]


def test_a_column_without_any_value_is_a_column_of_dates():
    dates, flags = impute_column(pl.Series("XDTC", [None, None]), DateRule.MID)
    assert (dates.dtype, flags.dtype, len(dates)) == (pl.Date, pl.String, 2)


def test_there_is_no_study_day_0():
    reference = dt.date(2014, 3, 1)
    days = [study_day(reference + dt.timedelta(days=shift), reference) for shift in (-2, -1, 0, 1)]
    assert days == [-2, -1, 1, 2]
    frame = pl.DataFrame({"d": [dt.date(2014, 2, 28), reference], "r": [reference, reference]})
    assert frame.select(study_day_expr(pl.col("d"), pl.col("r"))).to_series().to_list() == [-1, 1]
