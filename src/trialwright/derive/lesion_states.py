"""What lesions without a diameter tell of a visit: the non-target response, and new lesions.

At one visit the word for a lesion (TUMSTATE) counts before a size that was recorded beside it. A lesion that
was not done or not evaluable tells nothing: it is neither still there nor gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.recist.options import read_rulebook
from trialwright.derive.tumour_words import meaning_of

if TYPE_CHECKING:
    import datetime as dt

_LESION = ("USUBJID", "LESIONID")
_UNEQUIVOCAL = "unequivocal"


def non_target_states(measured: pl.DataFrame, lesions: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """The non-target response of each visit: progression outranks what was not assessed [4.3.3, 4.3.4].

    A lesion of which TU or TR says "non-target" belongs to the subject's baseline disease.
    """
    expected = lesions.filter(pl.col("ROLE") == "non_target").select(*_LESION, "NODE")
    normal_below = read_rulebook()["complete_response"]["node_short_axis_below_mm"]
    gone = (pl.col("TRSTRESN") == 0) | (pl.col("NODE") & (pl.col("TRSTRESN") < normal_below))
    by_size = (
        pl.when(pl.col("TRSTRESN").is_null())
        .then(None)
        .when(gone)
        .then(pl.lit("absent"))
        .otherwise(pl.lit("present"))
    )
    state = pl.col("STATE")
    seen = (
        measured.join(expected, on=_LESION)
        .with_columns(WORD=_meaning("non_target_state"))
        .with_columns(STATE=pl.coalesce("WORD", by_size, pl.lit("not_evaluable")))
        .sort(pl.col("WORD").is_not_null(), state != "not_evaluable", "DATE", "TRSEQ")
        .group_by(*_LESION, "VISITNO", maintain_order=True)
        .agg(
            STATE=pl.when((state == "progression").any()).then(pl.lit("progression")).otherwise(state.last())
        )
    )
    every = visits.select("USUBJID", "VISITNO").join(expected, on="USUBJID")
    return (
        every.join(seen, on=(*_LESION, "VISITNO"), how="left")
        .with_columns(state.fill_null("not_evaluable"))
        .group_by("USUBJID", "VISITNO")
        .agg(NONTARGET=_non_target_of_visit(pl.col("STATE")))
    )


def _non_target_of_visit(state: pl.Expr) -> pl.Expr:
    """The non-target response of a visit from the states of all its lesions; at baseline they are there."""
    return (
        pl.when((pl.col("VISITNO") == 0).first())
        .then(pl.lit("NON-CR/NON-PD"))
        .when((state == "progression").any())
        .then(pl.lit("PD"))
        .when((state == "not_evaluable").any())
        .then(pl.lit("NE"))
        .when((state == "absent").all())
        .then(pl.lit("CR"))
        .otherwise(pl.lit("NON-CR/NON-PD"))
    )


def new_lesion_states(
    measured: pl.DataFrame,
    lesions: pl.DataFrame,
    identified: pl.DataFrame,
    visits: pl.DataFrame,
    cut_off: dt.date | None,
) -> pl.DataFrame:
    """What was seen of new lesions, each followed by its identifier [Eisenhauer 2009, 4.3.5].

    UNEQUIVOCAL if any new lesion is; EQUIVOCAL_CONFIRMED if one seen here is unequivocal later, up to the
    cut-off; else EQUIVOCAL_UNCONFIRMED. A new lesion that TU identified before TR first describes it, or
    that TR never describes, was seen there: as TR first describes it, else unequivocally.
    """
    new = lesions.filter(pl.col("ROLE") == "new").select(*_LESION, "TULOC")
    described = _described(measured.join(new, on=_LESION))
    named = _named(described, identified, visits)
    unequivocal = pl.col("STATE") == _UNEQUIVOCAL
    days = visits.group_by("USUBJID", "VISITNO").agg(ADT=pl.col("ADT").max())
    in_time = (pl.col("ADT") <= pl.lit(cut_off, dtype=pl.Date)).fill_null(value=True)
    last_certain = pl.col("VISITNO").filter(unequivocal & in_time).max().over(_LESION)
    return (
        pl.concat([described, named])
        .join(days, on=("USUBJID", "VISITNO"))
        .filter(pl.col("VISITNO") > 0, pl.col("STATE") != "none")
        .with_columns(LATER=(last_certain > pl.col("VISITNO")).fill_null(value=False))
        .group_by("USUBJID", "VISITNO")
        .agg(
            NEWLESION=pl.when(unequivocal.any())
            .then(pl.lit("UNEQUIVOCAL"))
            .when(pl.col("LATER").any())
            .then(pl.lit("EQUIVOCAL_CONFIRMED"))
            .otherwise(pl.lit("EQUIVOCAL_UNCONFIRMED")),
            NEWWHERE=pl.col("TULOC").drop_nulls().unique().sort().str.join(", "),
        )
    )


def _named(described: pl.DataFrame, identified: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """New lesions at the visits at which TU identifies them before TR tells of them.

    Of two first descriptions at one visit, the unequivocal one holds.
    """
    first = described.group_by(_LESION).agg(
        FIRST=pl.col("VISITNO").min(),
        AS=pl.col("STATE").filter(pl.col("VISITNO") == pl.col("VISITNO").min()).sort().last(),
    )
    return (
        identified.filter(pl.col("ROLE") == "new")
        .join(visits.select("USUBJID", "KEY", "VISITNO"), on=("USUBJID", "KEY"))
        .join(first, on=_LESION, how="left")
        .filter((pl.col("VISITNO") < pl.col("FIRST")).fill_null(value=True))
        .select(*_LESION, "VISITNO", "TULOC", STATE=pl.col("AS").fill_null(_UNEQUIVOCAL))
    )


def _described(records: pl.DataFrame) -> pl.DataFrame:
    """The state of each new lesion at each visit at which TR tells one; any other word is unequivocal."""
    size = pl.col("TRSTRESN")
    worded = size.is_null() & pl.col("TRSTRESC").is_not_null()
    by_size = pl.when(size == 0).then(pl.lit("none")).when(size > 0).then(pl.lit(_UNEQUIVOCAL))
    by_word = pl.when(worded).then(_meaning("new_lesion_state").fill_null(_UNEQUIVOCAL))
    not_done = (pl.col("TRSTAT") == "NOT DONE") | (_meaning("non_target_state") == "not_evaluable")
    return (
        records.filter(~not_done.fill_null(value=False))
        .with_columns(WORDED=worded, STATE=pl.coalesce(by_word, by_size))
        .filter(pl.col("STATE").is_not_null())
        .filter(pl.col("WORDED") | ~pl.col("WORDED").any().over(*_LESION, "VISITNO"))
        .select(*_LESION, "VISITNO", "TULOC", "STATE")
    )


def _meaning(section: str) -> pl.Expr:
    word = pl.col("TRSTRESC").str.to_uppercase()
    return word.replace_strict(meaning_of(section), default=None, return_dtype=pl.String)
