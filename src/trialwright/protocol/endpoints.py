"""Endpoints: what is measured, in whom, from when to what, and under which named variants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trialwright.protocol.censoring import CensoringRules, WithoutEvent
from trialwright.protocol.comparison import Comparison, RateComparison
from trialwright.protocol.duration import Duration
from trialwright.protocol.part import Answer, Name, Names, Part, Probability, Text, fields_set, wrong

PRIMARY = "primary"
"""The name of what the endpoint says itself, beside its variants."""

_PARAMCD_LENGTH = 8
_NOT_PARAMCD = re.compile(r"[^A-Z0-9]")


class Role(StrEnum):
    """How much the endpoint weighs."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    EXPLORATORY = "exploratory"


class Response(StrEnum):
    """A best overall response."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    NON_CR_NON_PD = "NON-CR/NON-PD"
    PD = "PD"
    NE = "NE"


class ProportionInterval(StrEnum):
    """The interval of a proportion."""

    CLOPPER_PEARSON = "Clopper-Pearson"
    WILSON = "Wilson"
    WILSON_CC = "Wilson with continuity correction"
    JEFFREYS = "Jeffreys"
    MID_P = "mid-p"
    AGRESTI_COULL = "Agresti-Coull"
    WALD = "Wald"


class ConfType(StrEnum):
    """The scale on which the interval of a Kaplan–Meier estimate is made."""

    LOG_LOG = "log-log"
    LOG = "log"
    PLAIN = "plain"


class Start(StrEnum):
    """From when a time is counted."""

    RANDOMISATION = "randomisation"
    FIRST_DOSE = "first dose"
    ENROLMENT = "enrolment"
    RESPONSE = "response"
    CONFIRMED_RESPONSE = "confirmed response"


class Event(StrEnum):
    """What ends a time."""

    PROGRESSION = "progression"
    DEATH = "death"
    RESPONSE = "response"
    CONFIRMED_RESPONSE = "confirmed response"
    NEW_THERAPY = "new therapy"
    TREATMENT_STOP = "treatment stop"


class Assessments(StrEnum):
    """The assessments among which a response counts."""

    BEST = "best"
    FIRST = "first"


class FollowUpMethod(StrEnum):
    """How the length of follow-up is told."""

    REVERSE_KAPLAN_MEIER = "reverse Kaplan-Meier"
    OBSERVED = "observed"


class SafetySummary(StrEnum):
    """A line of the overview of adverse events."""

    ANY = "any"
    RELATED = "related"
    GRADE_3 = "grade 3 or higher"
    RELATED_GRADE_3 = "related grade 3 or higher"
    RELATED_GRADE_3_OR_4 = "related grade 3 or 4"
    SERIOUS = "serious"
    STOP = "leading to stop"
    FATAL = "fatal"


_USUAL_SUMMARY = tuple(line for line in SafetySummary if line is not SafetySummary.RELATED_GRADE_3_OR_4)


class _Endpoint(Part):
    role: Role = Role.SECONDARY
    label: Text | None = Field(default=None, description="How reports call it.")
    set: Name = Field(default="full", description="The analysis set.")
    by: Name | None = Field(default=None, description="arm, cohort, or a baseline variable.")
    level: Probability = Field(default=0.95, description="Level of the confidence intervals.")


class ResponseVariant(Part):
    """What a sensitivity analysis of a response rate changes."""

    of: tuple[Response, ...] | None = None
    confirmed: Answer | None = None
    minimum_sd: Duration | None = None
    assessments: Assessments | None = None
    set: Name | None = None
    interval: ProportionInterval | None = None


class ResponseEndpoint(_Endpoint):
    """The proportion of subjects whose best overall response is one of some."""

    type: Literal["response"]
    of: tuple[Response, ...] = Field(min_length=1)
    confirmed: Answer = Field(
        default=False, description="By the confirmed best response (CBOR), else by BOR."
    )
    minimum_sd: Duration | None = Field(default=None, description="Instead of that of the response rules.")
    assessments: Assessments = Field(
        default=Assessments.BEST, description="The best of all assessments, or the first after baseline."
    )
    interval: ProportionInterval = ProportionInterval.CLOPPER_PEARSON
    compare: RateComparison | None = None
    variants: Mapping[Name, ResponseVariant] = {}

    @property
    def best_response(self) -> str:
        """The PARAMCD of adrs that decides: CBOR or BOR."""
        return "CBOR" if self.confirmed else "BOR"

    def variant(self, name: str) -> ResponseEndpoint:
        """Return the endpoint as the variant has it; `primary` is the endpoint itself."""
        if name == PRIMARY:
            return self
        return self.model_copy(update=fields_set(self.variants[name]))


class TimeToEventVariant(Part):
    """What a sensitivity analysis of a time to event changes; `censor` changes only the switches it names."""

    start: Start | None = None
    events: tuple[Event, ...] | None = None
    censor: CensoringRules | None = None
    set: Name | None = None
    strata: Names | None = Field(default=None, description="Strata of the comparison.")


class TimeToEventEndpoint(_Endpoint):
    """The time from a start to the first of some events."""

    type: Literal["time-to-event"]
    start: Start
    events: tuple[Event, ...] = Field(min_length=1)
    censor: CensoringRules = CensoringRules()
    at: tuple[Duration, ...] = Field(default=(), description="Landmarks at which the curve is read.")
    conf_type: ConfType = ConfType.LOG_LOG
    paramcd: Text | None = Field(
        default=None, description="PARAMCD in adtte; the endpoint's own name if left out.", max_length=8
    )
    compare: Comparison | None = None
    variants: Mapping[Name, TimeToEventVariant] = {}

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if any(landmark.days == 0 for landmark in self.at):
            raise wrong("landmarks above 0, such as 6 months")
        starts_at_response = self.start in {Start.RESPONSE, Start.CONFIRMED_RESPONSE}
        if starts_at_response and {Event.RESPONSE, Event.CONFIRMED_RESPONSE} & set(self.events):
            raise wrong("events after the response that starts the time, such as progression and death")
        return self

    @property
    def censor_at(self) -> WithoutEvent:
        """Where a subject without event is censored: as the file says, else by the events."""
        if self.censor.without_event is not None:
            return self.censor.without_event
        return WithoutEvent.LAST_ALIVE if self.events == (Event.DEATH,) else WithoutEvent.LAST_ASSESSMENT

    def variant(self, name: str) -> TimeToEventEndpoint:
        """Return the endpoint as the variant has it; `primary` is the endpoint itself."""
        if name == PRIMARY:
            return self
        changes = fields_set(self.variants[name])
        if "censor" in changes:
            changes["censor"] = self.censor.model_copy(update=fields_set(changes["censor"]))
        strata = changes.pop("strata", None)
        if strata is not None and self.compare is not None:
            changes["compare"] = self.compare.model_copy(update={"strata": strata})
        return self.model_copy(update=changes)


class FollowUpEndpoint(_Endpoint):
    """How long subjects were followed."""

    type: Literal["follow-up"]
    method: FollowUpMethod = FollowUpMethod.REVERSE_KAPLAN_MEIER
    start: Start = Start.FIRST_DOSE
    conf_type: ConfType = ConfType.LOG_LOG


class SafetyEndpoint(_Endpoint):
    """Adverse events as an endpoint: the lines of the overview that matter."""

    type: Literal["safety"]
    set: Name = "safety"
    summary: tuple[SafetySummary, ...] = _USUAL_SUMMARY


class ExposureEndpoint(_Endpoint):
    """How many cycles of a phase of the treatment were started."""

    type: Literal["exposure"]
    set: Name = "safety"
    phase: Name = Field(description="A phase of the treatment.")


Endpoint = Annotated[
    ResponseEndpoint | TimeToEventEndpoint | FollowUpEndpoint | SafetyEndpoint | ExposureEndpoint,
    Field(discriminator="type"),
]


def paramcd_of(name: str, endpoint: TimeToEventEndpoint) -> str:
    """Return the PARAMCD of a time to event: as the file says, else the endpoint's name in capitals.

    Raises:
        ValueError: the name has no letter or digit of the Latin alphabet.
    """
    code = endpoint.paramcd or _NOT_PARAMCD.sub("", name.upper())[:_PARAMCD_LENGTH]
    if not code:
        message = f"endpoint '{name}' needs a `paramcd`"
        raise ValueError(message)
    return code


def variant_names(endpoint: ResponseEndpoint | TimeToEventEndpoint) -> tuple[str, ...]:
    """Return `primary` and the names of the variants, in the order of the file."""
    return (PRIMARY, *endpoint.variants)
