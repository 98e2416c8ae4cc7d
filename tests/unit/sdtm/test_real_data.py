"""The public oncology data of the pharmaverse project and the CDISC pilot; counts as published with them."""

from __future__ import annotations

from trialwright.sdtm.conformance import check
from trialwright.sdtm.files import read_folder

WHOLE = {"RS": "rs_onco", "TR": "tr_onco", "TU": "tu_onco"}
SMALL = {"RS": "rs_onco_recist", "TR": "tr_onco_recist", "TU": "tu_onco_recist"}


def test_the_whole_pilot_is_read(pharmaverse):
    data = read_folder(pharmaverse, WHOLE)
    rows = {name: data.domain(name).height for name in ("DM", "RS", "TR", "LB")}
    assert rows == {"DM": 306, "RS": 5808, "TR": 55_995, "LB": 59_580}
    assert data.domain("TR")["TRSEQ"].null_count() == 0


def test_the_recist_datasets_are_read_from_the_same_folder(pharmaverse):
    data = read_folder(pharmaverse, SMALL)
    assert (data.domain("RS").height, data.domain("TR").height) == (66, 546)
    assert {finding.code for finding in data.findings} <= {"DATASET-UNUSED", "COLUMN-MISSING"}


def test_without_declaration_the_many_versions_are_noted(pharmaverse):
    data = read_folder(pharmaverse)
    assert data.domain("DM").height == 306
    assert not data.has("RS")


def test_laboratory_parts_are_joined(cdisc_pilot):
    data = read_folder(cdisc_pilot)
    assert data.domain("LB").height == 32_740 + 21_927 + 4_913
    assert data.domain("SUPPLB").height == 37_124 + 24_558 + 2_721


def test_recorded_sums_that_leave_out_a_lesion_are_listed(pharmaverse, study):
    found = check(read_folder(pharmaverse, WHOLE), study)
    codes = [finding.code for finding in found]
    assert codes.count("TR-SUM-INCOMPLETE") > 0
    assert "TR-NO-BASELINE" not in codes
    unknown = [finding.what for finding in found if finding.code == "TERM-UNKNOWN"]
    assert unknown == [
        "RSSTRESC is 'CHECK' in 3 records, which is no term of 'Overall response by RECIST 1.1'"
    ]
