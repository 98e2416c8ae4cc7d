"""ADAE: one row an adverse event, with its dates, grade, relation, action and occurrence flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column, study_day_expr
from trialwright.derive.adae_findings import adae_findings
from trialwright.derive.adae_relation import with_relation
from trialwright.derive.adverse_event_words import immune_related_terms, words
from trialwright.derive.drugs import CHECKPOINT_INHIBITOR, drug_class, study_drugs

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

NOT_CODED = "Not coded"
LOWEST_GRADE, HIGHEST_GRADE = 1, 5
_GRADE_UNKNOWN = 0

_FROM_ADSL = ["STUDYID", "USUBJID", "GROUP", "GROUPA", "TRT01A", "TRTSDT", "TRTEDT", "DTHDT"]
_FROM_AE = [
    "USUBJID",
    "AESEQ",
    "AETERM",
    "AEDECOD",
    "AEBODSYS",
    "AESTDTC",
    "AEENDTC",
    "AESEV",
    "AETOXGR",
    "AESER",
    "AEREL",
    "AEACN",
    "AEOUT",
    "AESDTH",
]


def derive_adae(
    study: Study, data: StudyData, adsl: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give one row an event of AE, and what is wrong with them.

    Columns beside those of AE: AEDECOD (AETERM where not coded), AEBODSYS (AESOC or "Not coded" likewise),
    ASTDT, ASTDTF, ASTDY (day 1 is the first dose: the time to onset), AENDT, AENDTF, AENDY, ADURN (days),
    ATOXGRN (1 to 5), ASEVN (1 to 3, of AESEV), RELFL, RELDRUG (drugs by ";"), FATALFL, STOPFL, REDUCFL,
    INTERFL, TRTEMFL, IMRFL and IMRSYS (term list), and the flags of the first treatment-emergent event:
    AOCCFL (of a subject), AOCCSFL (SOC), AOCCPFL (term); AOCCIFL, AOCCSIFL, AOCCPIFL (at the worst grade).

    Source: rulebook/adverse-events.toml; CDISC OCCDS 1.1.
    """
    drugs = study_drugs(study)
    subjects = adsl.select(name for name in _FROM_ADSL if name in adsl.columns)
    events = data.domain("AE").with_columns(AEBODSYS=pl.coalesce("AEBODSYS", "AESOC", pl.lit(NOT_CODED)))
    events = events.select(_FROM_AE).with_columns(AEDECOD=pl.coalesce("AEDECOD", "AETERM"))
    frame = events.join(subjects, on="USUBJID", how="left", maintain_order="left")
    frame = _with_dates(frame)
    frame = _with_grade(frame)
    frame = with_relation(frame, data, drugs)
    frame = _with_outcome(frame)
    cutoff = study.data_cutoff
    window = study.safety.window.days
    frame = frame.with_columns(TRTEMFL=pl.when(_emergent(window) & _before(cutoff)).then(pl.lit("Y")))
    frame = _with_immune_related(frame, data)
    frame = _with_first_occurrences(frame)
    found = adae_findings(frame, cutoff)
    return frame.drop("EARLIEST", "LATEST", "ENDBEFORE").sort("USUBJID", "AESEQ"), found


def _before(cutoff: object) -> pl.Expr:
    if cutoff is None:
        return pl.lit(value=True)
    return (pl.col("ASTDT") <= pl.lit(cutoff)).fill_null(value=True)


def _with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete the dates: the start as early as possible but not before a first dose that it may follow."""
    earliest, flag = impute_column(frame["AESTDTC"], DateRule.FIRST_DAY)
    latest, _ = impute_column(frame["AESTDTC"], DateRule.LAST_DAY)
    end, end_flag = impute_column(frame["AEENDTC"], DateRule.LAST_DAY)
    frame = frame.with_columns(EARLIEST=earliest, LATEST=latest, ASTDTF=flag, AENDT=end, AENDTF=end_flag)
    may_follow = (pl.col("EARLIEST") < pl.col("TRTSDT")) & (pl.col("TRTSDT") <= pl.col("LATEST"))
    died_first = (pl.col("AENDTF") != "") & (pl.col("DTHDT") < pl.col("AENDT"))
    frame = frame.with_columns(
        ASTDT=pl.when(may_follow).then("TRTSDT").otherwise("EARLIEST"),
        AENDT=pl.when(died_first).then("DTHDT").otherwise("AENDT"),
    )
    before = (pl.col("AENDT") < pl.col("ASTDT")).fill_null(value=False)
    return frame.with_columns(
        ENDBEFORE=before, AENDT=pl.when(~before).then("AENDT"), AENDTF=pl.when(~before).then("AENDTF")
    ).with_columns(
        ASTDY=study_day_expr(pl.col("ASTDT"), pl.col("TRTSDT")),
        AENDY=study_day_expr(pl.col("AENDT"), pl.col("TRTSDT")),
        ADURN=(pl.col("AENDT") - pl.col("ASTDT")).dt.total_days() + 1,
    )


def _with_grade(frame: pl.DataFrame) -> pl.DataFrame:
    grade = pl.col("AETOXGR").str.strip_chars().str.to_uppercase().str.strip_prefix("GRADE").str.strip_chars()
    number = grade.cast(pl.Float64, strict=False)
    whole = (number == number.floor()) & number.is_between(LOWEST_GRADE, HIGHEST_GRADE)
    rank = {word: number for number, word in enumerate(words("severity")["order"], 1)}
    severity = pl.col("AESEV").str.to_uppercase()
    return frame.with_columns(
        ATOXGRN=pl.when(whole).then(number).cast(pl.Int64),
        ASEVN=severity.replace_strict(rank, default=None, return_dtype=pl.Int64),
    )


def _with_outcome(frame: pl.DataFrame) -> pl.DataFrame:
    action = pl.col("AEACN").str.strip_chars().str.to_uppercase()
    acts = words("action")
    fatal = (
        pl.col("AEOUT").str.to_uppercase().is_in(words("outcome")["fatal"]).fill_null(value=False)
        | (pl.col("AESDTH").str.to_uppercase() == "Y").fill_null(value=False)
        | (pl.col("ATOXGRN") == HIGHEST_GRADE).fill_null(value=False)
    )
    return frame.with_columns(
        FATALFL=pl.when(fatal).then(pl.lit("Y")),
        STOPFL=pl.when(action.is_in(acts["withdrawn"])).then(pl.lit("Y")),
        REDUCFL=pl.when(action.is_in(acts["reduced"])).then(pl.lit("Y")),
        INTERFL=pl.when(action.is_in(acts["interrupted"])).then(pl.lit("Y")),
    )


def _emergent(window: int) -> pl.Expr:
    """From the first dose until `window` days after the last; an unknown start may be either."""
    started = (pl.col("ASTDT") >= pl.col("TRTSDT")).fill_null(value=True)
    ended = (pl.col("AENDT") < pl.col("TRTSDT")).fill_null(value=False)
    last = pl.col("TRTEDT") + pl.duration(days=window)
    late = (pl.col("ASTDT") > last).fill_null(value=False)
    return pl.col("TRTSDT").is_not_null() & started & ~ended & ~late


def _with_immune_related(frame: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """Flag listed terms of treatment-emergent events in subjects who received a checkpoint inhibitor."""
    doses = data.domain("EX")
    given = [name for name in doses["EXTRT"].unique() if drug_class(name) == CHECKPOINT_INHIBITOR]
    exposed = doses.filter(pl.col("EXTRT").is_in(given))["USUBJID"].unique()
    system = pl.col("AEDECOD").str.to_uppercase().replace_strict(immune_related_terms(), default=None)
    chosen = pl.col("USUBJID").is_in(exposed.implode()) & (pl.col("TRTEMFL") == "Y") & system.is_not_null()
    return frame.with_columns(IMRFL=pl.when(chosen).then(pl.lit("Y")), IMRSYS=pl.when(chosen).then(system))


def _with_first_occurrences(frame: pl.DataFrame) -> pl.DataFrame:
    """Flag one treatment-emergent event of each subject, class and term: the first, the first at worst."""
    scopes = {
        "": ["USUBJID"],
        "S": ["USUBJID", "AEBODSYS"],
        "P": ["USUBJID", "AEBODSYS", "AEDECOD"],
    }
    severity = pl.coalesce("ATOXGRN", "ASEVN", pl.lit(_GRADE_UNKNOWN))
    frame = frame.with_columns(SEVERITY=severity).with_row_index("ROW")
    by_date = ["ASTDT", "AESEQ"]
    for letter, keys in scopes.items():
        frame = _flag_first(frame, f"AOCC{letter}FL", keys, by_date, [False, False])
        frame = _flag_first(frame, f"AOCC{letter}IFL", keys, ["SEVERITY", *by_date], [True, False, False])
    return frame.drop("SEVERITY", "ROW")


def _flag_first(
    frame: pl.DataFrame, name: str, keys: list[str], order: list[str], descending: list[bool]
) -> pl.DataFrame:
    first = (
        frame.filter(pl.col("TRTEMFL") == "Y")
        .sort(*keys, *order, descending=[*(False for _ in keys), *descending], nulls_last=True)
        .unique(keys, keep="first", maintain_order=True)
        .select("ROW", pl.lit("Y").alias(name))
    )
    return frame.join(first, on="ROW", how="left", maintain_order="left")
