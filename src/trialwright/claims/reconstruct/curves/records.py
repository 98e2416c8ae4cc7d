"""Subjects rebuilt from curves as SDTM records: what the curves say, and nothing that they do not.

A curve of PFS gives scans, and progression on the day of its event; a curve of OS gives deaths. Where only
one of the two is there, the other is unknown: without OS nobody is recorded as dead.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.claims.calendar import window
from trialwright.claims.reconstruct.curves.pair import pair
from trialwright.sdtm.study_data import Origin, StudyData, assemble

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.curves.pair import Pairing
    from trialwright.claims.reconstruct.curves.rebuild import Rebuilding

FIRST_SCAN, EVERY, LAST_GAP = 43, 42, 14
_START = dt.date(2000, 1, 1)
_NOT_GROWN, _GROWN = 50.0, 75.0

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Course:
    """Days from 1: the last day known and whether it is death, the end of PFS and whether it is an event."""

    last: int
    died: bool
    free: int | None
    failed: bool


def pairings(rebuilding: Rebuilding) -> dict[str, Pairing]:
    """Each arm with curves of both OS and PFS, paired."""
    found = {}
    for group in rebuilding.groups:
        early, late = rebuilding.of(group, "PFS"), rebuilding.of(group, "OS")
        if early is not None and late is not None:
            found[group] = pair(early.sets[0], late.sets[0])
    return found


def study_data(publication: Publication, rebuilding: Rebuilding) -> StudyData:
    """The records of the central data set: DM, EX, DS, SS, DD, TU, TR and RS."""
    tables: Rows = {name: [] for name in ("DM", "EX", "DS", "SS", "DD", "TU", "TR", "RS")}
    paired = pairings(rebuilding)
    start = _first_day(publication)
    number = 0
    for group in rebuilding.groups:
        for course in _courses(rebuilding, group, paired.get(group)):
            number += 1
            subject = f"{publication.study.id}-{number:03d}"
            base = {"STUDYID": publication.study.id, "USUBJID": subject}
            _person(tables, base | {"SUBJID": f"{number:03d}"}, course, group, start)
            if course.free is not None:
                _scans(tables, base, course, start)
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}
    return assemble(frames, Origin.RECONSTRUCTED)


def _courses(rebuilding: Rebuilding, group: str, paired: Pairing | None) -> list[_Course]:
    early, late = rebuilding.of(group, "PFS"), rebuilding.of(group, "OS")
    if late is None:
        assert early is not None  # a group has a curve at least
        one = early.sets[0]
        pairs = zip(one.days.tolist(), one.events.tolist(), strict=True)
        return [_Course(day, died=False, free=day, failed=bool(event)) for day, event in pairs]
    deaths = zip(late.sets[0].days.tolist(), late.sets[0].events.tolist(), strict=True)
    if paired is None:
        return [_Course(day, died=bool(event), free=None, failed=False) for day, event in deaths]
    ends = zip(paired.early.days.tolist(), paired.early.events.tolist(), strict=True)
    return [
        _Course(day, died=bool(event), free=free, failed=bool(failed))
        for (day, event), (free, failed) in zip(deaths, ends, strict=True)
    ]


def _first_day(publication: Publication) -> dt.date:
    """Everybody's first day: the first day of accrual where it is printed."""
    accrual = publication.study.accrual
    found = window(accrual[0]) if accrual and accrual[0] else None
    return found.first if found else _START


def _person(tables: Rows, base: dict[str, str], course: _Course, group: str, start: dt.date) -> None:
    first, end = start.isoformat(), _day(start, course.last)
    arm = {"ARMCD": group, "ARM": group, "ACTARMCD": group, "ACTARM": group}
    dates = {"RFSTDTC": first, "RFXSTDTC": first, "RFICDTC": first, "RFPENDTC": end}
    death = {"DTHDTC": end if course.died else None, "DTHFL": "Y" if course.died else None}
    tables["DM"].append(base | arm | dates | death | {"SITEID": "01", "SEX": "U", "COUNTRY": "UNK"})
    base = {name: base[name] for name in ("STUDYID", "USUBJID")}
    dose = {"EXTRT": "STUDY TREATMENT", "EXDOSE": 1.0, "EXDOSU": "mg", "EXSTDTC": first, "EXENDTC": first}
    tables["EX"].append(base | dose)
    for term in ("ENROLLED", "RANDOMIZED"):
        milestone = {"DSTERM": term, "DSDECOD": term, "DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": first}
        tables["DS"].append(base | milestone)
    status = "DEAD" if course.died else "ALIVE"
    contact = {"SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status", "SSORRES": status, "SSSTRESC": status}
    tables["SS"].append(base | contact | {"SSDTC": end})
    if course.died:
        event = {"DSTERM": "DEATH", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": end}
        tables["DS"].append(base | event)
        cause = {"DDTESTCD": "PRCDTH", "DDTEST": "Primary Cause of Death", "DDORRES": "UNKNOWN"}
        tables["DD"].append(base | cause | {"DDSTRESC": "UNKNOWN", "DDDTC": end})


def _shown(course: _Course) -> list[tuple[int, str]]:
    """The days of the scans and what each shows, to the end of PFS."""
    assert course.free is not None  # asked for only where PFS is known
    scans = [(day, "SD") for day in range(FIRST_SCAN, course.free - LAST_GAP, EVERY)]
    if course.died and course.failed and course.free == course.last:
        return scans or [(max(course.free - 1, 1), "SD")]
    return [*scans, (course.free, "PD" if course.failed else "SD")]


def _scans(tables: Rows, base: dict[str, str], course: _Course, start: dt.date) -> None:
    lesion = {"TULNKID": "T01", "TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification", "TUORRES": "TARGET"}
    where = {"TUSTRESC": "TARGET", "TULOC": "LIVER", "TUMETHOD": "CT SCAN", "TUEVAL": "INVESTIGATOR"}
    before = {"VISITNUM": 0.0, "VISIT": "SCREENING"}
    tables["TU"].append(base | lesion | where | before | {"TUDTC": _day(start, 0)})
    for number, (day, shows) in enumerate([(0, ""), *_shown(course)]):
        visit = {"VISITNUM": 100.0 + number, "VISIT": f"SCAN {number}"} if number else before
        size = _GROWN if shows == "PD" else _NOT_GROWN
        test = {"TRGRPID": "TARGET", "TRLNKID": "T01", "TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter"}
        result = {"TRORRES": f"{size:g}", "TRORRESU": "mm", "TRSTRESC": f"{size:g}", "TRSTRESN": size}
        read = {"TRSTRESU": "mm", "TRMETHOD": "CT SCAN", "TREVAL": "INVESTIGATOR", "TRDTC": _day(start, day)}
        tables["TR"].append(base | test | result | read | visit)
        if number:
            response = {"RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSCAT": "RECIST 1.1"}
            said = {"RSORRES": shows, "RSSTRESC": shows, "RSEVAL": "INVESTIGATOR", "RSDTC": _day(start, day)}
            tables["RS"].append(base | response | said | visit)


def _day(start: dt.date, day: int) -> str:
    return (start + dt.timedelta(days=day - 1)).isoformat()
