"""Reading a study file: every problem at once, each with its line, and never a half-read study."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trialwright.errors import StudyFileError
from trialwright.protocol.consistency import inconsistencies
from trialwright.protocol.gallery import gallery_names, resolve
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.repair import repaired
from trialwright.protocol.study import Study
from trialwright.protocol.validation import problems_of
from trialwright.protocol.yaml_tree import Tree, read_tree

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 1_000_000
"""Bytes; the studies of the gallery have 3 to 8 thousand."""

_REPAIRS = 6


def read_study(study: str | Path) -> Study:
    """Read a study from a folder, a file or the gallery.

    Raises:
        StudyFileError: no such study, or all the problems of its file.
    """
    path = resolve(study)
    content = _bytes_of(path)
    text = _decode(content, path.name)
    parsed = parse_study(text, file=path.name)
    return parsed.read_from(
        text=text, sha256=hashlib.sha256(content).hexdigest(), folder=path.resolve().parent
    )


def parse_study(text: str, *, file: str = "study.yaml") -> Study:
    """Make a study from the text of its file.

    Raises:
        StudyFileError: all the problems, each with its line.
    """
    tree = read_tree(text, file)
    if not isinstance(tree.data, dict):
        raise StudyFileError.at(
            f"{file}:{tree.line(())}",
            found(tree.data),
            expected="a mapping with keys such as study and endpoints",
        )
    study, problems = _validate(tree)
    if problems or study is None:
        raise refuse(file, problems)
    return study


def _validate(tree: Tree) -> tuple[Study | None, list[Problem]]:
    """Validate; then validate again without what is wrong, so that cross-references are checked as well."""
    data: Any = tree.data
    problems = list(tree.problems)
    for _ in range(_REPAIRS):
        try:
            study = Study.model_validate(data)
        except ValidationError as error:
            fresh = problems_of(error, data, tree)
            problems.extend(fresh if data is tree.data else [])
            data = repaired(data, [problem.path for problem in fresh])
            if data is None:
                return None, problems
            continue
        problems.extend(inconsistencies(study, tree))
        return study, problems
    return None, problems


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            found_size, largest = (
                f"the file has {size:,} bytes",
                f"at most {LARGEST_FILE:,}; a study file is text",
            )
            raise StudyFileError.at(str(path), found_size, expected=largest)
        return path.read_bytes()
    except OSError as error:
        raise StudyFileError.at(str(path), f"cannot be read ({error.strerror})") from error


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StudyFileError.at(
            f"{file}:{line}",
            f"byte {error.start + 1} is not UTF-8",
            expected="text in UTF-8",
            remedy="save the file as UTF-8 in your editor",
        ) from error


__all__ = ["gallery_names", "parse_study", "read_study", "resolve"]
