"""Our derivation of the pilot beside the one that R's admiralonco made, record by record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.pilot import adam_folder

if TYPE_CHECKING:
    from trialwright.derive.adam import Adam

RELATIVE = 1e-12
"""Numbers closer than this are the same: both sides are sums of decimals in double precision."""

_RESPONSES = ("OVR", "BOR", "CBOR", "RSP", "CRSP", "CB", "CCB", "PD", "LSTA", "DEATH", "BCP", "CBCP", "MDIS")
_TIMES = {"PFS": "PFS", "OS": "OS", "DOR": "RSD"}
_RESPONSE_COLUMNS = ("ADT", "AVAL", "AVALC", "ANL01FL")
_TIME_COLUMNS = ("STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ")
_SUM_COLUMNS = ("AVAL", "BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD", "ABLFL", "ANL01FL")
_KNOWN = {"CBCP": "published as N for every subject: a defect upstream"}


@dataclass(frozen=True)
class Agreement:
    """One parameter compared: records on each side, what was compared, and the records that differ."""

    dataset: str
    parameter: str
    ours: int
    theirs: int
    columns: tuple[str, ...]
    different: tuple[str, ...]
    note: str = ""

    @property
    def expected(self) -> bool:
        """No difference, or one that is explained."""
        return not self.different or bool(self.note)


def compare_with_pilot(adam: Adam) -> list[Agreement]:
    """Compare the derived pilot with the published ADaM, each parameter in full.

    Raises:
        InputFileError: the package with the published datasets is not installed.
    """
    folder = adam_folder()
    adrs = pl.read_parquet(folder / "adrs_onco.parquet")
    adtte = pl.read_parquet(folder / "adtte_onco.parquet")
    adtr = pl.read_parquet(folder / "adtr_onco.parquet")
    found = []
    for code in _RESPONSES:
        keys = ("USUBJID", "ADT") if code == "OVR" else ("USUBJID",)
        ours, theirs = _of(adam.adrs, code), _of(adrs, code)
        found.append(_compare("adrs", code, ours, theirs, keys, _RESPONSE_COLUMNS, _KNOWN.get(code, "")))
    primary = adam.adtte.filter(pl.col("VARIANT") == "primary")
    for code, published in _TIMES.items():
        ours, theirs = _of(primary, code), _of(adtte, published)
        found.append(_compare("adtte", code, ours, theirs, ("USUBJID",), _TIME_COLUMNS))
    sums = (_of(adam.adtr, "SDIAM"), _of(adtr, "SDIAM"))
    found.append(_compare("adtr", "SDIAM", *sums, ("USUBJID", "ADT"), _SUM_COLUMNS))
    return found


def _of(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    return frame.filter(pl.col("PARAMCD") == code)


def _compare(
    dataset: str,
    parameter: str,
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    keys: tuple[str, ...],
    columns: tuple[str, ...],
    note: str = "",
) -> Agreement:
    """Match records by key; a record that only one side has differs."""
    compared = tuple(name for name in columns if name not in keys)
    left = ours.select(*keys, *compared, OURS=pl.lit(1))
    right = theirs.select(
        *keys, *[pl.col(name).alias(f"{name}_THEIRS") for name in compared], THEIRS=pl.lit(1)
    )
    both = left.join(right, on=keys, how="full", coalesce=True, nulls_equal=True)
    differs = pl.any_horizontal(
        pl.col("OURS").is_null(),
        pl.col("THEIRS").is_null(),
        *[_differs(left.schema[name], name) for name in compared],
    )
    records = both.filter(differs).sort(keys)
    labels = tuple(" ".join(str(value) for value in row) for row in records.select(keys).iter_rows())
    return Agreement(dataset, parameter, ours.height, theirs.height, compared, labels, note if labels else "")


def _differs(dtype: pl.DataType, name: str) -> pl.Expr:
    ours, theirs = pl.col(name), pl.col(f"{name}_THEIRS")
    if not dtype.is_numeric():
        return ours.ne_missing(theirs)
    a, b = ours.cast(pl.Float64), theirs.cast(pl.Float64)
    close = (a - b).abs() <= RELATIVE * pl.max_horizontal(a.abs(), b.abs())
    return a.is_null().ne_missing(b.is_null()) | ~close.fill_null(value=True)
