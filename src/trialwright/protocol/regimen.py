"""Treatment as a protocol prescribes it: phases of cycles of drugs."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from trialwright.protocol.duration import Duration
from trialwright.protocol.part import Count, Name, Part, Phrase, Positive, When, nearest, wrong

_DOSE = re.compile(r"^(\d{1,6}(?:\.\d{1,4})?)\s*(\S+)$")
_AUC = re.compile(r"^AUC\s*(\d{1,2}(?:\.\d{1,2})?)$", re.IGNORECASE)
_DAYS = re.compile(r"^(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})$")
_LONGEST_CYCLE = 366
_HIGHEST_AUC = 10


class DoseUnit(StrEnum):
    """What the amount of a dose is measured by."""

    MG_PER_M2 = "mg/m2"
    MG_PER_KG = "mg/kg"
    MG = "mg"
    AUC = "AUC"
    LABEL = "label"


class Route(StrEnum):
    """How a drug is given."""

    IV = "iv"
    ORAL = "oral"
    SC = "sc"
    IM = "im"
    INTRA_ARTERIAL = "intra-arterial"
    TRANSDERMAL = "transdermal"


class StopReason(StrEnum):
    """Why treatment ends before its last planned cycle."""

    PROGRESSION = "progression"
    TOXICITY = "unacceptable toxicity"
    WITHDRAWAL = "withdrawal"
    PHYSICIAN = "physician decision"
    DEATH = "death"


class Dose(Phrase):
    """A dose at one administration; `label` means as the label of the drug given says."""

    examples: ClassVar[tuple[str, ...]] = ("3 mg/kg", "1000 mg/m2", "240 mg", "AUC 5", "label")

    amount: Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)] | None = None
    unit: DoseUnit

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read '3 mg/kg', 'AUC 5' or 'label'."""
        if text == DoseUnit.LABEL:
            return {"unit": DoseUnit.LABEL}
        if auc := _AUC.match(text):
            return {"amount": float(auc[1]), "unit": DoseUnit.AUC}
        match = _DOSE.match(text)
        if match is None:
            raise wrong(
                "an amount and its unit, such as '3 mg/kg', '1000 mg/m2', '240 mg', 'AUC 5' or 'label'"
            )
        spelling = match[2].replace("²", "2")
        units = [unit.value for unit in DoseUnit]
        if spelling not in units:
            raise wrong(f"one of the units {', '.join(units)}", meant=nearest(spelling, units))
        return {"amount": float(match[1]), "unit": spelling}

    @model_validator(mode="after")
    def _amount_fits_unit(self) -> Self:
        if (self.amount is None) != (self.unit is DoseUnit.LABEL):
            raise wrong("an amount with its unit, or the word label alone")
        if self.unit is DoseUnit.AUC and (self.amount or 0) > _HIGHEST_AUC:
            raise wrong(f"an AUC of at most {_HIGHEST_AUC} mg/mL·min")
        return self

    def __str__(self) -> str:
        if self.amount is None:
            return "label dose"
        return f"AUC {self.amount:g}" if self.unit is DoseUnit.AUC else f"{self.amount:g} {self.unit.value}"


def _read_days(value: object) -> object:
    if not isinstance(value, str):
        return value
    days: list[int] = []
    for piece in value.split(","):
        if match := _DAYS.match(piece.strip()):
            if int(match[1]) > int(match[2]):
                raise wrong("the first day before the last, such as '1-14'")
            days.extend(range(int(match[1]), int(match[2]) + 1))
        elif piece.strip().isdecimal():
            days.append(int(piece))
        else:
            raise wrong("days of the cycle, such as [1, 8] or 1-14")
    return days


CycleDay = Annotated[int, Field(strict=True, ge=1, le=_LONGEST_CYCLE)]
DaysOfCycle = Annotated[
    tuple[CycleDay, ...],
    BeforeValidator(_read_days),
    Field(min_length=1, max_length=_LONGEST_CYCLE),
    WithJsonSchema(
        {
            "description": "Days of the cycle on which the drug is given.",
            "anyOf": [
                {"type": "string", "examples": ["1-14", "1, 8"]},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
            ],
        }
    ),
]


class LabelDrug(Part):
    """One drug of a class that is given at its label dose."""

    name: Name
    dose: Dose
    every: Duration | None = Field(default=None, description="The label's interval; else the cycle's.")


class Drug(Part):
    """A drug of a cycle: what one administration is, and when it is given."""

    name: Name
    dose: Dose
    route: Route
    days: DaysOfCycle
    times_a_day: Count = Field(default=1, description="Administrations on each of the days.")
    infusion_minutes: Positive | None = None
    levels: tuple[Positive, ...] = Field(
        default=(), description="Amounts from the full dose down, in the unit of the dose."
    )
    one_of: tuple[LabelDrug, ...] = Field(
        default=(), description="The drugs of a class, where any may be given."
    )
    placebo: Name | None = Field(default=None, description="The drug that this placebo stands for.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.days)) < len(self.days) or list(self.days) != sorted(self.days):
            raise wrong("days in order, each once")
        if self.levels and self.levels[0] != self.dose.amount:
            raise wrong(f"dose levels that start with the dose, {self.dose}")
        if any(low >= high for high, low in zip(self.levels, self.levels[1:], strict=False)):
            raise wrong("dose levels that go down")
        if self.dose.unit is DoseUnit.LABEL and not self.one_of:
            raise wrong("a list `one_of` of the drugs and their label doses")
        if self.dose.amount == 0 and self.placebo is None:
            raise wrong("a dose above 0, or the line `placebo: NAME OF THE DRUG` for a placebo")
        if self.infusion_minutes is not None and self.route not in {Route.IV, Route.INTRA_ARTERIAL}:
            raise wrong("infusion minutes only for a drug given iv or intra-arterial")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names under which the drug is recorded."""
        return (self.name, *(drug.name for drug in self.one_of))


class Cycles(Part):
    """The length of a cycle and how many are planned at most."""

    length: Duration
    at_most: Count | None = None


class TreatmentPhase(Part):
    """A phase of treatment, such as induction or maintenance."""

    phase: Name
    arm: Name | None = Field(default=None, description="The arm that is treated so; all arms if left out.")
    cycles: Cycles
    enter_if: When | None = Field(default=None, description="Who goes on to this phase.")
    until: tuple[StopReason, ...] = ()
    drugs: tuple[Drug, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _days_fit_cycle(self) -> Self:
        length = self.cycles.length.days
        late = [drug.name for drug in self.drugs if drug.days[-1] > length]
        if late:
            raise wrong(f"days within the cycle of {self.cycles.length} for {', '.join(late)}")
        if self.cycles.at_most is None and not self.until:
            raise wrong("`at_most` for the cycles, or `until` with the reasons to stop")
        return self


__all__ = ["Cycles", "Dose", "DoseUnit", "Drug", "LabelDrug", "Route", "StopReason", "TreatmentPhase"]
