"""StudyData: the one shape in which recorded, simulated and reconstructed studies meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialwright.errors import DataError
from trialwright.sdtm.lesion_units import in_millimetres
from trialwright.sdtm.normalise import normalise
from trialwright.standards import domain_contract, sdtm_domains

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from trialwright.findings import Finding
    from trialwright.standards import DomainContract

_SHOWN = 3


class Origin(StrEnum):
    """Where the records come from."""

    RECORDED = "recorded"
    SIMULATED = "simulated"
    RECONSTRUCTED = "reconstructed"


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read: its name, format, SHA-256 and number of records."""

    name: str
    format: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class StudyData:
    """The SDTM domains of one study, each with every column of its contract.

    Text is String with null for nothing, numbers are Float64, --SEQ is Int64. Dates are the ISO 8601
    text of SDTM, partial ones included. Make one with `assemble` or `sdtm.files.read_folder`.
    """

    domains: Mapping[str, pl.DataFrame]
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=lambda: MappingProxyType({}))
    origin: Origin = Origin.RECORDED
    findings: tuple[Finding, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the study has at least one record of this domain."""
        return name in self.domains and not self.domains[name].is_empty()

    def domain(self, name: str) -> pl.DataFrame:
        """The records of a domain; without any, an empty frame with the columns of its contract.

        Raises:
            DataError: no contract describes a domain of this name.
        """
        if name in self.domains:
            return self.domains[name]
        return known_contract(name).frame_contract().empty()

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of DM, in its order."""
        return tuple(self.domain("DM")["USUBJID"])


def known_contract(name: str) -> DomainContract:
    """The contract of a domain.

    Raises:
        DataError: no contract describes a domain of this name.
    """
    contract = domain_contract(name)
    if contract is None:
        known = ", ".join(sdtm_domains())
        raise DataError.at("", f"domain {name!r} is unknown", expected=f"one of {known}")
    return contract


def assemble(
    frames: Mapping[str, pl.DataFrame],
    origin: Origin = Origin.RECORDED,
    sources: Mapping[str, tuple[Source, ...]] | None = None,
) -> StudyData:
    """Bring frames into the one shape: contract columns and types, lengths of lesions in mm.

    `frames` is by domain name in upper case. What was changed on the way is in `findings`.

    Raises:
        DataError: there is no subject, or a subject occurs twice in DM.
        ContractError: a column that is needed is missing, or values do not fit its type.
    """
    files = sources or {}
    domains: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    for name in sorted(frames):
        where = ", ".join(source.name for source in files.get(name, ())) or name
        domains[name], found = normalise(frames[name], known_contract(name), where)
        findings += found
    if "TR" in domains:
        domains["TR"], found = in_millimetres(domains["TR"])
        findings += found
    _require_subjects(domains, files)
    return StudyData(MappingProxyType(domains), MappingProxyType(dict(files)), origin, tuple(findings))


def _require_subjects(domains: Mapping[str, pl.DataFrame], files: Mapping[str, tuple[Source, ...]]) -> None:
    where = ", ".join(source.name for source in files.get("DM", ())) or "DM"
    if "DM" not in domains:
        raise DataError.at(
            "",
            "the study has no DM",
            expected="demographics with one record for each subject",
            remedy="add a dataset DM (dm.csv, dm.xpt, dm.json or dm.parquet)",
        )
    subjects = domains["DM"]["USUBJID"]
    if subjects.is_empty():
        raise DataError.at(
            where,
            "DM has no records",
            expected="one record for each subject",
            remedy="add the subjects to DM",
        )
    repeated = subjects.filter(subjects.is_duplicated()).unique(maintain_order=True)
    if len(repeated):
        shown = ", ".join(repeated.head(_SHOWN))
        raise DataError.at(
            where,
            f"{len(repeated)} subjects occur more than once in DM: {shown}",
            expected="one record for each subject",
            remedy="keep one record for each USUBJID",
        )
