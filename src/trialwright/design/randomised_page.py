"""What the chapters of a randomised study print: its inputs, the events it is judged by, and power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.report import format as fmt
from trialwright.stats.event_sizes import Question, schoenfeld_events, schoenfeld_power, subjects_for
from trialwright.stats.special import normal_cdf, normal_isf

if TYPE_CHECKING:
    from markupsafe import Markup

    from trialwright.design.inputs import RandomisedInputs
    from trialwright.design.ledger import Book
    from trialwright.design.operating import Characteristics

MARGINS = (1.2, 1.3, 1.5, 2.0)
RATIOS = (0.5, 0.6, 0.7, 0.8)
SAME = 1e-9
EVENTS_NEEDED = "Schoenfeld 1981: (z_α + z_β)² / (π (1 − π) log²({})), rounded up"
SUBJECTS_NEEDED = "events over the share of subjects with an event by the cut-off (uniform accrual, drop-out)"


def margins_of(given: RandomisedInputs) -> tuple[float, ...]:
    """The usual margins and the study's own; none where it asks for superiority."""
    return tuple(sorted({given.margin, *MARGINS})) if given.margin is not None else ()


def ratios_of(given: RandomisedInputs) -> tuple[tuple[float, str], ...]:
    """The true hazard ratios that are of interest, each once: equal arms, as planned, as published."""
    wanted = [(given.ratio, "as planned" if given.errors.stated else "assumed medians")]
    if given.margin is not None:
        wanted.insert(0, (1.0, "arms equal"))
    if given.seen is not None:
        wanted.append((given.seen[0] / given.seen[1], "published medians"))
    if given.margin is None:
        wanted.append((1.0, "arms equal"))
    found: list[tuple[float, str]] = []
    for ratio, words in wanted:
        if all(abs(ratio - other) > SAME for other, _ in found):
            found.append((ratio, words))
    return tuple(found)


@dataclass(frozen=True)
class Simulated:
    """Endpoint-level trials at each true hazard ratio, and protocol-level trials where they fit."""

    rows: tuple[tuple[str, Characteristics], ...]


@dataclass(frozen=True)
class RandomisedPage:
    """All that the chapters print."""

    inputs: RandomisedInputs
    events: float
    events_how: str
    simulated: Simulated
    book: Book

    @property
    def margins(self) -> tuple[float, ...]:
        """The usual margins and the study's own; none where it asks for superiority."""
        return margins_of(self.inputs)

    @property
    def ratios(self) -> tuple[float, ...]:
        """True hazard ratios of a table of superiority: usual ones and the planned one."""
        planned = {self.inputs.ratio} if self.inputs.ratio < 1.0 else set()
        return tuple(sorted(planned.union(RATIOS)))

    def power(
        self, ratio: float, ruled_out: float, events: float | None = None, alpha: float | None = None
    ) -> float:
        """Power to show the hazard ratio below the one to rule out."""
        count = self.events if events is None else events
        level = self.inputs.alpha if alpha is None else alpha
        if ruled_out == 1.0 and ratio > 1.0:  # Question takes either direction as the better one
            share = self.inputs.share
            drift = math.log(ratio) * math.sqrt(count * share * (1.0 - share))
            return normal_cdf(-drift - normal_isf(level))
        return schoenfeld_power(Question(ratio, ruled_out), level, count, self.inputs.allocation)

    @property
    def d(self) -> Markup:
        """The events, as a link."""
        return self.book.number(
            "Events behind the analysis", self.events, f"{self.events:.0f}", self.events_how
        )

    def needed(self, question: Question, where: str, distance: str) -> tuple[Markup, Markup]:
        """Events and subjects for the stated power, as links; `distance` is what the events have to tell."""
        given, number = self.inputs, self.book.number
        events = schoenfeld_events(question, given.alpha, given.errors.beta, given.allocation)
        subjects = subjects_for(events, given.trial(question.ratio))
        how = EVENTS_NEEDED.format(distance)
        return (
            number(f"Events for {self.shown_power} power{where}", events, fmt.count(math.ceil(events)), how),
            number(
                f"Subjects for {self.shown_power} power{where}",
                subjects,
                fmt.count(math.ceil(subjects)),
                SUBJECTS_NEEDED,
            ),
        )

    @property
    def shown_power(self) -> str:
        """The stated power in words."""
        return f"{100.0 * self.inputs.errors.power:g}%"
