"""Whatever the bytes and the records: a message that a person can act on, never a traceback."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.errors import TrialwrightError
from trialwright.protocol.read import parse_study
from trialwright.sdtm.conformance import check
from trialwright.sdtm.formats import csv, dataset_json, parquet, xport_read, xport_write
from trialwright.sdtm.formats.dataset import Dataset
from trialwright.sdtm.study_data import assemble

STUDY = parse_study(
    """
study: {id: small, title: A small study, phase: II, design: single-arm, data_cutoff: 2014-06-30}
assessments: {tumour: {every: 6 weeks}}
response: {source: lesions, reference_date: first dose}
analysis_sets: {full: enrolled}
endpoints: {ORR: {type: response, role: primary, of: [CR, PR], set: full}}
""".replace("tumour: 6 weeks", "tumour: {every: 6 weeks}")
)

FRAMES = {
    "DM": pl.DataFrame(
        {
            "USUBJID": ["S-1", "S-2"],
            "BRTHDTC": ["1950", "1960-01-02"],
            "DTHDTC": [None, "2014-03"],
            "DTHFL": [None, "Y"],
            "AGE": [64.0, None],
            "SEX": ["F", "M"],
        }
    ),
    "EX": pl.DataFrame({"USUBJID": ["S-1", "S-2"], "EXTRT": ["A", "A"], "EXSTDTC": ["2014-01-02"] * 2}),
    "TU": pl.DataFrame({"USUBJID": ["S-1"], "TUSEQ": [1], "TULNKID": ["T01"], "TUSTRESC": ["TARGET"]}),
    "TR": pl.DataFrame(
        {
            "USUBJID": ["S-1"] * 3,
            "TRSEQ": [1, 2, 3],
            "TRLNKID": ["T01", "T01", None],
            "TRGRPID": ["TARGET"] * 3,
            "TRTESTCD": ["LDIAM", "LDIAM", "SUMDIAM"],
            "TRSTRESC": ["30", "20", "20"],
            "TRSTRESN": [30.0, 20.0, 20.0],
            "TRSTRESU": ["mm", "mm", "mm"],
            "TRDTC": ["2014-01-01", "2014-02-13", "2014-02-13"],
        }
    ),
    "RS": pl.DataFrame(
        {
            "USUBJID": ["S-1", "S-2"],
            "RSSEQ": [1, 1],
            "RSTESTCD": ["OVRLRESP"] * 2,
            "RSSTRESC": ["PR", "PD"],
            "RSDTC": ["2014-02-13", "2014-04-01"],
        }
    ),
}

WRITERS = {
    "dm.csv": (csv.write, csv.read),
    "dm.parquet": (parquet.write, parquet.read),
    "dm.xpt": (xport_write.write, xport_read.read),
    "dm.json": (dataset_json.write, dataset_json.read),
    "dm.ndjson": (dataset_json.write_ndjson, dataset_json.read),
}

CUTS = st.tuples(st.integers(0, 5000), st.integers(0, 60), st.binary(max_size=9))


def mutated(payload, cuts):
    for at, length, inserted in cuts:
        place = at % (len(payload) + 1)
        payload = payload[:place] + inserted + payload[place + length :]
    return payload


@pytest.mark.parametrize("name", WRITERS)
@given(cuts=st.lists(CUTS, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_mutated_files_are_read_or_refused(name, cuts):
    write, read = WRITERS[name]
    payload = mutated(write(Dataset("DM", "Demographics", FRAMES["DM"], {})), cuts)
    try:
        data = assemble({"DM": read(payload, name)})
    except TrialwrightError:
        return
    assert data.subjects


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            " ",
            "31.09.2019",
            "2019-09-31",
            "2014---15",
            "2014",
            "TARGET",
            "CR",
            "-5",
            "NaN",
            "{0}",
            "T01/T02",
        ]
    ),
    st.text(max_size=6),
)
NUMBERS = st.one_of(st.none(), st.sampled_from([-1.0, 0.0, float("nan"), float("inf"), 1e308, 5.5]))
DAYS = st.one_of(st.none(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
VALUES = {
    pl.String: TEXTS,
    pl.Float64: NUMBERS,
    pl.Date: DAYS,
    pl.Boolean: st.booleans(),
    pl.Binary: st.binary(max_size=3),
}


@st.composite
def changed_frames(draw):
    """The frames above with a few columns dropped, replaced, emptied, or rows doubled."""
    frames = dict(FRAMES)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(frames)))
        frame = frames[name]
        column = draw(st.sampled_from(FRAMES[name].columns))
        change = draw(st.sampled_from(["drop", "replace", "replace", "clear", "double"]))
        if change == "drop" and column in frame.columns:
            frame = frame.drop(column)
        elif change == "replace":
            dtype = draw(st.sampled_from(list(VALUES)))
            cells = draw(st.lists(VALUES[dtype], min_size=frame.height, max_size=frame.height))
            frame = frame.with_columns(pl.Series(column, cells, dtype=dtype))
        elif change == "clear":
            frame = frame.clear()
        elif change == "double":
            frame = pl.concat([frame, frame])
        frames[name] = frame
    return frames


@given(frames=changed_frames())
@settings(max_examples=60, deadline=None)
def test_mutated_records_are_checked_or_refused(frames):
    try:
        data = assemble(frames)
    except TrialwrightError:
        return
    for finding in (*data.findings, *check(data, STUDY)):
        assert finding.code
        assert finding.what
        assert finding.remedy
    lengths = data.domain("TR").filter(pl.col("TRTESTCD") == "LDIAM")["TRSTRESN"].drop_nulls()
    assert lengths.is_finite().all()
