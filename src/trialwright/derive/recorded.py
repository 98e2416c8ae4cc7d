"""Overall responses as an assessor recorded them in RS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.assessor import of_assessor
from trialwright.derive.dated import with_date
from trialwright.derive.recist import RESPONSE_CODE, WORST_FIRST
from trialwright.derive.responses import VISIT_COLUMNS
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    from trialwright.protocol.response_rules import ResponseRules
    from trialwright.sdtm.study_data import StudyData

OVERALL = "OVRLRESP"
_RANK = {int(code): rank for rank, code in enumerate(WORST_FIRST)}


def recorded_responses(
    data: StudyData, rules: ResponseRules, adsl: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Give the recorded overall responses: VISIT_COLUMNS and ANL01FL, with what was not used.

    ANL01FL is Y for the one record of a day that counts (the worst, else the one with the highest
    RSSEQ), on or after the reference date.
    """
    rs = of_assessor(data.domain("RS"), "RS", rules.assessor)
    overall = rs.filter(
        pl.col("RSTESTCD") == OVERALL,
        pl.col("RSCAT").is_null() | (pl.col("RSCAT").str.to_uppercase() == rules.criteria.upper()),
        pl.col("RSSTAT").is_null(),
    )
    word = pl.col("RSSTRESC").str.to_uppercase()
    plain = {text: float(code) for text, code in RESPONSE_CODE.items()}
    coded = with_date(overall, "RSDTC", rules.partial_dates).with_columns(
        AVALC=word, AVAL=word.replace_strict(plain, default=None, return_dtype=pl.Float64)
    )
    usable = pl.col("AVAL").is_not_null() & pl.col("DATE").is_not_null()
    findings = [_not_used(row) for row in coded.filter(~usable).iter_rows(named=True)]
    visits = (
        coded.filter(usable)
        .join(adsl.select("USUBJID", "REFDT"), on="USUBJID")
        .with_columns(
            RANK=pl.col("AVAL")
            .cast(pl.Int64)
            .replace_strict(_RANK, default=len(_RANK), return_dtype=pl.Int64)
        )
        .sort("USUBJID", "DATE", "RSSEQ")
        .with_columns(SRCDOM=pl.lit("RS"), SRCVAR=pl.lit("RSSTRESC"), REASON=_as_recorded())
        .rename({"DATE": "ADT", "FLAG": "ADTF", "VISIT": "AVISIT", "RSSEQ": "SRCSEQ"})
    )
    return _flag_of_day(visits, rules).select(*VISIT_COLUMNS, "ANL01FL"), findings


def _as_recorded() -> pl.Expr:
    return pl.format("{} on {} as recorded (RSSEQ {})", "AVALC", "DATE", "RSSEQ")


def _flag_of_day(visits: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    visits = visits.with_row_index("ROW")
    counts = (pl.col("ADT") >= pl.col("REFDT")).fill_null(value=True)
    order = ["RANK", "SRCSEQ"] if rules.worst_of_day else ["SRCSEQ"]
    descending = [False, True] if rules.worst_of_day else [True]
    chosen = (
        visits.filter(counts)
        .sort("USUBJID", "ADT", *order, descending=[False, False, *descending])
        .unique(("USUBJID", "ADT"), keep="first", maintain_order=True)
        .select("ROW", ANL01FL=pl.lit("Y"))
    )
    return visits.join(chosen, on="ROW", how="left", maintain_order="left")


def _not_used(row: dict[str, object]) -> Finding:
    undated = row["DATE"] is None
    what = f"date {row['RSDTC']!r}" if undated else f"overall response {row['RSSTRESC']!r}"
    return Finding(
        Severity.WARNING,
        "RS-NOT-USED",
        "RS",
        str(row["USUBJID"]),
        f"RSSEQ {row['RSSEQ']} ({row['RSDTC']})",
        f"{what} is not understood; the record is not used",
        "correct RSDTC" if undated else "use a response of RECIST 1.1: CR, PR, SD, NON-CR/NON-PD, PD or NE",
    )
