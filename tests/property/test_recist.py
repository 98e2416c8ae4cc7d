"""Properties of the response rules, and their agreement with an independent plain reference."""

import dataclasses
import itertools
import random

import numpy as np
import pytest
from compare_recist import disagreements, recorded_disagreements
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_recist import DEFAULTS
from random_histories import as_lesions, as_recorded, random_options, random_subject, random_subjects

from trialwright.derive.recist import Options, Response, ResponseHistories, best_responses, responses

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED")
GAPS = ((42, 42, 42, 42), (20, 20, 20, 20), (14, 14, 28, 28))
RANK = [0, 1, 2, 3, 4, 5, 7, 8, 6]  # by code: CR best … MISSING worst, NED before NE

subjects = st.integers(0, 2**32).map(lambda seed: random_subject(random.Random(seed)))


def test_engine_and_plain_reference_agree_on_3000_random_histories():
    assert disagreements(random_subjects(3000, seed=20210304), DEFAULTS) == []


@pytest.mark.parametrize("seed", range(12))
def test_engine_and_plain_reference_agree_under_random_options(seed):
    rng = random.Random(seed)
    options = random_options(rng)
    assert disagreements(random_subjects(150, seed=seed), options) == []


@given(subjects, st.integers(0, 2**32).map(lambda seed: random_options(random.Random(seed))))
@settings(max_examples=200, deadline=None)
def test_engine_and_plain_reference_agree_on_any_history(subject, options):
    assert disagreements([subject], options) == []


@pytest.mark.parametrize("gaps", GAPS)
def test_engine_and_plain_reference_agree_on_every_sequence_of_up_to_four_responses(gaps):
    days = list(itertools.accumulate(gaps))
    every = [
        {"days": days[:length], "responses": sequence, "reference": 0, "last": None}
        for length in range(5)
        for sequence in itertools.product(RESPONSES, repeat=length)
    ]
    rng = random.Random(sum(gaps))
    for options in (DEFAULTS, *(random_options(rng) for _ in range(4))):
        assert recorded_disagreements(every, options) == []


def test_the_comparison_would_notice_a_single_wrong_day():
    wrong = random_subjects(300, seed=3)
    histories = as_lesions(wrong)
    shifted = responses(histories, Options(confirmation_days=29)).best.cbor
    assert (shifted != responses(histories).best.cbor).any()


def test_a_later_cut_off_never_removes_or_moves_a_progression():
    histories = as_lesions(random_subjects(300, seed=11))
    earlier = np.full(histories.last_day.size, 150)
    cut = responses(dataclasses.replace(histories, last_day=earlier)).best.pd_visit
    later = responses(dataclasses.replace(histories, last_day=earlier + 100)).best.pd_visit
    seen = cut >= 0
    assert seen.any()
    assert (later[seen] >= 0).all()
    # a confirmation of an equivocal lesion may date progression back, never forward
    assert (later[seen] <= cut[seen]).all()


def test_what_comes_after_the_last_day_changes_nothing_before_it():
    wrong = random_subjects(300, seed=12)
    for subject in wrong:
        subject["last"] = 120
    full = responses(as_lesions(wrong))
    cut = [
        {**subject, "visits": [visit for visit in subject["visits"] if visit["day"] <= 120]}
        for subject in wrong
    ]
    for subject in cut:
        # the reference counts a first visit as baseline only if it is there
        subject["baseline"] = subject["baseline"] and bool(subject["visits"])
    short = responses(as_lesions(cut))
    assert np.array_equal(full.best.bor, short.best.bor)
    assert np.array_equal(full.best.cbor, short.best.cbor)


def test_subjects_do_not_touch_each_other():
    many = random_subjects(200, seed=13)
    together = responses(as_lesions(many))
    backwards = responses(as_lesions(many[::-1]))
    assert np.array_equal(together.best.cbor, backwards.best.cbor[::-1])
    assert np.array_equal(together.best.bor, backwards.best.bor[::-1])


def test_the_order_of_the_lesions_does_not_matter():
    many = random_subjects(300, seed=14)
    turned = [
        {
            **subject,
            "nodes": subject["nodes"][::-1],
            "visits": [{**visit, "um": visit["um"][::-1]} for visit in subject["visits"]],
        }
        for subject in many
    ]
    assert np.array_equal(
        responses(as_lesions(many)).time_points.overall, responses(as_lesions(turned)).time_points.overall
    )


def test_the_date_line_does_not_matter():
    many = random_subjects(300, seed=15)
    histories = as_lesions(many)
    known = histories.reference_day > np.iinfo(np.int64).min
    bounded = histories.last_day < np.iinfo(np.int64).max
    moved = dataclasses.replace(
        histories,
        day=histories.day + 18_000,
        reference_day=np.where(known, histories.reference_day + 18_000 * known, histories.reference_day),
        last_day=np.where(bounded, histories.last_day + 18_000 * bounded, histories.last_day),
    )
    assert np.array_equal(responses(histories).best.cbor_visit, responses(moved).best.cbor_visit)


def test_confirmation_never_improves_the_best_response():
    best = responses(as_lesions(random_subjects(1000, seed=16))).best
    rank = np.array(RANK)
    assert (rank[best.cbor] >= rank[best.bor]).all()
    confirmed = best.crsp_visit >= 0
    assert (best.rsp_visit[confirmed] >= 0).all()
    assert (best.rsp_visit[confirmed] <= best.crsp_visit[confirmed]).all()


def test_no_response_counts_after_the_first_progression():
    found = responses(as_lesions(random_subjects(1000, seed=17)))
    best = found.best
    progressed = best.pd_visit >= 0
    assert progressed.any()
    for column in (best.bor_visit, best.cbor_visit, best.rsp_visit, best.crsp_visit, best.last_visit):
        assert (column[progressed] <= best.pd_visit[progressed]).all()


@given(st.lists(st.sampled_from(RESPONSES), max_size=10))
@settings(deadline=None)
def test_an_assessment_that_is_not_evaluable_after_all_others_changes_no_best_response(recorded):
    days = list(range(42, 42 * (len(recorded) + 2), 42))
    one = {"days": days[:-1], "responses": recorded, "reference": 0, "last": None}
    more = {"days": days, "responses": [*recorded, "NE"], "reference": 0, "last": None}
    before, after = best_responses(as_recorded([one])), best_responses(as_recorded([more]))
    if recorded:
        assert before.bor[0] == after.bor[0]
        assert before.cbor[0] == after.cbor[0]
    else:
        assert after.bor[0] == Response.NE


def test_recorded_responses_and_derived_ones_meet_the_same_rules():
    histories = as_lesions(random_subjects(300, seed=18))
    derived = responses(histories)
    recorded = ResponseHistories(
        histories.visit_offsets,
        histories.day,
        derived.time_points.overall.copy(),
        histories.reference_day,
        histories.last_day,
    )
    again = best_responses(recorded)
    for field in dataclasses.fields(again):
        assert np.array_equal(getattr(again, field.name), getattr(derived.best, field.name))
