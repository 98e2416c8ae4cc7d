"""Rows of the results table as cells: the number, its interval, and the link back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from trialwright.analyse.vocabulary import statistics
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, cell

_Writer = Callable[[float | None], str]
_NUMBER_DECIMALS = 1
_CHI_SQUARE_DECIMALS = 2
_WRITERS: Mapping[str, _Writer] = {
    "count": fmt.count,
    "proportion": fmt.percent,
    "months": fmt.months,
    "days": fmt.count,
    "mm": fmt.shortest,
    "percent": lambda value: fmt.signed(value, 1),
    "ratio": fmt.ratio,
    "probability": fmt.p_value,
    "coefficient": fmt.ratio,
    "number": lambda value: fmt.number(value, _NUMBER_DECIMALS),
    "none": lambda value: fmt.number(value, _CHI_SQUARE_DECIMALS),
}
_ORDERED = ("min", "q1", "median", "q3", "max")
_TIMES = ("time-to-event", "follow-up")


def writer(row: Row) -> _Writer:
    """How numbers of this row are written: by the unit of its statistic.

    Quartiles and extremes are months in a section of times, elsewhere in the variable's own unit.
    """
    if row.statistic in _ORDERED:
        return fmt.months if row.section in _TIMES else fmt.shortest
    return _WRITERS[statistics()[row.statistic].unit]


def value(row: Row) -> str:
    """The number of a row as text, or in a word why there is none."""
    if row.value is None:
        return row.text.split(":", 1)[0] or fmt.NO_VALUE
    return writer(row)(row.value)


def bounds(row: Row) -> str:
    """The interval of a row as text; empty where it has none."""
    if row.low is None and row.high is None:
        return ""
    write = writer(row)
    if statistics()[row.statistic].unit == "proportion":
        return fmt.interval(fmt.percent_digits(row.low), fmt.percent_digits(row.high))
    missing = fmt.NOT_REACHED if write is fmt.months else fmt.NOT_ESTIMABLE
    low, high = (missing if bound is None else write(bound) for bound in (row.low, row.high))
    return fmt.interval(low, high)


def estimate(row: Row | None) -> Markup:
    """`6.1 (4.9–7.3)`, linked; an em dash where the analysis has no such row."""
    if row is None:
        return escape(fmt.NO_VALUE)
    interval = bounds(row)
    if not interval:
        return cell(row, value(row))
    return cell(row, Markup("{} <span>({})</span>").format(value(row), interval))


def plain(row: Row | None) -> Markup:
    """The number alone, linked."""
    return escape(fmt.NO_VALUE) if row is None else cell(row, value(row))


def count_with_share(count: Row | None, share: Row | None) -> Markup:
    """`15 (55.6%)`: two numbers, two links; zero stands without its share."""
    if count is None:
        return escape(fmt.NO_VALUE)
    if share is None or share.value is None or not count.value:
        return plain(count)
    return Markup("{}\u00a0({})").format(plain(count), plain(share))


def out_of(row: Row | None) -> Markup:
    """`15 of 27`, linked."""
    if row is None:
        return escape(fmt.NO_VALUE)
    return cell(row, value(row) if row.n is None else f"{value(row)} of {fmt.count(row.n)}")
