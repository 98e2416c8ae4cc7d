"""The section `design` of a study file: hypotheses, errors and sizes as a statistician writes them."""

import math
from textwrap import indent

import pytest

from trialwright.errors import StudyFileError
from trialwright.protocol.gallery import gallery_names
from trialwright.protocol.plan_consistency import planned_endpoint
from trialwright.protocol.read import parse_study, read_study
from trialwright.protocol.size_plan import Sides

ONE_ARM = """\
study: {id: one, title: One arm, phase: II, design: single-arm, subjects: 43}
cohorts:
  A: {label: First, when: DM.AGE >= 65}
  B: {label: Rest}
assessments: {tumour: {every: 6 weeks}}
response: {source: lesions, reference_date: first dose}
analysis_sets: {full: enrolled}
endpoints:
  ORR: {type: response, role: primary, of: [CR, PR]}
  PFS: {type: time-to-event, start: first dose, events: [progression, death]}
"""
TWO_ARMS = """\
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
    compare: {arms: [NEW, STD], question: non-inferior, margin: 1.3}
  ORR: {type: response, of: [CR, PR]}
"""
RATES = "null_rate: 0.2\ntarget_rate: 0.4\nalpha: 0.05 one-sided\npower: 0.8\n"
TIMES = "control_median: 7.5 months\nhazard_ratio: 1.0\npower: 0.8\n"


def plan_of(study, section):
    return parse_study(f"{study}design:\n{indent(section, '  ')}").size_plan


def refused(study, section):
    with pytest.raises(StudyFileError) as error:
        plan_of(study, section)
    return str(error.value)


def test_a_two_stage_plan_is_written_as_in_a_protocol():
    plan = plan_of(ONE_ARM, f"type: two-stage\n{RATES}stages: 3/13 12/43")
    assert (plan.stages.r1, plan.stages.n1, plan.stages.r, plan.stages.n) == (3, 13, 12, 43)
    assert str(plan.stages) == "3/13 12/43"


def test_sides_of_alpha_are_said_and_kept():
    two = plan_of(TWO_ARMS, f"type: non-inferiority\n{TIMES}alpha: 0.05 two-sided").alpha
    one = plan_of(TWO_ARMS, f"type: non-inferiority\n{TIMES}alpha: 0.025 one-sided").alpha
    assert (two.sides, one.sides) == (Sides.TWO, Sides.ONE)
    assert two.one_sided == one.one_sided == 0.025
    assert str(two) == "0.05 two-sided"


def test_a_cohort_may_have_rates_of_its_own():
    cohorts = "cohorts: {A: {null_rate: 0.1, target_rate: 0.3}}"
    plan = plan_of(ONE_ARM, f"type: single stage\n{RATES}{cohorts}")
    assert (plan.rates_of("A").null_rate, plan.rates_of("B").null_rate, plan.rates_of().null_rate) == (
        *(0.1, 0.2),
        0.2,
    )


def test_a_hazard_ratio_stands_for_the_other_median():
    section = "type: screening\nendpoint: PFS\ncontrol_median: 6 months\nhazard_ratio: 0.75\n"
    asked = TWO_ARMS.replace(", question: non-inferior, margin: 1.3", "")
    plan = plan_of(asked, f"{section}alpha: 0.2 one-sided\npower: 0.8")
    assert plan.medians == (6.0, 8.0)
    assert math.isclose(plan.ratio, 0.75)


@pytest.mark.parametrize(
    ("study", "section", "told"),
    [
        (ONE_ARM, "type: two-stages", "did you mean 'two-stage'?"),
        (ONE_ARM, "null_rate: 0.2", "design.type: is missing; expected one of single stage"),
        (
            ONE_ARM,
            f"type: two-stage\n{RATES}stages: 13/3 12/43",
            "found '13/3 12/43'; expected r1 below n1",
        ),
        (
            ONE_ARM,
            f"type: two-stage\n{RATES.replace('0.05 one-sided', '0.05')}stages: 3/13 12/43",
            "design.alpha: found 0.05; expected text such as '0.05 one-sided'",
        ),
        (
            ONE_ARM,
            f"type: single stage\n{RATES.replace('0.4', '0.2')}",
            "a target_rate above the null_rate 0.2",
        ),
        (
            ONE_ARM,
            f"type: single stage\n{RATES.replace('0.8', '0.2')}",
            "power: found 0.2; expected a number of",
        ),
        (ONE_ARM, f"type: single stage\n{RATES}size: 44", "found 44 subjects; expected at most 43"),
        (
            ONE_ARM,
            f"type: single stage\n{RATES}endpoint: PFS",
            "found hypotheses of a response rate, but 'PFS'",
        ),
        (ONE_ARM, f"type: single stage\n{RATES}endpoint: OR", "did you mean 'ORR'?"),
        (
            ONE_ARM,
            f"type: single stage\n{RATES}cohorts: {{C: {{null_rate: 0.1, target_rate: 0.3}}}}",
            "found 'C'; expected a cohort of the study (A, B)",
        ),
        (ONE_ARM, "type: estimation\naccrual: 0 months", "an accrual above 0, such as 24 months"),
        (
            ONE_ARM,
            "type: pick the winner\nbest_rate: 0.3\nother_rate: 0.2",
            "without arms; expected at least 2",
        ),
        (TWO_ARMS, f"type: superiority\n{TIMES}alpha: 0.05 two-sided", "a hazard ratio below 1"),
        (
            TWO_ARMS,
            f"type: non-inferiority\n{TIMES.replace('1.0', '1.4')}alpha: 0.05 two-sided",
            "assumes a hazard ratio of 1.4; expected one below the margin of 1.3",
        ),
        (
            TWO_ARMS,
            f"type: superiority\n{TIMES.replace('1.0', '0.7')}alpha: 0.05 two-sided",
            "found a size for another question than non-inferior",
        ),
        (TWO_ARMS, f"type: non-inferiority\n{TIMES}alpha: 0.6 one-sided", "a one-sided error below 0.5"),
        (
            TWO_ARMS.replace("margin: 1.3", "margin: 1.3, alpha: 0.1"),
            f"type: non-inferiority\n{TIMES}alpha: 0.05 two-sided",
            "found 0.1 two-sided, but `design` plans with 0.05 two-sided",
        ),
        (
            TWO_ARMS,
            f"type: non-inferiority\n{TIMES}experimental_rate: 0.4\nalpha: 0.05 two-sided",
            "either medians or rates",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line_and_its_remedy(study, section, told):
    message = refused(study, section)
    assert told in message
    assert "study.yaml:" in message


def test_a_study_file_without_the_section_stays_valid():
    study = parse_study(ONE_ARM)
    assert study.size_plan is None
    assert planned_endpoint(study)[0] == "ORR"


def test_the_subjects_must_be_stated_somewhere():
    message = refused(ONE_ARM.replace(", subjects: 43", ""), f"type: single stage\n{RATES}")
    assert "design.size: is missing" in message


@pytest.mark.parametrize("name", ["nabp-cis", "nivo-gemcis", "ici-capox"])
def test_plans_of_the_gallery_say_where_they_come_from(name):
    assert name in gallery_names()
    plan = read_study(name).size_plan
    assert plan is not None
    assert "abstract" in plan.source
