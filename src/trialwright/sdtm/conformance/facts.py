"""What several checks need to know of each subject and of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column
from trialwright.protocol.response_rules import ReferenceDate
from trialwright.rulebook import read_table
from trialwright.sdtm.study_data import known_contract
from trialwright.standards import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData


@dataclass(frozen=True, slots=True)
class Facts:
    """The study, and one row for each subject of DM.

    `subjects`: USUBJID, BIRTH (the earliest day it can be), DEATH (the latest day it can be), REFDT
    (the study's reference date), TRTSDT (first dose), SCREENFAIL.
    `calendar`: text, FIRST and LAST (the days that it can be) of every date text in the records.
    """

    study: Study
    subjects: pl.DataFrame
    calendar: pl.DataFrame

    def days(self, texts: pl.Series) -> pl.DataFrame:
        """FIRST and LAST of each text, null where there is none or it is no date."""
        found = (
            texts.alias("text").to_frame().join(self.calendar, on="text", how="left", maintain_order="left")
        )
        return found.select("FIRST", "LAST")


def date_columns(data: StudyData) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Every dataset, date column and frame, where at least one record has a text there."""
    for name, frame in data.domains.items():
        for column in known_contract(name).of_kind(ColumnKind.DATE):
            if frame[column].null_count() < frame.height:
                yield name, column, frame


def collect_facts(data: StudyData, study: Study) -> Facts:
    """Dates of each subject that other dates are compared with; partial ones at their widest."""
    words = read_table("disposition.toml")
    demographics = data.domain("DM").unique("USUBJID", keep="first", maintain_order=True)
    failed = pl.col("ARMNRS").str.to_uppercase().is_in(words["screen_failure"]["reason"]) | pl.col(
        "ARMCD"
    ).str.to_uppercase().is_in(words["screen_failure"]["armcd"])
    subjects = demographics.select(
        "USUBJID",
        BIRTH=impute_column(demographics["BRTHDTC"], DateRule.FIRST_DAY)[0],
        DEATH=impute_column(demographics["DTHDTC"], DateRule.LAST_DAY)[0],
        START=impute_column(demographics["RFSTDTC"], DateRule.FIRST_DAY)[0],
        SCREENFAIL=failed.fill_null(value=False),
    )
    subjects = (
        subjects.join(_first(data, "EX", "EXSTDTC", "TRTSDT"), on="USUBJID", how="left")
        .join(
            _first(data, "DS", "DSSTDTC", "RANDDT", words["milestone"]["randomised"]),
            on="USUBJID",
            how="left",
        )
        .join(
            _first(data, "DS", "DSSTDTC", "ENRLDT", words["milestone"]["enrolled"]), on="USUBJID", how="left"
        )
    )
    reference = _reference(study.response.reference_date)
    kept = ("USUBJID", "BIRTH", "DEATH", "TRTSDT", "SCREENFAIL")
    return Facts(study, subjects.select(*kept, REFDT=reference), _calendar(data))


def _calendar(data: StudyData) -> pl.DataFrame:
    distinct = [frame[column].unique().alias("text") for _, column, frame in date_columns(data)]
    texts = pl.concat(distinct).drop_nulls().unique() if distinct else pl.Series("text", [], dtype=pl.String)
    first, _ = impute_column(texts, DateRule.FIRST_DAY)
    last, _ = impute_column(texts, DateRule.LAST_DAY)
    return pl.DataFrame([texts, first.alias("FIRST"), last.alias("LAST")])


def _reference(chosen: ReferenceDate) -> pl.Expr:
    """The reference date as ADSL has it: of enrolment, what stands for it where it is not recorded."""
    if chosen is ReferenceDate.RANDOMISATION:
        return pl.col("RANDDT")
    if chosen is ReferenceDate.FIRST_DOSE:
        return pl.col("TRTSDT")
    return pl.coalesce("ENRLDT", "RANDDT", "START", "TRTSDT")


def _first(
    data: StudyData, domain: str, column: str, name: str, terms: list[str] | None = None
) -> pl.DataFrame:
    """The first date of a domain for each subject, of records with one of the terms."""
    frame = data.domain(domain)
    if terms is not None:
        frame = frame.filter(pl.col("DSDECOD").str.to_uppercase().is_in(terms))
    dated = frame.select("USUBJID", impute_column(frame[column], DateRule.FIRST_DAY)[0].alias(name))
    return dated.drop_nulls().group_by("USUBJID").agg(pl.col(name).min())
