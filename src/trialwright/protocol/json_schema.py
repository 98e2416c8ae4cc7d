"""The JSON Schema of study.yaml, by which editors complete words and underline wrong ones.

`python -m trialwright.protocol.json_schema FILE` writes it; a test holds docs/study.schema.json to it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from trialwright.files import atomic_file
from trialwright.protocol.study import Study

SCHEMA_FILE = "study.schema.json"


def study_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12)."""
    schema = Study.model_json_schema(by_alias=True)
    plain = _without_titles(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Trialwright study",
        **{key: value for key, value in plain.items() if key != "description"},
        "description": "What an oncology study does: the one file from which everything else is derived.",
    }


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(study_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _without_titles(part: Any, *, names: bool = False) -> Any:
    """Leave out pydantic's titles; `names`: the keys here are names of fields, not words of the schema."""
    if isinstance(part, dict):
        return {
            key: _without_titles(
                value, names=key in {"properties", "$defs", "patternProperties"} and not names
            )
            for key, value in part.items()
            if names or key != "title"
        }
    return [_without_titles(item) for item in part] if isinstance(part, list) else part


def write_schema(file: Path) -> None:
    """Write the schema to a file."""
    with atomic_file(file) as temporary:
        temporary.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    write_schema(Path(sys.argv[1]))
