"""Neoantigens, clones and epitopes as files beside the data: CSV, and FASTA for epitopes.

neoantigens  subject, clone, clone_fraction, mutant_peptide, wild_type_peptide, mutant_affinity_nm,
             wild_type_affinity_nm. One row a neoantigen and clone that carries it, inherited ones included;
             a clone without neoantigens has one row with the last four empty. Fractions of a subject add
             up to 1: a tumour that is not resolved into clones is one clone of fraction 1.
epitopes     FASTA, or CSV with a column `epitope`.
alignments   CSV: mutant_peptide, epitope, score; Smith–Waterman scores computed elsewhere.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.errors import InputFileError
from trialwright.sdtm.study_data import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

AMINO_ACIDS = frozenset("ACDEFGHIKLMNPQRSTVWY")
FRACTION_TOLERANCE = 0.01
NEOANTIGEN_COLUMNS = (
    "subject", "clone", "clone_fraction", "mutant_peptide", "wild_type_peptide", "mutant_affinity_nm",
    "wild_type_affinity_nm",
)  # fmt: skip
ALIGNMENT_COLUMNS = ("mutant_peptide", "epitope", "score")
EPITOPE_COLUMN = "epitope"
_OF_THE_PEPTIDE = NEOANTIGEN_COLUMNS[3:]


@dataclass(frozen=True, slots=True)
class Neoantigen:
    """A mutant peptide that a clone presents; affinities are dissociation constants in nM."""

    subject: str
    clone: str
    mutant: str
    wild_type: str
    mutant_nm: float
    wild_type_nm: float


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone and its share of the tumour."""

    subject: str
    clone: str
    share: float


@dataclass(frozen=True)
class Sequencing:
    """What is known of the tumours; `scores` are the alignment scores of each mutant peptide.

    `missing` says in words why there is nothing; "" where there is.
    """

    clones: tuple[Clone, ...] = ()
    neoantigens: tuple[Neoantigen, ...] = ()
    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Text:
    """A file that was read."""

    name: str
    content: str
    sha256: str

    def source(self, rows: int, kind: str = "CSV") -> Source:
        """Name the file among the inputs of the report."""
        return Source(self.name, kind, self.sha256, rows)


def read_text(path: Path) -> Text:
    """Read a file of UTF-8 text.

    Raises:
        InputFileError: it cannot be read, or is not text.
    """
    try:
        content = path.read_bytes()
        return Text(path.name, content.decode("utf-8-sig"), hashlib.sha256(content).hexdigest())
    except OSError as error:
        raise InputFileError.at(
            path.name, f"cannot be read ({error.strerror})", expected="a readable file"
        ) from error
    except UnicodeDecodeError as error:
        raise InputFileError.at(
            path.name, "is not UTF-8 text", expected="a CSV or FASTA file", remedy="save it as UTF-8"
        ) from error


def records(text: Text, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each record stands and its columns.

    Raises:
        InputFileError: a column is missing, or a row has another number of fields.
    """
    reader = csv.DictReader(io.StringIO(text.content))
    absent = [name for name in columns if name not in (reader.fieldnames or ())]
    if absent:
        raise InputFileError.at(
            f"{text.name}, line 1", f"no column {absent[0]!r}", expected=f"the columns {', '.join(columns)}"
        )
    for row in reader:
        where = f"{text.name}, line {reader.line_num}"
        if None in row or any(value is None for value in row.values()):
            raise InputFileError.at(where, "another number of fields than the header", expected=str(len(row)))
        yield where, {name: row[name].strip() for name in columns}


def peptide_of(text: str, where: str) -> str:
    """Return a peptide in capitals.

    Raises:
        InputFileError: it has a letter that is no amino acid, or none at all.
    """
    peptide = text.upper()
    foreign = sorted(set(peptide) - AMINO_ACIDS)
    if foreign or not peptide:
        raise InputFileError.at(
            where,
            f"peptide {text!r}",
            expected=f"one-letter amino acids {''.join(sorted(AMINO_ACIDS))}",
            remedy=f"correct {', '.join(foreign)}" if foreign else "write the peptide",
        )
    return peptide


def number_of(text: str, where: str, name: str) -> float:
    """Return a finite number.

    Raises:
        InputFileError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputFileError.at(where, f"{name} {text!r}", expected="a number")
    return value


def positive_of(text: str, where: str, name: str) -> float:
    """Return a number above 0.

    Raises:
        InputFileError: it is none.
    """
    value = number_of(text, where, name)
    if value <= 0.0:
        raise InputFileError.at(where, f"{name} {text}", expected="a number above 0")
    return value


def read_neoantigens(text: Text) -> tuple[tuple[Clone, ...], tuple[Neoantigen, ...]]:
    """Read clones and neoantigens.

    Raises:
        InputFileError: a value is wrong, a clone has two fractions, or fractions do not add up to 1.
    """
    shares: dict[tuple[str, str], float] = {}
    found: list[Neoantigen] = []
    for where, row in records(text, NEOANTIGEN_COLUMNS):
        key = (row["subject"], row["clone"])
        share = positive_of(row["clone_fraction"], where, "clone_fraction")
        if shares.setdefault(key, share) != share:
            raise InputFileError.at(
                where, f"clone {key[1]} of {key[0]} has fraction {share:g}", expected=f"{shares[key]:g} again"
            )
        if any(row[name] for name in _OF_THE_PEPTIDE):
            found.append(_neoantigen(row, where))
    _add_up(text.name, shares)
    return tuple(Clone(*key, share) for key, share in shares.items()), tuple(found)


def _neoantigen(row: dict[str, str], where: str) -> Neoantigen:
    mutant, wild_type = (peptide_of(row[name], where) for name in ("mutant_peptide", "wild_type_peptide"))
    if len(mutant) != len(wild_type) or mutant == wild_type:
        raise InputFileError.at(
            where,
            f"mutant {mutant}, wild type {wild_type}",
            expected="two different peptides of one length",
            remedy="leave out peptides that have no wild type, such as those of a frameshift",
        )
    return Neoantigen(
        row["subject"],
        row["clone"],
        mutant,
        wild_type,
        positive_of(row["mutant_affinity_nm"], where, "mutant_affinity_nm"),
        positive_of(row["wild_type_affinity_nm"], where, "wild_type_affinity_nm"),
    )


def _add_up(name: str, shares: Mapping[tuple[str, str], float]) -> None:
    totals: dict[str, float] = defaultdict(float)
    for (subject, _), share in shares.items():
        totals[subject] += share
    for subject, total in totals.items():
        if abs(total - 1.0) > FRACTION_TOLERANCE:
            raise InputFileError.at(
                f"{name}, {subject}",
                f"clone fractions add up to {total:g}",
                expected="1",
                remedy="list every clone, those without neoantigens too",
            )


def read_epitopes(text: Text) -> tuple[str, ...]:
    """Read epitopes, each once, from FASTA (a first line with >) or CSV.

    Raises:
        InputFileError: there is none, or one is no peptide.
    """
    if text.content.lstrip().startswith(">"):
        parts: list[list[str]] = []
        for number, line in enumerate(text.content.splitlines(), start=1):
            if line.startswith(">"):
                parts.append([])
            elif line.strip():
                parts[-1].append(peptide_of(line.strip(), f"{text.name}, line {number}"))
        found = ["".join(part) for part in parts if part]
    else:
        found = [peptide_of(row[EPITOPE_COLUMN], where) for where, row in records(text, (EPITOPE_COLUMN,))]
    if not found:
        raise InputFileError.at(text.name, "no epitopes", expected="one epitope or more")
    return tuple(dict.fromkeys(found))


def read_alignments(text: Text) -> dict[str, tuple[float, ...]]:
    """Read alignment scores by mutant peptide.

    Raises:
        InputFileError: a peptide or a score is wrong, or a pair occurs twice.
    """
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for where, row in records(text, ALIGNMENT_COLUMNS):
        mutant, epitope = (peptide_of(row[name], where) for name in ALIGNMENT_COLUMNS[:2])
        if epitope in found[mutant]:
            raise InputFileError.at(where, f"{mutant} with {epitope} again", expected="each pair once")
        found[mutant][epitope] = number_of(row["score"], where, "score")
    return {mutant: tuple(scores.values()) for mutant, scores in found.items()}
