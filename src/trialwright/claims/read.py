"""Reading claims.yaml: every problem at once, each with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trialwright.claims.model import (
    Conclusion,
    Difference,
    Partition,
    Proportion,
    Publication,
    Ratio,
    Reduction,
)
from trialwright.claims.problems import problems_of
from trialwright.errors import StudyFileError
from trialwright.protocol.gallery import gallery_folder
from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.yaml_tree import Tree, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

CLAIMS_FILE = "claims.yaml"
LARGEST_FILE = 1_000_000


def read_claims(claims: str | Path) -> Publication:
    """Read the claims of a file, of a study folder or of a study of the gallery.

    Raises:
        StudyFileError: there is none, or all the problems of the file.
    """
    path = resolve_claims(claims)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise StudyFileError.at(
                str(path), f"larger than {LARGEST_FILE:,} bytes", expected="a claims file"
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise StudyFileError.at(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StudyFileError.at(
            str(path), f"byte {error.start + 1} is not UTF-8", remedy="save the file as UTF-8"
        ) from error
    return parse_claims(text, file=path.name)


def resolve_claims(claims: str | Path) -> Path:
    """The claims file that a file, a folder or a gallery name stands for.

    Raises:
        StudyFileError: there is none.
    """
    path = Path(claims)
    try:
        if path.is_file():
            return path
        if (path / CLAIMS_FILE).is_file():
            return path / CLAIMS_FILE
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise StudyFileError.at(f"'{claims}'", "not a usable path") from error
    folder = gallery_folder()
    names = sorted(one.parent.name for one in folder.glob(f"*/{CLAIMS_FILE}")) if folder else []
    if folder is not None and str(claims) in names:
        return folder / str(claims) / CLAIMS_FILE
    if is_folder:
        raise StudyFileError.at(
            str(claims), f"the folder has no {CLAIMS_FILE}", remedy="trialwright draft-claims TEXT writes one"
        )
    near = nearest(str(claims), names)
    hint = f"; did you mean '{near}'?" if near else ""
    raise StudyFileError.at(
        str(claims),
        "no such claims file",
        expected=f"a claims.yaml, a folder with one, or a gallery name ({', '.join(names)}){hint}",
    )


def parse_claims(text: str, *, file: str = CLAIMS_FILE) -> Publication:
    """Make a publication from the text of its claims file.

    Raises:
        StudyFileError: all the problems, each with its line.
    """
    tree = read_tree(text, file)
    if not isinstance(tree.data, dict):
        raise StudyFileError.at(
            f"{file}:{tree.line(())}",
            found(tree.data),
            expected="a mapping with keys study, populations, claims",
        )
    try:
        publication = Publication.model_validate(tree.data)
    except ValidationError as error:
        raise refuse(file, [*tree.problems, *problems_of(error, tree)]) from error
    problems = [*tree.problems, *_inconsistencies(publication, tree)]
    if problems:
        raise refuse(file, problems)
    return publication


def _inconsistencies(publication: Publication, tree: Tree) -> Iterator[Problem]:
    """What refers to nothing, and ids given twice."""
    names = list(publication.populations)
    seen: set[str] = set()
    ids = [claim.id for claim in publication.claims]
    for name, population in publication.populations.items():
        if population.of is not None and population.of not in names:
            yield _unknown(tree, ("populations", name, "of"), population.of, names)
    for at, claim in enumerate(publication.claims):
        path: tuple[str | int, ...] = ("claims", at)
        if claim.id in seen:
            yield Problem(
                (*path, "id"), f"found '{claim.id}' a second time", "an id of its own", line=tree.line(path)
            )
        seen.add(claim.id)
        if claim.population is not None and claim.population not in names:
            yield _unknown(tree, (*path, "population"), claim.population, names)
        for key, given, allowed in _references(claim, names, ids):
            for one in given:
                if one not in allowed:
                    yield _unknown(tree, (*path, key), one, allowed)
        if isinstance(claim, Proportion) and claim.percent is None and claim.k is None:
            yield Problem(path, "neither k nor percent", "at least one of them", line=tree.line(path))


def _references(
    claim: Any, populations: list[str], ids: list[str]
) -> Iterator[tuple[str, list[str], list[str]]]:
    if isinstance(claim, Conclusion | Difference | Ratio | Reduction) and claim.of:
        yield "of", list(claim.of), ids
    if isinstance(claim, Partition):
        both = [*populations, *ids]
        yield "parts", [one for one in claim.parts.values() if isinstance(one, str)], both
        yield "total", [claim.total] if isinstance(claim.total, str) else [], both


def _unknown(tree: Tree, path: tuple[str | int, ...], given: str, known: list[str]) -> Problem:
    expected = f"one of {', '.join(known)}" if known else "a name that is declared"
    return Problem(path, found(given), expected, nearest(given, known), tree.line(path))
