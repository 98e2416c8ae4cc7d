"""Numbers as a journal prints them."""

from __future__ import annotations

import pytest

from trialwright.report import format as fmt


@pytest.mark.parametrize(
    ("fraction", "printed"),
    [(15 / 27, "55.6%"), (5 / 27, "18.5%"), (0.0, "0.0%"), (1.0, "100.0%"), (0.1245, "12.5%"), (None, "—")],
)
def test_percent_has_one_decimal_and_halves_go_up(fraction, printed):
    assert fmt.percent(fraction) == printed


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.4694, "0.469"),
        (0.0009, "<0.001"),
        (0.001, "0.001"),
        (0.0495, "0.050"),
        (1.0, ">0.999"),
        (0.999, "0.999"),
    ],
)
def test_p_has_three_decimals_within_bounds(p, printed):
    assert fmt.p_value(p) == printed


@pytest.mark.parametrize(
    ("months", "printed"), [(6.149, "6.1"), (float("nan"), "not reached"), (None, "not reached")]
)
def test_months_have_one_decimal_or_are_not_reached(months, printed):
    assert fmt.months(months) == printed


def test_a_negative_bound_turns_the_dash_into_a_word():
    assert fmt.interval(fmt.number(-3.2, 1), fmt.number(4.1, 1)) == "−3.2 to 4.1"


def test_the_minus_is_a_minus_and_zero_has_none():
    assert fmt.number(-30.0, 1) == "\u221230.0"
    assert fmt.number(-0.01, 1) == "0.0"
    assert fmt.signed(-0.01, 1) == "0.0"


def test_a_hazard_ratio_has_two_decimals():
    assert fmt.ratio(1.334) == "1.33"
    assert fmt.ratio(None) == "not estimable"


def test_thousands_are_set_apart():
    assert fmt.count(59580) == "59,580"
    assert fmt.plural(1, "subject") == "1 subject"
