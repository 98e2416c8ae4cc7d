"""Overall response of a time point: Tables 1 and 2 of Eisenhauer 2009, row by row."""

import pytest

from trialwright.derive.recist import NewLesion, Options, Reason

TARGET = {"CR": "0", "PR": "60", "SD": "100", "NE": "-", "PD": "130"}


@pytest.mark.parametrize(
    ("target", "non_target", "new", "overall"),
    [
        ("CR", "CR", "no", "CR"),
        ("CR", "NON-CR/NON-PD", "no", "PR"),
        ("CR", "NE", "no", "PR"),
        ("PR", "CR", "no", "PR"),
        ("PR", "NON-CR/NON-PD", "no", "PR"),
        ("PR", "NE", "no", "PR"),
        ("SD", "CR", "no", "SD"),
        ("SD", "NON-CR/NON-PD", "no", "SD"),
        ("SD", "NE", "no", "SD"),
        ("NE", "CR", "no", "NE"),
        ("NE", "NON-CR/NON-PD", "no", "NE"),
        ("NE", "NE", "no", "NE"),
        *[("PD", state, new, "PD") for state in ("CR", "NON-CR/NON-PD", "NE", "PD") for new in ("no", "new")],
        *[(target, "PD", new, "PD") for target in ("CR", "PR", "SD", "NE") for new in ("no", "new")],
        *[(target, state, "new", "PD") for target in ("CR", "PR", "SD", "NE") for state in ("CR", "NE")],
    ],
)
def test_table_1_target_and_non_target_disease(story, target, non_target, new, overall):
    told = story("100", TARGET[target], non_target=f"NON-CR/NON-PD {non_target}", new=f"no {new}")
    assert told.target[-1] == target
    assert told.overall[-1] == overall


@pytest.mark.parametrize(
    ("target", "new", "overall"),
    [
        ("CR", "no", "CR"),
        ("PR", "no", "PR"),
        ("SD", "no", "SD"),
        ("NE", "no", "NE"),
        ("PD", "no", "PD"),
        *[(target, "new", "PD") for target in TARGET],
    ],
)
def test_table_1_without_non_target_disease_at_baseline(story, target, new, overall):
    assert story("100", TARGET[target], new=f"no {new}").overall[-1] == overall


@pytest.mark.parametrize(
    ("non_target", "new", "overall"),
    [
        ("CR", "no", "CR"),
        ("NON-CR/NON-PD", "no", "NON-CR/NON-PD"),
        ("NE", "no", "NE"),
        ("NONE", "no", "NE"),  # not recorded at this visit: not all evaluated
        ("PD", "no", "PD"),
        *[(state, "new", "PD") for state in ("CR", "NON-CR/NON-PD", "NE", "PD")],
    ],
)
def test_table_2_non_target_disease_only(story, non_target, new, overall):
    told = story("", "", non_target=f"NON-CR/NON-PD {non_target}", new=f"no {new}")
    assert told.target == ["", ""]
    assert told.overall[-1] == overall


def test_no_disease_at_baseline_is_ned_until_a_new_lesion(story):
    told = story("", "", "", new="no no new")
    assert told.overall == ["", "NED", "PD"]
    assert told.bor == "PD"
    assert story("", "").bor == "NED"


def test_non_target_disease_not_recorded_at_a_visit_is_not_evaluated(story):
    told = story("100", "0", non_target="NON-CR/NON-PD NONE")
    assert told.non_target == ["NON_CR_NON_PD", "NE"]
    assert told.overall[-1] == "PR"


def test_an_equivocal_new_lesion_is_no_progression(story):
    told = story("100", "100", "100", new="no ? ?")
    assert told.overall[1:] == ["SD", "SD"]
    assert told.result.time_points.reason[1] & Reason.EQUIVOCAL_NEW_LESION


def test_a_confirmed_new_lesion_dates_progression_at_its_first_sight(story):
    told = story("100", "100", "100", "100", new="no ? ? new")
    assert told.overall[1:] == ["PD", "PD", "PD"]
    assert told.result.best.pd_visit[0] == 1
    assert told.result.time_points.confirmed_at.tolist() == [-1, 3, 3, -1]


def test_a_new_lesion_after_an_equivocal_one_went_away_is_another_one(story):
    assert story("100", "100", "100", "100", new="no ? no new").overall[1:] == ["SD", "SD", "PD"]


def test_who_follows_each_new_lesion_says_which_equivocal_one_was_confirmed(story):
    assert story("100", "100", "100", new="no ?yes no").overall[1:] == ["PD", "SD"]
    assert story("100", "100", "100", new="no ?no new").overall[1:] == ["SD", "PD"]


def test_a_confirmation_after_the_last_day_that_counts_does_not_date_back(story):
    told = story("100", "100", "100", new="no ? new", last=60)
    assert told.overall[1:] == ["SD", "PD"]
    assert told.result.best.pd_visit[0] == -1
    assert story("100", "100", "100", new="no ? new", last=112).result.best.pd_visit[0] == 1


PD_AGAIN = Options(reappearance_after_cr_is_pd=True)


def test_disease_seen_again_after_cr_is_what_the_sum_says_or_progression(story):
    # 3 mm after 0 mm: below 5 mm, so the sum alone says PR; 5 mm is progression anyway
    assert story("100", "0", "3").overall[1:] == ["CR", "PR"]
    assert story("100", "0", "5").overall[1:] == ["CR", "PD"]
    assert story("100", "0", "3", options=PD_AGAIN).overall[1:] == ["CR", "PD"]


def test_a_node_of_10_mm_again_after_cr_is_what_the_sum_says_or_progression(story):
    assert story("30", "8", "9", "10", nodes="1").overall[1:] == ["CR", "CR", "PR"]
    assert story("30", "8", "9", "10", nodes="1", options=PD_AGAIN).overall[1:] == ["CR", "CR", "PD"]


def test_non_target_disease_seen_again_after_cr_is_partial_response_or_progression(story):
    states = "NON-CR/NON-PD CR NON-CR/NON-PD"
    assert story("100", "0", "0", non_target=states).overall[1:] == ["CR", "PR"]
    assert story("100", "0", "0", non_target=states, options=PD_AGAIN).overall[1:] == ["CR", "PD"]
    assert story("", "", "", non_target=states, options=PD_AGAIN).overall[1:] == ["CR", "PD"]


def test_a_lesion_that_comes_back_amid_others_is_only_added_to_the_sum(story):
    # never a CR of all: 60 → 50 → 53 mm is stable
    assert story("50 10", "50 0", "50 3", options=PD_AGAIN).overall[1:] == ["SD", "SD"]


def test_targets_gone_but_non_targets_left_is_no_cr_to_reappear_from(story):
    states = "NON-CR/NON-PD NON-CR/NON-PD NON-CR/NON-PD"
    assert story("100", "0", "3", non_target=states, options=PD_AGAIN).overall[1:] == ["PR", "PR"]


def test_a_missing_scan_between_cr_and_reappearance_changes_nothing(story):
    assert story("100", "0", "-", "3", options=PD_AGAIN).overall[1:] == ["CR", "NE", "PD"]


def test_reappearance_is_called_once_and_the_sum_judges_from_then_on(story):
    assert story("100", "0", "3", "4", options=PD_AGAIN).overall[1:] == ["CR", "PD", "PR"]


def test_codes_of_new_lesions_are_those_of_the_contract():
    assert [NewLesion.NO, NewLesion.EQUIVOCAL, NewLesion.UNEQUIVOCAL] == [0, 1, 2]
