"""ADRS: time points, best responses, progression and death, one record a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.derive.labels import adam_words
from trialwright.derive.recist import RESPONSE_TEXT, Response
from trialwright.derive.responses import VISIT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trialwright.derive.responses import Judged

COLUMNS = (
    "STUDYID USUBJID ASEQ PARAMCD PARAM ADT ADTF AVISIT VISITNUM AVAL AVALC ANL01FL ANL02FL REASON "
    "SRCDOM SRCVAR SRCSEQ"
).split()
_BESIDE = ("TRGRESP", "NTRGRESP", "NEWLESN", "OVRREC", "OVRLES")
"""Parameters that come last in the numbering of a subject's records."""
_RESPONSES = (int(Response.CR), int(Response.PR))


def derive_adrs(
    adsl: pl.DataFrame, judged: Judged, visits: pl.DataFrame, extra: list[pl.DataFrame]
) -> pl.DataFrame:
    """Compose ADRS.

    Args:
        adsl: One row a subject, sorted by USUBJID as `judged.subjects`.
        judged: Best responses; its visits are those of `visits` with ANL01FL Y.
        visits: Every overall response: VISIT_COLUMNS and ANL01FL.
        extra: Further parameters, complete with PARAMCD.
    """
    best = judged.best
    parameters = [
        _overall(judged, visits),
        _best(judged, "BOR", best.bor, best.bor_visit, judged.reasons.unconfirmed),
        _best(judged, "CBOR", best.cbor, best.cbor_visit, judged.reasons.confirmed),
        _yes_no(judged, "BCP", np.where(np.isin(best.bor, _RESPONSES), best.bor_visit, -1)),
        _yes_no(judged, "CBCP", np.where(np.isin(best.cbor, _RESPONSES), best.cbor_visit, -1)),
        _yes_no(judged, "RSP", best.rsp_visit),
        _yes_no(judged, "CRSP", best.crsp_visit),
        _yes_no(judged, "CB", best.cb_visit),
        _yes_no(judged, "CCB", best.ccb_visit),
        _yes_no(judged, "PD", judged.whole.pd_visit),
        _last_assessment(judged),
        _death(adsl),
        *extra,
    ]
    labels = pl.DataFrame(
        {"PARAMCD": list(adam_words()["adrs"]), "PARAM": list(adam_words()["adrs"].values())}
    )
    return (
        pl.concat(parameters, how="diagonal")
        .join(adsl.select("STUDYID", "USUBJID"), on="USUBJID")
        .join(labels, on="PARAMCD", how="left")
        .with_columns(BESIDE=pl.col("PARAMCD").is_in(_BESIDE))
        .sort("USUBJID", "BESIDE", "PARAMCD", "ADT", "SRCSEQ", nulls_last=True)
        .with_columns(ASEQ=pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.Int64))
        .select(COLUMNS)
    )


def _overall(judged: Judged, visits: pl.DataFrame) -> pl.DataFrame:
    """Every time point; ANL02FL marks those that count towards the best response."""
    counted = judged.visits.select(
        "USUBJID", "ADT", COUNTED=pl.Series(judged.best.counted != int(Response.NOT_APPLICABLE))
    )
    analysed = pl.col("ANL01FL") == "Y"
    return (
        visits.join(counted, on=("USUBJID", "ADT"), how="left", maintain_order="left")
        .with_columns(ANL02FL=pl.when(pl.col("COUNTED") & analysed).then(pl.lit("Y")), PARAMCD=pl.lit("OVR"))
        .drop("COUNTED")
    )


def at_visits(judged: Judged, positions: NDArray[np.int64]) -> pl.DataFrame:
    """One row a subject: the visit at this position, nulls where there is none (-1)."""
    where = pl.DataFrame({"USUBJID": judged.subjects, "POSITION": positions.astype(np.int64)})
    numbered = judged.visits.drop("USUBJID").with_row_index("POSITION").cast({"POSITION": pl.Int64})
    return where.join(numbered, on="POSITION", how="left", maintain_order="left").drop("POSITION")


def _best(
    judged: Judged,
    code: str,
    best: NDArray[np.int8],
    positions: NDArray[np.int64],
    reason: Callable[[int], str],
) -> pl.DataFrame:
    text = {int(response): word for response, word in RESPONSE_TEXT.items()}
    return at_visits(judged, positions).with_columns(
        PARAMCD=pl.lit(code),
        AVAL=pl.Series(best).cast(pl.Float64),
        AVALC=pl.Series(best).cast(pl.Int64).replace_strict(text, return_dtype=pl.String),
        REASON=pl.Series([reason(subject) for subject in range(len(judged.subjects))], dtype=pl.String),
        ANL01FL=pl.lit("Y"),
    )


def _yes_no(judged: Judged, code: str, positions: NDArray[np.int64]) -> pl.DataFrame:
    yes = pl.col("ADT").is_not_null()
    return at_visits(judged, positions).with_columns(
        PARAMCD=pl.lit(code),
        AVAL=yes.cast(pl.Float64),
        AVALC=pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ANL01FL=pl.lit("Y"),
    )


def _last_assessment(judged: Judged) -> pl.DataFrame:
    """The last assessment up to the cut-off, whatever happened before it."""
    last = (
        judged.visits.with_row_index("POSITION")
        .filter(pl.Series(judged.within_cut_off))
        .group_by("USUBJID")
        .agg(pl.col("POSITION").last().cast(pl.Int64))
    )
    positions = (
        pl.DataFrame({"USUBJID": judged.subjects})
        .join(last, on="USUBJID", how="left", maintain_order="left")["POSITION"]
        .fill_null(-1)
        .to_numpy()
    )
    return at_visits(judged, positions).with_columns(PARAMCD=pl.lit("LSTA"), ANL01FL=pl.lit("Y"))


def _death(adsl: pl.DataFrame) -> pl.DataFrame:
    yes = pl.col("DTHDT").is_not_null()
    return adsl.select(
        "USUBJID",
        PARAMCD=pl.lit("DEATH"),
        ADT="DTHDT",
        ADTF="DTHDTF",
        AVAL=yes.cast(pl.Float64),
        AVALC=pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")),
        REASON=pl.when(yes).then(pl.format("Death on {}", "DTHDT")),
        ANL01FL=pl.lit("Y"),
        SRCDOM="DTHDOM",
        SRCVAR="DTHVAR",
        SRCSEQ="DTHSEQ",
    )


def visit_parameter(visits: pl.DataFrame, code: str, column: str) -> pl.DataFrame:
    """A further response of each visit, such as TRGRESP, taken from `column`, where there is one."""
    keep = [name for name in VISIT_COLUMNS if name not in {"AVAL", "AVALC", "REASON"}]
    return visits.filter(pl.col(column) != "").select(
        *keep, PARAMCD=pl.lit(code), AVALC=pl.col(column), ANL01FL=pl.lit("Y")
    )


def measurable(subjects: pl.DataFrame, with_targets: pl.Series) -> pl.DataFrame:
    """MDIS: whether the subject had a target lesion measured at baseline."""
    yes = pl.col("USUBJID").is_in(with_targets.implode())
    return subjects.select(
        "USUBJID",
        PARAMCD=pl.lit("MDIS"),
        AVAL=yes.cast(pl.Float64),
        AVALC=pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ANL01FL=pl.lit("Y"),
    )
