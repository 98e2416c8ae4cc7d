"""The thresholds of CTCAE 5.0 as they stand in rulebook/ctcae-5.0-labs.csv, under the choices of a study."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trialwright.errors import ArgumentError
from trialwright.rulebook import read_sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY_UNIT = ""


class Comparison(StrEnum):
    """On which side of its limit a value has the grade."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


class Basis(StrEnum):
    """What the bound of a criterion is measured in."""

    ABSOLUTE = "absolute"
    TIMES_ULN = "x ULN"
    TIMES_LLN = "x LLN"
    TIMES_BASE = "x BASE"
    ABOVE_ULN = "above ULN"
    PERCENT_CHANGE = "percent change"


class Condition(StrEnum):
    """To which results a criterion applies at all."""

    ALWAYS = ""
    BASELINE_HIGH = "baseline high"
    BASELINE_NOT_HIGH = "baseline not high"
    BASELINE_LOW = "baseline low"
    BASELINE_NOT_LOW = "baseline not low"
    VALUE_BELOW_LLN = "value below LLN"


class IfMissing(StrEnum):
    """What a missing range or baseline means for the result."""

    UNDECIDED = ""
    """Not gradable, unless another criterion is met."""
    NOT_MET = "not met"
    """The criterion is not met; the others decide."""
    REQUIRED = "required"
    """Not gradable, whatever else is known."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One bound of one grade."""

    grade: int
    comparison: Comparison
    bound: float
    basis: Basis
    condition: Condition
    if_missing: IfMissing
    source: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The criteria of a term in one unit (ANY_UNIT where the unit does not matter)."""

    term: str
    direction: str
    system: str
    unit: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """All rule sets, by term in lower case and by unit; terms without numeric criteria; the choices made."""

    rule_sets: Mapping[str, Mapping[str, RuleSet]]
    not_graded: frozenset[str]
    choices: Mapping[str, str]

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms with numeric criteria, as CTCAE spells them."""
        return tuple(next(iter(units.values())).term for units in self.rule_sets.values())

    def nearest_term(self, term: str) -> str | None:
        """The known term that reads most like this one, or None where none is near."""
        known = {name.lower(): name for name in self.terms}
        near = difflib.get_close_matches(term.strip().lower(), known, n=1)
        return known[near[0]] if near else None


def rulebook_text(name: str) -> str:
    """Read a file of the rulebook."""
    return files("trialwright").joinpath("rulebook", name).read_text(encoding="utf-8")


@cache
def decisions() -> Mapping[str, Mapping[str, Any]]:
    """What CTCAE leaves open, from rulebook/ctcae-decisions.toml: options and rules by name."""
    return read_sections("ctcae-decisions.toml")


def grading_choices(choices: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the choices that concern a single result: not those that need another test of the same day."""
    return {name: choice for name, choice in choices.items() if "needs" not in decisions().get(name, {})}


def grading_criteria(choices: Mapping[str, str] | None = None) -> Criteria:
    """Read the criteria under these choices; an option that is not named takes its default.

    Raises:
        ArgumentError: an option or a choice that rulebook/ctcae-decisions.toml does not have.
    """
    options = {
        name: table for name, table in decisions().items() if "choices" in table and "needs" not in table
    }
    for name, choice in (choices or {}).items():
        if name not in options:
            raise ArgumentError.at(
                "CTCAE grading", f"no option {name!r}", expected=f"one of {', '.join(options)}"
            )
        if choice not in options[name]["choices"]:
            expected = f"one of {', '.join(options[name]['choices'])}"
            raise ArgumentError.at(
                f"CTCAE grading, option {name}", f"no choice {choice!r}", expected=expected
            )
    made = {name: table["default"] for name, table in options.items()} | dict(choices or {})
    return _criteria(tuple(sorted(made.items())))


@cache
def _criteria(made: tuple[tuple[str, str], ...]) -> Criteria:
    chosen = {f"{name}={choice}" for name, choice in made}
    gathered: dict[tuple[str, str, str, str], list[Criterion]] = {}
    for row in _rows():
        if row["option"] and row["option"] not in chosen:
            continue
        key = (row["term"], row["direction"], row["system"], row["unit"])
        gathered.setdefault(key, []).append(_criterion(row))
    rule_sets: dict[str, dict[str, RuleSet]] = {}
    for (term, direction, system, unit), criteria in gathered.items():
        by_unit = rule_sets.setdefault(term.lower(), {})
        by_unit[unit] = RuleSet(term, direction, system, unit, tuple(criteria))
    not_graded = frozenset(term.lower() for term in decisions()["not_graded"]["terms"])
    return Criteria(rule_sets, not_graded, dict(made))


def _rows() -> Iterator[dict[str, str]]:
    yield from csv.DictReader(rulebook_text("ctcae-5.0-labs.csv").splitlines())


def _criterion(row: Mapping[str, str]) -> Criterion:
    return Criterion(
        grade=int(row["grade"]),
        comparison=Comparison(row["comparison"]),
        bound=float(row["bound"]),
        basis=Basis(row["basis"]),
        condition=Condition(row["condition"]),
        if_missing=IfMissing(row["if_missing"]),
        source=row["source"],
    )
