"""Virtual patients into a folder of Parquet files: chunk by chunk, whole or not at all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import polars as pl

from trialwright.files import atomic_folder
from trialwright.sdtm.files import Format, write_folder
from trialwright.simulate.patients import CHUNK, patients
from trialwright.simulate.plan import make_plan
from trialwright.simulate.records.assemble import simulate_study, subject_domains, with_expected
from trialwright.simulate.records.design import SIMULATED, design_domains
from trialwright.stats.random_streams import check_seed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trialwright.protocol.study import Study
    from trialwright.simulate.plan import TrialPlan
    from trialwright.simulate.scenario import Assumptions

PARTS = ".parts"
KIND = "sdtm"
METADATA = {"origin": SIMULATED, "writer": "trialwright simulate"}


def write_simulation(
    study: Study,
    assumptions: Assumptions,
    folder: Path,
    *,
    seed: int,
    subjects: int | None,
    progress: Callable[[str], None],
) -> None:
    """Write one simulated trial as SDTM, of the assumptions' size if no other is given.

    Above one chunk of subjects the memory does not grow.

    Raises:
        ArgumentError: the seed or the number of subjects is outside its range, or the folder holds
            files of others.
        StudyFileError: the assumptions do not fit the study.
    """
    plan = make_plan(study, assumptions)
    subjects = assumptions.subjects if subjects is None else subjects
    check_seed(seed)
    if subjects <= CHUNK:
        progress(f"{subjects} virtual subjects")
        write_folder(simulate_study(plan, seed=seed, subjects=subjects), folder, Format.PARQUET)
        return
    with atomic_folder(folder, KIND) as temporary:
        parts = temporary / PARTS
        parts.mkdir()
        names = _write_parts(plan, parts, seed, subjects, progress)
        for name in names:
            progress(f"joining {name}")
            found = sorted(parts.glob(f"{name.lower()}-*.parquet"))
            pl.scan_parquet(found).sink_parquet(
                temporary / f"{name.lower()}.parquet", maintain_order=True, metadata=METADATA
            )
        shutil.rmtree(parts)
        for name, frame in design_domains(plan, seed).items():
            if frame.height:
                with_expected(name, frame).write_parquet(
                    temporary / f"{name.lower()}.parquet", metadata=METADATA
                )


def _write_parts(
    plan: TrialPlan, parts: Path, seed: int, subjects: int, progress: Callable[[str], None]
) -> list[str]:
    """Write each chunk of each domain as a file of its own; return the domains that have records."""
    names: dict[str, None] = {}
    done = 0
    for number, some in enumerate(patients(plan, seed=seed, subjects=subjects, chunk=CHUNK)):
        for name, frame in subject_domains(plan, some, seed).items():
            if frame.height:
                names[name] = None
                with_expected(name, frame).write_parquet(parts / f"{name.lower()}-{number:06d}.parquet")
        done += len(some.subjects)
        progress(f"{done} of {subjects} virtual subjects")
    return list(names)
