"""What the study file says of biomarkers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from trialwright.protocol.part import Name, Names, Part, Positive, Probability, Text, wrong

TestCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]


class Change(StrEnum):
    """How the change of a serum marker since baseline is told."""

    DIFFERENCE = "difference"
    PERCENT = "percent"
    LOG2_RATIO = "log2 ratio"


class FitnessModel(StrEnum):
    """The model of neoantigen fitness."""

    LUKSZA_2017 = "Luksza 2017"


class SerumMarkers(Part):
    """Markers in serum over time, related to the course from a landmark on."""

    analytes: Annotated[Mapping[TestCode, Text], Field(min_length=1)] = Field(
        description="Test code in LB → name of the marker."
    )
    visits: Annotated[Names, Field(min_length=1)]
    landmark: Name = Field(description="The visit from which outcome is counted, one of `visits`.")
    change: Change = Change.LOG2_RATIO
    endpoints: Names = Field(default=(), description="Times to event that the change is related to.")

    @model_validator(mode="after")
    def _landmark_is_a_visit(self) -> Self:
        if self.landmark not in self.visits:
            raise wrong(f"a landmark that is one of the visits: {', '.join(self.visits)}")
        return self


class Fitness(Part):
    """Neoantigen fitness of the tumour, related to response."""

    model: FitnessModel
    endpoints: Names = Field(default=(), description="Endpoints that fitness is related to.")
    cut: Positive | None = Field(default=None, description="High against low; the median if left out.")
    level: Probability = 0.95
    neoantigens: FileName | None = Field(
        default=None, description="CSV beside the data: neoantigens by subject and clone."
    )
    epitopes: FileName | None = Field(
        default=None, description="FASTA or CSV beside the data: known epitopes to align with."
    )
    alignments: FileName | None = Field(
        default=None, description="CSV beside the data: alignment scores computed elsewhere."
    )
    tau: Positive | None = Field(default=None, description="The time at which n(tau) is taken.")
    a: Positive | None = Field(default=None, description="Midpoint of recognition; that of the model.")
    k: Positive | None = Field(default=None, description="Steepness of recognition; that of the model.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.neoantigens is None:
            return self
        if (self.epitopes is None) == (self.alignments is None):
            raise wrong("either `epitopes` or `alignments` beside `neoantigens`")
        if self.tau is None:
            raise wrong("`tau` beside `neoantigens`: the model leaves it to the study")
        return self


class Biomarkers(Part):
    """The exploratory markers of the study."""

    serum: SerumMarkers | None = None
    fitness: Fitness | None = None
