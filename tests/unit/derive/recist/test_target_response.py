"""Target lesions: the five rules in their order, and their boundaries (Eisenhauer 2009, 4.3.1)."""

import math

import pytest


def target(story, *visits, **facts):
    return story(*visits, **facts).target[-1]


@pytest.mark.parametrize(
    ("baseline", "visit", "nodes", "response"),
    [
        ("60 40", "0 0", "", "CR"),
        ("60 40", "0 9", "2", "CR"),  # the sum need not be 0
        ("60 40", "0 9.9", "2", "CR"),
        ("60 40", "0 10", "2", "PR"),  # a node of 10 mm is not normal
        ("20 20", "9 9", "1 2", "CR"),  # nodes only
        ("20 20", "9 10", "1 2", "PR"),
        ("60 40", "0 1", "", "PR"),  # a real measurement below 5 mm stands
        ("60 40", "5 0", "", "PR"),  # too small to measure counts 5 mm
        ("60 40", "0 -", "", "NE"),
        ("60 40", "0 -", "2", "NE"),
        ("60 40", "30 40", "", "PR"),
        ("60 40", "31 40", "", "SD"),
        ("60 40", "60 40", "", "SD"),
        ("60 40", "60 59", "", "SD"),
        ("60 40", "60 60", "", "PD"),
        ("60 40", "- -", "", "NE"),
        ("60 40", "- 5", "", "NE"),
    ],
)
def test_response_of_the_targets_against_baseline(story, baseline, visit, nodes, response):
    assert target(story, baseline, visit, nodes=nodes) == response


@pytest.mark.parametrize(
    ("baseline", "sum_mm", "response"),
    [
        ("90", "63", "PR"),  # exactly 30 %, yet 0.7 * 90 == 62.99999999999999
        ("90", "63.01", "SD"),
        ("10", "7", "PR"),
        ("30", "21", "PR"),
        ("30", "22", "SD"),
        ("42.2 20.8", "22.1 22", "PR"),  # 63 → 44.1 mm, exactly 30 %
        ("42.2 20.8", "22.2 22", "SD"),
        ("12.3 15.4 13.3", "9.1 9.7 9.9", "PR"),  # 41 → 28.7 mm
        ("0.1 0.2 99.7", "35 35 0", "PR"),
    ],
)
def test_a_fall_of_exactly_30_percent_is_pr(story, baseline, sum_mm, response):
    assert target(story, baseline, sum_mm) == response


@pytest.mark.parametrize(
    ("nadir", "sum_mm", "response"),
    [
        ("50", "60", "PD"),  # +20 %, +10 mm
        ("50", "59.9", "SD"),
        ("42", "50.4", "PD"),  # exactly +20 %
        ("42", "50.39", "SD"),
        ("25", "30", "PD"),  # exactly +20 % and exactly +5 mm
        ("24", "29", "PD"),  # +21 %, exactly +5 mm
        ("24", "28.9", "PR"),  # +20.4 % but +4.9 mm
        ("10", "14", "PR"),  # +40 % but +4 mm
        ("26", "31", "SD"),  # +5 mm but +19 %
        ("0.1 24.1", "0.1 29.1", "PD"),  # decimals: 24.2 → 29.2
        ("35", "42", "PD"),  # +20 % although 1.2 * 35 is 42.0 and 1.1 * 35 is not exact
        ("45", "54", "PD"),
    ],
)
def test_progression_needs_20_percent_and_5_mm_above_the_nadir(story, nadir, sum_mm, response):
    lesions = len(nadir.split())
    baseline = {1: "42", 2: "22 20"}[lesions]
    if float(nadir.split()[-1]) > 40:
        baseline = "52"
    assert target(story, baseline, nadir, sum_mm) == response


def test_progression_is_judged_against_the_nadir_not_against_baseline(story):
    assert story("100", "40", "50").target == ["", "PR", "PD"]


def test_progression_outranks_partial_response_where_both_hold(story):
    # 48 mm is 52 % below baseline and 20 % above the nadir
    assert story("100", "40", "48").target[-1] == "PD"


def test_complete_response_outranks_a_rise_of_the_sum(story):
    # two nodes from 2 + 2 mm to 9 + 9 mm: +14 mm, yet both normal
    assert story("20 20", "2 2", "9 9", nodes="1 2").target == ["", "CR", "CR"]


def test_normal_nodes_are_never_progression(story):
    # 4 → 9 mm with the other node not evaluable: it could still be CR
    assert story("20 20", "2 2", "9 -", nodes="1 2").target == ["", "CR", "NE"]
    assert story("20 20", "2 2", "10 -", nodes="1 2").target == ["", "CR", "PD"]


def test_baseline_is_a_nadir_too(story):
    assert story("50", "60").target[-1] == "PD"


def test_a_partial_sum_that_already_meets_progression_is_progression(story):
    assert story("20 20 20", "45 30 -").target[-1] == "PD"
    assert story("20 20 20", "45 26 -").target[-1] == "NE"  # 71 mm is not 72 mm
    assert story("20 20 20", "45 27 -").target[-1] == "PD"


def test_only_complete_sums_feed_the_nadir(story):
    # the partial 20 mm must not become the nadir of the 48 mm
    told = story("40 20", "20 -", "28 20")
    assert told.target == ["", "NE", "SD"]
    assert told.result.time_points.nadir_mm[2] == 60


def test_a_missing_lesion_is_not_a_lesion_of_0_mm(story):
    told = story("40 20", "10 -")
    assert told.target[-1] == "NE"
    assert told.result.time_points.sum_mm[1] == 10
    assert not told.result.time_points.complete[1]


def test_the_nadir_is_dated_at_the_first_visit_that_reached_it(story):
    points = story("60", "50", "50", "55").result.time_points
    assert points.nadir_mm.tolist()[1:] == [60, 50, 50]
    assert points.nadir_visit.tolist() == [-1, 0, 1, 1]
    assert math.isnan(points.nadir_mm[0])


def test_a_target_not_evaluable_at_baseline_leaves_no_baseline_to_judge_pr_or_sd_by(story):
    told = story("40 -", "20 10", "20 20", "0 0")
    # no baseline sum, but a nadir of 30 mm from the first complete visit: 40 mm is PD
    assert told.target == ["", "NE", "PD", "CR"]
    assert math.isnan(told.result.time_points.baseline_mm[1])


@pytest.mark.parametrize(("baseline", "nodes"), [("0", ""), ("9", "1"), ("0 8", "2")])
def test_targets_that_are_gone_at_baseline_cannot_respond(story, baseline, nodes):
    zeros = " ".join("0" for _ in baseline.split())
    told = story(baseline, zeros, baseline, nodes=nodes)
    assert told.target[1:] == ["NE", "NE"]


def test_a_rise_from_a_baseline_of_0_mm_is_progression_from_5_mm_on(story):
    assert story("0", "4", "5").target[1:] == ["NE", "PD"]


def test_without_a_baseline_visit_only_progression_can_be_told(story):
    told = story("40", "20", "26", has_baseline=False)
    assert told.overall == ["NE", "NE", "PD"]
    assert story("0", has_baseline=False).overall == ["NE"]


def test_time_points_after_progression_are_still_judged(story):
    told = story("50", "60", "30", "50")
    assert told.overall == ["", "PD", "PR", "PD"]
    assert told.bor == "PD"
