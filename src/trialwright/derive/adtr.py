"""ADTR: each target lesion and the sum of diameters, at every visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.labels import adam_words

if TYPE_CHECKING:
    from trialwright.derive.lesions import LesionHistory
    from trialwright.derive.responses import Judged

COLUMNS = (
    "STUDYID USUBJID PARAMCD PARAM ADT ADTF AVISIT VISITNUM AVAL BASE CHG PCHG NADIR CHGNAD PCHGNAD "
    "ABLFL ANL01FL ANL02FL LESIONID TULOC LSEXP LSASS SRCDOM SRCVAR SRCSEQ"
).split()
_PERCENT = 100.0


def derive_adtr(adsl: pl.DataFrame, judged: Judged, history: LesionHistory) -> pl.DataFrame:
    """Compose ADTR from judged lesions.

    SDIAM adds the target lesions that were measured; ANL01FL is Y where that is all of them, and only
    those sums feed NADIR (the smallest before this visit) and BASE. ANL02FL is Y for a visit that counts
    towards the best response. TDIAMn is the n-th target lesion of the subject: the longest diameter,
    the short axis of a node.
    """
    counted = judged.visits.select(
        "USUBJID", "ADT", ANL02FL=pl.when(pl.Series(judged.best.counted != 0)).then(pl.lit("Y"))
    )
    sums = _sums(judged.points.filter(pl.col("LESIONS") > 0))
    lesions = _lesions(history)
    return (
        pl.concat([sums, lesions], how="diagonal")
        .join(counted, on=("USUBJID", "ADT"), how="left", maintain_order="left")
        .join(adsl.select("STUDYID", "USUBJID"), on="USUBJID", maintain_order="left")
        .with_columns(_change("BASE", "CHG", "PCHG") + _change("NADIR", "CHGNAD", "PCHGNAD"))
        .with_columns(SRCDOM=pl.lit("TR"), SRCVAR=pl.lit("TRSTRESN"))
        .sort("USUBJID", "PARAMCD", "ADT")
        .select(COLUMNS)
    )


def _change(base: str, change: str, percent: str) -> list[pl.Expr]:
    difference = pl.col("AVAL") - pl.col(base)
    return [
        difference.alias(change),
        pl.when(pl.col(base) > 0).then(_PERCENT * (difference / pl.col(base))).alias(percent),
    ]


def _sums(sums: pl.DataFrame) -> pl.DataFrame:
    baseline = pl.col("VISITNO") == 0
    complete = pl.col("ASSESSED") == pl.col("LESIONS")
    first = sums.filter(baseline, complete).select("USUBJID", OWNBASE="PARTIAL")
    return sums.join(first, on="USUBJID", how="left", maintain_order="left").select(
        "USUBJID",
        "ADT",
        "ADTF",
        "AVISIT",
        "VISITNUM",
        "LSEXP",
        "LSASS",
        "SRCSEQ",
        PARAMCD=pl.lit("SDIAM"),
        PARAM=pl.lit(adam_words()["adtr"]["SDIAM"]),
        AVAL=pl.when(pl.col("ASSESSED") > 0).then("PARTIAL"),
        BASE=pl.coalesce("BASE", "OWNBASE"),
        NADIR="NADIR",
        ABLFL=pl.when(baseline).then(pl.lit("Y")),
        ANL01FL=pl.when(complete).then(pl.lit("Y")),
    )


def _lesions(history: LesionHistory) -> pl.DataFrame:
    visits = history.visits.select("USUBJID", "VISITNO", "ADT", "ADTF", "VISITNUM", AVISIT="VISIT")
    number = pl.col("LESIONID").rank("dense").over("USUBJID").cast(pl.Int64)
    measured = (
        history.targets.with_columns(NUMBER=number)
        .join(visits, on=("USUBJID", "VISITNO"), maintain_order="left")
        .filter(pl.col("AVAL").is_not_null())
    )
    base = measured.filter(pl.col("VISITNO") == 0).select("USUBJID", "LESIONID", BASE="AVAL")
    before = pl.col("AVAL").cum_min().shift(1).over("USUBJID", "LESIONID", order_by="VISITNO")
    return measured.join(base, on=("USUBJID", "LESIONID"), how="left", maintain_order="left").select(
        "USUBJID",
        "ADT",
        "ADTF",
        "AVISIT",
        "VISITNUM",
        "LESIONID",
        "TULOC",
        "AVAL",
        "BASE",
        PARAMCD=pl.format("TDIAM{}", "NUMBER"),
        PARAM=pl.format("Target lesion {}: {} (mm)", "LESIONID", _axis()),
        NADIR=before,
        ABLFL=pl.when(pl.col("VISITNO") == 0).then(pl.lit("Y")),
        ANL01FL=pl.lit("Y"),
        SRCSEQ="TRSEQ",
    )


def _axis() -> pl.Expr:
    return pl.when("NODE").then(pl.lit("short axis")).otherwise(pl.lit("longest diameter"))
