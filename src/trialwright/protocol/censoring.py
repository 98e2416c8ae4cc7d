"""When a time to event is censored: the switches that FDA (2018) and EMA (2012, appendix 1) name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from trialwright.protocol.part import Part, wrong

_IGNORE = "ignore"


class NewTherapy(StrEnum):
    """What new anti-cancer therapy before the event does."""

    BEFORE = "before it"
    EVENT = "event"
    IGNORE = "ignore"


class NoAssessment(StrEnum):
    """What a subject without assessment after baseline (and without death) is."""

    AT_START = "at start"
    EVENT = "event"
    EXCLUDE = "leave out"


class LostToFollowUp(StrEnum):
    """What loss to follow-up before the event is."""

    CENSOR = "censor"
    EVENT = "event"


class DeathWithoutProgression(StrEnum):
    """What death without progression does, where death is not among the events."""

    CENSOR = "censor"
    EVENT = "event"


class AfterMissed(StrEnum):
    """What progression or death after too many missed assessments is."""

    CENSOR = "censor"
    EVENT = "event"


class WithoutEvent(StrEnum):
    """Where a subject without event is censored."""

    LAST_ASSESSMENT = "last assessment"
    LAST_ALIVE = "last known alive"


def _read_missed(value: object) -> object:
    if value == _IGNORE:
        return None
    if value is None or isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise wrong("a number of assessments, such as 2, or ignore")
    return value


MissedAssessments = Annotated[
    int | None,
    BeforeValidator(_read_missed),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": _IGNORE}]}),
]


class CensoringRules(Part):
    """How a time to event ends where the event is not seen, or not seen cleanly."""

    new_therapy: NewTherapy = Field(
        default=NewTherapy.BEFORE,
        description="Censor at the last assessment before it, count it, or ignore it.",
    )
    missed_assessments: MissedAssessments = Field(
        default=None, description="An event after so many missed assessments is censored before them."
    )
    progression_after_missed: AfterMissed = AfterMissed.CENSOR
    death_after_missed: AfterMissed = AfterMissed.CENSOR
    no_assessment: NoAssessment = NoAssessment.AT_START
    death_without_progression: DeathWithoutProgression = DeathWithoutProgression.CENSOR
    lost_to_follow_up: LostToFollowUp = LostToFollowUp.CENSOR
    without_event: WithoutEvent | None = Field(
        default=None,
        description="If left out: last known alive where death is the only event, else last assessment.",
    )
