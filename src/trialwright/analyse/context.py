"""What every section of the analysis reads: the study, the ADaM frames, groups and populations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import TOTAL
from trialwright.derive.adsl import set_flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.derive.adam import Adam
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

SCREENED = "screened"
ENROLLED = "enrolled"
FULL_SET = "full"
SAFETY_SET = "safety"
_ENROLMENT_DATES = ("RANDDT", "ENRLDT", "TRTSDT")


@dataclass(frozen=True)
class Context:
    """One study's derived data, with its subjects sorted into groups and populations."""

    study: Study
    adam: Adam
    data: StudyData

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Every subject of adsl, sorted."""
        return tuple(sorted(self.adam.adsl["USUBJID"].to_list()))

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """The group of each subject; "" for who belongs to none."""
        frame = self.adam.adsl.select("USUBJID", pl.col("GROUP").fill_null(""))
        return dict(frame.iter_rows())

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The columns of a table: the study's groups, then Total; Total alone where there is one group."""
        declared = tuple(self.study.groups)
        return (*declared, TOTAL) if len(declared) > 1 else (TOTAL,)

    @cached_property
    def populations(self) -> Mapping[str, frozenset[str]]:
        """The subjects screened, enrolled, and of each analysis set."""
        adsl = self.adam.adsl
        enrolled = pl.any_horizontal(pl.col(name).is_not_null() for name in _ENROLMENT_DATES)
        found = {
            SCREENED: frozenset(self.subjects),
            ENROLLED: frozenset(adsl.filter(enrolled)["USUBJID"]),
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

    def members(self, population: str, group: str = TOTAL) -> list[str]:
        """Give the subjects of a population and group, sorted."""
        chosen = self.populations[population]
        return [
            subject
            for subject in self.subjects
            if subject in chosen and (group == TOTAL or self.group_of[subject] == group)
        ]
