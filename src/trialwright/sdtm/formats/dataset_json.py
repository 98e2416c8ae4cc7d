"""CDISC Dataset-JSON 1.1, as one JSON object or as NDJSON (metadata first, then a row a line).

Source: CDISC Dataset-JSON 1.1 (2024), specification of the JSON and NDJSON files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from trialwright import __version__
from trialwright.errors import InputFileError
from trialwright.sdtm.formats.dataset import NO_DATE

if TYPE_CHECKING:
    from trialwright.sdtm.formats.dataset import Dataset

_VERSION = "1.1.0"
_NUMBERS = frozenset({"integer", "float", "double", "decimal"})
_TEXTS = frozenset({"string", "date", "datetime", "time", "URI"})
_TYPES = _NUMBERS | _TEXTS | {"boolean"}
_TEXT: tuple[frozenset[type], type[pl.DataType]] = (frozenset({str}), pl.String)
_PYTHON_TYPES = dict.fromkeys(_NUMBERS, (frozenset({int, float}), pl.Float64)) | {
    "boolean": (frozenset({bool}), pl.Boolean)
}
_EXPORT_AGAIN = "export the file again as Dataset-JSON 1.1"


def read(payload: bytes, where: str) -> pl.DataFrame:
    """The frame in a Dataset-JSON file (.json or .ndjson).

    Raises:
        InputFileError: the bytes are no Dataset-JSON, are truncated, or break its rules.
    """
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError.at(
            where, "is not UTF-8", expected="JSON in UTF-8", remedy=_EXPORT_AGAIN
        ) from error
    head, rows = _ndjson(text, where) if where.lower().endswith(".ndjson") else _json(text, where)
    names, types = _columns(head, where)
    _check_rows(head, rows, len(names), where)
    columns = zip(*rows, strict=True) if rows else (() for _ in names)
    typed = zip(names, types, columns, strict=True)
    try:
        return pl.DataFrame([_series(name, kind, list(values), where) for name, kind, values in typed])
    except UnicodeError as error:
        raise InputFileError.at(
            where, f"has text that is no Unicode ({error})", remedy=_EXPORT_AGAIN
        ) from error


def _parse(text: str, where: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise InputFileError.at(
            where, f"has {constant}, which is no JSON", remedy="write null for unknown values"
        )

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InputFileError.at(
            where, f"is not JSON, or truncated ({error})", remedy=_EXPORT_AGAIN
        ) from error


def _json(text: str, where: str) -> tuple[dict[str, Any], list[Any]]:
    head = _parse(text, where)
    if not isinstance(head, dict) or not isinstance(head.get("rows", []), list):
        raise InputFileError.at(
            where, "is JSON, but no Dataset-JSON", expected="an object with columns and rows"
        )
    return head, head.get("rows", [])


def _ndjson(text: str, where: str) -> tuple[dict[str, Any], list[Any]]:
    lines = [line for line in text.splitlines() if line.strip()]
    head = _parse(lines[0], where) if lines else None
    if not isinstance(head, dict):
        raise InputFileError.at(where, "line 1 is no metadata", expected="a JSON object with the columns")
    rows: list[Any] = _parse(f"[{','.join(lines[1:])}]", where)
    if len(rows) != len(lines) - 1:
        raise InputFileError.at(where, "lines are not one row each", remedy=_EXPORT_AGAIN)
    return head, rows


def _columns(head: dict[str, Any], where: str) -> tuple[list[str], list[str]]:
    columns = head.get("columns")
    if (
        not isinstance(columns, list)
        or not columns
        or not all(isinstance(column, dict) for column in columns)
    ):
        raise InputFileError.at(
            where,
            "has no columns",
            expected="the attribute `columns` of Dataset-JSON 1.1",
            remedy=_EXPORT_AGAIN,
        )
    names = [column.get("name") for column in columns]
    types = [column.get("dataType") for column in columns]
    for index, (name, kind) in enumerate(zip(names, types, strict=True)):
        if not isinstance(name, str) or not name:
            raise InputFileError.at(where, f"column {index + 1} has no name", remedy=_EXPORT_AGAIN)
        if kind not in _TYPES:
            raise InputFileError.at(
                where,
                f"column {name} has the dataType {kind!r}",
                expected=f"one of {', '.join(sorted(_TYPES))}",
            )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputFileError.at(
            where, f"column {', '.join(twice)} occurs more than once", remedy=_EXPORT_AGAIN
        )
    return names, types


def _check_rows(head: dict[str, Any], rows: list[Any], width: int, where: str) -> None:
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            found = f"{len(row)} values" if isinstance(row, list) else "no list"
            raise InputFileError.at(
                where,
                f"row {index + 1} has {found}",
                expected=f"{width}, one for each column",
                remedy=_EXPORT_AGAIN,
            )
    records = head.get("records", len(rows))
    if records != len(rows):
        raise InputFileError.at(
            where,
            f"announces {records} records and has {len(rows)}",
            expected="as many rows as `records` says",
            remedy=_EXPORT_AGAIN,
        )


def _series(name: str, kind: str, values: list[Any], where: str) -> pl.Series:
    """One column in its declared type; decimals come as text."""
    allowed, dtype = _PYTHON_TYPES.get(kind, _TEXT)
    found = set(map(type, values)) - {type(None)}
    if kind in _NUMBERS and str in found:
        values = [_number(value) for value in values]
        found = set(map(type, values)) - {type(None)}
    if not found <= allowed:
        index = next(i for i, value in enumerate(values) if value is not None and type(value) not in allowed)
        raise InputFileError.at(
            where,
            f"row {index + 1}, column {name} has {values[index]!r}",
            expected=f"a value of dataType {kind}, or null",
        )
    try:
        return pl.Series(name, values, dtype=dtype)
    except OverflowError as error:
        raise InputFileError.at(where, f"column {name} has a number that is too large ({error})") from error


def _number(value: Any) -> Any:
    """The number that a text writes; what is none stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


def write(dataset: Dataset) -> bytes:
    """The bytes of one JSON object, rows one a line."""
    head = json.dumps(_head(dataset), ensure_ascii=False, indent=1)[: -len("\n}")]
    rows = ",\n".join(
        json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in dataset.frame.rows()
    )
    return f'{head},\n "rows": [\n{rows}\n]}}\n'.encode()


def write_ndjson(dataset: Dataset) -> bytes:
    """The bytes of an NDJSON file: metadata, then a row a line."""
    lines = [_head(dataset), *dataset.frame.rows()]
    return "".join(
        f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines
    ).encode()


def _head(dataset: Dataset) -> dict[str, Any]:
    known = "STUDYID" in dataset.frame.columns
    studies = dataset.frame["STUDYID"].drop_nulls().to_list() if known else []
    return {
        "datasetJSONCreationDateTime": f"{NO_DATE:%Y-%m-%dT%H:%M:%SZ}",
        "datasetJSONVersion": _VERSION,
        "originator": "Trialwright",
        "sourceSystem": {"name": "Trialwright", "version": __version__},
        "studyOID": studies[0] if studies else "UNKNOWN",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.frame.height,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, name) for name in dataset.frame.columns],
    }


def _column(dataset: Dataset, name: str) -> dict[str, Any]:
    dtype = dataset.frame.schema[name]
    kind = "string" if dtype == pl.String else "integer" if dtype == pl.Int64 else "float"
    column: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{name}",
        "name": name,
        "label": dataset.labels.get(name, name),
        "dataType": kind,
    }
    if kind == "string":
        column["length"] = max(map(len, dataset.frame[name].drop_nulls()), default=1)
    if name in dataset.keys:
        column["keySequence"] = dataset.keys.index(name) + 1
    return column
