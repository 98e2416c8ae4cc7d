"""Each kernel against the textbook formula in plain Python: exact fractions where they suffice.

These were written from the formulas, not from the kernels; they loop over subjects and are slow.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from trialwright.stats.cox import Ties, cox
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.proportional_hazards import TimeScale, proportional_hazards_test
from trialwright.stats.survival import kaplan_meier


def trial(seed, n=40, *, tied=True):
    """A small trial; ties come from rounding times to whole units."""
    rng = np.random.default_rng(seed)
    time = rng.exponential(8.0, n)
    time = np.ceil(time) if tied else time
    event = (rng.random(n) < 0.7).astype(float)
    group = rng.integers(0, 3, n)
    stratum = rng.integers(0, 2, n)
    X = np.column_stack([(group == 1).astype(float), rng.normal(size=n)])
    return time, event, group, stratum, X


def plain_kaplan_meier(time, event):
    """Survival after each distinct time, as exact fractions, with Greenwood's sum."""
    survival, greenwood, rows = Fraction(1), Fraction(0), []
    for t in sorted(set(time)):
        at_risk = sum(1 for u in time if u >= t)
        died = sum(1 for u, e in zip(time, event, strict=True) if u == t and e)
        survival *= Fraction(at_risk - died, at_risk)
        if died < at_risk:
            greenwood += Fraction(died, at_risk * (at_risk - died))
        rows.append((t, at_risk, died, survival, greenwood))
    return rows


def plain_logrank(time, event, group, rho, gamma):
    """Observed minus expected and covariance within one stratum."""
    groups = sorted(set(group))
    excess = dict.fromkeys(groups, 0.0)
    covariance = {(g, h): 0.0 for g in groups for h in groups}
    survival = 1.0
    for t in sorted({u for u, e in zip(time, event, strict=True) if e}):
        risk = {g: sum(1 for u, k in zip(time, group, strict=True) if k == g and u >= t) for g in groups}
        died = {
            g: sum(1 for u, e, k in zip(time, event, group, strict=True) if k == g and u == t and e)
            for g in groups
        }
        n, d = sum(risk.values()), sum(died.values())
        weight = survival**rho * (1 - survival) ** gamma
        for g in groups:
            excess[g] += weight * (died[g] - d * risk[g] / n)
            for h in groups:
                if n > 1:
                    share = risk[g] / n * ((g == h) - risk[h] / n)
                    covariance[g, h] += weight**2 * d * (n - d) / (n - 1) * share
        survival *= 1 - d / n
    return excess, covariance


def plain_loglik(time, event, X, stratum, beta, ties):
    """Cox's log partial likelihood, event time by event time."""
    total = 0.0
    score = [sum(b * x for b, x in zip(beta, row, strict=True)) for row in X]
    for s in set(stratum):
        rows = [i for i in range(len(time)) if stratum[i] == s]
        for t in {time[i] for i in rows if event[i]}:
            dying = [i for i in rows if time[i] == t and event[i]]
            at_risk = math.fsum(math.exp(score[i]) for i in rows if time[i] >= t)
            tied = math.fsum(math.exp(score[i]) for i in dying)
            total += math.fsum(score[i] for i in dying)
            for k in range(len(dying)):
                part = k / len(dying) * tied if ties is Ties.EFRON else 0.0
                total -= math.log(at_risk - part)
    return total


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_is_the_exact_product_of_fractions(seed):
    time, event, *_ = trial(seed)
    curve = kaplan_meier(time, event)
    rows = plain_kaplan_meier(time.tolist(), event.tolist())
    assert curve.time.tolist() == [row[0] for row in rows]
    assert curve.at_risk.tolist() == [row[1] for row in rows]
    assert curve.events.tolist() == [row[2] for row in rows]
    assert curve.survival == pytest.approx([float(row[3]) for row in rows], rel=1e-13, abs=1e-15)
    errors = [float(row[3]) * math.sqrt(row[4]) for row in rows if row[3] > 0]
    assert curve.std_error[: len(errors)] == pytest.approx(errors, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_restricted_mean_is_the_area_of_the_steps(seed):
    time, event, *_ = trial(seed)
    tau = float(np.sort(time)[-5]) - 0.5
    rows = plain_kaplan_meier(time.tolist(), event.tolist())
    area, before, height = Fraction(0), Fraction(0), Fraction(1)
    for t, _, _, survival, _ in rows:
        if t > tau:
            break
        area += height * (Fraction(t) - before)
        before, height = Fraction(t), survival
    area += height * (Fraction(tau) - before)
    assert kaplan_meier(time, event).rmst(tau).value == pytest.approx(float(area), rel=1e-13)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("rho", "gamma"), [(0, 0), (1, 0), (0, 1), (0.5, 2)])
def test_weighted_stratified_logrank_is_the_sum_over_strata(seed, rho, gamma):
    time, event, group, stratum, _ = trial(seed)
    excess, covariance = np.zeros(3), np.zeros((3, 3))
    for s in (0, 1):
        inside = stratum == s
        e, v = plain_logrank(
            time[inside].tolist(), event[inside].tolist(), group[inside].tolist(), rho, gamma
        )
        for g in e:
            excess[g] += e[g]
            for h in e:
                covariance[g, h] += v[g, h]
    found = logrank(time, event, group, strata=stratum, weight=fleming_harrington(rho, gamma))
    assert found.observed - found.expected == pytest.approx(excess, rel=1e-10, abs=1e-12)
    assert found.variance == pytest.approx(covariance, rel=1e-10, abs=1e-12)
    expected = excess[1:] @ np.linalg.solve(covariance[1:, 1:], excess[1:])
    assert found.chi2 == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", list(Ties))
def test_cox_is_at_the_top_of_the_plain_likelihood(seed, ties):
    time, event, _, stratum, X = trial(seed)
    fit = cox(time, event, X, strata=stratum, ties=ties)
    plain = [time.tolist(), event.tolist(), X.tolist(), stratum.tolist()]
    assert fit.loglik == pytest.approx(plain_loglik(*plain, fit.beta, ties), rel=1e-12)
    assert fit.loglik_null == pytest.approx(plain_loglik(*plain, (0.0, 0.0), ties), rel=1e-12)
    step = 1e-4
    information = np.linalg.inv(fit.variance)
    for j in range(2):
        ends = []
        for sign in (-1, 1):
            beta = fit.beta.copy()
            beta[j] += sign * step
            ends.append(plain_loglik(*plain, beta, ties))
        slope = (ends[1] - ends[0]) / (2 * step)
        curvature = (ends[1] + ends[0] - 2 * fit.loglik) / step**2
        assert slope == pytest.approx(0.0, abs=1e-6)
        assert -curvature == pytest.approx(information[j, j], rel=1e-5)


def plain_time_interaction(time, event, x, beta, clock):
    """Score and information of one covariate and its product with a function of time, no ties."""
    score, information = 0.0, [[0.0, 0.0], [0.0, 0.0]]
    for i in range(len(time)):
        if not event[i]:
            continue
        weights = [(math.exp(beta * x[j]), x[j]) for j in range(len(time)) if time[j] >= time[i]]
        total = math.fsum(w for w, _ in weights)
        mean = math.fsum(w * v for w, v in weights) / total
        spread = math.fsum(w * (v - mean) ** 2 for w, v in weights) / total
        score += clock[i] * (x[i] - mean)
        for a in range(2):
            for b in range(2):
                information[a][b] += spread * clock[i] ** (a + b)
    return score, information


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", list(TimeScale))
def test_proportional_hazards_test_is_the_score_test_of_a_time_interaction(seed, scale):
    time, event, _, _, X = trial(seed, tied=False)
    x = X[:, 1]
    fit = cox(time, event, x)
    clock = time.copy()
    if scale is TimeScale.KM:
        rows = plain_kaplan_meier(time.tolist(), event.tolist())
        clock = np.array([1 - float(min([row[3] for row in rows if row[0] < t], default=1)) for t in time])
    clock = clock - clock[event == 1].mean()
    score, information = plain_time_interaction(time, event, x, fit.beta[0], clock)
    inverse = np.linalg.inv(information)
    found = proportional_hazards_test(fit, scale=scale)
    assert found.overall.chi2 == pytest.approx(score**2 * inverse[1, 1], rel=1e-9)
