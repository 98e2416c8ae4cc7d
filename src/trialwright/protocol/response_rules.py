"""The response rules of a study: RECIST 1.1 and every option that it leaves to the protocol."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trialwright.dates import DateRule
from trialwright.protocol.duration import Duration, days
from trialwright.protocol.part import Answer, CountOrZero, Part, Phrase, Text, nearest, wrong


class ResponseSource(StrEnum):
    """Whether responses are derived from lesions, or taken as recorded in RS."""

    LESIONS = "lesions"
    RECORDED = "recorded"


class ReferenceDate(StrEnum):
    """Day 1 of the study for a subject."""

    RANDOMISATION = "randomisation"
    FIRST_DOSE = "first dose"
    ENROLMENT = "enrolment"


class CrThenPr(StrEnum):
    """What a complete response followed by a partial one is, in the confirmed best response."""

    ARITHMETIC = "as the sums say"
    SD = "SD"
    PD = "PD"
    PR = "PR"


class Reappearance(StrEnum):
    """What it is when a lesion reappears after a complete response."""

    PROGRESSION = "progression"
    SUMS = "as the sums say"


class SameDay(StrEnum):
    """Which of several records of one day counts."""

    WORST = "worst"
    LATEST = "latest"


class BestResponseUntil(StrEnum):
    """Up to when the best overall response is sought."""

    PROGRESSION = "progression"
    PROGRESSION_OR_THERAPY = "progression or new therapy"


_EVALUATORS = ("investigator", "independent assessor")


class Assessor(Phrase):
    """Whose reading counts: RSEVAL, RSEVALID and RSACPTFL of the records."""

    examples: ClassVar[tuple[str, ...]] = ("investigator", "independent assessor")

    evaluator: Text = Field(default="INVESTIGATOR", description="--EVAL, such as INDEPENDENT ASSESSOR.")
    id: Text | None = Field(default=None, description="--EVALID, such as RADIOLOGIST 1.")
    accepted_only: Answer = Field(default=False, description="Only records with --ACPTFL Y.")

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read 'investigator' or 'independent assessor'."""
        if text.lower() not in _EVALUATORS:
            raise wrong(
                f"{' or '.join(_EVALUATORS)}, or evaluator, id, accepted_only",
                meant=nearest(text, _EVALUATORS),
            )
        return {"evaluator": text.upper()}


class Confirmation(Part):
    """What confirms a response."""

    after: Duration = Field(default=days(28), description="Least time between the two assessments.")
    tolerance: Duration = Field(default=days(0), description="So much earlier still confirms.")
    not_evaluable_between: CountOrZero = Field(default=1, description="NE assessments allowed in between.")
    sd_between: Answer = Field(default=False, description="Whether an SD may lie between two PRs.")


class ResponseRules(Part):
    """How response is judged."""

    criteria: Literal["RECIST 1.1"] = "RECIST 1.1"
    source: ResponseSource
    assessor: Assessor = Assessor()
    reference_date: ReferenceDate
    minimum_sd: Annotated[
        Duration, Field(description="SD counts from this time after the reference date.")
    ] = days(42)
    confirmation: Confirmation = Confirmation()
    cr_then_pr: CrThenPr = CrThenPr.ARITHMETIC
    reappearance_after_cr: Reappearance = Reappearance.SUMS
    same_day: SameDay = SameDay.WORST
    best_response_until: BestResponseUntil = BestResponseUntil.PROGRESSION_OR_THERAPY
    partial_dates: DateRule = Field(
        default=DateRule.LAST_DAY, description="To which day a partial date of a response goes."
    )
    partial_lesion_dates: DateRule = Field(
        default=DateRule.FIRST_DAY, description="To which day a partial date of a measurement goes."
    )

    @property
    def minimum_sd_days(self) -> int:
        """Least days from the reference date to an SD that counts."""
        return self.minimum_sd.days

    @property
    def confirmation_days(self) -> int:
        """Least days between a response and its confirmation."""
        return self.confirmation.after.days

    @property
    def confirmation_tolerance_days(self) -> int:
        """Days by which a confirmation may come earlier."""
        return self.confirmation.tolerance.days

    @property
    def max_not_evaluable(self) -> int:
        """Assessments not evaluable that may lie between a response and its confirmation."""
        return self.confirmation.not_evaluable_between

    @property
    def sd_between_prs(self) -> bool:
        """Whether SD may lie between two partial responses."""
        return self.confirmation.sd_between

    @property
    def reappearance_after_cr_is_pd(self) -> bool:
        """Whether a lesion that reappears after a complete response is progression."""
        return self.reappearance_after_cr is Reappearance.PROGRESSION

    @property
    def worst_of_day(self) -> bool:
        """Whether the worst of several responses of one day counts; else the latest record."""
        return self.same_day is SameDay.WORST

    @property
    def stop_at_new_therapy(self) -> bool:
        """Whether the best response is sought only before new anti-cancer therapy."""
        return self.best_response_until is BestResponseUntil.PROGRESSION_OR_THERAPY
