"""The treatment-emergent events of the safety set, and the lines by which tables count them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.context import ENROLLED, SAFETY_SET
from trialwright.analyse.rows import NO_SUBJECTS, Cell
from trialwright.derive.adverse_event_words import words
from trialwright.protocol.endpoints import (
    ResponseEndpoint,
    SafetyEndpoint,
    SafetySummary,
    TimeToEventEndpoint,
)
from trialwright.stats.proportions import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row

SECTION = "safety"
LEVEL = 0.95
GRADE_3 = 3
HIGHEST_GRADE = 5

ANY = "any"
RELATED = "related"
SEVERE = "grade 3 or higher"
RELATED_SEVERE = "related grade 3 or higher"
RELATED_3_OR_4 = SafetySummary.RELATED_GRADE_3_OR_4.value
SERIOUS = "serious"
IMMUNE = "potentially immune-related"
_LEADING_TO = "leading to "
_NO_GRADES = "grades are not recorded"
_NO_CAUSALITY = "causality is not recorded"


@dataclass(frozen=True)
class Events:
    """The events of one study that count, with what its data can tell."""

    context: Context

    @cached_property
    def population(self) -> str:
        """The safety set, or the enrolled where the study has none."""
        return SAFETY_SET if SAFETY_SET in self.context.study.analysis_sets else ENROLLED

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Treatment-emergent events of the population."""
        adae = self.context.adam.adae
        members = list(self.context.populations[self.population])
        return adae.filter(pl.col("TRTEMFL") == "Y", pl.col("USUBJID").is_in(members))

    @cached_property
    def recorded(self) -> bool:
        """Whether the study has any record of AE at all."""
        return self.context.adam.adae.height > 0

    @cached_property
    def graded(self) -> bool:
        """Whether any event has a CTCAE grade."""
        return bool(self.context.adam.adae["ATOXGRN"].is_not_null().any()) if self.recorded else False

    @cached_property
    def causality(self) -> bool:
        """Whether causality is recorded."""
        return bool(self.context.adam.adae["RELFL"].is_not_null().any()) if self.recorded else False

    @cached_property
    def lines(self) -> Mapping[str, pl.Expr]:
        """The lines of the overview, in its order."""
        severe, related = pl.col("ATOXGRN") >= GRADE_3, pl.col("RELFL") == "Y"
        lines = {
            ANY: pl.lit(value=True),
            RELATED: related,
            SEVERE: severe,
            RELATED_SEVERE: related & severe,
            SERIOUS: pl.col("AESER").str.to_uppercase() == "Y",
            "leading to stop": pl.col("STOPFL") == "Y",
            "leading to dose reduction": pl.col("REDUCFL") == "Y",
            "leading to interruption": pl.col("INTERFL") == "Y",
            "fatal": pl.col("FATALFL") == "Y",
        }
        if self._asks(RELATED_3_OR_4):
            lines[RELATED_3_OR_4] = related & severe & (pl.col("ATOXGRN") < HIGHEST_GRADE)
        for drug in self.context.study.safety.related_to:
            named = pl.format(";{};", pl.col("RELDRUG")).str.contains(f";{drug};", literal=True)
            lines[f"related to {drug}"] = named
        if (self.frame["IMRFL"] == "Y").any():
            lines[IMMUNE] = pl.col("IMRFL") == "Y"
        return lines

    def _asks(self, line: str) -> bool:
        """Whether a safety endpoint of the study names this line."""
        endpoints = self.context.study.endpoints.values()
        return any(isinstance(one, SafetyEndpoint) and line in one.summary for one in endpoints)

    def obstacle(self, line: str) -> str:
        """Why a line cannot be counted, or ""."""
        if (SEVERE in line or line == RELATED_3_OR_4) and not self.graded:
            return _NO_GRADES
        if line.startswith("related to ") and not self._names_drugs:
            return "causality by drug is not recorded"
        if RELATED in line and line != IMMUNE and not self.causality:
            return _NO_CAUSALITY
        if line.startswith(_LEADING_TO) and not self._has("AEACN"):
            return "action taken is not recorded"
        if line == SERIOUS and not self._has("AESER"):
            return "seriousness is not recorded"
        return ""

    @cached_property
    def _names_drugs(self) -> bool:
        """Whether the related events name drugs: any of them, or all events say that none is related."""
        if not self.frame["RELDRUG"].is_not_null().any():
            return False
        related = self.frame.filter(pl.col("RELFL") == "Y")
        return not related.height or bool(related["RELDRUG"].is_not_null().any())

    @cached_property
    def related_without_drug(self) -> int:
        """How many related events do not say to which drug."""
        return self.frame.filter(pl.col("RELFL") == "Y", pl.col("RELDRUG").is_null()).height

    def _has(self, column: str) -> bool:
        return bool(self.context.adam.adae[column].is_not_null().any())

    @cached_property
    def groups(self) -> Mapping[str, pl.Expr]:
        """The groups of terms of the study file, each under every spelling of its terms."""
        term = pl.col("AEDECOD").str.to_uppercase()
        return {
            name: term.is_in(sorted({one for text in terms for one in spellings(text)}))
            for name, terms in self.context.study.safety.groups.items()
        }

    def cell(self, endpoint: str, group: str, variant: str) -> Cell:
        """The place of rows."""
        return Cell(SECTION, endpoint, self.population, group, variant)

    def members(self, group: str) -> list[str]:
        """The subjects of the population in a group."""
        return self.context.members(self.population, group)


def spellings(term: str) -> set[str]:
    """A preferred term in capitals, with the other spellings of rulebook/adverse-events.toml.

    >>> sorted(spellings("Anaemia"))
    ['ANAEMIA', 'ANEMIA']
    """
    capitals = term.upper()
    found = {capitals}
    for same in words("spelling")["same"]:
        known = {one.upper() for one in same}
        if capitals in known:
            found |= known
    return found


def share(cell: Cell, item: str, affected: Sequence[str], members: Sequence[str], text: str = "") -> Row:
    """One row: how many of the members are affected, with the exact interval."""
    if not members:
        return cell.statement("affected", NO_SUBJECTS, item=item, n=0)
    interval = clopper_pearson(len(affected), len(members), LEVEL)
    return cell.number(
        "affected",
        len(affected) / len(members),
        affected,
        item=item,
        interval=(interval.low, interval.high),
        level=LEVEL,
        method=interval.method,
        n=len(members),
        events=len(affected),
        text=text,
    )


def pairs(context: Context) -> tuple[tuple[str, str], ...]:
    """The comparisons of groups: those of the endpoints, else the first arm against the second."""
    stated: list[tuple[str, str]] = []
    for endpoint in context.study.endpoints.values():
        if isinstance(endpoint, ResponseEndpoint | TimeToEventEndpoint) and endpoint.compare is not None:
            first, second = endpoint.compare.arms
            stated.append((first, second))
    if stated:
        return tuple(dict.fromkeys(stated))
    arms = tuple(context.study.arms)
    return ((arms[0], arms[1]),) if len(arms) > 1 else ()
