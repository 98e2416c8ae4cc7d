"""What the study file says of safety: grading, groups of terms, relatedness and monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trialwright.protocol.duration import Duration, days
from trialwright.protocol.part import (
    Answer,
    Count,
    CountOrZero,
    Name,
    Names,
    Part,
    Positive,
    Probability,
    Texts,
    wrong,
)

_WORST_GRADE = 5


class Grading(StrEnum):
    """The scale by which adverse events are graded."""

    CTCAE_4 = "CTCAE 4.03"
    CTCAE_5 = "CTCAE 5.0"


class AdverseEvents(Part):
    """Which adverse events a rule counts; each line narrows the choice."""

    min_grade: Annotated[int, Field(strict=True, ge=1, le=_WORST_GRADE)] = 1
    related: Answer = False
    serious: Answer = False
    fatal: Answer = False
    terms: Texts = Field(default=(), description="Preferred terms, or names of term groups.")


class _Rule(Part):
    name: Name
    events: AdverseEvents
    set: Name = "safety"
    arm: Name | None = Field(default=None, description="The arm that is watched; each arm if left out.")


class BayesianBoundary(_Rule):
    """Stop where the probability that the rate exceeds a limit is high, under a beta prior."""

    type: Literal["bayesian boundary"]
    limit: Probability = Field(description="The rate of subjects with such an event that is not acceptable.")
    prior: tuple[Positive, Positive] = Field(
        default=(1.0, 1.0), description="Alpha and beta of the beta prior."
    )
    probability: Probability = Field(description="Stop at this posterior probability.")
    looks: tuple[Count, ...] = Field(min_length=1, description="After so many treated subjects.")

    @model_validator(mode="after")
    def _looks_rise(self) -> Self:
        if list(self.looks) != sorted(set(self.looks)):
            raise wrong("looks in rising order")
        return self


class StopAtCount(_Rule):
    """Stop as soon as more than so many subjects have such an event."""

    type: Literal["stop above count"]
    at_most: CountOrZero


MonitoringRule = Annotated[BayesianBoundary | StopAtCount, Field(discriminator="type")]


class Safety(Part):
    """How adverse events are read."""

    grading: Grading = Grading.CTCAE_5
    window: Duration = Field(
        default=days(30), description="Events count as on treatment up to so long after the last dose."
    )
    groups: Mapping[Name, Texts] = Field(default={}, description="Name of a group → preferred terms.")
    related_to: Names = Field(default=(), description="Drugs to which relatedness is told one by one.")
    sort_by: Name | None = Field(default=None, description="The arm whose frequencies order the tables.")
    monitoring: tuple[MonitoringRule, ...] = ()
