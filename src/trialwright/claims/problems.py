"""Errors of pydantic in a claims file as problems with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from trialwright.claims.curve_claim import DigitisedCurve
from trialwright.claims.model import (
    AnyClaim,
    Leftover,
    Population,
    Publication,
    PublishedStudy,
)
from trialwright.claims.recorded import Recorded, RecordedParts
from trialwright.protocol.part import CUSTOM, nearest
from trialwright.protocol.problems import Path, Problem, found
from trialwright.protocol.repair import at

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from trialwright.protocol.yaml_tree import Tree

_EXPECTED = {
    "string_type": "text, in quotes",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "model_type": "a mapping (lines of `key: value`)",
    "dict_type": "a mapping (lines of `key: value`)",
    "model_attributes_type": "a mapping (lines of `key: value`)",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "letters, digits, '_', '.' or '-', starting with a letter or digit",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "too_long": "at most {max_length} items",
    "too_short": "at least {min_length} items",
}
_CLAIMS: dict[str, type[BaseModel]] = {
    name: kind
    for kind in get_args(get_args(AnyClaim)[0])
    for name in get_args(kind.model_fields["type"].annotation)
}


def problems_of(error: ValidationError, tree: Tree) -> list[Problem]:
    """Turn every error into a problem with its line, one for each place of the file."""
    problems: dict[Path, Problem] = {}
    for detail in error.errors(include_url=False):
        problem = _problem(detail, tree)
        problems.setdefault(problem.path, problem)
    return list(problems.values())


def _problem(detail: Any, tree: Tree) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    path = _path_in(tree.data, detail["loc"], is_missing=kind == "missing")
    value, line = at(tree.data, path), tree.line(path)
    if kind == "missing":
        return Problem(path, "is missing", "a value", line=line)
    if kind == "extra_forbidden":
        keys = _keys(path[:-1], tree.data)
        name = str(path[-1])
        return Problem(path, f"found the unknown key '{name}'", _one_of(keys), nearest(name, keys), line)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        inner: Path = (*path, "type")
        given = value.get("type") if isinstance(value, dict) else None
        names = list(_CLAIMS)
        return Problem(inner, found(given), _one_of(names), nearest(str(given), names), tree.line(inner))
    if kind == CUSTOM:
        said = str(context.get("expected", "")) or str(context.get("message", ""))
        return Problem(path, found(value), said, str(context.get("meant", "")), line)
    template = _EXPECTED.get(kind, detail["msg"])
    return Problem(path, found(value), template.format(**context), line=line)


def _path_in(data: Any, location: tuple[str | int, ...], *, is_missing: bool) -> Path:
    """Keep of pydantic's location what stands in the file."""
    path: list[str | int] = []
    for position, step in enumerate(location):
        is_key = isinstance(data, dict) and step in data
        is_item = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if is_key or is_item:
            path.append(step)
            data = data[step]
        elif is_missing and position == len(location) - 1:
            path.append(step)
    return tuple(path)


def _keys(path: Path, data: Any) -> list[str]:
    match path:
        case ("study",):
            model: type[BaseModel] = PublishedStudy
        case ("populations", _):
            model = Population
        case ("curves", _):
            model = DigitisedCurve
        case ("claims", int(), "record"):
            kind = at(data, (*path[:-1], "type"))
            model = RecordedParts if kind == "partition" else Recorded
        case ("populations", _, "record"):
            model = Recorded
        case ("not_understood", _):
            model = Leftover
        case ("claims", int()):
            model = _CLAIMS.get(at(data, (*path, "type")), Publication)
        case _:
            model = Publication
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _one_of(words: list[str]) -> str:
    return f"one of {', '.join(words)}"
