"""From whatever a file held to the columns and types of the domain's contract, with nothing silent."""

from __future__ import annotations

import datetime as dt

import polars as pl
import polars.selectors as cs

from trialwright.errors import ContractError, DataError
from trialwright.findings import Finding, Severity
from trialwright.standards import SUPPLEMENTAL, ColumnKind, Core, DomainContract

_SHOWN = 3
_LARGEST_WHOLE = 2**53


def normalise(
    frame: pl.DataFrame, contract: DomainContract, where: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """The frame with every contract column in its type, then its other columns, and what was changed.

    `where` names the file in messages; rows are counted from 1, without a header.

    Raises:
        ContractError: a needed column is missing, column names collide, or values do not fit.
        DataError: the records are of another domain, or lack their subject.
    """
    named = _upper_case_names(frame, where)
    findings = _missing_columns(named, contract, where)
    columns = {column.name: column.kind for column in contract.columns}
    typed = pl.DataFrame(
        [_typed(named[name], columns.get(name), where) for name in named.columns],
    )
    _refuse_other_domain(typed, contract, where)
    complete = _with_all_columns(typed, contract)
    if contract.by_subject:
        _refuse_no_subject(complete, where)
    return _with_sequence(complete, contract, findings), findings


def _upper_case_names(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    names = [name.strip().upper() for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ContractError.at(
            where,
            f"column {', '.join(twice)} occurs more than once (letter case does not count)",
            remedy="keep one column of each name",
        )
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _missing_columns(frame: pl.DataFrame, contract: DomainContract, where: str) -> list[Finding]:
    absent = [column for column in contract.columns if column.name not in frame.columns]
    needed = [name for name in contract.needs if name not in frame.columns]
    if needed:
        found = ", ".join(frame.columns) or "no columns"
        raise ContractError.at(
            where,
            f"{contract.name} lacks the column {', '.join(needed)} (found: {found})",
            expected=f"{', '.join(contract.needs)} in every {contract.name} dataset",
            remedy="add the column, or correct its name",
        )
    findings = []
    for core, severity in ((Core.REQUIRED, Severity.WARNING), (Core.EXPECTED, Severity.NOTE)):
        names = [
            column.name for column in absent if column.core is core and column.kind is not ColumnKind.SEQUENCE
        ]
        if names:
            what = f"{where} lacks columns that SDTM calls {core}: {', '.join(names)}"
            remedy = "add them where they are known; they are read as empty"
            findings.append(Finding(severity, "COLUMN-MISSING", contract.name, "", "", what, remedy))
    return findings


def _typed(series: pl.Series, kind: ColumnKind | None, where: str) -> pl.Series:
    """One column in its type; columns outside the contract keep being text or numbers."""
    if not _is_plain(series.dtype):
        raise ContractError.at(
            where, f"column {series.name} holds {series.dtype} values", expected="text, numbers or dates"
        )
    if kind is None:
        kind = ColumnKind.NUMBER if series.dtype.is_numeric() else ColumnKind.TEXT
    if kind is ColumnKind.NUMBER:
        return _numbers(series, where)
    if kind is ColumnKind.SEQUENCE:
        return _whole_numbers(_numbers(series, where), where)
    return _texts(series)


def _is_plain(dtype: pl.DataType) -> bool:
    texts = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null, pl.Date, pl.Datetime, pl.Time)
    return dtype.is_numeric() or dtype in texts


def _texts(series: pl.Series) -> pl.Series:
    """Text without trailing blanks, null where nothing is written."""
    dtype = series.dtype
    if dtype == pl.Boolean:
        return series.replace_strict([True, False], ["Y", "N"], default=None, return_dtype=pl.String)
    if dtype == pl.Datetime:
        only_days = (series.dt.time() == dt.time()).all()
        return series.dt.strftime("%Y-%m-%d" if only_days else "%Y-%m-%dT%H:%M:%S")
    if dtype.is_integer():
        return series.cast(pl.String)
    if dtype.is_numeric():
        numbers = series.cast(pl.Float64).fill_nan(None).alias("n").to_frame()
        whole = (pl.col("n") == pl.col("n").round()) & (pl.col("n").abs() < _LARGEST_WHOLE)
        text = pl.when(whole).then(pl.col("n").cast(pl.Int64, strict=False).cast(pl.String))
        return numbers.select(text.otherwise(pl.col("n").cast(pl.String)).alias(series.name)).to_series()
    stripped = series.cast(pl.String).str.strip_chars_end()
    return stripped.set(stripped == "", None)


def _numbers(series: pl.Series, where: str) -> pl.Series:
    """Finite Float64 values; null where nothing is written."""
    if series.dtype == pl.Boolean:
        return series.cast(pl.Float64)
    if series.dtype.is_numeric() or series.dtype == pl.Null:
        values = series.cast(pl.Float64).fill_nan(None)
        strange = values.is_infinite().fill_null(value=False)
    else:
        texts = series.cast(pl.String).str.strip_chars()
        texts = texts.set(texts == "", None)
        values = texts.cast(pl.Float64, strict=False)
        strange = texts.is_not_null() & ~values.is_finite().fill_null(value=False)
    if strange.any():
        _refuse_values(
            series,
            strange,
            where,
            "a number, with a point for the decimal",
            "write 50.5, not 50,5; leave unknown values empty",
        )
    return values


def _whole_numbers(values: pl.Series, where: str) -> pl.Series:
    strange = ((values != values.round()) | (values.abs() > _LARGEST_WHOLE)).fill_null(value=False)
    if strange.any():
        _refuse_values(values, strange, where, "a whole number", "number the records 1, 2, 3 …")
    return values.cast(pl.Int64)


def _refuse_values(series: pl.Series, strange: pl.Series, where: str, expected: str, remedy: str) -> None:
    rows = strange.arg_true()
    shown = ", ".join(f"row {row + 1}: {series[row]!r}" for row in rows.head(_SHOWN))
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    raise ContractError.at(where, f"column {series.name} has {shown}{more}", expected=expected, remedy=remedy)


def _refuse_other_domain(frame: pl.DataFrame, contract: DomainContract, where: str) -> None:
    supplemental = contract.name.startswith(SUPPLEMENTAL)
    column = "RDOMAIN" if supplemental else "DOMAIN"
    if column not in frame.columns:
        return
    expected = contract.name.removeprefix(SUPPLEMENTAL)
    others = frame[column].filter(frame[column].str.to_uppercase() != expected).unique().sort()
    if len(others):
        raise DataError.at(
            where,
            f"{column} is {', '.join(others.head(_SHOWN))}",
            expected=f"{expected}, as the dataset is read as {contract.name}",
            remedy=f"correct {column}, or name the right file under `datasets` in study.yaml",
        )


def _with_all_columns(frame: pl.DataFrame, contract: DomainContract) -> pl.DataFrame:
    absent = [
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in contract.columns
        if column.name not in frame.columns
    ]
    known = [column.name for column in contract.columns]
    complete = frame.with_columns(absent).select(*known, cs.exclude(known))
    name = contract.name.removeprefix(SUPPLEMENTAL)
    column = "RDOMAIN" if contract.name.startswith(SUPPLEMENTAL) else "DOMAIN"
    return complete.with_columns(pl.lit(name).alias(column)) if complete.height else complete


def _refuse_no_subject(frame: pl.DataFrame, where: str) -> None:
    rows = frame["USUBJID"].is_null().arg_true()
    if len(rows):
        shown = ", ".join(str(row + 1) for row in rows.head(_SHOWN))
        raise DataError.at(
            where,
            f"{len(rows)} records have no USUBJID, the first in row {shown}",
            expected="the subject of each record",
            remedy="write USUBJID in each record",
        )


def _with_sequence(frame: pl.DataFrame, contract: DomainContract, findings: list[Finding]) -> pl.DataFrame:
    """Number the records of a subject that are not numbered: in the order of the file, after the others."""
    sequence = contract.sequence
    if not sequence or frame.is_empty() or not frame[sequence].null_count():
        return frame
    missing = frame[sequence].null_count()
    some = f"{missing} records have" if missing < frame.height else "no record has"
    what = f"{some} {'no ' if missing < frame.height else ''}{sequence}: numbered in the order of the file"
    remedy = f"write {sequence}, so that records keep their names"
    severity = Severity.WARNING if missing < frame.height else Severity.NOTE
    findings.append(Finding(severity, "SEQ-NUMBERED", contract.name, "", "", what, remedy))
    given = pl.col(sequence)
    number = given.is_null().cum_sum().cast(pl.Int64) + given.max().fill_null(0)
    after = number.over("USUBJID") if contract.by_subject else number
    return frame.with_columns(pl.coalesce(given, after).alias(sequence))
