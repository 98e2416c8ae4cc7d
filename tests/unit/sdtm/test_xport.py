"""SAS transport files: another implementation (ReadStat, by pyreadstat) reads and writes the same."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pyreadstat
import pytest

from trialwright.errors import DataError, InputFileError
from trialwright.sdtm.formats import ibm_float, xport_read, xport_write
from trialwright.sdtm.formats.dataset import Dataset

FRAME = pl.DataFrame(
    {
        "USUBJID": ["S-1", "S-2", "S-3"],
        "AGE": [50.5, None, -0.1],
        "TINY": [1e-70, 0.0, 1e70],
        "WHOLE": [2.0**53, -1.0, 1 / 3],
        "TERM": ["Übelkeit", None, "x" * 200],
    }
)
DATASET = Dataset("DM", "Demographics", FRAME, {"AGE": "Age", "TERM": "L" * 40})


def test_another_reader_reads_what_we_write(tmp_path):
    path = tmp_path / "dm.xpt"
    path.write_bytes(xport_write.write(DATASET))
    frame, meta = pyreadstat.read_xport(str(path), output_format="polars")
    expected = FRAME.with_columns(pl.col("TERM").fill_null(""))
    assert frame.with_columns(pl.col("TERM").fill_null("")).equals(expected)
    assert meta.table_name == "DM"
    assert meta.column_names_to_labels["TERM"] == "L" * 40


@pytest.mark.parametrize("version", [5, 8])
def test_we_read_what_another_writer_writes(tmp_path, version):
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(FRAME, str(path), file_format_version=version, table_name="DM")
    frame = xport_read.read(path.read_bytes(), "dm.xpt")
    assert frame.with_columns(pl.col("TERM").replace("", None)).equals(FRAME)


def test_a_label_over_40_characters_is_refused(tmp_path):
    path = tmp_path / "dm.xpt"
    labels = ["Label " * 8, *FRAME.columns[1:]]
    pyreadstat.write_xport(FRAME, str(path), file_format_version=8, table_name="DM", column_labels=labels)
    with pytest.raises(
        InputFileError, match=r"the label of USUBJID has 48 characters; expected .* at most 40"
    ):
        xport_read.read(path.read_bytes(), "dm.xpt")
    with pytest.raises(DataError, match="label of AGE has 41 bytes"):
        xport_write.write(Dataset("DM", "Demographics", FRAME, {"AGE": "L" * 41}))


def test_a_name_over_8_characters_is_refused(tmp_path):
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(FRAME.rename({"TERM": "DESCRIPTION"}), str(path), file_format_version=8)
    with pytest.raises(InputFileError, match="DESCRIPTION has 11 characters"):
        xport_read.read(path.read_bytes(), "dm.xpt")


def test_truncated_files_are_told_apart_from_short_ones():
    payload = xport_write.write(DATASET)
    for cut in (1, 79, 81, 400):
        with pytest.raises(InputFileError, match="truncated"):
            xport_read.read(payload[:-cut], "dm.xpt")
    with pytest.raises(InputFileError, match="truncated in record 3"):
        xport_read.read(payload[:-160], "dm.xpt")
    with pytest.raises(InputFileError, match="not a SAS transport file"):
        xport_read.read(payload[80:], "dm.xpt")


def test_text_in_another_encoding_names_its_row():
    payload = xport_write.write(DATASET).replace("Ü".encode(), b"\xdc ")
    with pytest.raises(InputFileError, match="row 1, column TERM is not UTF-8"):
        xport_read.read(payload, "dm.xpt")


def test_blanks_that_fill_the_last_record_are_no_rows():
    for rows in range(1, 20):
        short = Dataset("DM", "", pl.DataFrame({"SEX": ["F"] * rows}), {})
        assert xport_read.read(xport_write.write(short), "dm.xpt").height == rows


def test_a_dataset_without_records_keeps_its_columns():
    empty = Dataset("DM", "", FRAME.clear(), {})
    assert xport_read.read(xport_write.write(empty), "dm.xpt").columns == FRAME.columns


def test_known_ibm_numbers():
    """One is 41 10 00 …; -118.625 is C2 76 A0 … (the textbook example of the format)."""
    known = {1.0: "4110000000000000", -118.625: "C276A00000000000", 0.0: "0000000000000000"}
    for value, expected in known.items():
        encoded = ibm_float.encode(np.array([value]))
        assert encoded.tobytes().hex().upper() == expected
        assert ibm_float.decode(encoded)[0] == value


def test_missing_values_and_shortened_numbers():
    raw = np.frombuffer(b".\0\0\0\0\0\0\0A\0\0\0\0\0\0\0_\0\0\0\0\0\0\0", dtype=np.uint8).reshape(3, 8)
    assert all(math.isnan(value) for value in ibm_float.decode(raw))
    assert ibm_float.decode(ibm_float.encode(np.array([1.0]))[:, :3])[0] == 1.0


def test_numbers_out_of_range_are_refused():
    with pytest.raises(DataError, match="TINY: a number is outside the range"):
        xport_write.write(Dataset("DM", "", pl.DataFrame({"TINY": [1e300]}), {}))
