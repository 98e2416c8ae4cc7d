"""The claims of a publication as a typed file: claims.yaml.

Every number keeps its printed text, and no confidence level is assumed: a claim without one says so.
Dates are text, for a date that does not exist must be readable to be found.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from trialwright.claims.curve_claim import DigitisedCurve
from trialwright.claims.fields import DayText, Id, Ids, Label, Level, Limits, PartCount, Unit, read_ids
from trialwright.claims.printed import Printed, PrintedP
from trialwright.claims.recorded import Recorded, RecordedParts
from trialwright.protocol.part import Answer, Count, CountOrZero, Part, Text


def _read_parts(value: object) -> object:
    if isinstance(value, list | tuple):
        return {
            str(item) if isinstance(item, str) else f"part {at + 1}": item for at, item in enumerate(value)
        }
    return value


class Measure(StrEnum):
    """What a ratio compares."""

    HAZARD = "hazard"
    ODDS = "odds"
    RISK = "risk"


class ConclusionKind(StrEnum):
    """What a conclusion says of a comparison."""

    NON_INFERIOR = "non_inferior"
    SUPERIOR = "superior"
    EQUIVALENT = "equivalent"
    INFERIOR = "inferior"
    NO_DIFFERENCE = "no_difference"


class Claim(Part):
    """What every claim may say: its place in the text, its endpoint and the people it is about."""

    id: Id
    quote: Text | None = None
    label: Label | None = None
    endpoint: Label | None = None
    population: Label | None = None


class Interval(Claim):
    """A claim that may carry a confidence interval."""

    ci: Limits | None = None
    level: Level | None = None


class Proportion(Interval):
    """So many of a population, in percent; `k` may be missing. `column` joins the cells of a column.

    `record` says how those who count are recorded, for a reconstruction.
    """

    type: Literal["proportion", "percent"]
    k: CountOrZero | None = None
    n: Count | None = None
    percent: Annotated[Printed | None, Field(validation_alias=AliasChoices("percent", "value"))] = None
    method: Label | None = None
    column: Label | None = None
    record: Recorded | None = None


class Median(Interval):
    """A median time to an event; `value` is missing where it was not reached."""

    type: Literal["median"]
    value: Printed | None = None
    range: Limits | None = None
    unit: Unit | None = None
    method: Label | None = None


class Summary(Claim):
    """A median or mean of a variable such as age, with its range or quartiles."""

    type: Literal["summary"]
    value: Printed
    statistic: Literal["median", "mean"] = "median"
    range: Limits | None = None
    quartiles: Limits | None = None
    unit: Label | None = None


class Ratio(Interval):
    """A hazard, odds or risk ratio, first arm of `contrast` over the second.

    `of` names the two rates behind an odds or risk ratio; else they are those of the arms' same endpoint.
    """

    type: Literal["ratio"]
    of: Annotated[tuple[Id, Id] | None, BeforeValidator(read_ids)] = None
    value: Printed
    measure: Measure = Measure.HAZARD
    p: PrintedP | None = None
    contrast: tuple[Label, Label] | None = None
    adjusted: Answer = False


class FollowUp(Interval):
    """A median follow-up."""

    type: Literal["follow_up"]
    value: Printed
    range: Limits | None = None
    quartiles: Limits | None = None
    unit: Unit | None = None
    method: Label | None = None

    @property
    def is_reverse(self) -> bool:
        """Whether it is said to be, or by its interval must be, reverse Kaplan–Meier."""
        return self.ci is not None or "reverse" in (self.method or "").lower()


class Landmark(Interval):
    """A survival rate at a time, in percent."""

    type: Literal["landmark"]
    time: Printed
    percent: Annotated[Printed, Field(validation_alias=AliasChoices("percent", "value"))]
    unit: Unit | None = None


class CountClaim(Claim):
    """A number of subjects or events."""

    type: Literal["count"]
    k: Annotated[CountOrZero, Field(validation_alias=AliasChoices("k", "value", "count"))]
    record: Recorded | None = None


class Partition(Claim):
    """Parts of a total: a number, a population or the id of another claim each."""

    type: Literal["partition"]
    parts: Annotated[dict[Label, PartCount], BeforeValidator(_read_parts), Field(min_length=1)]
    total: PartCount
    complete: Answer = True
    record: RecordedParts | None = None


class DateClaim(Claim):
    """A date, as printed."""

    type: Literal["date"]
    date: Annotated[DayText, Field(validation_alias=AliasChoices("date", "value"))]


class Difference(Interval):
    """A difference of two proportions, in percentage points, first minus second of `of` or `contrast`."""

    type: Literal["difference"]
    value: Printed | None = None
    of: Annotated[tuple[Id, Id], BeforeValidator(read_ids)] | None = None
    p: PrintedP | None = None
    contrast: tuple[Label, Label] | None = None
    adjusted: Answer = False


class Reduction(Claim):
    """A reduction of a risk in percent; `of` names the ratio or the medians that it should come from."""

    type: Literal["reduction"]
    percent: Annotated[Printed, Field(validation_alias=AliasChoices("percent", "value"))]
    of: Ids | None = None


class Registration(Claim):
    """A registration number."""

    type: Literal["registration"]
    number: Annotated[Label, Field(validation_alias=AliasChoices("number", "value"))]


class Conclusion(Claim):
    """What the authors conclude; `of` names what it rests on, else the ratios and rates of its endpoint."""

    type: Literal["conclusion"]
    kind: ConclusionKind
    margin: Printed | None = None
    of: Ids | None = None


AnyClaim = Annotated[
    Proportion
    | Median
    | Summary
    | Ratio
    | FollowUp
    | Landmark
    | CountClaim
    | Partition
    | DateClaim
    | Difference
    | Reduction
    | Registration
    | Conclusion,
    Field(discriminator="type"),
]


class PublishedStudy(Part):
    """The trial: who, when; `accrual` is first and last enrolment."""

    id: Label
    title: Text | None = None
    source: Text | None = None
    enrolled: Count | None = None
    accrual: tuple[DayText | None, DayText | None] | None = None
    cutoff: DayText | None = None
    allocation: Label | None = None
    quote: Text | None = None


class Population(Part):
    """A group of subjects; `of` is the population it was taken from.

    `record` is what its members have on record and the others of `of` do not; `cycles_completed` is how
    many cycles they had at least, and the others not.
    """

    n: Count
    of: Label | None = None
    is_arm: Annotated[Answer, Field(alias="arm")] = False
    record: Recorded | None = None
    cycles_completed: Count | None = None
    quote: Text | None = None


def _read_population(value: object) -> object:
    return {"n": value} if isinstance(value, int) and not isinstance(value, bool) else value


AnyPopulation = Annotated[Population, BeforeValidator(_read_population)]


class Leftover(Part):
    """A number of the text that no rule understood."""

    text: Label
    quote: Text | None = None


class Publication(Part):
    """All claims of one publication."""

    study: PublishedStudy
    populations: dict[Label, AnyPopulation] = Field(default_factory=dict)
    claims: tuple[AnyClaim, ...] = ()
    curves: tuple[DigitisedCurve, ...] = ()
    not_understood: tuple[Leftover, ...] = ()

    def all_of(self, *kinds: type[Any]) -> list[Any]:
        """The claims of some types, in the order of the file."""
        return [claim for claim in self.claims if isinstance(claim, kinds)]

    def claim(self, name: str) -> Claim:
        """The claim with an id; the reader has checked that it is there."""
        return next(claim for claim in self.claims if claim.id == name)

    def size(self, population: str | None) -> int | None:
        """How many subjects a population has."""
        if population is not None:
            return self.populations[population].n
        return None

    @property
    def enrolled(self) -> int | None:
        """All subjects: as stated, else the largest population."""
        if self.study.enrolled is not None:
            return self.study.enrolled
        return max((one.n for one in self.populations.values()), default=None)


_ENDPOINTS = frozenset("os pfs ttp dor efs dfs rfs ttr orr dcr cr pr sd pd".split())


def endpoint_of(claim: Claim | DigitisedCurve) -> str:
    """The endpoint in capitals: as stated, else as the id begins or names it ('pfs_hr' → 'PFS'), else ''."""
    if claim.endpoint:
        return claim.endpoint.upper()
    words = re.split(r"[^a-z]+", claim.id.lower())
    return next((word.upper() for word in words if word in _ENDPOINTS), "")
