"""Randomised phase II screening: is the experimental arm worth a phase III? (Rubinstein et al. 2005).

A screening trial accepts larger errors than a phase III, one-sided levels of 0.1 to 0.2, and asks for a
larger difference, so that it stays small. Its result is no proof of benefit: it decides whether to go on.
Source: Rubinstein, Korn, Freidlin, Hunsberger, Ivy and Smith (2005), J Clin Oncol 23:7199–7206.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.design.sizes import Answer
from trialwright.design.tables import percent, plain_table
from trialwright.errors import ArgumentError
from trialwright.stats.event_sizes import Question, check_ratio, schoenfeld_events, subjects_for
from trialwright.stats.rate_sizes import TwoRates, farrington_manning_size
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from rich.table import Table

    from trialwright.stats.event_sizes import TwoArms

LEVELS = (0.1, 0.2)
"""One-sided alpha of a screening trial, from and to."""
SLACK = 1e-12


@dataclass(frozen=True)
class ScreeningAnswer(Answer):
    """Sizes by alpha and power, one row each."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def table(self) -> Table:
        """The sizes as a table, with what was assumed below it."""
        words = "; ".join(f"{name} {value}" for name, value in self.lines)
        table = plain_table(self.title, *self.columns, caption=words)
        for row in self.rows:
            table.add_row(*row)
        return table


def check_levels(alphas: tuple[float, ...], betas: tuple[float, ...]) -> None:
    """Refuse levels at which nobody screens.

    Raises:
        ArgumentError: no level or type II error, or a level outside 0.1 to 0.2.
    """
    low, high = LEVELS
    if not betas:
        raise ArgumentError.at("beta", "none", expected="type II errors, like 0.1,0.2")
    wrong = [alpha for alpha in alphas if not low - SLACK <= alpha <= high + SLACK]
    if wrong or not alphas:
        raise ArgumentError.at(
            "alpha",
            f"{wrong[0]:g}" if wrong else "none",
            expected=f"one-sided levels from {low:g} to {high:g}",
            remedy="other levels are sized by `design survival` or `design rates`",
        )


def screening_times(trial: TwoArms, alphas: tuple[float, ...], betas: tuple[float, ...]) -> ScreeningAnswer:
    """Events and subjects of a screening trial with a time to event, for each pair of errors.

    Raises:
        ArgumentError: a value is out of range, or the experimental arm is not assumed to be better.
    """
    check_levels(alphas, betas)
    ratio = trial.experimental.hazard.rates[0] / trial.control.hazard.rates[0]
    if ratio >= 1.0:
        raise ArgumentError.at(
            "medians",
            f"hazard ratio {ratio:.3g}",
            expected="an experimental median above that of the control",
            remedy="name the control first: --medians 6,9",
        )
    found = [_sized(trial, ratio, alpha, beta) for alpha in alphas for beta in betas]
    rows = [
        (
            f"{one['alpha']:g}",
            percent(one["power"]),
            str(math.ceil(one["events"])),
            str(math.ceil(one["subjects"])),
            f"{one['positive_below']:.3f}",
        )
        for one in found
    ]
    facts = {"hazard_ratio": ratio, "event_share": trial.event_share(), "designs": found}
    lines = (
        ("Assumed hazard ratio", f"{ratio:.3f}"),
        ("subjects with an event by the end", percent(trial.event_share())),
    )
    title = "Screening trial, time to event (Rubinstein 2005, events by Schoenfeld 1981)"
    columns = ("One-sided alpha", "Power", "Events", "Subjects", "Positive if the ratio is below")
    return ScreeningAnswer(title, facts, lines, columns, tuple(rows))


def _sized(trial: TwoArms, ratio: float, alpha: float, beta: float) -> dict[str, float]:
    """Events, subjects, and the hazard ratio below which as many events reject."""
    share = check_ratio(trial.allocation)
    events = schoenfeld_events(Question(ratio), alpha, beta, trial.allocation)
    information = math.ceil(events) * share * (1.0 - share)
    return {
        "alpha": alpha,
        "power": 1.0 - beta,
        "events": events,
        "subjects": subjects_for(events, trial),
        "positive_below": math.exp(-normal_isf(alpha) / math.sqrt(information)),
    }


def screening_rates(
    rates: TwoRates, allocation: float, alphas: tuple[float, ...], betas: tuple[float, ...]
) -> ScreeningAnswer:
    """Subjects of a screening trial with response rates, for each pair of errors.

    Raises:
        ArgumentError: a value is out of range, or the experimental arm is not assumed to be better.
    """
    check_levels(alphas, betas)
    found, rows = [], []
    for alpha in alphas:
        for beta in betas:
            subjects = farrington_manning_size(rates, alpha, beta, allocation)
            found.append({"alpha": alpha, "power": 1.0 - beta, "subjects": subjects})
            rows.append((f"{alpha:g}", percent(1.0 - beta), str(math.ceil(subjects))))
    facts: dict[str, object] = {
        "control": rates.control,
        "experimental": rates.experimental,
        "designs": found,
    }
    lines = (("Assumed rates", f"{percent(rates.control)} (control) and {percent(rates.experimental)}"),)
    return ScreeningAnswer(
        "Screening trial, response rates (Rubinstein 2005, score test of Farrington and Manning 1990)",
        facts,
        lines,
        ("One-sided alpha", "Power", "Subjects in both arms"),
        tuple(rows),
    )
