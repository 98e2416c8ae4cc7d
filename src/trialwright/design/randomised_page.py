"""What the chapters of a randomised study print: its inputs, the events it is judged by, and power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.stats.event_sizes import Question, schoenfeld_power

if TYPE_CHECKING:
    from markupsafe import Markup

    from trialwright.design.ledger import Book
    from trialwright.design.operating import Characteristics
    from trialwright.design.study_inputs import RandomisedInputs

MARGINS = (1.2, 1.3, 1.5, 2.0)


@dataclass(frozen=True)
class Simulated:
    """Endpoint-level trials at the assumed medians, and at equal hazards; and protocol-level trials."""

    assumed: Characteristics
    equal: Characteristics
    protocol: Characteristics


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
        """The usual margins and the study's own."""
        own = {self.inputs.margin} if self.inputs.margin else set()
        return tuple(sorted(own.union(MARGINS)))

    @property
    def allocation(self) -> float:
        """Experimental subjects for each control."""
        return self.inputs.sizes[1] / self.inputs.sizes[0]

    def power(self, ratio: float, margin: float, events: float | None = None) -> float:
        """Power to show the hazard ratio below the margin."""
        count = self.events if events is None else events
        return schoenfeld_power(Question(ratio, margin), self.inputs.alpha, count, self.allocation)

    @property
    def assumed_ratio(self) -> float:
        """The hazard ratio of the assumed medians."""
        return self.inputs.medians[0] / self.inputs.medians[1]

    @property
    def d(self) -> Markup:
        """The events, as a link."""
        return self.book.number(
            "Events behind the analysis", self.events, f"{self.events:.0f}", self.events_how
        )
