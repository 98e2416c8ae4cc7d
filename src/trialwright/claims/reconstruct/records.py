"""One rebuilt data set as SDTM records, every one of them marked RECONSTRUCTED by its study's TS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.claims.reconstruct.treatment import adverse_events, exposure, iso
from trialwright.claims.reconstruct.tumours import scans
from trialwright.claims.recorded import RecordDomain
from trialwright.sdtm.study_data import Origin, StudyData, assemble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.people import Person
    from trialwright.protocol.study import Study

Rows = list[dict[str, Any]]

_CAUSE = "DISEASE UNDER STUDY"
_SINGLE_ARM = "TRT"
_PRIMARY, _METASTASIS = "PRIMARY DIAGNOSIS", "METASTASIS"
_CONSENT_DAY = -2
_THERAPY_DAYS, _SURGERY_DAY = (-180, -60), -200


def study_data(publication: Publication, people: Sequence[Person], study: Study | None = None) -> StudyData:
    """The records of one data set: DM, DS, DD, SS, MH, PR, CM, EX, AE, TU, TR and RS."""
    tables: dict[str, Rows] = {}
    name = study.id if study is not None else publication.study.id
    for person in people:
        base = {"STUDYID": name, "USUBJID": f"{name}-{person.number:03d}"}
        for domain, row in _rows(base, person, study):
            tables.setdefault(domain, []).append(row)
    frames = {domain: pl.DataFrame(rows, infer_schema_length=None) for domain, rows in tables.items()}
    return assemble(frames, Origin.RECONSTRUCTED)


def _rows(base: dict[str, str], person: Person, study: Study | None) -> Iterator[tuple[str, dict[str, Any]]]:
    doses = list(exposure(base, person, study))
    yield "DM", _demographics(base, person, study, max(str(dose["EXENDTC"]) for dose in doses))
    yield from _disposition(base, person)
    yield from _history(base, person)
    for dose in doses:
        yield "EX", dose
    for event in adverse_events(base, person):
        yield "AE", event
    for domain, rows in scans(base, person).items():
        for row in rows:
            yield domain, row


def _demographics(
    base: dict[str, str], person: Person, study: Study | None, last_dose: str
) -> dict[str, Any]:
    course = person.course
    start, end = iso(person, 1), iso(person, course.survival)
    code, label = _arm(person, study)
    return (
        base
        | {"SUBJID": f"{person.number:03d}", "RFSTDTC": start, "RFENDTC": last_dose, "RFXSTDTC": start}
        | {"RFXENDTC": last_dose, "RFICDTC": iso(person, _CONSENT_DAY), "RFPENDTC": end}
        | {"DTHDTC": end if course.died else None, "DTHFL": "Y" if course.died else None}
        | {"SITEID": "01", "AGE": person.age, "AGEU": "YEARS", "SEX": person.sex, "COUNTRY": "UNK"}
        | {"ARMCD": code, "ARM": label, "ACTARMCD": code, "ACTARM": label}
    )


def _arm(person: Person, study: Study | None) -> tuple[str, str]:
    group = person.course.group
    if study is not None and group in study.arms:
        return study.arms[group].armcd[0], study.arms[group].label
    if study is not None:
        return _SINGLE_ARM, " + ".join(drug.name for drug in study.treatment[0].drugs)
    return group or _SINGLE_ARM, group or _SINGLE_ARM


def _disposition(base: dict[str, str], person: Person) -> Iterator[tuple[str, dict[str, Any]]]:
    course, end = person.course, iso(person, person.course.survival)
    milestones = (("INFORMED CONSENT OBTAINED", _CONSENT_DAY), ("ENROLLED", 1), ("RANDOMIZED", 1))
    for term, day in milestones:
        what = {"DSTERM": term, "DSDECOD": term, "DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": iso(person, day)}
        yield "DS", base | what
    status = "DEAD" if course.died else "ALIVE"
    contact = {"SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status", "SSORRES": status, "SSSTRESC": status}
    yield "SS", base | contact | {"SSDTC": end}
    if course.died:
        event = {"DSTERM": "DEATH", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": end}
        yield "DS", base | event
        cause = {"DDTESTCD": "PRCDTH", "DDTEST": "Primary Cause of Death", "DDORRES": _CAUSE}
        yield "DD", base | cause | {"DDSTRESC": _CAUSE, "DDDTC": end}


def _history(base: dict[str, str], person: Person) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the claims count before treatment: diagnosis and metastases, surgery, therapy."""
    for domain, term in dict.fromkeys(person.records):
        if domain is RecordDomain.MH:
            kind = _METASTASIS if "METASTA" in term.upper() else _PRIMARY
            what = {"MHTERM": term, "MHDECOD": term, "MHCAT": kind, "MHDTC": iso(person, _CONSENT_DAY)}
            yield "MH", base | what
        elif domain is RecordDomain.PR:
            day = iso(person, _SURGERY_DAY)
            what = {"PRTRT": term, "PRDECOD": term, "PRCAT": "PRIOR CANCER SURGERY"}
            yield "PR", base | what | {"PRSTDTC": day, "PRENDTC": day}
        elif domain is RecordDomain.CM:
            start, end = (iso(person, day) for day in _THERAPY_DAYS)
            what = {"CMTRT": term, "CMDECOD": term, "CMCAT": "PRIOR ANTI-CANCER THERAPY"}
            yield "CM", base | what | {"CMSTDTC": start, "CMENDTC": end}
