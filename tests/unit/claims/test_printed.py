from fractions import Fraction

import pytest

from trialwright.claims.printed import Printed, print_to


def test_trailing_zeros_are_precision():
    assert Printed("46.20").decimals == 2
    assert Printed("46.2").decimals == 1
    assert Printed("46").unit == 1


@pytest.mark.parametrize(
    ("text", "value", "rounds", "cuts"),
    [
        ("46.2", Fraction(1200, 26), True, False),  # 46.1538…
        ("46.1", Fraction(1200, 26), False, True),
        ("18.6", Fraction(500, 27), False, False),  # 18.5185… is neither rounded nor cut off to 18.6
        ("18.5", Fraction(500, 27), True, True),
        ("12.5", Fraction(1245, 100), True, False),  # a half may round up
        ("12.4", Fraction(1245, 100), True, True),  # or down
        ("49.9", Fraction(50), False, False),  # 50 exactly needs no cutting
    ],
)
def test_what_a_printed_number_can_stand_for(text, value, rounds, cuts):
    assert (value in Printed(text).rounded) is rounds
    assert (value in Printed(text).truncated) is cuts


def test_negative_numbers_are_cut_towards_zero():
    assert Fraction(-127, 10) in Printed("-12").truncated
    assert Fraction(-113, 10) not in Printed("-12").truncated
    assert all(Fraction(9, 10) * sign in Printed(zero).truncated for sign in (1, -1) for zero in ("0", "-0"))


def test_halves_are_printed_away_from_zero():
    assert print_to(Fraction(1, 2), 0).text == "1"
    assert print_to(Fraction(-1, 8), 2).text == "-0.13"
    assert print_to(0.004, 2).text == "0.00"
