"""Every number of a design report with what it is and how it was computed; the page links to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from markupsafe import Markup

from trialwright.report import blocks

GIVEN = "not computed: stated in study.yaml, else in assumptions.yaml, else the usual value"


@dataclass(frozen=True, slots=True)
class Computation:
    """One number: what it is, its full value, how it was computed."""

    anchor: str
    what: str
    value: float
    how: str


@dataclass
class Book:
    """The computations of one report, in the order in which they were made."""

    entries: list[Computation] = field(default_factory=list)

    def number(self, what: str, value: float, shown: str, how: str) -> Markup:
        """Keep a number and return its text as a link to the computation."""
        known = next((one for one in self.entries if (one.what, one.how) == (what, how)), None)
        if known is None:
            known = Computation(f"c{len(self.entries) + 1}", what, float(value), how)
            self.entries.append(known)
        return Markup('<a class="n" href="#{}">{}</a>').format(known.anchor, shown)

    def given(self, what: str, value: float, shown: str) -> Markup:
        """A number that is stated or assumed, not computed: its link says so."""
        return self.number(what, value, shown, GIVEN)

    def section(self) -> blocks.Section:
        """The list of all computations."""
        rows = tuple(
            blocks.TableRow(
                one.what,
                (f"{one.value:.6g}" if math.isfinite(one.value) else "not reached", one.how),
                anchor=one.anchor,
            )
            for one in self.entries
        )
        columns = (
            blocks.Column("Number", is_text=True),
            blocks.Column("Value", is_text=True),
            blocks.Column("How it was computed", is_text=True),
        )
        table = blocks.Table("computations-table", "Every number of this report", columns, rows)
        return blocks.Section("computations", "All computations", (table,))
