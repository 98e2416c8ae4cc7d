"""CTCAE 5.0 laboratory grades against a second writing of the text, in exact fractions, a result at a time.

The reference below was written from the printed criteria (CTCAE 5.0, 27 November 2017) and the decisions of
rulebook/ctcae-decisions.toml; it reads neither the thresholds file nor the engine.
"""

from __future__ import annotations

import csv
import itertools
import pathlib
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.derive.ctcae import grade_results, grading_criteria

NA = None


def _worst(value, bounds, below):
    """bounds: [(grade, limit, limit itself included)]."""
    met = [
        g for g, limit, at in bounds if (value < limit if below else value > limit) or (at and value == limit)
    ]
    return max(met, default=0)


def _cells(tenths):
    """Counts that CTCAE prints per mm3 and as x 10e9/L: the limits of grades 2, 3, 4 in 10^9/L."""

    def rule(unit, value, lln):
        factor = {"10^9/L": 1, "10^3/uL": 1, "1/uL": 1000}.get(unit)
        if factor is None:
            return NA
        return _low(value, lln, [Fraction(t) * factor for t in tenths])

    return rule


def _low(value, lln, limits_from_grade_2):
    grade = _worst(value, [(i + 2, limit, False) for i, limit in enumerate(limits_from_grade_2)], below=True)
    if grade:
        return grade
    return NA if lln is None else int(value < lln)


def _high(value, uln, limits_by_grade):
    grade = _worst(value, [(g, Fraction(limit), False) for g, limit in limits_by_grade], below=False)
    if grade:
        return grade
    return NA if uln is None else int(value > uln)


LOW_BY_UNIT = {  # limits of grades 2, 3 (and 4), "<" each
    "anemia": {"g/L": ["100", "80"], "g/dL": ["10", "8"], "mmol/L": ["6.2", "4.9"]},
    "hypoalbuminemia": {"g/L": ["30", "20"], "g/dL": ["3", "2"]},
    "hypocalcemia": {"mmol/L": ["2.0", "1.75", "1.5"], "mg/dL": ["8", "7", "6"]},
    "hypocalcemia (ionized)": {"mmol/L": ["1.0", "0.9", "0.8"], "mg/dL": ["4", "3.6", "3.2"]},
    "hypoglycemia": {"mmol/L": ["3.0", "2.2", "1.7"], "mg/dL": ["55", "40", "30"]},
    "hypomagnesemia": {"mmol/L": ["0.5", "0.4", "0.3"], "mg/dL": ["1.2", "0.9", "0.7"]},
}
CELLS = {
    "cd4 lymphocytes decreased": ["0.5", "0.2", "0.05"],
    "lymphocyte count decreased": ["0.8", "0.5", "0.2"],
    "neutrophil count decreased": ["1.5", "1.0", "0.5"],
    "platelet count decreased": ["75", "50", "25"],
    "white blood cell decreased": ["3", "2", "1"],
}
HIGH_BY_UNIT = {  # (grade, ">" limit); grade 1 above ULN
    "cholesterol high": {
        "mmol/L": [(2, "7.75"), (3, "10.34"), (4, "12.92")],
        "mg/dL": [(2, 300), (3, 400), (4, 500)],
    },
    "hypercalcemia": {
        "mmol/L": [(2, "2.9"), (3, "3.1"), (4, "3.4")],
        "mg/dL": [(2, "11.5"), (3, "12.5"), (4, "13.5")],
    },
    "hypercalcemia (ionized)": {
        "mmol/L": [(2, "1.5"), (3, "1.6"), (4, "1.8")],
        "mg/dL": [(2, 6), (3, "6.4"), (4, "7.2")],
    },
    "hyperkalemia": {unit: [(2, "5.5"), (3, 6), (4, 7)] for unit in ("mmol/L", "mEq/L")},
    "hypermagnesemia": {"mmol/L": [(3, "1.23"), (4, "3.30")], "mg/dL": [(3, 3), (4, 8)]},
    "hypernatremia": {unit: [(2, 150), (3, 155), (4, 160)] for unit in ("mmol/L", "mEq/L")},
}
TIMES_ULN = {  # grades 1, 2, 3, 4 above this many times ULN
    "activated partial thromboplastin time prolonged": ["1", "1.5", "2.5"],
    "blood lactate dehydrogenase increased": ["1"],
    "cpk increased": ["1", "2.5", "5", "10"],
    "lipase increased": ["1", "1.5", "2", "5"],
    "serum amylase increased": ["1", "1.5", "2", "5"],
}
LIVER = {  # limits of grades 2, 3, 4 in ULN or baseline; the bound of grade 1 against baseline, and "at" it
    "alanine aminotransferase increased": (["3", "5", "20"], "1.5", True),
    "aspartate aminotransferase increased": (["3", "5", "20"], "1.5", True),
    "alkaline phosphatase increased": (["2.5", "5", "20"], "2.0", True),
    "ggt increased": (["2.5", "5", "20"], "2.0", True),
    "blood bilirubin increased": (["1.5", "3", "10"], "1.0", False),
}


def reference(term, value, unit, lln, uln, base, indicator, change):
    term = term.lower()
    if value is None:
        return NA
    if term in LOW_BY_UNIT:
        limits = LOW_BY_UNIT[term].get(unit)
        return NA if limits is None else _low(value, lln, [Fraction(limit) for limit in limits])
    if term in CELLS:
        return _cells(CELLS[term])(unit, value, lln)
    if term in HIGH_BY_UNIT:
        limits = HIGH_BY_UNIT[term].get(unit)
        return NA if limits is None else _high(value, uln, limits)
    if term in TIMES_ULN:
        if uln is None:
            return NA
        return _worst(
            value, [(i + 1, Fraction(m) * uln, False) for i, m in enumerate(TIMES_ULN[term])], below=False
        )
    if term in LIVER:
        return _liver(*LIVER[term], value, uln, base, indicator)
    return ALONE[term](value, unit, lln, uln, base, change)


def _liver(limits, first, at_first, value, uln, base, indicator):
    if uln is None:
        return NA
    if indicator == "HIGH":
        if base is None:
            return NA
        bounds = [(i + 2, Fraction(m) * base, False) for i, m in enumerate(limits)]
        return _worst(value, [*bounds, (1, Fraction(first) * base, at_first)], below=False)
    return _worst(
        value, [(i + 1, Fraction(m) * uln, False) for i, m in enumerate(["1", *limits])], below=False
    )


def _creatinine(value, _unit, _lln, uln, base, _change):
    by_uln = (
        0
        if uln is None
        else _worst(value, [(1, uln, 0), (2, uln * 3 / 2, 0), (3, 3 * uln, 0), (4, 6 * uln, 0)], below=False)
    )
    by_base = 0 if base is None else _worst(value, [(2, base * 3 / 2, 0), (3, 3 * base, 0)], below=False)
    worst = max(by_uln, by_base)
    return NA if uln is None and worst == 0 else worst


def _fibrinogen(value, unit, lln, _uln, _base, change):
    if unit not in ("g/L", "mg/dL"):
        return NA
    if value < (Fraction(1, 2) if unit == "g/L" else 50):
        return 4
    if lln is None:
        return NA
    by_lln = _worst(value, [(1, lln, 0), (2, lln * 3 / 4, 0), (3, lln / 2, 0), (4, lln / 4, 0)], below=True)
    if value >= lln or change is None:
        return by_lln
    fall = -change
    return max(by_lln, 4 if fall >= 75 else 3 if fall >= 50 else 2 if fall >= 25 else 0)


def _inr(value, _unit, _lln, _uln, base, _change):
    absolute = (
        3
        if value > Fraction("2.5")
        else 2
        if value > Fraction("1.5")
        else 1
        if value > Fraction("1.2")
        else 0
    )
    if base is None:
        return absolute or NA
    against = _worst(value, [(1, base, 0), (2, base * 3 / 2, 0), (3, base * 5 / 2, 0)], below=False)
    return max(absolute, against)


def _sodium(value, unit, lln, *_):
    if unit not in ("mmol/L", "mEq/L"):
        return NA
    if value < 120:
        return 4
    if value <= 129:
        return 3
    return NA if lln is None else int(value < lln)


def _potassium(value, unit, lln, *_):
    if unit not in ("mmol/L", "mEq/L"):
        return NA
    if value < 3:
        return 4 if value < Fraction("2.5") else 3
    return NA if lln is None else 2 * int(value < lln)


def _hemoglobin(value, unit, _lln, uln, *_):
    step = {"g/L": 20, "g/dL": 2}.get(unit)
    if step is None or uln is None:
        return NA
    above = value - uln
    return 3 if above > 2 * step else 2 if above > step else 1 if above > 0 else 0


def _triglycerides(value, unit, *_):
    limits = {"mmol/L": ["1.71", "3.42", "5.7", "11.4"], "mg/dL": ["150", "300", "500", "1000"]}.get(unit)
    if limits is None:
        return NA
    first, *others = (Fraction(limit) for limit in limits)
    return _worst(value, [(1, first, True), *((i + 2, x, False) for i, x in enumerate(others))], below=False)


def _white_cells(high, grade, second=None, second_grade=0):
    def rule(value, unit, *_):
        factor = {"10^9/L": 1, "10^3/uL": 1, "1/uL": 1000}.get(unit)
        if factor is None:
            return NA
        if second is not None and value > second * factor:
            return second_grade
        return grade if value > high * factor else 0

    return rule


ALONE = {
    "creatinine increased": _creatinine,
    "fibrinogen decreased": _fibrinogen,
    "inr increased": _inr,
    "hyponatremia": _sodium,
    "hypokalemia": _potassium,
    "hemoglobin increased": _hemoglobin,
    "hypertriglyceridemia": _triglycerides,
    "leukocytosis": _white_cells(100, 3),
    "lymphocyte count increased": _white_cells(4, 2, 20, 3),
    "haptoglobin decreased": lambda value, _u, lln, *_: NA if lln is None else int(value < lln),
    "hyperuricemia": lambda value, _u, _l, uln, *_: NA if uln is None else 3 * int(value > uln),
    "acidosis": lambda value, _u, lln, *_: (
        3 if value < Fraction("7.3") else NA if lln is None else int(value < lln)
    ),
    "alkalosis": lambda value, _u, _l, uln, *_: (
        3 if value > Fraction("7.5") else NA if uln is None else int(value > uln)
    ),
}

CRITERIA = grading_criteria()
UNITS = {rules.term: list(by_unit) for by_unit in CRITERIA.rule_sets.values() for rules in by_unit.values()}
PRINTED = list(
    csv.DictReader(
        (pathlib.Path(__file__).parents[2] / "src/trialwright/rulebook/ctcae-5.0-labs.csv")
        .read_text("utf-8")
        .splitlines()
    )
)


def _frame(rows):
    names = ["TERM", "AVAL", "AVALU", "ANRLO", "ANRHI", "BASE", "BNRIND", "PCHG"]
    numbers = {"AVAL", "ANRLO", "ANRHI", "BASE", "PCHG"}
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return pl.DataFrame(
        {
            name: [None if x is None else float(x) for x in values] if name in numbers else list(values)
            for name, values in columns.items()
        },
        schema={name: pl.Float64 if name in numbers else pl.String for name in names},
    )


def _expected(row):
    term, value, unit, lln, uln, base, indicator, change = row
    exact = [None if x is None else Fraction(x) for x in (value, lln, uln, base, change)]
    return reference(term, exact[0], unit, exact[1], exact[2], exact[3], indicator, exact[4])


def _compare(rows):
    given_grades = grade_results(_frame(rows), CRITERIA).grade.to_list()
    wrong = [
        (row, got, want)
        for row, got in zip(rows, given_grades, strict=True)
        if got != (want := _expected(row))
    ]
    assert not wrong, f"{len(wrong)} of {len(rows)}, first: {wrong[0]}"


RANGES = [
    ("0.9", "4.3"),
    ("0.31", "1.1"),
    ("33", "49"),
    ("110", "160"),
    ("7.35", "7.45"),
    (None, "4.3"),
    ("0.9", None),
]
BASES = [(None, None), ("1.1", "NORMAL"), ("7.3", "HIGH"), ("0.7", "LOW"), ("5.9", None), (None, "HIGH")]
CHANGES = [None, "-24.9", "-25", "-25.1", "-49.9", "-50", "-75", "-74.9", "12"]


def _thresholds(row, lo, hi, base):
    reference_value = {"x ULN": hi, "above ULN": hi, "x LLN": lo, "x BASE": base, "absolute": "1"}.get(
        row["basis"]
    )
    if reference_value is None:
        return []
    if row["basis"] == "above ULN":
        limit = Fraction(hi) + Fraction(row["bound"])
    else:
        limit = Fraction(row["bound"]) * Fraction(reference_value)
    step = limit / 10**9
    return [limit, limit - step, limit + step]


@pytest.mark.parametrize("term", sorted(UNITS))
def test_each_threshold_of_a_term_at_just_below_and_just_above(term):
    rows = []
    printed = [row for row in PRINTED if row["term"] == term]
    for (lo, hi), (base, indicator), row in itertools.product(RANGES, BASES, printed):
        changes = CHANGES if term == "Fibrinogen decreased" else [None]
        for value, change in itertools.product(_thresholds(row, lo, hi, base), changes):
            rows.append((term, value, row["unit"] or "U/L", lo, hi, base, indicator, change))
    _compare(rows)


decimals = st.decimals(min_value=0, max_value=400, places=2).map(str)
sparse = st.one_of(st.none(), decimals.filter(lambda text: float(text) > 0))


@st.composite
def results(draw):
    term = draw(st.sampled_from(sorted(UNITS)))
    lo, hi = draw(sparse), draw(sparse)
    if lo is not None and hi is not None and Fraction(lo) > Fraction(hi):
        lo, hi = hi, lo
    value = draw(st.one_of(st.none(), decimals))
    unit = draw(st.sampled_from([*(unit or "U/L" for unit in UNITS[term]), "mmol/L", "mg/dL", "stone"]))
    indicator = draw(st.sampled_from([None, "LOW", "NORMAL", "HIGH"]))
    return (
        term,
        value,
        unit,
        lo,
        hi,
        draw(sparse),
        indicator,
        draw(st.one_of(st.none(), st.integers(-100, 50).map(str))),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(results(), min_size=1, max_size=60))
def test_any_result_has_the_grade_of_the_plain_reference(rows):
    _compare(rows)


@settings(max_examples=50, deadline=None)
@given(st.lists(results(), min_size=2, max_size=40), st.randoms())
def test_the_order_of_rows_never_matters(rows, random):
    shuffled = list(enumerate(rows))
    random.shuffle(shuffled)
    grades = grade_results(_frame(rows), CRITERIA).grade.to_list()
    again = grade_results(_frame([row for _, row in shuffled]), CRITERIA).grade.to_list()
    assert [again[k] for k in sorted(range(len(rows)), key=lambda k: shuffled[k][0])] == grades


@settings(max_examples=100, deadline=None)
@given(results(), decimals, decimals)
def test_a_value_further_from_normal_never_has_a_lower_grade(row, one, other):
    near, far = sorted([one, other], key=Fraction)
    if CRITERIA.rule_sets[row[0].lower()][UNITS[row[0]][0]].direction == "low":
        near, far = far, near
    pair = [(row[0], value, *row[2:]) for value in (near, far)]
    mild, severe = grade_results(_frame(pair), CRITERIA).grade.to_list()
    assert mild is None or severe is None or mild <= severe
