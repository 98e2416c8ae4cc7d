"""RECIST 1.1 over flat arrays: lesions to time points, time points to best response, with reasons.

The rules are in `rules` (time points) and `best_response`, their constants in
`rulebook/recist-1.1.toml`; `driver` runs them; `reasons` puts them into words.
"""

from trialwright.derive.recist.best_reasons import BestReasons
from trialwright.derive.recist.codes import (
    NON_TARGET_CODE,
    NON_TARGET_TEXT,
    RESPONSE_CODE,
    RESPONSE_TEXT,
    WORST_FIRST,
    CrThenPr,
    NewLesion,
    NonTarget,
    NotConfirmed,
    Reason,
    Response,
)
from trialwright.derive.recist.driver import (
    BestResponses,
    Responses,
    TimePoints,
    best_responses,
    responses,
    time_point_responses,
)
from trialwright.derive.recist.histories import LesionHistories, ResponseHistories
from trialwright.derive.recist.options import NO_LAST_DAY, UNKNOWN_DAY, Options
from trialwright.derive.recist.reasons import VisitReasons
from trialwright.derive.recist.wording import Names

__all__ = [
    "NON_TARGET_CODE",
    "NON_TARGET_TEXT",
    "NO_LAST_DAY",
    "RESPONSE_CODE",
    "RESPONSE_TEXT",
    "UNKNOWN_DAY",
    "WORST_FIRST",
    "BestReasons",
    "BestResponses",
    "CrThenPr",
    "LesionHistories",
    "Names",
    "NewLesion",
    "NonTarget",
    "NotConfirmed",
    "Options",
    "Reason",
    "Response",
    "ResponseHistories",
    "Responses",
    "TimePoints",
    "VisitReasons",
    "best_responses",
    "responses",
    "time_point_responses",
]
