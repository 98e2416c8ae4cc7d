"""What a study set out to show and with how many subjects: the section `design` of the study file.

Each type states the hypotheses of one kind of design. Errors are said with their sides, times with their
unit, and `source` says where the values come from, so that a report never passes off an assumption as a plan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from trialwright.protocol.duration import Duration
from trialwright.protocol.part import (
    Count,
    CountOrZero,
    Name,
    Part,
    Phrase,
    Positive,
    Probability,
    Text,
    nearest,
    wrong,
)

_LEVEL = re.compile(r"^(\d?\.\d+)\s+(\S.*)$")
_STAGES = re.compile(r"^(\d{1,4})/(\d{1,4})[\s,]+(\d{1,4})/(\d{1,4})$")
_HALF = 0.5

Power = Annotated[float, Field(strict=True, ge=0.5, lt=1, allow_inf_nan=False)]
Lost = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]


class Sides(StrEnum):
    """Whether an error counts one direction or both."""

    ONE = "one-sided"
    TWO = "two-sided"


class Alpha(Phrase):
    """A type I error with its sides, such as 0.025 one-sided."""

    examples: ClassVar[tuple[str, ...]] = ("0.05 one-sided", "0.05 two-sided")

    value: Probability
    sides: Sides

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '0.025 one-sided'."""
        match = _LEVEL.match(text)
        if match is None:
            raise wrong("a number and its sides, such as '0.025 one-sided' or '0.05 two-sided'")
        if match[2] not in {side.value for side in Sides}:
            raise wrong("one-sided or two-sided", meant=nearest(match[2], [side.value for side in Sides]))
        return {"value": float(match[1]), "sides": match[2]}

    @model_validator(mode="after")
    def _below_half(self) -> Self:
        if self.one_sided >= _HALF:
            raise wrong("a one-sided error below 0.5")
        return self

    @property
    def one_sided(self) -> float:
        """The error in the direction of interest."""
        return self.value if self.sides is Sides.ONE else self.value / 2.0

    def __str__(self) -> str:
        return f"{self.value:g} {self.sides.value}"


class Stages(Phrase):
    """A two-stage plan r1/n1 r/n: stop with r1 responses or fewer of n1; active with more than r of n."""

    examples: ClassVar[tuple[str, ...]] = ("3/13 12/43",)

    r1: CountOrZero
    n1: Count
    r: CountOrZero
    n: Count

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '3/13 12/43'."""
        match = _STAGES.match(text)
        if match is None:
            raise wrong("r1/n1 r/n, such as '3/13 12/43'")
        return dict(zip(("r1", "n1", "r", "n"), map(int, match.groups()), strict=True))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not (self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise wrong("r1 below n1, n1 below n, and r from r1 to below n, such as '3/13 12/43'")
        return self

    def __str__(self) -> str:
        return f"{self.r1}/{self.n1} {self.r}/{self.n}"


class _Plan(Part):
    endpoint: Name | None = Field(default=None, description="The first primary endpoint, if left out.")
    size: Count | None = Field(
        default=None, description="Subjects of the analysis, all arms; study.subjects, if left out."
    )
    source: Text | None = Field(default=None, description="Where the values come from: protocol, assumed.")


class _Tested(_Plan):
    alpha: Alpha
    power: Power


class _Timed(Part):
    accrual: Duration | None = Field(default=None, description="From the first to the last entry.")
    follow_up: Duration | None = Field(default=None, description="From the last entry to the analysis.")
    dropout: Lost | None = Field(default=None, description="Share lost by 12 months.")

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.accrual is not None and not self.accrual.exact_days:
            raise wrong("an accrual above 0, such as 24 months")
        return self


class Rates(Part):
    """A response rate that is too low, and one worth finding."""

    null_rate: Probability
    target_rate: Probability

    @model_validator(mode="after")
    def _better(self) -> Self:
        if self.target_rate <= self.null_rate:
            raise wrong(f"a target_rate above the null_rate {self.null_rate:g}")
        return self


class _OneRate(_Tested, Rates):
    cohorts: Mapping[Name, Rates] = Field(default={}, description="Rates of a cohort where they differ.")

    def rates_of(self, cohort: str | None = None) -> Rates:
        """The hypotheses of a cohort, or of the study where the cohort has none of its own."""
        return self.cohorts.get(cohort or "", self)


class SingleStagePlan(_OneRate):
    """One arm with a response rate, judged once."""

    type: Literal["single stage"]
    needed: Count | None = Field(default=None, description="Responses from which on the null is rejected.")


class TwoStagePlan(_OneRate):
    """One arm with a response rate, judged twice (Simon)."""

    type: Literal["two-stage"]
    stages: Stages

    @model_validator(mode="after")
    def _size_is_n(self) -> Self:
        if self.size is not None and self.size != self.stages.n:
            raise wrong(f"a size of {self.stages.n}, as the stages say, or none")
        return self


class OneSamplePlan(_Tested, _Timed):
    """One arm with a time to event, against a known median (one-sample log-rank)."""

    type: Literal["one-sample log-rank"]
    null_median: Duration
    target_median: Duration

    @model_validator(mode="after")
    def _better(self) -> Self:
        if not 0 < self.null_median.exact_days < self.target_median.exact_days:
            raise wrong(f"a target_median above the null_median {self.null_median}, and both above 0")
        return self


class TwoArmPlan(_Tested, _Timed):
    """Two randomised arms compared in a time to event or in a response rate."""

    control_median: Duration | None = None
    experimental_median: Duration | None = None
    hazard_ratio: Positive | None = Field(
        default=None, description="Instead of experimental_median: control_median / hazard_ratio."
    )
    control_rate: Probability | None = None
    experimental_rate: Probability | None = None
    events: Count | None = Field(default=None, description="Events at the analysis, where it waits for them.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        times = (self.control_median, self.experimental_median, self.hazard_ratio)
        rates = (self.control_rate, self.experimental_rate)
        timed = any(one is not None for one in times)
        if timed == any(one is not None for one in rates):
            raise wrong("either medians or rates: control_median and hazard_ratio, or two rates")
        if timed and (self.control_median is None or (times[1] is None) == (times[2] is None)):
            raise wrong("control_median, and either experimental_median or hazard_ratio")
        if any(one is not None and not one.exact_days for one in times[:2]):
            raise wrong("medians above 0")
        if not timed and None in rates:
            raise wrong("both control_rate and experimental_rate")
        if not timed and self.events is not None:
            raise wrong("`events` with medians only")
        return self

    @property
    def medians(self) -> tuple[float, float] | None:
        """Medians of control and experimental arm in months; None where rates are compared."""
        if self.control_median is None:
            return None
        control = self.control_median.months
        if self.experimental_median is not None:
            return control, self.experimental_median.months
        return control, control / (self.hazard_ratio or 1.0)

    @property
    def rates(self) -> tuple[float, float] | None:
        """Response rates of control and experimental arm; None where times are compared."""
        if self.control_rate is None or self.experimental_rate is None:
            return None
        return self.control_rate, self.experimental_rate

    @property
    def ratio(self) -> float:
        """The hazard ratio of the assumed medians; nan where rates are compared."""
        return self.medians[0] / self.medians[1] if self.medians else float("nan")

    def is_better(self) -> bool:
        """Whether the experimental arm is assumed to be better."""
        return self.rates[1] > self.rates[0] if self.rates else self.ratio < 1.0


class _Better(TwoArmPlan):
    @model_validator(mode="after")
    def _experimental_is_better(self) -> Self:
        if not self.is_better():
            raise wrong("an experimental arm that is better than the control: a hazard ratio below 1")
        return self


class SuperiorityPlan(_Better):
    """Is the experimental arm better?"""

    type: Literal["superiority"]


class ScreeningPlan(_Better):
    """Is the experimental arm worth a phase III? Randomised phase II screening (Rubinstein 2005)."""

    type: Literal["screening"]


class NonInferiorityPlan(TwoArmPlan):
    """Is the experimental arm not much worse? The margin is that of the endpoint's comparison."""

    type: Literal["non-inferiority"]


class WinnerPlan(_Plan):
    """Choose the arm with most responses (Simon, Wittes and Ellenberg)."""

    type: Literal["pick the winner"]
    best_rate: Probability
    other_rate: Probability
    probability: Probability = Field(default=0.9, description="Of choosing the best arm.")

    @model_validator(mode="after")
    def _best(self) -> Self:
        if self.best_rate <= self.other_rate:
            raise wrong(f"a best_rate above the other_rate {self.other_rate:g}")
        return self


class EstimationPlan(_Plan, _Timed):
    """No hypothesis is tested: subjects are as many as there are, or as an interval needs."""

    type: Literal["estimation"]


SizePlan = Annotated[
    SingleStagePlan
    | TwoStagePlan
    | OneSamplePlan
    | SuperiorityPlan
    | NonInferiorityPlan
    | ScreeningPlan
    | WinnerPlan
    | EstimationPlan,
    Field(discriminator="type"),
]
