"""Does the planned size give the stated power? The section `design`, held to scipy and to enumeration."""

import json
import math
import re
from pathlib import Path

import pytest
from scipy import stats
from typer.testing import CliRunner

from trialwright.cli import app
from trialwright.design.study_inputs import primary_endpoint, randomised_inputs
from trialwright.design.study_plan import check_plan
from trialwright.findings import Severity
from trialwright.protocol.read import read_study
from trialwright.simulate.read import read_assumptions

SECTION = re.compile(r"^design:.*?\n(?=\S|\n)", re.DOTALL | re.MULTILINE)
BEFORE = "}\n    variants:\n      stratified"
SUPERIOR = [(f"question: non-inferior, margin: 1.3{BEFORE}", f"question: superior{BEFORE}")]
ARMS = "control_median: 6 months\nhazard_ratio: {}\nalpha: {}\npower: {}"
RATES = "null_rate: 0.2\ntarget_rate: 0.4\nalpha: 0.05 one-sided\npower: 0.8"


@pytest.fixture
def planned(pytestconfig, tmp_path):
    """A study of the gallery with another section `design`, or with none."""

    def make(name, section, **changes):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        source = pytestconfig.rootpath / "studies" / name
        text = SECTION.sub("", (source / "study.yaml").read_text("utf-8"), count=1)
        for old, new in changes.get("swaps", ()):
            assert old in text
            text = text.replace(old, new)
        if section:
            lines = "".join(f"  {line}\n" for line in section.splitlines())
            text += f"\ndesign:\n{lines}"
        (folder / "study.yaml").write_text(text, "utf-8")
        (folder / "assumptions.yaml").write_bytes((source / "assumptions.yaml").read_bytes())
        return folder

    return make


def checked(folder: Path):
    study = read_study(folder)
    return check_plan(study, read_assumptions(study))


def value(check, start):
    return next(line.value for line in check.lines if line.what.startswith(start))


def codes(check):
    return [(one.severity, one.code) for one in check.findings]


def test_single_stage_power_and_error_are_those_of_the_binomial(planned):
    found = checked(planned("nivo-gemcis", f"type: single stage\n{RATES}"))
    needed = value(found, "Responses needed of 32")
    assert stats.binom.sf(needed - 1, 32, 0.2) <= 0.05 < stats.binom.sf(needed - 2, 32, 0.2)
    assert math.isclose(value(found, "Exact power"), stats.binom.sf(needed - 1, 32, 0.4), rel_tol=1e-9)
    assert value(found, "Smallest size with") == 35  # A'Hern's 12 of 35


def test_too_few_subjects_are_a_warning_that_names_both_powers(planned):
    found = checked(planned("nivo-gemcis", f"type: single stage\n{RATES}\nsize: 27"))
    power = stats.binom.sf(9, 27, 0.4)  # 10 of 27 keep the level
    warned = [one for one in found.findings if one.code == "DESIGN-POWER"]
    assert warned[0].severity is Severity.WARNING
    assert f"{100 * power:.1f}%, not the 80.0% that study.yaml states" in warned[0].what
    assert "35 subjects with 12 responses" in warned[0].remedy


def test_a_boundary_that_breaks_the_level_is_an_error(planned):
    found = checked(planned("nivo-gemcis", f"type: single stage\n{RATES}\nneeded: 9"))
    assert stats.binom.sf(8, 32, 0.2) > 0.05
    assert (Severity.ERROR, "DESIGN-ALPHA") in codes(found)


def test_subjects_who_will_not_be_evaluable_are_reckoned_with(planned):
    """27 of 32 are evaluable: 12 of 27 responses are needed, and 77.9% of trials see them at 50%."""
    own = checked(planned("nivo-gemcis", RATES.join(("type: single stage\n", ""))))
    assert any("27 subjects who are evaluable of 32" in one.what for one in own.findings)
    gallery = read_study("nivo-gemcis")
    kept = check_plan(gallery, read_assumptions(gallery))
    assert math.isclose(value(kept, "Power with the 27"), stats.binom.sf(11, 27, 0.5), rel_tol=1e-9)


def test_cohorts_with_rates_of_their_own_are_each_judged_with_their_size(planned):
    cohorts = "cohorts: {A: {null_rate: 0.05, target_rate: 0.5}, B: {null_rate: 0.2, target_rate: 0.4}}"
    found = checked(planned("nivo-gemcis", f"type: single stage\n{RATES}\n{cohorts}"))
    assert math.isclose(value(found, "Cohort A: exact power of 6"), stats.binom.sf(1, 6, 0.5), rel_tol=1e-9)
    assert any("cohort B: 21 subjects" in one.what for one in found.findings)


def enumerated(r1, n1, r, n, p):
    """The probability to reject, by walking every outcome of both stages."""
    return sum(
        stats.binom.pmf(x, n1, p) * stats.binom.pmf(y, n - n1, p)
        for x in range(r1 + 1, n1 + 1)
        for y in range(n - n1 + 1)
        if x + y > r
    )


@pytest.mark.parametrize(("stages", "code"), [((4, 18, 10, 33), None), ((4, 18, 9, 33), "DESIGN-ALPHA")])
def test_two_stages_are_enumerated(planned, stages, code):
    r1, n1, r, n = stages
    swaps = [("  subjects: 32", "  subjects: 43")]
    folder = planned("nivo-gemcis", f"type: two-stage\n{RATES}\nstages: {r1}/{n1} {r}/{n}", swaps=swaps)
    found = checked(folder)
    assert math.isclose(value(found, "Exact type I"), enumerated(r1, n1, r, n, 0.2), rel_tol=1e-9)
    assert math.isclose(value(found, "Exact power"), enumerated(r1, n1, r, n, 0.4), rel_tol=1e-9)
    assert [one.code for one in found.findings] == ([code] if code else [])


def test_a_two_stage_plan_that_another_beats_is_a_note(planned):
    """5/19 12/43 keeps both errors, but 3/13 12/43 needs fewer subjects on average and no more at most."""
    assert enumerated(5, 19, 12, 43, 0.2) <= 0.05
    assert enumerated(5, 19, 12, 43, 0.4) >= 0.8
    swaps = [("  subjects: 32", "  subjects: 43")]
    found = checked(planned("nivo-gemcis", f"type: two-stage\n{RATES}\nstages: 5/19 12/43", swaps=swaps))
    assert codes(found) == [(Severity.NOTE, "DESIGN-NOT-ADMISSIBLE")]


def schoenfeld(ratio, ruled_out, alpha, events, share):
    drift = math.log(ruled_out / ratio) * math.sqrt(events * share * (1 - share))
    return stats.norm.sf(stats.norm.isf(alpha) - drift)


def test_the_margin_of_nabp_cis_is_out_of_reach_of_its_67_subjects():
    study = read_study("nabp-cis")
    found = check_plan(study, read_assumptions(study))
    events = value(found, "Events expected")
    assert math.isclose(
        value(found, f"Power of {events:.0f}"), schoenfeld(1.0, 1.3, 0.025, events, 33 / 67), rel_tol=1e-9
    )
    assert codes(found) == [(Severity.WARNING, "DESIGN-POWER")]
    assert "457 events" in found.findings[0].remedy


def test_superiority_uses_the_accrual_follow_up_and_dropout_of_the_plan(planned):
    timing = "accrual: 24 months\nfollow_up: 12 months\ndropout: 0.05"
    section = f"type: superiority\n{ARMS.format(0.5, '0.025 one-sided', 0.8)}\n{timing}"
    folder = planned("nabp-cis", section, swaps=SUPERIOR)
    study = read_study(folder)
    given = randomised_inputs(*primary_endpoint(study), study, read_assumptions(study))
    assert (given.timing.accrual, given.timing.follow_up) == (24.0, 12.0)
    assert math.isclose(given.timing.dropout, -math.log(0.95) / 12)
    found = checked(folder)
    hazard, lost = math.log(2) / 6, -math.log(0.95) / 12
    expected = 0.0
    for n, rate in ((34, hazard), (33, hazard / 2)):
        both = rate + lost  # mean over uniform entry of the chance to see the event by month 36
        expected += n * rate / both * (1 - (math.exp(-both * 12) - math.exp(-both * 36)) / (both * 24))
    assert math.isclose(value(found, "Events expected"), expected, rel_tol=1e-9)
    power = schoenfeld(0.5, 1.0, 0.025, expected, 33 / 67)
    assert math.isclose(value(found, "Power of"), power, rel_tol=1e-9)
    assert (found.findings == ()) == (power >= 0.795)


@pytest.mark.parametrize(("alpha", "noted"), [("0.2 one-sided", False), ("0.025 one-sided", True)])
def test_a_screening_trial_keeps_to_the_levels_of_rubinstein(planned, alpha, noted):
    section = f"type: screening\n{ARMS.format(0.6, alpha, 0.6)}"
    found = checked(planned("nabp-cis", section, swaps=SUPERIOR))
    assert ((Severity.NOTE, "DESIGN-SCREENING") in codes(found)) == noted


def test_events_that_the_subjects_will_not_have_are_a_warning(planned):
    section = f"type: superiority\n{ARMS.format(0.4, '0.025 one-sided', 0.8)}\nevents: 66"
    found = checked(planned("nabp-cis", section, swaps=SUPERIOR))
    assert (Severity.WARNING, "DESIGN-EVENTS") in codes(found)


def test_picking_the_winner_is_held_to_enumeration(planned):
    section = "type: pick the winner\nendpoint: ORR\nbest_rate: 0.35\nother_rate: 0.2\nprobability: 0.9"
    found = checked(planned("nabp-cis", section))
    x, y = stats.binom(33, 0.35), stats.binom(33, 0.2)
    right = sum(x.pmf(k) * (y.cdf(k - 1) + y.pmf(k) / 2) for k in range(34))
    assert math.isclose(value(found, "Right choice with 33"), right, rel_tol=1e-9)


def test_without_hypotheses_nothing_is_held_against_the_size(planned):
    study = read_study("ici-capox")
    assert check_plan(study, read_assumptions(study)).findings == ()
    assert checked(planned("nabp-cis", "")).lines == ()


ERRORS = "alpha: 0.05 one-sided\npower: 0.8"
KINDS = {
    "two-stage": ("nivo-gemcis", f"type: two-stage\n{RATES}\nstages: 2/13 9/31", ()),
    "one-sample": (
        "ici-capox",
        f"type: one-sample log-rank\nnull_median: 4 months\ntarget_median: 6.5 months\n{ERRORS}",
        (),
    ),
    "superiority": (
        "nabp-cis",
        f"type: superiority\ncontrol_median: 6 months\nexperimental_median: 9 months\n{ERRORS}",
        SUPERIOR,
    ),
    "screening": ("nabp-cis", f"type: screening\n{ARMS.format(0.67, '0.2 one-sided', 0.8)}", SUPERIOR),
    "rates": (
        "nabp-cis",
        f"type: non-inferiority\nendpoint: ORR\ncontrol_rate: 0.35\nexperimental_rate: 0.4\n{ERRORS}",
        (),
    ),
    "winner": ("nabp-cis", "type: pick the winner\nendpoint: ORR\nbest_rate: 0.4\nother_rate: 0.25", ()),
    "none": ("nabp-cis", "", ()),
    "none, rate": ("nivo-gemcis", "", ()),
    "none, curve": ("ici-capox", "", ()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_plan_has_its_page_and_its_json(planned, tmp_path, kind):
    name, section, swaps = KINDS[kind]
    folder = planned(name, section, swaps=swaps)
    words = [
        "design",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--trials",
        "2000",
        "--protocol-trials",
        "4",
    ]
    done = CliRunner().invoke(app, [*words, "--json"])
    told = json.loads(done.stdout)
    severities = {one["severity"] for one in told["findings"]}
    assert done.exit_code == (1 if "error" in severities else 0), done.output
    page = (tmp_path / "out" / "design.html").read_text("utf-8")
    assert told["numbers"] == json.loads((tmp_path / "out" / "design.json").read_text("utf-8"))
    assert set(re.findall(r'href="#(c\d+)"', page)) <= {one["anchor"] for one in told["numbers"]}
    assert 'id="plan"' in page
    assert ('id="paragraph"' in page) == (kind != "winner")
    if kind != "winner":
        assert unlinked(page) == []


def test_a_two_stage_plan_is_judged_by_its_stages_and_all_its_subjects(planned, tmp_path):
    """The n of the stages are subjects analysed: no further share of them is left out as not evaluable."""
    folder = planned("nivo-gemcis", f"type: two-stage\n{RATES}\nstages: 2/13 9/31")
    done = CliRunner().invoke(
        app, ["design", str(folder), "--out", str(tmp_path / "out"), "--protocol-trials", "4", "--json"]
    )
    numbers = {one["what"]: one["value"] for one in json.loads(done.stdout)["numbers"]}
    assert math.isclose(numbers["Two-stage power"], enumerated(2, 13, 9, 31, 0.4), rel_tol=1e-9)
    assert "Responses needed of 31 against 0.2" in numbers
    assert "Responses needed of 26 against 0.2" not in numbers


def unlinked(page):
    """Numbers of the paragraph for the protocol that do not link to how they came about."""
    paragraph = re.search(r'<section id="paragraph">.*?<p>(.*?)</p>', page, re.DOTALL)[1]
    without = re.sub(r"<a [^>]*>.*?</a>|\b(?:19|20)\d\d\b|95% confidence", "", paragraph)
    return re.findall(r"\d+", without)
