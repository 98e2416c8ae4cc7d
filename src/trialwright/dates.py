"""Partial ISO 8601 dates as SDTM writes them, the rules that complete them, and the study day.

A date-time text of SDTM (--DTC) gives year, month and day from the left, as far as they are known:
`2014`, `2014-01`, `2014-01-02`, `2014-01-02T11:45`. A hyphen stands for an unknown part in the middle:
`2014---15` is a day 15 of an unknown month (SDTMIG 3.4, 4.4.2).

Rules of imputation, each with its flag (ADaMIG 1.3, 3.1.3: the flag names the largest part imputed):

| known          | first day | mid       | last day           | flag |
|----------------|-----------|-----------|--------------------|------|
| year to day    | as it is  | as it is  | as it is           | ""   |
| year and month | day 1     | day 15    | last day of month  | D    |
| year           | 1 January | 30 June   | 31 December        | M    |
| year and day   | 1 January | 30 June   | 31 December        | M    |

A known day beside an unknown month is kept in `PartialDate.day`, but no rule uses it.
A date without its year cannot be imputed: it is an error, and null in the column forms.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import Enum

import polars as pl

from trialwright.errors import DateError

FIRST_YEAR = 1583
"""The first full year of the Gregorian calendar, where ISO 8601 begins without prior agreement."""

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""In English, whatever the language of the machine."""

_MID_DAY = 15
_LONGEST_MONTH = 31
_MID_YEAR = (6, 30)
_DECEMBER = 12

_TWO = "[0-5][0-9]"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
_TIME = rf"T(?:[01][0-9]|2[0-3]|-)(?::(?:{_TWO}|-)(?::(?:{_TWO}(?:\.[0-9]+)?|-))?)?{_ZONE}?"
_PATTERN = rf"^([0-9]{{4}})(?:-([0-9]{{2}}|-)(?:-([0-9]{{2}}|-)(?:{_TIME})?)?)?$"
_REGEX = re.compile(_PATTERN)
_DAY_FIRST = re.compile(r"^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})$")
_EXPECTED = "an ISO 8601 date such as 2014-01-02, 2014-01 or 2014"


class DateRule(Enum):
    """To which day of the possible period a partial date goes."""

    FIRST_DAY = "first day"
    MID = "middle"
    LAST_DAY = "last day"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the month or the day may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def complete(self) -> bool:
        """Whether year, month and day are all known."""
        return self.month is not None and self.day is not None

    @property
    def flag(self) -> str:
        """The imputation flag that a completed date will carry: "", "D" or "M"."""
        if self.month is None:
            return "M"
        return "D" if self.day is None else ""

    def earliest(self) -> dt.date:
        """The first day that this date can be."""
        if self.month is None:
            return dt.date(self.year, 1, 1)
        return dt.date(self.year, self.month, self.day or 1)

    def latest(self) -> dt.date:
        """The last day that this date can be."""
        month = self.month or _DECEMBER
        known_day = self.day if self.month is not None else None
        return dt.date(self.year, month, known_day or calendar.monthrange(self.year, month)[1])


def parse_partial(text: str) -> PartialDate:
    """Read one --DTC text; the time of day is checked and left out.

    Raises:
        DateError: the text is not ISO 8601, has no year, or names a day that does not exist.

    Examples:
        >>> parse_partial("2014-01")
        PartialDate(year=2014, month=1, day=None)
        >>> parse_partial("2014-01-02T11:45").day
        2
    """
    stripped = text.strip(" ")
    match = _REGEX.match(stripped) if "\n" not in stripped else None
    if match is None:
        raise DateError.at("", f"{text!r} is not a date", expected=_EXPECTED, remedy=_remedy(stripped))
    year = int(match[1])
    month = None if match[2] in (None, "-") else int(match[2])
    day = None if match[3] in (None, "-") else int(match[3])
    _refuse_impossible(text, year, month, day)
    return PartialDate(year, month, day)


def _remedy(text: str) -> str:
    day_first = _DAY_FIRST.match(text)
    if day_first is not None:
        written = f"{day_first[3]}-{day_first[2]:0>2}-{day_first[1]:0>2}"
        return f"write year-month-day, as in {written}, and a day that exists"
    if text.startswith("-"):
        return "a date needs its year; leave the field empty where the year is unknown"
    return "write year-month-day with two digits each for month and day, and T before a time"


def _refuse_impossible(text: str, year: int, month: int | None, day: int | None) -> None:
    if year < FIRST_YEAR:
        raise DateError.at("", f"{text!r} has the year {year}", expected=f"{FIRST_YEAR} or later",
                           remedy="correct the year")  # fmt: skip
    if month is not None and not 1 <= month <= _DECEMBER:
        raise DateError.at("", f"{text!r} has the month {month}", expected="01 to 12",
                           remedy="correct the month")  # fmt: skip
    longest = calendar.monthrange(year, month)[1] if month is not None else _LONGEST_MONTH
    if day is not None and not 1 <= day <= longest:
        where = f"{calendar.month_name[month]} {year}" if month is not None else "any month"
        raise DateError.at("", f"{text!r} does not exist: {where} has no day {day}",
                           expected=f"a day from 01 to {longest}", remedy="correct the day")  # fmt: skip


def impute(
    partial: PartialDate,
    rule: DateRule,
    not_before: dt.date | None = None,
    not_after: dt.date | None = None,
) -> tuple[dt.date, str]:
    """Complete a partial date by the rule (table above); a complete date is returned as it is.

    `not_before` and `not_after` move an imputed date to that bound, but only within the days
    that the known parts allow; where both do, `not_after` is applied last.

    Returns:
        The date and its flag: "" as recorded, "D" day imputed, "M" month and day imputed.

    Examples:
        >>> impute(PartialDate(2012, 2), DateRule.LAST_DAY)
        (datetime.date(2012, 2, 29), 'D')
    """
    if partial.complete:
        return partial.earliest(), ""
    first, last = partial.earliest(), partial.latest()
    if rule is DateRule.FIRST_DAY:
        date = first
    elif rule is DateRule.LAST_DAY:
        date = last
    elif partial.month is None:
        date = dt.date(partial.year, *_MID_YEAR)
    else:
        date = dt.date(partial.year, partial.month, _MID_DAY)
    if not_before is not None and date < not_before <= last:
        date = not_before
    if not_after is not None and first <= not_after < date:
        date = not_after
    return date, partial.flag


def impute_column(
    dtc: pl.Series,
    rule: DateRule,
    not_before: pl.Series | None = None,
    not_after: pl.Series | None = None,
) -> tuple[pl.Series, pl.Series]:
    """Complete a whole --DTC column: the same dates and flags as `parse_partial` and `impute`.

    Bounds are Date series of the same length; a null bound does not bind.

    Returns:
        Dates (null where the text is null or no date: `sdtm.conformance` reports those) and
        flags (null where the date is null).
    """
    texts = dtc.cast(pl.String).alias("dtc")
    days = texts.to_frame().join(
        _completed(texts.unique(), rule), on="dtc", how="left", maintain_order="left"
    )
    if not_before is not None or not_after is not None:
        nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, len(dtc))
        days = days.with_columns(
            (nothing if not_before is None else not_before).cast(pl.Date).alias("lower"),
            (nothing if not_after is None else not_after).cast(pl.Date).alias("upper"),
        ).with_columns(_bounded(partial=pl.col("flag") != ""))
    return days["date"].alias(dtc.name), days["flag"].alias(f"{dtc.name}F")


def _completed(texts: pl.Series, rule: DateRule) -> pl.DataFrame:
    """Each distinct text with its first and last possible day, its date by the rule and its flag."""
    stripped = pl.col("dtc").str.strip_chars(" ")
    year, month, day = pl.col("year"), pl.col("month"), pl.col("day")
    day_at = pl.when(month.is_null()).then(len("YYYY---")).otherwise(len("YYYY-MM-"))
    return (
        texts.to_frame()
        .with_columns(text=pl.when(stripped.str.contains(_PATTERN)).then(stripped))
        .with_columns(year=_number(pl.lit(0), 4), month=_number(pl.lit(len("YYYY-")), 2))
        .with_columns(day=_number(day_at, 2))
        .filter(year >= FIRST_YEAR, month.is_null() | month.is_between(1, _DECEMBER))
        .with_columns(
            first=pl.date(year, month.fill_null(1), 1), last=pl.date(year, month.fill_null(_DECEMBER), 1)
        )
        .with_columns(last=pl.col("last").dt.month_end())
        .filter(
            day.is_null()
            | day.is_between(
                1, pl.when(month.is_null()).then(_LONGEST_MONTH).otherwise(pl.col("last").dt.day())
            )
        )
        .with_columns(known=pl.when(month.is_not_null()).then(pl.date(year, month.fill_null(1), day)))
        .with_columns(first=pl.coalesce("known", "first"), last=pl.coalesce("known", "last"))
        .select("dtc", "first", "last", date=_by_rule(rule), flag=_flag())
    )


def _number(offset: pl.Expr, length: int) -> pl.Expr:
    """The digits of the text there; null where a hyphen stands for an unknown part."""
    return pl.col("text").str.slice(offset, length).cast(pl.Int32, strict=False)


def _flag() -> pl.Expr:
    return (
        pl.when(pl.col("month").is_null())
        .then(pl.lit("M"))
        .when(pl.col("day").is_null())
        .then(pl.lit("D"))
        .otherwise(pl.lit(""))
    )


def _by_rule(rule: DateRule) -> pl.Expr:
    if rule is DateRule.FIRST_DAY:
        return pl.col("first")
    if rule is DateRule.LAST_DAY:
        return pl.col("last")
    return (
        pl.when(pl.col("month").is_null())
        .then(pl.date("year", *_MID_YEAR))
        .when(pl.col("day").is_null())
        .then(pl.date("year", "month", _MID_DAY))
        .otherwise("first")
    )


def _bounded(partial: pl.Expr) -> pl.Expr:
    date, lower, upper = pl.col("date"), pl.col("lower"), pl.col("upper")
    raised = pl.when(partial & (date < lower) & (lower <= pl.col("last"))).then(lower).otherwise(date)
    return (
        pl.when(partial & (pl.col("first") <= upper) & (upper < raised))
        .then(upper)
        .otherwise(raised)
        .alias("date")
    )


def study_day(date: dt.date, reference: dt.date) -> int:
    """Day of the study: the reference date is day 1, the day before it is day -1; there is no day 0.

    Source: SDTMIG 3.4, 4.4.4.

    Examples:
        >>> first_dose = dt.date(2014, 1, 2)
        >>> study_day(first_dose, first_dose), study_day(dt.date(2014, 1, 1), first_dose)
        (1, -1)
    """
    days = (date - reference).days
    return days + 1 if days >= 0 else days


def study_day_expr(date: pl.Expr, reference: pl.Expr) -> pl.Expr:
    """`study_day` of two Date expressions, as Int64."""
    days = (date - reference).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days)
