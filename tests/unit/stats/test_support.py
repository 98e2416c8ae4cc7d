"""What a number of subjects can show: the converse of the sample size."""

import math

import pytest
from scipy import stats

from trialwright.errors import ArgumentError
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_power
from trialwright.stats.single_stage import exact_test
from trialwright.stats.support import (
    detectable_median,
    detectable_rate,
    excluded_median,
    excluded_rate,
)


@pytest.mark.parametrize(("n", "p0"), [(27, 0.2), (32, 0.3), (28, 0.5)])
def test_a_detectable_rate_has_just_the_power(n, p0):
    rate = detectable_rate(n, p0, 0.05, 0.2)
    needed = exact_test(n, p0, 0.9, 0.05).needed
    assert stats.binom.sf(needed - 1, n, p0) <= 0.05 < stats.binom.sf(needed - 2, n, p0)
    assert math.isclose(stats.binom.sf(needed - 1, n, rate), 0.8, rel_tol=1e-9)


def test_an_excluded_rate_is_rejected_with_the_power_and_no_higher_one_is():
    limit = excluded_rate(27, 0.556, 0.05, 0.2)
    assert exact_test(27, limit - 1e-9, 0.556, 0.05).power >= 0.8
    assert exact_test(27, limit + 1e-6, 0.556, 0.05).power < 0.8


def test_a_subject_more_never_raises_the_detectable_rate_for_long():
    assert detectable_rate(60, 0.2, 0.05, 0.2) < detectable_rate(27, 0.2, 0.05, 0.2)


def test_too_few_subjects_are_refused():
    with pytest.raises(ArgumentError, match="do not reject"):
        detectable_rate(2, 0.5, 0.05, 0.2)


def test_detectable_and_excluded_medians_are_inverse():
    arm = SingleArm(WeibullCurve(4.0), 0.5, 18.0, 6.0, 0.01)
    median = detectable_median(arm, 28, 0.05, 0.2)
    assert math.isclose(excluded_median(arm, median, 28, 0.05, 0.2), 4.0, rel_tol=1e-6)
    assert math.isclose(
        one_sample_power(SingleArm(WeibullCurve(4.0), 4.0 / median, 18.0, 6.0, 0.01), 0.05, 28),
        0.8,
        rel_tol=1e-6,
    )


def test_hopeless_sizes_have_no_detectable_median():
    arm = SingleArm(WeibullCurve(40.0), 0.5, 1.0, 0.1)
    assert detectable_median(arm, 2, 0.05, 0.2) == math.inf
