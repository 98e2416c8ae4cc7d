"""Lengths of lesions reach the derivations in mm, and nothing is changed in silence."""

from __future__ import annotations

import pytest

HEAD = "USUBJID TRSEQ TRLNKID TRTESTCD TRORRES TRORRESU TRSTRESC TRSTRESN TRSTRESU TRSTAT TRDTC"


@pytest.mark.parametrize(
    ("row", "length_mm", "code"),
    [
        ("25 mm 25 25 mm -", 25.0, None),
        ("2.5 cm 2.5 2.5 cm -", 25.0, "TR-UNIT-CONVERTED"),
        ("4.35 cm 4.35 4.35 CM -", 43.5, "TR-UNIT-CONVERTED"),
        ("25 - 25 25 - -", 25.0, "TR-UNIT-MISSING"),
        ("2.5 cm 2.5 2.5 - -", 25.0, "TR-UNIT-CONVERTED"),
        ("25 mm - - - -", 25.0, "TR-RESULT-FILLED"),
        ("25 px 25 25 px -", None, "TR-UNIT-UNKNOWN"),
        ("25 kg 25 25 kg -", None, "TR-UNIT-UNKNOWN"),
        ("25 MM 25 25 MM -", 25.0, None),
        ("NE - NE - - -", None, None),
        ("- - - - - NOT_DONE", None, None),
    ],
)
def test_one_length(make, row, length_mm, code):
    data = make(TR=f"{HEAD}\nS-1 7 T01 LDIAM {row} 2020-01-02")
    found = [finding for finding in data.findings if finding.code.startswith("TR-")]
    assert data.domain("TR")["TRSTRESN"].to_list() == [length_mm]
    assert {finding.code for finding in found} == ({code} if code else set())
    assert all(finding.record == "TRSEQ 7 (2020-01-02)" and finding.subject == "S-1" for finding in found)


def test_states_have_no_length(make):
    data = make(TR=f"{HEAD}\nS-1 1 NT01 TUMSTATE PRESENT - PRESENT - - - 2020-01-02")
    assert not [finding for finding in data.findings if finding.code.startswith("TR-")]


def test_other_records_keep_their_order(make):
    rows = ["S-1 1 T01 LDIAM 3 cm 3 3 cm - 2020-01-02", "S-1 2 T02 LDIAM 9 mm 9 9 mm - 2020-01-02",
            "S-1 3 T03 LDIAM 4 cm 4 4 cm - 2020-01-02"]  # fmt: skip
    data = make(TR="\n".join([HEAD, *rows]))
    assert data.domain("TR").select("TRSEQ", "TRSTRESN", "TRSTRESU").rows() == [
        (1, 30.0, "mm"),
        (2, 9.0, "mm"),
        (3, 40.0, "mm"),
    ]
