"""Where records come from, kept with the records: a TS record and, in Parquet, metadata of the file.

Recorded data say nothing. Simulated and reconstructed data say so in TS (TSPARMCD DATAORIG), so that the
mark survives every format, every copy and every output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import DataError
from trialwright.sdtm.study_data import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

ORIGIN_CODE = "DATAORIG"
ORIGIN_LABEL = "Origin of the Data"


def stated_origin(frames: Mapping[str, pl.DataFrame]) -> Origin:
    """The origin that the TS records of a study state; recorded where they state none.

    Raises:
        DataError: TS states an origin that does not exist, or two.
    """
    summary = frames.get("TS")
    if summary is None or not {"TSPARMCD", "TSVAL"} <= set(summary.columns):
        return Origin.RECORDED
    said = summary.filter(pl.col("TSPARMCD") == ORIGIN_CODE)["TSVAL"].drop_nulls().unique().sort().to_list()
    if not said:
        return Origin.RECORDED
    known = {origin.value.upper(): origin for origin in Origin}
    if len(said) > 1 or said[0].upper() not in known:
        raise DataError.at(
            f"TS, TSPARMCD {ORIGIN_CODE}",
            " and ".join(repr(value) for value in said),
            expected=f"one of {', '.join(known)}",
            remedy="keep the record as Trialwright wrote it",
        )
    return known[said[0].upper()]


def with_stated_origin(frames: Mapping[str, pl.DataFrame], origin: Origin) -> dict[str, pl.DataFrame]:
    """The domains with the TS record that states their origin; recorded data stay as they are."""
    if origin is Origin.RECORDED or stated_origin(frames) is origin:
        return dict(frames)
    study = frames["DM"]["STUDYID"][0]
    record = {
        "STUDYID": study,
        "DOMAIN": "TS",
        "TSSEQ": 1,
        "TSPARMCD": ORIGIN_CODE,
        "TSPARM": ORIGIN_LABEL,
        "TSVAL": origin.value.upper(),
    }
    before = [frames["TS"]] if "TS" in frames else []
    stated = pl.concat([pl.DataFrame([record]), *before], how="diagonal_relaxed")
    return {**frames, "TS": stated}
