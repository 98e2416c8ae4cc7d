"""One problem of a study file, and how all of them are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trialwright.errors import StudyFileError

Path = tuple[str | int, ...]

_SHOWN = 60
_MOST = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of the file; empty parts are left out of the message."""

    path: Path
    found: str
    expected: str
    meant: str = ""
    line: int = 0

    def at_line(self, line: int) -> Problem:
        """Return the problem with its line."""
        return replace(self, line=line)

    def told(self, file: str) -> str:
        """Write `study.yaml:12  endpoints.ORR.of: found 'CX'; expected …; did you mean 'CR'?`."""
        where = (
            f"{file}:{self.line}  {told_path(self.path)}" if self.line else f"{file}  {told_path(self.path)}"
        )
        what = [part for part in (self.found, self.expected and f"expected {self.expected}") if part]
        if self.meant:
            what.append(f"did you mean '{self.meant}'?")
        return f"{where.rstrip()}: {'; '.join(what)}"


def told_path(path: Path) -> str:
    """Write a path as a reader counts: the first item of a list is [1].

    >>> told_path(("treatment", 0, "drugs", 1, "dose"))
    'treatment[1].drugs[2].dose'
    """
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def found(value: object) -> str:
    """Say what stands in the file.

    >>> found(["a"])
    'found a list'
    """
    if value is None:
        return "found nothing"
    if isinstance(value, Mapping):
        return "found a mapping"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "found a list"
    if isinstance(value, bool):
        return f"found {str(value).lower()}"
    text = " ".join(str(value).split())
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return f"found '{shown}'" if isinstance(value, str) else f"found {shown}"


def refuse(file: str, problems: Sequence[Problem]) -> StudyFileError:
    """Make the error that tells every problem, in the order of the lines."""
    told = list(dict.fromkeys(problem.told(file) for problem in sorted(problems, key=lambda one: one.line)))
    if len(told) == 1:
        return StudyFileError(told[0])
    rest = [f"… and {len(told) - _MOST} more"] if len(told) > _MOST else []
    return StudyFileError("\n".join([f"{len(told)} problems", *told[:_MOST], *rest]))
