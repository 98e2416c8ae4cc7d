"""Subjects typed in as a few words: "60 40 -" are three targets of a visit, the last not evaluable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from trialwright.derive.recist import (
    NO_LAST_DAY,
    NON_TARGET_CODE,
    RESPONSE_CODE,
    RESPONSE_TEXT,
    LesionHistories,
    NewLesion,
    NonTarget,
    Options,
    Response,
    ResponseHistories,
    best_responses,
    responses,
)

NEW = {"no": NewLesion.NO, "?": NewLesion.EQUIVOCAL, "new": NewLesion.UNEQUIVOCAL}
NEW |= {"?yes": NewLesion.EQUIVOCAL_CONFIRMED, "?no": NewLesion.EQUIVOCAL_UNCONFIRMED}


@dataclass
class Story:
    """What the engine says of one subject, in words."""

    histories: LesionHistories
    result: object
    target: list[str]
    non_target: list[str]
    overall: list[str]
    bor: str
    cbor: str


@dataclass
class Best:
    """Best responses of one subject in words; visits by number from 0."""

    result: object
    bor: tuple[str, int]
    cbor: tuple[str, int]
    rsp: int
    crsp: int
    cb: int
    ccb: int
    pd: int


def words(codes):
    return [RESPONSE_TEXT[Response(int(code))] for code in codes]


def _days(visits, days):
    return np.array(range(0, 56 * visits, 56) if days is None else days, np.int64)


def make_histories(
    *visits,
    nodes="",
    non_target="",
    new="",
    days=None,
    has_baseline=True,
    reference=0,
    last=NO_LAST_DAY,
    subjects=(),
):
    """One subject; the first visit is baseline. `nodes` numbers the nodal targets from 1: "2 3"."""
    rows = [[np.nan if word == "-" else float(word) for word in visit.split()] for visit in visits]
    lesions = len(rows[0])
    states = non_target.split() or ["NONE"] * len(rows)
    return LesionHistories(
        visit_offsets=np.array([0, len(rows)], np.int64),
        day=_days(len(rows), days),
        has_baseline=np.array([has_baseline]),
        lesion_offsets=np.array([0, lesions], np.int64),
        is_node=np.array([str(number) in nodes.split() for number in range(1, lesions + 1)], np.bool_),
        diameters_mm=np.array([value for row in rows for value in row], np.float64),
        non_target=np.array([NON_TARGET_CODE.get(state, NonTarget.NONE) for state in states], np.int8),
        new_lesion=np.array([NEW[word] for word in new.split() or ["no"] * len(rows)], np.int8),
        reference_day=np.array([reference], np.int64),
        last_day=np.array([last], np.int64),
        subjects=subjects,
    )


def tell_story(*visits, options=None, **facts):
    histories = make_histories(*visits, **facts)
    result = responses(histories, options)
    points = result.time_points
    return Story(
        histories,
        result,
        words(points.target),
        [NonTarget(int(code)).name for code in points.non_target],
        words(points.overall),
        words(result.best.bor)[0],
        words(result.best.cbor)[0],
    )


def judge_recorded(text, *, days=None, reference=0, last=NO_LAST_DAY, options=None):
    """Best responses of "SD PR PR", at days 42, 84, 126 unless given."""
    recorded = text.split()
    histories = ResponseHistories(
        visit_offsets=np.array([0, len(recorded)], np.int64),
        day=np.array(range(42, 42 * (len(recorded) + 1), 42) if days is None else days, np.int64),
        response=np.array([RESPONSE_CODE[word] for word in recorded], np.int8),
        reference_day=np.array([reference], np.int64),
        last_day=np.array([last], np.int64),
    )
    best = best_responses(histories, options)
    return Best(
        best,
        (words(best.bor)[0], int(best.bor_visit[0])),
        (words(best.cbor)[0], int(best.cbor_visit[0])),
        int(best.rsp_visit[0]),
        int(best.crsp_visit[0]),
        int(best.cb_visit[0]),
        int(best.ccb_visit[0]),
        int(best.pd_visit[0]),
    )


@pytest.fixture
def histories():
    return make_histories


@pytest.fixture
def story():
    return tell_story


@pytest.fixture
def recorded():
    return judge_recorded


@pytest.fixture
def defaults():
    return Options()
