"""Which files of a folder hold which domain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.errors import DataError, InputFileError
from trialwright.findings import Finding, Severity
from trialwright.standards import SUPPLEMENTAL, domain_contract, sdtm_domains

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INGEST_REPORT = "ingest-report"
"""What `ingest` writes beside the data that it made: no dataset, so none that is left unused."""

SUFFIXES = (".parquet", ".csv", ".xpt", ".json", ".ndjson")
_SPLIT = re.compile(rf"^((?:{SUPPLEMENTAL})?[A-Z]{{2}})[A-Z0-9]{{1,2}}$")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """The files of one domain; `split` where they were found as parts such as lbch and lbhe."""

    domain: str
    files: tuple[Path, ...]
    split: bool = False


def choose_files(
    folder: Path, datasets: Mapping[str, str | Sequence[str]] | None = None
) -> tuple[list[Choice], list[Finding]]:
    """The files to read for each domain, and a note for every dataset that is left.

    `datasets` names the file (with or without suffix) or files to read for a domain; where it is
    absent, the file with the domain's own name is read. Letter case does not count.

    Raises:
        InputFileError: the folder cannot be read, or two files claim one domain.
        DataError: `datasets` names an unknown domain, or only a part of its files is there.
    """
    candidates = _candidates(folder)
    declared = {_known(name): stems for name, stems in (datasets or {}).items()}
    choices: dict[str, Choice] = {}
    findings: list[Finding] = []
    for domain, stems in declared.items():
        wanted = [stems] if isinstance(stems, str) else list(stems)
        files = _declared(folder, candidates, domain, wanted)
        if files:
            choices[domain] = Choice(domain, files)
        else:
            findings.append(_absent(domain, wanted))
    for path in candidates:
        domain = path.stem.upper()
        if domain not in choices and domain_contract(domain) is not None:
            choices[domain] = Choice(domain, (_only(folder, candidates, domain, domain),))
    choices |= _splits(folder, candidates, set(choices))
    used = {path for choice in choices.values() for path in choice.files}
    findings += _left([path for path in candidates if path not in used])
    return sorted(choices.values(), key=lambda choice: choice.domain), findings


def _candidates(folder: Path) -> list[Path]:
    if not folder.is_dir():
        problem = "is a file" if folder.is_file() else "does not exist"
        raise InputFileError.at(str(folder), problem, expected="a folder of SDTM datasets")
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InputFileError.at(str(folder), f"cannot be listed: {error.strerror}") from error
    return [
        path
        for path in files
        if path.suffix.lower() in SUFFIXES
        and not path.name.startswith((".", "_"))
        and path.stem != INGEST_REPORT
    ]


def _known(name: str) -> str:
    domain = name.upper()
    if domain_contract(domain) is None:
        known = ", ".join(sdtm_domains())
        raise DataError.at(
            "study.yaml, datasets",
            f"domain {name!r} is unknown",
            expected=f"one of {known} (SUPPDM, SUPPAE …)",
        )
    return domain


def _named(candidates: list[Path], name: str) -> list[Path]:
    """The files of that name, given with or without its suffix."""
    plain = name.upper()
    exact = [path for path in candidates if path.name.upper() == plain]
    return exact or [path for path in candidates if path.stem.upper() == plain]


def _only(folder: Path, candidates: list[Path], domain: str, name: str) -> Path:
    found = _named(candidates, name)
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise InputFileError.at(
            str(folder),
            f"{names} both claim to be {domain}",
            expected="one file a domain",
            remedy=f"remove one, or name it in study.yaml, such as datasets: {{{domain}: {found[0].name}}}",
        )
    return found[0]


def _declared(folder: Path, candidates: list[Path], domain: str, wanted: list[str]) -> tuple[Path, ...]:
    missing = [name for name in wanted if not _named(candidates, name)]
    if missing and len(missing) < len(wanted):
        raise DataError.at(
            str(folder),
            f"{', '.join(missing)} is missing, which study.yaml names as a part of {domain}",
            expected=", ".join(wanted),
            remedy="add the file, or correct `datasets` in study.yaml",
        )
    return () if missing else tuple(_only(folder, candidates, domain, name) for name in wanted)


def _splits(folder: Path, candidates: list[Path], taken: set[str]) -> dict[str, Choice]:
    """Domains that come in parts: names of up to four letters that begin with the domain."""
    parts: dict[str, dict[str, None]] = {}
    for path in candidates:
        match = _SPLIT.match(path.stem.upper())
        domain = match[1] if match else ""
        if domain and domain not in taken and domain_contract(path.stem.upper()) is None:
            parts.setdefault(domain, {})[path.stem.upper()] = None
    return {
        domain: Choice(domain, tuple(_only(folder, candidates, domain, stem) for stem in stems), split=True)
        for domain, stems in parts.items()
        if domain_contract(domain) is not None
    }


def _absent(domain: str, wanted: list[str]) -> Finding:
    what = f"{', '.join(wanted)}, which study.yaml names for {domain}, is not in the folder"
    remedy = f"add it, or correct `datasets` in study.yaml; a file {domain.lower()} is read if there is one"
    return Finding(Severity.NOTE, "DATASET-ABSENT", domain, "", "", what, remedy)


def _left(paths: list[Path]) -> list[Finding]:
    """One note on all datasets that were not read."""
    if not paths:
        return []
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    what = f"{len(paths)} datasets are not used: {', '.join(path.name for path in paths[:_SHOWN])}{more}"
    remedy = "name a file under `datasets` in study.yaml to have it read"
    return [Finding(Severity.NOTE, "DATASET-UNUSED", "", "", "", what, remedy)]
