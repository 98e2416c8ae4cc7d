"""Dates as people write them, in the styles that a column declares."""

from __future__ import annotations

import datetime as dt

import pytest

from trialwright.ingest.date_styles import read_date, style_problem
from trialwright.ingest.outcomes import RefusedValueError
from trialwright.ingest.tables import Cell

EPOCH = dt.date(1899, 12, 30)


def read(value, *styles, **cell):
    one = Cell(value, **cell)
    return read_date(one, one.text, styles, EPOCH)


@pytest.mark.parametrize(
    ("written", "style", "iso"),
    [
        ("05.03.2020", "dd.mm.yyyy", "2020-03-05"),
        ("5.3.2020", "dd.mm.yyyy", "2020-03-05"),
        ("03/05/2020", "mm/dd/yyyy", "2020-03-05"),
        ("2020-03-05", "yyyy-mm-dd", "2020-03-05"),
        ("20200305", "yyyymmdd", "2020-03-05"),
        ("2020年3月5日", "yyyy年m月d日", "2020-03-05"),
        ("5-Mar-2020", "dd-mmm-yyyy", "2020-03-05"),
        ("March 2020", "mmm yyyy", "2020-03"),
        ("2019年3月", "yyyy年m月", "2019-03"),
        ("2019.3", "yyyy.m", "2019-03"),
        ("2019", "yyyy", "2019"),
        ("05.03.20", "dd.mm.yy", "2020-03-05"),
        ("２０２０－０３－０５", "yyyy-mm-dd", "2020-03-05"),
        ("29.02.2020", "dd.mm.yyyy", "2020-02-29"),
    ],
)
def test_each_style_reads_its_dates_and_partial_dates_stay_partial(written, style, iso):
    assert read(written, style) == (iso, [])


def test_a_real_date_cell_needs_no_style():
    assert read(dt.datetime(2020, 3, 5), "dd.mm.yyyy") == ("2020-03-05", [])  # noqa: DTZ001


def test_the_time_of_day_is_left_out_and_that_is_a_repair_unless_it_is_midnight():
    assert read(dt.datetime(2020, 3, 5, 14, 30), "excel") == ("2020-03-05", ["time-left-out"])  # noqa: DTZ001
    assert read("2020-03-05 14:30", "yyyy-mm-dd") == ("2020-03-05", ["time-left-out"])
    assert read("2020-03-05 00:00:00", "yyyy-mm-dd") == ("2020-03-05", [])


def test_excel_counts_days_from_1900_with_its_leap_day_that_never_was():
    # spreadsheets show 43895 as 2020-03-05
    assert read(43895, "excel") == ("2020-03-05", [])
    assert read("43895", "excel") == ("2020-03-05", [])


def test_a_year_is_not_taken_for_a_serial_number():
    assert read(2019, "yyyy", "excel") == ("2019", [])


def refused(value, *styles, **cell):
    with pytest.raises(RefusedValueError) as caught:
        read(value, *styles, **cell)
    return caught.value.code


@pytest.mark.parametrize(
    ("written", "styles", "code"),
    [
        ("31.09.2020", ["dd.mm.yyyy"], "no-such-day"),
        ("2019-02-29", ["yyyy-mm-dd"], "no-such-day"),
        ("2020-13-01", ["yyyy-mm-dd"], "no-such-day"),
        ("soon", ["yyyy-mm-dd"], "not-a-date"),
        ("05.03.2020", ["yyyy-mm-dd"], "not-a-date"),
        ("03/04/2020", ["dd/mm/yyyy", "mm/dd/yyyy"], "ambiguous-date"),
        ("0202-03-05", ["yyyy-mm-dd"], "outside"),
    ],
)
def test_what_is_no_certain_date_is_refused(written, styles, code):
    assert refused(written, *styles) == code


def test_of_two_declared_styles_the_one_counts_that_gives_a_day():
    assert read("03/25/2020", "dd/mm/yyyy", "mm/dd/yyyy") == ("2020-03-25", [])
    assert read("04/04/2020", "dd/mm/yyyy", "mm/dd/yyyy") == ("2020-04-04", [])


def test_2019_1_as_a_number_is_january_or_october_and_refused():
    assert refused(2019.1, "yyyy.m") == "lost-decimal"
    assert read("2019.1", "yyyy.m") == ("2019-01", [])  # typed as text, it is what was typed
    assert refused("2019.1", "yyyy.m", typed=False) == "lost-decimal"  # a CSV may come from a number
    assert read(2019.3, "yyyy.m") == ("2019-03", [])


def test_a_number_that_the_sheet_shows_with_two_decimals_is_read_as_shown():
    assert read(2019.1, "yyyy.m", decimals=2) == ("2019-10", ["decimals-shown"])


@pytest.mark.parametrize("style", ["dd.mm", "yyyy-dd", "yyyy-mm-yyyy", "tomorrow"])
def test_a_style_that_says_no_date_is_a_problem(style):
    assert style_problem(style)
