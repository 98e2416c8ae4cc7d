"""The shape of results: long frames that a report prints and never recomputes.

`table` holds one number a row, with the subjects behind it; `curves` the steps of the Kaplan–Meier
curves; `changes` the subjects whose event time differs between the primary analysis and a variant;
`disagreements` the visits at which derived and recorded response differ; `published` every number that
a publication of the study prints, beside the row it corresponds to. What each `statistic` means
stands in rulebook/statistics.toml.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.vocabulary import statistics
from trialwright.errors import ContractError
from trialwright.protocol import duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.findings import Finding

DAYS_PER_MONTH = duration.DAYS_PER_MONTH
"""365.25 / 12: the length of a month wherever days are shown as months."""

TOTAL = "Total"
"""The group that holds every subject."""

PRIMARY = "primary"
"""The variant of an endpoint that the study file states first."""

TABLE_COLUMNS: Mapping[str, pl.DataType] = {
    "section": pl.String(),  # disposition, baseline, response, target, time-to-event, follow-up, exposure
    "endpoint": pl.String(),  # an endpoint of the study, a baseline variable, or the section's own name
    "variant": pl.String(),  # primary, or the name of a sensitivity variant
    "population": pl.String(),  # an analysis set of the study, or "screened"
    "group": pl.String(),  # a group of the study, Total, or a comparison "A vs B" (B is the reference)
    "statistic": pl.String(),  # a word of rulebook/statistics.toml
    "item": pl.String(),  # what the statistic is of: category, reason, months, set, subject; else ""
    "value": pl.Float64(),  # null where there is none; `text` then says why
    "low": pl.Float64(),
    "high": pl.Float64(),
    "level": pl.Float64(),  # of the interval, 0.95
    "method": pl.String(),
    "n": pl.Int64(),  # the denominator
    "events": pl.Int64(),  # the numerator: events, responders, subjects of the category
    "text": pl.String(),  # what the number alone does not say: not estimable and why, a verdict, a warning
    "subjects": pl.List(pl.String()),  # the subjects behind the number, sorted
    "origin": pl.String(),  # recorded, simulated or reconstructed
}
TABLE_KEYS = ("section", "endpoint", "variant", "population", "group", "statistic", "item")

CURVE_COLUMNS: Mapping[str, pl.DataType] = {
    "endpoint": pl.String(),
    "variant": pl.String(),
    "population": pl.String(),
    "group": pl.String(),
    "time": pl.Float64(),  # months; each curve starts at 0
    "survival": pl.Float64(),  # just after this time
    "low": pl.Float64(),
    "high": pl.Float64(),
    "at_risk": pl.Int64(),  # just before this time
    "events": pl.Int64(),  # at this time
    "censored": pl.Int64(),  # at this time
}
CURVE_KEYS = ("endpoint", "variant", "population", "group", "time")

CHANGE_COLUMNS: Mapping[str, pl.DataType] = {
    "endpoint": pl.String(),
    "variant": pl.String(),
    "group": pl.String(),
    "subject": pl.String(),
    "from_status": pl.String(),  # event, censored or absent: in the primary analysis
    "from_date": pl.Date(),
    "from_days": pl.Float64(),
    "from_reason": pl.String(),
    "to_status": pl.String(),  # the same in the variant
    "to_date": pl.Date(),
    "to_days": pl.Float64(),
    "to_reason": pl.String(),
    "why": pl.String(),  # one sentence
}
CHANGE_KEYS = ("endpoint", "variant", "subject")

DISAGREEMENT_COLUMNS: Mapping[str, pl.DataType] = {
    "subject": pl.String(),
    "group": pl.String(),
    "date": pl.Date(),
    "visit": pl.String(),
    "derived": pl.String(),  # from the lesions; "" where there is none
    "recorded": pl.String(),  # as the assessor wrote it; "" where there is none
    "reason": pl.String(),  # of the derived response
}
DISAGREEMENT_KEYS = ("subject", "date", "visit")

PUBLISHED_COLUMNS: Mapping[str, pl.DataType] = {
    "number": pl.Int64(),  # of the figure, in the order of the publication
    "bound": pl.String(),  # value, low or high: what of the row the printed number is
    "name": pl.String(),
    **{key: pl.String() for key in TABLE_KEYS},  # the row that the figure corresponds to
    "printed": pl.String(),  # verbatim
    "unit": pl.String(),
    "place": pl.String(),
    "quote": pl.String(),
    "value": pl.Float64(),  # computed, in the unit of the publication; null where there is none
    "computed": pl.String(),  # the same, as precise as the printed number
    "agreement": pl.String(),  # equal as printed, differs, not computed
    "inside": pl.String(),  # whether the printed number lies in the computed interval: yes, no, or ""
    "reason": pl.String(),  # why it is not computed
    "note": pl.String(),
    "impossible": pl.String(),  # why it cannot be as printed
}
PUBLISHED_KEYS = ("number", "bound")


@dataclass(frozen=True)
class Results:
    """Every number of a study's report, in long frames of a fixed shape and order."""

    study: str
    origin: str
    table: pl.DataFrame
    curves: pl.DataFrame
    changes: pl.DataFrame
    disagreements: pl.DataFrame
    published: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(PUBLISHED_COLUMNS)))
    findings: tuple[Finding, ...] = ()

    def select(
        self,
        *,
        section: str | None = None,
        endpoint: str | None = None,
        variant: str | None = None,
        population: str | None = None,
        group: str | None = None,
        statistic: str | None = None,
        item: str | None = None,
    ) -> pl.DataFrame:
        """Give the rows of `table` that match every key given, in the order of the table."""
        wanted = {
            "section": section,
            "endpoint": endpoint,
            "variant": variant,
            "population": population,
            "group": group,
            "statistic": statistic,
            "item": item,
        }
        given = [pl.col(key) == value for key, value in wanted.items() if value is not None]
        return self.table.filter(*given) if given else self.table

    def curve(self, endpoint: str, group: str, *, variant: str = PRIMARY) -> pl.DataFrame:
        """Give the steps of one Kaplan–Meier curve in the order of time; empty where there is none."""
        return self.curves.filter(
            pl.col("endpoint") == endpoint, pl.col("group") == group, pl.col("variant") == variant
        )


def check_results(results: Results) -> Results:
    """Return the results unchanged if they keep the contract.

    Raises:
        ContractError: a column is missing or of another type, a key repeats, a number is NaN or
            infinite, an interval does not hold its value, or a value is null without a text.
    """
    _check_frame("results.table", results.table, TABLE_COLUMNS, TABLE_KEYS)
    _check_frame("results.curves", results.curves, CURVE_COLUMNS, CURVE_KEYS)
    _check_frame("results.changes", results.changes, CHANGE_COLUMNS, CHANGE_KEYS)
    _check_frame("results.disagreements", results.disagreements, DISAGREEMENT_COLUMNS, DISAGREEMENT_KEYS)
    _check_frame("results.published", results.published, PUBLISHED_COLUMNS, PUBLISHED_KEYS)
    _check_values(results.table)
    return results


def _check_frame(
    name: str, frame: pl.DataFrame, columns: Mapping[str, pl.DataType], keys: tuple[str, ...]
) -> None:
    """Columns, types, keys, and no number that is not finite."""
    if dict(frame.schema) != dict(columns):
        raise ContractError.at(name, f"columns {dict(frame.schema)}", expected=str(dict(columns)))
    repeated = frame.filter(frame.select(keys).is_duplicated())
    if repeated.height:
        raise ContractError.at(name, f"key {repeated.select(keys).row(0)} occurs more than once")
    for column, dtype in columns.items():
        if dtype == pl.Float64() and not frame[column].drop_nulls().is_finite().all():
            raise ContractError.at(name, f"column {column} holds a number that is not finite")
        if dtype == pl.String() and frame[column].null_count():
            raise ContractError.at(
                name, f"column {column} holds null", expected='text, "" where there is none'
            )


def _check_values(table: pl.DataFrame) -> None:
    """Statistics are of the vocabulary; an interval holds its value; what has no value says why."""
    unknown = sorted(set(table["statistic"]) - set(statistics()))
    if unknown:
        raise ContractError.at(
            "results.table", f"statistic {unknown[0]!r}", expected="a word of statistics.toml"
        )
    outside = table.filter((pl.col("low") > pl.col("value")) | (pl.col("high") < pl.col("value")))
    if outside.height:
        raise ContractError.at("results.table", f"value outside its interval at {outside.row(0)}")
    silent = table.filter(pl.col("value").is_null() & (pl.col("text") == ""))
    if silent.height:
        raise ContractError.at(
            "results.table", f"neither value nor text at {silent.select(TABLE_KEYS).row(0)}"
        )
