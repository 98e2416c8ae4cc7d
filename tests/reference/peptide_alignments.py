"""Freezes Biopython's Smith–Waterman scores: run it by hand, with the extra `fitness` installed.

python tests/reference/peptide_alignments.py > tests/reference/peptide_alignments.json
"""

import json
import sys

import Bio
from Bio.Align import PairwiseAligner, substitution_matrices

PEPTIDES = ("GILGFVFTL", "NLVPMVATV", "SIINFEKLM", "WWHHCCPPY", "AAAAAAAAA", "KLWCQVLLM")
EPITOPES = ("GILGFVFTL", "NLVPMVATV", "GLCTLVAML", "ELAGIGILTV", "TPRVTGGGAM", "AAAA")

aligner = PairwiseAligner()
aligner.mode = "local"
aligner.substitution_matrix = substitution_matrices.load("BLOSUM62")
aligner.open_gap_score, aligner.extend_gap_score = -11, -1
scores = {one: {other: aligner.score(one, other) for other in EPITOPES} for one in PEPTIDES}
json.dump({"biopython": Bio.__version__, "scores": scores}, sys.stdout, indent=1)
