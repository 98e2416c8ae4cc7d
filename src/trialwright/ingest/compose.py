"""From drafts to SDTM frames: identifiers, results in standard form, and what follows from other records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column, study_day_expr
from trialwright.ingest.completion import Values, complete
from trialwright.sdtm.origin import with_stated_origin
from trialwright.sdtm.study_data import Origin, known_contract
from trialwright.standards import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.ingest.rows import Draft
    from trialwright.protocol.study import Study

SINGLE_ARM_CODE = "TRT"
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Subjects:
    """The patients in the order of their sheet, and how USUBJID is made from their identifiers."""

    study: Study
    identifiers: Sequence[str]
    pattern: str

    def usubjid(self, subject: str) -> str:
        """Return USUBJID of a patient."""
        return self.pattern.replace("{study}", self.study.id).replace("{subject}", subject)


def compose(drafts: Sequence[Draft], subjects: Subjects, origin: Origin) -> dict[str, pl.DataFrame]:
    """Make the frame of each domain."""
    rows: dict[str, list[Values]] = {}
    for draft in drafts:
        values = complete(draft, subjects.study)
        identified: Values = {
            "STUDYID": subjects.study.id,
            "DOMAIN": draft.domain,
            "USUBJID": subjects.usubjid(draft.subject),
        }
        if draft.domain != "DM":
            identified[f"{draft.domain}SPID"] = f"{draft.sheet} row {draft.row}"
        rows.setdefault(draft.domain, []).append(identified | values)
    rows["DM"] = _demographics(rows["DM"], subjects)
    frames = {domain: _frame(domain, records, subjects) for domain, records in rows.items()}
    frames["DM"] = _with_exposure(frames["DM"], frames.get("EX"))
    frames = {domain: _with_study_days(domain, frame, frames["DM"]) for domain, frame in frames.items()}
    frames["TS"] = _trial_summary(subjects.study, origin)
    return with_stated_origin(frames, origin)


def _demographics(records: Sequence[Values], subjects: Subjects) -> list[Values]:
    """One record a patient: what several sheets say of one is put together."""
    study = subjects.study
    merged: dict[str, Values] = {}
    for subject in subjects.identifiers:
        merged[subjects.usubjid(subject)] = {"SUBJID": subject}
    for record in records:
        merged[str(record["USUBJID"])] |= record
    arm: Values = {}
    if not study.arms and study.treatment:
        label = " + ".join(drug.name for drug in study.treatment[0].drugs)[:LONGEST_TEXT]
        arm = {"ARMCD": SINGLE_ARM_CODE, "ARM": label, "ACTARMCD": SINGLE_ARM_CODE, "ACTARM": label}
    return [arm | record for record in merged.values()]


def _frame(domain: str, records: Sequence[Values], subjects: Subjects) -> pl.DataFrame:
    """The records in the order of patients, then of dates, then of their rows; numbered by --SEQ."""
    contract = known_contract(domain)
    known = {column.name: column.dtype for column in contract.columns}
    present = dict.fromkeys(name for record in records for name in record)
    schema = {name: known.get(name, pl.String) for name in [*known, *present]}
    frame = pl.DataFrame([{name: record.get(name) for name in schema} for record in records], schema=schema)
    order = {subjects.usubjid(subject): place for place, subject in enumerate(subjects.identifiers)}
    place = pl.col("USUBJID").replace_strict(order, return_dtype=pl.Int64)
    dated = _date_column(domain, frame)
    nothing = pl.lit(None, dtype=pl.Date)
    first = impute_column(frame[dated], DateRule.FIRST_DAY)[0] if dated else nothing
    ordered = frame.with_columns(__place=place, __day=first).sort(
        "__place", "__day", maintain_order=True, nulls_last=True
    )
    return _numbered(domain, ordered.drop("__place", "__day"))


def _date_column(domain: str, frame: pl.DataFrame) -> str:
    names = (f"{domain}STDTC", f"{domain}DTC")
    return next((name for name in names if name in frame.columns and domain != "DM"), "")


def _numbered(domain: str, frame: pl.DataFrame) -> pl.DataFrame:
    sequence = known_contract(domain).sequence
    if not sequence:
        return frame
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias(sequence))


def _with_exposure(demographics: pl.DataFrame, exposure: pl.DataFrame | None) -> pl.DataFrame:
    """First and last treatment and the reference start from EX, where DM does not say them."""
    if exposure is None:
        return demographics
    end = pl.coalesce("EXENDTC", "EXSTDTC")
    dosed = exposure.filter(pl.col("EXDOSE").fill_null(1.0) > 0).with_columns(__end=end)
    days = dosed.with_columns(
        __first=impute_column(dosed["EXSTDTC"], DateRule.FIRST_DAY)[0],
        __last=impute_column(dosed["__end"], DateRule.FIRST_DAY)[0],
    )
    spans = days.group_by("USUBJID").agg(
        __FIRST=pl.col("EXSTDTC").sort_by("__first", maintain_order=True).first(),
        __LAST=pl.col("__end").sort_by("__last", maintain_order=True).last(),
    )
    return (
        demographics.join(spans, on="USUBJID", how="left", maintain_order="left")
        .with_columns(
            RFXSTDTC=pl.coalesce("RFXSTDTC", "__FIRST"),
            RFXENDTC=pl.coalesce("RFXENDTC", "__LAST"),
            RFSTDTC=pl.coalesce("RFSTDTC", "RFXSTDTC", "__FIRST"),
            RFENDTC=pl.coalesce("RFENDTC", "RFXENDTC", "__LAST"),
        )
        .drop("__FIRST", "__LAST")
    )


def _with_study_days(domain: str, frame: pl.DataFrame, demographics: pl.DataFrame) -> pl.DataFrame:
    """Fill --DY, --STDY and --ENDY from complete dates and RFSTDTC."""
    contract = known_contract(domain)
    start, flag = impute_column(demographics["RFSTDTC"], DateRule.FIRST_DAY)
    starts = demographics.select("USUBJID", __start=start.set(flag != "", None))
    joined = frame.join(starts, on="USUBJID", how="left", maintain_order="left")
    for name in contract.of_kind(ColumnKind.DATE):
        target = f"{name.removesuffix('DTC')}DY"
        if contract.column(target) is None or joined[target].null_count() < joined.height:
            continue
        day, partial = impute_column(joined[name], DateRule.FIRST_DAY)
        joined = joined.with_columns(
            __day=day.set((partial != "").fill_null(value=False), None)
        ).with_columns(study_day_expr(pl.col("__day"), pl.col("__start")).cast(pl.Float64).alias(target))
    return joined.drop("__start", "__day", strict=False)


def _trial_summary(study: Study, origin: Origin) -> pl.DataFrame:
    """TS: the title, marked where the data are not recorded, and the cut-off."""
    mark = "" if origin is Origin.RECORDED else f"{origin.value.upper()}: "
    facts = [("TITLE", "Trial Title", f"{mark}{study.title}")]
    if study.data_cutoff is not None:
        facts.append(("DCUTDTC", "Data Cutoff Date", study.data_cutoff.isoformat()))
    columns: Mapping[str, object] = {
        "STUDYID": [study.id] * len(facts),
        "DOMAIN": ["TS"] * len(facts),
        "TSSEQ": [1] * len(facts),
        "TSPARMCD": [code for code, _, _ in facts],
        "TSPARM": [name for _, name, _ in facts],
        "TSVAL": [value[:LONGEST_TEXT] for _, _, value in facts],
    }
    return pl.DataFrame(columns)
