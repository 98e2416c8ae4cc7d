"""How two arms are compared, and the question that the comparison answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trialwright.protocol.part import Name, Names, Part, Positive, Probability, wrong


class Question(StrEnum):
    """What the study asks of the first arm, against the second."""

    DIFFERENT = "different"
    SUPERIOR = "superior"
    NON_INFERIOR = "non-inferior"


class TimeTest(StrEnum):
    """The test of two survival curves."""

    LOG_RANK = "log-rank"
    FLEMING_HARRINGTON = "Fleming-Harrington"
    MAX_COMBO = "MaxCombo"


class RateTest(StrEnum):
    """The test of two proportions."""

    FISHER = "Fisher"
    CMH = "Cochran-Mantel-Haenszel"


class DifferenceInterval(StrEnum):
    """The interval of a difference between two proportions."""

    MIETTINEN_NURMINEN = "Miettinen-Nurminen"
    NEWCOMBE = "Newcombe"


class _TwoArms(Part):
    arms: tuple[Name, Name] = Field(description="The arm in question, then the arm it is compared with.")
    strata: Names = Field(default=(), description="`site`, or names of baseline variables.")
    question: Question = Question.DIFFERENT
    margin: Positive | None = None
    alpha: Probability = Field(default=0.05, description="Two-sided level of the test.")

    @model_validator(mode="after")
    def _margin_with_non_inferiority(self) -> Self:
        if self.arms[0] == self.arms[1]:
            raise wrong("two different arms")
        if (self.question is Question.NON_INFERIOR) != (self.margin is not None):
            raise wrong("a `margin` with the question non-inferior, and only there")
        return self


class Comparison(_TwoArms):
    """Two arms compared in time to event; the margin is a hazard ratio above 1."""

    test: TimeTest = TimeTest.LOG_RANK
    rho: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.0
    gamma: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.0
    model: Literal["Cox"] = "Cox"
    covariates: Names = Field(default=(), description="Baseline variables in the Cox model.")

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.margin is not None and self.margin <= 1:
            raise wrong("a margin above 1: the hazard ratio that is still acceptable, such as 1.3")
        if (self.rho or self.gamma) and self.test is not TimeTest.FLEMING_HARRINGTON:
            raise wrong("`rho` and `gamma` only with the test Fleming-Harrington")
        if self.test is TimeTest.MAX_COMBO and self.question is Question.NON_INFERIOR:
            raise wrong("another test than MaxCombo, which shows a difference, never non-inferiority")
        return self


class RateComparison(_TwoArms):
    """Two arms compared in a proportion; the margin is a difference of proportions."""

    test: RateTest = RateTest.FISHER
    difference: DifferenceInterval = DifferenceInterval.MIETTINEN_NURMINEN

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.margin is not None and self.margin >= 1:
            raise wrong(
                "a margin between 0 and 1: the loss of response that is still acceptable, such as 0.1"
            )
        if (self.test is RateTest.CMH) != bool(self.strata):
            raise wrong("`strata` with the test Cochran-Mantel-Haenszel, and only there")
        return self
