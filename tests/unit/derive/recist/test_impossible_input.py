"""What cannot be is refused, with the subject, the value, what was expected and the remedy."""

import dataclasses

import numpy as np
import pytest

from trialwright.derive.recist import ResponseHistories
from trialwright.errors import DataError


def test_a_negative_diameter_names_subject_day_and_lesion(histories):
    with pytest.raises(DataError, match=r"ABC-007, day 56, target lesion 2: diameter -3 mm"):
        histories("60 40", "30 -3", subjects=["ABC-007"])


def test_an_infinite_diameter_is_refused(histories):
    with pytest.raises(DataError, match="subject 0, day 0, target lesion 1: diameter inf mm"):
        histories("inf 40")


@pytest.mark.parametrize("days", [(0, 60, 50), (0, 50, 50)])
def test_days_that_do_not_increase_are_refused(histories, days):
    with pytest.raises(DataError, match=r"ABC-007: assessment on day 50 follows one on day (60|50).*Remedy"):
        histories("60", "50", "40", days=days, subjects=["ABC-007"])


def test_days_may_start_again_with_the_next_subject():
    both = ResponseHistories(
        visit_offsets=np.array([0, 2, 2, 4]),
        day=np.array([10, 20, 5, 6]),
        response=np.array([3, 3, 3, 3], np.int8),
        reference_day=np.zeros(3, np.int64),
        last_day=np.full(3, 100),
    )
    assert both.day.size == 4


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("visit_offsets", np.array([0, 1]), "visit_offsets"),
        ("visit_offsets", np.array([0, 3, 2]), "visit_offsets"),
        ("lesion_offsets", np.array([0, 2]), "lesion_offsets"),
        ("is_node", np.array([True, False]), "lesion_offsets"),
        ("has_baseline", np.array([True, False]), "has_baseline"),
        ("diameters_mm", np.array([60.0]), "diameters_mm: 1 values; expected 2"),
        ("non_target", np.array([0, 5], np.int8), "subject 0, day 56: non_target code 5"),
        ("non_target", np.array([0], np.int8), "non_target: 1 codes"),
        ("new_lesion", np.array([0, -1], np.int8), "subject 0, day 56: new_lesion code -1"),
        ("reference_day", np.array([0, 0]), "reference_day"),
        ("last_day", np.array([], np.int64), "last_day"),
        ("subjects", ["A", "B"], "subjects"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(histories, field, value, message):
    with pytest.raises(DataError, match=message):
        dataclasses.replace(histories("60", "50"), **{field: value})


def test_no_subjects_at_all_is_no_error(histories):
    empty = dataclasses.replace(
        histories("60"),
        visit_offsets=np.zeros(1, np.int64),
        day=np.zeros(0, np.int64),
        has_baseline=np.zeros(0, np.bool_),
        lesion_offsets=np.zeros(1, np.int64),
        is_node=np.zeros(0, np.bool_),
        diameters_mm=np.zeros(0),
        non_target=np.zeros(0, np.int8),
        new_lesion=np.zeros(0, np.int8),
        reference_day=np.zeros(0, np.int64),
        last_day=np.zeros(0, np.int64),
    )
    from trialwright.derive.recist import responses

    assert responses(empty).best.bor.size == 0
