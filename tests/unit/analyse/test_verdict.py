"""The question of a comparison: no margin, no verdict."""

from __future__ import annotations

from trialwright.analyse.verdict import Bounds, non_inferior_hazard, non_inferior_rate, superior


def test_the_published_interval_of_the_nab_paclitaxel_trial_does_not_show_non_inferiority():
    text = non_inferior_hazard(Bounds(0.61, 2.91), 1.3)
    assert text == "upper limit 2.91 exceeds the margin 1.30: non-inferiority not shown"


def test_without_a_margin_there_is_no_verdict():
    text = "not judged: the study states no margin, without which non-inferiority cannot be shown"
    assert non_inferior_hazard(Bounds(0.61, 1.10), None) == text
    assert non_inferior_rate(Bounds(0.01, 0.10), None) == text


def test_an_interval_below_the_margin_shows_non_inferiority():
    text = non_inferior_hazard(Bounds(0.61, 1.12), 1.3)
    assert text == "upper limit 1.12 is below the margin 1.30: non-inferiority shown"


def test_an_upper_limit_equal_to_the_margin_does_not_show_non_inferiority():
    text = non_inferior_hazard(Bounds(0.61, 1.3), 1.3)
    assert text == "upper limit 1.30 equals the margin 1.30: non-inferiority not shown"


def test_a_limit_that_rounds_to_the_margin_is_written_with_more_decimals():
    text = non_inferior_hazard(Bounds(0.61, 1.3004), 1.3)
    assert text == "upper limit 1.3004 exceeds the margin 1.30: non-inferiority not shown"


def test_without_an_interval_there_is_no_verdict():
    assert non_inferior_hazard(Bounds(None, None), 1.3).startswith("not judged")
    assert non_inferior_rate(Bounds(None, None), 0.1).startswith("not judged")
    assert superior("log-rank", None, 0.05, favours_first=True).startswith("not judged")


def test_a_difference_in_rates_is_held_against_the_negative_margin():
    assert non_inferior_rate(Bounds(-0.18, 0.26), 0.2) == (
        "lower limit −18.0 % is above the margin −20.0 %: non-inferiority shown"
    )
    assert non_inferior_rate(Bounds(-0.25, 0.26), 0.2) == (
        "lower limit −25.0 % is below the margin −20.0 %: non-inferiority not shown"
    )


def test_superiority_needs_a_small_p_and_the_right_direction():
    assert superior("log-rank", 0.012, 0.05, favours_first=True).endswith(": superiority shown")
    assert superior("log-rank", 0.012, 0.05, favours_first=False).endswith(": superiority not shown")
    assert superior("log-rank", 0.0503, 0.05, favours_first=True).startswith("log-rank p 0.0503 is not below")
