"""A number known of each subject, related to response and to times: what all biomarkers have in common."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from trialwright.analyse.baseline import quantile_type_2
from trialwright.analyse.comparison import (
    UNSTRATIFIED,
    Model,
    Pair,
    hazard_rows,
    log_rank_rows,
    pair_label,
)
from trialwright.analyse.rows import NOT_ESTIMABLE, finite
from trialwright.analyse.time_to_event import median_row
from trialwright.rulebook import read_table
from trialwright.stats.concordance import concordance
from trialwright.stats.cox import cox
from trialwright.stats.logrank import UNWEIGHTED
from trialwright.stats.ranks import area_under_curve, mann_whitney
from trialwright.stats.survival import ConfType, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from trialwright.analyse.rows import Cell, Row
    from trialwright.analyse.times import Times
    from trialwright.protocol.endpoints import TimeToEventEndpoint

SECTION = "biomarker"
RESPONDERS, NON_RESPONDERS = "responders", "non-responders"
ANALYSED = "measured"
QUARTILES = "median with quartiles (R type 2)"
PER_SD = "per standard deviation"


@cache
def fewest_events() -> int:
    """Read below how many events an estimate of a Cox model is called unstable."""
    return int(read_table("biomarkers.toml")["times"]["fewest_events"])


@dataclass(frozen=True)
class Scale:
    """How a marker enters a Cox model and how its halves are called."""

    unit: str
    """What a hazard ratio is of: "per doubling"; per standard deviation divides by it."""
    high: str
    low: str
    cut: float | None = None
    """High is above it; the median where None."""


def left_out(cell: Cell, reasons: Mapping[str, str], size: int) -> Iterator[Row]:
    """Count who is left out, by reason; `reasons` has "" for who is not."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for subject, reason in reasons.items():
        by_reason[reason].append(subject)
    yield cell.count(ANALYSED, by_reason.pop("", []), n=size)
    for reason, subjects in sorted(by_reason.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        yield cell.count("left_out", subjects, n=size, item=reason)


def quartiles(cell: Cell, statistic: str, values: Mapping[str, float], *, item: str = "") -> Row:
    """Give the median of the values with their quartiles as limits."""
    if not values:
        return cell.statement(statistic, f"{NOT_ESTIMABLE}: nobody has a value", item=item, n=0)
    array = np.array(list(values.values()))
    low, middle, high = (quantile_type_2(array, share) for share in (0.25, 0.5, 0.75))
    return cell.number(
        statistic, middle, values, item=item, interval=(low, high), method=QUARTILES, n=len(values)
    )


def against_response(
    cell: Cell, values: Mapping[str, float], responders: Sequence[str], statistic: str, level: float
) -> Iterator[Row]:
    """Relate the values to response: median by response, AUC, rank-biserial correlation, Mann–Whitney.

    `cell` is that of all subjects; the area is the chance that a responder has the larger value.
    """
    chosen = set(responders)
    first = {one: value for one, value in values.items() if one in chosen}
    second = {one: value for one, value in values.items() if one not in chosen}
    yield quartiles(cell.at(group=RESPONDERS), statistic, first)
    yield quartiles(cell.at(group=NON_RESPONDERS), statistic, second)
    pair = cell.at(group=pair_label(RESPONDERS, NON_RESPONDERS))
    if not first or not second:
        text = f"{NOT_ESTIMABLE}: no {RESPONDERS if not first else NON_RESPONDERS} with a value"
        for name in ("auc", "rank_biserial", "mann_whitney_p"):
            yield pair.statement(name, text, values, n=len(values))
        return
    yield from _compared(pair, first, second, level)


def _compared(
    pair: Cell, first: Mapping[str, float], second: Mapping[str, float], level: float
) -> Iterator[Row]:
    """AUC, rank-biserial correlation and test of two samples with a value each."""
    values = (*first, *second)
    one, other = (np.array(list(part.values())) for part in (first, second))
    area, test = area_under_curve(one, other, level), mann_whitney(one, other)
    yield pair.number(
        "auc",
        area.value,
        values,
        interval=(area.low, area.high),
        level=level,
        method=area.method,
        n=len(values),
        events=len(first),
        text=area.reason,
    )
    yield pair.number(
        "rank_biserial",
        test.rank_biserial,
        values,
        interval=(2 * area.low - 1, 2 * area.high - 1),
        level=level,
        method=f"2 AUC − 1; {area.method}",
        n=len(values),
        text=area.reason,
    )
    yield pair.number("mann_whitney_p", test.p, values, method=test.method, n=len(values))


def against_time(
    cell: Cell, times: Times, values: Mapping[str, float], scale: Scale, stated: TimeToEventEndpoint
) -> Iterator[Row]:
    """Relate the values to a time: Cox, concordance, then high against low.

    `times` holds the subjects analysed, each with a value; `cell` is that of all subjects.
    """
    x = np.array([values[subject] for subject in times.subjects])
    yield cell.count("event_count", times.those(times.event), n=times.size)
    yield from _hazard(cell, times, x, scale, stated.level)
    yield _concordance(cell, times, x, stated.level)
    high, low = halves(times, values, scale)
    conf_type = ConfType(stated.conf_type.value)
    for name, members in ((scale.high, high), (scale.low, low)):
        here, place = times.among(members), cell.at(group=name)
        yield place.count("subjects", here.subjects, n=times.size)
        yield place.count("event_count", here.those(here.event), n=here.size)
        if here.size:
            curve = kaplan_meier(here.days, here.event, conf_type=conf_type, level=stated.level)
            yield median_row(place, here, curve, statistic="median_time")
        else:
            yield place.statement("median_time", f"{NOT_ESTIMABLE}: nobody is in this half", n=0)
    pair = Pair.of(times, (scale.high, high), (scale.low, low))
    everyone = np.ones(times.size, dtype=np.bool_)
    model = Model(UNSTRATIFIED, None, np.empty((times.size, 0)), (), everyone)
    compared = cell.at(group=pair.label)
    yield from (row for row in hazard_rows(compared, pair, model, stated.level) if row.statistic != "warning")
    yield from log_rank_rows(compared, pair, None, UNSTRATIFIED, UNWEIGHTED)


def halves(times: Times, values: Mapping[str, float], scale: Scale) -> tuple[list[str], list[str]]:
    """Split the subjects: high above the cut, or above the median of those analysed; ties are low."""
    if not times.size:
        return [], []
    cut = scale.cut
    if cut is None:
        cut = float(np.median([values[subject] for subject in times.subjects]))
    high = [subject for subject in times.subjects if values[subject] > cut]
    return high, [subject for subject in times.subjects if values[subject] <= cut]


def _hazard(cell: Cell, times: Times, x: NDArray[np.float64], scale: Scale, level: float) -> Iterator[Row]:
    """Hazard ratio for one unit more, with its Wald p, or why there is none."""
    method, events = "Cox, Efron ties, Wald", times.event_count
    estimate: tuple[float | None, ...] = (None, None, None, None)
    obstacle = _obstacle(times, x)
    if not obstacle:
        unit = float(np.std(x, ddof=1)) if scale.unit == PER_SD else 1.0
        fit = cox(times.days, times.event, x[:, None] / unit, names=(scale.unit,), level=level)
        if fit.aliased[0] or fit.monotone[0] or not fit.converged:
            obstacle = "; ".join(fit.warnings)
        else:
            estimate = (fit.hr[0], fit.low[0], fit.high[0], fit.p[0])
            if finite(estimate[0]) is None:
                obstacle = "the hazard ratio is too large to write"
    few = f"unstable: {events} events, fewer than {fewest_events()}" if events < fewest_events() else ""
    text = f"{NOT_ESTIMABLE}: {obstacle}" if obstacle else few
    ratio, low, high, p = estimate
    yield cell.number(
        "hazard_ratio",
        ratio,
        times.subjects,
        item=scale.unit,
        interval=(low, high),
        level=level,
        method=method,
        n=times.size,
        events=events,
        text=text,
    )
    yield cell.number(
        "hazard_ratio_p",
        p,
        times.subjects,
        item=scale.unit,
        method=method,
        n=times.size,
        events=events,
        text=text,
    )


def _obstacle(times: Times, x: NDArray[np.float64]) -> str:
    if not times.size:
        return "nobody is analysed"
    if not times.event_count:
        return "no events"
    return "" if np.ptp(x) > 0 else "everybody has the same value"


def _concordance(cell: Cell, times: Times, x: NDArray[np.float64], level: float) -> Row:
    if not times.size:
        return cell.statement("concordance", f"{NOT_ESTIMABLE}: nobody is analysed", n=0)
    found = concordance(times.days, times.event, x, level=level)
    return cell.number(
        "concordance",
        found.value,
        times.subjects,
        interval=(found.low, found.high),
        level=level,
        method=found.method,
        n=times.size,
        events=times.event_count,
        text=f"{NOT_ESTIMABLE}: {found.reason}" if found.reason else "",
    )
