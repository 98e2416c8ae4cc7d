"""Errors of pydantic as problems of the file: the field, what was expected, the nearest spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from trialwright.protocol.part import CUSTOM, nearest
from trialwright.protocol.problems import Path, Problem, found
from trialwright.protocol.repair import at
from trialwright.protocol.study import Study

if TYPE_CHECKING:
    from pydantic import ValidationError

    from trialwright.protocol.yaml_tree import Tree

_EXPECTED = {
    "string_type": "text (in quotes where it looks like a number)",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "tuple_type": "a list",
    "mapping_type": "a mapping (lines of `key: value`)",
    "model_type": "a mapping (lines of `key: value`)",
    "model_attributes_type": "a mapping (lines of `key: value`)",
    "too_long": "at most {max_length} items",
}
_PATTERNS = {
    r"^[^\W_]": "a name that starts with a letter or digit",
    r"^[A-Za-z][A-Za-z0-9_]*$": "a name of letters, digits and _ that starts with a letter",
    r"^[A-Z][A-Z0-9]{0,7}$": "a test code of at most 8 capitals and digits",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "letters, digits, '.', '_' or '-'",
}


def problems_of(error: ValidationError, data: Any, tree: Tree) -> list[Problem]:
    """Turn every error into a problem with its line."""
    problems = (_problem(detail, data, tree) for detail in error.errors(include_url=False))
    return [problem for problem in problems if problem is not None]


def _path_in(data: Any, location: tuple[str | int, ...], *, missing: bool) -> Path:
    """Keep of pydantic's location what stands in the file: the tags of unions are left out."""
    path: list[str | int] = []
    for position, step in enumerate(location):
        is_last = position == len(location) - 1
        here = isinstance(data, dict) and step in data
        item = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if here or item:
            path.append(step)
            data = data[step]
        elif is_last and missing:
            path.append(step)
    return tuple(path)


def _problem(detail: Any, data: Any, tree: Tree) -> Problem | None:
    kind, context = detail["type"], detail.get("ctx", {})
    path = _path_in(data, detail["loc"], missing=kind == "missing")
    value, line = at(data, path), tree.line(path)
    if kind == "too_short" and len(value) >= context["min_length"]:
        return None  # long enough in the file: its items are wrong, and each is told
    if kind == "missing":
        return Problem(path, "is missing", _describe(path), line=line)
    if kind == "extra_forbidden":
        keys = _keys_at(path[:-1], data)
        name = str(path[-1]) if path else ""
        return Problem(path, f"found the unknown key '{name}'", _one_of(keys), nearest(name, keys), line)
    if kind in {"enum", "literal_error"}:
        choices = _choices(path, context)
        return Problem(path, found(value), _one_of(choices), nearest(str(value), choices), line)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _unknown_type(kind, context, (path, value), tree)
    if kind == CUSTOM:
        said = str(context.get("message", ""))
        shown = "" if said or isinstance(value, dict | list) else found(value)
        return Problem(
            path, said or shown, str(context.get("expected", "")), str(context.get("meant", "")), line
        )
    return Problem(path, found(value), _plain_words(kind, context, path, detail), line=line)


def _unknown_type(kind: str, context: Any, where: tuple[Path, Any], tree: Tree) -> Problem:
    path, value = where
    choices = [word.strip().strip("'") for word in str(context.get("expected_tags", "")).split(",")]
    if kind == "union_tag_not_found" or not isinstance(value, Mapping):
        choices = choices if choices != [""] else _types_at(path)
        return Problem((*path, "type"), "is missing", _one_of(choices), line=tree.line(path))
    tag = value.get("type")
    inner: Path = (*path, "type")
    return Problem(inner, found(tag), _one_of(choices), nearest(str(tag), choices), tree.line(inner))


def _plain_words(kind: str, context: Any, path: Path, detail: Any) -> str:
    if kind == "too_short":
        return "at least one" if context.get("min_length") == 1 else f"at least {context.get('min_length')}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), f"text like {context.get('pattern')}")
    if kind in {"model_type", "tuple_type"} and (examples := _examples(path)):
        return f"text such as '{examples[0]}', or its parts one by one"
    template = _EXPECTED.get(kind)
    if template is None:
        return str(detail["msg"])
    return template.format(**context)


def _one_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}" if words else "nothing here"


@cache
def _schema() -> dict[str, Any]:
    return Study.model_json_schema(by_alias=True)


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk the alternatives of a schema, references followed."""
    if "$ref" in schema:
        yield from _branches(_schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
        return
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not alternatives:
        yield schema
    for alternative in alternatives:
        yield from _branches(alternative)


def _schemas_at(path: Path, data: Any = None) -> list[dict[str, Any]]:
    """Return the schemas that may stand at a path; a `type` in the data chooses among endpoints."""
    here = list(_branches(_schema()))
    for step in path:
        following: list[dict[str, Any]] = []
        data = at(data, (step,)) if data is not None else None
        for schema in here:
            for inner in _inner(schema, step):
                following.extend(_branches(inner))
        here = [schema for schema in following if _fits(schema, data)] or following
    return here


def _inner(schema: dict[str, Any], step: str | int) -> list[dict[str, Any]]:
    """Return what a schema says of one of its items, or of one of its keys."""
    if isinstance(step, int):
        candidates = [schema.get("items")]
    elif step in schema.get("properties", {}):
        candidates = [schema["properties"][step]]
    else:
        candidates = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    return [inner for inner in candidates if isinstance(inner, dict)]


def _fits(schema: dict[str, Any], data: Any) -> bool:
    tag = schema.get("properties", {}).get("type", {}).get("const")
    return tag is None or not isinstance(data, Mapping) or data.get("type") == tag


def _keys_at(path: Path, data: Any) -> list[str]:
    return sorted({key for schema in _schemas_at(path, data) for key in schema.get("properties", ())})


def _types_at(path: Path) -> list[str]:
    tags = (schema.get("properties", {}).get("type", {}).get("const") for schema in _schemas_at(path))
    return [tag for tag in tags if tag]


def _choices(path: Path, context: Any) -> list[str]:
    listed = [str(word) for schema in _schemas_at(path) for word in _enumerated(schema)]
    return listed or [str(context.get("expected", "")).replace("'", "")]


def _enumerated(schema: dict[str, Any]) -> list[Any]:
    return list(schema.get("enum", ())) or ([schema["const"]] if "const" in schema else [])


def _examples(path: Path) -> list[str]:
    return [example for schema in _schemas_at(path) for example in schema.get("examples", ())]


def _describe(path: Path) -> str:
    for schema in _schemas_at(path):
        if schema.get("examples"):
            return f"something like '{schema['examples'][0]}'"
        if words := _enumerated(schema):
            return _one_of([str(word) for word in words])
    kinds = {
        "string": "text",
        "array": "a list",
        "object": "a mapping",
        "number": "a number",
        "integer": "a number",
    }
    return next((kinds[s["type"]] for s in _schemas_at(path) if s.get("type") in kinds), "a value")
