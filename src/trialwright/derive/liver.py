"""Signals of drug-induced liver injury: multiples of ULN on treatment, and candidates of Hy's law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.lab_tests import lab_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LIVER_COLUMNS = ("USUBJID", "ALTX", "ASTX", "AMINOX", "BILIX", "HYSLAW", "HYSDT", "ALPX")


def liver_signals(adlb: pl.DataFrame) -> pl.DataFrame:
    """One row a subject with an aminotransferase or bilirubin on treatment.

    ALTX, ASTX, AMINOX (the larger of both) and BILIX are the highest multiples of ULN on treatment; null
    where never measured with a range. HYSLAW is Y for a candidate of Hy's law, by the bilirubin of HYSDT;
    ALPX is the alkaline phosphatase of that day, or the last one before it on treatment, in ULN; null where
    none is known (cholestasis is then not ruled out).

    Source: FDA guidance of July 2009, IV.A; rulebook/lab-tests.toml, hys_law.
    """
    table = lab_table()
    values = _multiples(adlb, table["roles"])
    peaks = _peaks(values)
    candidates = _candidates(values, table["hys_law"])
    joined = peaks.join(candidates, on="USUBJID", how="left", maintain_order="left")
    return joined.with_columns(HYSLAW=pl.col("HYSLAW").fill_null("N")).select(LIVER_COLUMNS).sort("USUBJID")


def _multiples(adlb: pl.DataFrame, roles: Mapping[str, list[str]]) -> pl.DataFrame:
    """On-treatment results of the liver tests (never of urine) as multiples of ULN."""
    role = {test: name for name, tests in roles.items() for test in tests}
    named = pl.col("PARAMCD").str.to_uppercase().replace_strict(role, default=None, return_dtype=pl.String)
    return (
        adlb.filter(pl.col("ATOXDSCH").is_not_null(), pl.col("ONTRTFL") == "Y")
        .filter(pl.col("AVAL") >= 0, pl.col("ANRHI") > 0)
        .select("USUBJID", "ADT", ROLE=named, X=pl.col("AVAL") / pl.col("ANRHI"))
        .filter(pl.col("ROLE").is_not_null())
    )


def _peaks(values: pl.DataFrame) -> pl.DataFrame:
    def highest(role: str) -> pl.Expr:
        return pl.col("X").filter(pl.col("ROLE") == role).max()

    peaks = values.group_by("USUBJID").agg(
        ALTX=highest("alt"), ASTX=highest("ast"), BILIX=highest("bilirubin")
    )
    return peaks.with_columns(AMINOX=pl.max_horizontal("ALTX", "ASTX")).filter(
        pl.any_horizontal(pl.col("AMINOX", "BILIX").is_not_null())
    )


def _candidates(values: pl.DataFrame, law: Mapping[str, Any]) -> pl.DataFrame:
    """The first bilirubin of each subject that completes the law, with its alkaline phosphatase."""
    raised = values.filter(
        pl.col("ROLE").is_in(["alt", "ast"]), pl.col("X") >= law["aminotransferase_times_uln"]
    ).select("USUBJID", AMINODT="ADT")
    jaundice = values.filter(pl.col("ROLE") == "bilirubin", pl.col("X") > law["bilirubin_times_uln"])
    days = (pl.col("ADT") - pl.col("AMINODT")).dt.total_days()
    pairs = jaundice.join(raised, on="USUBJID").filter(days.is_between(0, law["within_days"]))
    met = pairs.select("USUBJID", HYSDT="ADT").unique()
    phosphatase = values.filter(pl.col("ROLE") == "alkaline_phosphatase").select(
        "USUBJID", ALPDT="ADT", ALPX="X"
    )
    known = (
        met.join(phosphatase, on="USUBJID", how="left")
        .with_columns(ALPX=pl.when(pl.col("ALPDT") <= pl.col("HYSDT")).then("ALPX"))
        .sort("USUBJID", "HYSDT", pl.when(pl.col("ALPX").is_not_null()).then("ALPDT"), nulls_last=False)
        .unique(["USUBJID", "HYSDT"], keep="last", maintain_order=True)
    )
    below = pl.col("ALPX") < law["alkaline_phosphatase_below_times_uln"]
    return (
        known.filter(below.fill_null(value=True))
        .sort("USUBJID", "HYSDT")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", "HYSDT", "ALPX", HYSLAW=pl.lit("Y"))
    )
