"""Reading mapping.yaml: every problem at once, each with its line and the nearest right spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from trialwright.errors import StudyFileError
from trialwright.ingest.mapping import ColumnRule, IngestMapping, RecordRule, RedcapFiles, SheetRule
from trialwright.protocol.part import CUSTOM, nearest
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trialwright.protocol.yaml_tree import Tree

MAPPING_FILE = "mapping.yaml"
LARGEST_FILE = 1_000_000

_PARTS: tuple[type[BaseModel], ...] = (IngestMapping, SheetRule, RecordRule, ColumnRule, RedcapFiles)
_HOLDERS: Mapping[str, type[BaseModel]] = {
    "sheets": SheetRule,
    "records": RecordRule,
    "columns": ColumnRule,
    "redcap": RedcapFiles,
}


def read_mapping(path: Path, study: str) -> tuple[IngestMapping, Tree]:
    """Read the mapping of a study; the tree knows the line of everything in it.

    Raises:
        StudyFileError: there is none, it is of another study, or all the problems of the file.
    """
    mapping, tree = parse_mapping(_text(path), file=path.name)
    if mapping.study != study:
        line = tree.line(("study",))
        raise StudyFileError.at(
            f"{path.name}:{line}  study", f"found '{mapping.study}'", expected=f"'{study}', as in study.yaml"
        )
    return mapping, tree


def parse_mapping(text: str, *, file: str = MAPPING_FILE) -> tuple[IngestMapping, Tree]:
    """Make a mapping from the text of its file.

    Raises:
        StudyFileError: all the problems, each with its line.
    """
    tree = read_tree(text, file)
    problems = list(tree.problems)
    try:
        mapping = IngestMapping.model_validate(_with_text_values(tree.data))
    except ValidationError as error:
        problems += [
            _problem(detail, tree) for detail in error.errors(include_url=False) if not _echo(detail, tree)
        ]
        raise refuse(file, problems) from error
    if problems:
        raise refuse(file, problems)
    return mapping, tree


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise StudyFileError.at(
                str(path), "the file is too large", expected=f"at most {LARGEST_FILE:,} bytes"
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        remedy = "give one with --mapping; `trialwright ingest --guess SOURCE` proposes one"
        raise StudyFileError.at(str(path), "there is no mapping", remedy=remedy) from error
    except UnicodeDecodeError as error:
        raise StudyFileError.at(
            str(path), "is not UTF-8", remedy="save the file as UTF-8 in your editor"
        ) from error
    except OSError as error:
        raise StudyFileError.at(str(path), f"cannot be read ({error.strerror})") from error


def _with_text_values(data: Any) -> Any:
    """Let 1 and true stand in `values`, `when` and `missing`, where only texts are meant."""
    if isinstance(data, list):
        return [_with_text_values(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        key: _as_texts(value)
        if key in {"values", "when", "missing", "leave_out"}
        else _with_text_values(value)
        for key, value in data.items()
    }


def _as_texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _problem(detail: Any, tree: Tree) -> Problem:
    """Turn an error of the model into a problem; names that pydantic adds are left out."""
    path, value = _within(detail, tree)
    kind, context = detail["type"], detail.get("ctx", {})
    line = tree.line(path)
    if kind == "missing":
        return Problem(path, "is missing", "", line=line)
    if kind == "extra_forbidden":
        keys = _keys_beside(path)
        name = str(path[-1])
        return Problem(
            path, f"found the unknown key '{name}'", f"one of {', '.join(keys)}", nearest(name, keys), line
        )
    if kind == CUSTOM:
        shown = "" if isinstance(value, dict | list) else found(value)
        return Problem(path, shown, str(context["expected"]), str(context.get("meant", "")), line)
    return Problem(path, found(value), _said(detail), line=line)


def _echo(detail: Any, tree: Tree) -> bool:
    """Whether a list seems too short only because its items are wrong, each of which is told."""
    return detail["type"] == "too_short" and bool(_within(detail, tree)[1])


def _said(detail: Any) -> str:
    text = str(detail["msg"])
    for head in ("Input should be ", "List should ", "Dictionary should "):
        text = text.removeprefix(head)
    return text


def _within(detail: Any, tree: Tree) -> tuple[tuple[str | int, ...], Any]:
    path: list[str | int] = []
    value: Any = tree.data
    for place, step in enumerate(detail["loc"]):
        inside = isinstance(value, dict) and step in value
        inside = inside or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if inside:
            value = value[step]
            path.append(step)
        elif place == len(detail["loc"]) - 1 and detail["type"] == "missing":
            path.append(step)
    return tuple(path), value


def _keys_beside(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where the last one of the path does."""
    owner: type[BaseModel] = IngestMapping
    for step in path[:-1]:
        owner = _HOLDERS.get(str(step), owner)
    return list(owner.model_fields)
