"""Bayesian stopping: Lee and Liu's published design to the digit, and facts about BOP2."""

import math

import pytest
from scipy import stats

from trialwright.errors import ArgumentError
from trialwright.stats.bayesian_monitoring import (
    BetaPrior,
    bop2,
    predictive_plan,
    predictive_probability,
)
from trialwright.stats.multi_stage import course

# Lee and Liu 2008, typed from memory and found again in base R by reference/r/published_designs.R:
# p0 0.2, p1 0.4, prior Beta(0.2, 0.8), a look after each subject from 10 to 36
REJECTION_REGIONS = {10: 0, 17: 1, 21: 2, 24: 3, 27: 4, 29: 5, 31: 6, 33: 7, 34: 8, 35: 9, 36: 10}


@pytest.mark.parametrize("target", [0.852, 0.9, 0.922])
def test_predictive_design_of_lee_and_liu(target):
    looks = tuple(range(10, 37))
    plan = predictive_plan(looks, 0.2, BetaPrior(0.2, 0.8), 0.001, target)
    regions = {}
    for n, accept in zip(looks, plan.accept, strict=True):
        if accept >= 0 and accept not in regions.values():
            regions[n] = accept
    assert regions == REJECTION_REGIONS
    null, alternative = course(plan, 0.2), course(plan, 0.4)
    assert round(null.rejects, 3) == 0.088
    assert round(alternative.rejects, 3) == 0.906
    assert round(null.expected_size, 2) == 27.67
    assert round(sum(null.stop_for_futility[:-1]), 2) == 0.86


def test_predictive_probability_is_beta_binomial():
    expected = stats.betabinom.sf(5 - 1, 20, 0.2 + 4, 0.8 + 12)
    assert math.isclose(predictive_probability(BetaPrior(0.2, 0.8), 4, 16, 36, 9), expected, rel_tol=1e-10)


def test_bop2_keeps_alpha_and_stops_only_below_its_bound():
    looks = (10, 20, 30, 40)
    found = bop2(looks, 0.2, 0.4, 0.1)
    assert found.null.rejects <= 0.1
    for n, accept in zip(looks, found.plan.accept, strict=True):
        bound = found.scale * (n / 40) ** found.power_of_fraction
        assert stats.beta.sf(0.2, 0.2 + accept + 1, 0.8 + n - accept - 1) >= bound
        if accept >= 0:
            assert stats.beta.sf(0.2, 0.2 + accept, 0.8 + n - accept) < bound


def test_a_larger_alpha_never_lowers_bop2s_power():
    powers = [bop2((10, 20, 30), 0.2, 0.4, alpha).alternative.rejects for alpha in (0.05, 0.1, 0.2)]
    assert powers == sorted(powers)


def test_looks_that_do_not_ascend_are_refused():
    with pytest.raises(ArgumentError, match="ascending"):
        bop2((20, 10), 0.2, 0.4, 0.1)
    with pytest.raises(ArgumentError, match="shapes"):
        BetaPrior(0.0, 1.0)
