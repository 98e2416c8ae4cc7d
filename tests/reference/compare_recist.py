"""Where the compiled engine and the plain reference part, subject by subject."""

from __future__ import annotations

from plain_recist import best_responses as plain_best
from plain_recist import judge
from random_histories import as_lesions, as_options, as_recorded

from trialwright.derive.recist import RESPONSE_TEXT, Response, best_responses, responses

PLACES = {
    "rsp": "rsp_visit",
    "crsp": "crsp_visit",
    "cb": "cb_visit",
    "ccb": "ccb_visit",
    "pd": "pd_visit",
    "last": "last_visit",
}


def engine_best(best, subject, first):
    """The engine's answer for one subject in the plain reference's words; visits count from 0."""

    def place(visits):
        visit = int(visits[subject])
        return visit - first if visit >= 0 else -1

    answer = {name: place(getattr(best, column)) for name, column in PLACES.items()}
    answer["bor"] = (RESPONSE_TEXT[Response(int(best.bor[subject]))], place(best.bor_visit))
    answer["cbor"] = (RESPONSE_TEXT[Response(int(best.cbor[subject]))], place(best.cbor_visit))
    answer["confirmed_at"] = place(best.confirmed_at)
    return answer


def disagreements(subjects, plain_options):
    """List (subject, plain answer, engine answer) wherever the two differ, from lesions on."""
    histories = as_lesions(subjects)
    found = responses(histories, as_options(plain_options))
    wrong = []
    for number, subject in enumerate(subjects):
        first, end = histories.visit_offsets[number : number + 2]
        codes = found.time_points.overall[first:end]
        ours = [RESPONSE_TEXT[Response(int(code))] for code in codes], engine_best(found.best, number, first)
        plain = judge(subject, plain_options)
        if plain != ours:
            wrong.append((subject, plain, ours))
    return wrong


def recorded_disagreements(subjects, plain_options):
    """The same from recorded responses on."""
    histories = as_recorded(subjects)
    best = best_responses(histories, as_options(plain_options))
    wrong = []
    for number, subject in enumerate(subjects):
        plain = plain_best(
            subject["days"], subject["responses"], subject["reference"], subject["last"], plain_options
        )
        ours = engine_best(best, number, int(histories.visit_offsets[number]))
        if plain != ours:
            wrong.append((subject, plain, ours))
    return wrong
