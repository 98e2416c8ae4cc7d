"""The sequencing data that a study file names, read from the folder of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.biomarkers.alignment import alignment_scores
from trialwright.biomarkers.fitness import luksza_2017, why_left_out
from trialwright.biomarkers.neoantigens import (
    Sequencing,
    read_alignments,
    read_epitopes,
    read_neoantigens,
    read_text,
)

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.protocol.biomarkers import Fitness

NOTHING = "no sequencing data supplied"


def read_sequencing(fitness: Fitness, folder: Path) -> Sequencing:
    """Read neoantigens and their alignment scores; `missing` says it where the data have none.

    Raises:
        InputFileError: a file is not what it should be, or one of the two is missing.
        ArgumentError: alignments are to be computed, and Biopython is not installed.
    """
    if fitness.neoantigens is None:
        return Sequencing(missing=f"{NOTHING}: the study file names no file of neoantigens")
    if not (folder / fitness.neoantigens).is_file():
        return Sequencing(missing=f"{NOTHING}: {fitness.neoantigens} is not beside the data")
    text = read_text(folder / fitness.neoantigens)
    clones, neoantigens = read_neoantigens(text)
    sources = [text.source(len(neoantigens))]
    if fitness.alignments is not None:
        other = read_text(folder / fitness.alignments)
        scores = read_alignments(other)
        sources.append(other.source(sum(len(one) for one in scores.values())))
        return Sequencing(clones, neoantigens, scores, tuple(sources))
    assert fitness.epitopes is not None
    other = read_text(folder / fitness.epitopes)
    epitopes = read_epitopes(other)
    sources.append(other.source(len(epitopes), "FASTA" if other.content.lstrip().startswith(">") else "CSV"))
    model = luksza_2017().as_stated(fitness)
    peptides = [one.mutant for one in neoantigens if not why_left_out(one, model)]
    return Sequencing(clones, neoantigens, alignment_scores(peptides, epitopes, model), tuple(sources))
