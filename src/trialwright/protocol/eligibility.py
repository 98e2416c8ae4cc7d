"""Whom the study is for: criteria as text, beside a condition that a computer can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from trialwright.protocol.part import Part, Text, When

if TYPE_CHECKING:
    from collections.abc import Iterator


class Criterion(Part):
    """One criterion; without `when` it is judged by a person only."""

    text: Text
    when: When | None = Field(default=None, description="When the criterion's text is true of a subject.")


class NumberedCriterion(NamedTuple):
    """A criterion with its code (I01, E01), as the domains TI and IE name it."""

    code: str
    category: str
    criterion: Criterion


class Population(Part):
    """Who may take part: every inclusion met, no exclusion met."""

    disease: Text | None = Field(default=None, description="The indication in a few words.")
    include: tuple[Criterion, ...] = ()
    exclude: tuple[Criterion, ...] = ()

    def criteria(self) -> Iterator[NumberedCriterion]:
        """Walk all criteria, inclusions first."""
        for letter, category, criteria in (
            ("I", "INCLUSION", self.include),
            ("E", "EXCLUSION", self.exclude),
        ):
            for number, criterion in enumerate(criteria, start=1):
                yield NumberedCriterion(f"{letter}{number:02d}", category, criterion)
