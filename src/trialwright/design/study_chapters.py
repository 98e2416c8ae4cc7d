"""Which chapters a study gets: by its endpoint, and by what its section `design` asks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.design import (
    chapters_checked,
    chapters_cohorts,
    chapters_curve,
    chapters_curve_checked,
    chapters_randomised,
    chapters_rate,
    chapters_rate_checked,
    chapters_superior,
    chapters_two_rates,
)
from trialwright.design.curve_trials import curve_trials
from trialwright.design.operating import Effort, Runner, endpoint_characteristics, here
from trialwright.design.protocol_trials import protocol_characteristics, response_counts
from trialwright.design.randomised_page import RandomisedPage, Simulated, margins_of, ratios_of
from trialwright.design.study_inputs import (
    curve_inputs,
    primary_endpoint,
    randomised_inputs,
    rate_inputs,
    two_rate_inputs,
)
from trialwright.design.watch import OnBar
from trialwright.errors import ArgumentError
from trialwright.protocol.endpoints import Event, ResponseEndpoint
from trialwright.protocol.size_plan import TwoArmPlan, WinnerPlan
from trialwright.simulate.plan import make_plan
from trialwright.stats.trial_model import trial_model

if TYPE_CHECKING:
    from markupsafe import Markup

    from trialwright.design.inputs import RandomisedInputs
    from trialwright.design.ledger import Book
    from trialwright.design.operating import Characteristics
    from trialwright.progress import Progress
    from trialwright.protocol.endpoints import TimeToEventEndpoint
    from trialwright.protocol.study import Study
    from trialwright.report import blocks
    from trialwright.simulate.scenario import Assumptions

    Chapters = tuple[list[Markup], list[blocks.Section]]


BEFORE_SENSITIVITY = -2


@dataclass(frozen=True, slots=True)
class DesignEffort:
    """Simulated trials of each kind, the seed, the events to judge by where known, and where to run.

    Raises:
        ArgumentError: the events are no number above 0.
    """

    endpoint: Effort = field(default_factory=lambda: Effort(1_000_000))
    protocol: Effort = field(default_factory=lambda: Effort(2_000))
    seed: int = 1
    events: float | None = None
    runner: Runner = here

    def __post_init__(self) -> None:
        if self.events is not None and not (math.isfinite(self.events) and self.events > 0.0):
            raise ArgumentError.at("events", f"{self.events}", expected="a number above 0")


@dataclass(frozen=True)
class Making:
    """What every kind of study needs for its chapters; without assumptions no subject is simulated."""

    study: Study
    assumptions: Assumptions | None
    effort: DesignEffort
    book: Book
    progress: Progress


def chapters_of(making: Making) -> Chapters:
    """The headline and the chapters after the plan.

    Raises:
        StudyFileError: a value is stated neither in study.yaml nor in assumptions.yaml.
    """
    name, endpoint = primary_endpoint(making.study)
    plan = making.study.size_plan
    if isinstance(endpoint, ResponseEndpoint):
        if isinstance(plan, WinnerPlan):
            return [], []
        if isinstance(plan, TwoArmPlan) or (plan is None and endpoint.compare is not None):
            return _two_rates(making, name, endpoint)
        return _one_rate(making, name, endpoint)
    if endpoint.compare is not None or isinstance(plan, TwoArmPlan):
        return _randomised(making, name, endpoint)
    return _curve(making, name, endpoint)


def _two_rates(making: Making, name: str, endpoint: ResponseEndpoint) -> Chapters:
    given = two_rate_inputs(name, endpoint, making.study, making.assumptions)
    page = chapters_two_rates.TwoRatesPage(given, making.book)
    made = (
        chapters_two_rates.supports,
        chapters_two_rates.assumptions,
        chapters_two_rates.sensitivity,
        chapters_two_rates.paragraph,
    )
    return chapters_two_rates.headline(page), [chapter(page) for chapter in made]


def _one_rate(making: Making, name: str, endpoint: ResponseEndpoint) -> Chapters:
    effort, counts = making.effort, None
    if making.assumptions is not None:
        with making.progress.step("virtual subjects through scans and RECIST"):
            plan = make_plan(making.study, making.assumptions)
            counts = response_counts(plan, effort.seed, effort.protocol.trials)
    given = rate_inputs(name, endpoint, making.study, making.assumptions)
    page = chapters_rate.RatePage(given, endpoint.confirmed, making.book)
    made = (
        chapters_rate.supports,
        chapters_rate.assumptions,
        chapters_rate.boundaries,
        chapters_rate_checked.sensitivity,
        chapters_rate_checked.paragraph,
    )
    chapters = [chapter(page) for chapter in made]
    if counts is not None:
        chapters.insert(BEFORE_SENSITIVITY, chapters_rate_checked.simulated(page, counts))
    cohorts = chapters_cohorts.cohorts_page(making.study, endpoint.by, page, effort.seed)
    if cohorts is not None:
        chapters.insert(-1, chapters_cohorts.borrowing(cohorts))
    return chapters_rate.headline(page), chapters


def _curve(making: Making, name: str, endpoint: TimeToEventEndpoint) -> Chapters:
    given = curve_inputs(name, endpoint, making.study, making.assumptions)
    effort, trials = making.effort, None
    if making.assumptions is not None:
        with making.progress.step("virtual subjects through scans and RECIST"):
            plan, medians = make_plan(making.study, making.assumptions), chapters_curve.references(given)
            trials = curve_trials(plan, endpoint, medians, given.alpha, effort.seed, effort.protocol.trials)
    page = chapters_curve.CurvePage(given, making.book)
    made = (
        chapters_curve.supports,
        chapters_curve.assumptions,
        chapters_curve.boundaries,
        chapters_curve_checked.sensitivity,
        chapters_curve_checked.paragraph,
    )
    chapters = [chapter(page) for chapter in made]
    if trials is not None:
        chapters.insert(BEFORE_SENSITIVITY, chapters_curve_checked.simulated(page, trials))
    return chapters_curve.headline(page), chapters


def _randomised(making: Making, name: str, endpoint: TimeToEventEndpoint) -> Chapters:
    given = randomised_inputs(name, endpoint, making.study, making.assumptions)
    rows = [
        (f"Endpoint level, {words} (ratio {ratio:.3g})", _endpoint_level(making, given, ratio))
        for ratio, words in ratios_of(given)
    ]
    by_scans = _protocol_level(making, given, endpoint)
    if by_scans is not None:
        rows.append(("Protocol level, calibrated virtual subjects", by_scans))
    events, how = _events(making.effort, given, by_scans or rows[0][1])
    page = RandomisedPage(given, events, how, Simulated(tuple(rows)), making.book)
    own = chapters_randomised if given.margin is not None else chapters_superior
    made = (
        own.supports,
        chapters_randomised.assumptions,
        chapters_randomised.boundaries,
        chapters_checked.simulated,
        chapters_checked.sensitivity,
        own.paragraph,
    )
    return own.headline(page), [chapter(page) for chapter in made]


def _endpoint_level(making: Making, given: RandomisedInputs, ratio: float) -> Characteristics:
    model, effort = trial_model(*given.sizes, given.trial(ratio)), making.effort
    with OnBar("Endpoint level") as bar:
        return endpoint_characteristics(
            model,
            given.alpha,
            effort.endpoint,
            margins=margins_of(given),
            seed=effort.seed,
            watcher=bar,
            runner=effort.runner,
        )


def _protocol_level(
    making: Making, given: RandomisedInputs, endpoint: TimeToEventEndpoint
) -> Characteristics | None:
    """Progression-free survival through scans; None without assumptions, or where no scan decides."""
    undecided = Event.PROGRESSION not in endpoint.events or endpoint.compare is None
    if making.assumptions is None or undecided:
        return None
    effort, plan = making.effort, make_plan(making.study, making.assumptions)
    with OnBar("Protocol level") as bar:
        return protocol_characteristics(
            plan,
            given.alpha,
            effort.protocol,
            margins=margins_of(given),
            seed=effort.seed,
            watcher=bar,
            runner=effort.runner,
        )


def _events(effort: DesignEffort, given: RandomisedInputs, found: Characteristics) -> tuple[float, str]:
    """The events that the report judges by, and where they come from."""
    seen = given.published
    if effort.events is not None:
        return effort.events, "as given"
    if given.planned_events is not None:
        return float(given.planned_events), "as planned"
    if seen is not None and seen.events is not None:
        return float(seen.events), f"published ({seen.source})"
    if seen is not None:
        how = f"implied by the published interval {seen.low:g} to {seen.high:g} ({seen.source})"
        return seen.implied_events(given.share), how
    return found.sums.events, "mean of the simulated trials"
