"""Reading assumptions.yaml: every problem at once, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trialwright.errors import StudyFileError
from trialwright.protocol.part import CUSTOM
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.yaml_tree import read_tree
from trialwright.simulate.scenario import Assumptions

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.protocol.study import Study
    from trialwright.protocol.yaml_tree import Tree

ASSUMPTIONS_FILE = "assumptions.yaml"
LARGEST_FILE = 1_000_000


def read_assumptions(study: Study) -> Assumptions:
    """Read the assumptions beside a study file.

    Raises:
        StudyFileError: there are none, they are of another study, or all the problems of the file.
    """
    path = study.folder / ASSUMPTIONS_FILE
    assumptions = parse_assumptions(_text(path), file=ASSUMPTIONS_FILE)
    if assumptions.study != study.id:
        raise StudyFileError.at(
            f"{ASSUMPTIONS_FILE}: study", f"'{assumptions.study}'", expected=f"'{study.id}', as in study.yaml"
        )
    return assumptions


def parse_assumptions(text: str, *, file: str = ASSUMPTIONS_FILE) -> Assumptions:
    """Make assumptions from the text of their file.

    Raises:
        StudyFileError: all the problems, each with its line.
    """
    tree = read_tree(text, file)
    problems = list(tree.problems)
    try:
        assumptions = Assumptions.model_validate(tree.data)
    except ValidationError as error:
        problems += [_problem(detail, tree) for detail in error.errors(include_url=False)]
        raise refuse(file, problems) from error
    if problems:
        raise refuse(file, problems)
    return assumptions


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise StudyFileError.at(
                str(path), "the file is too large", expected=f"at most {LARGEST_FILE:,} bytes"
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        remedy = f"write {ASSUMPTIONS_FILE} beside study.yaml; the gallery has examples"
        raise StudyFileError.at(
            str(path), "the study has no assumptions to simulate from", remedy=remedy
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StudyFileError.at(str(path), f"cannot be read ({error})") from error


def _problem(detail: Any, tree: Tree) -> Problem:
    """Turn an error of the model into a problem; the names that pydantic adds for unions are left out."""
    path: list[str | int] = []
    value: Any = tree.data
    missing = detail["type"] == "missing"
    for place, step in enumerate(detail["loc"]):
        last = place == len(detail["loc"]) - 1
        inside = isinstance(value, dict) and step in value
        inside = inside or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if inside:
            value = value[step]
            path.append(step)
        elif last and missing:
            path.append(step)
    context = detail.get("ctx", {})
    expected = str(context["expected"]) if detail["type"] == CUSTOM else str(detail["msg"])
    shown = "is missing" if missing else found(value)
    return Problem(tuple(path), shown, "" if missing else expected, line=tree.line(tuple(path)))
