"""The commands as other programs call them: exit status, output, and nothing half-written."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from trialwright import cli

STUDY = """\
study: {id: tiny, title: A tiny study, phase: II, design: single-arm}
assessments: {tumour: {every: 6 weeks, window: 7 days}}
response: {source: lesions, reference_date: first dose}
analysis_sets: {full: enrolled, evaluable: treated and assessed}
endpoints:
  ORR: {type: response, role: primary, of: [CR, PR], set: evaluable}
  PFS: {type: time-to-event, start: first dose, events: [progression, death]}
"""
DATA = {
    "dm.csv": "STUDYID,DOMAIN,USUBJID,SUBJID,SEX,AGE,ARMCD,ARM\nT,DM,T-1,1,F,60,A,A\nT,DM,T-2,2,M,61,A,A\n",
    "EX.csv": "STUDYID,DOMAIN,USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC,EXENDTC\n"
    "T,EX,T-1,1,DRUG,1,mg,2021-01-01,2021-01-01\nT,EX,T-2,1,DRUG,1,mg,2021-01-01,2021-01-01\n",
    "tu.csv": "STUDYID,DOMAIN,USUBJID,TUSEQ,TULNKID,TUTESTCD,TUTEST,TUORRES,TUSTRESC,TULOC,TUEVAL,TUDTC\n"
    "T,TU,T-1,1,T01,TUMIDENT,Tumor Identification,TARGET,TARGET,LIVER,INVESTIGATOR,2020-12-20\n"
    "T,TU,T-2,1,T01,TUMIDENT,Tumor Identification,TARGET,TARGET,LUNG,INVESTIGATOR,2020-12-20\n",
    "tr.csv": "STUDYID,DOMAIN,USUBJID,TRSEQ,TRGRPID,TRLNKID,TRTESTCD,TRTEST,TRORRES,TRORRESU,TRSTRESC,"
    "TRSTRESN,TRSTRESU,TREVAL,TRDTC\n"
    + "".join(
        f"T,TR,{subject},{number},TARGET,T01,LDIAM,Longest Diameter,{size},mm,{size},{size},mm,"
        f"INVESTIGATOR,{day}\n"
        for subject, number, day, size in [
            ("T-1", 1, "2020-12-20", 90), ("T-1", 2, "2021-02-12", 63),
            ("T-2", 1, "2020-12-20", 50), ("T-2", 2, "2021-02-12", 60),
        ]
    ),
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path) -> tuple[Path, Path]:
    """A study of two subjects: a partial response of exactly 30 %, and progression of exactly 20 %."""
    study, data = tmp_path / "study", tmp_path / "data"
    study.mkdir()
    data.mkdir()
    (study / "study.yaml").write_text(STUDY)
    for name, text in DATA.items():
        (data / name).write_text(text)
    return study, data


@pytest.fixture
def run(monkeypatch, capsys):
    """Call the command line; give exit status, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["trialwright", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as leaving:
            status = leaving.code or 0
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_derive_writes_one_parquet_a_dataset(tiny, run, tmp_path):
    study, data = tiny
    status, _, _ = run("derive", study, "--data", data, "--out", tmp_path / "adam")
    assert status == 0
    assert files(tmp_path / "adam") == {
        f"{name}.parquet" for name in ("adsl", "adtr", "adrs", "adtte", "adae", "adlb", "adex")
    }
    adrs = pl.read_parquet(tmp_path / "adam" / "adrs.parquet")
    assert adrs.filter(pl.col("PARAMCD") == "BOR").select("USUBJID", "AVALC").rows() == [
        ("T-1", "PR"),
        ("T-2", "PD"),
    ]


def test_analyse_gives_the_rate_and_its_exact_interval_with_the_subjects(tiny, run, tmp_path):
    study, data = tiny
    status, _, _ = run("analyse", study, "--data", data, "--out", tmp_path / "results.json")
    assert status == 0
    rows = json.loads((tmp_path / "results.json").read_text())
    rate = next(
        row
        for row in rows
        if (row["endpoint"], row["variant"], row["statistic"]) == ("ORR", "primary", "rate")
    )
    # one of two: Clopper–Pearson 1.26 % to 98.74 % (1 − 0.975^(1/2) = 0.01258)
    assert rate["value"] == 0.5
    assert rate["low"] == pytest.approx(1 - 0.975**0.5)
    assert rate["high"] == pytest.approx(0.975**0.5)
    assert rate["n"] == 2
    assert rate["subjects"] == ["T-1"]


def test_the_same_inputs_give_the_same_bytes(tiny, run, tmp_path):
    study, data = tiny
    pages = []
    for name in ("one", "two"):
        assert run("report", study, "--data", data, "--out", tmp_path / name)[0] == 0
        pages.append((tmp_path / name / "report.html").read_bytes())
    assert pages[0] == pages[1]
    assert (tmp_path / "one" / "results.parquet").read_bytes() == (
        tmp_path / "two" / "results.parquet"
    ).read_bytes()


def test_explain_tells_the_sum_and_its_change(tiny, run):
    study, data = tiny
    status, out, _ = run("explain", study, "--data", data, "T-1")
    assert status == 0
    assert "sum 63 mm, −27 mm (−30 %) from baseline 90 mm" in out


def test_check_exits_with_1_where_a_finding_is_an_error(tiny, run):
    study, data = tiny
    assert run("check", study)[0] == 0
    (data / "rs.csv").write_text(
        "STUDYID,DOMAIN,USUBJID,RSSEQ,RSTESTCD,RSTEST,RSORRES,RSSTRESC,RSEVAL,RSDTC\n"
        "T,RS,T-9,1,OVRLRESP,Overall Response,PR,PR,INVESTIGATOR,2021-02-12\n"
    )
    status, out, _ = run("check", study, "--data", data, "--json")
    assert status == 1
    errors = [one for one in json.loads(out)["findings"] if one["severity"] == "error"]
    assert [(one["code"], one["subject"]) for one in errors] == [("SUBJECT-NOT-IN-DM", "T-9")]


BROKEN = {
    "truncated": ("dm.csv", DATA["dm.csv"][:20].encode()),
    "foreign": ("tr.csv", b"\x89PNG\r\n\x1a\n" + bytes(200)),
    "encoding": ("dm.csv", DATA["dm.csv"].replace("T-1", "Ü-1").encode("latin-1")),
    "empty study": ("dm.csv", DATA["dm.csv"].splitlines(keepends=True)[0].encode()),
    "no study": ("dm.csv", None),
    "negative diameter": ("tr.csv", DATA["tr.csv"].replace("63,mm,63,63", "-63,mm,-63,-63").encode()),
    "text in a number": ("tr.csv", DATA["tr.csv"].replace("63,63,mm,INV", "63,big,mm,INV").encode()),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("command", ["derive", "report", "analyse"])
def test_bad_data_end_in_one_message_and_leave_the_output_untouched(tiny, run, tmp_path, how, command):
    study, data = tiny
    name, content = BROKEN[how]
    if content is None:
        (data / name).unlink()
    else:
        (data / name).write_bytes(content)
    out = tmp_path / ("out.json" if command == "analyse" else "out")
    status, _, err = run(command, study, "--data", data, "--out", out)
    assert status == 2
    assert err.startswith("trialwright: ")
    assert "Traceback" not in err
    assert not out.exists()


def test_check_lists_everything_where_nothing_can_be_derived(tiny, run):
    study, data = tiny
    (data / "tr.csv").write_bytes(BROKEN["negative diameter"][1])
    status, out, _ = run("check", study, "--data", data, "--json")
    found = {one["code"]: one for one in json.loads(out)["findings"]}
    assert status == 1
    assert found["TR-NEGATIVE"]["subject"] == "T-1"
    assert "is -63 mm" in found["NOT-DERIVED"]["what"]


def test_cm_are_read_as_mm_and_said_so(tiny, run):
    study, data = tiny
    (data / "tr.csv").write_text(DATA["tr.csv"].replace("63,mm,63,63,mm", "6.3,cm,6.3,6.3,cm"))
    status, out, _ = run("check", study, "--data", data, "--json")
    assert status == 0
    assert "TR-UNIT-CONVERTED" in {one["code"] for one in json.loads(out)["findings"]}
    assert "sum 63 mm, −27 mm (−30 %)" in run("explain", study, "--data", data, "T-1")[1]


def test_what_is_done_with_erroneous_data_exits_with_1_and_is_written(tiny, run, tmp_path):
    study, data = tiny
    (data / "rs.csv").write_text(
        "STUDYID,DOMAIN,USUBJID,RSSEQ,RSTESTCD,RSTEST,RSORRES,RSSTRESC,RSEVAL,RSDTC\n"
        "T,RS,T-9,1,OVRLRESP,Overall Response,PR,PR,INVESTIGATOR,2021-02-12\n"
    )
    for command, out in (("derive", "adam"), ("analyse", "results.json"), ("report", "page")):
        status, _, err = run(command, study, "--data", data, "--out", tmp_path / out)
        assert status == 1
        assert "1 finding of severity error" in err
        assert (tmp_path / out).exists()


@pytest.mark.parametrize("date", ["31.09.2019", "2019-09-31"])
def test_a_date_that_does_not_exist_is_an_error_of_the_data(tiny, run, date):
    study, data = tiny
    (data / "tr.csv").write_text(DATA["tr.csv"].replace("2021-02-12", date, 1))
    status, out, _ = run("check", study, "--data", data, "--json")
    assert status == 1
    found = [one for one in json.loads(out)["findings"] if one["code"] == "DATE-INVALID"]
    assert [one["subject"] for one in found] == ["T-1"]
    assert date in found[0]["what"]


def test_a_misspelt_key_of_the_study_is_named_with_its_line_and_the_right_spelling(tiny, run):
    study, data = tiny
    (study / "study.yaml").write_text(STUDY.replace("window:", "windw:"))
    status, _, err = run("derive", study, "--data", data, "--out", study / "x")
    assert status == 2
    assert "study.yaml:2" in err
    assert "'window'" in err


def test_unknown_studies_subjects_and_formats(tiny, run, tmp_path):
    study, data = tiny
    assert run("check", "pharmaverse-pilt")[0] == 2
    assert "pharmaverse-pilot" in run("check", "pharmaverse-pilt")[2]
    assert run("explain", study, "--data", data, "T-3")[0] == 2
    assert run("report", study, "--data", data, "--out", tmp_path / "o", "--format", "odt")[0] == 2
    assert run("report", study, "--out", tmp_path / "o")[0] == 2
    assert not (tmp_path / "o").exists()
