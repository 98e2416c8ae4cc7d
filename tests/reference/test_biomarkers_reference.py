"""coin, wilcox.test, pROC, p.adjust and survival::concordance, frozen by r/biomarkers.R; agreement 1e-9.

pROC gives an interval of no width where the samples do not overlap; ours says that there is none.
"""

import csv
import json
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from trialwright.stats import multiplicity, ranks
from trialwright.stats.concordance import concordance

HERE = Path(__file__).parent
R = json.loads((HERE / "biomarkers.json").read_text())


def same(what, ours, theirs, rel=1e-9):
    assert math.isclose(ours, theirs, rel_tol=rel, abs_tol=1e-13), f"{what}: ours {ours!r}, R {theirs!r}"


@pytest.mark.parametrize("name", R["two"])
def test_mann_whitney_equals_coin_exact_and_wilcox_test(name):
    case = R["two"][name]
    found = ranks.mann_whitney(case["x"], case["y"])
    same(f"{name} U", found.u, case["u"])
    expected = case["normal"] if case["exact"] is None else case["exact"]
    same(f"{name} p", found.p, expected)
    if case["plain"] is not None:
        same(f"{name} p without ties", found.p, case["plain"])


def test_normal_approximation_equals_wilcox_test_for_every_sample(monkeypatch):
    monkeypatch.setattr(ranks, "EXACT_UP_TO", 0)
    for name, case in R["two"].items():
        same(f"{name} normal p", ranks.mann_whitney(case["x"], case["y"]).p, case["normal"])


def test_exact_p_is_the_share_of_all_allocations_counted_one_by_one():
    case = R["two"]["unequal"]
    values = np.array(case["x"] + case["y"])
    midranks = np.array([(values < one).sum() + ((values == one).sum() + 1) / 2 for one in values])
    mean = midranks.mean() * 3
    distance = abs(midranks[:3].sum() - mean)
    sums = [midranks[list(chosen)].sum() for chosen in combinations(range(len(values)), 3)]
    share = np.mean([abs(one - mean) >= distance - 1e-9 for one in sums])
    same("enumeration", ranks.mann_whitney(case["x"], case["y"]).p, share)


@pytest.mark.parametrize("name", R["two"])
def test_area_and_delong_interval_equal_proc(name):
    case = R["two"][name]
    found = ranks.area_under_curve(case["x"], case["y"])
    same(f"{name} AUC", found.value, case["auc"])
    if case["auc"] in (0, 1):
        assert math.isnan(found.low)
        assert "do not overlap" in found.reason
    else:
        same(f"{name} low", found.low, case["low"])
        same(f"{name} high", found.high, case["high"])


def test_adjusted_p_values_equal_p_adjust():
    for case in R["adjusted"]:
        for name, adjust in (("holm", multiplicity.holm), ("bh", multiplicity.benjamini_hochberg)):
            for ours, theirs in zip(adjust(case["p"]), case[name], strict=True):
                same(f"{name} of {case['p']}", ours, theirs)


@pytest.mark.parametrize("name", R["concordance"])
def test_concordance_and_its_standard_error_equal_survival(name):
    with (HERE / "data" / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    time, event = ([float(row[key]) for row in rows] for key in ("time", "event"))
    case = R["concordance"][name]
    found = concordance(time, event, case["x"])
    same(f"{name} C", found.value, case["value"])
    same(f"{name} standard error", found.std_error, case["se"])
