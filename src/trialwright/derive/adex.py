"""ADEX: the doses given, and what they came to against the plan of the study file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from trialwright.dates import DateRule, impute_column
from trialwright.derive.drugs import drug_named, study_drugs
from trialwright.derive.exposure_course import GivenDose, course_of, exposure_rules
from trialwright.derive.exposure_plan import Size
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.derive.drugs import KnownDrug
    from trialwright.derive.exposure_course import Course
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

RECORD, DRUG, SUBJECT = "INDIVIDUAL", "DRUG", "OVERALL"
ADEX_SCHEMA = {
    "USUBJID": pl.String,
    "GROUP": pl.String,
    "GROUPA": pl.String,  # as treated: whose plan the doses are measured against
    "PARCAT1": pl.String,  # INDIVIDUAL: one record; DRUG: one drug; OVERALL: the subject
    "DRUG": pl.String,
    "PARAMCD": pl.String,
    "PARAM": pl.String,
    "AVAL": pl.Float64,
    "AVALU": pl.String,
    "AVALC": pl.String,  # why there is no number
    "CYCLE": pl.Int64,
    "ASTDT": pl.Date,
    "AENDT": pl.Date,
    "REDUCFL": pl.String,
    "SRCDOM": pl.String,
    "SRCSEQ": pl.Int64,
}
PARAMETERS = {
    "DOSE": "Dose of a record",
    "NCYC": "Cycles started",
    "NCYCC": "Cycles completed",
    "NDELAY": "Cycles delayed",
    "TRTDUR": "Duration of treatment (days)",
    "NADM": "Administrations",
    "NRED": "Administrations reduced",
    "CUMDOSE": "Cumulative dose",
    "PLANDOSE": "Planned dose of the cycles started",
    "DI": "Dose intensity (per week)",
    "PDI": "Planned dose intensity (per week)",
    "RDI": "Relative dose intensity (%)",
}


def derive_adex(
    study: Study, data: StudyData, adsl: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give every dose with its cycle (PARAMCD DOSE), and the parameters of each drug and subject.

    Columns: ADEX_SCHEMA. Parameters: PARAMETERS. Doses after the data cut-off are not counted.

    Source: rulebook/exposure.toml.
    """
    findings: list[Finding] = []
    drugs = study_drugs(study)
    doses = _doses(study, data, drugs, findings)
    groups = {one: names for one, *names in adsl.select("USUBJID", "GROUP", "GROUPA").iter_rows()}
    sizes = _sizes(data, adsl)
    rows: list[dict[str, object]] = []
    for subject, given in doses.items():
        planned, treated = groups.get(subject, (None, None))
        phases = study.phases_of(treated if study.arms else None)
        course = course_of(given, phases, sizes.get(subject, Size(None, None)))
        findings.extend(_of_another_arm(study, subject, treated, given))
        ours = {"USUBJID": subject, "GROUP": planned, "GROUPA": treated}
        rows.extend(ours | row for row in _rows(course))
    frame = pl.DataFrame(rows, schema=ADEX_SCHEMA).with_columns(
        PARAM=pl.col("PARAMCD").replace_strict(PARAMETERS, return_dtype=pl.String)
    )
    return frame, tuple(findings)


def _doses(
    study: Study, data: StudyData, drugs: Mapping[str, KnownDrug], findings: list[Finding]
) -> dict[str, list[GivenDose]]:
    """The doses taken of each subject, in the order of their start."""
    frame = data.domain("EX")
    start, _ = impute_column(frame["EXSTDTC"], DateRule.FIRST_DAY)
    end, _ = impute_column(frame["EXENDTC"], DateRule.LAST_DAY)
    frame = frame.with_columns(START=start, END=pl.coalesce(end, start))
    if study.data_cutoff is not None:
        frame = frame.filter((pl.col("START") <= study.data_cutoff).fill_null(value=True)).with_columns(
            END=pl.min_horizontal("END", pl.lit(study.data_cutoff))
        )
    names = {text: drug_named(text, drugs) for text in frame["EXTRT"].unique().drop_nulls()}
    doses: dict[str, list[GivenDose]] = {}
    for row in frame.sort("USUBJID", "START", "EXSEQ").iter_rows(named=True):
        problem = _problem(row)
        if problem is not None:
            findings.append(problem)
            continue
        if not _taken(row):
            continue
        if row["EXDOSE"] is None:
            findings.append(_without_amount(row))
        dose = _given(row, names[row["EXTRT"]] or row["EXTRT"])
        doses.setdefault(row["USUBJID"], []).append(dose)
    findings.extend(_unplanned(frame, names, drugs))
    findings.extend(_open_ended(frame))
    return doses


def _of_another_arm(
    study: Study, subject: str, treated: str | None, given: Sequence[GivenDose]
) -> Iterator[Finding]:
    """Drugs that the arm in which the subject stands does not plan, but another arm does."""
    if not study.arms or treated is None:
        return
    own = {drug.name for phase in study.phases_of(treated) for drug in phase.drugs}
    for name in dict.fromkeys(dose.drug for dose in given):
        if name not in own and name in study.drugs:
            first = next(dose for dose in given if dose.drug == name)
            record = f"EXSEQ {first.seq}, {first.recorded_name}, {first.start}"
            what = f"received {name}, which the arm {treated} does not plan"
            remedy = "correct EXTRT or ACTARMCD: tables of safety group by the arm received"
            yield Finding(Severity.WARNING, "EX-OTHER-ARM", "EX", subject, record, what, remedy)


def _taken(row: Mapping[str, object]) -> bool:
    if str(row.get("EXOCCUR") or "Y").upper() == "N":
        return False
    return row["EXDOSE"] != 0 or "PLACEBO" in str(row["EXTRT"]).upper()


def _given(row: Mapping[str, object], drug: str) -> GivenDose:
    start, end = row["START"], row["END"]
    amount = math.nan if row["EXDOSE"] is None else float(str(row["EXDOSE"]))
    frequency = exposure_rules()["frequency"].get(str(row["EXDOSFRQ"] or "").strip().upper(), 1)
    days = (end - start).days + 1  # type: ignore[operator]
    label = f"{row['VISIT'] or ''} {row['EPOCH'] or ''}"
    return GivenDose(
        seq=None if row["EXSEQ"] is None else int(str(row["EXSEQ"])),
        recorded_name=str(row["EXTRT"]),
        drug=drug,
        start=start,  # type: ignore[arg-type]
        end=end,  # type: ignore[arg-type]
        amount=amount,
        total=amount * frequency * days,
        unit=str(row["EXDOSU"] or "").strip(),
        label=label,
    )


def _without_amount(row: Mapping[str, object]) -> Finding:
    record = f"EXSEQ {row['EXSEQ']}, {row['EXTRT']}, {row['EXSTDTC']}"
    what = "has no amount; it counts as an administration, and the drug has no cumulative dose"
    return Finding(Severity.WARNING, "EX-NO-DOSE", "EX", str(row["USUBJID"]), record, what, "complete EXDOSE")


def _problem(row: Mapping[str, object]) -> Finding | None:
    record = f"EXSEQ {row['EXSEQ']}, {row['EXTRT']}, {row['EXSTDTC'] or '(no date)'}"
    subject = str(row["USUBJID"])
    if row["EXTRT"] is None or row["START"] is None:
        what, remedy = "has no drug or no usable start date", "complete EXTRT and EXSTDTC"
        return Finding(Severity.ERROR, "EX-INCOMPLETE", "EX", subject, record, f"{what}; not counted", remedy)
    if row["END"] < row["START"]:  # type: ignore[operator]
        what = f"ends {row['EXENDTC']}, before its start; not counted"
        return Finding(Severity.ERROR, "EX-END-BEFORE-START", "EX", subject, record, what, "correct a date")
    if row["EXDOSE"] is not None and float(str(row["EXDOSE"])) < 0:
        what = f"has a dose of {row['EXDOSE']}; not counted"
        return Finding(Severity.ERROR, "EX-NEGATIVE", "EX", subject, record, what, "correct EXDOSE")
    return None


def _unplanned(
    frame: pl.DataFrame, names: Mapping[str, str | None], drugs: Mapping[str, KnownDrug]
) -> Iterator[Finding]:
    if not drugs:
        return
    for text in sorted(text for text, drug in names.items() if drug is None):
        count = frame.filter(pl.col("EXTRT") == text).height
        what = f"{count} records of {text}, which the study file does not plan"
        remedy = "name the drug in `treatment`, or correct EXTRT; it has no relative dose intensity"
        yield Finding(Severity.WARNING, "EX-UNPLANNED", "EX", "", "", what, remedy)


def _open_ended(frame: pl.DataFrame) -> Iterator[Finding]:
    daily = pl.col("EXDOSFRQ").str.to_uppercase() != "ONCE"
    for row in frame.filter(pl.col("EXENDTC").is_null() & daily).iter_rows(named=True):
        record = f"EXSEQ {row['EXSEQ']}, {row['EXTRT']}, from {row['EXSTDTC'] or '(no date)'}"
        what, remedy = f"is given {row['EXDOSFRQ']} and has no end; one day is counted", "complete EXENDTC"
        yield Finding(Severity.WARNING, "EX-NO-END", "EX", row["USUBJID"], record, what, remedy)


def _sizes(data: StudyData, adsl: pl.DataFrame) -> dict[str, Size]:
    """Height and weight of each subject: the last on or before the first dose, else the first after."""
    vital = data.domain("VS").filter(pl.col("VSTESTCD").is_in(["HEIGHT", "WEIGHT"]), pl.col("VSSTRESN") > 0)
    date, _ = impute_column(vital["VSDTC"], DateRule.FIRST_DAY)
    unit = pl.col("VSSTRESU").str.to_lowercase()
    known = (pl.col("VSTESTCD") == "HEIGHT") & (unit == "cm") | (pl.col("VSTESTCD") == "WEIGHT") & (
        unit == "kg"
    )
    vital = vital.with_columns(ADT=date).filter(known).join(adsl.select("USUBJID", "TRTSDT"), on="USUBJID")
    after = (pl.col("ADT") > pl.col("TRTSDT")).fill_null(value=False)
    distance = (pl.col("ADT") - pl.col("TRTSDT")).dt.total_days().abs()
    chosen = (
        vital.with_columns(AFTER=after, DISTANCE=distance)
        .sort("AFTER", "DISTANCE", "VSSEQ", nulls_last=True)
        .unique(["USUBJID", "VSTESTCD"], keep="first", maintain_order=True)
    )
    sizes: dict[str, dict[str, float]] = {}
    for subject, test, value in chosen.select("USUBJID", "VSTESTCD", "VSSTRESN").iter_rows():
        sizes.setdefault(subject, {})[test] = value
    return {subject: Size(found.get("HEIGHT"), found.get("WEIGHT")) for subject, found in sizes.items()}


def _rows(course: Course) -> Iterator[dict[str, object]]:
    reduced = {seq for drug in course.drugs for seq in drug.reduced}
    for dose, cycle in zip(course.doses, course.cycle_of, strict=True):
        yield {
            "PARCAT1": RECORD,
            "DRUG": dose.drug,
            "PARAMCD": "DOSE",
            "AVAL": None if math.isnan(dose.total) else dose.total,
            "AVALC": "the amount is not recorded" if math.isnan(dose.total) else None,
            "AVALU": dose.unit,
            "CYCLE": cycle,
            "ASTDT": dose.start,
            "AENDT": dose.end,
            "REDUCFL": "Y" if dose.seq in reduced else None,
            "SRCDOM": "EX",
            "SRCSEQ": dose.seq,
        }
    yield from _drug_rows(course)
    yield from _subject_rows(course)


def _drug_rows(course: Course) -> Iterator[dict[str, object]]:
    for drug in course.drugs:
        values = {
            "NCYC": len(
                {c for d, c in zip(course.doses, course.cycle_of, strict=True) if d.drug == drug.drug}
            ),
            "NADM": drug.administrations,
            "NRED": len(drug.reduced) if drug.planned else None,
            "CUMDOSE": drug.cumulative,
            "PLANDOSE": drug.planned,
            "DI": drug.intensity,
            "PDI": drug.planned_intensity,
            "RDI": drug.relative_percent,
        }
        units = {
            "CUMDOSE": drug.unit,
            "PLANDOSE": drug.unit,
            "DI": f"{drug.unit}/week",
            "PDI": f"{drug.unit}/week",
        }
        for code, value in values.items():
            why = drug.reason if value is None else None
            yield _row(DRUG, drug.drug, code, value, units.get(code, "%" if code == "RDI" else ""), why)


def _subject_rows(course: Course) -> Iterator[dict[str, object]]:
    known = [drug.relative_percent for drug in course.drugs if drug.relative_percent is not None]
    whole = len(known) == len(course.drugs)
    first = min(dose.start for dose in course.doses)
    last = max(dose.end for dose in course.doses)
    values = {
        "NCYC": len(course.starts),
        "NCYCC": course.completed,
        "NDELAY": len(course.delayed),
        "NRED": len({seq for drug in course.drugs for seq in drug.reduced}),
        "TRTDUR": (last - first).days + 1,
        "RDI": sum(known) / len(known) if whole else None,
    }
    unknown = ", ".join(drug.drug for drug in course.drugs if drug.relative_percent is None)
    for code, value in values.items():
        why = f"not known for {unknown}" if value is None else None
        yield _row(SUBJECT, "", code, value, "%" if code == "RDI" else "", why)


def _row(
    category: str, drug: str, code: str, value: float | None, unit: str, why: str | None
) -> dict[str, object]:
    number = None if value is None else float(value)
    return {"PARCAT1": category, "DRUG": drug, "PARAMCD": code, "AVAL": number, "AVALU": unit, "AVALC": why}
