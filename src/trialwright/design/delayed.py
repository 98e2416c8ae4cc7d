"""Which test to plan where the effect is delayed: power and subjects of each, by formula and simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from trialwright.design.operating import add_up, here, ranges
from trialwright.design.tables import percent, plain_table
from trialwright.errors import ArgumentError
from trialwright.stats.delayed_effect import changing_hazard, restricted_mean_limits, weighted_limits
from trialwright.stats.delayed_trials import DecisionSums, TrialTests, count_decisions
from trialwright.stats.event_process import Arm
from trialwright.stats.named_tests import Combined, Means, NamedTest, Weighted
from trialwright.stats.trial_model import MOST_SUBJECTS, split_subjects, trial_model
from trialwright.stats.two_stage import check_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from trialwright.design.operating import Effort
    from trialwright.stats.delayed_effect import LargeSampleTest
    from trialwright.stats.event_sizes import TwoArms
    from trialwright.stats.trial_sums import Proportion

BATCH = 512
HALF = 0.5


@dataclass(frozen=True, slots=True)
class ChangingEffect:
    """The hazard ratio is 1 until the first of `changes`, then each of `ratios` in turn (months)."""

    changes: tuple[float, ...]
    ratios: tuple[float, ...]

    def told(self) -> str:
        """Say it in words."""
        later = [f"{ratio:g} from {at:g} months" for at, ratio in zip(self.changes, self.ratios, strict=True)]
        return ", ".join(([] if self.changes[0] == 0.0 else ["1 at first"]) + later)


def delayed_trial(trial: TwoArms, effect: ChangingEffect) -> TwoArms:
    """The trial with the control's hazards times the changing ratio in the experimental arm.

    Raises:
        ArgumentError: ratios or times out of range, or a change after the last follow-up.
    """
    hazard = changing_hazard(trial.control.hazard, effect.changes, effect.ratios)
    end = trial.accrual.duration + trial.follow_up
    if effect.changes[-1] >= end:
        raise ArgumentError.at(
            "delay",
            f"{effect.changes[-1]:g} months",
            expected=f"less than {end:g}, the longest follow-up of the trial",
            remedy="nobody would be seen after the change",
        )
    return replace(trial, experimental=Arm(hazard, trial.experimental.dropout))


def usual_tau(trial: TwoArms) -> float:
    """The time to which half of the subjects could be followed: to which means are restricted by default."""
    return trial.follow_up + HALF * trial.accrual.duration


def limits_of(test: NamedTest, trial: TwoArms) -> LargeSampleTest:
    """The test in the limit of many subjects.

    Raises:
        ArgumentError: no event is expected, or tau is beyond the follow-up.
    """
    if isinstance(test, Means):
        return restricted_mean_limits(trial, test.tau)
    return weighted_limits(trial, test.weights if isinstance(test, Combined) else (test.weight,))


def plan_of(tests: tuple[NamedTest, ...], alpha: float) -> TrialTests:
    """What each simulated trial is tested with."""
    combined = next((test.weights for test in tests if isinstance(test, Combined)), ())
    alone = tuple(test.weight for test in tests if isinstance(test, Weighted) and test.weight not in combined)
    tau = next((test.tau for test in tests if isinstance(test, Means)), 0.0)
    return TrialTests(combined + alone, len(combined), tau, alpha)


def rejections(test: NamedTest, sums: DecisionSums) -> Proportion:
    """The share of simulated trials in which a test rejects."""
    if isinstance(test, Weighted):
        return sums.weighted(test.weight)
    return sums.combination if isinstance(test, Combined) else sums.means


@dataclass(frozen=True, slots=True)
class Row:
    """What one test needs, or can do."""

    test: NamedTest
    subjects: int
    events: float
    power: float
    simulated: Proportion | None
    trials: int
    without_mean: float

    def as_json(self) -> dict[str, object]:
        """For programs; `simulated` is null where nothing was simulated."""
        seen = self.simulated and {
            "share": self.simulated.value,
            "error": self.simulated.error,
            "trials": self.trials,
            "follow_up_too_short": self.without_mean,
        }
        return {
            "test": self.test.name,
            "label": self.test.label,
            "subjects": self.subjects,
            "events": self.events,
            "power": self.power,
            "simulated": seen,
        }


@dataclass(frozen=True)
class DelayedAnswer:
    """The tests side by side."""

    trial: TwoArms
    effect: ChangingEffect
    alpha: float
    rows: tuple[Row, ...]

    @property
    def facts(self) -> dict[str, object]:
        """For programs."""
        return {
            "control_median": self.trial.control.hazard.median(),
            "delay": list(self.effect.changes),
            "hazard_ratio": list(self.effect.ratios),
            "accrual": self.trial.accrual.duration,
            "follow_up": self.trial.follow_up,
            "allocation": self.trial.allocation,
            "alpha": self.alpha,
            "event_share": self.trial.event_share(),
            "tests": [row.as_json() for row in self.rows],
        }

    def table(self) -> Table:
        """For people."""
        table = plain_table(
            f"Hazard ratio {self.effect.told()}; one-sided alpha {self.alpha:g}",
            *("Test", "Subjects", "Events", "Power", "Simulated"),
            caption=_caption(self.rows),
        )
        for row in self.rows:
            seen = (
                f"{percent(row.simulated.value)} ± {100.0 * row.simulated.error:.1f}"
                if row.simulated
                else "–"
            )
            table.add_row(row.test.label, f"{row.subjects}", f"{row.events:.0f}", percent(row.power), seen)
        return table


def _caption(rows: tuple[Row, ...]) -> str:
    words = "Power: in the limit of many subjects. "
    trials = max(row.trials for row in rows)
    if trials:
        words += f"Simulated: rejections in {trials:,} trials, ± standard error. "
    if any(row.subjects > MOST_SUBJECTS for row in rows):
        words += f"Trials of more than {MOST_SUBJECTS} subjects are not simulated. "
    short = max(row.without_mean for row in rows)
    if short:
        words += f"Follow-up ended before the restriction in {percent(short)} of the trials: not significant."
    return words.rstrip()


@dataclass(frozen=True)
class Simulation:
    """How much to simulate, with which random numbers, and who is told of the estimate so far."""

    effort: Effort
    seed: int
    told: Callable[[int, Proportion, float], None]

    def sums(self, trial: TwoArms, n: int, tests: TrialTests) -> DecisionSums:
        """Decisions in trials of n subjects."""
        model = trial_model(*split_subjects(n, trial.allocation), trial)
        batches = here(partial(count_decisions, model, tests, self.seed), ranges(self.effort.trials, BATCH))

        def told(sums: DecisionSums, done: float) -> None:
            self.told(sums.trials, sums.first, done)

        return add_up(DecisionSums.none(tests), batches, self.effort, told)[0]


def _row(test: NamedTest, n: int, power: float, trial: TwoArms, sums: DecisionSums | None) -> Row:
    seen = rejections(test, sums) if sums else None
    short = sums.without_mean.value if sums and isinstance(test, Means) else 0.0
    return Row(test, n, n * trial.event_share(), power, seen, sums.trials if sums else 0, short)


def powers(
    trial: TwoArms, tests: tuple[NamedTest, ...], alpha: float, n: int, simulation: Simulation | None
) -> tuple[Row, ...]:
    """The power of each test with n subjects.

    Raises:
        ArgumentError: a value is out of range, or an arm would be empty.
    """
    split_subjects(n, trial.allocation)
    found = [limits_of(test, trial).power(n, alpha) for test in tests]
    sums = simulation.sums(trial, n, plan_of(tests, alpha)) if simulation and n <= MOST_SUBJECTS else None
    return tuple(_row(test, n, power, trial, sums) for test, power in zip(tests, found, strict=True))


def sizes(
    trial: TwoArms, tests: tuple[NamedTest, ...], alpha: float, beta: float, simulation: Simulation | None
) -> tuple[Row, ...]:
    """The fewest subjects with which each test has power 1 − beta.

    Raises:
        ArgumentError: a value is out of range, or a test never has the power.
    """
    check_errors(alpha, beta)
    rows = []
    for test in tests:
        limits = limits_of(test, trial)
        n = limits.subjects(alpha, beta)
        sums = None
        if simulation and n <= MOST_SUBJECTS:
            sums = simulation.sums(trial, n, plan_of((test,), alpha))
        rows.append(_row(test, n, limits.power(n, alpha), trial, sums))
    return tuple(rows)
