"""Lengths of lesions in mm: the numeric standard result of TR, whatever unit was recorded.

RECIST 1.1 measures in mm (Eisenhauer 2009, 3.1). Where a record of a length has

- a standard result in another unit of length, it is converted;
- no standard result but a number as recorded (TRORRES, TRORRESU), that one is taken and converted;
- a standard result without unit that equals the number as recorded, it has the unit as recorded;
- no unit at all, mm is assumed;
- a unit that is no length, its number is not used.

Each of these but the third is a finding: there nothing is guessed.
"""

from __future__ import annotations

import polars as pl

from trialwright.errors import UnitError
from trialwright.findings import Finding, Severity
from trialwright.units import convert_column, find_unit

LENGTH_TESTS = ("DIAMETER", "LDIAM", "LPERP", "SAXIS", "SUMDIAM", "SUMLDIAM", "SUMLPERP")
MILLIMETRE = "mm"
_MEASURED = pl.col("TRTESTCD").is_in(LENGTH_TESTS)


def in_millimetres(records: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """The TR records with TRSTRESN of every length in mm and TRSTRESU "mm", and what was changed."""
    findings: list[Finding] = []
    lengths = records.filter(_MEASURED)
    if lengths.is_empty() or _all_standard(lengths):
        return records, findings
    recorded = pl.col("TRORRES").str.strip_chars().cast(pl.Float64, strict=False)
    finite = pl.when(recorded.is_finite()).then(recorded)
    missing = _MEASURED & pl.col("TRSTRESN").is_null() & finite.is_not_null() & pl.col("TRSTAT").is_null()
    as_recorded = missing | (_MEASURED & pl.col("TRSTRESU").is_null() & (pl.col("TRSTRESN") == finite))
    filled = records.with_columns(
        TRSTRESN=pl.when(missing).then(finite).otherwise("TRSTRESN"),
        TRSTRESU=pl.when(as_recorded).then("TRORRESU").otherwise("TRSTRESU"),
    )
    for row in records.filter(missing).iter_rows(named=True):
        what = f"{row['TRTESTCD']} of {row['TRLNKID']} has no TRSTRESN; TRORRES {row['TRORRES']} is used"
        findings.append(_finding(Severity.NOTE, "TR-RESULT-FILLED", row, what, "fill TRSTRESN and TRSTRESU"))
    units = filled.filter(_MEASURED & pl.col("TRSTRESN").is_not_null())["TRSTRESU"].unique()
    for unit in sorted(units, key=lambda unit: unit or ""):
        if unit != MILLIMETRE:
            filled = _converted(filled, unit, findings)
    return filled, findings


def _all_standard(lengths: pl.DataFrame) -> bool:
    done = (pl.col("TRSTRESN").is_not_null() & (pl.col("TRSTRESU") == MILLIMETRE)) | (
        pl.col("TRSTRESN").is_null() & pl.col("TRORRES").is_null()
    )
    return lengths.select(done.fill_null(value=False).all()).item() is True


def _converted(records: pl.DataFrame, unit: str | None, findings: list[Finding]) -> pl.DataFrame:
    """Convert the records of one unit that is not mm."""
    chosen = (
        _MEASURED & pl.col("TRSTRESN").is_not_null() & pl.col("TRSTRESU").eq_missing(pl.lit(unit, pl.String))
    )
    rows = records.filter(chosen)
    if unit is None:
        for row in rows.iter_rows(named=True):
            what = f"{row['TRTESTCD']} {row['TRSTRESN']:g} of {row['TRLNKID']} has no unit; mm is assumed"
            findings.append(
                _finding(Severity.WARNING, "TR-UNIT-MISSING", row, what, "write the unit in TRSTRESU")
            )
        return records.with_columns(TRSTRESU=pl.when(chosen).then(pl.lit(MILLIMETRE)).otherwise("TRSTRESU"))
    try:
        convertible = find_unit(unit).dimension == find_unit(MILLIMETRE).dimension
    except UnitError:
        convertible = False
    if not convertible:
        for row in rows.iter_rows(named=True):
            what = f"{row['TRTESTCD']} {row['TRSTRESN']:g} {unit} of {row['TRLNKID']} is no length: not used"
            findings.append(_finding(Severity.ERROR, "TR-UNIT-UNKNOWN", row, what, "record the length in mm"))
        return records.with_columns(TRSTRESN=pl.when(chosen).then(None).otherwise("TRSTRESN"))
    in_mm = convert_column(rows["TRSTRESN"], unit, MILLIMETRE)
    if unit.strip().lower() != MILLIMETRE:
        for row, value in zip(rows.iter_rows(named=True), in_mm, strict=True):
            what = f"{row['TRTESTCD']} {row['TRSTRESN']:g} {unit} of {row['TRLNKID']} is read as {value:g} mm"
            findings.append(
                _finding(Severity.WARNING, "TR-UNIT-CONVERTED", row, what, "record lengths in mm")
            )
    where = records.with_row_index("__row").filter(chosen)["__row"]
    return records.with_columns(
        TRSTRESN=records["TRSTRESN"].scatter(where, in_mm),
        TRSTRESU=records["TRSTRESU"].scatter(where, pl.Series([MILLIMETRE]).new_from_index(0, len(where))),
    )


def _finding(severity: Severity, code: str, row: dict[str, object], what: str, remedy: str) -> Finding:
    record = f"TRSEQ {row['TRSEQ']} ({row['TRDTC']})"
    return Finding(severity, code, "TR", str(row["USUBJID"]), record, what, remedy)
