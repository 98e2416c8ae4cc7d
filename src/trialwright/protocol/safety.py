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


class Symptoms(StrEnum):
    """What is assumed where a laboratory grade depends on symptoms."""

    WORSE = "worse"
    MILDER = "milder"


class Anticoagulation(StrEnum):
    """Whether INR is compared with baseline, as in subjects on anticoagulation."""

    ASSUMED = "assumed"
    NONE = "none"


class Creatinine(StrEnum):
    """What grades creatinine: the worse of range and baseline, or the range alone."""

    WORSE = "worse"
    RANGE = "range"


class Fibrinogen(StrEnum):
    """What "if abnormal" means of fibrinogen: the value, or its baseline."""

    VALUE = "value"
    BASELINE = "baseline"


class Bound(StrEnum):
    """Whether a printed bound itself has the grade."""

    INCLUDED = "included"
    EXCLUDED = "excluded"


class Calcium(StrEnum):
    """Which total calcium is graded."""

    MEASURED = "as measured"
    CORRECTED = "corrected for albumin"


class LaboratoryGrading(Part):
    """What CTCAE 5.0 leaves open for laboratory results; rulebook/ctcae-decisions.toml tells each choice."""

    symptoms: Symptoms = Symptoms.WORSE
    anticoagulation: Anticoagulation = Anticoagulation.ASSUMED
    creatinine: Creatinine = Creatinine.WORSE
    fibrinogen: Fibrinogen = Fibrinogen.VALUE
    triglycerides: Bound = Field(default=Bound.INCLUDED, description="150 mg/dL itself is grade 1.")
    liver_lower_bound: Bound = Field(
        default=Bound.INCLUDED, description="Grade 1 against an abnormal baseline begins at its bound."
    )
    calcium: Calcium = Field(default=Calcium.MEASURED, description="By the albumin of the same day.")

    @property
    def choices(self) -> Mapping[str, str]:
        """The choices by the names of the rulebook."""
        return {name: str(choice) for name, choice in self}


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
    laboratory: LaboratoryGrading = Field(
        default=LaboratoryGrading(), description="What CTCAE leaves open; leave out for the defaults."
    )
    window: Duration = Field(
        default=days(30), description="Events count as on treatment up to so long after the last dose."
    )
    groups: Mapping[Name, Texts] = Field(default={}, description="Name of a group → preferred terms.")
    related_to: Names = Field(default=(), description="Drugs to which relatedness is told one by one.")
    sort_by: Name | None = Field(default=None, description="The arm whose frequencies order the tables.")
    monitoring: tuple[MonitoringRule, ...] = ()
