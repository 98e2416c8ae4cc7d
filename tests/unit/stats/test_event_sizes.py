"""Events, subjects and power: quadrature, limits, monotone facts and refusals."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from trialwright.errors import ArgumentError
from trialwright.stats.event_process import (
    Accrual,
    Arm,
    Hazard,
    calendar_of_share,
    dropout_hazard,
    enrolled_share,
    event_probability,
)
from trialwright.stats.event_sizes import (
    Question,
    TwoArms,
    lachin_foulkes_subjects,
    schoenfeld_events,
    schoenfeld_power,
    subjects_for,
)
from trialwright.stats.one_sample_logrank import (
    SingleArm,
    WeibullCurve,
    one_sample_logrank,
    one_sample_power,
    one_sample_size,
)
from trialwright.stats.rate_sizes import (
    TwoRates,
    correct_selection,
    farrington_manning_power,
    farrington_manning_size,
)

STARTS, RATES = (0.0, 2.0, 6.0), (0.2, 0.1, 0.03)


@pytest.mark.parametrize("calendar", [1.0, 7.0, 15.0, 40.0])
def test_event_probability_equals_quadrature(calendar):
    hazard, dropout = Hazard(RATES, STARTS), 0.02
    accrual = Accrual(10.0, (1.0, 3.0), (0.0, 4.0))

    def rate(t):
        return RATES[np.searchsorted(STARTS, t, side="right") - 1]

    def seen(follow_up):
        edges = [0.0, *(s for s in STARTS[1:] if s < follow_up), follow_up]
        return sum(
            integrate.quad(lambda t: rate(t) * math.exp(-hazard.cumulative(t) - dropout * t), a, b)[0]
            for a, b in pairwise(edges)
        )

    expected = 0.0
    for start, end, density in accrual.pieces():
        stop = min(end, calendar)
        if stop > start:
            kinks = sorted({calendar - s for s in STARTS if start < calendar - s < stop})
            expected += (
                density * integrate.quad(lambda e: seen(calendar - e), start, stop, points=kinks or None)[0]
            )
    assert math.isclose(event_probability(Arm(hazard, dropout), accrual, calendar), expected, rel_tol=1e-8)


def test_everyone_has_the_event_in_the_end():
    assert math.isclose(event_probability(Arm(Hazard.of_median(6.0)), Accrual(12.0), 600.0), 1.0)


def test_half_are_enrolled_half_way():
    assert enrolled_share(Accrual(12.0), 6.0) == 0.5


def test_a_hazard_has_its_median():
    assert math.isclose(Hazard.of_median(7.5).median(), 7.5)
    assert math.isclose(Hazard(RATES, STARTS).cumulative(Hazard(RATES, STARTS).median()), math.log(2.0))
    assert Hazard((0.1, 0.0), (0.0, 1.0)).median() == math.inf


def test_the_time_of_events_gives_the_events():
    arms = ((Arm(Hazard.of_median(7.5)), 0.5), (Arm(Hazard.of_median(9.0)), 0.5))
    when = calendar_of_share(arms, Accrual(24.0), 0.6)
    found = sum(weight * event_probability(arm, Accrual(24.0), when) for arm, weight in arms)
    assert math.isclose(found, 0.6, rel_tol=1e-9)


def test_a_share_that_never_comes_has_no_date():
    arms = ((Arm(Hazard.of_median(7.5), 1.0), 1.0),)
    assert calendar_of_share(arms, Accrual(24.0), 0.9) == math.inf


def test_power_of_the_needed_events_is_the_power_asked_for():
    question = Question(1.0, 1.3)
    events = schoenfeld_events(question, 0.05, 0.2)
    assert math.isclose(schoenfeld_power(question, 0.05, events), 0.8, rel_tol=1e-12)


def test_no_difference_has_the_power_of_alpha():
    assert math.isclose(schoenfeld_power(Question(1.3, 1.3), 0.05, 25), 0.05, rel_tol=1e-12)


def test_a_worse_truth_has_less_power_than_alpha():
    assert schoenfeld_power(Question(1.5, 1.3), 0.05, 25) < 0.05


def test_a_wider_margin_never_lowers_power():
    powers = [schoenfeld_power(Question(1.0, margin), 0.025, 25) for margin in (1.2, 1.3, 1.5, 2.0)]
    assert powers == sorted(powers)


def test_drop_out_and_unequal_arms_never_lower_the_size():
    control = Hazard.of_median(7.5)

    def size(dropout, allocation):
        trial = TwoArms(
            Arm(control, dropout), Arm(control.times(0.7), dropout), Accrual(24.0), 12.0, allocation
        )
        return subjects_for(schoenfeld_events(Question(0.7), 0.025, 0.2, allocation), trial)

    assert size(0.0, 1.0) < size(0.01, 1.0) < size(0.05, 1.0)
    assert size(0.01, 1.0) < size(0.01, 2.0) < size(0.01, 3.0)


def test_farrington_manning_power_of_its_size():
    rates = TwoRates(0.394, 0.353, -0.15)
    n = farrington_manning_size(rates, 0.025, 0.2)
    assert math.isclose(farrington_manning_power(rates, 0.025, n), 0.8, rel_tol=1e-12)


def test_equal_arms_are_chosen_by_lot_in_the_limit():
    assert math.isclose(correct_selection(30, 0.4 + 1e-9, 0.4, 4), 0.25, abs_tol=1e-6)


def test_one_sample_power_of_its_size():
    arm = SingleArm(WeibullCurve(6.0), 0.6, 12.0, 12.0, 0.01)
    n = one_sample_size(arm, 0.05, 0.1)
    assert math.isclose(one_sample_power(arm, 0.05, n), 0.9, rel_tol=1e-12)


def test_one_sample_power_in_simulated_trials():
    arm = SingleArm(WeibullCurve(6.0, 1.2), 0.55, 18.0, 9.0)
    n = math.ceil(one_sample_size(arm, 0.05, 0.2))
    rng = np.random.default_rng(20240611)
    trials = 4000
    cumulative = rng.exponential(1.0 / arm.ratio, (trials, n))
    event = 6.0 * (cumulative / math.log(2.0)) ** (1 / 1.2)
    censor = arm.end - rng.uniform(0.0, arm.accrual, (trials, n))
    rejected = [
        one_sample_logrank(np.minimum(t, c), (t <= c).astype(float), arm.reference).p <= 0.05
        for t, c in zip(event, censor, strict=True)
    ]
    assert abs(np.mean(rejected) - one_sample_power(arm, 0.05, n)) < 0.03


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Hazard.of_median(0.0),
        lambda: Hazard((math.inf,)),
        lambda: Accrual(0.0),
        lambda: Arm(Hazard((0.1,)), -1.0),
        lambda: dropout_hazard(1.0, 12.0),
        lambda: Question(0.0),
        lambda: schoenfeld_events(Question(1.4, 1.3), 0.05, 0.2),
        lambda: schoenfeld_events(Question(0.7), 0.05, 0.2, allocation=0.0),
        lambda: lachin_foulkes_subjects(
            TwoArms(Arm(Hazard((0.1,))), Arm(Hazard((0.1,))), Accrual(1.0), 1.0), 0.05, 0.2
        ),
        lambda: TwoRates(0.4, 1.0),
        lambda: farrington_manning_size(TwoRates(0.3, 0.5, -0.1), 0.05, 0.2),
        lambda: SingleArm(WeibullCurve(6.0), 1.2, 12.0, 12.0),
    ],
)
def test_values_that_cannot_be_are_refused(wrong):
    with pytest.raises(ArgumentError):
        wrong()


@pytest.mark.parametrize("follow_up", [1e3, 1e6, 1e9, 1e20])
def test_one_sample_size_without_censoring_is_the_closed_form(follow_up):
    # everybody has the event: reference hazard 1 / ratio, variance of the excess 1 / ratio²
    arm = SingleArm(WeibullCurve(9.0), 9 / 14, 5.0, follow_up)
    z_alpha, z_beta = 1.6448536269514722, 0.8416212335729143
    closed = ((z_alpha * (14 / 9) ** 0.5 + z_beta * 14 / 9) / (14 / 9 - 1)) ** 2
    assert one_sample_size(arm, 0.05, 0.2) == pytest.approx(closed, rel=1e-9)
