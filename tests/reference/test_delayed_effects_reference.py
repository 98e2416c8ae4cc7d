"""Weighted log-rank statistics, MaxCombo, restricted means and normal rectangles against R.

Frozen by r/delayed_effects.R and r/delayed_power.R. mvtnorm's algorithms for singular correlations are
stochastic: its error is about 1e-7 there, 1e-14 for two and three variables (TVPACK), 1e-9 for four on a
grid (Miwa).
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from trialwright.stats.delayed_effect import changing_hazard, weighted_limits
from trialwright.stats.delayed_trials import TrialTests, count_decisions
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.logrank import UNWEIGHTED, fleming_harrington, logrank
from trialwright.stats.maxcombo import LATE_EARLY_MIDDLE, maxcombo
from trialwright.stats.normal_rectangle import probability_outside
from trialwright.stats.restricted_means import restricted_means
from trialwright.stats.trial_model import trial_model

HERE = Path(__file__).parent
R = json.loads((HERE / "delayed_effects.json").read_text())
RPACT = json.loads((HERE / "delayed_power.json").read_text())["cases"]
STOCHASTIC = 2e-6


def label(case):
    return case["name"] + (" in strata" if case["stratified"] else "")


def columns(case):
    with (HERE / "data" / f"{case['name']}.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["group"] in case["groups"]]
    time, event = (np.array([float(row[key]) for row in rows]) for key in ("time", "event"))
    second = np.array([case["groups"].index(row["group"]) for row in rows])
    return time, event, second, np.array([row["stratum"] for row in rows]) if case["stratified"] else None


def found(case):
    time, event, second, strata = columns(case)
    return maxcombo(time, event, second, strata=strata)


@pytest.mark.parametrize("case", R["data"], ids=label)
def test_statistics_and_covariances_equal_survdiff(case):
    ours = found(case)
    assert np.allclose(ours.excess, case["excess"], rtol=1e-9, atol=1e-12)
    assert np.allclose(ours.covariance, case["covariance"], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("case", R["data"], ids=label)
def test_p_values_of_maxcombo_equal_mvtnorm(case):
    ours = found(case)
    assert math.isclose(ours.p, case["p"], abs_tol=STOCHASTIC)
    assert math.isclose(ours.p_first_better, case["p_higher"], abs_tol=STOCHASTIC)
    assert math.isclose(ours.p_second_better, case["p_lower"], abs_tol=STOCHASTIC)


@pytest.mark.parametrize("case", R["data"], ids=label)
def test_each_statistic_is_the_test_of_its_weight_alone(case):
    time, event, second, strata = columns(case)
    ours = found(case)
    for weight, z in zip(LATE_EARLY_MIDDLE, ours.z, strict=True):
        alone = logrank(
            time, event, second, strata=strata, weight=fleming_harrington(weight.rho, weight.gamma)
        )
        assert math.isclose(z, alone.z, rel_tol=1e-9)


@pytest.mark.parametrize("case", R["data"], ids=label)
def test_restricted_means_equal_survfit(case):
    time, event, second, _ = columns(case)
    ours = restricted_means(time, event, second, case["tau"])
    assert np.allclose([mean.value for mean in ours.means], case["means"], rtol=1e-9)
    assert np.allclose([mean.std_error for mean in ours.means], case["errors"], rtol=1e-9)
    error = math.hypot(*case["errors"])
    assert math.isclose(ours.z, (case["means"][1] - case["means"][0]) / error, rel_tol=1e-9)


@pytest.mark.parametrize("case", R["rectangles"], ids=lambda case: f"{len(case['upper'])} variables")
def test_rectangles_equal_mvtnorm(case):
    lower, upper = [[float(limit) for limit in case[side]] for side in ("lower", "upper")]
    exact = 1e-12 if len(upper) < 4 else 1e-8
    assert math.isclose(1.0 - probability_outside(lower, upper, case["corr"]), case["p"], abs_tol=exact)


@pytest.mark.parametrize("case", R["data"], ids=label)
def test_singular_rectangles_equal_scipy(case):
    covariance = np.array(case["covariance"])
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    limits = np.array([1.9, 2.2, 1.5, 2.0])
    theirs = multivariate_normal(np.zeros(4), correlation, allow_singular=True, seed=1)
    inside = theirs.cdf(limits, lower_limit=-limits)
    assert math.isclose(1.0 - probability_outside(-limits, limits, correlation), inside, abs_tol=1e-4)


@pytest.mark.parametrize("case", RPACT, ids=lambda case: f"delay {case['delay']}, ratio {case['ratio']}")
def test_power_of_the_log_rank_test_under_delay_is_near_rpacts_simulation(case):
    """rpact waits for events, ours for a date: up to a point apart where the effect is late and strong."""
    control, lost = Hazard.of_median(12.0), dropout_hazard(0.05, 12.0)
    experimental = changing_hazard(control, (float(case["delay"]),), (case["ratio"],))
    trial = TwoArms(Arm(control, lost), Arm(experimental, lost), Accrual(24.0), 12.0)
    n = case["n"]
    assert abs(n * trial.event_share() - case["events"]) < 1.0
    sums = count_decisions(
        trial_model(n // 2, n // 2, trial), TrialTests((UNWEIGHTED,), 0, 0.0, 0.025), 7, 0, 40_000
    )
    assert abs(sums.first.value - case["power"]) < 0.016
    assert abs(weighted_limits(trial, (UNWEIGHTED,)).power(n, 0.025) - case["power"]) < 0.02
