"""What every section of the analysis reads: the study, the ADaM frames, groups and populations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import TOTAL
from trialwright.derive.adam import derive_all
from trialwright.derive.adsl import set_flag
from trialwright.protocol import duration
from trialwright.protocol.study import GroupKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.biomarkers.neoantigens import Sequencing
    from trialwright.derive.adam import Adam
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

SCREENED = "screened"
ENROLLED = "enrolled"
FULL_SET = "full"
SAFETY_SET = "safety"
AS_PLANNED, AS_TREATED = "GROUP", "GROUPA"
_COLUMN_OF_KIND = {GroupKind.ARM.value: "TRT01P", GroupKind.COHORT.value: "COHORT"}


@dataclass(frozen=True)
class Context:
    """One study's derived data, with its subjects sorted into groups and populations."""

    study: Study
    adam: Adam
    data: StudyData
    sequencing: Sequencing | None = None
    group_column: str = AS_PLANNED
    """The column of adsl that names a subject's group."""

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Every subject of adsl, sorted."""
        return tuple(sorted(self.adam.adsl["USUBJID"].to_list()))

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """The group of each subject; "" for who belongs to none."""
        frame = self.adam.adsl.select("USUBJID", pl.col(self.group_column).fill_null(""))
        return dict(frame.iter_rows())

    @cached_property
    def as_treated(self) -> Context:
        """The same study with its subjects in the arm whose treatment they received: for safety."""
        return replace(self, group_column=AS_TREATED)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The columns of a table: the study's groups, then Total; Total alone where there is one group."""
        return self.columns()

    def column_of(self, subject: str) -> str:
        """Give the column of the tables in which a subject stands beside Total."""
        group = self.group_of[subject]
        return group if group in self.split() else TOTAL

    @cached_property
    def populations(self) -> Mapping[str, frozenset[str]]:
        """The subjects screened, enrolled, and of each analysis set."""
        adsl = self.adam.adsl
        found = {
            SCREENED: frozenset(self.subjects),
            ENROLLED: frozenset(adsl.filter(pl.col("ENRLFL") == "Y")["USUBJID"]),
        }
        for name in self.study.analysis_sets:
            found[name] = frozenset(adsl.filter(pl.col(set_flag(name)) == "Y")["USUBJID"])
        return found

    @cached_property
    def main_population(self) -> str:
        """The set of the baseline table: `full` if declared, else the first set, else the enrolled."""
        sets = tuple(self.study.analysis_sets)
        if FULL_SET in sets:
            return FULL_SET
        return sets[0] if sets else ENROLLED

    def members(self, population: str, group: str = TOTAL, by: str | None = None) -> list[str]:
        """Give the subjects of a population and group, sorted; `by` is where the group comes from."""
        chosen = self.populations[population]
        if group == TOTAL:
            return [subject for subject in self.subjects if subject in chosen]
        inside = self.split(by)[group]
        return [subject for subject in self.subjects if subject in chosen and subject in inside]

    def columns(self, by: str | None = None) -> tuple[str, ...]:
        """Give the groups of an endpoint's table: those of the study, those it asks for, Total."""
        return (*self.split(by), TOTAL)

    def split(self, by: str | None = None) -> Mapping[str, frozenset[str]]:
        """Give the groups without Total: the study's, then those of `by` where that is something else.

        A group of `by` is named "cohort: A", so that it never meets a group of the study.
        """
        if by not in self._splits:
            self._splits[by] = self._own_groups() | self._groups_of(by)
        return self._splits[by]

    @cached_property
    def _splits(self) -> dict[str | None, dict[str, frozenset[str]]]:
        return {}

    def _own_groups(self) -> dict[str, frozenset[str]]:
        if len(self.study.groups) == 1:
            return {}
        return {
            name: frozenset(one for one, group in self.group_of.items() if group == name)
            for name in self.study.groups
        }

    def _groups_of(self, by: str | None) -> dict[str, frozenset[str]]:
        if by is None or by == next(iter(self.study.groups.values())).kind:
            return {}
        column = _COLUMN_OF_KIND.get(by, f"BL_{by}")
        values = self.adam.adsl.select("USUBJID", pl.col(column).cast(pl.String)).drop_nulls()
        return {
            f"{by}: {category}": frozenset(values.filter(pl.col(column) == category)["USUBJID"])
            for category in self._categories(by, set(values[column]))
        }

    def _categories(self, by: str, present: set[str]) -> list[str]:
        """The categories of `by`: as declared, also where nobody is in them; then those only in the data."""
        declared: tuple[str, ...] = tuple(self.study.cohorts) if by == GroupKind.COHORT else ()
        if by == GroupKind.ARM:
            declared = tuple(self.study.arms)
        declared = next((one.levels for one in self.study.baseline if one.name == by), declared)
        return [*declared, *sorted(present - set(declared))]

    @cached_property
    def _rederived(self) -> dict[int, pl.DataFrame]:
        return {self.study.response.minimum_sd_days: self.adam.adrs}

    def adrs(self, minimum_sd_days: int | None = None) -> pl.DataFrame:
        """Give adrs under the study's rules, or derived again with another minimum duration of SD."""
        days = self.study.response.minimum_sd_days if minimum_sd_days is None else minimum_sd_days
        if days not in self._rederived:
            rules = self.study.response.model_copy(update={"minimum_sd": duration.days(days)})
            study = self.study.model_copy(update={"response": rules})
            self._rederived[days] = derive_all(study, self.data).adrs
        return self._rederived[days]
