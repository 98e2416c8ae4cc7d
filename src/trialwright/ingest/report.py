"""The tally on paper: printed, and as ingest-report.json and ingest-report.csv beside the data."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from trialwright.findings import Severity
from trialwright.ingest.outcomes import Fate
from trialwright.ingest.rulebook import ingest_rules
from trialwright.sdtm.discover import INGEST_REPORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trialwright.ingest.outcomes import Tally

REPORT = INGEST_REPORT
_COLUMNS = ("sheet", "row", "cell", "column", "fate", "severity", "code", "value", "what", "remedy")


def told_tally(tally: Tally) -> Iterator[str]:
    """Yield the lines that are printed: a line a sheet, each rule of repair, each rejected cell."""
    for sheet in tally.sheets:
        fates = ", ".join(f"{sheet.count(fate)} {fate}" for fate in Fate)
        records = ", ".join(f"{domain} {count}" for domain, count in sorted(sheet.records.items())) or "none"
        yield f"{sheet.sheet}: {sheet.rows} rows = {fates}; records: {records}"
    for code, count in sorted(tally.repairs().items()):
        yield f"repaired {count} × {code}: {ingest_rules()['repairs'][code]}"
    order = list(Severity)
    for remark in sorted(tally.rejections, key=lambda one: order.index(one.severity)):
        yield f"rejected ({remark.severity}) {remark.told()}"
    for name in tally.unused_sheets:
        yield f"not used: sheet {name}"
    for sheet_name, columns in tally.unused_columns.items():
        yield f"not used: {sheet_name}, columns {', '.join(columns)}"


def write_report(tally: Tally, source: str, folder: Path) -> None:
    """Write ingest-report.json (the tally) and ingest-report.csv (every repaired or rejected cell)."""
    summary = {
        "source": source,
        "sheets": [
            {
                "sheet": sheet.sheet,
                "rows": sheet.rows,
                **{fate.value: sheet.count(fate) for fate in Fate},
                "records": dict(sorted(sheet.records.items())),
            }
            for sheet in tally.sheets
        ],
        "repairs": [
            {"rule": code, "sentence": ingest_rules()["repairs"][code], "cells": count}
            for code, count in sorted(tally.repairs().items())
        ],
        "remarks": [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(tally)],
        "unused_sheets": list(tally.unused_sheets),
        "unused_columns": {sheet: list(columns) for sheet, columns in tally.unused_columns.items()},
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (folder / f"{REPORT}.json").write_text(text + "\n", encoding="utf-8")
    with (folder / f"{REPORT}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(tally))


def _rows(tally: Tally) -> list[tuple[str | int, ...]]:
    return [
        (
            remark.place.sheet, remark.place.row, remark.place.cell, remark.place.column, remark.fate.value,
            remark.severity.value, remark.code, remark.value, remark.what, remark.remedy,
        )
        for remark in tally.remarks
    ]  # fmt: skip
