"""Grades as they are printed in CTCAE 5.0, value by value, and what makes a result not gradable."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.derive.ctcae import NotGradable, grade_results, grading_criteria
from trialwright.derive.ctcae.units import canonical_unit
from trialwright.errors import ArgumentError, ContractError

SCHEMA = {
    "TERM": pl.String,
    "AVAL": pl.Float64,
    "AVALU": pl.String,
    "ANRLO": pl.Float64,
    "ANRHI": pl.Float64,
    "BASE": pl.Float64,
    "BNRIND": pl.String,
    "PCHG": pl.Float64,
}


def grade(term, value, unit=None, lo=None, hi=None, base=None, indicator=None, change=None, **choices):
    frame = pl.DataFrame([(term, value, unit, lo, hi, base, indicator, change)], schema=SCHEMA, orient="row")
    return grade_results(frame, grading_criteria(choices)).grade[0]


def reason(*row, **choices):
    frame = pl.DataFrame([(*row, *[None] * (len(SCHEMA) - len(row)))], schema=SCHEMA, orient="row")
    return NotGradable(grade_results(frame, grading_criteria(choices)).reason[0])


LOW_TERMS = [  # term, unit, LLN, values of grade 0, 1, 2, 3, 4 as the text prints their edges
    ("Anemia", "g/L", 120, [120, 119.9, 99.9, 79.9]),
    ("Anemia", "g/L", 120, [130, 100, 80, 10]),
    ("Anemia", "g/dL", 12, [12, 10, 8, 7.9]),
    ("Anemia", "mmol/L", 7.4, [7.4, 6.2, 4.9, 4.8]),
    ("CD4 lymphocytes decreased", "1/uL", 600, [600, 500, 200, 50, 49]),
    ("CD4 lymphocytes decreased", "10^9/L", 0.6, [0.6, 0.5, 0.2, 0.05, 0.049]),
    ("Lymphocyte count decreased", "10^9/L", 1.0, [1.0, 0.8, 0.5, 0.2, 0.19]),
    ("Lymphocyte count decreased", "/mm3", 1000, [1000, 800, 500, 200, 199]),
    ("Neutrophil count decreased", "10^9/L", 1.8, [1.8, 1.5, 1.0, 0.5, 0.49]),
    ("Neutrophil count decreased", "10^3/uL", 1.8, [1.8, 1.5, 1.0, 0.5, 0.49]),
    ("Neutrophil count decreased", "/mm3", 1800, [1800, 1500, 1000, 500, 499]),
    ("Platelet count decreased", "10^9/L", 150, [150, 75, 50, 25, 24.9]),
    ("Platelet count decreased", "/mm3", 150000, [150000, 75000, 50000, 25000, 24999]),
    ("White blood cell decreased", "10^9/L", 4, [4, 3, 2, 1, 0.99]),
    ("White blood cell decreased", "/mm3", 4000, [4000, 3000, 2000, 1000, 999]),
    ("Hypoalbuminemia", "g/L", 35, [35, 30, 20, 19.9]),
    ("Hypoalbuminemia", "g/dL", 3.5, [3.5, 3, 2, 1.9]),
    ("Hypocalcemia", "mmol/L", 2.15, [2.15, 2.0, 1.75, 1.5, 1.49]),
    ("Hypocalcemia", "mg/dL", 8.6, [8.6, 8.0, 7.0, 6.0, 5.9]),
    ("Hypocalcemia (Ionized)", "mmol/L", 1.15, [1.15, 1.0, 0.9, 0.8, 0.79]),
    ("Hypoglycemia", "mmol/L", 3.9, [3.9, 3.0, 2.2, 1.7, 1.6]),
    ("Hypoglycemia", "mg/dL", 70, [70, 55, 40, 30, 29]),
    ("Hypomagnesemia", "mmol/L", 0.7, [0.7, 0.5, 0.4, 0.3, 0.29]),
    ("Hypomagnesemia", "mg/dL", 1.7, [1.7, 1.2, 0.9, 0.7, 0.69]),
]


@pytest.mark.parametrize(("term", "unit", "lln", "values"), LOW_TERMS)
def test_a_low_term_as_the_text_prints_it(term, unit, lln, values):
    assert [grade(term, value, unit, lln) for value in values] == list(range(len(values)))


HIGH_TERMS = [  # term, unit, ULN, [(value, grade)]: the last value of each grade, and the first beyond
    ("Activated partial thromboplastin time prolonged", "s", 40, [(40, 0), (60, 1), (100, 2), (101, 3)]),
    ("Blood lactate dehydrogenase increased", "U/L", 250, [(250, 0), (250.1, 1), (9999, 1)]),
    ("Cholesterol high", "mg/dL", 200, [(200, 0), (300, 1), (400, 2), (500, 3), (501, 4)]),
    ("Cholesterol high", "mmol/L", 5.2, [(5.2, 0), (7.75, 1), (10.34, 2), (12.92, 3), (12.93, 4)]),
    ("CPK increased", "U/L", 200, [(200, 0), (500, 1), (1000, 2), (2000, 3), (2001, 4)]),
    ("Hemoglobin increased", "g/dL", 16, [(16, 0), (18, 1), (20, 2), (20.1, 3)]),
    ("Hemoglobin increased", "g/L", 160, [(160, 0), (180, 1), (200, 2), (201, 3)]),
    ("Hypercalcemia", "mmol/L", 2.55, [(2.55, 0), (2.9, 1), (3.1, 2), (3.4, 3), (3.41, 4)]),
    ("Hypercalcemia", "mg/dL", 10.2, [(10.2, 0), (11.5, 1), (12.5, 2), (13.5, 3), (13.6, 4)]),
    ("Hypercalcemia (Ionized)", "mmol/L", 1.3, [(1.3, 0), (1.5, 1), (1.6, 2), (1.8, 3), (1.81, 4)]),
    ("Hyperkalemia", "mmol/L", 5.1, [(5.1, 0), (5.5, 1), (6.0, 2), (7.0, 3), (7.1, 4)]),
    ("Hyperkalemia", "mEq/L", 5.1, [(5.1, 0), (5.5, 1), (6.0, 2), (7.0, 3), (7.1, 4)]),
    ("Hypermagnesemia", "mmol/L", 1.0, [(1.0, 0), (1.23, 1), (3.30, 3), (3.31, 4)]),
    ("Hypermagnesemia", "mg/dL", 2.4, [(2.4, 0), (3.0, 1), (8.0, 3), (8.1, 4)]),
    ("Hypernatremia", "mmol/L", 145, [(145, 0), (150, 1), (155, 2), (160, 3), (161, 4)]),
    ("Hypertriglyceridemia", "mg/dL", None, [(149, 0), (150, 1), (300, 1), (500, 2), (1000, 3), (1001, 4)]),
    (
        "Hypertriglyceridemia",
        "mmol/L",
        None,
        [(1.7, 0), (1.71, 1), (3.42, 1), (5.7, 2), (11.4, 3), (11.5, 4)],
    ),
    ("Hyperuricemia", "umol/L", 420, [(420, 0), (421, 3)]),
    ("Leukocytosis", "10^9/L", None, [(100, 0), (100.1, 3)]),
    ("Leukocytosis", "/mm3", None, [(100000, 0), (100001, 3)]),
    ("Lipase increased", "U/L", 60, [(60, 0), (90, 1), (120, 2), (300, 3), (301, 4)]),
    ("Serum amylase increased", "U/L", 100, [(100, 0), (150, 1), (200, 2), (500, 3), (501, 4)]),
    ("Lymphocyte count increased", "10^9/L", None, [(4, 0), (20, 2), (20.1, 3)]),
    ("Lymphocyte count increased", "/mm3", None, [(4000, 0), (20000, 2), (20001, 3)]),
    ("Alkalosis", None, 7.45, [(7.45, 0), (7.5, 1), (7.51, 3)]),
]


@pytest.mark.parametrize(("term", "unit", "uln", "pairs"), HIGH_TERMS)
def test_a_high_term_as_the_text_prints_it(term, unit, uln, pairs):
    assert [(value, grade(term, value, unit, hi=uln)) for value, _ in pairs] == pairs


@pytest.mark.parametrize(
    ("term", "pairs"),
    [
        ("Alanine aminotransferase increased", [(40, 0), (41, 1), (120, 1), (200, 2), (800, 3), (801, 4)]),
        ("Aspartate aminotransferase increased", [(40, 0), (41, 1), (120, 1), (200, 2), (800, 3), (801, 4)]),
        ("Alkaline phosphatase increased", [(40, 0), (100, 1), (200, 2), (800, 3), (801, 4)]),
        ("GGT increased", [(40, 0), (100, 1), (200, 2), (800, 3), (801, 4)]),
        ("Blood bilirubin increased", [(40, 0), (60, 1), (120, 2), (400, 3), (401, 4)]),
    ],
)
@pytest.mark.parametrize("baseline", [(30, "NORMAL"), (30, "LOW"), (None, None)])
def test_liver_tests_follow_uln_when_baseline_was_not_high(term, pairs, baseline):
    assert [(value, grade(term, value, "U/L", 5, 40, *baseline)) for value, _ in pairs] == pairs


@pytest.mark.parametrize(
    ("term", "pairs"),
    [
        (
            "Alanine aminotransferase increased",
            [(149, 0), (150, 1), (300, 1), (500, 2), (2000, 3), (2001, 4)],
        ),
        (
            "Aspartate aminotransferase increased",
            [(149, 0), (150, 1), (300, 1), (500, 2), (2000, 3), (2001, 4)],
        ),
        ("Alkaline phosphatase increased", [(199, 0), (200, 1), (250, 1), (500, 2), (2000, 3), (2001, 4)]),
        ("GGT increased", [(199, 0), (200, 1), (250, 1), (500, 2), (2000, 3), (2001, 4)]),
        ("Blood bilirubin increased", [(100, 0), (101, 1), (150, 1), (300, 2), (1000, 3), (1001, 4)]),
    ],
)
def test_liver_tests_follow_baseline_when_it_was_high(term, pairs):
    assert [(value, grade(term, value, "U/L", 5, 40, 100, "HIGH")) for value, _ in pairs] == pairs


def test_creatinine_takes_the_worse_of_baseline_and_uln():
    assert grade("Creatinine increased", 121, "umol/L", hi=120, base=100) == 1
    assert grade("Creatinine increased", 110, "umol/L", hi=120, base=70) == 2
    assert grade("Creatinine increased", 110, "umol/L", hi=120, base=36) == 3
    assert grade("Creatinine increased", 721, "umol/L", hi=120, base=600) == 4
    assert grade("Creatinine increased", 110, "umol/L", hi=120, base=36, creatinine="range") == 0


def test_creatinine_without_baseline_follows_uln_and_without_uln_shows_at_least_the_rise():
    assert grade("Creatinine increased", 190, "umol/L", hi=120) == 2
    assert grade("Creatinine increased", 190, "umol/L", base=100) == 2
    assert grade("Creatinine increased", 140, "umol/L", base=100) is None


def test_fibrinogen_takes_the_worse_of_lln_and_its_fall_from_baseline():
    assert grade("Fibrinogen decreased", 1.9, "g/L", 2.0, change=-10) == 1
    assert grade("Fibrinogen decreased", 1.9, "g/L", 2.0, change=-25) == 2
    assert grade("Fibrinogen decreased", 1.9, "g/L", 2.0, change=-50) == 3
    assert grade("Fibrinogen decreased", 1.9, "g/L", 2.0, change=-75) == 4
    assert grade("Fibrinogen decreased", 2.0, "g/L", 2.0, change=-75) == 0
    assert grade("Fibrinogen decreased", 0.99, "g/L", 2.0) == 3
    assert grade("Fibrinogen decreased", 49, "mg/dL") == 4
    assert grade("Fibrinogen decreased", 90, "mg/dL", 200, base=100, indicator="LOW", change=-10) == 3
    low = {"base": 100, "indicator": "LOW", "change": -10, "fibrinogen": "baseline"}
    assert grade("Fibrinogen decreased", 90, "mg/dL", 200, **low) == 1


def test_inr_takes_the_worse_of_its_thresholds_and_the_multiples_of_baseline():
    assert [grade("INR increased", x, base=1.0) for x in (1.0, 1.1, 1.5, 1.6, 2.5, 2.6)] == [0, 1, 1, 2, 2, 3]
    assert grade("INR increased", 1.3) == 1
    assert grade("INR increased", 1.2) is None
    assert grade("INR increased", 1.2, anticoagulation="none") == 0
    assert grade("INR increased", 2.4, base=2.4) == 2


def test_unknown_symptoms_take_the_worse_grade_unless_the_study_says_otherwise():
    values = (134, 130, 129.5, 129, 125, 124, 120, 119)
    assert [grade("Hyponatremia", x, "mmol/L", 135) for x in values] == [1, 1, 1, 3, 3, 3, 3, 4]
    milder = [grade("Hyponatremia", x, "mmol/L", 135, symptoms="milder") for x in values]
    assert milder == [1, 1, 1, 2, 2, 3, 3, 4]
    assert [grade("Hypokalemia", x, "mmol/L", 3.5) for x in (3.5, 3.4, 3.0, 2.9, 2.5, 2.4)] == [
        0,
        2,
        2,
        3,
        3,
        4,
    ]
    assert grade("Hypokalemia", 3.4, "mmol/L", 3.5, symptoms="milder") == 1
    assert grade("Lipase increased", 150, "U/L", hi=60, symptoms="milder") == 2
    assert grade("Hyperuricemia", 500, "umol/L", hi=420, symptoms="milder") == 1


def test_acidosis_and_haptoglobin():
    assert [grade("Acidosis", x, None, 7.35) for x in (7.35, 7.34, 7.3, 7.29)] == [0, 1, 1, 3]
    assert [grade("Haptoglobin decreased", x, "g/L", 0.3) for x in (0.3, 0.29)] == [0, 1]


def test_a_threshold_that_floating_point_would_miss_is_compared_at_15_digits():
    assert 3 * 0.1 > 0.3
    assert grade("Neutrophil count decreased", 0.1 + 0.2 + 0.2, "10^9/L", 1.8) == 3
    assert grade("CPK increased", 0.3, "ukat/L", hi=0.1 * 3) == 0
    assert grade("CPK increased", 3 * 0.1, "ukat/L", hi=0.3) == 0


def test_a_passed_threshold_decides_without_the_range_and_another_value_does_not():
    assert grade("Anemia", 70, "g/L") == 3
    assert grade("Anemia", 110, "g/L") is None
    assert reason("Anemia", 110.0, "g/L") is NotGradable.NO_RANGE_OR_BASELINE


def test_a_wrong_or_missing_unit_is_never_guessed():
    assert reason("Anemia", 7.0, None, 12.0) is NotGradable.UNIT
    assert reason("Anemia", 7.0, "mg/dL", 12.0) is NotGradable.UNIT
    assert reason("Neutrophil count decreased", 1.0, "G/L", 1.8) is NotGradable.UNIT
    assert reason("Hypocalcemia", 4.0, "mEq/L", 4.3) is NotGradable.UNIT
    assert grade("CPK increased", 500, None, hi=200) == 1


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("GI/L", "10^9/L"),
        ("10*9/L", "10^9/L"),
        ("x 10e9/L", "10^9/L"),
        ("K/uL", "10^3/uL"),
        ("10^3/µL", "10^3/uL"),
        ("10^3/μL", "10^3/uL"),
        ("cells/mm3", "1/uL"),
        ("MMOL/L", "mmol/L"),
        ("mg/dl", "mg/dL"),
        ("G/L", "g/L"),
        ("stone", None),
        ("", None),
    ],
)
def test_spellings_of_units(spelling, unit):
    assert canonical_unit(spelling) == unit


@pytest.mark.parametrize("term", ["Hyperglycemia", "HYPOPHOSPHATEMIA"])
def test_terms_without_numeric_criteria_are_never_graded(term):
    assert reason(term, 20.0, "mmol/L", 3.9, 6.1) is NotGradable.NO_NUMERIC_CRITERIA


def test_what_cannot_be_true_is_not_graded():
    assert reason("Anemia", -7.0, "g/L", 120.0) is NotGradable.NO_NUMBER
    assert reason("Anemia", None, "g/L", 120.0) is NotGradable.NO_NUMBER
    assert reason("Anemia", float("inf"), "g/L", 120.0) is NotGradable.NO_NUMBER
    assert reason("CPK increased", 50.0, "U/L", 200.0, 30.0) is NotGradable.NO_RANGE_OR_BASELINE
    assert reason("CPK increased", 50.0, "U/L", None, 0.0) is NotGradable.NO_RANGE_OR_BASELINE
    high_without_value = ("GGT increased", 90.0, "U/L", 5.0, 40.0, None, "HIGH")
    assert reason(*high_without_value) is NotGradable.NO_RANGE_OR_BASELINE


def test_terms_match_in_any_case_and_a_misspelt_one_has_a_nearest():
    assert grade(" platelet COUNT decreased ", 60, "GI/L", 150) == 2
    assert reason("Platelets decreased", 60.0, "GI/L", 150.0) is NotGradable.UNKNOWN_TERM
    assert grading_criteria().nearest_term("platelet count decresed") == "Platelet count decreased"


def test_forty_terms_have_criteria():
    assert len(grading_criteria().terms) == 40


def test_an_option_or_choice_that_does_not_exist_is_an_error():
    with pytest.raises(ArgumentError, match="no option 'symptom'"):
        grading_criteria({"symptom": "worse"})
    with pytest.raises(ArgumentError, match="no choice 'best'"):
        grading_criteria({"symptoms": "best"})


def test_a_missing_column_is_named():
    with pytest.raises(ContractError, match="no column PCHG"):
        grade_results(pl.DataFrame(schema=SCHEMA).drop("PCHG"), grading_criteria())


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e300])
def test_extreme_numbers_compare_without_a_warning(value):
    assert grade("CPK increased", value, "U/L", hi=200) == (4 if value else 0) * (value > 1)
    assert grade("Platelet count decreased", value, "10^9/L", 150) == (0 if value > 1 else 4)
