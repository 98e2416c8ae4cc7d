"""What a study and its assumptions say about its size: arms, medians, rates, accrual, published interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import StudyFileError
from trialwright.protocol.comparison import Question as Asked
from trialwright.protocol.duration import DAYS_PER_MONTH
from trialwright.protocol.endpoints import ResponseEndpoint, TimeToEventEndpoint
from trialwright.simulate.scenario import Figure
from trialwright.stats.event_process import Accrual, Arm, Hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from trialwright.protocol.comparison import Comparison
    from trialwright.protocol.endpoints import Endpoint
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions

USUAL_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Timing:
    """Months of accrual, months from the last entry to the cut-off, hazard of drop-out a month."""

    accrual: float
    follow_up: float
    dropout: float


@dataclass(frozen=True, slots=True)
class PublishedRatio:
    """A published hazard ratio with its interval, and the events behind it where they are published."""

    value: float
    low: float
    high: float
    source: str
    level: float = 0.95
    events: int | None = None

    @property
    def std_error(self) -> float:
        """Of the log hazard ratio, from the width of the interval."""
        return math.log(self.high / self.low) / (2.0 * normal_isf((1.0 - self.level) / 2.0))

    def implied_events(self, share: float) -> float:
        """Events with which a Cox model has this standard error, for the share of one arm."""
        return 1.0 / (share * (1.0 - share) * self.std_error**2)


@dataclass(frozen=True, slots=True)
class RandomisedInputs:
    """Two arms compared in a time to event; medians in months; alpha is one-sided."""

    name: str
    label: str
    comparison: Comparison
    sizes: tuple[int, int]
    medians: tuple[float, float]
    timing: Timing
    alpha: float
    margin: float | None
    published: PublishedRatio | None

    @property
    def share(self) -> float:
        """The share of the experimental arm."""
        return self.sizes[1] / sum(self.sizes)

    def trial(self, ratio: float | None = None) -> TwoArms:
        """The trial as assumed (control first), or with another hazard ratio."""
        control = Hazard.of_median(self.medians[0])
        other = Hazard.of_median(self.medians[1]) if ratio is None else control.times(ratio)
        arms = (Arm(control, self.timing.dropout), Arm(other, self.timing.dropout))
        allocation = self.sizes[1] / self.sizes[0]
        return TwoArms(*arms, Accrual(self.timing.accrual), self.timing.follow_up, allocation)


@dataclass(frozen=True, slots=True)
class RateInputs:
    """One arm with a response rate: subjects enrolled and evaluable, and the published rate."""

    name: str
    label: str
    enrolled: int
    evaluable: int
    rate: float
    source: str


@dataclass(frozen=True, slots=True)
class CurveInputs:
    """One arm with a time to event: subjects, the published median in months, and the timing."""

    name: str
    label: str
    enrolled: int
    median: float
    timing: Timing
    source: str


def primary_endpoint(study: Study) -> tuple[str, Endpoint]:
    """The endpoint with the role primary, else the first response or time to event.

    Raises:
        StudyFileError: there is none.
    """
    kinds = (ResponseEndpoint, TimeToEventEndpoint)
    named = [(name, one) for name, one in study.endpoints.items() if isinstance(one, kinds)]
    if not named:
        raise StudyFileError.at(
            "study.yaml: endpoints",
            "no response and no time to event",
            remedy="declare the primary endpoint, so that its size can be judged",
        )
    return next((pair for pair in named if pair[1].role.value == "primary"), named[0])


def timing_of(assumptions: Assumptions) -> Timing:
    """Accrual and follow-up by the dates of the assumptions."""
    accrual = (assumptions.accrual.last - assumptions.accrual.first).days / DAYS_PER_MONTH
    after = (assumptions.cutoff - assumptions.accrual.last).days / DAYS_PER_MONTH
    return Timing(accrual, after, assumptions.outcome.lost_per_month)


def published(assumptions: Assumptions, figure: Figure, arm: str | None = None) -> tuple[float, str]:
    """A published figure and its source.

    Raises:
        StudyFileError: the assumptions do not have it.
    """
    for one in assumptions.published:
        if one.figure is figure and one.arm == arm:
            return one.value, one.source
    of = f" of {arm}" if arm else ""
    raise StudyFileError.at(
        "assumptions.yaml: published",
        f"no {figure.value}{of}",
        remedy="add the figure that the design assumes, with its source",
    )


def _published_ratio(assumptions: Assumptions, arm: str) -> PublishedRatio | None:
    for one in assumptions.published:
        if one.figure is not Figure.PFS_HAZARD_RATIO or one.arm != arm:
            continue
        if one.low and one.high and one.low < one.high:
            return PublishedRatio(one.value, one.low, one.high, one.source, one.level, one.events)
    return None


def randomised_inputs(
    name: str, endpoint: TimeToEventEndpoint, study: Study, assumptions: Assumptions
) -> RandomisedInputs:
    """What a randomised study is planned with.

    Raises:
        StudyFileError: no comparison, or a median that the assumptions do not state.
    """
    compare = endpoint.compare
    if compare is None:
        raise StudyFileError.at(f"study.yaml: endpoints: {name}", "no comparison", expected="`compare`")
    experimental, control = compare.arms
    ratio = study.randomisation.ratio if study.randomisation else {}
    weights = (ratio.get(control, 1), ratio.get(experimental, 1))
    first = math.ceil(assumptions.subjects * weights[0] / sum(weights))
    return RandomisedInputs(
        name=name,
        label=endpoint.label or name,
        comparison=compare,
        sizes=(first, assumptions.subjects - first),
        medians=(
            published(assumptions, Figure.PFS_MEDIAN, control)[0],
            published(assumptions, Figure.PFS_MEDIAN, experimental)[0],
        ),
        timing=timing_of(assumptions),
        alpha=compare.alpha / 2.0,
        margin=compare.margin if compare.question is Asked.NON_INFERIOR else None,
        published=_published_ratio(assumptions, experimental),
    )


def rate_inputs(name: str, endpoint: ResponseEndpoint, assumptions: Assumptions) -> RateInputs:
    """What a single arm with a response rate is judged with.

    Raises:
        StudyFileError: the assumptions do not state the rate.
    """
    figure = Figure.CONFIRMED_RESPONSE if endpoint.confirmed else Figure.RESPONSE
    rate, source = published(assumptions, figure)
    evaluable = round(published(assumptions, Figure.EVALUABLE)[0] * assumptions.subjects)
    return RateInputs(name, endpoint.label or name, assumptions.subjects, evaluable, rate, source)


def curve_inputs(name: str, endpoint: TimeToEventEndpoint, assumptions: Assumptions) -> CurveInputs:
    """What a single arm with a time to event is judged with.

    Raises:
        StudyFileError: the assumptions do not state the median.
    """
    median, source = published(assumptions, Figure.PFS_MEDIAN)
    timing = timing_of(assumptions)
    return CurveInputs(name, endpoint.label or name, assumptions.subjects, median, timing, source)
