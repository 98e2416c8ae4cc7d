"""The codes of the flat arrays, and the words that stand for them in SDTM and ADaM."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final


class Response(IntEnum):
    """A time-point or best response; 1 to 7 are the AVAL of an ADRS record.

    NED (no evidence of disease) is the time point of a subject who had neither target nor
    non-target disease at baseline and has no new lesion.
    """

    NOT_APPLICABLE = 0
    CR = 1
    PR = 2
    SD = 3
    NON_CR_NON_PD = 4
    PD = 5
    NE = 6
    MISSING = 7
    NED = 8


RESPONSE_TEXT: Final[dict[Response, str]] = {
    Response.NOT_APPLICABLE: "",
    Response.CR: "CR",
    Response.PR: "PR",
    Response.SD: "SD",
    Response.NON_CR_NON_PD: "NON-CR/NON-PD",
    Response.PD: "PD",
    Response.NE: "NE",
    Response.MISSING: "MISSING",
    Response.NED: "NED",
}
RESPONSE_CODE: Final[dict[str, Response]] = {text: code for code, text in RESPONSE_TEXT.items() if text}

WORST_FIRST: Final[tuple[Response, ...]] = (
    Response.PD,
    Response.NON_CR_NON_PD,
    Response.SD,
    Response.PR,
    Response.CR,
    Response.NED,
    Response.NE,
)
"""Which of several records of one day stands: the first of these that is there."""


class NonTarget(IntEnum):
    """The state of the non-target lesions at a visit.

    NONE: the subject had none at baseline. At the baseline visit itself, any other value
    (by custom NON_CR_NON_PD) says that there was non-target disease.
    """

    NONE = 0
    CR = 1
    NON_CR_NON_PD = 2
    PD = 3
    NE = 4


NON_TARGET_TEXT: Final[dict[NonTarget, str]] = {
    NonTarget.NONE: "",
    NonTarget.CR: "CR",
    NonTarget.NON_CR_NON_PD: "NON-CR/NON-PD",
    NonTarget.PD: "PD",
    NonTarget.NE: "NE",
}
NON_TARGET_CODE: Final[dict[str, NonTarget]] = {text: code for code, text in NON_TARGET_TEXT.items() if text}


class NewLesion(IntEnum):
    """What was seen of new lesions at a visit.

    EQUIVOCAL leaves the question to the engine: it is progression if the visits after it, without
    a visit of NO between, lead to an UNEQUIVOCAL one. A caller who follows each new lesion by its
    identifier says it outright: EQUIVOCAL_CONFIRMED (progression here) or EQUIVOCAL_UNCONFIRMED.
    """

    NO = 0
    EQUIVOCAL = 1
    UNEQUIVOCAL = 2
    EQUIVOCAL_CONFIRMED = 3
    EQUIVOCAL_UNCONFIRMED = 4


class CrThenPr(IntEnum):
    """How a CR that is followed by a PR is read for the confirmed best response (E, Table 3, note a).

    ARITHMETIC: each time point stands as it is; the CR is not confirmed, and a later PR may be
    confirmed by yet another PR (what admiralonco does).
    SD: the CR stands, so no later PR counts towards a confirmed PR; at best SD.
    PD: the CR was real, so any later disease (PR, SD or NON-CR/NON-PD) is progression at that visit.
    PR: the CR was not real; it was a PR, and a PR after it may confirm it.
    """

    ARITHMETIC = 0
    SD = 1
    PD = 2
    PR = 3


class Reason(IntFlag):
    """Why a time-point response is what it is; several may hold at once."""

    NOTHING = 0
    BASELINE = 1
    PD_SUM = 2
    PD_PARTIAL_SUM = 4
    PD_NON_TARGET = 8
    PD_NEW_LESION = 16
    PD_NEW_LESION_CONFIRMED_LATER = 32
    PD_TARGET_REAPPEARED = 64
    PD_NON_TARGET_REAPPEARED = 128
    TARGETS_GONE = 256
    NON_TARGET_PERSISTS = 512
    NON_TARGET_NOT_EVALUATED = 1024
    SUM_FELL = 2048
    SUM_STABLE = 4096
    TARGET_NOT_EVALUABLE = 8192
    NO_BASELINE = 16384
    BASELINE_NOT_MEASURABLE = 32768
    NON_TARGET_ONLY = 65536
    NO_DISEASE = 131072
    EQUIVOCAL_NEW_LESION = 262144
    BASELINE_INCOMPLETE = 524288


class NotConfirmed(IntEnum):
    """Why the best unconfirmed CR or PR is not a confirmed one."""

    NOT_APPLICABLE = 0
    NOTHING_AFTER = 1
    TOO_SOON = 2
    ONLY_NOT_EVALUABLE = 3
    TOO_MANY_NOT_EVALUABLE = 4
    WORSE_NEXT = 5
    PR_AFTER_CR = 6
    RESPONSE_ENDED_TOO_SOON = 7
