"""Small studies typed in: `protocol(...)` makes a study file, `sdtm(...)` its records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from trialwright.protocol.study import Study
from trialwright.sdtm.study_data import StudyData, assemble

BASE: dict[str, Any] = {
    "study": {"id": "small", "title": "A small study", "phase": "II", "design": "single-arm"},
    "assessments": {"tumour": {"every": "6 weeks", "window": "7 days"}},
    "response": {"source": "lesions", "reference_date": "first dose"},
    "analysis_sets": {"full": "enrolled", "safety": "treated", "evaluable": "treated and assessed"},
    "endpoints": {
        "PFS": {"type": "time-to-event", "start": "first dose", "events": ["progression", "death"]},
        "OS": {"type": "time-to-event", "start": "first dose", "events": ["death"]},
    },
}


def _protocol(**parts: Any) -> Study:
    return Study.model_validate(BASE | parts)


def _sdtm(subjects: str = "S1", **domains: list[dict[str, Any]]) -> StudyData:
    """Records by domain; each subject is in DM and had a first dose on 2021-01-01 unless EX is given."""
    names = subjects.split()
    dm = [
        {"USUBJID": name, "SUBJID": name, "ARMCD": "A", "ARM": "A", "SEX": "F", "AGE": 60.0} for name in names
    ]
    given = {"DM": dm, "EX": [dose(name) for name in names]} | domains
    frames = {}
    for domain, records in given.items():
        numbered = [
            {"STUDYID": "SMALL", "DOMAIN": domain, f"{domain}SEQ": place + 1, **record}
            if domain != "DM"
            else {"STUDYID": "SMALL", "DOMAIN": "DM", "DTHFL": None, "COUNTRY": None, "SITEID": "1", **record}
            for place, record in enumerate(records)
        ]
        frames[domain] = pl.DataFrame(numbered, infer_schema_length=None)
    return assemble(frames)


def dose(subject: str, start: str = "2021-01-01", end: str = "2021-01-01") -> dict[str, Any]:
    return {
        "USUBJID": subject,
        "EXTRT": "DRUG",
        "EXDOSE": 1.0,
        "EXDOSU": "mg",
        "EXSTDTC": start,
        "EXENDTC": end,
    }


@pytest.fixture
def protocol() -> Callable[..., Study]:
    return _protocol


@pytest.fixture
def sdtm() -> Callable[..., StudyData]:
    return _sdtm


@pytest.fixture
def measured() -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """TU and TR from lines 'SUBJECT LESION ORGAN DATE=VALUE …'; a word instead of a number stays a word."""

    def make(*lines: str, visits: dict[str, float] | None = None) -> dict[str, list[dict[str, Any]]]:
        tu, tr = [], []
        for line in lines:
            subject, lesion, organ, *values = line.split()
            role = {"T": "TARGET", "N": "NON-TARGET", "X": "NEW"}[lesion[0]]
            node = organ == "NODE"
            seen = [value.split("=") for value in values]
            common = {"USUBJID": subject, "TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification"}
            where = "LYMPH NODE" if node else organ
            tu.append(
                common
                | {"TULNKID": lesion, "TUSTRESC": role, "TUORRES": role, "TULOC": where, "TUDTC": seen[0][0],
                   "TUEVAL": "INVESTIGATOR", "VISITNUM": (visits or {}).get(seen[0][0])}
            )  # fmt: skip
            for date, value in seen:
                number = value.replace(".", "", 1).isdigit()
                test = (
                    "TUMSTATE"
                    if role != "TARGET" or not (number or value == "NE")
                    else "SAXIS"
                    if node
                    else "LDIAM"
                )
                tr.append(
                    {"USUBJID": subject, "TRGRPID": role, "TRLNKID": lesion, "TRTESTCD": test, "TRTEST": test,
                     "TRORRES": value, "TRSTRESC": None if value == "NE" else value.replace("_", " "),
                     "TRSTRESN": float(value) if number else None, "TRORRESU": "mm" if number else None,
                     "TRSTRESU": "mm" if number else None, "TRSTAT": "NOT DONE" if value == "NE" else None,
                     "TRDTC": date, "TREVAL": "INVESTIGATOR", "VISITNUM": (visits or {}).get(date)}
                )  # fmt: skip
        return {"TU": tu, "TR": tr}

    return make
