"""Published figures beside the rows of the results, written as precisely as they were printed."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import PUBLISHED_COLUMNS, TABLE_KEYS
from trialwright.analyse.vocabulary import statistics
from trialwright.dates import MONTH_NAMES
from trialwright.findings import Finding, Severity
from trialwright.protocol.published import Unit, decimals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialwright.analyse.rows import Row
    from trialwright.protocol.published import Figure, Publication

NOT_REACHED = "not reached"
NO_ROW = "the analysis has no such row"
NO_BOUND = "the row has no such bound"
_PER_CENT = 100
_PRINTED_DAY = re.compile(r"^([A-Z][a-z]+) (?:(\d{1,2}), )?(\d{4})$")
_SHORT = 3


class Agreement(StrEnum):
    """How a computed number stands to the printed one."""

    EQUAL = "equal as printed"
    DIFFERS = "differs"
    NOT_COMPUTED = "not computed"


def published_beside(publication: Publication | None, rows: list[Row]) -> pl.DataFrame:
    """Join every printed number with its row, in the order of the publication."""
    by_key = {tuple(str(getattr(row, key)) for key in TABLE_KEYS): row for row in rows}
    figures = publication.figures if publication else ()
    records = [
        record
        for number, figure in enumerate(figures, start=1)
        for record in _records(number, figure, by_key)
    ]
    return pl.DataFrame(records, schema=dict(PUBLISHED_COLUMNS))


def published_findings(frame: pl.DataFrame) -> Iterator[Finding]:
    """Tell of every published figure that is not computed."""
    for record in frame.filter(pl.col("agreement") == Agreement.NOT_COMPUTED).iter_rows(named=True):
        where = f"{record['name']} ({record['bound']}), printed {record['printed']}"
        key = " / ".join(record[name] for name in TABLE_KEYS if record[name])
        what = f"is published and not computed: {record['reason']} ({key})"
        remedy = "declare in study.yaml what the figure needs, or correct its `row` in published.yaml"
        yield Finding(Severity.WARNING, "PUBLISHED-NOT-COMPUTED", "", "", where, what, remedy)


def _records(
    number: int, figure: Figure, by_key: Mapping[tuple[str, ...], Row]
) -> Iterator[dict[str, object]]:
    key = {name: str(getattr(figure.row, name)) for name in TABLE_KEYS}
    row = by_key.get(tuple(key.values()))
    for bound, printed in figure.texts:
        value, text, reason = _computed(row, figure.unit, bound, printed)
        yield {
            "number": number,
            "bound": bound,
            "name": figure.name,
            **key,
            "printed": printed,
            "unit": figure.unit.value,
            "place": figure.place,
            "quote": figure.quote,
            "value": value,
            "computed": text,
            "agreement": _agreement(printed, text).value,
            "inside": _inside(row, figure.unit, printed) if bound == "value" else "",
            "reason": reason,
            "note": figure.note or "",
            "impossible": figure.why_impossible(bound),
        }


def _computed(row: Row | None, unit: Unit, bound: str, printed: str) -> tuple[float | None, str, str]:
    """The number in the unit of the publication, its text, and why there is none."""
    if row is None:
        return None, "", NO_ROW
    if unit is Unit.DATE:
        return None, day_as_printed(row.text, printed), ""
    value: float | None = getattr(row, bound)
    if value is None and NOT_REACHED in row.text:
        return None, NOT_REACHED, ""
    if value is None:
        return None, "", row.text or NO_BOUND
    scaled = _in_unit(Decimal(repr(value)), row)
    return float(scaled), rounded(scaled, decimals(printed)), ""


def _in_unit(value: Decimal, row: Row) -> Decimal:
    """Give a proportion in percent, and everything else as it is."""
    return value * _PER_CENT if statistics()[row.statistic].unit == "proportion" else value


def rounded(value: Decimal, places: int) -> str:
    """Round halves away from zero, as a person would.

    >>> rounded(Decimal("55.55"), 1), rounded(Decimal("0.5"), 0)
    ('55.6', '1')
    """
    return str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def day_as_printed(day: str, printed: str) -> str:
    """Write an ISO day as the publication writes its days.

    >>> day_as_printed("2019-12-24", "Dec 20, 2019"), day_as_printed("2022-01-31", "January 2022")
    ('Dec 24, 2019', 'January 2022')
    """
    style = _PRINTED_DAY.match(printed)
    if style is None:
        return day
    year, month, of_month = day.split("-")
    name = MONTH_NAMES[int(month) - 1]
    name = name[:_SHORT] if len(style[1]) == _SHORT else name
    return f"{name} {int(of_month)}, {year}" if style[2] else f"{name} {year}"


def _agreement(printed: str, computed: str) -> Agreement:
    if not computed:
        return Agreement.NOT_COMPUTED
    return Agreement.EQUAL if printed == computed else Agreement.DIFFERS


def _inside(row: Row | None, unit: Unit, printed: str) -> str:
    """Whether the printed number lies in the interval of the row: yes, no, or "" where there is none."""
    if row is None or unit is Unit.DATE or row.level is None or (row.low is None and row.high is None):
        return ""
    number = Decimal(printed)
    above = row.low is None or number >= _in_unit(Decimal(repr(row.low)), row)
    below = row.high is None or number <= _in_unit(Decimal(repr(row.high)), row)
    return "yes" if above and below else "no"
