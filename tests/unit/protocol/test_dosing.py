"""Doses by the worked examples of labels, guidance and clinical teaching."""

import pytest

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.amounts import (
    Computed,
    Prescriber,
    band,
    calvert,
    capped,
    round_by_size,
    round_to,
)
from trialwright.protocol.dosing.body import (
    Body,
    Sex,
    creatinine_clearance,
    du_bois,
    gehan_george,
    haycock,
    mosteller,
)
from trialwright.protocol.dosing.intensity import Given, dose_intensity
from trialwright.protocol.dosing.tablets import nearest_tablets, tablets_of


@pytest.mark.parametrize("formula", [mosteller, du_bois, haycock, gehan_george])
def test_formulas_agree_within_five_percent_on_a_middling_adult(formula):
    assert formula(170, 70) == pytest.approx(1.82, rel=0.05)


def test_mosteller_of_a_square_is_exact():
    assert mosteller(180, 80) == 2.0  # 180 x 80 / 3600 = 4


@pytest.mark.parametrize(("auc", "most"), [(4, 600), (5, 750), (6, 900)])
def test_carboplatin_never_exceeds_the_maximum_doses_that_the_fda_lists(auc, most):
    assert calvert(auc, 125).dose_mg == most
    assert calvert(auc, 300).dose_mg == most
    assert calvert(auc, 124).dose_mg < most


def test_a_woman_has_85_percent_of_the_clearance_of_a_man():
    man = creatinine_clearance(Body(165, 60, 65, Sex.MALE, 88.4))
    woman = creatinine_clearance(Body(165, 60, 65, Sex.FEMALE, 88.4))
    assert man == pytest.approx(62.5)  # (140 - 65) x 60 / 72
    assert woman == pytest.approx(0.85 * 62.5)


# Capecitabine 1250 mg/m2 twice a day: limits of body surface and tablets at one time, US label table
LABEL = [
    (1.20, 1.25, "3 × 500 mg"),
    (1.26, 1.37, "3 × 500 mg + 1 × 150 mg"),
    (1.38, 1.51, "3 × 500 mg + 2 × 150 mg"),
    (1.52, 1.65, "4 × 500 mg"),
    (1.66, 1.77, "4 × 500 mg + 1 × 150 mg"),
    (1.78, 1.91, "4 × 500 mg + 2 × 150 mg"),
    (1.92, 2.05, "5 × 500 mg"),
    (2.06, 2.17, "5 × 500 mg + 1 × 150 mg"),
    (2.18, 2.25, "5 × 500 mg + 2 × 150 mg"),
]


@pytest.mark.parametrize(("low", "high", "tablets"), LABEL)
def test_capecitabine_tablets_are_those_of_the_label_at_both_limits_of_each_row(low, high, tablets):
    drug = tablets_of("Capecitabine")
    assert str(nearest_tablets(1250 * low, drug)) == tablets
    assert str(nearest_tablets(1250 * high, drug)) == tablets


def test_a_dose_below_half_a_tablet_is_refused():
    with pytest.raises(ArgumentError, match="smallest tablet"):
        nearest_tablets(60, tablets_of("capecitabine"))


@pytest.mark.parametrize(
    ("height", "weight", "says"),
    [
        (1.72, 70, "looks like metres; give centimetres: 172"),
        (67, 70, "inches, give centimetres: 170"),
        (172, 700, "weight 700: not plausible"),
        (70, 172, "height 70"),
        (210, 31, "body-mass index"),
        (float("nan"), 70, "not plausible"),
    ],
)
def test_implausible_bodies_are_refused_with_the_remedy(height, weight, says):
    with pytest.raises(ArgumentError, match=says):
        Body(height, weight)


def test_creatinine_in_mg_per_dl_is_recognised():
    with pytest.raises(ArgumentError, match="looks like mg/dL; give micromol/L: 88"):
        Body(170, 70, 60, Sex.MALE, 1.0)


def test_each_unit_of_the_protocol_is_computed():
    prescriber = Prescriber(Body(180, 80, 40, Sex.MALE, 88.4))
    assert prescriber.compute(1000, "mg/m2").dose_mg == 2000
    assert prescriber.compute(3, "mg/kg").dose_mg == 240
    assert prescriber.compute(1500, "mg").dose_mg == 1500
    # clearance (140 - 40) x 80 / 72 = 111.1; AUC 5: 5 x (111.1 + 25)
    assert prescriber.compute(5, "AUC").dose_mg == pytest.approx(680.6, abs=0.05)
    with pytest.raises(ArgumentError, match="expected mg/m2, mg/kg, mg or AUC"):
        prescriber.compute(5, "IU")


def test_a_capped_surface_limits_the_dose():
    prescriber = Prescriber(Body(190, 120), surface_cap_m2=2.0)
    assert prescriber.compute(75, "mg/m2").dose_mg == 150


def test_rounding_takes_halves_up_and_banding_refuses_what_is_far():
    assert round_to(10)(125) == 130
    assert round_by_size()(1234) == 1230
    assert capped(Computed(240, "3 mg/kg × 80 kg"), 200).dose_mg == 200
    with pytest.raises(ArgumentError, match="more than 6 % away"):
        band([100, 200])(150)


def test_relative_dose_intensity_of_the_plan_itself_is_100_percent():
    course = [Given(day, 150, day, 150) for day in (1, 22, 43)]
    assert dose_intensity(course, cycle_days=21, cycles=3).relative_percent == 100


def test_delay_reduction_and_omission_are_counted():
    course = [Given(1, 100, 1, 100), Given(8, 100, None, 0), Given(22, 100, 29, 80), Given(29, 100, 36, 80)]
    found = dose_intensity(course, cycle_days=21, cycles=2)
    assert (found.delayed, found.reduced, found.omitted) == (1, 2, 1)
    assert found.relative_percent == pytest.approx(100 * (260 / 7) / (400 / 6))
