"""What a report is made from, and how its groups, sets and endpoints are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialwright.analyse.results import TOTAL, Results
from trialwright.analyse.vocabulary import statistics
from trialwright.report.ledger import Ledger, Row, unique
from trialwright.report.protocol_words import endpoint_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trialwright.derive.adam import Adam
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import Source

_MARK_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "SIMULATED": "no patient stands behind these data; they come from a simulation.",
        "RECONSTRUCTED": "these data were reconstructed from published figures and are no patients' records.",
    }
)
_VERSUS = " vs "
_OWN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "BOR": "Best response, unconfirmed",
        "CBOR": "Best response, confirmed",
        "SDIAM": "Sum of target diameters",
        "disposition": "Disposition",
        "exposure": "Exposure",
    }
)


@dataclass(frozen=True)
class ReportInput:
    """Everything a report shows; nothing else, not even the time of day, has a part in it.

    `sources` are the files read, by domain (`StudyData.sources`); `versions` maps the software used to
    its version. Whether the data are recorded or simulated stands in `results.origin`. `citation` names
    the publication whose figures are in `results.published`.
    """

    study: Study
    results: Results
    adam: Adam
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""


@dataclass(frozen=True)
class Page:
    """The input with its results numbered, and the names that people read."""

    given: ReportInput
    total: str = TOTAL

    @property
    def study(self) -> Study:
        """The study file."""
        return self.given.study

    @cached_property
    def ledger(self) -> Ledger:
        """The rows of the results."""
        return Ledger.of(self.given.results.table)

    @property
    def mark(self) -> str:
        """What every figure, table and page must say: SIMULATED, RECONSTRUCTED, or nothing."""
        origin = self.given.results.origin.upper()
        return "" if origin == "RECORDED" else origin

    @property
    def mark_note(self) -> str:
        """The mark in a sentence."""
        return _MARK_NOTES.get(self.mark, "these are not records of patients.")

    @cached_property
    def group_places(self) -> Mapping[str, int]:
        """The place of each group in the study's order, which gives its colour."""
        return {name: place for place, name in enumerate(self.study.groups)}

    def group_label(self, group: str) -> str:
        """A group, the total or a comparison in words."""
        if _VERSUS in group:
            return " against ".join(self.group_label(part) for part in group.split(_VERSUS))
        if group == self.total:
            return "All subjects"
        return self.study.groups[group].label if group in self.study.groups else group

    def set_label(self, name: str) -> str:
        """An analysis set in words."""
        known = self.study.analysis_sets
        return known[name].label if name in known else name

    def endpoint_label(self, name: str) -> str:
        """An endpoint in words; the sections' own names (BOR, disposition) too."""
        return _OWN_NAMES.get(name) or endpoint_label(name, self.study.endpoints.get(name))

    def baseline_label(self, name: str) -> str:
        """A baseline variable as the study labels it, with its unit."""
        known = next((variable for variable in self.study.baseline if variable.name == name), None)
        if known is None:
            return name
        return f"{known.label}, {known.unit}" if known.unit else known.label

    def category_label(self, variable: str, category: str) -> str:
        """A category of a baseline variable as the study wants it printed."""
        known = next((v for v in self.study.baseline if v.name == variable), None)
        return known.labels.get(category, category) if known is not None else category

    @cached_property
    def _other_names(self) -> list[str]:
        """The names of tables that the study file does not declare."""
        return unique(name for row in self.ledger.rows for name in (row.endpoint, row.variant))

    def slug(self, name: str) -> str:
        """A name as part of an anchor: letters and digits, and a number that keeps names apart."""
        kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
        names = unique([*self.study.endpoints, *self.study.analysis_sets, *self._other_names])
        same = [n for n in names if n != name and n.lower() == name.lower()]
        plain = kept.replace("-", "") and kept == name.lower() and not same
        return kept if plain else f"{kept}-{names.index(name) if name in names else len(names)}"

    def statistic_label(self, statistic: str) -> str:
        """A statistic as the rulebook labels it."""
        return statistics()[statistic].label

    def groups_of(self, rows: Iterable[Row]) -> list[str]:
        """The groups that occur in these rows, without comparisons: the study's order, then the total."""
        present = unique(row.group for row in rows if _VERSUS not in row.group)
        declared = [name for name in self.study.groups if name in present]
        others = [name for name in present if name not in declared and name != self.total]
        return declared + others + [name for name in present if name == self.total]

    def is_comparison(self, row: Row) -> bool:
        """Whether a row sets one group against another."""
        return _VERSUS in row.group
