"""Power under hazard ratios that change: quadrature, limits, simulated trials and refusals."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from trialwright.errors import ArgumentError
from trialwright.stats.delayed_effect import changing_hazard, restricted_mean_limits, weighted_limits
from trialwright.stats.delayed_trials import simulated_trial
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import Question, TwoArms, schoenfeld_power
from trialwright.stats.joint_logrank import joint_excess
from trialwright.stats.logrank import fleming_harrington
from trialwright.stats.maxcombo import LATE_EARLY_MIDDLE
from trialwright.stats.trial_model import split_subjects, trial_model

CONTROL = Hazard((0.08, 0.05), (0.0, 5.0))
LOST = dropout_hazard(0.1, 12.0)
END = 30.0


def trial(changes=(3.0,), ratios=(0.6,), allocation=1.0, lost=LOST, control=CONTROL):
    experimental = changing_hazard(control, changes, ratios)
    accrual = Accrual(20.0, (1.0, 2.0), (0.0, 8.0))
    return TwoArms(Arm(control, LOST), Arm(experimental, lost), accrual, END - 20.0, allocation)


def plain(one, until=END):
    """Hazards, survival and at-risk shares of both arms as functions of the time since entry."""

    def rate(arm, t):
        return arm.hazard.rates[np.searchsorted(arm.hazard.starts, t, side="right") - 1]

    def followed(t):
        left = END - t
        return min(max(left, 0.0), 8.0) / 32.0 + min(max(left - 8.0, 0.0), 12.0) * 2.0 / 32.0

    def at_risk(k, t):
        arm, share = one.shares[k]
        return share * math.exp(-arm.hazard.cumulative(t) - arm.dropout * t) * followed(t)

    arms = [arm for arm, _ in one.shares]
    marks = sorted({0.0, until, 3.0, 5.0, END - 20.0, END - 8.0})

    def total(f):
        pieces = pairwise(marks)
        return sum(integrate.quad(f, a, b, epsabs=1e-13)[0] for a, b in pieces)

    return rate, at_risk, arms, total


def test_mean_and_variance_of_the_log_rank_statistic_equal_quadrature():
    one = trial(allocation=2.0)
    rate, at_risk, (control, experimental), total = plain(one)

    def drift(t):
        c, e = at_risk(0, t), at_risk(1, t)
        return -c * e / (c + e) * (rate(experimental, t) - rate(control, t)) if c + e > 0 else 0.0

    def spread(t):
        c, e = at_risk(0, t), at_risk(1, t)
        return c * e / (c + e) ** 2 * (c * rate(control, t) + e * rate(experimental, t)) if c + e > 0 else 0.0

    found = weighted_limits(one, (fleming_harrington(0, 0),))
    assert math.isclose(found.mean[0], total(drift), rel_tol=1e-9)
    assert math.isclose(found.estimated[0, 0], total(spread), rel_tol=1e-9)


def test_restricted_means_equal_quadrature():
    one = trial()
    rate, at_risk, arms, total = plain(one, 22.0)
    found = restricted_mean_limits(one, 22.0)
    variance = 0.0
    for k, arm in enumerate(arms):

        def left(t, arm=arm):
            edges = sorted({t, *(s for s in (3.0, 5.0) if s > t), 22.0})
            pieces = pairwise(edges)
            return sum(
                integrate.quad(lambda u: math.exp(-arm.hazard.cumulative(u)), a, b)[0] for a, b in pieces
            )

        share = one.shares[k][1]

        def spread(t, k=k, arm=arm, share=share, left=left):
            return left(t) ** 2 * rate(arm, t) * share / at_risk(k, t)

        variance += total(spread) / share
    means = [total(lambda t, arm=arm: math.exp(-arm.hazard.cumulative(t))) for arm in arms]
    assert math.isclose(found.mean[0], means[1] - means[0], rel_tol=1e-9)
    assert math.isclose(found.covariance[0, 0], variance, rel_tol=1e-7)


def test_without_a_difference_every_test_rejects_with_alpha():
    one = trial(ratios=(1.0,), allocation=2.0, lost=2 * LOST)
    found = weighted_limits(one, LATE_EARLY_MIDDLE)
    assert np.allclose(found.covariance, found.estimated, rtol=1e-10)
    assert math.isclose(found.power(200, 0.025), 0.025, rel_tol=1e-6)
    assert math.isclose(restricted_mean_limits(one, 15.0).power(200, 0.025), 0.025, rel_tol=1e-9)


def test_a_small_constant_ratio_has_schoenfelds_power():
    one = trial((0.0,), (0.95,))
    expected = schoenfeld_power(Question(0.95), 0.025, 8000 * one.event_share())
    assert abs(weighted_limits(one, (fleming_harrington(0, 0),)).power(8000, 0.025) - expected) < 0.002


@pytest.mark.parametrize(
    ("changes", "ratios", "allocation"), [((3.0,), (0.3,), 2.0), ((0.0, 6.0), (1.6, 0.3), 1.0)]
)
def test_covariances_under_strong_effects_are_those_of_simulated_trials(changes, ratios, allocation):
    """Where hazards differ much, the statistics vary less or more than the tests estimate."""
    one = trial(changes, ratios, allocation)
    weights = (*LATE_EARLY_MIDDLE[:3], fleming_harrington(0.5, 0.5))
    limits = weighted_limits(one, weights)
    n = 600
    model = trial_model(*split_subjects(n, allocation), one)
    rho, gamma = np.array([w.rho for w in weights]), np.array([w.gamma for w in weights])
    sums, estimates = [], []
    for k in range(4000):
        time, event, arm = simulated_trial(
            5, k, model.n_control, n, model.starts, model.hazards, model.dropout,
            model.entry_edges, model.entry_shares, model.end,
        )  # fmt: skip
        excess, covariance = joint_excess(time, event, arm, np.zeros(n, np.int64), rho, gamma)
        sums.append(-excess / math.sqrt(n))
        estimates.append(covariance / n)
    seen = np.cov(np.array(sums).T)
    assert np.allclose(np.mean(sums, axis=0), math.sqrt(n) * limits.mean, rtol=0.02, atol=0.01)
    assert np.allclose(np.mean(estimates, axis=0), limits.estimated, rtol=0.02)
    assert np.allclose(np.diag(seen), np.diag(limits.covariance), rtol=0.08)
    scale = np.sqrt(np.outer(np.diag(limits.covariance), np.diag(limits.covariance)))
    assert np.abs((seen - limits.covariance) / scale).max() < 0.08


def test_the_subjects_found_are_the_fewest_with_the_power():
    one = trial()
    for found in (weighted_limits(one, LATE_EARLY_MIDDLE), restricted_mean_limits(one, 25.0)):
        n = found.subjects(0.025, 0.2)
        assert found.power(n, 0.025) >= 0.8 > found.power(n - 1, 0.025)


def test_a_longer_delay_never_helps():
    powers = [
        weighted_limits(trial((delay,), (0.6,)), (fleming_harrington(0, 0),)).power(300, 0.025)
        for delay in (0.0, 2.0, 4.0, 8.0, 16.0)
    ]
    assert powers == sorted(powers, reverse=True)


def test_under_delay_late_weights_win_and_maxcombo_is_close():
    one = trial((6.0,), (0.5,))
    alone = [weighted_limits(one, (w,)).power(300, 0.025) for w in LATE_EARLY_MIDDLE]
    combined = weighted_limits(one, LATE_EARLY_MIDDLE).power(300, 0.025)
    assert alone[2] < alone[0] < combined < alone[1]


def test_hazards_change_when_told():
    found = changing_hazard(Hazard((0.2, 0.1), (0.0, 4.0)), (2.0, 6.0), (0.5, 0.8))
    assert found.rates == pytest.approx((0.2, 0.1, 0.05, 0.08))
    assert found.starts == (0.0, 2.0, 4.0, 6.0)
    assert changing_hazard(Hazard((0.2,)), (0.0,), (0.5,)) == Hazard((0.1,))


@pytest.mark.parametrize("median", [1e-3, 0.05, 1e4, 1e8])
@pytest.mark.parametrize("ratio", [1e-3, 50.0])
def test_extreme_hazards_leave_a_probability(median, ratio):
    """Nearly everybody dies at once or nobody ever: no underflow, no warning."""
    one = trial((0.5,), (ratio,), lost=0.7, control=Hazard.of_median(median))
    for found in (
        weighted_limits(one, LATE_EARLY_MIDDLE),
        weighted_limits(one, (fleming_harrington(0, 0.3), fleming_harrington(0.5, 0.5))),
        restricted_mean_limits(one, 27.0),
    ):
        assert 0.0 <= found.power(200, 0.025) <= 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: changing_hazard(CONTROL, (-1.0,), (0.5,)),
        lambda: changing_hazard(CONTROL, (math.inf,), (0.5,)),
        lambda: changing_hazard(CONTROL, (3.0, 2.0), (0.5, 0.6)),
        lambda: changing_hazard(CONTROL, (), ()),
        lambda: changing_hazard(CONTROL, (3.0,), (0.0,)),
        lambda: changing_hazard(CONTROL, (3.0,), (math.nan,)),
        lambda: changing_hazard(CONTROL, (3.0, 4.0), (0.5,)),
        lambda: restricted_mean_limits(trial(), END),
        lambda: restricted_mean_limits(trial(), 0.0),
        lambda: weighted_limits(trial(control=Hazard((0.0,))), LATE_EARLY_MIDDLE),
        lambda: weighted_limits(trial(), LATE_EARLY_MIDDLE).power(0, 0.025),
        lambda: weighted_limits(trial(), LATE_EARLY_MIDDLE).power(100, 0.6),
        lambda: weighted_limits(trial(ratios=(1.0,)), LATE_EARLY_MIDDLE).subjects(0.025, 0.2),
        lambda: restricted_mean_limits(trial(ratios=(1.2,)), 20.0).subjects(0.025, 0.2),
    ],
)
def test_values_that_cannot_be_are_refused(wrong):
    with pytest.raises(ArgumentError):
        wrong()
