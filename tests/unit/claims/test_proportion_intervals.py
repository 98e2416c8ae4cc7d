"""Intervals of a proportion with one limit, without counts, and every method at every count."""

import pytest

from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication
from trialwright.claims.printed import print_to
from trialwright.claims.proportion_intervals import METHODS, limits_of


def interval(claim, populations=None, **study):
    claim = {"id": "orr", "type": "proportion", **claim}
    content = {"study": {"id": "x", **study}, "populations": populations or {}, "claims": [claim]}
    findings = audit(Publication.model_validate(content))
    return next(one for one in findings if one.code == "PROPORTION-INTERVAL")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
@pytest.mark.parametrize("n", [1, 2, 9, 26])
def test_every_method_is_named_at_every_count(method, n):
    for k in range(n + 1):
        limits = limits_of(method, k, n, 0.95)
        printed = [print_to(one, 2).text for one in limits]
        claim = {"k": k, "n": n, "percent": print_to(100 * k / n, 1).text, "ci": printed, "level": 95}
        finding = interval(claim)
        assert finding.verdict in {Verdict.OK, Verdict.IDENTIFIED}, (k, n, printed, finding)


def test_a_one_sided_exact_limit():
    # R: binom.test(12, 26, alternative = "greater") lower 0.2923, "less" upper 0.6383
    finding = interval({"k": 12, "n": 26, "ci": ["29.2", None], "level": 95})
    assert finding.verdict is Verdict.OK
    assert "one-sided Clopper–Pearson" in finding.computation
    assert interval({"k": 12, "n": 26, "ci": [None, "63.8"], "level": 95}).verdict is Verdict.OK


def test_a_one_sided_limit_may_be_one_of_the_two_sided_interval():
    # R: binom.test(12, 26)$conf.int 0.2659 to 0.6663
    finding = interval({"k": 12, "n": 26, "ci": ["26.6", None], "level": 95})
    assert finding.verdict is Verdict.IDENTIFIED
    assert "one limit of a two-sided interval" in finding.computation


def test_none_of_30_with_the_whole_tail_above():
    # 1 − 0.05^(1/30) = 9.50 %, where the two-sided limit is 1 − 0.025^(1/30) = 11.57 %
    finding = interval({"k": 0, "n": 30, "percent": "0", "ci": ["0", "9.5"], "level": 95})
    assert "one-sided Clopper–Pearson" in finding.computation
    assert interval({"k": 0, "n": 30, "percent": "0", "ci": ["0", "11.6"], "level": 95}).verdict is Verdict.OK


@pytest.mark.parametrize("ci", [["35.9", None], [None, "55.0"], ["12.0", None]])
def test_a_one_sided_limit_that_no_method_gives_is_an_error(ci):
    assert interval({"k": 12, "n": 26, "ci": ci, "level": 95}).verdict is Verdict.ERROR


def test_a_one_sided_limit_beyond_its_percentage_is_an_error():
    finding = interval({"k": 12, "n": 26, "percent": "46.2", "ci": ["48.0", None], "level": 95})
    assert finding.verdict is Verdict.ERROR


def test_counts_that_are_not_stated_are_found_from_percentage_and_interval():
    finding = interval({"percent": "46.2", "ci": ["26.6", "66.6"], "level": 95})
    assert finding.verdict is Verdict.IDENTIFIED
    assert "Clopper–Pearson (exact) of 12 / 26" in finding.computation


def test_an_interval_of_other_subjects_is_told_so():
    # 9 of 28 is 32.1 %, exact 15.9 to 52.4 (R: binom.test(9, 28)); 26 are stated
    claim = {"percent": "32.1", "population": "evaluable", "ci": ["15.9", "52.4"], "level": 95}
    finding = interval(claim, {"evaluable": 26}, enrolled=28)
    assert finding.verdict is Verdict.IDENTIFIED
    assert "not of 26 subjects" in finding.computation
    assert "of 9 / 28" in finding.computation


def test_no_count_of_everybody_gives_it():
    finding = interval({"percent": "46.2", "ci": ["40.1", "52.2"], "level": 95}, enrolled=30)
    assert finding.verdict is Verdict.SUSPECT
    assert interval({"percent": "46.2", "ci": ["46.1", "46.3"], "level": 95}).verdict is Verdict.UNCHECKABLE


def test_the_one_count_that_mends_it_is_offered():
    # R: binom.test(13, 26)$conf.int 0.2993 to 0.7007
    finding = interval({"k": 12, "n": 26, "ci": ["29.9", "70.1"], "level": 95})
    assert any("of 13 / 26" in repair for repair in finding.minimal_repairs)


def test_a_trial_of_80_percent_intervals():
    # R: binom.test(12, 26, conf.level = 0.8)$conf.int 0.3237 to 0.6044
    assert interval({"k": 12, "n": 26, "ci": ["32.4", "60.4"], "level": 80}).verdict is Verdict.OK
    unstated = interval({"k": 12, "n": 26, "ci": ["32.4", "60.4"]})
    assert "at 80 %" in unstated.computation
