"""The shapes that chart reviews come in: repeated columns, sums alone, best response alone."""

from __future__ import annotations

import pytest
from typed_books import HEAD, PATIENTS, STUDY, TWO_PATIENTS

from trialwright.analyse.run import analyse
from trialwright.derive.adam import derive_all
from trialwright.protocol.read import parse_study
from trialwright.sdtm.conformance import check


def errors(study, got):
    """The conformance errors of ingested data."""
    return [finding for finding in check(got.data, study) if finding.severity.value == "error"]


WIDE = """
  - sheet: Wide
    subject: id
    columns:
      scan{n}_date: {date: yyyy-mm-dd}
      scan{n}_sum: {unit: cm}
      scan{n}_resp: {words: response}
    records:
      - domain: TR
        repeat: {n: 1-3}
        set: {TRTESTCD: =SUMDIAM, TRGRPID: =TARGET, TRORRES: "scan{n}_sum", TRDTC: "scan{n}_date"}
      - domain: RS
        repeat: {n: 1-3}
        set: {RSTESTCD: =OVRLRESP, RSORRES: "scan{n}_resp", RSDTC: "scan{n}_date"}
"""
WIDE_HEAD = ["id"] + [f"scan{n}_{what}" for n in (1, 2, 3) for what in ("date", "sum", "resp")]


def wide(ingest):
    return ingest(
        {
            "Patients": TWO_PATIENTS,
            "Wide": [
                WIDE_HEAD,
                ["P1", "2020-03-01", 6.0, None, "2020-04-20", 4.0, "PR", "2020-06-10", 7.5, "PD"],
                ["P2", "2020-03-08", 5.0, None, "2020-04-25", 5.1, "SD", None, None, None],
            ],
        },
        PATIENTS + WIDE,
    )


def test_repeated_columns_become_one_record_a_scan(ingest, study):
    got = wide(ingest)
    assert got.data.domain("TR").select("USUBJID", "TRDTC", "TRSTRESN").rows() == [
        ("small-P1", "2020-03-01", 60.0),
        ("small-P1", "2020-04-20", 40.0),
        ("small-P1", "2020-06-10", 75.0),
        ("small-P2", "2020-03-08", 50.0),
        ("small-P2", "2020-04-25", 51.0),
    ]
    assert got.data.domain("RS")["RSSTRESC"].to_list() == ["PR", "PD", "SD"]
    assert errors(study, got) == []


def test_sums_without_lesions_and_recorded_responses_go_through_to_results(ingest, study):
    adam = derive_all(study, wide(ingest).data)
    best = dict(adam.adrs.filter(PARAMCD="BOR").select("USUBJID", "AVALC").rows())
    assert best == {"small-P1": "PR", "small-P2": "SD"}
    progression = adam.adtte.filter(PARAMCD="PFS", USUBJID="small-P1", VARIANT="primary")
    assert progression.select("AVAL", "CNSR").row(0) == (98.0, 0)  # 5 March to 10 June 2020, both counted


def test_a_date_missing_beside_its_sum_rejects_the_row(ingest):
    rows = [WIDE_HEAD, ["P1", None, 6.0, None, *[None] * 6]]
    got = ingest({"Patients": TWO_PATIENTS, "Wide": rows}, PATIENTS + WIDE)
    assert [(one.code, one.place.cell) for one in got.tally.rejections] == [("empty", "B2")]


SUM_AS_LESION = """
  - sheet: Wide
    subject: id
    columns:
      scan{n}_date: {date: yyyy-mm-dd}
      scan{n}_sum: {unit: cm}
    records:
      - domain: TU
        repeat: {n: 1-3}
        set: {TULNKID: =SUM, TUORRES: =TARGET, TUDTC: "scan{n}_date"}
      - domain: TR
        repeat: {n: 1-3}
        set:
          {TRLNKID: =SUM, TRGRPID: =TARGET, TRTESTCD: =LDIAM, TRORRES: "scan{n}_sum", TRDTC: "scan{n}_date"}
"""


def test_a_sum_may_stand_as_one_lesion_so_that_responses_are_derived_from_it(ingest):
    study = parse_study(STUDY.replace("source: recorded", "source: lesions"))
    rows = [
        WIDE_HEAD,
        ["P1", "2020-03-01", 6.0, None, "2020-04-20", 4.0, None, "2020-06-10", 7.5, None],
        ["P2", "2020-03-08", 5.0, None, "2020-04-25", 5.1, None, None, None, None],
    ]
    got = ingest({"Patients": TWO_PATIENTS, "Wide": rows}, PATIENTS + SUM_AS_LESION, of=study)
    overall = derive_all(study, got.data).adrs.filter(PARAMCD="OVR").select("USUBJID", "AVALC").rows()
    # 60 mm to 40 mm is a fall by a third; 75 mm is 35 mm above the nadir; 51 mm is 2 % above 50 mm
    assert overall == [("small-P1", "PR"), ("small-P1", "PD"), ("small-P2", "SD")]


BEST_ONLY = (
    PATIENTS.replace(
        "      death:",
        """      best: {words: response}
      best date: {date: [yyyy-mm-dd, yyyy.m]}
      progression: {date: yyyy-mm-dd}
      last scan: {date: yyyy-mm-dd}
      death:""",
    )
    + """      - {domain: RS, set: {RSTESTCD: =OVRLRESP, RSORRES: best, RSDTC: [best date, last scan]}}
      - {domain: RS, set: {RSTESTCD: =BESTRESP, RSORRES: best}}
      - {domain: RS, when: {progressed: [yes]}, set: {RSTESTCD: =OVRLRESP, RSORRES: =PD, RSDTC: progression}}
"""
)


def test_best_response_alone_goes_through_to_a_response_rate_and_progression_free_survival(ingest, study):
    head = [*HEAD, "best", "best date", "progression", "last scan", "progressed"]
    rows = [
        head,
        ["P1", "m", 61, "2020-03-05", None, "PR", "2020-05-01", "2020-09-01", "2020-09-01", "yes"],
        ["P2", "f", 55, "2020-03-05", None, "SD", None, None, "2020-06-03", "no"],
        ["P3", "f", 55, "2020-03-05", "2020-04-05", None, None, None, None, "no"],
    ]
    got = ingest({"Patients": rows}, BEST_ONLY)
    assert got.data.domain("RS").select("USUBJID", "RSTESTCD", "RSSTRESC", "RSDTC").rows() == [
        ("small-P1", "OVRLRESP", "PR", "2020-05-01"),
        ("small-P1", "OVRLRESP", "PD", "2020-09-01"),
        ("small-P1", "BESTRESP", "PR", None),
        ("small-P2", "OVRLRESP", "SD", "2020-06-03"),
        ("small-P2", "BESTRESP", "SD", None),
    ]
    assert errors(study, got) == []
    adam = derive_all(study, got.data)
    times = adam.adtte.filter(PARAMCD="PFS", VARIANT="primary").select("USUBJID", "AVAL", "CNSR").rows()
    assert times == [("small-P1", 181.0, 0), ("small-P2", 91.0, 1), ("small-P3", 32.0, 0)]
    rate = analyse(study, adam, got.data).table.filter(endpoint="ORR", variant="primary")
    assert rate.filter(statistic="rate")["value"].to_list() == [pytest.approx(1 / 3)]
