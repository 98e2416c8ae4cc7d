"""From a study and a folder of data to datasets, results and pages: what the commands call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.files import atomic_folder
from trialwright.findings import Severity
from trialwright.pilot import PILOT_STUDIES, sdtm_folder
from trialwright.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trialwright.analyse.results import Results
    from trialwright.biomarkers.neoantigens import Sequencing
    from trialwright.derive.adam import Adam
    from trialwright.findings import Finding
    from trialwright.progress import Progress
    from trialwright.protocol.published import Publication
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import Source, StudyData

OWN_DATA = "sdtm"
"""The folder of a study's own data, beside its study.yaml."""

ADAM_DATASETS = ("adsl", "adtr", "adrs", "adtte", "adae", "adlb", "adex")
FORMATS = ("html",)
REPORT = "report.html"
RESULTS = "results.parquet"
SOFTWARE = ("trialwright", "polars", "numpy", "numba")


@dataclass(frozen=True)
class Loaded:
    """A study with its data and everything derived from them."""

    study: Study
    data: StudyData
    adam: Adam
    publication: Publication | None = None
    sequencing: Sequencing | None = None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that reading, checking and deriving found."""
        return all_findings(self.study, self.data, self.adam.findings)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


def read(study: str, data: Path | None, progress: Progress | None = None) -> tuple[Study, StudyData]:
    """Read a study and its data.

    Args:
        study: A folder with study.yaml, or a gallery name.
        data: A folder of SDTM datasets; the study's own data where None.
        progress: Told of each step.

    Raises:
        TrialwrightError: the study file or the data are wrong, or there are no data.
    """
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)
    from trialwright.sdtm.files import read_folder  # noqa: PLC0415 (heavy)

    steps = progress or Silent()
    with steps.step("Reading the study"):
        protocol = read_study(study)
    with steps.step("Reading the data"):
        return protocol, _own_data(protocol) if data is None else read_folder(data, protocol.datasets)


def has_own_data(study: Study) -> bool:
    """Whether a study comes with data: beside its file (SDTM or a mapped source) or in a package."""
    from trialwright.ingest.run import has_own_source  # noqa: PLC0415 (heavy)

    return study.id in PILOT_STUDIES or (study.folder / OWN_DATA).is_dir() or has_own_source(study)


def _own_data(study: Study) -> StudyData:
    """Read a study's own data: its SDTM, else what its mapping makes of its source; never a simulation."""
    from trialwright.ingest.run import has_own_source, ingest_study  # noqa: PLC0415 (heavy)
    from trialwright.sdtm.files import read_folder  # noqa: PLC0415 (heavy)

    own = study.folder / OWN_DATA
    if own.is_dir():
        return read_folder(own, study.datasets)
    if has_own_source(study):
        return ingest_study(study).data
    if study.id in PILOT_STUDIES:
        return read_folder(sdtm_folder(), study.datasets)
    raise ArgumentError.at(
        study.id,
        "no data",
        expected=f"--data with a folder of SDTM datasets; a folder {OWN_DATA}, or a mapping.yaml with its "
        "source, beside study.yaml",
        remedy=f"for virtual patients: trialwright simulate {study.id} --out DIR",
    )


def simulate(study: str, out: Path, seed: int, progress: Progress | None = None) -> None:
    """Write a trial of the published size as SDTM, from the study's assumptions.

    Raises:
        StudyFileError: the study has no assumptions, or they do not fit it.
    """
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)
    from trialwright.simulate.read import read_assumptions  # noqa: PLC0415 (heavy)
    from trialwright.simulate.write import write_simulation  # noqa: PLC0415 (heavy)

    protocol = read_study(study)
    assumptions = read_assumptions(protocol)
    with (progress or Silent()).step("Simulating virtual patients"):
        write_simulation(protocol, assumptions, out, seed=seed, subjects=None, progress=_unheard)


def _unheard(_line: str) -> None:
    """Leave the telling to the step."""


def load(study: str, data: Path | None, progress: Progress | None = None) -> Loaded:
    """Read a study, its data and what was published of it, and derive the analysis datasets."""
    from trialwright.protocol.published import read_published  # noqa: PLC0415 (heavy)

    protocol, records = read(study, data, progress)
    publication = read_published(protocol)
    steps = progress or Silent()
    with steps.step("Loading the compiled rules (the first run after installation compiles them)"):
        from trialwright.derive.adam import derive_all  # noqa: PLC0415 (heavy)
    with steps.step("Deriving responses and times to event"):
        adam = derive_all(protocol, records)
    sequencing = _sequencing(protocol, data or protocol.folder / OWN_DATA)
    return Loaded(protocol, records, adam, publication, sequencing)


def _sequencing(study: Study, folder: Path) -> Sequencing | None:
    """Read the neoantigens beside the data, where the study relates fitness to outcome."""
    from trialwright.biomarkers.sequencing import read_sequencing  # noqa: PLC0415 (heavy)

    fitness = study.biomarkers.fitness
    return None if fitness is None else read_sequencing(fitness, folder)


def write_adam(loaded: Loaded, out: Path) -> list[str]:
    """Write the analysis datasets as Parquet, all or none; return the names of the files."""
    written = []
    with atomic_folder(out, "adam") as folder:
        for name in ADAM_DATASETS:
            frame = getattr(loaded.adam, name)
            metadata = {"study": loaded.study.id, "origin": loaded.data.origin.value}
            frame.write_parquet(folder / f"{name}.parquet", metadata=metadata)
            written.append(f"{name}.parquet")
    return written


def analyse(loaded: Loaded, progress: Progress | None = None) -> Results:
    """Compute the results table."""
    from trialwright.analyse.run import analyse as run  # noqa: PLC0415 (heavy)

    with (progress or Silent()).step("Analysing"):
        return run(loaded.study, loaded.adam, loaded.data, loaded.publication, loaded.sequencing)


def all_findings(study: Study, data: StudyData, derived: Sequence[Finding] = ()) -> tuple[Finding, ...]:
    """Everything that reading, checking and deriving found."""
    from trialwright.sdtm.conformance import check  # noqa: PLC0415 (heavy)

    return (*data.findings, *check(data, study), *derived)


def known_formats(formats: Sequence[str]) -> Sequence[str]:
    """Return the formats of a report if all can be written.

    Raises:
        ArgumentError: a format that cannot.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        asked = repr(unknown[0]) if unknown else "no format"
        raise ArgumentError.at("--format", asked, expected=f"one of {', '.join(FORMATS)}")
    return formats


def _sources(loaded: Loaded) -> dict[str, tuple[Source, ...]]:
    """Name every file that was read, by dataset."""
    sequencing = loaded.sequencing.sources if loaded.sequencing is not None else ()
    return {**loaded.data.sources, **({"Sequencing": sequencing} if sequencing else {})}


def write_report(loaded: Loaded, out: Path, formats: Sequence[str], progress: Progress | None = None) -> Path:
    """Write the report and the results behind it; return the report's path."""
    known_formats(formats)
    from trialwright.analyse.write import write_results  # noqa: PLC0415 (heavy)
    from trialwright.report.document import render_html  # noqa: PLC0415 (heavy)
    from trialwright.report.inputs import ReportInput  # noqa: PLC0415 (heavy)

    steps = progress or Silent()
    results = analyse(loaded, steps)
    with steps.step("Checking the data"):
        findings = (*loaded.findings, *results.findings)
    given = ReportInput(
        study=loaded.study,
        results=results,
        adam=loaded.adam,
        sources=_sources(loaded),
        findings=findings,
        versions={name: version(name) for name in SOFTWARE},
        citation=loaded.publication.citation if loaded.publication else "",
    )
    with steps.step("Writing the report"), atomic_folder(out, "report") as folder:
        (folder / REPORT).write_text(render_html(given), encoding="utf-8")
        write_results(results, folder / RESULTS)
    return out / REPORT
