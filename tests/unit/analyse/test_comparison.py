"""Two groups compared, on four subjects whose partial likelihood can be solved by hand.

A dies on day 1, B on day 2, one more of each is censored on day 3. With h the hazard of A over B, the
partial likelihood is h / (2h + 2) · 1 / (h + 2), which is greatest at h² = 2.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from trialwright.analyse.comparison import (
    Pair,
    hazard_rows,
    log_rank_rows,
    max_combo_rows,
    models_of,
    proportionality_row,
)
from trialwright.analyse.factors import strata_of
from trialwright.analyse.rows import Cell
from trialwright.analyse.times import Times
from trialwright.errors import StudyFileError
from trialwright.stats.logrank import fleming_harrington

CELL = Cell("time-to-event", "PFS", "full", "A vs B")
UNWEIGHTED = fleming_harrington(0, 0)
FOUR = {"a1": (1, 1), "b1": (2, 1), "a2": (3, 0), "b2": (3, 0)}


def pair(records, first="A", second="B"):
    times = Times(
        subjects=tuple(records),
        days=np.array([days for days, _ in records.values()], dtype=float),
        event=np.array([event == 1 for _, event in records.values()]),
        reasons=("",) * len(records),
    )
    groups = {"A": [s for s in records if s[0] == "a"], "B": [s for s in records if s[0] == "b"]}
    return Pair.of(times, (first, groups[first]), (second, groups[second]))


def context(adsl=None, baseline=()):
    return SimpleNamespace(adam=SimpleNamespace(adsl=adsl), study=SimpleNamespace(baseline=baseline))


def hazard(here, adsl=None, strata=(), covariates=()):
    models = models_of(context(adsl), here, strata, covariates)
    rows = [row for model in models for row in hazard_rows(CELL, here, model, 0.95)]
    return {(row.statistic, row.item): row for row in rows}


def test_hazard_ratio_solves_the_partial_likelihood():
    row = hazard(pair(FOUR))["hazard_ratio", "unstratified"]
    h = math.sqrt(2)
    error = 1 / math.sqrt(h / (h + 1) ** 2 + 2 * h / (h + 2) ** 2)
    assert row.value == pytest.approx(h, rel=1e-9)
    assert row.low == pytest.approx(h * math.exp(-1.959963984540054 * error), rel=1e-9)
    assert row.high == pytest.approx(h * math.exp(1.959963984540054 * error), rel=1e-9)
    assert (row.n, row.events, row.level) == (4, 2, 0.95)
    assert row.subjects == ("a1", "a2", "b1", "b2")


def test_log_rank_is_observed_minus_expected_over_variance():
    # expected in A: 2/4 on day 1 and 1/3 on day 2; variance 1/4 + 2/9; one event in A was observed
    rows = {row.statistic: row for row in log_rank_rows(CELL, pair(FOUR), None, "unstratified", UNWEIGHTED)}
    assert rows["logrank_chi2"].value == pytest.approx(1 / 17, rel=1e-12)
    assert rows["logrank_p"].value == pytest.approx(math.erfc(math.sqrt(1 / 34)), rel=1e-12)


def test_max_combo_is_the_log_rank_test_where_all_its_weights_see_the_same_event():
    """With one event the weights (0, 0) and (1, 0) are 1 and the others 0."""
    here = pair(FOUR | {"b1": (2, 0)})
    (row,) = max_combo_rows(CELL, here, None, "unstratified")
    (_, alone) = log_rank_rows(CELL, here, None, "unstratified", UNWEIGHTED)
    assert row.value == pytest.approx(alone.value, rel=1e-12)
    assert (row.statistic, row.n, row.events) == ("maxcombo_p", 4, 1)


def test_max_combo_says_why_it_has_no_p():
    (row,) = max_combo_rows(CELL, pair({"a1": (1, 0), "b1": (2, 0)}), None, "unstratified")
    assert (row.value, row.text) == (None, "not estimable: no events")


def test_swapping_the_arms_inverts_the_hazard_ratio_and_keeps_p():
    there, back = hazard(pair(FOUR)), hazard(pair(FOUR, "B", "A"))
    key = ("hazard_ratio", "unstratified")
    assert back[key].value == pytest.approx(1 / there[key].value, rel=1e-9)
    assert back[key].low == pytest.approx(1 / there[key].high, rel=1e-9)
    p = ("hazard_ratio_p", "unstratified")
    assert back[p].value == pytest.approx(there[p].value, rel=1e-9)


def test_no_event_in_one_arm_gives_no_hazard_ratio_but_a_log_rank_p():
    here = pair({"a1": (1, 0), "a2": (3, 0), "b1": (2, 1), "b2": (3, 0)})
    rows = hazard(here)
    row = rows["hazard_ratio", "unstratified"]
    assert (row.value, row.low, row.high) == (None, None, None)
    assert row.text == "not estimable: monotone likelihood: no events in A"
    assert rows["warning", "hazard ratio, unstratified"].text == "monotone likelihood: no events in A"
    tests = {row.statistic: row for row in log_rank_rows(CELL, here, None, "unstratified", UNWEIGHTED)}
    assert tests["logrank_p"].value is not None
    assert proportionality_row(CELL, here, 0.95) is None


def test_an_arm_that_always_fails_first_has_a_monotone_likelihood():
    rows = hazard(pair({"a1": (1, 1), "a2": (2, 1), "b1": (3, 1), "b2": (4, 1)}))
    assert rows["hazard_ratio", "unstratified"].value is None
    assert "monotone" in rows["hazard_ratio", "unstratified"].text


def test_an_empty_arm_has_no_estimate_and_no_test():
    here = pair({"a1": (1, 1), "a2": (2, 1)})
    assert hazard(here)["hazard_ratio", "unstratified"].text == "not estimable: no subjects in B"
    texts = {row.text for row in log_rank_rows(CELL, here, None, "unstratified", UNWEIGHTED)}
    assert texts == {"not estimable: no subjects in B"}


def test_without_any_event_nothing_is_estimated():
    here = pair({"a1": (1, 0), "b1": (2, 0)})
    assert hazard(here)["hazard_ratio", "unstratified"].text == "not estimable: no events in either group"
    texts = {row.text for row in log_rank_rows(CELL, here, None, "unstratified", UNWEIGHTED)}
    assert texts == {"not estimable: no events"}


def test_two_copies_of_a_stratum_have_the_hazard_ratio_of_one():
    twice = FOUR | {f"{name}x": record for name, record in FOUR.items()}
    adsl = pl.DataFrame({"USUBJID": list(twice), "SEX": ["F"] * 4 + ["M"] * 4})
    rows = hazard(pair(twice), adsl, strata=("sex",))
    assert rows["hazard_ratio", "stratified"].value == pytest.approx(math.sqrt(2), rel=1e-9)
    assert rows["hazard_ratio", "stratified"].method == "Cox, Efron ties, Wald, 2 strata"


def test_a_subject_without_a_covariate_is_left_out_of_the_adjusted_model_only():
    subjects = {
        "a1": (1, 1),
        "b1": (2, 1),
        "a2": (3, 1),
        "b2": (5, 1),
        "a3": (6, 1),
        "b3": (7, 0),
        "a4": (4, 1),
    }
    ages = [50.0, 61.0, 47.0, 55.0, 70.0, 52.0, None]
    adsl = pl.DataFrame({"USUBJID": list(subjects), "BL_age": ages})
    rows = hazard(pair(subjects), adsl, covariates=("age",))
    assert rows["hazard_ratio", "unstratified"].n == 7
    assert rows["hazard_ratio", "adjusted"].n == 6
    assert "a4" not in rows["hazard_ratio", "adjusted"].subjects
    assert rows["hazard_ratio", "adjusted"].method == "Cox, Efron ties, Wald, adjusted for age"


def test_what_is_not_recorded_is_a_stratum_of_its_own():
    adsl = pl.DataFrame({"USUBJID": ["1", "2", "3"], "SITEID": ["S1", None, "S1"]})
    assert strata_of(context(adsl), ("site",), ["3", "2", "1"]).tolist() == [1, 0, 1]


def test_an_unknown_factor_is_named_with_the_remedy():
    adsl = pl.DataFrame({"USUBJID": ["1"]})
    with pytest.raises(StudyFileError, match=r"'tumour site'.*declare 'tumour site' under `baseline`"):
        strata_of(context(adsl), ("tumour site",), ["1"])
