"""Input that cannot be used ends in one message with file, place, expectation and remedy."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest

from trialwright.errors import ContractError, DataError, InputFileError
from trialwright.sdtm.files import read_folder

DM = "STUDYID,DOMAIN,USUBJID,SEX,AGE\nS,DM,S-1,F,50\nS,DM,S-2,M,60\n"
COLUMNS = [{"name": "USUBJID", "dataType": "string"}, {"name": "AGE", "dataType": "integer"}]


def parquet(frame):
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


PARQUET = parquet(pl.DataFrame({"USUBJID": ["S-1", "S-2"], "AGE": [50, 60]}))


def dataset_json(**changes):
    return json.dumps({"columns": COLUMNS, "rows": [["S-1", 50]], "records": 1} | changes).encode()


CASES = {
    "no folder content": ({}, DataError, "the study has no DM"),
    "no demographics": ({"ae.csv": b"USUBJID,AETERM\nS-1,Nausea\n"}, DataError, "the study has no DM"),
    "no subjects": ({"dm.csv": b"USUBJID,AGE\n"}, DataError, "DM has no records"),
    "a subject twice": (
        {"dm.csv": DM.replace("S-2", "S-1").encode()},
        DataError,
        "more than once in DM: S-1",
    ),
    "no subject column": ({"dm.csv": b"SUBJID,AGE\n1,50\n"}, ContractError, "lacks the column USUBJID"),
    "a record without subject": ({"dm.csv": b"USUBJID,AGE\nS-1,50\n,60\n"}, DataError, "the first in row 2"),
    "another domain": ({"dm.csv": b"DOMAIN,USUBJID\nAE,S-1\n"}, DataError, "DOMAIN is AE"),
    "two files of one domain": ({"dm.csv": DM.encode(), "DM.parquet": PARQUET}, InputFileError, "both claim"),
    "text in a number": (
        {"dm.csv": b"USUBJID,AGE\nS-1,50\nS-2,old\n"},
        ContractError,
        "AGE has row 2: 'old'",
    ),
    "a decimal comma": ({"dm.csv": b"USUBJID;AGE\nS-1;50,5\n"}, ContractError, "a point for the decimal"),
    "infinity": ({"dm.csv": b"USUBJID,AGE\nS-1,inf\n"}, ContractError, "AGE has row 1: 'inf'"),
    "half a sequence number": (
        {"dm.csv": DM.encode(), "ae.csv": b"USUBJID,AETERM,AESEQ\nS-1,Nausea,1.5\n"},
        ContractError,
        "a whole number",
    ),
    "an empty file": ({"dm.csv": b""}, InputFileError, r"dm\.csv: is empty"),
    "empty lines": ({"dm.csv": b"\n\n"}, InputFileError, r"dm\.csv: is empty"),
    "Latin-1": (
        {"dm.csv": (DM + "S,DM,S-3,Müller,1\n").encode("latin-1")},
        InputFileError,
        "line 4.*0xFC.*UTF-8",
    ),
    "UTF-16": ({"dm.csv": DM.encode("utf-16")}, InputFileError, "encoded in UTF-16"),
    "a column twice": (
        {"dm.csv": b"USUBJID,USUBJID\n1,2\n"},
        InputFileError,
        "USUBJID occurs more than once",
    ),
    "a column twice in other case": ({"dm.csv": b"USUBJID,usubjid\n1,2\n"}, ContractError, "letter case"),
    "a column without name": ({"dm.csv": b"USUBJID,,AGE\n1,2,3\n"}, InputFileError, "column 2 has no name"),
    "a row too short": (
        {"dm.csv": (DM + "S,DM\n").encode()},
        InputFileError,
        "line 4 has 2 fields; expected 5",
    ),
    "a row too long": ({"dm.csv": (DM + "1,2,3,4,5,6\n").encode()}, InputFileError, "line 4 has 6 fields"),
    "an open quote": ({"dm.csv": (DM + 'S,DM,"S-3,F,1\n').encode()}, InputFileError, "check the quotes"),
    "Parquet named CSV": ({"dm.csv": PARQUET}, InputFileError, "is a Parquet file"),
    "Excel named CSV": ({"dm.csv": b"PK\x03\x04...."}, InputFileError, "Excel workbook"),
    "binary data": ({"dm.csv": b"USUBJID\n\x00\x01\n"}, InputFileError, "binary data"),
    "CSV named Parquet": ({"dm.parquet": DM.encode()}, InputFileError, "is not a Parquet file"),
    "truncated Parquet": ({"dm.parquet": PARQUET[:-10]}, InputFileError, "truncated"),
    "damaged Parquet": (
        {"dm.parquet": PARQUET[:-40] + b"\xff" * 20 + PARQUET[-20:]},
        InputFileError,
        r"dm\.parquet: is damaged",
    ),
    "truncated JSON": ({"dm.json": dataset_json()[:-5]}, InputFileError, "not JSON, or truncated"),
    "other JSON": ({"dm.json": b"[1, 2]"}, InputFileError, "no Dataset-JSON"),
    "JSON without columns": ({"dm.json": b'{"rows": []}'}, InputFileError, "has no columns"),
    "JSON with fewer records": (
        {"dm.json": dataset_json(records=2)},
        InputFileError,
        "announces 2 records and has 1",
    ),
    "JSON with a short row": (
        {"dm.json": dataset_json(rows=[["S-1"]])},
        InputFileError,
        "row 1 has 1 values",
    ),
    "JSON with text as number": (
        {"dm.json": dataset_json(rows=[["S-1", "x"]])},
        InputFileError,
        "column AGE has 'x'",
    ),
    "JSON of great depth": ({"dm.json": b"[" * 100_000}, InputFileError, "not JSON"),
    "half a character": (
        {"dm.json": dataset_json(rows=[["\ud800", 1]])},
        InputFileError,
        "no Unicode",
    ),
    "a boolean as a number": (
        {"dm.json": dataset_json(rows=[["S-1", True]])},
        InputFileError,
        "AGE has True",
    ),
    "a huge number": ({"dm.json": dataset_json(rows=[["S-1", 10**400]])}, InputFileError, "too large"),
    "NaN in JSON": (
        {"dm.json": dataset_json().replace(b"50", b"NaN")},
        InputFileError,
        "NaN, which is no JSON",
    ),
    "another file named XPT": ({"dm.xpt": b"hello"}, InputFileError, "not a SAS transport file"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_file_and_remedy(tmp_path, case):
    files, error, says = CASES[case]
    for name, payload in files.items():
        (tmp_path / name).write_bytes(payload)
    with pytest.raises(error, match=says) as caught:
        read_folder(tmp_path)
    if files and "no DM" not in says:
        assert any(name in str(caught.value) for name in files)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(InputFileError, match="does not exist"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputFileError, match="is a file"):
        read_folder(tmp_path / "file")


def test_damaged_parquet_prints_nothing_of_its_own(tmp_path, capfd):
    frame = pl.DataFrame({"USUBJID": [f"S-{number}" for number in range(3)]})
    payload = bytearray(parquet(frame))
    for at in range(4, len(payload) - 8):
        changed = payload.copy()
        changed[at] ^= 0xFF
        (tmp_path / "dm.parquet").write_bytes(changed)
        try:
            read_folder(tmp_path)
        except (InputFileError, DataError, ContractError):
            continue
    assert capfd.readouterr().err == ""
