"""What must hold for any trial: of curves, tests and hazard ratios."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialwright.stats.cox import Ties, cox
from trialwright.stats.logrank import logrank
from trialwright.stats.proportional_hazards import TimeScale, proportional_hazards_test
from trialwright.stats.survival import ConfType, kaplan_meier, reverse_kaplan_meier

SUBJECT = st.tuples(st.integers(0, 30), st.booleans(), st.booleans(), st.integers(0, 2))
TRIAL = st.lists(SUBJECT, min_size=4, max_size=40)
DISTINCT = st.lists(SUBJECT, min_size=4, max_size=40, unique_by=lambda subject: subject[0])

settings.register_profile("stats", deadline=None, max_examples=60, derandomize=True)
any_trial = settings(settings.get_profile("stats"))


def columns(subjects):
    time, event, arm, stratum = (np.array(column) for column in zip(*subjects, strict=True))
    return time.astype(float), event.astype(float), arm.astype(float), stratum


def same(a, b, rel=1e-9, small=1e-11):
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=rel, abs_tol=small)


def fit_or_skip(time, event, arm, **options):
    assume(event.any())
    fit = cox(time, event, arm, **options)
    assume(not fit.warnings)
    return fit


@any_trial
@given(TRIAL, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(subjects, random):
    shuffled = list(subjects)
    random.shuffle(shuffled)
    one, other = columns(subjects), columns(shuffled)
    a, b = kaplan_meier(*one[:2]), kaplan_meier(*other[:2])
    assert a.survival.tolist() == b.survival.tolist()
    assert same(a.median().value, b.median().value)
    assume(0 < one[2].sum() < one[2].size)
    assert same(logrank(*one[:3], strata=one[3]).chi2, logrank(*other[:3], strata=other[3]).chi2)
    fit = fit_or_skip(*one[:3], strata=one[3])
    assert same(fit.beta[0], cox(*other[:3], strata=other[3]).beta[0])


@any_trial
@given(TRIAL)
def test_swapping_arms_inverts_the_hazard_ratio(subjects):
    time, event, arm, stratum = columns(subjects)
    fit = fit_or_skip(time, event, arm, strata=stratum)
    swapped = cox(time, event, 1 - arm, strata=stratum)
    assert same(swapped.hr[0], 1 / fit.hr[0])
    assert same(swapped.low[0], 1 / fit.high[0])
    assert same(swapped.p[0], fit.p[0])
    found, mirrored = (logrank(time, event, x, strata=stratum) for x in (arm, 1 - arm))
    assert same(found.z, -mirrored.z)
    assert same(found.p, mirrored.p)


@any_trial
@given(TRIAL, st.sampled_from([1 / 30.4375, 7.0, 365.25]))
def test_the_unit_of_time_changes_times_but_no_p_value(subjects, factor):
    time, event, arm, _ = columns(subjects)
    assert same(
        kaplan_meier(time * factor, event).median().value, kaplan_meier(time, event).median().value * factor
    )
    assume(0 < arm.sum() < arm.size)
    assert same(logrank(time * factor, event, arm).p, logrank(time, event, arm).p)
    fit = fit_or_skip(time, event, arm)
    scaled = cox(time * factor, event, arm)
    assert same(scaled.p[0], fit.p[0])
    if len(set(time[event == 1])) > 1:
        both = [proportional_hazards_test(x, scale=TimeScale.IDENTITY).overall.chi2 for x in (fit, scaled)]
        assert same(both[0], both[1], rel=1e-6, small=1e-8)


@any_trial
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_without_censoring_the_curve_is_the_share_still_alive(times):
    curve = kaplan_meier(times, [1] * len(times))
    for t, survival in zip(curve.time, curve.survival, strict=True):
        assert survival == pytest.approx(sum(u > t for u in times) / len(times), rel=1e-12, abs=1e-15)


@any_trial
@given(DISTINCT)
def test_logrank_is_the_score_test_of_cox_without_ties(subjects):
    time, event, arm, _ = columns(subjects)
    assume(0 < arm.sum() < arm.size)
    assume(event.any())
    test = logrank(time, event, arm)
    for ties in Ties:
        fit = cox(time, event, arm, ties=ties)
        assume(not fit.aliased.any())
        assert same(fit.score_test.chi2, test.chi2)


@any_trial
@given(TRIAL)
def test_curves_fall_and_limits_hold_them(subjects):
    time, event, _, _ = columns(subjects)
    for kind in ConfType:
        curve = kaplan_meier(time, event, conf_type=kind)
        assert (np.diff(curve.survival) <= 0).all()
        known = ~np.isnan(curve.low)
        assert (curve.low[known] >= 0).all()
        assert (curve.high[known] <= 1).all()
        assert (curve.low[known] <= curve.survival[known] + 1e-15).all()
        assert (curve.high[known] >= curve.survival[known] - 1e-15).all()
        assert curve.events.sum() + curve.censored.sum() == len(time)


@any_trial
@given(TRIAL)
def test_reversed_twice_is_the_curve_itself(subjects):
    time, event, _, _ = columns(subjects)
    assert (
        reverse_kaplan_meier(time, 1 - event).survival.tolist() == kaplan_meier(time, event).survival.tolist()
    )


@any_trial
@given(TRIAL)
def test_one_stratum_is_no_stratum(subjects):
    time, event, arm, _ = columns(subjects)
    assume(0 < arm.sum() < arm.size)
    one = np.zeros(len(time))
    assert same(logrank(time, event, arm, strata=one).chi2, logrank(time, event, arm).chi2)
    fit = fit_or_skip(time, event, arm)
    assert same(cox(time, event, arm, strata=one).loglik, fit.loglik)


@any_trial
@given(TRIAL)
def test_rounding_errors_in_times_change_no_test(subjects):
    time, event, arm, _ = columns(subjects)
    assume(0 < arm.sum() < arm.size)
    shaken = time + 1e-12 * (np.arange(len(time)) % 3)
    assert same(logrank(shaken, event, arm).chi2, logrank(time, event, arm).chi2)


@any_trial
@given(TRIAL)
def test_likelihood_rises_and_wald_is_the_square_of_z(subjects):
    time, event, arm, stratum = columns(subjects)
    fit = fit_or_skip(time, event, arm, strata=stratum)
    assert fit.loglik >= fit.loglik_null - 1e-12
    assert same(fit.wald_test.chi2, fit.z[0] ** 2)
    assert same(fit.wald_test.p, fit.p[0])
