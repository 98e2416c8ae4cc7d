"""Group sequential designs as facts: error is spent as said, one look is the fixed design."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from trialwright.errors import ArgumentError
from trialwright.stats.group_sequential import (
    Futility,
    FutilityRule,
    Interim,
    conditional_power,
    current_trend,
    predictive_power,
    sequential_plan,
)
from trialwright.stats.spending import HwangShihDeCani, OBrienFleming, Pocock

RULES = [OBrienFleming(), Pocock(), HwangShihDeCani(-4.0), HwangShihDeCani(0.0)]
THREE = (0.4, 0.7, 1.0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)
def test_every_look_spends_what_the_function_says(rule):
    plan = sequential_plan(THREE, 0.025, 0.2, rule)
    spent = np.cumsum(plan.outlook(0.0).efficacy)
    assert np.allclose(spent, [rule.spent(t, 0.025) for t in THREE[:-1]] + [0.025], rtol=1e-7)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)
def test_all_spending_functions_end_at_the_total(rule):
    assert math.isclose(rule.spent(1.0, 0.025), 0.025, rel_tol=1e-12)


def test_one_look_is_the_fixed_design():
    plan = sequential_plan((1.0,), 0.025, 0.1, OBrienFleming())
    assert math.isclose(plan.efficacy[0], stats.norm.isf(0.025), rel_tol=1e-12)
    assert math.isclose(plan.inflation, 1.0, rel_tol=1e-9)


@pytest.mark.parametrize("futility", list(Futility))
def test_power_and_error_with_futility(futility):
    plan = sequential_plan(THREE, 0.025, 0.1, OBrienFleming(), FutilityRule(HwangShihDeCani(-2.0), futility))
    assert math.isclose(plan.outlook(plan.drift).power, 0.9, rel_tol=1e-7)
    error = plan.outlook(0.0).power
    if futility is Futility.BINDING:
        assert math.isclose(error, 0.025, rel_tol=1e-7)
    else:
        assert error < 0.025
        ignored = sequential_plan(THREE, 0.025, 0.1, OBrienFleming())
        assert np.allclose(plan.efficacy, ignored.efficacy, rtol=1e-9)


def test_two_looks_equal_the_bivariate_normal():
    plan = sequential_plan((0.5, 1.0), 0.025, 0.2, Pocock())
    correlation = math.sqrt(0.5)
    both_below = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf(plan.efficacy)
    assert math.isclose(1 - both_below, 0.025, rel_tol=1e-6)


def test_conditional_power_at_the_last_interim_look_is_the_closed_form():
    plan = sequential_plan(THREE, 0.025, 0.2, OBrienFleming())
    interim = Interim(2, 1.3)
    t = THREE[1]
    expected = stats.norm.sf(
        (plan.efficacy[-1] - 1.3 * math.sqrt(t) - plan.drift * (1 - t)) / math.sqrt(1 - t)
    )
    assert math.isclose(conditional_power(plan, interim, plan.drift), expected, rel_tol=1e-12)


def test_conditional_power_averages_to_power():
    plan = sequential_plan((0.5, 1.0), 0.025, 0.2, OBrienFleming())

    def weighted(z):
        density = stats.norm.pdf(z - plan.drift * math.sqrt(0.5))
        return density * conditional_power(plan, Interim(1, z), plan.drift)

    later, _ = integrate.quad(weighted, -8, plan.efficacy[0])
    assert math.isclose(later, plan.outlook(plan.drift).efficacy[1], rel_tol=1e-6)


def test_predictive_power_by_quadrature_over_the_flat_prior():
    plan = sequential_plan(THREE, 0.025, 0.2, OBrienFleming())
    interim = Interim(2, 1.3)
    centre, spread = current_trend(plan, interim), 1 / math.sqrt(THREE[1])
    averaged, _ = integrate.quad(
        lambda drift: stats.norm.pdf(drift, centre, spread) * conditional_power(plan, interim, drift),
        centre - 9 * spread,
        centre + 9 * spread,
    )
    assert math.isclose(predictive_power(plan, interim), averaged, rel_tol=1e-7)


def test_predictive_power_lies_between_trend_and_a_half():
    plan = sequential_plan(THREE, 0.025, 0.2, OBrienFleming())
    interim = Interim(1, 1.0)
    predicted = predictive_power(plan, interim)
    assert predicted < conditional_power(plan, interim, plan.drift)


@pytest.mark.parametrize("looks", [(), (0.5,), (0.7, 0.5, 1.0), (0.0, 1.0), (0.5, 1.2)])
def test_looks_that_cannot_be_are_refused(looks):
    with pytest.raises(ArgumentError):
        sequential_plan(looks, 0.025, 0.2, OBrienFleming())


def test_the_final_look_is_no_interim_look():
    plan = sequential_plan((0.5, 1.0), 0.025, 0.2, OBrienFleming())
    with pytest.raises(ArgumentError, match="interim look"):
        conditional_power(plan, Interim(2, 1.0), 0.0)
