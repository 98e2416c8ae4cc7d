"""A frame contract names what is missing, mistyped, unknown or doubled."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.errors import ContractError
from trialwright.schema import Column, FrameContract

CONTRACT = FrameContract(
    "ADSL",
    (
        Column("USUBJID", pl.String, required=True),
        Column("AGE", pl.Float64, required=True),
        Column("SAFFL", pl.String, required=False, codelist=("Y", "N")),
    ),
    keys=("USUBJID",),
)


def codes(frame):
    return [finding.code for finding in CONTRACT.check(frame)]


def test_a_frame_that_keeps_the_contract_has_no_finding():
    frame = pl.DataFrame({"USUBJID": ["1", "2"], "AGE": [50.0, None], "SAFFL": ["Y", None]})
    assert codes(frame) == []
    assert CONTRACT.require(frame) is frame
    assert codes(CONTRACT.empty()) == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"USUBJID": ["1"]}, "COLUMN-MISSING"),
        ({"USUBJID": ["1"], "AGE": [50]}, "COLUMN-TYPE"),
        ({"USUBJID": ["1"], "AGE": [50.0], "SAFFL": ["YES"]}, "COLUMN-TERM"),
        ({"USUBJID": ["1", "1"], "AGE": [50.0, 51.0]}, "DUPLICATE-KEY"),
    ],
)
def test_each_breach_is_one_finding(frame, code):
    assert codes(pl.DataFrame(frame)) == [code]
    with pytest.raises(ContractError, match="ADSL"):
        CONTRACT.require(pl.DataFrame(frame))


def test_an_optional_column_may_be_absent():
    assert codes(pl.DataFrame({"USUBJID": ["1"], "AGE": [50.0]})) == []
