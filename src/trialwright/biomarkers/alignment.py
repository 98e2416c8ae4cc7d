"""Smith–Waterman scores of peptides with epitopes, by Biopython (extra `fitness`)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trialwright.biomarkers.fitness import Model


def alignment_scores(
    peptides: Iterable[str], epitopes: Sequence[str], model: Model
) -> dict[str, tuple[float, ...]]:
    """Align every peptide with every epitope and give the best local scores, in the order of the epitopes.

    Raises:
        ArgumentError: Biopython is not installed.
    """
    try:
        align: Any = import_module("Bio.Align")
    except ImportError as error:
        raise ArgumentError.at(
            "neoantigen fitness",
            "Biopython is not installed",
            expected="the extra `fitness`",
            remedy="pip install 'trialwright[fitness]', or name `alignments` computed elsewhere",
        ) from error
    aligner = align.PairwiseAligner(
        mode="local",
        substitution_matrix=align.substitution_matrices.load(model.matrix),
        open_gap_score=model.gap_open,
        extend_gap_score=model.gap_extend,
    )
    return {
        peptide: tuple(float(aligner.score(peptide, epitope)) for epitope in epitopes)
        for peptide in dict.fromkeys(peptides)
    }
