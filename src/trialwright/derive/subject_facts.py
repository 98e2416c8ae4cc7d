"""The named facts of the condition language, such as enrolled, treated or prior treatment.

Where ADSL is at hand, its derived dates decide, so that a condition and the report never disagree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column
from trialwright.derive.disposition import milestone, screen_failures
from trialwright.derive.field_records import occurred
from trialwright.derive.verdicts import Truth, any_record, one_each, uniform
from trialwright.protocol.condition_words import Fact

if TYPE_CHECKING:
    from trialwright.derive.facts_context import Context

_PRIOR_DOMAINS = ("CM", "PR")
_NAMES = ("TRT", "DECOD", "CAT", "SCAT", "CLAS")
_NOT_LETTERS = re.compile(r"[^A-Z0-9]+")


def fact(context: Context, which: Fact, phase: str) -> pl.DataFrame:
    """Judge a named fact."""
    match which:
        case Fact.ENROLLED:
            return _enrolled(context)
        case Fact.RANDOMISED:
            return _randomised(context)
        case Fact.TREATED:
            return _treated(context)
        case Fact.ASSESSED:
            return _assessed(context)
        case Fact.MEASURABLE:
            return _measurable(context)
        case Fact.DISEASE_CONTROL:
            when = f"disease control at the end of {phase}" if phase else "disease control"
            return uniform(context.subjects, Truth.UNKNOWN, f"{when} is judged during the study")


def _from_adsl(context: Context, column: str, yes: str, no: str) -> pl.DataFrame | None:
    """Judge by whether a date of ADSL is there; None where ADSL is not at hand or lacks the column."""
    if context.adsl is None or column not in context.adsl.columns:
        return None
    date = pl.col(column)
    verdicts = context.adsl.select(
        "USUBJID",
        TRUTH=pl.when(date.is_not_null()).then(int(Truth.MET)).otherwise(int(Truth.NOT_MET)),
        BECAUSE=pl.when(date.is_not_null()).then(pl.format(f"{yes} {{}}", date)).otherwise(pl.lit(no)),
    )
    return one_each(context.subjects, verdicts, Truth.UNKNOWN, "not in ADSL")


def _enrolled(context: Context) -> pl.DataFrame:
    if (
        known := _from_adsl(context, "ENRLDT", "enrolled on", "no enrolment, randomisation or dose")
    ) is not None:
        return known
    failed = set(screen_failures(context.data))
    dm = context.data.domain("DM")
    started = [
        *milestone(context.data, "enrolled")["USUBJID"],
        *milestone(context.data, "randomised")["USUBJID"],
        *dm.filter(pl.col("RFSTDTC").is_not_null())["USUBJID"],
        *context.first_dose["USUBJID"],
    ]
    yes = pl.col("USUBJID").is_in(pl.Series(started, dtype=pl.String).implode())
    out = pl.col("USUBJID").is_in(pl.Series(sorted(failed), dtype=pl.String).implode())
    verdicts = dm.select(
        "USUBJID",
        TRUTH=pl.when(out)
        .then(int(Truth.NOT_MET))
        .when(yes)
        .then(int(Truth.MET))
        .otherwise(int(Truth.NOT_MET)),
        BECAUSE=pl.when(out)
        .then(pl.lit("screen failure"))
        .when(yes)
        .then(pl.lit("enrolled"))
        .otherwise(pl.lit("no enrolment, randomisation or dose")),
    )
    return one_each(context.subjects, verdicts, Truth.UNKNOWN, "not in DM")


def _randomised(context: Context) -> pl.DataFrame:
    if (known := _from_adsl(context, "RANDDT", "randomised on", "not randomised")) is not None:
        return known
    if "DS" not in context.data.domains:
        return uniform(context.subjects, Truth.UNKNOWN, "DS, which tells randomisation, was not supplied")
    dates = milestone(context.data, "randomised")
    verdicts = dates.select(
        "USUBJID", TRUTH=pl.lit(int(Truth.MET)), BECAUSE=pl.format("randomised on {}", pl.col("DATE"))
    )
    return one_each(context.subjects, verdicts, Truth.NOT_MET, "not randomised")


def _treated(context: Context) -> pl.DataFrame:
    if (known := _from_adsl(context, "TRTSDT", "first dose on", "no dose")) is not None:
        return known
    if "EX" not in context.data.domains:
        return uniform(context.subjects, Truth.UNKNOWN, "EX, which tells doses, was not supplied")
    verdicts = context.doses.select(
        "USUBJID", TRUTH=pl.lit(int(Truth.MET)), BECAUSE=pl.lit("a dose was given")
    )
    return any_record(context.subjects, verdicts, Truth.NOT_MET, "no dose")


def _assessed(context: Context) -> pl.DataFrame:
    known = _from_adsl(context, "LASTASDT", "last assessed on", "no tumour assessment after baseline")
    if known is not None:
        return known
    domains = [domain for domain in ("RS", "TR") if domain in context.data.domains]
    if not domains:
        return uniform(context.subjects, Truth.UNKNOWN, "neither RS nor TR was supplied")
    seen = [_assessments(context, domain) for domain in domains]
    return any_record(context.subjects, pl.concat(seen), Truth.NOT_MET, "no tumour assessment after baseline")


def _assessments(context: Context, domain: str) -> pl.DataFrame:
    frame = context.data.domain(domain)
    dates, _flags = impute_column(frame[f"{domain}DTC"], DateRule.FIRST_DAY)
    status = f"{domain}STAT"
    done = pl.col(status).is_null() if status in frame.columns else pl.lit(value=True)
    later = (
        frame.with_columns(DAY=dates).filter(done).join(context.reference, on="USUBJID", how="left")
        .filter((pl.col("DAY") > pl.col("FIRSTDT")).fill_null(value=False))
    )  # fmt: skip
    return later.select(
        "USUBJID",
        TRUTH=pl.lit(int(Truth.MET), dtype=pl.Int8),
        BECAUSE=pl.format("assessed on {}", pl.col("DAY")),
    )


def _measurable(context: Context) -> pl.DataFrame:
    if context.adsl is not None and "MEASFL" in context.adsl.columns:
        flag = pl.col("MEASFL")
        truth = pl.when(flag == "Y").then(int(Truth.MET)).when(flag == "N").then(int(Truth.NOT_MET))
        verdicts = context.adsl.select(
            "USUBJID",
            TRUTH=truth.otherwise(int(Truth.UNKNOWN)),
            BECAUSE=pl.when(flag == "Y").then(pl.lit("target lesion at baseline"))
            .otherwise(pl.lit("no target lesion at baseline")),
        )  # fmt: skip
        return one_each(context.subjects, verdicts, Truth.UNKNOWN, "not in ADSL")
    if "TU" not in context.data.domains:
        return uniform(context.subjects, Truth.UNKNOWN, "TU, which tells lesions, was not supplied")
    targets = context.data.domain("TU").filter(pl.col("TUSTRESC").str.to_uppercase() == "TARGET")
    verdicts = targets.select(
        "USUBJID",
        TRUTH=pl.lit(int(Truth.MET), dtype=pl.Int8),
        BECAUSE=pl.format("target lesion {}", pl.coalesce("TULNKID", pl.lit(""))),
    )
    return any_record(context.subjects, verdicts, Truth.NOT_MET, "no target lesion")


def prior(context: Context, treatments: tuple[str, ...]) -> pl.DataFrame:
    """Judge whether any of these treatments began before the first dose of the study."""
    supplied = [domain for domain in _PRIOR_DOMAINS if domain in context.data.domains]
    named = " or ".join(treatments)
    if not supplied:
        return uniform(context.subjects, Truth.UNKNOWN, f"prior {named}: neither CM nor PR was supplied")
    found = pl.concat([_prior_records(context, domain, treatments) for domain in supplied])
    return any_record(context.subjects, found, Truth.NOT_MET, f"no record of {named} before the first dose")


def _squeezed(text: str) -> str:
    return f" {_NOT_LETTERS.sub(' ', text.upper().replace('ANTICANCER', 'ANTI CANCER')).strip()} "


def _prior_records(context: Context, domain: str, treatments: tuple[str, ...]) -> pl.DataFrame:
    frame = occurred(context.data.domain(domain), domain)
    columns = [f"{domain}{name}" for name in _NAMES if f"{domain}{name}" in frame.columns]
    text = pl.concat_str(columns, separator=" / ", ignore_nulls=True).fill_null("")
    squeezed = pl.concat_str(
        pl.lit(" "),
        text.str.to_uppercase()
        .str.replace_all("ANTICANCER", "ANTI CANCER")
        .str.replace_all(r"[^A-Z0-9]+", " "),
        pl.lit(" "),
    )
    given = pl.any_horizontal([squeezed.str.contains(_squeezed(name), literal=True) for name in treatments])
    starts = frame[f"{domain}STDTC"]
    early, _flags = impute_column(starts, DateRule.FIRST_DAY)
    late, _flags = impute_column(starts, DateRule.LAST_DAY)
    chosen = frame.with_columns(EARLY=early, LATE=late, SAYS=text, GIVEN=given, SQUEEZED=squeezed).filter(
        "GIVEN"
    )
    dated = chosen.join(context.reference, on="USUBJID", how="left")
    first = pl.col("FIRSTDT")
    said = pl.col("SQUEEZED").str.contains(" PRIOR ", literal=True)
    truth = (
        pl.when(pl.col("LATE") < first).then(int(Truth.MET))
        .when(pl.col("EARLY") >= first).then(int(Truth.NOT_MET))
        .when(said).then(int(Truth.MET))
        .otherwise(int(Truth.UNKNOWN))
    )  # fmt: skip
    when = pl.coalesce(f"{domain}STDTC", pl.lit("no date"))
    return dated.select(
        "USUBJID", TRUTH=truth.cast(pl.Int8), BECAUSE=pl.concat_str("SAYS", pl.lit(" ("), when, pl.lit(")"))
    )
