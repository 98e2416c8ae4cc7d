"""The scalar and the column form of imputation agree on every text and every bound."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.dates import DateRule, impute, impute_column, parse_partial
from trialwright.errors import DateError

YEARS = st.integers(1580, 2030).map(lambda year: f"{year:04d}")
PARTS = st.one_of(st.integers(0, 32).map(lambda part: f"{part:02d}"), st.just("-"), st.just("7"))
TIMES = st.sampled_from(["", "T10", "T10:30", "T24:00", "T-:30", "T10:30:61", "T10:30Z", " 10:30"])
DATES = st.one_of(
    YEARS,
    st.builds("{}-{}".format, YEARS, PARTS),
    st.builds("{}-{}-{}{}".format, YEARS, PARTS, PARTS, TIMES),
    st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)).map(dt.date.isoformat),
    st.text(alphabet="0123456789-T:. \n٣", max_size=16),
    st.none(),
)
BOUNDS = st.one_of(st.none(), st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)))
ROWS = st.lists(st.tuples(DATES, BOUNDS, BOUNDS), min_size=1, max_size=12)


def scalar(text, rule, lower, upper):
    try:
        return impute(parse_partial(text), rule, lower, upper) if text is not None else (None, None)
    except DateError:
        return None, None


@given(rows=ROWS, rule=st.sampled_from(DateRule))
@settings(max_examples=150, deadline=None)
def test_columns_and_single_dates_agree(rows, rule):
    texts, lower, upper = (list(column) for column in zip(*rows, strict=True))
    dates, flags = impute_column(
        pl.Series("XDTC", texts, dtype=pl.String),
        rule,
        pl.Series(lower, dtype=pl.Date),
        pl.Series(upper, dtype=pl.Date),
    )
    assert list(zip(dates, flags, strict=True)) == [scalar(text, rule, low, high) for text, low, high in rows]


@given(year=st.integers(1600, 2100), month=st.integers(1, 12), rule=st.sampled_from(DateRule))
def test_an_imputed_date_stays_within_what_is_known(year, month, rule):
    date, flag = impute(parse_partial(f"{year}-{month:02d}"), rule)
    assert (date.year, date.month, flag) == (year, month, "D")


@given(date=st.dates(dt.date(1583, 1, 1)), rule=st.sampled_from(DateRule))
def test_a_complete_date_is_itself(date, rule):
    assert impute(parse_partial(date.isoformat()), rule) == (date, "")
