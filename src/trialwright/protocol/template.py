"""A commented study folder to start from."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.files import atomic_file
from trialwright.protocol.gallery import STUDY_FILE
from trialwright.protocol.json_schema import SCHEMA_FILE, schema_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def template_text() -> str:
    """Return the commented study file."""
    return resources.files("trialwright.protocol").joinpath("template.yaml").read_text(encoding="utf-8")


def write_new_study(folder: Path) -> tuple[Path, ...]:
    """Write a commented study.yaml, and the schema by which an editor helps with it.

    Raises:
        ArgumentError: the folder exists and is not empty, or cannot be written.
    """
    files: Mapping[str, str] = {STUDY_FILE: template_text(), SCHEMA_FILE: schema_text()}
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ArgumentError.at(
                str(folder),
                "is not an empty folder" if folder.is_dir() else "is not a folder",
                expected="a new or an empty folder",
                remedy="name another folder; nothing was written",
            )
        for name, text in files.items():
            with atomic_file(folder / name) as temporary:
                temporary.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ArgumentError.at(str(folder), f"cannot be written ({error})") from error
    return tuple(folder / name for name in files)
