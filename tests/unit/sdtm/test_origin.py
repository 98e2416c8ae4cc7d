"""What was not recorded says so, in every format and after every copy."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.sdtm.files import Format, read_folder, write_folder
from trialwright.sdtm.study_data import Origin, assemble

DM = pl.DataFrame(
    [{"STUDYID": "T", "DOMAIN": "DM", "USUBJID": "T-1", "SUBJID": "1", "ARMCD": "A", "ARM": "A"}]
)


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("origin", list(Origin))
def test_the_origin_survives_writing_and_reading(tmp_path, form, origin):
    write_folder(assemble({"DM": DM}, origin), tmp_path / "sdtm", form)
    assert read_folder(tmp_path / "sdtm").origin is origin


def test_every_parquet_file_of_simulated_data_says_so(tmp_path):
    write_folder(assemble({"DM": DM}, Origin.SIMULATED), tmp_path / "sdtm", Format.PARQUET)
    for path in (tmp_path / "sdtm").glob("*.parquet"):
        assert pl.read_parquet_metadata(path)["origin"] == "simulated"


def test_two_origins_are_refused(tmp_path):
    ts = pl.DataFrame(
        [{"STUDYID": "T", "DOMAIN": "TS", "TSSEQ": n, "TSPARMCD": "DATAORIG", "TSPARM": "x", "TSVAL": value}
         for n, value in enumerate(["SIMULATED", "RECONSTRUCTED"], start=1)]
    )  # fmt: skip
    write_folder(assemble({"DM": DM, "TS": ts}), tmp_path / "sdtm", Format.CSV)
    with pytest.raises(DataError, match="DATAORIG"):
        read_folder(tmp_path / "sdtm")
