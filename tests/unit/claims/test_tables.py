"""Odds ratios, risk ratios and differences against their counts; the numbers are R's, or by hand."""

import pytest

from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication

RATES = [
    {"id": "orr_a", "type": "proportion", "population": "A", "k": 21, "percent": "42.0"},
    {"id": "orr_b", "type": "proportion", "population": "B", "k": 9, "percent": "18.8"},
]
ODDS = {"id": "orr_or", "type": "ratio", "measure": "odds", "contrast": ["A", "B"], "level": 95}
RISK = ODDS | {"id": "orr_rr", "measure": "risk"}


def found(claim, code="RATIO-TABLE", rates=RATES):
    content = {"study": {"id": "x"}, "populations": {"A": 50, "B": 48}, "claims": [*rates, claim]}
    return [one for one in audit(Publication.model_validate(content)) if one.code == code]


@pytest.mark.parametrize(
    ("claim", "method"),
    [
        # R, epitools: oddsratio.wald, oddsratio.midp, riskratio.wald; stats: fisher.test, confint(glm)
        (ODDS | {"value": "3.14", "ci": ["1.25", "7.85"]}, "Woolf (log)"),
        (ODDS | {"value": "3.10", "ci": ["1.16", "8.90"]}, "exact conditional"),
        (ODDS | {"value": "3.08", "ci": ["1.25", "8.10"]}, "mid-p conditional"),
        (ODDS | {"value": "3.14", "ci": ["1.29", "8.16"]}, "profile likelihood"),
        (RISK | {"value": "2.24", "ci": ["1.14", "4.39"]}, "Katz (log)"),
    ],
)
def test_the_method_of_an_interval_is_named(claim, method):
    estimate, interval = found(claim)
    assert estimate.verdict in {Verdict.OK, Verdict.IDENTIFIED}
    assert interval.verdict is Verdict.IDENTIFIED
    assert f"by {method}" in interval.computation


def test_the_counts_stand_in_the_finding():
    estimate = found(ODDS | {"value": "3.14"})[0]
    assert estimate.verdict is Verdict.OK
    assert "21/50 against 9/48" in estimate.computation  # 21 · 39 / (29 · 9) = 3.138
    assert estimate.claims == ("orr_or", "orr_a", "orr_b")


def test_a_ratio_that_its_counts_do_not_give_is_an_error():
    finding = found(ODDS | {"value": "3.54"})[0]
    assert finding.verdict is Verdict.ERROR
    assert finding.minimal_repairs[0] == "3.14 instead of 3.54"


def test_a_count_that_would_mend_it_is_offered():
    # 22 · 39 / (28 · 9) = 3.405; nothing else gives it
    finding = found(ODDS | {"value": "3.40", "ci": ["1.36", "8.50"]})[0]
    assert "orr_a: 22 of 50" in finding.minimal_repairs


def test_an_odds_ratio_that_is_a_risk_ratio_is_told_so():
    finding = found(ODDS | {"value": "2.24"})[0]
    assert finding.verdict is Verdict.ERROR
    assert "it is the risk ratio of these counts" in finding.minimal_repairs


def test_a_ratio_the_other_way_round_is_named():
    # 1 / 3.138 = 0.3187
    estimate, interval = found(ODDS | {"value": "0.32", "ci": ["0.13", "0.80"]})
    assert estimate.verdict is Verdict.IDENTIFIED
    assert "second arm over first" in estimate.computation
    assert interval.verdict is Verdict.IDENTIFIED


def test_an_interval_beyond_all_methods_is_an_error():
    assert found(ODDS | {"value": "3.14", "ci": ["1.25", "9.85"]})[1].verdict is Verdict.ERROR
    assert found(ODDS | {"value": "3.14", "ci": ["2.05", "4.81"]})[1].verdict is Verdict.ERROR


def test_an_interval_between_the_methods_is_suspect():
    finding = found(ODDS | {"value": "3.14", "ci": ["1.19", "8.40"]})[1]
    assert finding.verdict is Verdict.SUSPECT


def test_another_level_is_offered():
    # exp(ln 3.138 ± 1.645 · 0.4678) = 1.454 to 6.774
    finding = found(ODDS | {"value": "3.14", "ci": ["1.45", "6.77"]})[1]
    assert any(repair.startswith("another level: Woolf (log) at 90 %") for repair in finding.minimal_repairs)
    unstated = found(ODDS | {"value": "3.14", "ci": ["1.45", "6.77"], "level": None})[1]
    assert unstated.verdict is Verdict.IDENTIFIED
    assert "at 90 %" in unstated.computation


@pytest.mark.parametrize(
    ("p", "verdict", "test"),
    [
        # R: fisher.test 0.01608, chisq.test(correct = FALSE) 0.01254, with correction 0.02277
        ("0.016", Verdict.OK, "Fisher"),
        ("0.013", Verdict.IDENTIFIED, "chi-square: 0.0125"),
        ("0.023", Verdict.IDENTIFIED, "chi-square with continuity correction"),
        ("0.40", Verdict.ERROR, "none of"),
        ("<0.0001", Verdict.ERROR, "none of"),
    ],
)
def test_the_test_behind_a_p_value_is_named(p, verdict, test):
    finding = found(ODDS | {"value": "3.14", "p": p})[1]
    assert finding.verdict is verdict
    assert test in finding.computation


def test_an_adjusted_ratio_is_not_recomputed_but_the_crude_one_given():
    (finding,) = found(ODDS | {"value": "3.60", "ci": ["1.30", "9.97"], "adjusted": "yes"})
    assert finding.verdict is Verdict.NOTE
    assert "3.14" in finding.computation


def test_a_ratio_without_its_rates_is_uncheckable():
    (finding,) = found(ODDS | {"id": "dcr_or", "value": "3.14"})
    assert finding.verdict is Verdict.UNCHECKABLE


@pytest.mark.parametrize(
    ("ci", "method"),
    [
        # 42 % − 18.75 %: R prop.test without and with correction, Newcombe from the pieces of prop.test
        (["5.7", "40.8"], "Wald at"),
        (["3.6", "42.8"], "Wald with continuity correction"),
        (["5.0", "39.5"], "Newcombe at"),
    ],
)
def test_the_method_of_a_difference_is_named(ci, method):
    claim = {"id": "orr_diff", "type": "difference", "value": "23.3", "ci": ci, "level": 95}
    _, interval = found(claim | {"contrast": ["A", "B"]}, "RATE-DIFFERENCE")
    assert interval.verdict is Verdict.IDENTIFIED
    assert f"by {method}" in interval.computation


def test_a_difference_of_rounded_percentages_is_told_so():
    rates = [
        {"id": "orr_a", "type": "proportion", "population": "A", "k": 23, "percent": "46"},
        {"id": "orr_b", "type": "proportion", "population": "B", "k": 12, "percent": "25"},
    ]
    claim = {"id": "orr_diff", "type": "difference", "value": "21", "contrast": ["A", "B"]}
    assert found(claim, "RATE-DIFFERENCE", rates)[0].verdict is Verdict.OK
    third = rates[1] | {"k": 16, "percent": "33"}  # 46 − 33.3 = 12.7
    (finding,) = found(claim | {"value": "12.0"}, "RATE-DIFFERENCE", [rates[0], third])
    assert finding.verdict is Verdict.ERROR
    rounded = [rates[0] | {"percent": "46.0"}, rates[1] | {"k": 14, "percent": "29.2"}]  # 29.1667: 16.83
    (finding,) = found(claim | {"value": "16.8"}, "RATE-DIFFERENCE", rounded)
    assert finding.verdict is Verdict.OK
    thirds = [rates[0] | {"k": 17, "n": 30, "percent": "57"}, rates[1] | {"k": 10, "n": 30, "percent": "33"}]
    (finding,) = found(claim | {"value": "24"}, "RATE-DIFFERENCE", thirds)  # 23.3, but 57 − 33
    assert finding.verdict is Verdict.NOTE
    assert "subtracted after rounding" in finding.computation


def test_percentages_that_leave_several_counts_open_leave_several_tables():
    rates = [{"id": f"orr_{arm}", "type": "percent", "n": 400, "percent": "50"} for arm in "ab"]
    claim = {"id": "orr_diff", "type": "difference", "value": "0.5", "of": ["orr_a", "orr_b"]}
    (finding,) = found(claim, "RATE-DIFFERENCE", rates)  # 201 / 400 − 199 / 400, both 50 %
    assert finding.verdict is Verdict.OK
    assert any("tables open" in one for one in finding.assumptions)
