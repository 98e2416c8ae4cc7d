"""A folder of SDTM in any of its formats gives the same records."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.findings import Severity
from trialwright.sdtm.files import Format, read_folder, write_folder
from trialwright.sdtm.study_data import Origin, StudyData, assemble

DM = "STUDYID,DOMAIN,USUBJID,SEX,AGE\nS,DM,S-1,F,50\nS,DM,S-2,M,\n"


def save(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "text",
    [
        DM,
        DM.replace(",", ";"),
        DM.replace(",", "\t"),
        DM.replace("\n", "\r\n"),
        DM.replace("\n", "\r"),
        "\ufeff" + DM,
        DM + "\n\n",
        DM.lower().replace("dm", "DM").replace("s-", "S-"),
        DM.replace("F,50", '"F","50"'),
    ],
)
def test_the_dialects_of_csv(tmp_path, text):
    data = read_folder(save(tmp_path, dm__csv=text))
    assert data.subjects == ("S-1", "S-2")
    assert data.domain("DM")["AGE"].to_list() == [50.0, None]


def test_letter_case_of_files_does_not_count(tmp_path):
    data = read_folder(save(tmp_path, DM__CSV=DM))
    assert [source.name for source in data.sources["DM"]] == ["DM.CSV"]


def test_every_contract_column_is_there_in_its_type(tmp_path):
    text = "USUBJID,AETERM,AESEQ,AETOXGR,EXTRA\nS-1,Nausea,1,  ,x\n"
    adverse = read_folder(save(tmp_path, dm__csv=DM, ae__csv=text)).domain("AE")
    assert adverse.schema["AESEQ"] == pl.Int64
    assert adverse.schema["AESTDTC"] == pl.String
    assert adverse.schema["AESTDY"] == pl.Float64
    assert adverse["DOMAIN"].to_list() == ["AE"]
    assert adverse["AETOXGR"].to_list() == [None]
    assert adverse.columns[-1] == "EXTRA"


def test_an_absent_domain_is_an_empty_frame(tmp_path):
    data = read_folder(save(tmp_path, dm__csv=DM))
    assert not data.has("TR")
    assert data.domain("TR").height == 0
    assert {"TRSTRESN", "TRACPTFL"} <= set(data.domain("TR").columns)
    with pytest.raises(DataError, match="'XX' is unknown"):
        data.domain("XX")


def test_types_of_parquet_become_those_of_sdtm():
    frame = pl.DataFrame(
        {
            "USUBJID": pl.Series(["S-1", "S-2"], dtype=pl.Categorical),
            "SUBJID": [1015, 2**60],
            "SITEID": [701.0, 702.5],
            "AGE": pl.Series([50, 61], dtype=pl.Int16),
            "DTHFL": [True, None],
            "RFSTDTC": [dt.date(2014, 1, 2), None],
            "RFICDTC": [dt.datetime(2014, 1, 2, tzinfo=dt.UTC), None],
            "RFENDTC": [dt.datetime(2014, 1, 2, 11, 45, tzinfo=dt.UTC), None],
            "INVNAM": pl.Series([None, None], dtype=pl.Null),
        }
    )
    first, second = assemble({"DM": frame}).domain("DM").rows(named=True)
    assert (first["SUBJID"], second["SUBJID"]) == ("1015", str(2**60))
    assert (first["SITEID"], second["SITEID"]) == ("701", "702.5")
    assert (first["AGE"], first["DTHFL"], first["INVNAM"]) == (50.0, "Y", None)
    assert (first["RFSTDTC"], first["RFICDTC"]) == ("2014-01-02", "2014-01-02")
    assert first["RFENDTC"] == "2014-01-02T11:45:00"


def test_records_without_number_are_numbered_and_said_so(tmp_path):
    text = "USUBJID,AETERM\nS-2,Nausea\nS-1,Fever\nS-2,Rash\n"
    data = read_folder(save(tmp_path, dm__csv=DM, ae__csv=text))
    assert data.domain("AE").select("USUBJID", "AESEQ").rows() == [("S-2", 1), ("S-1", 1), ("S-2", 2)]
    assert "SEQ-NUMBERED" in {finding.code for finding in data.findings}


def test_a_record_that_lost_its_number_gets_one_of_its_own(tmp_path):
    text = "USUBJID,AESEQ,AETERM\nS-1,2,Nausea\nS-1,,Fever\nS-2,,Rash\n"
    data = read_folder(save(tmp_path, dm__csv=DM, ae__csv=text))
    assert data.domain("AE").select("USUBJID", "AESEQ").rows() == [("S-1", 2), ("S-1", 3), ("S-2", 1)]
    assert "2 records have no AESEQ" in next(f.what for f in data.findings if f.code == "SEQ-NUMBERED")


def test_missing_columns_are_findings(tmp_path):
    data = read_folder(save(tmp_path, dm__csv=DM))
    found = {finding.severity: finding.what for finding in data.findings if finding.code == "COLUMN-MISSING"}
    assert "SUBJID" in found[Severity.WARNING]
    assert "DTHDTC" in found[Severity.NOTE]


def test_a_declared_file_is_read_and_others_are_noted(tmp_path):
    recist = "USUBJID,RSTESTCD,RSSTRESC,RSDTC\nS-1,OVRLRESP,PR,2020-01-01\n"
    save(tmp_path, dm__csv=DM, rs_onco__csv=recist.replace("PR", "CR"), rs_onco_recist__csv=recist)
    plain = read_folder(tmp_path)
    assert not plain.has("RS")
    data = read_folder(tmp_path, {"RS": "rs_onco_recist"})
    assert data.domain("RS")["RSSTRESC"].to_list() == ["PR"]
    unused = next(finding for finding in data.findings if finding.code == "DATASET-UNUSED")
    assert (unused.severity, "rs_onco.csv" in unused.what) == (Severity.NOTE, True)


def test_the_report_of_an_ingest_is_no_dataset(tmp_path):
    save(tmp_path, dm__csv=DM)
    (tmp_path / "ingest-report.json").write_text("{}")
    (tmp_path / "ingest-report.csv").write_text("cell,was\n")
    assert "DATASET-UNUSED" not in {finding.code for finding in read_folder(tmp_path).findings}


def test_a_declared_file_that_is_absent_falls_back_to_the_plain_name(tmp_path):
    recist = "USUBJID,RSTESTCD,RSSTRESC,RSDTC\nS-1,OVRLRESP,PR,2020-01-01\n"
    data = read_folder(save(tmp_path, dm__csv=DM, rs__csv=recist), {"RS": "rs_onco_recist"})
    assert data.has("RS")
    assert "DATASET-ABSENT" in {finding.code for finding in data.findings}


def test_a_part_of_declared_files_that_is_absent_is_an_error(tmp_path):
    save(tmp_path, dm__csv=DM, lbch__csv="USUBJID,LBTESTCD,LBDTC\nS-1,ALT,2020-01-01\n")
    with pytest.raises(DataError, match="lbhe is missing"):
        read_folder(tmp_path, {"LB": ["lbch", "lbhe"]})


def test_parts_of_a_domain_are_joined_and_lookalikes_are_not(tmp_path):
    head = "DOMAIN,USUBJID,LBTESTCD,LBDTC"
    save(
        tmp_path,
        dm__csv=DM,
        lbch__csv=f"{head}\nLB,S-1,ALT,2020-01-01\n",
        LBHE__csv=f"{head},LBSTRESN\nLB,S-1,HGB,2020-01-01,7.5\n",
        exam__csv="SCORE\n3\n",
    )
    data = read_folder(tmp_path)
    assert sorted(data.domain("LB")["LBTESTCD"]) == ["ALT", "HGB"]
    assert len(data.sources["LB"]) == 2
    assert not data.has("EX")
    assert any("exam.csv" in finding.what for finding in data.findings)


RECORDS = {
    "DM": pl.DataFrame(
        {
            "STUDYID": ["S", "S"],
            "USUBJID": ["S-1", "S-2"],
            "SEX": ["F", None],
            "AGE": [50.0, None],
            "ARMCD": ["A", "B"],
        }
    ),
    "TR": pl.DataFrame(
        {
            "USUBJID": ["S-1", "S-1"],
            "TRSEQ": [1, 2],
            "TRLNKID": ["T01", "T02"],
            "TRTESTCD": ["LDIAM", "LDIAM"],
            "TRSTRESN": [33.6128, 0.1],
            "TRSTRESU": ["mm", "mm"],
            "TRLOC": ['left, "upper"\nlobe', "Ductus hepaticus, größer als 3 cm"],
            "TRDTC": ["2014-01", "2014-01-02T11:45"],
        }
    ),
    "SUPPDM": pl.DataFrame({"USUBJID": ["S-1"], "QNAM": ["ITT"], "QVAL": ["Y"], "IDVARVAL": [None]}),
}


@pytest.mark.parametrize("form", list(Format))
def test_what_is_written_is_read_again(tmp_path, form):
    data = assemble(RECORDS, Origin.SIMULATED)
    write_folder(data, tmp_path / "out", form)
    back = read_folder(tmp_path / "out")
    assert set(back.domains) == {"DM", "TR", "SUPPDM", "TS"}  # TS says where the data come from
    for name, frame in data.domains.items():
        assert back.domain(name).equals(frame.select(back.domain(name).columns)), name


@pytest.mark.parametrize("form", list(Format))
def test_the_same_data_give_the_same_bytes(tmp_path, form):
    data = assemble(RECORDS)
    for name in ("a", "b"):
        write_folder(data, tmp_path / name, form)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_formats_may_be_mixed_in_one_folder(tmp_path):
    data = assemble(RECORDS)
    forms = {"DM": Format.XPT, "TR": Format.DATASET_JSON, "SUPPDM": Format.CSV}
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name, form in forms.items():
        write_folder(data, tmp_path / form, form)
        (path,) = (tmp_path / form).glob(f"{name.lower()}.*")
        path.rename(mixed / path.name.upper())
    back = read_folder(mixed)
    assert {name: back.sources[name][0].format for name in forms} == {
        name: form.value for name, form in forms.items()
    }
    assert back.domain("TR")["TRLOC"].to_list() == RECORDS["TR"]["TRLOC"].to_list()


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [("TRLOC", "ä" * 101, "202 bytes"), ("LONGCOLUMN", "x", "'LONGCOLUMN' does not fit")],
)
def test_what_version_5_cannot_hold_is_refused_and_nothing_is_written(tmp_path, column, text, says):
    frame = RECORDS["TR"].with_columns(pl.lit(text).alias(column))
    data = assemble(RECORDS | {"TR": frame})
    with pytest.raises(DataError, match=says):
        write_folder(data, tmp_path / "out", Format.XPT)
    assert not (tmp_path / "out").exists()


def test_data_are_frozen():
    data = assemble(RECORDS)
    assert isinstance(data, StudyData)
    with pytest.raises(TypeError):
        data.domains["DM"] = pl.DataFrame()
    with pytest.raises(AttributeError):
        data.origin = Origin.SIMULATED
