"""All domains of virtual patients together, in memory or chunk by chunk into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.sdtm.study_data import Origin, StudyData, assemble, known_contract
from trialwright.simulate.patients import CHUNK, patients
from trialwright.simulate.records import design, events, exposure, findings, subjects, tumours
from trialwright.simulate.records.cast import Cast

if TYPE_CHECKING:
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan


def subject_domains(plan: TrialPlan, some: Patients, seed: int) -> dict[str, pl.DataFrame]:
    """Make every domain with records by subject."""
    cast = Cast(plan, some)
    adverse = events.ae(cast)
    return {
        "DM": subjects.dm(cast),
        "DS": subjects.ds(cast),
        "EX": exposure.ex(cast, seed),
        "TU": tumours.tu(cast),
        "TR": tumours.tr(cast),
        "RS": tumours.rs(cast),
        "AE": adverse,
        "SUPPAE": events.suppae(cast, adverse),
        "LB": findings.lb(cast),
        "VS": findings.vs(cast),
        "CM": subjects.cm(cast, seed),
        "PR": subjects.pr(cast, seed),
        "MH": subjects.mh(cast),
        "DD": subjects.dd(cast),
        "SS": subjects.ss(cast),
    }


def simulate_study(plan: TrialPlan, *, seed: int, subjects: int, trial: int = 0) -> StudyData:
    """Return one simulated trial as SDTM, marked SIMULATED."""
    parts = [
        subject_domains(plan, some, seed)
        for some in patients(plan, seed=seed, subjects=subjects, chunk=CHUNK, trial=trial)
    ]
    frames = {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
    frames |= design.design_domains(plan, seed)
    full = {name: with_expected(name, frame) for name, frame in frames.items() if frame.height}
    return assemble(full, Origin.SIMULATED)


def with_expected(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the domain with the columns that SDTM expects; what no virtual subject has is null."""
    absent = [
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in known_contract(name).columns
        if column.core != "permissible" and column.name not in frame.columns
    ]
    return frame.with_columns(absent)
