"""To which drugs an adverse event is related: AEREL, and one variable a drug in SUPPAE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.adverse_event_words import words
from trialwright.derive.drugs import drug_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.derive.drugs import KnownDrug
    from trialwright.sdtm.study_data import StudyData

RELATION = "AEREL"
_SEPARATOR = ";"
_KEY = ["USUBJID", "AESEQ"]


def with_relation(frame: pl.DataFrame, data: StudyData, drugs: Mapping[str, KnownDrug]) -> pl.DataFrame:
    """Add RELFL (Y, N; null where the study records no causality), RELDRUG and RELKNOWN.

    RELDRUG names the drugs, joined by ";", to which the event is related: from SUPPAE (QNAM AEREL with the
    code of the drug, or QLABEL naming it), from drug names inside AEREL, or, in a study of one drug, from
    AEREL itself. It is null where nothing tells drugs apart. RELKNOWN is N where causality was not recorded
    for this event although the study records it: it then counts as related.
    """
    by_drug = _by_drug(data, drugs)
    frame = frame.join(by_drug, on=_KEY, how="left", maintain_order="left")
    said = pl.col(RELATION).str.strip_chars().str.to_uppercase()
    named = pl.col(RELATION).map_elements(lambda text: _named(text, drugs), return_dtype=pl.String)
    related = said.is_in(words("causality")["related"]) | (named != "")
    unrelated = said.is_in(words("causality")["not_related"])
    recorded = frame[RELATION].is_not_null().any() or by_drug.height > 0
    one_drug = pl.lit(next(iter(drugs)) if len(drugs) == 1 else None, dtype=pl.String)
    any_drug = pl.col("SUPPDRUG").fill_null("") != ""
    no_drug = (pl.col("SUPPDRUG") == "").fill_null(value=False)
    is_related = pl.when(any_drug).then(pl.lit("Y")).when(related.fill_null(value=False)).then(pl.lit("Y"))
    settled = is_related.when(unrelated.fill_null(value=False) | no_drug).then(pl.lit("N"))
    frame = frame.with_columns(SETTLED=settled)
    return frame.with_columns(
        RELFL=pl.when(recorded).then(pl.col("SETTLED").fill_null("Y")),
        RELKNOWN=pl.when(recorded).then(
            pl.when(pl.col("SETTLED").is_null()).then(pl.lit("N")).otherwise(pl.lit("Y"))
        ),
        RELDRUG=pl.coalesce(
            "SUPPDRUG",
            pl.when(named != "").then(named),
            pl.when(pl.col("SETTLED") == "Y").then(one_drug).when(pl.col("SETTLED") == "N").then(pl.lit("")),
        ),
    ).drop("SETTLED", "SUPPDRUG")


def _named(text: str, drugs: Mapping[str, KnownDrug]) -> str:
    pieces = text.replace(",", _SEPARATOR).replace("/", _SEPARATOR).split(_SEPARATOR)
    found = {drug_named(piece, drugs) for piece in pieces}
    return _SEPARATOR.join(name for name in drugs if name in found)


def _by_drug(data: StudyData, drugs: Mapping[str, KnownDrug]) -> pl.DataFrame:
    """One row an event that has a causality by drug: SUPPDRUG, the related drugs, "" for none of them."""
    supplemental = data.domain("SUPPAE").filter(
        pl.col("QNAM").str.starts_with(RELATION) & (pl.col("IDVAR") == "AESEQ")
    )
    by_name = {
        (qnam, label): drug
        for qnam, label in supplemental.select("QNAM", "QLABEL").unique().iter_rows()
        if (drug := _drug_of(qnam, label, drugs)) is not None
    }
    rows = [
        (subject, int(float(number)), by_name[qnam, label], value)
        for subject, number, qnam, label, value in supplemental.select(
            "USUBJID", "IDVARVAL", "QNAM", "QLABEL", "QVAL"
        ).iter_rows()
        if (qnam, label) in by_name and number and number.replace(".", "", 1).isdigit()
    ]
    schema = {"USUBJID": pl.String, "AESEQ": pl.Int64, "DRUG": pl.String, "SAID": pl.String}
    related = pl.col("SAID").str.strip_chars().str.to_uppercase().is_in(words("causality")["related"])
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .with_columns(DRUG=pl.when(related).then("DRUG"))
        .group_by(_KEY)
        .agg(SUPPDRUG=pl.col("DRUG").drop_nulls().unique().sort().str.join(_SEPARATOR))
    )


def _drug_of(qnam: str, label: str | None, drugs: Mapping[str, KnownDrug]) -> str | None:
    ending = qnam.removeprefix(RELATION)
    for drug in drugs.values():
        if ending and ending.upper() == drug.code:
            return drug.name
    return drug_named(label, drugs)
