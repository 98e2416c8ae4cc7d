"""A trial of nine subjects, typed in: four in arm A, four in arm B, one screen failure.

subject  arm  age  sex  best  confirmed  death or last contact (day)
A1       A    50   F    CR    CR         died 100
A2       A    60   M    PR    PR         alive 200
A3       A    70   F    PR    SD         died 60
A4       A    –    M    PD    PD         died 30
B1       B    40   F    PR    PR         died 90
B2       B    50   –    SD    SD         died 45
B3       B    61   M    PD    PD         died 20
B4       B    62   M    none  none       alive 10, never treated, so not in the safety set
S1       –    55   F    –     –          screen failure
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import polars as pl
import pytest

from trialwright.protocol.study import Study

START = dt.date(2021, 1, 1)
SUBJECTS = ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "S1")
BEST = {"A1": "CR", "A2": "PR", "A3": "PR", "A4": "PD", "B1": "PR", "B2": "SD", "B3": "PD"}
CONFIRMED = BEST | {"A3": "SD"}
DAYS = {"A1": 100, "A2": 200, "A3": 60, "A4": 30, "B1": 90, "B2": 45, "B3": 20, "B4": 10}
ALIVE = ("A2", "B4")

STATED = {
    "study": {"id": "nine", "title": "Nine subjects", "phase": "II", "design": "randomised"},
    "arms": {"A": "New", "B": "Old"},
    "assessments": {"tumour": {"every": "6 weeks"}},
    "response": {"source": "lesions", "reference_date": "randomisation"},
    "analysis_sets": {"full": "enrolled", "safety": "treated"},
    "baseline": [
        {"name": "age", "label": "Age", "kind": "continuous", "source": "DM.AGE"},
        {"name": "sex", "label": "Sex", "kind": "categorical", "source": "DM.SEX", "order": ["M", "F", "U"]},
    ],
    "endpoints": {
        "ORR": {
            "type": "response",
            "of": ["CR", "PR"],
            "compare": {"arms": ["A", "B"], "question": "non-inferior", "margin": 0.2},
        },
        "DCR": {"type": "response", "of": ["CR", "PR", "SD"], "set": "safety", "confirmed": "yes"},
        "OS": {
            "type": "time-to-event",
            "start": "randomisation",
            "events": ["death"],
            "at": ["2 months", "12 months"],
            "compare": {"arms": ["A", "B"], "question": "non-inferior", "margin": 1.3},
            "variants": {"long": {"censor": {"lost_to_follow_up": "event"}}},
        },
        "follow-up": {"type": "follow-up", "start": "randomisation"},
    },
}


def adsl() -> pl.DataFrame:
    enrolled = [subject for subject in SUBJECTS if subject != "S1"]
    none = dict.fromkeys(SUBJECTS)
    columns = {
        "GROUP": none | {subject: subject[0] for subject in enrolled},
        "GROUPA": none | {subject: subject[0] for subject in enrolled},
        "RANDDT": none | dict.fromkeys(enrolled, START),
        "ENRLDT": none | dict.fromkeys(enrolled, START),
        "ENRLFL": dict.fromkeys(SUBJECTS, "Y") | {"S1": "N"},
        "TRTSDT": none | {subject: START for subject in enrolled if subject != "B4"},
        "EOSSTT": none
        | {"A1": "DISCONTINUED", "A2": "COMPLETED", "A3": "DISCONTINUED", "B1": "DISCONTINUED"},
        "DCSREAS": none | {"A1": "DEATH", "A3": "DEATH", "B1": None},
        "FULLFL": dict.fromkeys(SUBJECTS, "Y") | {"S1": "N"},
        "SAFFL": dict.fromkeys(SUBJECTS, "Y") | {"S1": "N", "B4": "N"},
        "BL_age": none | {"A1": 50.0, "A2": 60.0, "A3": 70.0, "B1": 40.0, "B2": 50.0, "B3": 61.0, "B4": 62.0},
        "BL_sex": none | {"A1": "F", "A2": "M", "A3": "F", "A4": "M", "B1": "F", "B3": "M", "B4": "M"},
        "DTHDT": none,
        "LSTALVDT": none,
        "NEWTXDT": none,
    }
    dates = ("RANDDT", "ENRLDT", "TRTSDT", "DTHDT", "LSTALVDT", "NEWTXDT")
    frame = pl.DataFrame(
        {"USUBJID": SUBJECTS} | {name: [values[s] for s in SUBJECTS] for name, values in columns.items()}
    )
    texts = ("GROUP", "GROUPA", "EOSSTT", "DCSREAS", "BL_sex")
    return frame.cast(dict.fromkeys(dates, pl.Date) | dict.fromkeys(texts, pl.String))


def adrs() -> pl.DataFrame:
    records = [(subject, "BOR", best, None) for subject, best in BEST.items()]
    records += [(subject, "CBOR", best, None) for subject, best in CONFIRMED.items()]
    records += [("A4", "PD", "Y", START + dt.timedelta(20)), ("B2", "PD", "Y", START + dt.timedelta(44))]
    frame = pl.DataFrame(records, schema=["USUBJID", "PARAMCD", "AVALC", "ADT"], orient="row")
    return frame.cast({"ADT": pl.Date}).with_columns(
        ANL01FL=pl.lit("Y"),
        AVISIT=pl.lit(None, pl.String),
        VISITNUM=pl.lit(None, pl.Float64),
        REASON=pl.lit(None, pl.String),
    )


def adtte() -> pl.DataFrame:
    records = []
    for variant in ("primary", "long"):
        for subject, days in DAYS.items():
            alive = subject in ALIVE and not (variant == "long" and subject == "B4")
            end = START + dt.timedelta(days - 1)
            reasons = (None, "ALIVE") if alive else ("LOST" if subject == "B4" else "DEATH", None)
            records.append((subject, variant, float(days), end, int(alive), *reasons))
    columns = ["USUBJID", "VARIANT", "AVAL", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC"]
    return pl.DataFrame(records, schema=columns, orient="row").with_columns(ENDPOINT=pl.lit("OS"))


def adtr() -> pl.DataFrame:
    """Sums of A1 and B2: 50 mm, then 25, 20 and 30 mm; B2 progresses at its second visit after baseline."""
    records = []
    for subject in ("A1", "B2"):
        for day, change in ((0, None), (22, -50.0), (44, -40.0), (66, -60.0)):
            baseline = "Y" if change is None else None
            records.append((subject, START + dt.timedelta(day), change, baseline))
    frame = pl.DataFrame(records, schema=["USUBJID", "ADT", "PCHG", "ABLFL"], orient="row")
    return frame.with_columns(PARAMCD=pl.lit("SDIAM"), ANL01FL=pl.lit("Y"))


@pytest.fixture
def frames() -> SimpleNamespace:
    empty = pl.DataFrame()
    return SimpleNamespace(
        adsl=adsl(), adrs=adrs(), adtte=adtte(), adtr=adtr(), adae=empty, adlb=empty, adex=empty
    )


@pytest.fixture
def stated() -> dict:
    return STATED


@pytest.fixture
def study() -> Study:
    return Study.model_validate(STATED)
