"""How a counted characteristic is recorded: what a reconstruction writes for the subjects who have it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from trialwright.protocol.part import Answer, Part

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_WORST = 5


class RecordDomain(StrEnum):
    """The SDTM domain of the record: history, procedure, medication before the study, adverse event."""

    MH = "MH"
    PR = "PR"
    CM = "CM"
    AE = "AE"


class Recorded(Part):
    """A term in a domain; `present: no` where the figure counts those without it."""

    domain: RecordDomain
    term: Term
    present: Answer = True
    grade: Annotated[int | None, Field(strict=True, ge=1, le=_WORST)] = None


class RecordedParts(Part):
    """The term of each part of a partition, in one domain."""

    domain: RecordDomain
    terms: Annotated[dict[Term, Term], Field(min_length=1)]
