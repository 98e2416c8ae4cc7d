"""Conclusions on rates and differences, the calendar, and who was counted."""

import math

import pytest
from scipy import stats

from trialwright.claims.audit import audit
from trialwright.claims.checklists import entries
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication

ARMS = {"all": 98, "A": {"n": 50, "arm": "yes"}, "B": {"n": 48, "arm": "yes"}}
RATES = [
    {"id": "orr_a", "type": "proportion", "population": "A", "k": 21, "percent": "42.0"},
    {"id": "orr_b", "type": "proportion", "population": "B", "k": 9, "percent": "18.8"},
]


def found(claims, name, populations=ARMS, **study):
    content = {"study": {"id": "x", **study}, "populations": populations, "claims": claims}
    return [one for one in audit(Publication.model_validate(content)) if name in one.claims]


@pytest.mark.parametrize(
    ("low", "margin", "verdict"),
    [
        ("-4.1", "10", Verdict.OK),
        ("-4.1", "-10", Verdict.OK),
        ("-4.1", "0.10", Verdict.OK),
        ("-12.0", "10", Verdict.UNSUPPORTED),
    ],
)
def test_a_difference_of_responses_against_its_margin(low, margin, verdict):
    gap = {"id": "orr_gap", "type": "difference", "value": "3.0", "ci": [low, "18.0"], "level": 95}
    end = {"id": "end", "type": "conclusion", "kind": "non_inferior", "endpoint": "ORR", "margin": margin}
    assert [one.verdict for one in found([gap, end], "end")] == [verdict]


def test_superiority_of_a_response_rate_by_the_interval_of_the_difference():
    # Newcombe: 5.0 to 39.5 points (R, in test_tables)
    end = {"id": "end", "type": "conclusion", "kind": "superior", "endpoint": "ORR"}
    (finding,) = found([*RATES, end], "end")
    assert finding.verdict is Verdict.OK
    assert "+5.0 to +39.5" in finding.computation
    swapped = [RATES[0] | {"population": "B"}, RATES[1] | {"population": "A", "percent": "18.0"}]
    assert found([*swapped[::-1], end], "end")[0].verdict is Verdict.UNSUPPORTED


def test_superiority_that_is_not_shown_names_the_events_that_it_would_need():
    ratio = {"id": "os_hr", "type": "ratio", "value": "0.80", "ci": ["0.50", "1.28"], "level": 95}
    end = {"id": "end", "type": "conclusion", "kind": "superior", "endpoint": "OS"}
    (finding,) = found([ratio, end], "end")
    events = math.ceil(4 * ((stats.norm.isf(0.025) + stats.norm.isf(0.2)) / math.log(0.8)) ** 2)
    assert finding.verdict is Verdict.UNSUPPORTED
    assert f"would need {events} events" in finding.computation


def test_an_odds_ratio_of_response_against_a_margin_below_1():
    ratio = {"id": "orr_or", "type": "ratio", "measure": "odds", "value": "1.10", "ci": ["0.85", "1.42"]}
    end = {"id": "end", "type": "conclusion", "kind": "non_inferior", "of": "orr_or", "margin": "0.80"}
    assert found([ratio, end], "end")[0].verdict is Verdict.OK
    assert found([ratio, end | {"margin": "0.90"}], "end")[0].verdict is Verdict.UNSUPPORTED


def test_evaluable_subjects_of_an_arm_are_set_against_that_arm():
    populations = ARMS | {"A evaluable": {"n": 40, "of": "A"}}
    rate = {"id": "orr", "type": "proportion", "population": "A evaluable", "k": 20, "percent": "50.0"}
    finding = next(
        one for one in found([rate | {"level": 90}], "orr", populations) if one.code == "ALL-TREATED"
    )
    # R: binom.test(20, 50, conf.level = 0.9)$conf.int 0.2831 to 0.5262
    assert "of all 50 in A" in finding.computation
    assert "40.0 % (exact 90 % 28.3–52.6)" in finding.computation


def test_a_rate_beyond_the_longest_follow_up_is_an_error():
    study = {"accrual": ["2019-01-01", "2020-06-30"], "cutoff": "2021-01-01"}  # 24 months at most
    rate = {
        "id": "os_36",
        "type": "landmark",
        "endpoint": "OS",
        "time": "36",
        "unit": "month",
        "percent": "20",
    }
    codes = {one.code: one.verdict for one in found([rate], "os_36", **study)}
    assert codes["BEYOND-FOLLOW-UP"] is Verdict.ERROR
    within = rate | {"time": "24"}
    assert "BEYOND-FOLLOW-UP" not in {one.code for one in found([within], "os_36", **study)}


def test_a_follow_up_shorter_than_everybody_alive_had_is_the_observed_time():
    study = {"accrual": ["2019-01-01", "2019-06-30"], "cutoff": "2021-01-01"}  # 18 months at least
    claim = {"id": "fu", "type": "follow_up", "value": "9.0", "unit": "month"}
    finding = next(one for one in found([claim], "fu", **study) if one.code == "FOLLOW-UP-METHOD")
    assert finding.verdict is Verdict.IDENTIFIED
    assert "observed time" in finding.computation


@pytest.mark.parametrize(("k", "verdict"), [(48, Verdict.OK), (49, Verdict.ERROR)])
def test_a_count_of_a_population(k, verdict):
    claim = {"id": "deaths", "type": "count", "k": k, "population": "B"}
    assert [one.verdict for one in found([claim], "deaths")] == [verdict]


def test_a_reduction_that_was_cut_off_is_told_so():
    # 100 (1 − 0.644) = 35.6, printed 35
    claims = [
        {"id": "os_hr", "type": "ratio", "value": "0.644"},
        {"id": "r", "type": "reduction", "endpoint": "OS", "percent": "35"},
    ]
    (finding,) = found(claims, "r")
    assert finding.verdict is Verdict.NOTE
    assert "cut off" in finding.computation


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("IRCT20171212037877N1", Verdict.OK),
        ("PACTR201909658075632", Verdict.OK),
        ("TCTR20200101001", Verdict.OK),
        ("PACTR2019", Verdict.ERROR),
        ("NCT 03875235", Verdict.OK),
    ],
)
def test_numbers_of_more_registries(number, verdict):
    assert [one.verdict for one in found([{"id": "r", "type": "registration", "number": number}], "r")] == [
        verdict
    ]


def test_every_code_of_the_checks_is_in_the_checklists_and_in_the_page():
    """The codes are the capital words that the modules name; each is mapped, and documented."""
    import re
    from pathlib import Path

    import trialwright.claims as package

    root = Path(package.__file__).parent
    codes = {
        code
        for path in [*root.glob("checks/*.py"), root / "audit.py"]
        for code in re.findall(r'^[A-Z_]+ = "([A-Z]+(?:-[A-Z]+)*)"$', path.read_text(), re.MULTILINE)
    }
    assert codes == set(entries())
    page = (Path(__file__).parents[3] / "docs" / "audit.md").read_text()
    for code, entry in entries().items():
        assert f"| `{code}` | {entry.title} | {entry.inspect_sr or '–'} | {entry.tract or '–'} |" in page


def test_months_of_30_days_raise_no_alarm():
    """760 days are 25.0 months of 30.44 days and 25.3 of 30; neither is longer than 760 days."""
    study = {"accrual": ["2019-12-24", "2021-08-06"], "cutoff": "2022-01-21"}
    claim = {"id": "fu", "type": "follow_up", "value": "9.0", "range": ["1.0", "25.3"], "unit": "month"}
    found_ = [one for one in found([claim], "fu", **study) if one.code == "BEYOND-FOLLOW-UP"]
    assert {one.verdict for one in found_} == {Verdict.OK}
    longer = claim | {"range": ["1.0", "25.9"]}
    assert Verdict.ERROR in {one.verdict for one in found([longer], "fu", **study)}


def test_a_median_and_a_rate_by_other_months_raise_no_alarm():
    # 363 days are 12.1 months of 30; the rate at 12 months is that at 365.25 days
    claims = [
        {"id": "os", "type": "median", "value": "12.1", "unit": "month"},
        {"id": "os_12", "type": "landmark", "time": "12", "unit": "month", "percent": "49.8"},
    ]
    assert {one.verdict for one in found(claims, "os_12")} == {Verdict.OK}


def test_a_stratified_difference_is_not_recomputed():
    gap = {"id": "orr_gap", "type": "difference", "value": "22.1", "ci": ["5.0", "39.9"], "level": 95}
    (finding,) = found([*RATES, gap | {"contrast": ["A", "B"], "adjusted": "yes"}], "orr_gap")
    assert finding.verdict is Verdict.NOTE
    assert "23.25" in finding.computation  # 42 − 18.75
