"""Base R's intervals and exact tests, frozen by r/proportions.R; survMisc's log-rank for gamma > 0.

Agreement is 1e-9 relative. R's own Fisher odds ratio and limits come from `uniroot` at its default
tolerance (2 % where they are far from 1) and are compared to that; the test beside it checks ours by
definition. survMisc's variance leaves out survdiff's correction for ties: compared where none are tied.
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nchypergeom_fisher

from trialwright.stats import proportions
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.tables import Continuity, cmh, fisher_exact

HERE = Path(__file__).parent
R = json.loads((HERE / "proportions.json").read_text())
HARRINGTON = json.loads((HERE / "fleming_harrington.json").read_text())
ONE = ["clopper_pearson", "wilson", "wilson_cc", "mid_p", "jeffreys", "agresti_coull", "wald"]


def same(what, ours, theirs, rel=1e-9, small=1e-13):
    for one, other in zip(ours, theirs, strict=True):
        assert math.isclose(one, other, rel_tol=rel, abs_tol=small), f"{what}: ours {one!r}, R {other!r}"


@pytest.mark.parametrize("method", ONE)
def test_interval_of_a_proportion_equals_r(method):
    compared = 0
    for case in R["one"]:
        if case.get(method):
            found = getattr(proportions, method)(case["k"], case["n"], case["level"])
            same(
                f"{method} {case['k']}/{case['n']} at {case['level']}", (found.low, found.high), case[method]
            )
            compared += 1
    assert compared >= 45


@pytest.mark.parametrize("method", ["newcombe", "miettinen_nurminen"])
def test_interval_of_a_difference_equals_r(method):
    for case in R["two"]:
        counts = [case[key] for key in ("k1", "n1", "k2", "n2")]
        found = getattr(proportions, method)(*counts, case["level"])
        same(f"{method} {counts}", (found.low, found.high), case[method])


def table_of(case):
    return [[case["k1"], case["n1"] - case["k1"]], [case["k2"], case["n2"] - case["k2"]]]


def test_fisher_p_equals_r():
    for case in R["two"]:
        same(f"Fisher {table_of(case)}", [fisher_exact(table_of(case)).p], [case["fisher"]], small=0.0)


def test_fisher_odds_ratio_equals_r_to_the_digits_that_r_has():
    for case in R["two"]:
        found = fisher_exact(table_of(case))
        theirs = [math.inf if x is None else x for x in (case["fisher_odds"], *case["fisher_limits"])]
        if case["k1"] + case["k2"] in {0, case["n1"] + case["n2"]}:
            assert found.reason
            continue
        if case["level"] == 0.95:
            same(f"odds {table_of(case)}", (found.odds_ratio, found.low, found.high), theirs, rel=2e-2)


@pytest.mark.parametrize(
    "table", [[[3, 1], [1, 3]], [[9, 1], [3, 7]], [[56, 14], [48, 32]], [[91, 250], [64, 279]]]
)
def test_fisher_limits_leave_exactly_the_tail_probability(table):
    (a, b), (c, d) = table
    found = fisher_exact(table)
    urn = (a + b + c + d, a + b, a + c)
    assert math.isclose(nchypergeom_fisher.mean(*urn, found.odds_ratio), a, rel_tol=1e-9)
    assert math.isclose(nchypergeom_fisher.sf(a - 1, *urn, found.low), 0.025, rel_tol=1e-9)
    assert math.isclose(nchypergeom_fisher.cdf(a, *urn, found.high), 0.025, rel_tol=1e-9)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("continuity", list(Continuity))
def test_cmh_equals_mantelhaen(which, continuity):
    case = R["cmh"][which]
    theirs = case[continuity.value]
    found = cmh(case["tables"], continuity)
    same(
        "chi2",
        [found.chi2, found.odds_ratio, found.low, found.high],
        [theirs["chi2"], theirs["odds_ratio"], *theirs["limits"]],
    )
    same("p", [found.p], [theirs["p"]], small=0.0)


@pytest.mark.parametrize(
    ("counts", "newcombe", "miettinen_nurminen"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339), (0.0528, 0.3382)),
        ((9, 10, 3, 10), (0.1705, 0.8090), (0.1700, 0.8406)),
        ((5, 56, 0, 29), (-0.0381, 0.1926), (-0.0326, 0.1933)),
    ],
)
def test_differences_equal_the_table_printed_by_newcombe_1998(counts, newcombe, miettinen_nurminen):
    for method, printed in (("newcombe", newcombe), ("miettinen_nurminen", miettinen_nurminen)):
        found = getattr(proportions, method)(*counts)
        assert (round(found.low, 4), round(found.high, 4)) == printed


@pytest.mark.parametrize(
    ("method", "printed"),
    [
        ("wald", (0.2522, 0.3638)),
        ("wilson", (0.2553, 0.3662)),
        ("wilson_cc", (0.2535, 0.3682)),
        ("clopper_pearson", (0.2527, 0.3676)),
        ("mid_p", (0.2544, 0.3658)),
    ],
)
def test_81_of_263_equals_the_table_printed_by_newcombe_1998(method, printed):
    found = getattr(proportions, method)(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == printed


@pytest.mark.parametrize("name", list(HARRINGTON))
def test_fleming_harrington_with_late_weight_equals_survmisc(name):
    with (HERE / "data" / f"{name}.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    time, event = ([float(row[key]) for row in rows] for key in ("time", "event"))
    group = np.array([row["group"] for row in rows])
    theirs = HARRINGTON[name]
    for rho, gamma, excess, variance in zip(*theirs.values(), strict=True):
        found = logrank(time, event, group, weight=fleming_harrington(rho, gamma))
        same("excess", [abs(found.observed[1] - found.expected[1])], [abs(excess)])
        if len(set(time)) == len(time):
            same("variance", [found.variance[1, 1]], [variance])
