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
    endpoint_of,
)
from trialwright.claims.problems import problems_of
from trialwright.errors import StudyFileError
from trialwright.protocol.gallery import gallery_folder
from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Problem, found, refuse
from trialwright.protocol.yaml_tree import Tree, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.curve_claim import DigitisedCurve

CLAIMS_FILE = "claims.yaml"
LARGEST_FILE = 1_000_000
EVALUABLE = "evaluable"
CURVE_ENDPOINTS = ("OS", "PFS")
MOST_IN_A_CURVE = 400


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
    problems = [*tree.problems, *_inconsistencies(publication, tree), *_curve_problems(publication, tree)]
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


def _curve_problems(publication: Publication, tree: Tree) -> Iterator[Problem]:
    """Curves of unknown populations, given twice, or whose printed numbers contradict each other."""
    names, seen = list(publication.populations), set()
    for at, curve in enumerate(publication.curves):
        path: tuple[str | int, ...] = ("curves", at)
        line = tree.line(path)
        if curve.population is not None and curve.population not in names:
            yield _unknown(tree, (*path, "population"), curve.population, names)
            continue
        of = (endpoint_of(curve), curve.population)
        if of in seen:
            yield Problem(
                path, f"found a second curve of {of[0]}", "one for each endpoint and arm", line=line
            )
        seen.add(of)
        if of[0] not in CURVE_ENDPOINTS:
            expected = f"one of {', '.join(CURVE_ENDPOINTS)}"
            yield Problem((*path, "endpoint"), found(curve.endpoint), expected, line=line)
        named = curve.population or (EVALUABLE if EVALUABLE in names else None)
        n = publication.size(named) or publication.enrolled
        if n is None or not 1 < n <= MOST_IN_A_CURVE:
            expected = f"2 to {MOST_IN_A_CURVE} subjects: study.enrolled, or n of its population"
            yield Problem(path, f"found {n or 'no number of'} subjects", expected, line=line)
            continue
        yield from _printed_beside(curve, n, path, line)


def _printed_beside(
    curve: DigitisedCurve, n: int, path: tuple[str | int, ...], line: int
) -> Iterator[Problem]:
    """Numbers at risk that rise or pass n, or more events than subjects."""
    if curve.events is not None and curve.events > n:
        yield Problem((*path, "events"), found(curve.events), f"at most the {n} subjects", line=line)
    before = (0.0, n)
    for time, number in curve.at_risk:
        if time == 0.0 and number != n:
            yield Problem((*path, "at_risk"), f"found {number} at time 0", f"the {n} subjects", line=line)
        elif number > before[1]:
            what = f"found {number} at time {time:g} after {before[1]} at time {before[0]:g}"
            yield Problem((*path, "at_risk"), what, "numbers that do not rise", line=line)
        before = (time, number)


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
