"""What is wrong in the three abstracts, each fact checked by hand or with another program."""

import pytest

from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.read import read_claims


@pytest.fixture(scope="module")
def found():
    return {name: audit(read_claims(name)) for name in ("nivo-gemcis", "ici-capox", "nabp-cis")}


def of(findings, code, claim):
    return next(one for one in findings if one.code == code and claim in one.claims)


def test_five_of_27_is_18_5_percent_and_no_count_of_27_gives_18_6(found):
    finding = of(found["nivo-gemcis"], "PERCENT-COUNT", "cr")
    assert finding.verdict is Verdict.ERROR
    assert "5 / 27 = 18.519 %" in finding.computation  # 500 / 27
    assert finding.minimal_repairs[0] == "18.5 % instead of 18.6 %"
    assert "no whole number of 27 gives 18.6 %" in finding.computation


def test_september_has_30_days(found):
    finding = of(found["nivo-gemcis"], "DATE-EXISTS", "study.cutoff")
    assert finding.verdict is Verdict.ERROR
    assert finding.minimal_repairs[0] == "2019-09-30"


def test_a_follow_up_longer_than_the_median_survival_is_reverse_kaplan_meier(found):
    finding = of(found["nivo-gemcis"], "FOLLOW-UP-METHOD", "follow_up")
    assert finding.verdict is Verdict.IDENTIFIED
    assert "reverse Kaplan–Meier" in finding.computation


def test_disease_control_is_wilson_with_continuity_correction(found):
    # R: prop.test(18, 26)$conf.int is 0.4810 to 0.8491, binom.test(18, 26)$conf.int 0.4821 to 0.8567
    finding = of(found["ici-capox"], "PROPORTION-INTERVAL", "dcr")
    assert finding.verdict is Verdict.IDENTIFIED
    assert "Wilson with continuity correction of 18 / 26" in finding.computation
    assert "not the exact interval, which is 48.2–85.7" in finding.computation


def test_32_1_percent_is_nine_of_28_and_no_count_of_26(found):
    finding = of(found["ici-capox"], "PERCENT-COUNT", "ae")
    assert finding.verdict is Verdict.ERROR
    assert finding.minimal_repairs[0] == "the population all: 9 of 28"


def test_response_among_all_treated_is_12_of_28(found):
    finding = of(found["ici-capox"], "ALL-TREATED", "orr")
    assert "42.9 % (exact 95 % 24.5–62.8)" in finding.computation  # R: binom.test(12, 28)


def test_an_upper_limit_of_28_months_passes_the_25_months_from_first_patient_to_cut_off(found):
    finding = of(found["ici-capox"], "BEYOND-FOLLOW-UP", "os")
    assert finding.verdict is Verdict.OK  # the median, 16.5, is within
    limit = [
        one for one in found["ici-capox"] if one.code == "BEYOND-FOLLOW-UP" and "28.0" in one.computation
    ]
    assert [one.verdict for one in limit] == [Verdict.UNSUPPORTED]


def test_all_intervals_of_medians_are_symmetric(found):
    findings = [of(found["ici-capox"], "MEDIAN-INTERVAL", name) for name in ("pfs", "os", "dor")]
    assert {one.verdict for one in findings} == {Verdict.IDENTIFIED}


def test_the_survival_hazard_ratio_does_not_sit_with_its_interval_nor_its_p(found):
    # ln(4.17 / 0.67) / 3.92 = 0.4665; sqrt(0.67 * 4.17) = 1.6715; ln(1.62) / 0.4665 = 1.034, P = 0.301
    finding = of(found["nabp-cis"], "RATIO-INTERVAL-P", "os_hr")
    assert finding.verdict is Verdict.SUSPECT
    assert "does not sit with its own interval" in finding.computation
    assert "not the Wald P" in finding.computation
    assert [repair for repair in finding.minimal_repairs if "1.67–1.68" in repair] == list(
        finding.minimal_repairs
    )


def test_the_progression_hazard_ratio_fits_95_percent_though_no_level_is_printed(found):
    finding = of(found["nabp-cis"], "RATIO-INTERVAL-P", "pfs_hr")
    assert finding.verdict is Verdict.IDENTIFIED
    assert "it fits 95 %" in finding.computation


def test_five_event_percentages_cannot_be_of_33_or_34(found):
    errors = {
        name
        for one in found["nabp-cis"]
        for name in one.claims
        if one.code == "PERCENT-COUNT" and one.verdict is Verdict.ERROR
    }
    assert errors == {"organs_tp", "gut_tp", "gut_gp", "rash_tp", "rash_gp"}
    cut = of(found["nabp-cis"], "PERCENT-COUNT", "organs_gp")  # 23 / 34 = 67.6 %
    assert cut.verdict is Verdict.NOTE


def test_non_inferiority_without_a_margin_is_unsupported(found):
    finding = of(found["nabp-cis"], "NON-INFERIORITY", "pfs_hr")
    assert finding.verdict is Verdict.UNSUPPORTED
    assert "2.91" in finding.computation
    assert "457 events" in finding.computation  # 4 (1.959964 + 0.841621)² / ln(1.3)² = 456.1


def test_the_longer_median_is_in_the_arm_with_the_higher_hazard(found):
    assert of(found["nabp-cis"], "RATIO-MEDIANS", "pfs_hr").verdict is Verdict.NOTE


def test_an_ethics_number_is_no_registration(found):
    assert of(found["nabp-cis"], "REGISTRATION", "registration").verdict is Verdict.UNSUPPORTED


def test_every_claim_has_a_finding(found):
    for name, findings in found.items():
        concerned = {claim for finding in findings for claim in finding.claims}
        assert {claim.id for claim in read_claims(name).claims} <= concerned


def test_nothing_accuses(found):
    words = " ".join(str(one) for findings in found.values() for one in findings).lower()
    assert not any(word in words for word in ("fabricat", "fraud", "fake", "misconduct"))
