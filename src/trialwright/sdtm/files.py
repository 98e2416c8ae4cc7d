"""SDTM datasets in a folder: read into StudyData, and written from it."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import InputFileError
from trialwright.files import atomic_folder
from trialwright.findings import Finding, Severity
from trialwright.sdtm.discover import choose_files
from trialwright.sdtm.formats import csv, dataset_json, parquet, xport_read, xport_write
from trialwright.sdtm.formats.dataset import Dataset
from trialwright.sdtm.origin import stated_origin, with_stated_origin
from trialwright.sdtm.study_data import Source, StudyData, assemble, known_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from trialwright.sdtm.discover import Choice
    from trialwright.sdtm.study_data import Origin


class Format(StrEnum):
    """The formats that are written; each is also the suffix that is read, `.json` for Dataset-JSON."""

    PARQUET = "parquet"
    CSV = "csv"
    XPT = "xpt"
    DATASET_JSON = "dataset-json"
    DATASET_NDJSON = "dataset-ndjson"


_READERS: Mapping[str, tuple[Format, Callable[[bytes, str], pl.DataFrame]]] = MappingProxyType(
    {
        ".parquet": (Format.PARQUET, parquet.read),
        ".csv": (Format.CSV, csv.read),
        ".xpt": (Format.XPT, xport_read.read),
        ".json": (Format.DATASET_JSON, dataset_json.read),
        ".ndjson": (Format.DATASET_NDJSON, dataset_json.read),
    }
)
_WRITERS: Mapping[Format, tuple[str, Callable[[Dataset], bytes]]] = MappingProxyType(
    {
        Format.PARQUET: (".parquet", parquet.write),
        Format.CSV: (".csv", csv.write),
        Format.XPT: (".xpt", xport_write.write),
        Format.DATASET_JSON: (".json", dataset_json.write),
        Format.DATASET_NDJSON: (".ndjson", dataset_json.write_ndjson),
    }
)


def read_folder(folder: Path, datasets: Mapping[str, str | Sequence[str]] | None = None) -> StudyData:
    """Read every SDTM dataset of a folder; formats and letter case may be mixed.

    `datasets` (from study.yaml) names the file or files to read for a domain where it is not the
    domain's own name: {"RS": "rs_onco_recist", "LB": ["lbch", "lbhe"]}. Where a named file is not
    there, the file of the domain's own name is read. Datasets that are not used are a note.

    Raises:
        InputFileError: a file is damaged, foreign, or two files claim one domain.
        DataError: there is no subject, or records belong to another domain.
        ContractError: a needed column is missing, or values do not fit their type.
    """
    choices, findings = choose_files(folder, datasets)
    frames: dict[str, pl.DataFrame] = {}
    sources: dict[str, tuple[Source, ...]] = {}
    for choice in choices:
        parts, used, notes = _read_parts(choice)
        findings += notes
        if parts:
            frames[choice.domain] = _concatenate(parts, choice)
            sources[choice.domain] = tuple(used)
    data = assemble(frames, stated_origin(frames), sources)
    return StudyData(data.domains, data.sources, data.origin, (*findings, *data.findings))


def _read_parts(choice: Choice) -> tuple[list[pl.DataFrame], list[Source], list[Finding]]:
    parts, used, notes = [], [], []
    for path in choice.files:
        frame, source = read_dataset(path)
        if choice.split and not _is_part(frame, choice.domain):
            what = f"{path.name} begins with {choice.domain} but its records do not: it is not used"
            remedy = "name it under `datasets` in study.yaml if it belongs to the study"
            notes.append(Finding(Severity.NOTE, "DATASET-UNUSED", choice.domain, "", "", what, remedy))
            continue
        parts.append(frame)
        used.append(source)
    return parts, used, notes


def read_dataset(path: Path) -> tuple[pl.DataFrame, Source]:
    """One dataset as its file has it, with the names and types of the file.

    Raises:
        InputFileError: the file cannot be read, or is not what its suffix says.
    """
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise InputFileError.at(path.name, f"cannot be read: {error.strerror}") from error
    form, reader = _READERS[path.suffix.lower()]
    if not payload:
        raise InputFileError.at(
            path.name, "is empty", expected="an SDTM dataset", remedy="export the file again"
        )
    frame = reader(payload, path.name)
    return frame, Source(path.name, form.value, hashlib.sha256(payload).hexdigest(), frame.height)


def _is_part(frame: pl.DataFrame, domain: str) -> bool:
    """Whether every record says that it is of that domain."""
    columns = {name.upper(): name for name in frame.columns}
    own = columns.get("RDOMAIN" if domain.startswith("SUPP") else "DOMAIN")
    if own is None or frame.is_empty():
        return False
    return frame[own].cast(pl.String).unique().to_list() == [domain.removeprefix("SUPP")]


def _concatenate(parts: list[pl.DataFrame], choice: Choice) -> pl.DataFrame:
    """The parts of a split domain, one after the other; a column that one part lacks is empty there."""
    if len(parts) == 1:
        return parts[0]
    renamed = [part.rename(str.upper) for part in parts]
    try:
        return pl.concat(renamed, how="diagonal_relaxed")
    except pl.exceptions.PolarsError as error:
        names = ", ".join(path.name for path in choice.files)
        raise InputFileError.at(
            names,
            f"the parts of {choice.domain} differ in their columns ({error})",
            remedy="export them alike",
        ) from error


def write_folder(data: StudyData, folder: Path, form: Format) -> None:
    """Write each domain to `folder`: all of them, or nothing.

    Columns without any value are left out unless SDTM requires or expects them. The same data give
    the same bytes.

    Raises:
        DataError: a name, label, text or number does not fit the format.
        ArgumentError: the folder holds files that Trialwright did not write.
    """
    suffix, writer = _WRITERS[Format(form)]
    with atomic_folder(folder, "sdtm") as temporary:
        for name, frame in with_stated_origin(data.domains, data.origin).items():
            dataset = as_dataset(name, frame, data.origin)
            (temporary / f"{name.lower()}{suffix}").write_bytes(writer(dataset))


def as_dataset(name: str, frame: pl.DataFrame, origin: Origin) -> Dataset:
    """The domain as it is written, with its labels and origin."""
    contract = known_contract(name)
    keep = [
        column
        for column in frame.columns
        if frame[column].null_count() < frame.height
        or ((known := contract.column(column)) is not None and known.core != "permissible")
    ]
    labels = {column.name: column.label for column in contract.columns}
    return Dataset(name, contract.label, frame.select(keep), labels, contract.keys, origin.value)
