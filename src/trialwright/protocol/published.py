"""The figures that a publication of the study prints, verbatim, each with the results row it stands for.

They stand in published.yaml beside study.yaml. A figure that cannot be is kept as printed, and says why.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from trialwright.errors import StudyFileError
from trialwright.protocol.endpoints import PRIMARY
from trialwright.protocol.part import CUSTOM, Part, Text, nearest, wrong
from trialwright.protocol.problems import Path as Place
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.repair import at
from trialwright.protocol.yaml_tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trialwright.protocol.study import Study
    from trialwright.protocol.yaml_tree import Tree

PUBLISHED_FILE = "published.yaml"
LARGEST_FILE = 1_000_000
"""Bytes."""

TOTAL = "Total"


class Unit(StrEnum):
    """What a printed number counts; a day is text."""

    SUBJECTS = "subjects"
    PERCENT = "percent"
    MONTHS = "months"
    YEARS = "years"
    CYCLES = "cycles"
    RATIO = "ratio"
    P = "p"
    DATE = "date"


class RowKey(Part):
    """The key of a row of the results table, whatever it is left out of taking its usual value."""

    section: Text
    endpoint: Text = Field(default="", description="The section's own name, if left out.")
    variant: Text = PRIMARY
    population: Text
    group: Text = TOTAL
    statistic: Text
    item: str = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.endpoint:
            object.__setattr__(self, "endpoint", self.section)
        return self


class Figure(Part):
    """One figure of the publication: a number with its interval, where it stands, and its row."""

    name: Text
    printed: Text = Field(description="As printed, in quotes: '6.1' and '6.10' differ.")
    low: Text | None = Field(default=None, description="The lower bound of its interval, as printed.")
    high: Text | None = None
    unit: Unit
    place: Text = Field(description="The part of the publication: Background, Methods, Results.")
    quote: Text = Field(description="The words around it, verbatim.")
    row: RowKey
    note: Text | None = Field(default=None, description="How the figure is read where the words are open.")
    impossible: Text | None = Field(default=None, description="Why it cannot be as printed.")
    impossible_low: Text | None = Field(default=None, description="Why its lower bound cannot be as printed.")
    impossible_high: Text | None = Field(
        default=None, description="Why its upper bound cannot be as printed."
    )

    @model_validator(mode="after")
    def _printed_is_a_number(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise wrong("both `low` and `high`, or neither")
        for reason, bound in ((self.impossible_low, self.low), (self.impossible_high, self.high)):
            if reason is not None and bound is None:
                raise wrong("the bound that cannot be, beside the reason why it cannot")
        for _, text in self.texts:
            if self.unit is not Unit.DATE and not _is_number(text):
                raise wrong(f"digits with at most one point, as printed; '{text}' is not")
            if text not in self.quote:
                raise wrong(f"a `quote` that holds what is printed; '{text}' is not in it")
        return self

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """The numbers of the figure: which bound of the row, and the text."""
        for bound, text in (("value", self.printed), ("low", self.low), ("high", self.high)):
            if text is not None:
                yield bound, text

    def why_impossible(self, bound: str) -> str:
        """Why a number of the figure cannot be as printed, or nothing."""
        reasons = {"value": self.impossible, "low": self.impossible_low, "high": self.impossible_high}
        return reasons[bound] or ""


class Publication(Part):
    """Every figure that one publication of a study prints."""

    format: Literal[1] = 1
    study: Text
    citation: Text
    figures: tuple[Figure, ...] = Field(min_length=1)


def decimals(printed: str) -> int:
    """Count the digits after the point: the precision at which a number can be compared.

    >>> decimals("6.1"), decimals("56")
    (1, 0)
    """
    return len(printed.partition(".")[2])


def _is_number(text: str) -> bool:
    whole, point, rest = text.partition(".")
    return whole.isdecimal() and (rest.isdecimal() or not point) and text.isascii()


def read_published(study: Study) -> Publication | None:
    """Read what was published of a study; None where there is no published.yaml beside its file.

    Raises:
        StudyFileError: all the problems of the file, each with its line.
    """
    path = study.folder / PUBLISHED_FILE
    if not path.is_file():
        return None
    publication = parse_published(_text_of(path), file=path.name)
    if publication.study != study.id:
        raise StudyFileError.at(path.name, f"found the study '{publication.study}'", expected=study.id)
    return publication


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) > LARGEST_FILE:
            raise StudyFileError.at(
                str(path), f"{len(content):,} bytes", expected=f"{LARGEST_FILE:,} at most"
            )
        return content.decode("utf-8-sig")
    except OSError as error:
        raise StudyFileError.at(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StudyFileError.at(str(path), "is not UTF-8", remedy="save the file as UTF-8") from error


def parse_published(text: str, *, file: str = PUBLISHED_FILE) -> Publication:
    """Make a publication from the text of its file.

    Raises:
        StudyFileError: all the problems, each with its line.
    """
    tree = read_tree(text, file)
    if not isinstance(tree.data, dict):
        raise StudyFileError.at(file, found(tree.data), expected="a mapping with study, citation and figures")
    try:
        publication = Publication.model_validate(tree.data)
    except ValidationError as error:
        raise refuse(file, [*tree.problems, *_problems(error, tree)]) from error
    problems = [*tree.problems, *_repeated(publication, tree)]
    if problems:
        raise refuse(file, problems)
    return publication


def _problems(error: ValidationError, tree: Tree) -> Iterator[Problem]:
    """Turn every error of the model into a problem with its line."""
    for detail in error.errors(include_url=False):
        kind, path = detail["type"], tuple(detail["loc"])
        line, context = tree.line(path), detail.get("ctx", {})
        if kind == "missing":
            yield Problem(path, "is missing", "a value", line=line)
        elif kind == "extra_forbidden":
            keys = _keys(path[:-1])
            yield Problem(
                path[:-1],
                f"found the unknown key '{path[-1]}'",
                _one_of(keys),
                nearest(str(path[-1]), keys),
                line,
            )
        else:
            value = at(tree.data, path)
            words, meant = _expected(kind, context, detail["msg"]), ""
            if kind == "enum":
                meant = nearest(str(value), [unit.value for unit in Unit])
            yield Problem(path, found(value), words, meant, line)


def _expected(kind: str, context: dict[str, Any], message: str) -> str:
    if kind == CUSTOM:
        return str(context["expected"])
    if kind == "enum":
        return _one_of([unit.value for unit in Unit])
    return "text, in quotes where it looks like a number" if kind == "string_type" else message


def _keys(path: Place) -> list[str]:
    """The keys of the part of the file at this path."""
    match path:
        case ("figures", int()):
            return list(Figure.model_fields)
        case ("figures", int(), "row"):
            return list(RowKey.model_fields)
    return list(Publication.model_fields)


def _one_of(words: list[str]) -> str:
    return f"one of {', '.join(words)}"


def _repeated(publication: Publication, tree: Tree) -> Iterator[Problem]:
    """Two figures of one name could not be told apart."""
    seen: dict[str, int] = {}
    for number, figure in enumerate(publication.figures):
        path = ("figures", number, "name")
        if figure.name in seen:
            first = tree.line(("figures", seen[figure.name], "name"))
            expected = f"each name once; it stands already in line {first}"
            yield Problem(path, f"found '{figure.name}' a second time", expected, line=tree.line(path))
        seen.setdefault(figure.name, number)
