"""More abstracts without an error, of other habits than real_abstracts.py, from six real data sets.

`wider(seed)` draws patients of lung, colon, veteran, ovarian, pbc or gbsg (R's survival), a cut-off and an
author: who may print one-sided limits, intervals of a score, a likelihood, a t or a bootstrap, odds and
risk ratios with exact or Woolf limits, differences, adjusted or stratified hazard ratios with P of another
test, times in weeks, days or years, months for dates, means, quartiles, evaluable subjects, no level or no
counts at all. Proportions and tables are by SciPy or by the formula, curves by `trialwright.stats`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from real_abstracts import INTERVALS, Author, read
from scipy import optimize
from scipy import stats as scipy_stats
from scipy.stats import contingency

from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.survival import kaplan_meier, reverse_kaplan_meier

SETS = {
    "lung": ("1", "2"),
    "colon": ("Obs", "Lev"),
    "veteran": ("smallcell", "adeno"),
    "ovarian": ("1", "2"),
    "pbc": ("1", "2"),
    "gbsg": ("0", "1"),
}
COVARIATE = {"lung": "karno", "colon": "nodes", "veteran": "karno"}
DAYS = {"month": 30.4375, "week": 7.0, "day": 1.0, "year": 365.25}
DECIMALS = {"month": (1, 1, 2), "week": (0, 1), "day": (0,), "year": (1, 2)}


def _student(k, n, level):
    values = [1] * k + [0] * (n - k)
    if k in {0, n}:
        return k / n, k / n
    low, high = scipy_stats.t.interval(level, n - 1, loc=k / n, scale=scipy_stats.sem(values))
    return max(low, 0), min(high, 1)


def _likelihood(k, n, level):
    floor = scipy_stats.chi2.ppf(level, 1)

    def drop(p):
        best = scipy_stats.binom.logpmf(k, n, k / n)
        return 2 * (best - scipy_stats.binom.logpmf(k, n, p)) - floor

    if k == 0:
        return 0.0, 1 - math.exp(-floor / 2 / n)
    if k == n:
        return math.exp(-floor / 2 / n), 1.0
    return optimize.brentq(drop, 1e-12, k / n), optimize.brentq(drop, k / n, 1 - 1e-12)


def _mid_p(k, n, level):
    tail, pmf = (1 - level) / 2, scipy_stats.binom.pmf
    low, high = 0.0, 1.0
    if k:
        low = optimize.brentq(lambda p: scipy_stats.binom.sf(k, n, p) + pmf(k, n, p) / 2 - tail, 0, 1)
    if k < n:
        high = optimize.brentq(lambda p: scipy_stats.binom.cdf(k - 1, n, p) + pmf(k, n, p) / 2 - tail, 0, 1)
    return low, high


def _bootstrap(k, n, level):
    rates = np.random.default_rng(k * 1000 + n).binomial(n, k / n, 20_000) / n
    tail = 100 * (1 - level) / 2
    return tuple(np.percentile(rates, [tail, 100 - tail], method="inverted_cdf"))


def _corrected(k, n, level):
    p = k / n
    half = scipy_stats.norm.isf((1 - level) / 2) * math.sqrt(p * (1 - p) / n) + 0.5 / n
    return max(p - half, 0), min(p + half, 1)


WIDER = (*INTERVALS, _student, _likelihood, _mid_p, _bootstrap, _corrected)


class WiderAuthor(Author):
    """An author of more habits; one in three prints no level, and some no counts."""

    def __init__(self, rng):
        super().__init__(rng)
        self.interval = WIDER[rng.integers(len(WIDER))]
        self.level = float(rng.choice([0.95, 0.95, 0.90, 0.80]))
        self.unit = str(rng.choice(["month", "month", "week", "day", "year"]))
        self.time_decimals = int(rng.choice(DECIMALS[self.unit]))
        self.ratio_decimals = int(rng.choice([2, 2, 3]))
        self.prints_level = rng.random() < 0.7
        self.prints_counts = rng.random() < 0.7
        self.model = str(rng.choice(["plain", "adjusted", "stratified"]))
        self.table = str(rng.choice(["odds", "risk", "exact", "difference", "newcombe"]))
        self.table_test = str(rng.choice(["fisher", "chi2", "yates", "g"]))

    def time(self, days):
        return self.print(days / DAYS[self.unit], self.time_decimals)

    def with_level(self, claim):
        return claim | ({"level": 100 * self.level} if self.prints_level else {})


def _patients(rng):
    name = str(rng.choice(list(SETS)))
    rows = [row for row in read(name) if row["group"] in SETS[name]]
    size = min(len(rows), int(rng.choice([26, 40, 67, 120, 200, 300])))
    chosen = [rows[at] for at in rng.choice(len(rows), size, replace=False)]
    column = COVARIATE.get(name, "covariate")
    chosen = [row for row in chosen if row[column] not in {"", "NA"}]
    time, event, age, covariate = (
        np.array([float(row[key]) for row in chosen]) for key in ("time", "event", "age", column)
    )
    arm = np.array([row["group"] == SETS[name][0] for row in chosen])
    start = rng.integers(0, 500, arm.size)
    reach = int(rng.choice([700, 1200, 2500, 5000])) + int(start.max()) - start
    event = np.where(time > reach, 0, event).astype(int)
    return np.minimum(time, reach), event, arm, age, covariate, start, int((reach + start)[0])


def _day(rng, offset):
    text = str(np.datetime64("2012-05-21") + np.timedelta64(int(offset), "D"))
    return text if rng.random() < 0.6 else text[:7]


def _curve(author, time, event, name, population):
    curve = kaplan_meier(time, event, conf_type=author.conf_type, level=author.level)
    base = {"endpoint": "PFS", "population": population, "unit": author.unit}
    median = curve.median()
    ci = [None if math.isnan(one) else author.time(one) for one in (median.low, median.high)]
    value = None if math.isnan(median.value) else author.time(median.value)
    yield author.with_level({"id": name, "type": "median", "value": value, "ci": ci, **base})
    for months in (6, 18, 36):
        days = months * DAYS["month"]
        if days < time.max():
            rate = curve.at([days])[0]
            percent = author.print(100 * rate.survival, author.percent_decimals)
            claim = {"id": f"{name}_{months}", "type": "landmark", "time": str(months), "percent": percent}
            limits = [author.print(100 * one, author.percent_decimals) for one in (rate.low, rate.high)]
            claim |= base | {"unit": "month"}
            yield author.with_level(claim | {"ci": limits}) if not math.isnan(rate.low) else claim


def _ratio(author, rng, time, event, arm, covariate):
    columns, strata = arm.astype(float)[:, None], None
    if author.model == "adjusted":
        columns = np.column_stack([columns[:, 0], covariate])
    if author.model == "stratified":
        strata = (covariate > np.median(covariate)).astype(int)
    fit = cox(time, event, columns, strata=strata)
    if not fit.converged or event.sum() < 8 or not fit.se[0] < 1.5:
        return
    b, se = float(fit.beta[0]), float(fit.se[0])
    z = scipy_stats.norm.isf((1 - author.level) / 2)
    low, value, high = (author.print(math.exp(b + step * se), author.ratio_decimals) for step in (-z, 0, z))
    if float(low) < 0.05:
        return
    tests = {
        "wald": 2 * scipy_stats.norm.sf(abs(b) / se),
        "logrank": logrank(time, event, arm, strata=strata).p,
        "one-sided": scipy_stats.norm.sf(abs(b) / se),
    }
    p = author.p(tests[str(rng.choice(list(tests)))])
    claim = {"id": "pfs_hr", "type": "ratio", "endpoint": "PFS", "value": value, "ci": [low, high], "p": p}
    adjusted = {"adjusted": "yes"} if author.model == "adjusted" else {}
    yield author.with_level(claim | {"contrast": ["A", "B"]} | adjusted)
    if b < 0:
        percent = author.print(100 * (1 - math.exp(b)), 0)
        yield {"id": "reduction", "type": "reduction", "of": "pfs_hr", "percent": percent}
    kind = str(rng.choice(["superior", "non_inferior", "no_difference"]))
    yield {"id": "verdict", "type": "conclusion", "kind": kind, "endpoint": "PFS"}


def _rate(author, name, population, k, n):
    low, high = (
        author.print(100 * one, author.percent_decimals) for one in author.interval(k, n, author.level)
    )
    claim = {"id": name, "type": "percent", "population": population, "percent": author.percent(k, n)}
    counts = {"k": k} if author.prints_counts else {}
    return author.with_level(claim | counts | {"ci": [low, high]})


def _tests(k, m, j, n):
    cells = [[k, m - k], [j, n - j]]
    return {
        "fisher": scipy_stats.fisher_exact(cells).pvalue,
        "chi2": scipy_stats.chi2_contingency(cells, correction=False).pvalue,
        "yates": scipy_stats.chi2_contingency(cells, correction=True).pvalue,
        "g": scipy_stats.chi2_contingency(cells, correction=False, lambda_="log-likelihood").pvalue,
    }


def _newcombe(k, m, j, n, level):
    a, b = (scipy_stats.binomtest(x, y).proportion_ci(level, "wilson") for x, y in ((k, m), (j, n)))
    p, q = k / m, j / n
    return p - q - math.hypot(p - a.low, b.high - q), p - q + math.hypot(a.high - p, q - b.low)


def _compared(author, k, m, j, n):
    """One comparison of the two response rates, by counts that leave no cell empty."""
    if 0 in {k, m - k, j, n - j}:
        return
    p = author.p(_tests(k, m, j, n)[author.table_test])
    base = {"p": p, "of": ["orr_A", "orr_B"]}
    if author.table in {"difference", "newcombe"}:
        gap, z = k / m - j / n, scipy_stats.norm.isf((1 - author.level) / 2)
        margin = z * math.sqrt(k * (m - k) / m**3 + j * (n - j) / n**3)
        limits = (gap - margin, gap + margin)
        if author.table == "newcombe":
            limits = _newcombe(k, m, j, n, author.level)
        value, low, high = (author.print(100 * one, 1) for one in (gap, *limits))
        yield author.with_level(
            base | {"id": "orr_gap", "type": "difference", "value": value, "ci": [low, high]}
        )
        return
    if author.table == "risk":
        found = contingency.relative_risk(k, m, j, n)
        value, limits = found.relative_risk, found.confidence_interval(author.level)
    else:
        kind = "conditional" if author.table == "exact" else "sample"
        found = contingency.odds_ratio([[k, m - k], [j, n - j]], kind=kind)
        value, limits = found.statistic, found.confidence_interval(author.level)
    value, low, high = (author.print(one, author.ratio_decimals) for one in (value, *limits))
    measure = "risk" if author.table == "risk" else "odds"
    claim = base | {"id": "orr_ratio", "type": "ratio", "measure": measure, "value": value}
    yield author.with_level(claim | {"ci": [low, high]})


def _responses(author, rng, sizes):
    share = rng.uniform(0.05, 0.7)
    (k, m), (j, n) = ((int(rng.binomial(sizes[arm], share)), sizes[arm]) for arm in ("A", "B"))
    yield _rate(author, "orr_A", "A", k, m)
    yield _rate(author, "orr_B", "B", j, n)
    yield from _compared(author, k, m, j, n)
    evaluable = sizes["evaluable"]
    controlled = int(rng.integers(0, evaluable + 1))
    yield _rate(author, "dcr", "evaluable", controlled, evaluable)
    complete = int(rng.integers(0, k + 1))
    yield {"id": "cr_A", "type": "count", "k": complete, "population": "A"}
    yield {"id": "pr_A", "type": "count", "k": k - complete, "population": "A"}
    yield {"id": "responses", "type": "partition", "parts": ["cr_A", "pr_A"], "total": "orr_A"}
    low = scipy_stats.binomtest(controlled, evaluable, alternative="greater").proportion_ci(author.level)
    claim = {"id": "control", "type": "percent", "endpoint": "control", "k": controlled, "n": evaluable}
    limit = author.print(100 * low.low, author.percent_decimals)
    yield author.with_level(claim | {"ci": [limit, None]})
    for at, arm in enumerate(("A", "B", "A", "B", "A", "B")):
        percent = author.percent(int(rng.integers(0, sizes[arm] + 1)), sizes[arm])
        yield {"id": f"ae_{at}", "type": "percent", "population": arm, "column": arm, "percent": percent}


def _people(author, rng, age, sizes):
    low, middle, high = (author.print(one, 1) for one in np.percentile(age, [25, 50, 75]))
    ends = [author.print(one, 1) for one in (age.min(), age.max())]
    if rng.random() < 0.5:
        yield {"id": "age", "type": "summary", "value": middle, "quartiles": [low, high], "range": ends}
    else:
        mean = author.print(age.mean(), 1)
        yield {"id": "age", "type": "summary", "statistic": "mean", "value": mean, "range": ends}
    rest = sizes["all"] - sizes["evaluable"]
    parts = {"evaluable": "evaluable", "not evaluable": rest}
    yield {"id": "flow", "type": "partition", "parts": parts, "total": "all"}


def wider(seed: int) -> dict[str, Any]:
    """One abstract as the content of a claims file."""
    rng = np.random.default_rng(90_000 + seed)
    author = WiderAuthor(rng)
    time, event, arm, age, covariate, start, cutoff = _patients(rng)
    sizes = {"all": int(arm.size), "A": int(arm.sum()), "B": int((~arm).sum())}
    sizes["evaluable"] = sizes["all"] - int(rng.integers(1, max(sizes["all"] // 8, 2)))
    study = {"id": f"wider-{seed}", "enrolled": sizes["all"], "cutoff": _day(rng, cutoff)}
    study["accrual"] = [_day(rng, start.min()), _day(rng, start.max())]
    populations = {"all": sizes["all"], "evaluable": {"n": sizes["evaluable"], "of": "all"}}
    populations |= {name: {"n": sizes[name], "of": "all", "arm": "yes"} for name in ("A", "B")}
    claims = [*_people(author, rng, age, sizes), *_responses(author, rng, sizes)]
    for name, population, inside in (("pfs", "all", arm | ~arm), ("pfs_A", "A", arm), ("pfs_B", "B", ~arm)):
        claims += _curve(author, time[inside], event[inside], name, population)
    claims += _ratio(author, rng, time, event, arm, covariate)
    claims.append({"id": "pfs_events", "type": "count", "label": "events", "k": int(event.sum())})
    claims += _follow_up(author, rng, time, event)
    return {"study": study, "populations": populations, "claims": claims}


def _follow_up(author, rng, time, event):
    if rng.random() < 0.5:
        value, *limits = (author.time(one) for one in (np.median(time), time.min(), time.max()))
        yield {"id": "fu", "type": "follow_up", "value": value, "range": limits, "unit": author.unit}
        return
    median = reverse_kaplan_meier(time, event, level=author.level).median()
    if not math.isnan(median.value):
        ci = [None if math.isnan(one) else author.time(one) for one in (median.low, median.high)]
        claim = {"id": "fu", "type": "follow_up", "value": author.time(median.value), "ci": ci}
        yield author.with_level(claim | {"unit": author.unit})
