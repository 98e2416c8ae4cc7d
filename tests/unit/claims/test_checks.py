import math

import pytest
from scipy import stats

from trialwright.claims.audit import audit
from trialwright.claims.checks.conclusions import events_for_margin
from trialwright.claims.checks.ratio_repairs import is_one_slip
from trialwright.claims.counts import counts_within, denominators
from trialwright.claims.finding import Verdict
from trialwright.claims.log_scale import Wald
from trialwright.claims.model import Publication
from trialwright.claims.printed import Printed
from trialwright.claims.proportion_intervals import METHODS, limits_of

METHOD = {method.name: method for method in METHODS}


def findings(claims, populations=None, **study):
    content = {"study": {"id": "x", **study}, "populations": populations or {}, "claims": claims}
    return audit(Publication.model_validate(content))


def verdict_of(code, found):
    return [one.verdict for one in found if one.code == code]


def test_the_counts_behind_a_percentage():
    assert counts_within(Printed("33").rounded, 33) == [11]
    assert counts_within(Printed("50").rounded, 200) == [99, 100, 101]
    assert counts_within(Printed("56").rounded, 33) == []


def test_the_denominators_that_print_32_1_percent():
    assert denominators(Printed("32.1"), 28) == [(9, 28)]


@pytest.mark.parametrize("k", [0, 1, 7, 18, 26])
@pytest.mark.parametrize(("name", "method"), [("Clopper–Pearson (exact)", "exact"), ("Wilson", "wilson")])
def test_intervals_equal_scipy(name, method, k):
    expected = stats.binomtest(k, 26).proportion_ci(0.95, method)
    assert limits_of(METHOD[name], k, 26, 0.95) == pytest.approx((100 * expected.low, 100 * expected.high))


def acceptability(k, n, p):
    """Blaker 2000: the smaller tail of k, and the largest opposite tail not above it."""
    tails = [min(stats.binom.cdf(x, n, p), stats.binom.sf(x - 1, n, p)) for x in range(n + 1)]
    return sum(stats.binom.pmf(x, n, p) for x in range(n + 1) if tails[x] <= tails[k] * (1 + 1e-12))


@pytest.mark.parametrize(("k", "n"), [(3, 10), (12, 26), (1, 30)])
def test_blaker_limits_are_where_acceptability_falls_below_five_percent(k, n):
    low, high = (one / 100 for one in limits_of(METHOD["Blaker"], k, n, 0.95))
    assert acceptability(k, n, low + 1e-4) >= 0.05 > acceptability(k, n, low - 1e-4)
    assert acceptability(k, n, high - 1e-4) >= 0.05 > acceptability(k, n, high + 1e-4)


def test_student_interval_is_that_of_a_mean_of_zeros_and_ones():
    values = [1] * 12 + [0] * 14
    expected = stats.t.interval(0.95, 25, loc=12 / 26, scale=stats.sem(values))
    assert limits_of(METHOD["Student's t"], 12, 26, 0.95) == pytest.approx(
        tuple(100 * one for one in expected)
    )


def test_likelihood_limits_lie_at_the_chi_square_drop():
    low, high = (one / 100 for one in limits_of(METHOD["likelihood ratio"], 12, 26, 0.95))
    best = stats.binom.logpmf(12, 26, 12 / 26)
    for limit in (low, high):
        assert 2 * (best - stats.binom.logpmf(12, 26, limit)) == pytest.approx(stats.chi2.ppf(0.95, 1))


def test_events_needed_are_four_over_the_squared_standard_error():
    wald = Wald(Printed("1.33"), Printed("0.61"), Printed("2.91"), 95.0, lambda one: one.rounded)
    error = math.log(2.91 / 0.61) / (2 * stats.norm.isf(0.025))
    assert wald.events_needed() == pytest.approx(4 / error**2, rel=0.02)


@pytest.mark.parametrize(("margin", "events"), [(1.3, 457), (1.155, 1512), (2.0, 66)])
def test_events_for_a_margin(margin, events):
    z = stats.norm.isf(0.025) + stats.norm.ppf(0.8)
    assert events_for_margin(margin) == math.ceil(4 * (z / math.log(margin)) ** 2) == events


def test_a_published_ratio_that_fits_raises_no_alarm():
    # TOPAZ-1: 0.80 (0.66–0.97), P = 0.021; KEYNOTE-966: 0.83 (0.72–0.95)
    claims = [
        {"id": "topaz", "type": "ratio", "value": "0.80", "ci": ["0.66", "0.97"], "level": 95, "p": "0.021"},
        {"id": "keynote", "type": "ratio", "value": "0.83", "ci": ["0.72", "0.95"], "level": 95},
        {"id": "jcog", "type": "ratio", "value": "0.945", "ci": ["0.78", "1.15"], "level": 90},
    ]
    assert set(verdict_of("RATIO-INTERVAL-P", findings(claims))) <= {Verdict.OK, Verdict.NOTE}


def test_one_sided_p_is_named():
    claim = {"id": "hr", "type": "ratio", "value": "0.80", "ci": ["0.66", "0.97"], "level": 95, "p": "0.012"}
    finding = next(one for one in findings([claim]) if one.code == "RATIO-INTERVAL-P")
    assert finding.verdict is Verdict.NOTE
    assert "one-sided" in finding.computation


def test_a_level_of_90_is_recognised_and_offered():
    claim = {"id": "hr", "type": "ratio", "value": "0.50", "ci": ["0.33", "0.76"], "p": "0.006"}
    # ln(0.76 / 0.33) / (2 · 1.645) = 0.2536; ln 2 / 0.2536 = 2.733, P = 0.0063
    finding = next(one for one in findings([claim]) if one.code == "RATIO-INTERVAL-P")
    assert finding.verdict is Verdict.IDENTIFIED
    assert "it fits 90 %" in finding.computation


def test_more_events_than_subjects_is_an_error():
    claim = {"id": "hr", "type": "ratio", "value": "0.80", "ci": ["0.66", "0.97"], "level": 95}
    assert verdict_of("EVENTS-IMPLIED", findings([claim], enrolled=685)) == [Verdict.NOTE]
    assert verdict_of("EVENTS-IMPLIED", findings([claim], enrolled=150)) == [Verdict.ERROR]


def test_parts_that_do_not_add_up():
    claim = {"id": "sex", "type": "partition", "parts": {"male": 41, "female": 25}, "total": 67}
    finding = next(one for one in findings([claim]) if one.code == "PARTS-OF-TOTAL")
    assert finding.verdict is Verdict.ERROR
    assert finding.minimal_repairs == ("a total of 66", "male 42 instead of 41", "female 26 instead of 25")


def test_a_reduction_from_the_medians_is_named():
    medians = [
        {"id": name, "type": "median", "endpoint": "OS", "population": name, "value": value, "unit": "month"}
        for name, value in (("A", "15.6"), ("B", "10.0"))
    ]
    ratio = {"id": "hr", "type": "ratio", "endpoint": "OS", "value": "0.70", "contrast": ["A", "B"]}
    claims = [*medians, ratio, {"id": "r", "type": "reduction", "endpoint": "OS", "percent": "56"}]
    finding = next(one for one in findings(claims, {"A": 50, "B": 50}) if one.code == "REDUCTION")
    assert finding.verdict is Verdict.IDENTIFIED  # 15.6 / 10.0 − 1 = 56 %, but 1 − 0.70 = 30 %
    assert (
        findings([ratio | {"value": "0.44", "contrast": None}, claims[-1]])[-1].verdict is not Verdict.ERROR
    )


def test_a_difference_of_rates_and_its_fisher_p():
    rates = [
        {"id": "a", "type": "proportion", "k": 13, "n": 33, "percent": "39.4"},
        {"id": "b", "type": "proportion", "k": 12, "n": 34, "percent": "35.3"},
    ]
    p = stats.fisher_exact([[13, 20], [12, 22]]).pvalue
    right = {"id": "d", "type": "difference", "of": ["a", "b"], "value": "4.1", "p": f"{p:.3f}"}
    assert verdict_of("RATE-DIFFERENCE", findings([*rates, right])) == [Verdict.OK, Verdict.OK]
    wrong = right | {"value": "5.1", "p": "0.031"}
    assert verdict_of("RATE-DIFFERENCE", findings([*rates, wrong])) == [Verdict.ERROR, Verdict.ERROR]


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("NCT03875235", Verdict.OK),
        ("NCT0387523", Verdict.ERROR),
        ("ChiCTR2000032888", Verdict.OK),
        ("ISRCTN12345678", Verdict.OK),
        ("2011-002530-25", Verdict.OK),
        ("ABC-7", Verdict.UNCHECKABLE),
    ],
)
def test_registration_numbers(number, verdict):
    claim = {"id": "r", "type": "registration", "number": number}
    assert verdict_of("REGISTRATION", findings([claim])) == [verdict]


@pytest.mark.parametrize(
    ("kind", "margin", "upper", "verdict"),
    [
        ("non_inferior", "1.30", "1.15", Verdict.OK),
        ("non_inferior", "1.10", "1.15", Verdict.UNSUPPORTED),
        ("non_inferior", None, "1.15", Verdict.UNSUPPORTED),
        ("superior", None, "0.97", Verdict.OK),
        ("superior", None, "1.15", Verdict.UNSUPPORTED),
        ("no_difference", None, "1.15", Verdict.NOTE),
    ],
)
def test_conclusions_rest_on_the_upper_limit(kind, margin, upper, verdict):
    ratio = {"id": "hr", "type": "ratio", "value": "0.90", "ci": ["0.70", upper], "level": 95}
    found = findings([ratio, {"id": "end", "type": "conclusion", "kind": kind, "margin": margin}])
    assert [one.verdict for one in found if "end" in one.claims] == [verdict]


def test_a_claim_without_a_check_is_uncheckable():
    found = findings([{"id": "deaths", "type": "count", "k": 12}])
    assert [one.verdict for one in found] == [Verdict.UNCHECKABLE]


def test_slips_of_typing():
    assert is_one_slip("1.62", "1.67")
    assert is_one_slip("0.16", "0.61")
    assert not is_one_slip("0.16", "0.27")
    assert not is_one_slip("9.9", "10.1")


TWO_ARMS = [
    {"id": "os", "type": "median", "value": "11.3", "unit": "month"},
    {"id": "os_2", "type": "median", "value": "14.1", "unit": "month"},
    {"id": "pfs", "type": "median", "value": "8.0", "unit": "month"},
    {"id": "pfs_2", "type": "median", "value": "12.2", "unit": "month"},
    {"id": "os_12", "type": "landmark", "time": "12", "unit": "month", "percent": "47.6"},
    {"id": "os_12_2", "type": "landmark", "time": "12", "unit": "month", "percent": "58.0"},
    {"id": "os_24", "type": "landmark", "time": "24", "unit": "month", "percent": "20.1"},
    {"id": "os_24_2", "type": "landmark", "time": "24", "unit": "month", "percent": "48.8"},
]


def test_two_groups_without_population_are_not_set_against_each_other():
    # 11.3 months goes with 47.6 %, 14.1 with 58.0 %; crosswise they would contradict
    found = findings(TWO_ARMS)
    assert not [one for one in found if one.verdict in (Verdict.ERROR, Verdict.SUSPECT)]
    crossed = {one.claims for one in found if "two groups" in one.computation}
    assert crossed == {("os", "os_12_2"), ("os_2", "os_12"), ("os_12", "os_24_2"), ("pfs_2", "os")}


def test_a_rate_that_no_median_allows_is_still_an_error():
    claims = [one | {"percent": "61.0"} if one["id"] == "os_12" else one for one in TWO_ARMS]
    claims = [one | {"value": "11.0"} if one["id"] == "os_2" else one for one in claims]
    errors = [one.claims for one in findings(claims) if one.verdict is Verdict.ERROR]
    assert ("os", "os_12") in errors
    assert ("os_2", "os_12") in errors


def test_crossed_groups_of_one_population_are_an_error():
    claims = [one | {"population": "all"} for one in TWO_ARMS]
    found = findings(claims, {"all": 60})
    assert ("os", "os_12_2") in [one.claims for one in found if one.verdict is Verdict.ERROR]


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"type": "difference", "value": "30.0", "ci": ["5.0", "25.0"]}, "RATE-DIFFERENCE"),
        ({"type": "difference", "value": "-3.0", "ci": ["1.0", "25.0"]}, "RATE-DIFFERENCE"),
        ({"type": "difference", "value": "3.0", "ci": ["25.0", "-1.0"]}, "RATE-DIFFERENCE"),
        ({"type": "landmark", "time": "12", "unit": "month", "percent": "120"}, "MEDIAN-LANDMARK"),
        ({"type": "median", "value": "-3.1", "unit": "month"}, "MEDIAN-INTERVAL"),
        ({"type": "follow_up", "value": "-3.1", "unit": "month"}, "MEDIAN-INTERVAL"),
    ],
)
def test_what_cannot_be_whatever_else_is_printed(claim, code):
    assert Verdict.ERROR in verdict_of(code, findings([{"id": "os", "endpoint": "OS"} | claim]))


def test_a_difference_without_counts_that_lies_in_its_interval_is_only_not_checkable():
    found = findings([{"id": "d", "type": "difference", "value": "10.0", "ci": ["-5.0", "25.0"]}])
    assert verdict_of("RATE-DIFFERENCE", found) == [Verdict.UNCHECKABLE]


def test_a_cutoff_before_the_enrolment_is_told_once_and_not_of_every_time():
    claims = [{"id": "os", "type": "median", "value": "9.6", "unit": "month"}]
    found = findings(claims, accrual=["2021-07-03", None], cutoff="2021-06-01")
    assert [one.code for one in found if one.verdict is Verdict.ERROR] == ["DATE-ORDER"]
