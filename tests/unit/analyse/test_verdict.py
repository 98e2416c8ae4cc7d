"""The question of a comparison: no margin, no verdict."""

from __future__ import annotations

import pytest

from trialwright.analyse.verdict import Bounds, Question, judge_hazard_ratio, judge_rate_difference

NON_INFERIOR = Question.NON_INFERIOR


def test_the_published_interval_of_the_nab_paclitaxel_trial_does_not_show_non_inferiority():
    text = judge_hazard_ratio(NON_INFERIOR, Bounds(0.61, 2.91), 1.3)
    assert text == "upper limit 2.91 exceeds the margin 1.30: non-inferiority not shown"


def test_without_a_margin_there_is_no_verdict():
    text = judge_hazard_ratio(NON_INFERIOR, Bounds(0.61, 1.10), None)
    assert text == "not judged: the study states no margin, without which non-inferiority cannot be shown"


def test_an_interval_below_the_margin_shows_non_inferiority():
    text = judge_hazard_ratio(NON_INFERIOR, Bounds(0.61, 1.12), 1.3)
    assert text == "upper limit 1.12 is below the margin 1.30: non-inferiority shown"


def test_an_upper_limit_equal_to_the_margin_does_not_show_non_inferiority():
    assert judge_hazard_ratio(NON_INFERIOR, Bounds(0.61, 1.3), 1.3).endswith(
        "equals the margin 1.30: non-inferiority not shown"
    )


def test_a_limit_that_rounds_to_the_margin_is_written_with_more_decimals():
    text = judge_hazard_ratio(NON_INFERIOR, Bounds(0.61, 1.3004), 1.3)
    assert text == "upper limit 1.3004 exceeds the margin 1.30: non-inferiority not shown"


def test_superiority_is_held_against_one():
    assert judge_hazard_ratio(Question.SUPERIOR, Bounds(0.5, 0.9), None) == (
        "upper limit 0.90 is below 1.00: superiority shown"
    )


@pytest.mark.parametrize("question", list(Question))
def test_without_an_interval_there_is_no_verdict(question):
    assert judge_hazard_ratio(question, Bounds(None, None), 1.3).startswith("not judged")
    assert judge_rate_difference(question, Bounds(None, None), 0.1).startswith("not judged")


def test_a_difference_in_rates_is_held_against_the_negative_margin():
    assert judge_rate_difference(NON_INFERIOR, Bounds(-0.18, 0.26), 0.2) == (
        "lower limit −18.0 % is above the margin −20.0 %: non-inferiority shown"
    )
    assert judge_rate_difference(NON_INFERIOR, Bounds(-0.25, 0.26), 0.2) == (
        "lower limit −25.0 % is below the margin −20.0 %: non-inferiority not shown"
    )


def test_equivalence_needs_both_limits_inside():
    text = judge_hazard_ratio(Question.EQUIVALENT, Bounds(0.85, 1.2), 1.25)
    assert text == "interval 0.85 to 1.20 lies within 0.80 to 1.25: equivalence shown"
