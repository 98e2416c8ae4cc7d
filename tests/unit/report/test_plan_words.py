"""The section `design` in a sentence: kinds, hypotheses and errors as a statistician says them."""

import pytest

from trialwright.protocol.read import parse_study, read_study
from trialwright.report.plan_words import NO_PLAN, plan_sentence

STUDY = """\
study: {id: two, title: Two arms, phase: II, design: randomised, subjects: 120}
arms: {NEW: New, STD: Standard}
randomisation: {ratio: {NEW: 1, STD: 1}, method: simple}
assessments: {tumour: {every: 6 weeks}}
response: {source: lesions, reference_date: randomisation}
analysis_sets: {full: randomised}
endpoints:
  PFS:
    type: time-to-event
    role: primary
    start: randomisation
    events: [progression, death]
  ORR: {type: response, of: [CR, PR]}
design: {type: %s}
"""


RATES = "endpoint: ORR, null_rate: 0.2, target_rate: 0.4"
ONE_SIDED = "alpha: 0.05 one-sided, power: 0.8"
KNOWN = "One arm against a known median:"
SAID = "alpha 0.05 one-sided, power 80.0%."


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            f"single stage, {RATES}, {ONE_SIDED}",
            f"Single stage: a rate of 20.0% is too low, 40.0% worth finding; {SAID}",
        ),
        (
            f"two-stage, stages: 3/13 12/43, {RATES}, {ONE_SIDED}",
            f"Simon two-stage 3/13 12/43: a rate of 20.0% is too low, 40.0% worth finding; {SAID}",
        ),
        (
            f"screening, endpoint: PFS, control_median: 6 months, hazard_ratio: 0.65, {ONE_SIDED}",
            f"Screening for a phase III; assumed hazard ratio 0.65, control median 6 months; {SAID}",
        ),
        (
            f"superiority, endpoint: ORR, control_rate: 0.2, experimental_rate: 0.4, {ONE_SIDED}",
            f"Superiority; assumed rates 20.0% (control) and 40.0%; {SAID}",
        ),
        (
            f"one-sample log-rank, null_median: 4 months, target_median: 6 months, {ONE_SIDED}",
            f"{KNOWN} a median of 4 months is too short, 6 months worth finding; {SAID}",
        ),
        (
            "pick the winner, endpoint: ORR, best_rate: 0.35, other_rate: 0.2",
            "Pick the winner of 2 arms: a rate of 35.0% among 20.0% is chosen in 90.0%.",
        ),
    ],
)
def test_each_kind_says_its_hypotheses_and_errors(section, words):
    assert plan_sentence(parse_study(STUDY % section)) == words


def test_a_margin_is_said_as_the_comparison_states_it():
    said = plan_sentence(read_study("nabp-cis"))
    assert said.startswith("Non-inferiority: rule out a hazard ratio of 1.3; ")


def test_a_study_without_the_section_says_so():
    assert plan_sentence(parse_study((STUDY % "x").partition("design: {type")[0])) == NO_PLAN
