"""ADSL: one row a subject, with the dates that every other dataset counts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.dated import EVENT_SCHEMA, dated_records, earliest, latest
from trialwright.derive.disposition import end_of_study, milestone, new_therapy, screen_failures
from trialwright.protocol.response_rules import ReferenceDate
from trialwright.sdtm.study_data import known_contract

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

SET_COLUMNS = {"full": "FULLFL", "safety": "SAFFL", "evaluable": "EVALFL", "per_protocol": "PPROTFL"}
_FROM_DM = (
    "STUDYID USUBJID SUBJID SITEID COUNTRY AGE AGEU SEX RACE ETHNIC ARM ARMCD ACTARM ACTARMCD BRTHDTC DTHDTC"
).split()
_REFERENCE = {
    ReferenceDate.RANDOMISATION: "RANDDT",
    ReferenceDate.FIRST_DOSE: "TRTSDT",
    ReferenceDate.ENROLMENT: "ENRLDT",
}
_OTHER_REASONS_FOR_DEATH = (("DD", "DDDTC"), ("DS", "DSSTDTC"), ("AE", "AEENDTC"))


def set_flag(name: str) -> str:
    """The column of ADSL that says who belongs to an analysis set.

    >>> set_flag("full"), set_flag("immune")
    ('FULLFL', 'SET_IMMUNE')
    """
    return SET_COLUMNS.get(name, f"SET_{name.upper()}")


def derive_adsl_dates(study: Study, data: StudyData) -> pl.DataFrame:
    """Give one row a subject of DM with its dates; groups and analysis sets come later.

    Columns: those of DM, then RANDDT, ENRLDT, ENRLFL, SCRNFL (screen failure), TRTSDT, TRTEDT, REFDT, DTHDT,
    DTHDTF, DTHFL, DTHDOM, DTHSEQ, LSTALVDT, LSTALVSRC, LSTALVSEQ, EOSSTT, EOSDT, DCSREAS, LOSTFL, NEWTXDT,
    NEWTXDTF, NEWTXDOM, NEWTXSEQ. Nothing after the data cut-off is among them: who entered, died or stopped
    later had not; the last dose and the last date alive of who went on are those of the cut-off.
    """
    cut_off = study.data_cutoff
    frame = data.domain("DM").select(_FROM_DM)
    frame = _join(frame, _until(cut_off, milestone(data, "randomised")), RANDDT="DATE")
    frame = _join(frame, _until(cut_off, _first_dose(data)), TRTSDT="DATE")
    frame = _join(frame, _last_dose(data, cut_off), TRTEDT="DATE")
    frame = _with_enrolment(frame, data, cut_off)
    frame = frame.with_columns(REFDT=pl.col(_REFERENCE[study.response.reference_date]))
    source = {"DOM": "SRCDOM", "VAR": "SRCVAR", "SEQ": "SRCSEQ"}
    of_death = {f"DTH{ending}": column for ending, column in source.items()}
    frame = _join(frame, _until(cut_off, _deaths(study, data)), DTHDT="DATE", DTHDTF="FLAG", **of_death)
    frame = frame.with_columns(DTHFL=pl.when(pl.col("DTHDT").is_not_null()).then(pl.lit("Y")))
    frame = _with_last_alive(frame, study, data)
    frame = frame.join(
        end_of_study(data, cut_off), on="USUBJID", how="left", maintain_order="left"
    ).with_columns(LOSTFL=pl.when(pl.col("LOST")).then(pl.lit("Y")))
    therapy = _until(cut_off, new_therapy(data, frame, study.imputation.new_therapy))
    of_therapy = {f"NEWTX{ending}": column for ending, column in source.items()}
    frame = _join(frame, therapy, NEWTXDT="DATE", NEWTXDTF="FLAG", **of_therapy)
    return frame.drop("LOST").sort("USUBJID")


def _join(frame: pl.DataFrame, facts: pl.DataFrame, **columns: str) -> pl.DataFrame:
    named = facts.select("USUBJID", **{new: pl.col(old) for new, old in columns.items()})
    return frame.join(named, on="USUBJID", how="left", maintain_order="left")


def _until(cut_off: dt.date | None, facts: pl.DataFrame) -> pl.DataFrame:
    """Keep what is dated up to the cut-off."""
    return facts if cut_off is None else facts.filter(pl.col("DATE") <= cut_off)


def _taken() -> pl.Expr:
    """A dose was given: an amount above 0, or placebo, whose amount is 0."""
    placebo = pl.col("EXTRT").str.to_uppercase().str.contains("PLACEBO", literal=True)
    return (pl.col("EXDOSE").fill_null(1.0) > 0) | placebo.fill_null(value=False)


def _first_dose(data: StudyData) -> pl.DataFrame:
    return earliest(dated_records(data, "EX", "EXSTDTC", where=_taken()))


def _last_dose(data: StudyData, cut_off: dt.date | None) -> pl.DataFrame:
    """The last day of dosing: the end of an exposure record, its start where no end is recorded.

    Of a record that goes on past the cut-off, the cut-off.
    """
    starts = dated_records(data, "EX", "EXSTDTC", where=_taken())
    ends = dated_records(data, "EX", "EXENDTC", where=_taken())
    without_end = starts.join(ends, on=("USUBJID", "SRCSEQ"), how="anti")
    if cut_off is not None:
        later = starts.filter(pl.col("DATE") > cut_off)
        ends = ends.join(later, on=("USUBJID", "SRCSEQ"), how="anti")
        ends = ends.with_columns(DATE=pl.min_horizontal("DATE", pl.lit(cut_off)))
    return latest(pl.concat([ends, _until(cut_off, without_end)]))


def _with_enrolment(frame: pl.DataFrame, data: StudyData, cut_off: dt.date | None) -> pl.DataFrame:
    """ENRLDT: the milestone, else randomisation, else (not for screen failures) RFSTDTC or the first dose."""
    failed = screen_failures(data)
    start = _until(cut_off, dated_records(data, "DM", "RFSTDTC"))
    enrolled_on = _until(cut_off, milestone(data, "enrolled"))
    frame = _join(_join(frame, enrolled_on, MILESTONE="DATE"), start, RFSTDT="DATE")
    enrolled = pl.coalesce("MILESTONE", "RANDDT", "RFSTDT", "TRTSDT")
    is_failure = pl.col("USUBJID").is_in(failed.implode())
    return frame.with_columns(
        ENRLDT=pl.when(~is_failure).then(enrolled),
        SCRNFL=pl.when(is_failure).then(pl.lit("Y")),
    ).with_columns(
        ENRLFL=pl.when(pl.col("ENRLDT").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N"))
    ).drop("MILESTONE", "RFSTDT")  # fmt: skip


def _deaths(study: Study, data: StudyData) -> pl.DataFrame:
    """The date of death: DM, else DD, the disposition DEATH, or the end of a fatal adverse event."""
    rule = study.imputation.death
    from_dm = dated_records(data, "DM", "DTHDTC", rule=rule)
    fatal = (pl.col("AEOUT").str.to_uppercase() == "FATAL") | (pl.col("AESDTH") == "Y")
    conditions = {
        "DD": None,
        "DS": pl.col("DSDECOD").str.to_uppercase() == "DEATH",
        "AE": fatal.fill_null(value=False),
    }
    others = [
        dated_records(data, domain, variable, rule=rule, where=conditions[domain])
        for domain, variable in _OTHER_REASONS_FOR_DEATH
    ]
    found = pl.concat([from_dm, *others]) if others else from_dm
    return found.unique("USUBJID", keep="first", maintain_order=True)


def _with_last_alive(frame: pl.DataFrame, study: Study, data: StudyData) -> pl.DataFrame:
    """LSTALVDT: the latest date that shows the subject alive; never before randomisation or enrolment."""
    rule = study.imputation.last_alive
    seen = [
        dated_records(data, *source.split(".", 1), rule=rule, where=_shows_alive(source))
        for source in study.last_known_alive
    ]
    events = pl.concat(seen) if seen else pl.DataFrame(schema=EVENT_SCHEMA)
    starts = [
        frame.filter(pl.col(column).is_not_null()).select(
            "USUBJID",
            DATE=column,
            FLAG=pl.lit(""),
            SRCDOM=pl.lit("ADSL"),
            SRCVAR=pl.lit(column),
            SRCSEQ=pl.lit(None, dtype=pl.Int64),
        )
        for column in ("RANDDT", "ENRLDT")
    ]
    known = latest(pl.concat([events, *starts]))
    if study.data_cutoff is not None:
        known = known.with_columns(DATE=pl.min_horizontal("DATE", pl.lit(study.data_cutoff)))
    named = known.with_columns(LSTALVSRC=pl.format("{}.{}", "SRCDOM", "SRCVAR"))
    return _join(frame, named, LSTALVDT="DATE", LSTALVSRC="LSTALVSRC", LSTALVSEQ="SRCSEQ")


def _shows_alive(source: str) -> pl.Expr | None:
    """SS says itself whether the subject was alive; what was not taken, done or given shows nothing."""
    domain = source.split(".", 1)[0]
    if domain == "SS":
        return pl.col("SSSTRESC").str.to_uppercase() == "ALIVE"
    if domain == "EX":
        return _taken()
    columns = [column.name for column in known_contract(domain).columns]
    denied = {f"{domain}STAT": "NOT DONE", f"{domain}OCCUR": "N"}
    said = [pl.col(name) != word for name, word in denied.items() if name in columns]
    return pl.all_horizontal(*said).fill_null(value=True) if said else None
