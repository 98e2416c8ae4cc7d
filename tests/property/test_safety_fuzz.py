"""Adverse events, laboratory results and doses of any content: a result or a message, never a crash."""

from __future__ import annotations

import datetime as dt
import math

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_tables import adsl, data, study

from trialwright.derive.on_treatment import derive_on_treatment
from trialwright.errors import TrialwrightError

dates = st.sampled_from(
    [None, "2021", "2021-01", "2021-01-04", "2021-02-30", "31.01.2021", "2021-01-10T12:00", "x", "2020-12-31"]
)
words = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(
        ["Nausea", "GRADE 3", "5", "6", "-1", "3.5", "Y", "RELATED", "FATAL", "DRUG WITHDRAWN", "é;,/"]
    ),
)
numbers = st.one_of(st.none(), st.sampled_from([0.0, -1.0, 1e-300, 1e300, math.inf, math.nan, 100.0, 20.5]))
subjects = st.sampled_from(["S1", "S2", "STRANGER"])
sequences = st.one_of(st.none(), st.integers(-3, 4))


def table(columns, texts=(), values=()):
    row = st.fixed_dictionaries(
        {"USUBJID": subjects, f"{columns}SEQ": sequences}
        | {f"{columns}{name}": dates for name in ("STDTC", "ENDTC", "DTC")}
        | dict.fromkeys(texts, words)
        | dict.fromkeys(values, numbers)
    )
    return st.lists(row, max_size=5)


events = table("AE", ["AETERM", "AEDECOD", "AETOXGR", "AESEV", "AEREL", "AEACN", "AEOUT", "AESER", "AESDTH"])
results = table(
    "LB", ["LBSTRESC", "LBSTRESU", "LBNRIND", "LBSPEC"], ["LBSTRESN", "LBSTNRLO", "LBSTNRHI", "VISITNUM"]
)
doses = table("EX", ["EXTRT", "EXDOSU", "EXDOSFRQ", "VISIT", "EPOCH"], ["EXDOSE"])


def frame(rows, **always):
    made = pl.from_dicts(rows, infer_schema_length=None)
    text = [name for name, dtype in made.schema.items() if dtype == pl.Null and not name.endswith("SEQ")]
    return made.with_columns(pl.col(text).cast(pl.String), **{k: pl.lit(v) for k, v in always.items()})


@settings(max_examples=150, deadline=None)
@given(events, results, doses, st.sampled_from(["PLAT", "ALT", "PH", "INR", "NONSENSE"]))
def test_records_of_any_content_give_frames_or_a_message(ae, lb, ex, test):
    domains = {}
    if ae:
        domains["AE"] = frame([row | {"AETERM": row["AETERM"] or "Event"} for row in ae])
    if lb:
        domains["LB"] = frame(lb, LBTESTCD=test)
    if ex:
        domains["EX"] = frame([row | {"EXTRT": row["EXTRT"] or "GEMCITABINE"} for row in ex])
    try:
        found = data(**domains)
    except TrialwrightError:
        return
    made = derive_on_treatment(study(), found, adsl("S1", "S2"))
    assert made.adae.height == len(ae)
    assert made.adlb.height == len(lb)
    assert set(made.adlb["ATOXGRL"].drop_nulls()) <= {0, 1, 2, 3, 4}
    grades = set(made.adae["ATOXGRN"].drop_nulls())
    assert grades <= {1, 2, 3, 4, 5}
    emergent = made.adae.filter(pl.col("TRTEMFL") == "Y")
    assert set(emergent["USUBJID"]) <= {"S1", "S2"}
    assert emergent.filter(pl.col("ASTDT") < dt.date(2021, 1, 4)).is_empty()
    values = made.adex["AVAL"].drop_nulls()
    assert values.is_nan().sum() == 0
