"""How many events and subjects a comparison of two survival curves needs, and the power of those it has.

Errors are one-sided. Sources: Schoenfeld (1981), Biometrika 68:316–319; Freedman (1982), Stat Med
1:121–129; Lachin and Foulkes (1986), Biometrics 42:507–519 (exponential survival, formula 4.1 for the
difference of hazards); Rubinstein et al. (2005), J Clin Oncol 23:7199–7206 (screening: larger errors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from trialwright.errors import ArgumentError
from trialwright.stats.event_process import Accrual, Arm, Hazard, event_probability
from trialwright.stats.special import normal_cdf, normal_isf
from trialwright.stats.two_stage import check_errors

LARGEST_ALLOCATION = 1000.0


@dataclass(frozen=True, slots=True)
class Question:
    """The hazard ratio assumed, and the one that the test has to rule out.

    1 to rule out asks for superiority; a margin above 1 asks for non-inferiority.

    Raises:
        ArgumentError: a ratio is not finite and above 0, or they are equal.
    """

    ratio: float
    ruled_out: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("hazard ratio", self.ratio), ("hazard ratio to rule out", self.ruled_out)):
            if not (math.isfinite(value) and value > 0.0):
                raise ArgumentError.at(name, f"{value}", expected="a finite ratio above 0")

    @property
    def effect(self) -> float:
        """The distance on the logarithmic scale; positive where the truth is on the better side.

        Superiority works either way round: a ratio above 1 then counts as its inverse.
        """
        distance = math.log(self.ruled_out / self.ratio)
        return abs(distance) if self.ruled_out == 1.0 else distance


def check_ratio(allocation: float) -> float:
    """The share of the experimental arm under `allocation` subjects there for each control.

    Raises:
        ArgumentError: the allocation leaves hardly anyone in one arm, or is no ratio.
    """
    if not 1.0 / LARGEST_ALLOCATION <= allocation <= LARGEST_ALLOCATION:
        raise ArgumentError.at(
            "allocation",
            f"{allocation}",
            expected=f"a ratio of 1/{LARGEST_ALLOCATION:g} to {LARGEST_ALLOCATION:g}, like 1 or 2",
        )
    return allocation / (1.0 + allocation)


def _z(question: Question, alpha: float, beta: float) -> float:
    check_errors(alpha, beta)
    if question.effect <= 0.0:
        raise ArgumentError.at(
            "hazard ratio",
            f"{question.ratio} against {question.ruled_out} to rule out",
            expected="an assumed ratio on the better side",
            remedy="no number of events gives power there",
        )
    return normal_isf(alpha) + normal_isf(beta)


def schoenfeld_events(question: Question, alpha: float, beta: float, allocation: float = 1.0) -> float:
    """Events for the log-rank test or Cox model (Schoenfeld 1981); not rounded.

    Raises:
        ArgumentError: a value is out of range, or the ratio assumed is not better than that ruled out.

    Examples:
        >>> round(schoenfeld_events(Question(0.7), 0.025, 0.1), 1)
        330.4
    """
    share = check_ratio(allocation)
    return (_z(question, alpha, beta) / question.effect) ** 2 / (share * (1.0 - share))


def freedman_events(ratio: float, alpha: float, beta: float, allocation: float = 1.0) -> float:
    """Events for the log-rank test (Freedman 1982), superiority only; not rounded.

    Raises:
        ArgumentError: as `schoenfeld_events`.
    """
    check_ratio(allocation)
    z = _z(Question(ratio), alpha, beta)
    return (z * (1.0 + allocation * ratio) / (1.0 - ratio)) ** 2 / allocation


def schoenfeld_power(question: Question, alpha: float, events: float, allocation: float = 1.0) -> float:
    """The power of a number of events; below alpha where the truth is on the worse side.

    Raises:
        ArgumentError: a value is out of range.
    """
    check_errors(alpha, (1.0 - alpha) / 2.0)
    share = check_ratio(allocation)
    return normal_cdf(question.effect * math.sqrt(events * share * (1.0 - share)) - normal_isf(alpha))


@dataclass(frozen=True, slots=True)
class TwoArms:
    """Control and experimental arm, the entry of subjects, and the follow-up after the last entry."""

    control: Arm
    experimental: Arm
    accrual: Accrual
    follow_up: float
    allocation: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.follow_up) and self.follow_up >= 0.0):
            raise ArgumentError.at("follow-up", f"{self.follow_up}", expected="a finite time of 0 or more")
        check_ratio(self.allocation)

    @property
    def shares(self) -> tuple[tuple[Arm, float], tuple[Arm, float]]:
        """Each arm with its share of the subjects."""
        share = check_ratio(self.allocation)
        return (self.control, 1.0 - share), (self.experimental, share)

    def event_share(self, calendar: float | None = None) -> float:
        """The share of all subjects with an event by a calendar time; by the end where none is given."""
        at = self.accrual.duration + self.follow_up if calendar is None else calendar
        return math.fsum(weight * event_probability(arm, self.accrual, at) for arm, weight in self.shares)


def subjects_for(events: float, trial: TwoArms) -> float:
    """Subjects among whom this many events are expected by the end of the trial.

    Raises:
        ArgumentError: no event is ever expected.
    """
    share = trial.event_share()
    if share <= 0.0:
        raise ArgumentError.at("hazard", "no event is expected", expected="a rate above 0")
    return events / share


def lachin_foulkes_subjects(trial: TwoArms, alpha: float, beta: float) -> float:
    """Subjects for the difference of two exponential hazards; not rounded.

    Under H0 both arms have the mean hazard, weighted by allocation, as in the source.

    Raises:
        ArgumentError: hazards that are not constant or not different, or a value out of range.
    """
    check_errors(alpha, beta)
    pair = (trial.control.hazard.rates, trial.experimental.hazard.rates)
    if any(len(rates) > 1 for rates in pair) or pair[0] == pair[1]:
        raise ArgumentError.at(
            "hazards",
            f"{pair[0]} and {pair[1]}",
            expected="two different constant hazards",
            remedy="with piecewise hazards use Schoenfeld's events and the expected share of events",
        )
    mean = math.fsum(arm.hazard.rates[0] * weight for arm, weight in trial.shares)
    at = trial.accrual.duration + trial.follow_up

    def spread(rate: float, arm: Arm, weight: float) -> float:
        seen = event_probability(Arm(Hazard((rate,)), arm.dropout), trial.accrual, at)
        return rate * rate / (seen * weight)

    null = math.fsum(spread(mean, arm, weight) for arm, weight in trial.shares)
    alternative = math.fsum(spread(arm.hazard.rates[0], arm, weight) for arm, weight in trial.shares)
    z = normal_isf(alpha) * math.sqrt(null) + normal_isf(beta) * math.sqrt(alternative)
    return (z / (pair[0][0] - pair[1][0])) ** 2
