"""Biomarkers, exploratory: serum markers on therapy and neoantigen fitness, against response and times.

Rows stand under the marker as `endpoint` and the outcome as `variant`. Every p-value of the section is
given again adjusted for their number, in two families: one test a marker and outcome, and the comparisons
of halves, which repeat the same question with less information.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.biomarker_fitness import fitness_curves, fitness_rows
from trialwright.analyse.biomarker_outcome import SECTION
from trialwright.analyse.biomarker_serum import serum_curves, serum_rows
from trialwright.analyse.results import CURVE_COLUMNS, TOTAL
from trialwright.analyse.rows import Cell
from trialwright.stats.multiplicity import benjamini_hochberg, holm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

EXPLORATORY = (
    "Exploratory: no analysis of this section was part of the sample size, and none can confirm a marker. "
    "Associations are not effects; halves are cut at the median of these very data."
)
MAIN, HALVES = "one test a marker and outcome", "halves compared"
_FAMILIES = {"mann_whitney_p": MAIN, "hazard_ratio_p": MAIN, "logrank_p": HALVES}
_ADJUSTED: dict[str, tuple[str, Callable[[Sequence[float]], NDArray[np.float64]]]] = {
    "p_bh": ("Benjamini–Hochberg", benjamini_hochberg),
    "p_holm": ("Holm", holm),
}


def biomarker(context: Context) -> list[Row]:
    """Give every row of the section; none where the study declares no biomarkers."""
    stated = context.study.biomarkers
    rows: list[Row] = []
    if stated.serum is not None:
        rows += serum_rows(context, stated.serum)
    if stated.fitness is not None:
        rows += fitness_rows(context, stated.fitness)
    if not rows:
        return []
    label = Cell(SECTION, "biomarkers", context.main_population, TOTAL)
    return [label.statement("exploratory", EXPLORATORY), *_with_adjusted(rows)]


def biomarker_curves(context: Context) -> pl.DataFrame:
    """Give the Kaplan–Meier curves of the halves, in the shape of the results."""
    stated = context.study.biomarkers
    records: list[tuple[object, ...]] = []
    if stated.serum is not None:
        records += serum_curves(context, stated.serum)
    if stated.fitness is not None:
        records += fitness_curves(context, stated.fitness)
    frame = pl.DataFrame(records, schema=dict(CURVE_COLUMNS), orient="row")
    return frame.with_columns(pl.col("low", "high").fill_nan(None))


def _with_adjusted(rows: Sequence[Row]) -> Iterator[Row]:
    """Put the adjusted p-values behind each p-value that is one of a family."""
    adjusted = _adjusted(rows)
    for place, row in enumerate(rows):
        yield row
        yield from adjusted.get(place, ())


def _family(row: Row) -> str:
    """The family of a p-value; the Wald p of two halves repeats their log-rank test and is in none."""
    compared = " vs " in row.group
    if row.statistic == "hazard_ratio_p" and compared:
        return ""
    return _FAMILIES.get(row.statistic, "") if row.value is not None else ""


def _adjusted(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for family in (MAIN, HALVES):
        places = [place for place, row in enumerate(rows) if _family(row) == family]
        values = [value for place in places if (value := rows[place].value) is not None]
        for statistic, (name, adjust) in _ADJUSTED.items():
            for place, value in zip(places, adjust(values).tolist() if values else (), strict=True):
                method = f"{name} over {len(values)} tests: {family}"
                row = replace(rows[place], statistic=statistic, value=value, method=method, text="", item="")
                found.setdefault(place, []).append(row)
    return found
