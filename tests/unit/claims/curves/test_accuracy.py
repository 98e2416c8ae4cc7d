"""Twelve trials drawn, clicked and rebuilt; benchmarks/reconstruct.py does the same with sixty and more."""

import numpy as np
import pytest
from curve_trials import Printed, evaluate, trials
from drawn_curves import Hand, clicked

REAL = ["veteran", "lung", "colon"]
SEED = 4711  # seen by no tuning


@pytest.fixture(scope="module")
def outcome():
    printed = Printed(numbers=True, total=True)
    return evaluate(trials(SEED, 12, REAL), printed, clicked, Hand())


def test_the_number_of_events_is_exact_where_the_total_is_printed(outcome):
    assert outcome.exact.all()


def test_ln_hr_is_within_three_hundredths_at_the_90th_percentile(outcome):
    assert np.quantile(outcome.errors, 0.9) <= 0.03


def test_the_plain_algorithm_of_2012_is_farther_off(outcome):
    assert np.median(outcome.errors) < np.median(outcome.plain_errors) / 2
    assert outcome.plain_exact.mean() < 1


def test_without_numbers_and_total_most_event_counts_are_still_exact():
    found = evaluate(trials(SEED, 6, REAL), Printed(), clicked, Hand())
    assert found.exact.mean() >= 0.75
    assert np.median(found.errors) < 0.05
