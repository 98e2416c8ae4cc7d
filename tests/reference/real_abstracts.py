"""Abstracts without an error, computed from real patients: lung, colon and veteran of R's survival package.

`abstract(seed)` draws patients, a data cut-off, a way of rounding, an interval method and a test, and writes
the claims that an honest author would print. Proportions are by SciPy, curves by `trialwright.stats`
(which tests/reference holds against R). `planted()` are the same abstracts with one error each.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from copy import deepcopy
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats as scipy_stats

from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.survival import ConfType, kaplan_meier, reverse_kaplan_meier

DATA = Path(__file__).parent / "data"
MONTH = 30.4375
ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)
SETS = {"lung": ("1", "2"), "colon": ("Obs", "Lev+5FU"), "veteran": ("squamous", "large")}


def _wald(k, n, level):
    p, z = k / n, scipy_stats.norm.isf((1 - level) / 2)
    half = z * math.sqrt(p * (1 - p) / n)
    return max(p - half, 0), min(p + half, 1)


def _agresti(k, n, level):
    z = scipy_stats.norm.isf((1 - level) / 2)
    m, q = n + z * z, (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(q * (1 - q) / m)
    return max(q - half, 0), min(q + half, 1)


def _jeffreys(k, n, level):
    a = (1 - level) / 2
    low = scipy_stats.beta.ppf(a, k + 0.5, n - k + 0.5) if k else 0.0
    return low, scipy_stats.beta.isf(a, k + 0.5, n - k + 0.5) if k < n else 1.0


def _scipy(method):
    def limits(k, n, level):
        found = scipy_stats.binomtest(k, n).proportion_ci(level, method)
        return found.low, found.high

    return limits


INTERVALS = (_scipy("exact"), _scipy("wilson"), _scipy("wilsoncc"), _wald, _agresti, _jeffreys)


def read(name):
    with (DATA / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


class Author:
    """The habits of one author: how to round, which interval, which test."""

    def __init__(self, rng):
        self.rounding = ROUNDINGS[rng.choice(3, p=[0.5, 0.3, 0.2])]
        self.percent_decimals = int(rng.choice([0, 1, 1, 2]))
        self.interval = INTERVALS[rng.integers(len(INTERVALS))]
        self.level = float(rng.choice([0.95, 0.95, 0.95, 0.90]))
        self.conf_type = (ConfType.LOG_LOG, ConfType.LOG, ConfType.PLAIN)[rng.integers(3)]
        self.test = str(rng.choice(["wald", "logrank", "lr"]))

    def print(self, value, decimals):
        return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), self.rounding))

    def percent(self, k, n):
        exact = Decimal(100 * int(k)) / Decimal(int(n))
        return str(exact.quantize(Decimal(1).scaleb(-self.percent_decimals), self.rounding))

    def p(self, value):
        return "<0.001" if value < 0.001 else self.print(value, 3)


def _patients(rng):
    name = str(rng.choice(list(SETS)))
    rows = [row for row in read(name) if row["group"] in SETS[name]]
    size = min(len(rows), int(rng.choice([24, 40, 67, 90, 140])))
    chosen = [rows[at] for at in rng.choice(len(rows), size, replace=False)]
    time = np.array([float(row["time"]) for row in chosen])
    event = np.array([int(row["event"]) for row in chosen])
    arm = np.array([row["group"] == SETS[name][0] for row in chosen])
    age = np.array([float(row["age"]) for row in chosen])
    start = np.array([rng.integers(0, 400) for _ in chosen])
    cutoff = int(rng.integers(500, 1800))
    reach = cutoff - start
    event = np.where(time > reach, 0, event)
    return np.minimum(time, reach), event, arm, age, start, cutoff


def _day(offset):
    return str(np.datetime64("2015-03-02") + np.timedelta64(int(offset), "D"))


def _median(author, time, event, name, population):
    claims = []
    curve = kaplan_meier(time, event, conf_type=author.conf_type, level=author.level)
    median = curve.median()
    ci = [None if math.isnan(one) else author.print(one / MONTH, 1) for one in (median.low, median.high)]
    value = None if math.isnan(median.value) else author.print(median.value / MONTH, 1)
    base = {"endpoint": "OS", "population": population, "unit": "month"}
    claims.append(
        {"id": name, "type": "median", "value": value, "ci": ci, "level": 100 * author.level, **base}
    )
    for months in (6, 12, 24):
        rate = curve.at([months * MONTH])[0]
        if months * MONTH < time.max():
            percent = author.print(100 * rate.survival, author.percent_decimals)
            claims.append(
                {
                    "id": f"{name}_{months}",
                    "type": "landmark",
                    "time": str(months),
                    "percent": percent,
                    **base,
                }
            )
    return claims


def _ratio(author, time, event, arm):
    fit = cox(time, event, arm.astype(float)[:, None])
    if not fit.converged or event.sum() < 5 or fit.se[0] > 2:
        return []
    z = scipy_stats.norm.isf((1 - author.level) / 2)
    b, se = float(fit.beta[0]), float(fit.se[0])
    p = {
        "wald": 2 * scipy_stats.norm.sf(abs(b) / se),
        "logrank": logrank(time, event, arm).p,
        "lr": fit.lr_test.p,
    }
    low, value, high = (author.print(math.exp(b + step * se), 2) for step in (-z, 0, z))
    if float(low) < 0.05 or float(value) == 0:
        return []
    claim = {
        "id": "os_hr",
        "type": "ratio",
        "endpoint": "OS",
        "value": value,
        "ci": [low, high],
        "contrast": ["A", "B"],
    }
    claims = [claim | {"level": 100 * author.level, "p": author.p(p[author.test])}]
    if float(value) < 1:
        percent = author.print(100 * (1 - math.exp(b)), 0)
        claims.append({"id": "reduction", "type": "reduction", "endpoint": "OS", "percent": percent})
    return claims


def _rates(author, rng, arm, sizes):
    claims = []
    responded = rng.random(arm.size) < 0.4
    controlled = responded | (rng.random(arm.size) < 0.4)
    for name, flags in (("orr", responded), ("dcr", controlled)):
        for population, inside in (("A", arm), ("B", ~arm)):
            k, n = int(flags[inside].sum()), int(inside.sum())
            low, high = (author.print(100 * one, 1) for one in author.interval(k, n, author.level))
            base = {"id": f"{name}_{population}", "endpoint": name.upper(), "population": population}
            claim = base | {"type": "proportion", "k": k, "percent": author.percent(k, n)}
            claims.append(claim | {"ci": [low, high], "level": 100 * author.level})
    for at in range(3):
        k = int(rng.integers(0, sizes["all"] + 1))
        percent = author.percent(k, sizes["all"])
        claims.append(
            {"id": f"event_{at}", "type": "percent", "population": "all", "column": "ae", "percent": percent}
        )
    female = int(rng.integers(0, sizes["all"] + 1))
    parts = {"female": female, "male": sizes["all"] - female}
    claims.append({"id": "sex", "type": "partition", "parts": parts, "total": "all"})
    return claims


def abstract(seed: int) -> dict[str, Any]:
    """One abstract as the content of a claims file."""
    rng = np.random.default_rng(seed)
    author = Author(rng)
    time, event, arm, age, start, cutoff = _patients(rng)
    sizes = {"all": int(arm.size), "A": int(arm.sum()), "B": int((~arm).sum())}
    follow_up = reverse_kaplan_meier(time, event, level=author.level).median()
    study = {"id": f"real-{seed}", "enrolled": sizes["all"], "cutoff": _day(cutoff)}
    study["accrual"] = [_day(start.min()), _day(start.max())]
    populations = {"all": sizes["all"], "A": {"n": sizes["A"], "of": "all", "arm": "yes"}}
    populations["B"] = {"n": sizes["B"], "of": "all", "arm": "yes"}
    claims = [
        {
            "id": "age",
            "type": "summary",
            "value": author.print(np.median(age), 0),
            "range": [author.print(age.min(), 0), author.print(age.max(), 0)],
        },
        {"id": "registration", "type": "registration", "number": f"NCT{seed:08d}"},
    ]
    claims += _rates(author, rng, arm, sizes)
    claims += _median(author, time, event, "os", "all")
    claims += _median(author, time[arm], event[arm], "os_A", "A")
    claims += _median(author, time[~arm], event[~arm], "os_B", "B")
    claims += _ratio(author, time, event, arm)
    if not math.isnan(follow_up.value):
        value = author.print(follow_up.value / MONTH, 1)
        claims.append({"id": "fu", "type": "follow_up", "value": value, "unit": "month", "population": "all"})
    return {"study": study, "populations": populations, "claims": claims}


def find(content, name):
    return next(claim for claim in content["claims"] if claim["id"] == name)


def _shift(text, units):
    decimals = len(text.partition(".")[2])
    return str(Decimal(text) + units * Decimal(1).scaleb(-decimals))


Plant = Callable[[dict[str, Any]], str]


def _percent_of_count(content):
    claim = find(content, "orr_A")
    claim["percent"] = _shift(claim["percent"], 3)
    claim["ci"] = None
    return "orr_A"


def _impossible_percent(content):
    content["populations"]["small"] = 27
    content["claims"].append({"id": "rash", "type": "percent", "population": "small", "percent": "18.6"})
    return "rash"


def _count_above_total(content):
    find(content, "dcr_A")["k"] = content["populations"]["A"]["n"] + 1
    return "dcr_A"


def _part(content):
    find(content, "sex")["parts"]["female"] += 1
    return "sex"


def _arms(content):
    content["populations"]["A"]["n"] += 10
    for claim in content["claims"]:
        if claim.get("population") == "A":
            claim["k"] = claim["percent"] = claim["ci"] = None
    content["claims"] = [one for one in content["claims"] if one.get("population") != "A"]
    return "populations.A"


def _lower_limit(content):
    claim = find(content, "orr_B")
    claim["ci"][0] = _shift(claim["ci"][0], 61)
    return "orr_B"


def _outside_interval(content):
    claim = find(content, "dcr_B")
    claim["ci"] = [_shift(claim["percent"], 1), "99.9"]
    return "dcr_B"


def _ratio_digit(content):
    claim = find(content, "os_hr")
    claim["value"] = _shift(claim["ci"][1], -1)
    return "os_hr"


def _ratio_limit(content):
    claim = find(content, "os_hr")
    claim["ci"][1] = str(3 * Decimal(claim["ci"][1]))
    return "os_hr"


def _ratio_p(content):
    claim = find(content, "os_hr")
    claim["p"] = "0.001" if Decimal(claim["p"].removeprefix("<")) > Decimal("0.05") else "0.901"
    return "os_hr"


def _too_narrow(content):
    claim = find(content, "os_hr")
    claim["value"], claim["ci"], claim["p"] = "0.80", ["0.76", "0.84"], "<0.001"
    return "os_hr"


def _median_outside(content):
    claim = find(content, "os")
    claim["value"] = _shift(claim["ci"][0], -5)
    return "os"


def _median_landmark(content):
    median = float(find(content, "os")["value"])
    base = {"endpoint": "OS", "population": "all", "unit": "month", "type": "landmark"}
    content["claims"].append(base | {"id": "late", "time": str(math.ceil(2 * median)), "percent": "63.0"})
    return "late"


def _rising(content):
    claim = find(content, "os_12")
    claim["percent"] = _shift(find(content, "os_6")["percent"], 20)
    return "os_12"


def _no_such_day(content):
    content["study"]["cutoff"] = "2019-09-31"
    return "study.cutoff"


def _dates_swapped(content):
    content["study"]["accrual"].reverse()
    return "study.accrual[1]"


def _beyond(content):
    find(content, "fu")["value"] = "99.5"
    return "fu"


def _reduction(content):
    value = find(content, "os_hr")["value"]
    content["claims"] = [one for one in content["claims"] if one["id"] != "reduction"]
    wrong = str(round(100 * (1 - float(value))) + 9)
    content["claims"].append(
        {"id": "reduction", "type": "reduction", "endpoint": "OS", "percent": wrong.lstrip("-")}
    )
    return "reduction"


def _registration(content):
    find(content, "registration")["number"] = "NCT0123456"
    return "registration"


def _response_above_control(content):
    orr, dcr = find(content, "orr_B"), find(content, "dcr_B")
    orr["k"], dcr["k"] = dcr["k"], orr["k"]
    orr["percent"], dcr["percent"] = dcr["percent"], orr["percent"]
    orr["ci"], dcr["ci"] = dcr["ci"], orr["ci"]
    return "orr_B"


def _age(content):
    claim = find(content, "age")
    claim["value"] = _shift(claim["range"][1], 2)
    return "age"


def _progression_after_death(content):
    value = _shift(find(content, "os")["value"], 25)
    content["claims"].append(
        {"id": "pfs", "type": "median", "value": value, "unit": "month", "population": "all"}
    )
    return "pfs"


PLANTS: tuple[Plant, ...] = (
    _percent_of_count,
    _impossible_percent,
    _count_above_total,
    _part,
    _arms,
    _lower_limit,
    _outside_interval,
    _ratio_digit,
    _ratio_limit,
    _ratio_p,
    _too_narrow,
    _median_outside,
    _median_landmark,
    _rising,
    _no_such_day,
    _dates_swapped,
    _beyond,
    _reduction,
    _registration,
    _response_above_control,
    _age,
    _progression_after_death,
)


def planted(content: dict[str, Any], plant: Plant) -> tuple[dict[str, Any], str]:
    """A copy with one error, and the claim that holds it."""
    copy = deepcopy(content)
    return copy, plant(copy)
