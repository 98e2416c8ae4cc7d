"""LB and VS: blood and serum markers over the cycles, body size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.simulate.facts import lab_tests
from trialwright.simulate.plan import scheduled_blood
from trialwright.simulate.records.cast import Cast, in_order, number_text, words
from trialwright.simulate.scan_rules import NEVER

if TYPE_CHECKING:
    from trialwright.simulate.parameters import Bools, Floats, Ints

SCREENING = "SCREENING"
PER_CENT = 100
MARKER_DECIMALS = 1


@dataclass(frozen=True)
class Test:
    """What LB says of a test besides its result."""

    code: str
    name: str
    category: str
    unit: str
    low: float | None
    high: float | None
    decimals: int


@dataclass(frozen=True)
class Samples:
    """Blood samples as rows, and the values of the tests made of them, samples × tests."""

    row: Ints
    day: Ints
    cycle: Ints
    cycle_day: Ints
    baseline: Bools
    values: Floats
    tests: tuple[Test, ...]


def _blood(cast: Cast) -> Samples:
    course = cast.course
    samples = course.samples.astype(np.int64)
    row = np.repeat(np.arange(cast.count), samples)
    place = np.arange(len(row)) - np.repeat(np.cumsum(samples) - samples, samples)
    at = course.first_sample[row] + place
    day = course.sample_day[at].astype(np.int64)
    cycle = course.sample_cycle[at].astype(np.int64)
    cycle_day = course.sample_cycle_day[at].astype(np.int64)
    # a sample on the day on which the next cycle began is that cycle's day 1
    following = np.minimum(cycle, course.cycle_day.shape[1] - 1)
    starts_next = (cycle > 0) & (cycle < course.cycles[row]) & (course.cycle_day[row, following] == day)
    tests = tuple(
        Test(one.code, one.name, one.category, one.unit, one.low, one.high, one.decimals)
        for one in lab_tests()
    )
    return Samples(
        row=row,
        day=day,
        cycle=cycle + starts_next,
        cycle_day=np.where(starts_next, 1, cycle_day),
        baseline=place == 0,
        values=course.blood[at].astype(np.float64),
        tests=tests,
    )


def _serum(cast: Cast) -> Samples | None:
    markers = cast.plan.assumptions.markers
    if markers is None:
        return None
    course = cast.course
    row, place = np.nonzero(course.marker_day != NEVER)
    cycles = np.array([1, *markers.cycles], np.int64)
    tests = tuple(
        Test(code, one.label, "SERUM MARKER", one.unit, None, None, MARKER_DECIMALS)
        for code, one in markers.tests.items()
    )
    return Samples(
        row=row,
        day=course.marker_day[row, place].astype(np.int64),
        cycle=cycles[place],
        cycle_day=np.ones(len(row), np.int64),
        baseline=place == 0,
        values=course.marker[row, place].astype(np.float64),
        tests=tests,
    )


def _visits(samples: Samples, scheduled: Ints) -> tuple[pl.Series, Floats]:
    """Return VISIT and VISITNUM: SCREENING, C2D8, or UNSCHEDULED on a day that the protocol does not name."""
    names, order = [SCREENING], {0: 0}
    key = np.where(samples.cycle == 0, 0, samples.cycle * PER_CENT + samples.cycle_day)
    planned = np.isin(samples.cycle_day, scheduled) | (samples.cycle == 0)
    for one in np.unique(key[planned & (samples.cycle > 0)]).tolist():
        order[one] = len(names)
        names.append(f"C{one // PER_CENT}D{one % PER_CENT}")
    names.append("UNSCHEDULED")
    different, where = np.unique(key, return_inverse=True)
    table = np.array([order.get(one, len(names) - 1) for one in different.tolist()], np.int64)
    return words(names, table[where]), key / PER_CENT


def lb(cast: Cast) -> pl.DataFrame:
    """Make laboratory results, serum markers included."""
    scheduled = np.array(scheduled_blood(cast.plan.study), np.int64)
    samples = [one for one in (_blood(cast), _serum(cast)) if one is not None]
    frames = [_lb_part(cast, one, scheduled, number) for number, one in enumerate(samples)]
    joined = pl.concat(frames)
    order = in_order(
        joined["ROW"].to_numpy(),
        joined["DAY"].to_numpy(),
        joined["PART"].to_numpy(),
        joined["TEST"].to_numpy(),
    )
    sorted_rows = joined[order]
    row = sorted_rows["ROW"].to_numpy()
    columns = {
        name: sorted_rows[name] for name in sorted_rows.columns if name not in {"ROW", "DAY", "PART", "TEST"}
    }
    return cast.frame("LB", row, columns)


def _lb_part(cast: Cast, samples: Samples, scheduled: Ints, part: int) -> pl.DataFrame:
    tests, size = samples.tests, len(samples.row)
    test = np.repeat(np.arange(len(tests)), size)
    place = np.tile(np.arange(size), len(tests))
    visit, number = _visits(samples, scheduled)
    date = cast.dates(samples.row, samples.day)
    study_day = cast.study_day(samples.row, samples.day)
    text = pl.concat([number_text(samples.values[:, one], tests[one].decimals) for one in range(len(tests))])
    low = [None if one.low is None else f"{one.low:g}" for one in tests]
    high = [None if one.high is None else f"{one.high:g}" for one in tests]
    limits = {"low": [one.low for one in tests], "high": [one.high for one in tests]}
    return pl.DataFrame(
        {
            "ROW": samples.row[place],
            "DAY": samples.day[place],
            "PART": np.full(len(place), part),
            "TEST": test,
            "LBTESTCD": words([one.code for one in tests], test),
            "LBTEST": words([one.name for one in tests], test),
            "LBCAT": words([one.category for one in tests], test),
            "LBORRES": text,
            "LBORRESU": words([one.unit for one in tests], test),
            "LBORNRLO": words(low, test),
            "LBORNRHI": words(high, test),
            "LBSTRESC": text,
            "LBSTRESN": text.cast(pl.Float64),
            "LBSTRESU": words([one.unit for one in tests], test),
            "LBSTNRLO": pl.Series(limits["low"], dtype=pl.Float64).gather(test),
            "LBSTNRHI": pl.Series(limits["high"], dtype=pl.Float64).gather(test),
            "LBNRIND": words(["LOW", "NORMAL", "HIGH", None], _range(samples)),
            "LBBLFL": words([None, "Y"], samples.baseline.astype(np.int64)[place]),
            "VISITNUM": number[place],
            "VISIT": visit.gather(place),
            "LBDTC": date.gather(place),
            "LBDY": study_day.gather(place),
        }
    )


def _range(samples: Samples) -> Ints:
    """Return 0, 1, 2 for low, normal, high; 3 for a test without limits; test by test."""
    parts = []
    for place, test in enumerate(samples.tests):
        values = np.round(samples.values[:, place], test.decimals)
        if test.low is None or test.high is None:
            parts.append(np.full(len(values), 3))
        else:
            parts.append(1 + (values > test.high).astype(np.int64) - (values < test.low).astype(np.int64))
    return np.concatenate(parts)


def vs(cast: Cast) -> pl.DataFrame:
    """Make vital signs: height and weight before treatment, by which doses are computed."""
    base = cast.patients.baseline
    row = np.repeat(np.arange(cast.count), 2)
    kind = np.tile(np.arange(2), cast.count)
    value = np.stack([base.height_cm.astype(np.float64), base.weight_kg.astype(np.float64)], axis=1).ravel()
    text = number_text(value, 1)
    day = cast.consent[row]
    return cast.frame(
        "VS",
        row,
        {
            "VSTESTCD": words(["HEIGHT", "WEIGHT"], kind),
            "VSTEST": words(["Height", "Weight"], kind),
            "VSORRES": text,
            "VSORRESU": words(["cm", "kg"], kind),
            "VSSTRESC": text,
            "VSSTRESN": value,
            "VSSTRESU": words(["cm", "kg"], kind),
            "VSBLFL": "Y",
            "VISITNUM": 0.0,
            "VISIT": SCREENING,
            "VSDTC": cast.dates(row, day),
            "VSDY": cast.study_day(row, day),
        },
    )
