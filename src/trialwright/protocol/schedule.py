"""When a subject is seen and measured: visits, tumour assessments and laboratory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from trialwright.protocol.duration import Duration, days
from trialwright.protocol.part import Part, Phrase, StudyDay, Texts, wrong
from trialwright.protocol.regimen import DaysOfCycle

if TYPE_CHECKING:
    from collections.abc import Iterator

_HORIZON = 36_525


class Visit(Part):
    """A planned visit; the reference date is day 1, the day before it day -1."""

    day: StudyDay | None = None
    window: Duration = Field(default=days(0), description="How far to either side of the day.")
    sdtm: Texts = Field(
        default=(), description="What VISIT says in the data, where it is not the visit's name."
    )

    @model_validator(mode="after")
    def _no_day_zero(self) -> Self:
        if self.day == 0:
            raise wrong("a day before or after the reference date: there is no day 0")
        return self


class Step(Phrase):
    """An interval between tumour assessments, and until when it holds."""

    examples: ClassVar[tuple[str, ...]] = ("6 weeks",)

    every: Duration
    until: Duration | None = Field(
        default=None, description="Time since the reference date; open if left out."
    )

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '6 weeks' as an interval that always holds."""
        return {"every": Duration.model_validate(text)}


def _read_steps(value: object) -> object:
    return [value] if isinstance(value, str) else value


class TumourSchedule(Part):
    """When tumours are assessed, counted from the reference date of the response rules."""

    steps: Annotated[
        tuple[Step, ...],
        BeforeValidator(_read_steps),
        Field(min_length=1, alias="every", description="The interval, or a list of intervals with `until`."),
        WithJsonSchema(
            {
                "description": "The interval ('6 weeks'), or a list of intervals with `until`.",
                "anyOf": [
                    {"type": "string", "examples": ["6 weeks"]},
                    {
                        "type": "array",
                        "items": {
                            "anyOf": [
                                {"type": "string", "examples": ["12 weeks"]},
                                {
                                    "type": "object",
                                    "properties": {"every": {"type": "string"}, "until": {"type": "string"}},
                                    "required": ["every"],
                                    "additionalProperties": False,
                                },
                            ]
                        },
                    },
                ],
            }
        ),
    ]
    window: Duration = Field(default=days(7), description="How far to either side of the planned day.")
    baseline_within: Duration = Field(
        default=days(28), description="The baseline scan is at most so long before the reference date."
    )

    @model_validator(mode="after")
    def _steps_follow(self) -> Self:
        if any(step.every.days == 0 for step in self.steps):
            raise wrong("an interval above 0 days")
        ends = [step.until.days for step in self.steps[:-1] if step.until is not None]
        if len(ends) < len(self.steps) - 1 or ends != sorted(set(ends)):
            raise wrong("a list of intervals of which each but the last has a later `until`")
        return self

    @property
    def every(self) -> Duration:
        """The interval at the start."""
        return self.steps[0].every

    def interval_at(self, day: int) -> int:
        """Return the planned days to the next assessment, `day` days after the reference date."""
        for step in self.steps:
            if step.until is None or day < step.until.days:
                return step.every.days
        return self.steps[-1].every.days

    def planned_days(self, horizon: int) -> Iterator[int]:
        """Yield the planned assessments as days since the reference date, up to `horizon`."""
        day = self.interval_at(0)
        while day <= min(horizon, _HORIZON):
            last = self.steps[-1].until
            if last is not None and day > last.days:
                return
            yield day
            day += self.interval_at(day)


class LaboratorySchedule(Part):
    """When blood is taken."""

    days_of_cycle: DaysOfCycle
    window: Duration = days(0)
    baseline_within: Duration = Field(
        default=days(14), description="The baseline sample is at most so long before the first dose."
    )


class Assessments(Part):
    """What is measured, and when."""

    tumour: TumourSchedule
    laboratory: LaboratorySchedule | None = None
    follow_up: Duration | None = Field(default=None, description="The interval of contacts after treatment.")
    vital_signs: DaysOfCycle | None = Field(default=None, description="Days of the cycle.")


__all__ = ["Assessments", "LaboratorySchedule", "Step", "TumourSchedule", "Visit"]
