"""Conditions on the records of one subject, as a protocol states them, and their frozen syntax tree.

    18 <= DM.AGE <= 75
    MH.MHDECOD in [CHOLANGIOCARCINOMA, GALLBLADDER CANCER]
    LB.NEUT at screening >= 1.5 10^9/L          a test code, a time, a number and its unit
    LB.BILI at screening <= 1.5 x ULN           times the upper limit of normal of the same record
    any EX                                      at least one record
    prior [gemcitabine, cisplatin]              given before the first dose of the study
    safety and assessed                         another analysis set, and a fact

`not` binds tighter than `and`, `and` tighter than `or`. A comparison in a domain of events or interventions
is met where any record meets it, so `!=` and `not in` are refused there: `not MH.MHCAT == X` says that no
record is X. A result needs its time: `at screening`, `at baseline`, `at C2D1` or `at any time`. What a
condition means on data is told in derive/conditions.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.condition_words import DomainKind, Fact


class Operator(StrEnum):
    """How a value is compared."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "=="
    NOT_EQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"
    IN = "in"
    NOT_IN = "not in"


Scalar = float | str


@dataclass(frozen=True, slots=True)
class Field:
    """A variable of a domain, or a test code of a findings domain at a time of the study."""

    domain: str
    variable: str
    kind: DomainKind
    anchor: str = ""

    @property
    def is_test(self) -> bool:
        """Whether `variable` is a test code (LB.NEUT) and not a column (DM.AGE)."""
        return self.kind == "findings" and not self.variable.startswith(self.domain)

    def __str__(self) -> str:
        return f"{self.domain}.{self.variable}" + (f" at {self.anchor}" if self.anchor else "")


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: an operator and the values on its right."""

    operator: Operator
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A field of which one record must pass every test; numbers are in `unit` ("" where none is told)."""

    field: Field
    tests: tuple[Test, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Exists:
    """At least one record in a domain."""

    domain: str


@dataclass(frozen=True, slots=True)
class Prior:
    """Any of these treatments began before the first dose of the study."""

    treatments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactHolds:
    """A named fact; `phase` is set for 'disease control at the end of PHASE'."""

    fact: Fact
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """The subject is in another analysis set of the study."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not met."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Every part is met."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part is met."""

    parts: tuple[Node, ...]


Node = Compare | Exists | Prior | FactHolds | Member | Not | And | Or


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its text as written, and its syntax tree."""

    text: str
    root: Node

    def nodes(self) -> Iterator[Node]:
        """Walk every node of the tree, the root first."""
        waiting: list[Node] = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Not):
                waiting.append(node.part)
            elif isinstance(node, And | Or):
                waiting.extend(reversed(node.parts))

    def members(self) -> tuple[str, ...]:
        """Return the analysis sets that the condition names."""
        return tuple(node.name for node in self.nodes() if isinstance(node, Member))

    def fields(self) -> tuple[Field, ...]:
        """Return the fields that the condition reads."""
        return tuple(node.field for node in self.nodes() if isinstance(node, Compare))

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Condition:
    """Read a condition; raise ConditionError with the position and the nearest right word.

    >>> parse("18 <= DM.AGE <= 75").root.tests[1].values
    (75.0,)
    """
    from trialwright.protocol.condition_parser import read_condition  # noqa: PLC0415 – the parser builds these nodes

    return Condition(text, read_condition(text))


def parse_field(text: str) -> Field:
    """Read a field alone, such as `DM.AGE` or `LB.CA199 at baseline`."""
    from trialwright.protocol.condition_parser import read_field  # noqa: PLC0415 – likewise

    return read_field(text)
