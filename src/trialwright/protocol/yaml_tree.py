"""YAML 1.2 text as plain values, with the line of every key and item.

Built from the events of ruamel.yaml, so that a file which nests too deep, repeats a key, carries a tag or
multiplies itself through aliases is refused before anything is made of it. Dates stay text, and so does `no`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from trialwright.errors import StudyFileError
from trialwright.protocol.problems import Path, Problem, told_path

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NODES = 20_000
DEEPEST = 30

_NULL = re.compile(r"^(?:null|Null|NULL|~|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?\d{1,18}$")
_FLOAT = re.compile(r"^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d{1,3})?$")
_LINES = "lines of `key: value`, with quotes around text that has signs"
_TAB = "found character '\\t' that cannot start any token"


@dataclass(slots=True)
class _Node:
    """A value of the file before aliases are followed."""

    line: int
    kind: str
    scalar: Any = None
    items: list[_Node] = field(default_factory=list)
    keys: list[tuple[str, int]] = field(default_factory=list)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """The values of a file, the line of every path, and the problems found on the way."""

    data: Any
    lines: dict[Path, int]
    problems: tuple[Problem, ...]

    def line(self, path: Path) -> int:
        """Return the line of a path, or of its nearest parent that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_tree(text: str, file: str) -> Tree:
    """Read YAML text.

    Raises:
        StudyFileError: it is not YAML 1.2, or uses what a study file may not use, with the line.
    """
    root = _Builder(file).build(text)
    return _Expansion(file).expand(root)


def _stop(file: str, line: int, what: str, expected: str = "") -> StudyFileError:
    return StudyFileError.at(f"{file}:{line}", what, expected=expected)


def _events(text: str, file: str) -> Iterator[Any]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        if problem == _TAB:
            raise _stop(file, line, "found a tab", "spaces to indent, two for each level") from error
        raise _stop(file, line, f"not valid YAML: {problem}", _LINES) from error
    except YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position if isinstance(position, int) else 0) + 1
        reason = getattr(error, "reason", "unreadable")
        raise _stop(file, line, f"not valid YAML: {reason}", _LINES) from error
    except (ValueError, IndexError, AttributeError, TypeError, AssertionError) as error:
        raise _stop(file, 1, "not valid YAML", _LINES) from error


class _Builder:
    """Nodes from events, with a stack instead of recursion."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, _Node] = {}
        self._open: list[_Node] = []
        self._pending: list[tuple[str, int] | None] = []
        self._root: _Node | None = None
        self._count = 0
        self._documents = 0

    def build(self, text: str) -> _Node:
        for event in _events(text, self._file):
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                self._start_document(event, line)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self._start(event, line)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self._open.pop()
                self._pending.pop()
            elif isinstance(event, ScalarEvent):
                self._add(self._scalar(event, line), line)
            elif isinstance(event, AliasEvent):
                self._add(self._alias(event, line), line)
        if self._root is None:
            raise _stop(
                self._file, 1, "the file is empty", "a study; `trialwright new DIR` writes one to start from"
            )
        return self._root

    def _start_document(self, event: Any, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _stop(self._file, line, "a second document starts here ('---')", "one study in a file")
        version = getattr(event, "version", None)
        if version is not None and tuple(getattr(version, "__iter__", lambda: iter((1, 2)))()) != (1, 2):
            raise _stop(self._file, 1, "a %YAML directive", "YAML 1.2 without a directive")

    def _start(self, event: Any, line: int) -> None:
        self._refuse_tag(event, line)
        kind = "mapping" if isinstance(event, MappingStartEvent) else "list"
        node = _Node(line, kind, anchor=event.anchor or "")
        self._add(node, line)
        self._open.append(node)
        self._pending.append(None)
        if len(self._open) > DEEPEST:
            raise _stop(self._file, line, f"nested deeper than {DEEPEST} levels", "fewer levels")

    def _refuse_tag(self, event: Any, line: int) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) not in {"None", "!"}:
            raise _stop(self._file, line, f"found the tag {tag}", "plain values without a tag")

    def _scalar(self, event: Any, line: int) -> _Node:
        self._refuse_tag(event, line)
        value = event.value if event.style else _plain(event.value)
        return _Node(line, "scalar", scalar=value, anchor=event.anchor or "")

    def _alias(self, event: Any, line: int) -> _Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _stop(
                self._file, line, f"*{event.anchor} refers to nothing", f"an anchor &{event.anchor} before it"
            )
        if node in self._open:
            raise _stop(self._file, line, f"*{event.anchor} contains itself", "an alias of a value above")
        return node

    def _add(self, node: _Node, line: int) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise _stop(
                self._file, line, f"more than {MOST_NODES} values", "a study file of at most that size"
            )
        if node.anchor:
            self._anchors[node.anchor] = node
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if parent.kind == "mapping" and self._pending[-1] is None:
            if node.kind != "scalar":
                raise _stop(self._file, line, f"found a {node.kind} as a key", "a word as a key")
            self._pending[-1] = (_key(node.scalar), line)
            return
        if parent.kind == "mapping":
            key = self._pending[-1]
            assert key is not None
            parent.keys.append(key)
            self._pending[-1] = None
        parent.items.append(node)


def _key(scalar: Any) -> str:
    if isinstance(scalar, bool):
        return str(scalar).lower()
    return "null" if scalar is None else str(scalar)


def _plain(text: str) -> Any:
    """Resolve a plain scalar as the core schema of YAML 1.2 does."""
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


class _Expansion:
    """Plain values from nodes: aliases are followed, within a budget."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[Path, int] = {}
        self._problems: list[Problem] = []
        self._count = 0

    def expand(self, root: _Node) -> Tree:
        self._lines[()] = root.line
        return Tree(self._value(root, ()), self._lines, tuple(self._problems))

    def _value(self, node: _Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_NODES or len(path) > DEEPEST:
            raise _stop(
                self._file, node.line, "aliases multiply the file beyond measure", "the values written out"
            )
        if node.kind == "scalar":
            return node.scalar
        if node.kind == "list":
            for index, item in enumerate(node.items):
                self._lines[*path, index] = item.line
            return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _mapping(self, node: _Node, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for (key, line), item in zip(node.keys, node.items, strict=True):
            inner = (*path, key)
            if key in values:
                first = self._lines[inner]
                self._problems.append(
                    Problem(
                        inner,
                        f"found '{key}' a second time",
                        f"each key once; it stands already in line {first}",
                        line=line,
                    )
                )
                continue
            if key == "<<":
                raise _stop(
                    self._file, line, f"{told_path(inner)}: found a merge key", "the values written out"
                )
            self._lines[inner] = line
            values[key] = self._value(item, inner)
        return values
