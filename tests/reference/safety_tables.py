"""A small study to type in: SDTM records and ADSL, for tests of adverse events, laboratory and doses."""

from __future__ import annotations

import datetime as dt

import polars as pl

from trialwright.protocol.study import Study
from trialwright.sdtm.study_data import assemble

FIRST_DOSE = dt.date(2021, 1, 4)
LAST_DOSE = dt.date(2021, 3, 1)

STUDY = {
    "study": {"id": "typed", "title": "Typed in", "phase": "II", "design": "single-arm"},
    "assessments": {"tumour": {"every": "6 weeks"}},
    "response": {"source": "lesions", "reference_date": "first dose"},
    "analysis_sets": {"full": "enrolled", "safety": "treated"},
    "endpoints": {"ORR": {"type": "response", "of": ["CR", "PR"]}},
    "treatment": [
        {
            "phase": "induction",
            "cycles": {"length": "3 weeks", "at_most": 3},
            "drugs": [
                {
                    "name": "gemcitabine",
                    "dose": "1000 mg/m2",
                    "route": "iv",
                    "days": [1, 8],
                    "levels": [1000, 800],
                },
                {"name": "nivolumab", "dose": "3 mg/kg", "route": "iv", "days": [1]},
            ],
        }
    ],
}


def study(**changes):
    return Study.model_validate(STUDY | changes)


def adsl(*subjects, **columns):
    names = subjects or ("S1",)
    values = {"TRTSDT": FIRST_DOSE, "TRTEDT": LAST_DOSE, "DTHDT": None} | columns
    frame = pl.DataFrame({"USUBJID": names})
    return frame.with_columns(
        STUDYID=pl.lit("typed"),
        GROUP=pl.lit("All"),
        GROUPA=pl.lit("All"),
        **{name: pl.lit(value, dtype=pl.Date) for name, value in values.items()},
    )


def records(domain, rows, *, subject="S1"):
    """Rows of one domain, numbered; each a mapping of what is known."""
    numbered = [{"USUBJID": subject, f"{domain}SEQ": i} | row for i, row in enumerate(rows, 1)]
    return pl.from_dicts(numbered, infer_schema_length=None)


def data(**domains):
    subjects = sorted({one for frame in domains.values() for one in frame["USUBJID"]} | {"S1"})
    people = pl.DataFrame({"STUDYID": "typed", "USUBJID": subjects, "SUBJID": subjects})
    return assemble({"DM": people} | domains)
