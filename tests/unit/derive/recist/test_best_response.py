"""Best response: Eisenhauer 2009, 4.6 and Table 3, and admiralonco's exact events; days from day 0."""

import pytest

from trialwright.derive.recist import NO_LAST_DAY, UNKNOWN_DAY, CrThenPr, Options


@pytest.mark.parametrize(
    ("assessments", "days", "best", "visit"),
    [
        ("SD PR CR", None, "CR", 2),
        ("CR PR", None, "CR", 0),
        ("PR SD", None, "PR", 0),
        ("PR", (10,), "PR", 0),  # a response needs no minimum duration
        ("SD", (42,), "SD", 0),
        ("SD", (41,), "NE", 0),
        ("SD SD", (41, 83), "SD", 1),
        ("SD PD", (41, 83), "PD", 1),
        ("SD PD", (42, 83), "SD", 0),
        ("NE SD PD", None, "SD", 1),
        ("NON-CR/NON-PD", (42,), "NON-CR/NON-PD", 0),
        ("NON-CR/NON-PD", (41,), "NE", 0),
        ("NON-CR/NON-PD PD", (41, 83), "PD", 1),
        ("NON-CR/NON-PD CR", None, "CR", 1),
        ("NON-CR/NON-PD SD", None, "SD", 1),
        ("PD", (20,), "PD", 0),
        ("PD CR", None, "PD", 0),  # nothing counts after the first PD
        ("NE", None, "NE", 0),
        ("NE SD", (20, 30), "NE", 0),
        ("NE PD", None, "PD", 1),
        ("", (), "MISSING", -1),
        ("NED NED", None, "NED", 0),
        ("NE NED", None, "NED", 1),
        ("NED PD", None, "PD", 1),
    ],
)
def test_unconfirmed_best_response_and_its_visit(recorded, assessments, days, best, visit):
    assert recorded(assessments, days=days).bor == (best, visit)


@pytest.mark.parametrize(
    ("assessments", "days", "best", "visit"),
    [
        # first CR
        ("CR CR", (42, 70), "CR", 0),
        ("CR CR", (42, 69), "SD", 0),
        ("CR CR CR", (42, 60, 75), "CR", 0),  # the third confirms the first
        ("CR NE CR", (42, 60, 75), "CR", 0),
        ("CR NE NE CR", None, "SD", 0),
        ("CR SD", (42, 84), "SD", 0),
        ("CR SD", (20, 41), "NE", 0),
        ("CR PD", (42, 84), "SD", 0),
        ("CR PD", (41, 84), "PD", 1),
        ("CR NE", (42, 84), "SD", 0),
        ("CR NE", (41, 84), "NE", 0),
        ("CR", (42,), "SD", 0),
        ("CR", (41,), "NE", 0),
        ("CR PR", (42, 84), "SD", 0),
        ("CR PR PR", (42, 84, 126), "PR", 1),
        ("CR PR CR", (42, 84, 126), "PR", 1),
        # first PR
        ("PR PR", (42, 70), "PR", 0),
        ("PR PR", (42, 69), "SD", 0),
        ("PR CR", (42, 70), "PR", 0),
        ("PR CR CR", None, "CR", 1),
        ("PR NE PR", None, "PR", 0),
        ("PR NE CR", None, "PR", 0),
        ("PR NE NE PR", None, "SD", 0),
        ("PR SD", (42, 84), "SD", 0),
        ("PR SD", (20, 42), "SD", 1),
        ("PR SD PR", None, "SD", 0),
        ("PR PD", (42, 84), "SD", 0),
        ("PR PD", (41, 84), "PD", 1),
        ("PR NE", (42, 84), "SD", 0),
        ("PR NE", (41, 84), "NE", 0),
        ("PR", (42,), "SD", 0),
        ("PR", (41,), "NE", 0),
        ("PR CR PR", (42, 56, 84), "SD", 0),  # a PR after a CR in between
        ("PR CR PR", (42, 70, 84), "PR", 0),  # confirmed before the CR was followed by PR
        ("SD PR PD", None, "SD", 0),
        ("SD PR PR", None, "PR", 1),
        ("PR SD PR PR", None, "PR", 2),
        ("PR NON-CR/NON-PD PR", None, "SD", 0),
        ("PR PD PR", (20, 40, 90), "PD", 1),
        # neither
        ("SD PD", None, "SD", 0),
        ("SD PD", (41, 83), "PD", 1),
        ("NON-CR/NON-PD NON-CR/NON-PD", None, "NON-CR/NON-PD", 0),
        ("NE NE", None, "NE", 0),
        ("PD", None, "PD", 0),
        ("", (), "MISSING", -1),
    ],
)
def test_confirmed_best_response_and_its_visit(recorded, assessments, days, best, visit):
    assert recorded(assessments, days=days).cbor == (best, visit)


@pytest.mark.parametrize(
    ("assessments", "days", "rsp", "crsp", "cb", "ccb", "pd"),
    [
        ("PR PR", (20, 60), 0, 0, 0, 0, -1),
        ("PR SD", (20, 60), 0, -1, 0, 1, -1),
        ("PR PD", (20, 60), 0, -1, 0, -1, 1),
        ("SD SD", (20, 60), -1, -1, 1, 1, -1),
        ("SD PR PR", (42, 84, 126), 1, 1, 0, 0, -1),
        ("NON-CR/NON-PD", (42,), -1, -1, 0, 0, -1),
        ("NED NED", (42, 84), -1, -1, -1, -1, -1),
        ("PD PR PR", (42, 84, 126), -1, -1, -1, -1, 0),
        ("CR PR PR", (42, 84, 126), 0, 1, 0, 0, -1),
        ("", (), -1, -1, -1, -1, -1),
    ],
)
def test_first_dates_of_response_benefit_and_progression(recorded, assessments, days, rsp, crsp, cb, ccb, pd):
    best = recorded(assessments, days=days)
    assert (best.rsp, best.crsp, best.cb, best.ccb, best.pd) == (rsp, crsp, cb, ccb, pd)


def test_the_minimum_duration_counts_from_the_reference_date(recorded):
    assert recorded("SD", days=(50,), reference=8).bor[0] == "SD"
    assert recorded("SD", days=(50,), reference=9).bor[0] == "NE"


def test_assessments_before_the_reference_date_do_not_count(recorded):
    assert recorded("PD SD", days=(4, 50), reference=5).bor == ("SD", 1)
    assert recorded("PD SD", days=(5, 50), reference=5).bor == ("PD", 0)


def test_without_a_reference_date_no_minimum_duration_is_met(recorded):
    best = recorded("SD SD", reference=UNKNOWN_DAY)
    assert best.bor[0] == "NE"
    assert recorded("PR PR", reference=UNKNOWN_DAY).cbor[0] == "PR"


def test_nothing_counts_after_the_last_day(recorded):
    assert recorded("SD PR PR", last=83).bor[0] == "SD"
    assert recorded("SD PR PR", last=84).cbor == ("SD", 0)
    assert recorded("SD PR PR", last=126).cbor == ("PR", 1)
    assert recorded("SD PR PR", last=41).bor == ("MISSING", -1)
    assert recorded("SD PD", last=83).pd == -1
    assert recorded("SD PD", last=NO_LAST_DAY).pd == 1


@pytest.mark.parametrize(
    ("option", "assessments", "days", "best"),
    [
        (Options(minimum_sd_days=56), "SD", (55,), "NE"),
        (Options(minimum_sd_days=35), "SD", (35,), "SD"),
        (Options(confirmation_days=42), "PR PR", (42, 83), "SD"),
        (Options(confirmation_days=42), "PR PR", (42, 84), "PR"),
        (Options(confirmation_tolerance_days=3), "PR PR", (42, 67), "PR"),
        (Options(confirmation_tolerance_days=3), "PR PR", (42, 66), "SD"),
        (Options(max_not_evaluable=0), "PR NE PR", None, "SD"),
        (Options(max_not_evaluable=2), "PR NE NE PR", None, "PR"),
        (Options(max_not_evaluable=2), "CR NE NE NE CR", None, "SD"),
        (Options(sd_between_prs=True), "PR SD PR", None, "PR"),
        (Options(sd_between_prs=True), "PR SD SD PR", None, "PR"),
        (Options(sd_between_prs=True), "PR SD CR", None, "PR"),
        (Options(sd_between_prs=True), "PR SD PD", None, "SD"),
        (Options(sd_between_prs=True), "CR SD CR", None, "SD"),
        (Options(sd_between_prs=True), "PR CR SD PR", (42, 49, 56, 84), "SD"),
    ],
)
def test_options_of_confirmation(recorded, option, assessments, days, best):
    assert recorded(assessments, days=days, options=option).cbor[0] == best


@pytest.mark.parametrize(
    ("reading", "assessments", "days", "best"),
    [
        (CrThenPr.ARITHMETIC, "CR PR", (42, 84), "SD"),
        (CrThenPr.ARITHMETIC, "CR PR PR", (42, 84, 126), "PR"),
        (CrThenPr.SD, "CR PR", (42, 84), "SD"),
        (CrThenPr.SD, "CR PR PR", (42, 84, 126), "SD"),
        (CrThenPr.SD, "PR PR CR PR", None, "PR"),
        (CrThenPr.PD, "CR PR", (42, 84), "SD"),
        (CrThenPr.PD, "CR PR", (41, 84), "PD"),
        (CrThenPr.PD, "CR SD", (41, 84), "PD"),
        (CrThenPr.PD, "CR PR PR", (42, 84, 126), "SD"),
        (CrThenPr.PD, "CR NE CR", None, "CR"),
        (CrThenPr.PR, "CR PR", (42, 84), "PR"),
        (CrThenPr.PR, "CR PR", (42, 69), "SD"),
        (CrThenPr.PR, "CR CR PR", None, "CR"),
        (CrThenPr.PR, "CR SD", None, "SD"),
        (CrThenPr.PR, "PR CR PR", (42, 56, 84), "PR"),
    ],
)
def test_a_cr_then_a_pr_is_read_as_the_protocol_says(recorded, reading, assessments, days, best):
    assert recorded(assessments, days=days, options=Options(cr_then_pr=reading)).cbor[0] == best


def test_where_a_cr_was_real_disease_after_it_is_the_first_progression(recorded):
    best = recorded("CR PR PR", options=Options(cr_then_pr=CrThenPr.PD))
    assert best.pd == 1
    assert best.result.last_visit.tolist() == [1]


def test_the_confirming_visit_is_named(recorded):
    best = recorded("SD PR NE CR")
    assert best.cbor == ("PR", 1)
    assert best.result.confirmed_at.tolist() == [3]


def test_from_lesions_to_confirmed_response(story):
    # 100 → 60 (PR) → 60 (PR), 56 days apart
    told = story("100", "60", "60")
    assert (told.bor, told.cbor) == ("PR", "PR")
    told = story("100", "60", "80")
    assert told.overall == ["", "PR", "PD"]
    assert (told.bor, told.cbor) == ("PR", "SD")
