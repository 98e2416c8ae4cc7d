"""A study as its file states it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import Field, PrivateAttr, StringConstraints, field_validator, model_validator

from trialwright.dates import DateRule
from trialwright.protocol.baseline import BaselineVariable
from trialwright.protocol.biomarkers import Biomarkers
from trialwright.protocol.condition_words import kind_of
from trialwright.protocol.eligibility import Population
from trialwright.protocol.endpoints import Endpoint
from trialwright.protocol.part import (
    Count,
    Day,
    Identifier,
    Name,
    Names,
    OneOrMany,
    Part,
    Phrase,
    Text,
    Texts,
    When,
    wrong,
)
from trialwright.protocol.randomisation import Randomisation
from trialwright.protocol.regimen import TreatmentPhase
from trialwright.protocol.response_rules import ResponseRules
from trialwright.protocol.safety import Safety
from trialwright.protocol.schedule import Assessments, Visit
from trialwright.protocol.size_plan import SizePlan

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.protocol.condition import Condition


class DesignKind(StrEnum):
    """The design of the study."""

    SINGLE_ARM = "single-arm"
    COHORTS = "parallel cohorts"
    RANDOMISED = "randomised"
    RETROSPECTIVE = "retrospective"


class Masking(StrEnum):
    """Who does not know the treatment."""

    OPEN_LABEL = "open label"
    SINGLE_BLIND = "single blind"
    DOUBLE_BLIND = "double blind"


class Centres(StrEnum):
    """Whether one or several centres take part."""

    ONE = "one"
    SEVERAL = "several"


class Period(Part):
    """From the first to the last day."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise wrong("a last day on or after the first")
        return self


class Identity(Part):
    """What the study is."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
    title: Text
    phase: Literal["I", "I/II", "II", "II/III", "III", "IV", "not applicable"]
    design: DesignKind
    masking: Masking | None = None
    centres: Centres | None = None
    registration: Text | None = None
    sponsor: Text | None = None
    enrolment: Period | None = Field(default=None, description="First and last day of enrolment.")
    subjects: Count | None = Field(default=None, description="Planned (retrospective: available) subjects.")
    data_cutoff: Day | None = Field(default=None, description="Nothing after this day counts.")


class Arm(Phrase):
    """An arm; `armcd` lists its codes in DM.ARMCD, the arm's own name if left out."""

    examples = ("Nab-paclitaxel and cisplatin",)

    label: Text
    armcd: Texts = ()

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read a label alone."""
        return {"label": text}


class Cohort(Phrase):
    """A cohort: who belongs to it, and its planned size."""

    examples = ("Chemotherapy-naive",)

    label: Text
    when: When | None = Field(default=None, description="Who belongs here; everyone left over if left out.")
    size: Count | None = None

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read a label alone."""
        return {"label": text}


class AnalysisSet(Phrase):
    """An analysis set, given by a condition."""

    examples = ("enrolled", "treated", "safety and assessed")

    label: Text = ""
    condition: When = Field(alias="when")

    @classmethod
    def read_phrase(cls, text: str) -> dict[str, object]:
        """Read the condition alone."""
        return {"when": text}


class Imputation(Part):
    """To which day of the possible period a partial date goes, beside those of responses and lesions."""

    death: DateRule = DateRule.FIRST_DAY
    new_therapy: DateRule = DateRule.FIRST_DAY
    last_alive: DateRule = Field(default=DateRule.FIRST_DAY, description="Dates that show a subject alive.")


DEFAULT_ALIVE = [
    "AE.AESTDTC",
    "AE.AEENDTC",
    "LB.LBDTC",
    "VS.VSDTC",
    "EX.EXSTDTC",
    "EX.EXENDTC",
    "CM.CMSTDTC",
    "TR.TRDTC",
    "RS.RSDTC",
    "SS.SSDTC",
]
"""Dates of records that show a subject alive, where the study file names no others."""

AliveDate = Annotated[
    str, StringConstraints(pattern=r"^(AE|LB|VS|EX|EC|CM|PR|TU|TR|RS|SS|DS)\.[A-Z]{2,6}DTC$")
]


class GroupKind(StrEnum):
    """Where the groups of a comparison come from."""

    ARM = "arm"
    COHORT = "cohort"
    ALL = "all"


class Group(NamedTuple):
    """One of the groups that tables set side by side."""

    name: str
    label: str
    kind: GroupKind
    armcd: tuple[str, ...] = ()
    when: Condition | None = None


TOTAL = "Total"
"""The column of all subjects, beside those of the groups."""

VERSUS = " vs "
"""Between the two groups of a comparison."""

_SET_LABELS = {
    "full": "Full analysis set",
    "safety": "Safety set",
    "evaluable": "Response-evaluable set",
    "per_protocol": "Per-protocol set",
    "randomised": "All randomised",
    "screened": "All screened",
}


Stem = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
Stems = Annotated[tuple[Stem, ...], Field(min_length=1), OneOrMany()]


class Study(Part):
    """Everything that a study file says."""

    format: Literal[1] = Field(default=1, description="Version of the file's form.")
    identity: Identity = Field(alias="study")
    datasets: Mapping[str, Stems] = Field(
        default={}, description="Domain → file name without ending, where it is not the domain's own name."
    )
    population: Population = Population()
    comparators: Names = Field(
        default=(), description="Published trials of rulebook/btc-trials.toml to show beside the results."
    )
    size_plan: SizePlan | None = Field(default=None, alias="design")
    arms: Mapping[Name, Arm] = {}
    cohorts: Mapping[Name, Cohort] = {}
    randomisation: Randomisation | None = None
    treatment: tuple[TreatmentPhase, ...] = ()
    visits: Mapping[Name, Visit] = {}
    assessments: Assessments
    response: ResponseRules
    imputation: Imputation = Imputation()
    last_known_alive: tuple[AliveDate, ...] = Field(
        default=tuple(DEFAULT_ALIVE),
        min_length=1,
        description="Date variables that show a subject alive; a record of SS only where it says ALIVE.",
    )
    analysis_sets: Mapping[Identifier, AnalysisSet] = Field(min_length=1)
    baseline: tuple[BaselineVariable, ...] = ()
    endpoints: Mapping[Name, Endpoint] = Field(min_length=1)
    safety: Safety = Safety()
    biomarkers: Biomarkers = Biomarkers()

    _sha256: str = PrivateAttr(default="")
    _folder: Path = PrivateAttr(default=Path())
    _text: str = PrivateAttr(default="")

    @field_validator("datasets")
    @classmethod
    def _known_domains(cls, value: Mapping[str, Stems]) -> Mapping[str, Stems]:
        for domain in value:
            if domain != domain.upper() or kind_of(domain) is None:
                raise wrong(f"SDTM domains in capitals; '{domain}' is not one", meant=domain.upper())
        return value

    @field_validator("analysis_sets")
    @classmethod
    def _label_sets(cls, value: Mapping[str, AnalysisSet]) -> Mapping[str, AnalysisSet]:
        def label(name: str) -> str:
            return _SET_LABELS.get(name, name.replace("_", " ").capitalize())

        return {
            name: part if part.label else part.model_copy(update={"label": label(name)})
            for name, part in value.items()
        }

    @field_validator("arms", "cohorts")
    @classmethod
    def _names_of_groups(cls, value: Mapping[str, Arm] | Mapping[str, Cohort]) -> Mapping[str, object]:
        for name in value:
            if name == TOTAL or VERSUS in name:
                raise wrong(
                    f"another name than '{name}': tables use '{TOTAL}' and '{VERSUS.strip()}' themselves"
                )
        return value

    @field_validator("arms")
    @classmethod
    def _code_arms(cls, value: Mapping[str, Arm]) -> Mapping[str, Arm]:
        return {
            name: arm if arm.armcd else arm.model_copy(update={"armcd": (name,)})
            for name, arm in value.items()
        }

    def read_from(self, *, text: str, sha256: str, folder: Path) -> Self:
        """Return the study with the text, hash and folder of the file that it was read from."""
        study = self.model_copy()
        private = {"_text": text, "_sha256": sha256, "_folder": folder}
        object.__setattr__(study, "__pydantic_private__", private)
        return study

    @property
    def id(self) -> str:
        """The short name of the study."""
        return self.identity.id

    @property
    def title(self) -> str:
        """The title."""
        return self.identity.title

    @property
    def phase(self) -> str:
        """The phase in Roman numerals."""
        return self.identity.phase

    @property
    def design(self) -> DesignKind:
        """The kind of design."""
        return self.identity.design

    @property
    def registration(self) -> str | None:
        """The number in a registry."""
        return self.identity.registration

    @property
    def sponsor(self) -> str | None:
        """Who is responsible."""
        return self.identity.sponsor

    @property
    def data_cutoff(self) -> dt.date | None:
        """The last day that counts."""
        return self.identity.data_cutoff

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes."""
        return self._sha256

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self._folder

    @property
    def source_text(self) -> str:
        """The file as it was read."""
        return self._text

    @property
    def groups(self) -> Mapping[str, Group]:
        """The groups that tables set side by side: the arms, else the cohorts, else all."""
        if self.arms:
            return {
                key: Group(key, arm.label, GroupKind.ARM, armcd=arm.armcd) for key, arm in self.arms.items()
            }
        if self.cohorts:
            return {
                key: Group(key, cohort.label, GroupKind.COHORT, when=cohort.when)
                for key, cohort in self.cohorts.items()
            }
        return {"All": Group("All", "All subjects", GroupKind.ALL)}

    def phases_of(self, arm: str | None) -> tuple[TreatmentPhase, ...]:
        """Return the treatment phases of an arm, in the order of the file."""
        return tuple(phase for phase in self.treatment if phase.arm in {None, arm})

    @property
    def drugs(self) -> tuple[str, ...]:
        """Return the drugs of the study, each once, in the order of the file."""
        return tuple(dict.fromkeys(drug.name for phase in self.treatment for drug in phase.drugs))


__all__ = [
    "AnalysisSet",
    "Arm",
    "Centres",
    "Cohort",
    "DesignKind",
    "Group",
    "GroupKind",
    "Identity",
    "Imputation",
    "Masking",
    "Period",
    "Study",
]
