"""What is assumed of virtual patients: the models of assumptions.yaml.

Rates are per month of 30.4375 days or per cycle, as their names say. A value that differs
between arms is written as a mapping from arm to value; one number stands for all arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trialwright.protocol.part import (
    Answer,
    Count,
    CountOrZero,
    Day,
    Name,
    Names,
    Number,
    Part,
    Positive,
    Probability,
    Text,
    wrong,
)

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
PerArm = Number | Mapping[Name, Number]
RatePerArm = NotNegative | Mapping[Name, NotNegative]
SharePerArm = Share | Mapping[Name, Share]
Grade = Annotated[int, Field(strict=True, ge=1, le=5)]

_NEARLY_ONE = 1e-6


def _shares_sum_to_one(shares: Mapping[Name, float], what: str) -> None:
    total = sum(shares.values())
    if abs(total - 1) > _NEARLY_ONE:
        raise wrong(f"{what} that add up to 1, not {total:g}")


class Spread(Part):
    """A normal distribution cut off at its ends."""

    median: Number
    sd: Positive
    lowest: Number
    highest: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.lowest < self.median < self.highest:
            raise wrong("lowest < median < highest")
        return self


class Scatter(Part):
    """A log-normal distribution: its median and the standard deviation of the logarithm."""

    median: Positive
    log_sd: NotNegative


class BySex(Part):
    """A value for women and one for men."""

    female: Scatter
    male: Scatter


class Accrual(Part):
    """When and where subjects are enrolled: evenly over the period, by the weight of each site."""

    first: Day
    last: Day
    sites: Mapping[Name, Positive]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise wrong("a last day of accrual on or after the first")
        return self


class PrimarySite(Part):
    """Where the primary tumour lies."""

    share: Share
    organ: Name = Field(description="An organ of rulebook/simulation.toml.")


class BaselineAssumptions(Part):
    """Who the subjects are."""

    age: Spread
    female: Share
    height_cm: BySex
    weight_kg: BySex
    ecog_one: Share = Field(description="Share with performance status 1; the others have 0.")
    race: Name = "ASIAN"
    country: Name = "CHN"
    diagnosis: Mapping[Name, PrimarySite]
    metastases: Mapping[Name, Share] = Field(description="Organ → share with lesions there.")
    second_lesion: Share = Field(description="Probability of a second target in an affected organ.")
    prior_surgery: Share = 0.0
    prior_therapy: Share = 0.0
    prior_therapies: Names = Field(default=("GEMCITABINE",), description="One of these was given before.")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        _shares_sum_to_one({name: site.share for name, site in self.diagnosis.items()}, "shares")
        return self


class TumourAssumptions(Part):
    """How lesions grow, shrink and are read."""

    diameter_mm: Scatter
    sensitive_logit: PerArm = Field(description="Logit of the part of a lesion that treatment kills.")
    sensitive_sd: NotNegative
    shrink_per_month: RatePerArm
    shrink_log_sd: NotNegative
    growth_per_month: RatePerArm
    growth_log_sd: NotNegative
    lesion_log_sd: NotNegative = Field(description="Spread of rates between lesions of one subject.")
    lesion_logit_sd: NotNegative
    reader_log_sd: NotNegative = Field(description="Error of the reader, on the logarithm.")
    seen_from_mm: NotNegative = 2.5
    measured_from_mm: NotNegative = 5.0
    normal_node_mm: Positive = 6.0
    new_lesion_per_month: RatePerArm
    not_assessable: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.02
    non_target_gone: Share = 0.1
    non_target_progression: Positive = 1.7
    prior_therapy_logit: Number = 0.0
    missed_scan: Share = 0.04
    late_days: CountOrZero = Field(default=7, description="A scan comes at most so late, within the window.")
    early_days: CountOrZero = 4


class OutcomeAssumptions(Part):
    """What ends a history."""

    death_per_month: RatePerArm
    death_size_power: PerArm = Field(
        description="Hazard of death ~ (tumour size / baseline size) to this power."
    )
    death_prior_therapy: Number = Field(default=0.0, description="Added to the log hazard.")
    death_ecog_one: Number = 0.0
    death_growth: Number = Field(default=0.0, description="Per standard deviation of the growth rate.")
    lost_per_month: NotNegative
    no_first_scan: SharePerArm = Field(description="Leave treatment before any scan.")
    stop_per_month: RatePerArm = Field(description="Stop without progression: toxicity, wish, decision.")
    therapy_after_progression: Share
    therapy_after_stop: Share
    therapy_wait_days: Positive
    later_therapies: Names = ("FOLFOX",)


class LabAssumptions(Part):
    """One laboratory test."""

    baseline: Scatter
    within_log_sd: NotNegative
    effect: PerArm = Field(description="Change of the logarithm at the nadir of a full-dose cycle.")
    maintenance: NotNegative = 1.0
    frailty_log_sd: NotNegative
    cumulative: Answer = False
    reported_from: Grade = Field(default=1, description="Investigators report an event from this grade.")
    related_to: Names = ()


class EventAssumptions(Part):
    """One adverse event that no laboratory test shows."""

    term: Text
    organ_class: Text
    per_cycle: SharePerArm
    maintenance: NotNegative = 1.0
    grades: tuple[NotNegative, ...] = Field(
        min_length=1, max_length=5, description="Weights of grades 1, 2, …."
    )
    from_cycle: Count = Field(default=1, description="Immune events begin late.")
    lasts_days: Positive
    related_to: Names = ()
    serious_from: Grade = 3


class EventsAssumptions(Part):
    """All such events, and what they share."""

    frailty_log_sd: NotNegative = 0.4
    delays_from: Grade = 3
    terms: tuple[EventAssumptions, ...] = ()


class MarkerAssumptions(Part):
    """One serum marker."""

    label: Text
    unit: Text
    baseline: Scatter
    within_log_sd: NotNegative
    shrinkage_effect: Number = Field(description="Change of the logarithm per unit of log tumour shrinkage.")


class Markers(Part):
    """Serum markers: taken at baseline and on day 1 of these cycles."""

    cycles: tuple[Count, ...] = Field(min_length=1)
    tests: Mapping[Name, MarkerAssumptions]


class Figure(StrEnum):
    """A published figure that assumptions can be fitted to."""

    RESPONSE = "response rate"
    CONFIRMED_RESPONSE = "confirmed response rate"
    COMPLETE_RESPONSE = "complete response rate"
    DISEASE_CONTROL = "disease control rate"
    CONFIRMED_CONTROL = "disease control rate, confirmed"
    EVALUABLE = "evaluable"
    PFS_MEDIAN = "median PFS"
    OS_MEDIAN = "median OS"
    OS_12_MONTHS = "12-month OS"
    RESPONSE_DURATION = "median duration of response"
    CYCLES_MEDIAN = "median cycles"
    CYCLES_LOWER = "lower quartile of cycles"
    CYCLES_UPPER = "upper quartile of cycles"
    EVENT_RATE = "event rate"
    ANY_EVENT = "any event rate"
    PFS_HAZARD_RATIO = "PFS hazard ratio"
    OS_HAZARD_RATIO = "OS hazard ratio"
    FOLLOW_UP = "median follow-up"
    OBSERVED_FOLLOW_UP = "median observed follow-up"


class Population(StrEnum):
    """Whom a figure is about."""

    ALL = "all"
    EVALUABLE = "evaluable"


class Published(Part):
    """A published figure, and the assumption that is fitted to it."""

    figure: Figure
    value: NotNegative
    low: NotNegative | None = Field(default=None, description="Lower limit of its published interval.")
    high: NotNegative | None = None
    level: Probability = Field(default=0.95, description="Level of that interval.")
    events: Count | None = Field(default=None, description="Events behind it, where they are published.")
    arm: Name | None = None
    of: Population = Population.ALL
    terms: Names = Field(default=(), description="event rate: the adverse events it counts.")
    min_grade: Grade = 1
    fit: Text | None = Field(default=None, description="The assumption fitted to it; none: checked only.")
    possible: Answer = Field(default=True, description="no: contradicts other published figures.")
    because: Text | None = None
    source: Text

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise wrong("both `low` and `high`, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise wrong(f"limits on both sides of the value {self.value:g}")
        return self


class Achieved(Part):
    """How a figure came out after calibration."""

    figure: Text
    published: Number
    simulated: Number
    low: Number = Field(description="10 % of replicates of the trial's size lie below.")
    high: Number
    inside: Answer


class Fit(Part):
    """What the last calibration achieved."""

    subjects: Count
    replicates: Count
    seed: CountOrZero
    figures: tuple[Achieved, ...]


class Assumptions(Part):
    """Everything that is assumed of the virtual patients of a study."""

    format: Literal[1] = 1
    study: Text
    subjects: Count
    cutoff: Day
    accrual: Accrual
    baseline: BaselineAssumptions
    tumour: TumourAssumptions
    outcome: OutcomeAssumptions
    laboratory: Mapping[Name, LabAssumptions]
    adverse_events: EventsAssumptions = EventsAssumptions()
    markers: Markers | None = None
    first_dose_within_days: CountOrZero = 3
    unscheduled_blood_days: tuple[Count, ...] = Field(
        default=(), description="Days of a cycle on which blood is taken in practice, beside the schedule."
    )
    published: tuple[Published, ...] = ()
    also_fit: Names = Field(default=(), description="Further assumptions that a calibration may move.")
    fit: Fit | None = None
