"""The results table as a file: Parquet or JSON by its suffix, all or nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.files import atomic_file

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.analyse.results import Results

PARQUET = ".parquet"
JSON = ".json"


def write_results(results: Results, path: Path) -> None:
    """Write the table: one JSON object a row, or the same rows as Parquet; null where there is no number.

    Raises:
        ArgumentError: the suffix is neither .parquet nor .json, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (PARQUET, JSON):
        raise ArgumentError.at(
            str(path),
            f"results cannot be written as {suffix or 'a file without suffix'}",
            expected=f"a name that ends in {PARQUET} or {JSON}",
        )
    with atomic_file(path) as temporary:
        if suffix == PARQUET:
            results.table.write_parquet(temporary)
        else:
            rows = results.table.to_dicts()
            lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
            temporary.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
