"""The fitness model on numbers that a pocket calculator checks, and its files."""

import json
import math
import sys
from pathlib import Path

import pytest

from trialwright.biomarkers.alignment import alignment_scores
from trialwright.biomarkers.fitness import (
    AT_AN_ANCHOR,
    NOT_A_BINDER,
    amplitude,
    clone_fitness,
    luksza_2017,
    recognition,
    relative_size,
    tumour_fitness,
)
from trialwright.biomarkers.neoantigens import Clone, Neoantigen, Sequencing
from trialwright.biomarkers.sequencing import read_sequencing
from trialwright.errors import ArgumentError, DataError, InputFileError
from trialwright.protocol.biomarkers import Fitness

FROZEN = json.loads((Path(__file__).parents[2] / "reference" / "peptide_alignments.json").read_text())
MODEL = luksza_2017()
HEADER = (
    "subject,clone,clone_fraction,mutant_peptide,wild_type_peptide,mutant_affinity_nm,wild_type_affinity_nm\n"
)
ROWS = HEADER + "P1,c1,0.6,AAAAYAAAA,AAAAGAAAA,50,500\nP1,c2,0.4,,,,\nP2,all,1,AAAAYAAAL,AAAAGAAAL,10,2000\n"
SCORES = "mutant_peptide,epitope,score\nAAAAYAAAA,KLWCQVLLM,26\nAAAAYAAAL,KLWCQVLLM,10\n"


def test_amplitude_is_the_ratio_of_affinities_bounded_where_the_wild_type_hardly_binds():
    assert amplitude(50.0, 500.0, 0.0003) == pytest.approx(10 / 1.15)
    assert amplitude(1.0, 1e12, 0.0003) == pytest.approx(1 / 0.0003, rel=1e-6)


def test_recognition_is_one_half_where_one_epitope_scores_a():
    assert recognition([26.0], 26.0, 4.87) == 0.5
    assert recognition([26.0, 26.0], 26.0, 4.87) == pytest.approx(2 / 3)
    assert recognition([25.0], 26.0, math.log(3)) == pytest.approx(1 / 4)


def test_recognition_has_its_limits_without_overflow():
    assert recognition([], 26.0, 4.87) == 0.0
    assert recognition([500.0], 26.0, 4.87) == 1.0
    assert 0.0 <= recognition([-500.0], 26.0, 4.87) < 1e-300


def test_the_dominant_neoantigen_decides_a_clone():
    assert clone_fitness([0.1, 3.0, 0.2]) == -3.0
    assert math.copysign(1.0, clone_fitness([])) == 1.0


def test_a_tumour_is_the_sum_of_its_clones():
    assert relative_size([(0.5, 0.0), (0.5, -math.log(2))], tau=1.0) == pytest.approx(0.75)


def neoantigen(mutant, wild_type, mutant_nm=50.0, subject="P1", clone="c1"):
    return Neoantigen(subject, clone, mutant, wild_type, mutant_nm, 500.0)


def tumour(*neoantigens, scores):
    sequencing = Sequencing((Clone("P1", "c1", 1.0),), neoantigens, scores)
    return tumour_fitness(sequencing, MODEL, tau=0.1)[0]


def test_weak_binders_and_anchors_that_were_not_hydrophobic_are_left_out_and_counted():
    weak = neoantigen("AAAAYAAAA", "AAAAGAAAA", mutant_nm=500.0)
    anchor = neoantigen("ALAAAAAAA", "AKAAAAAAA")
    kept = neoantigen("AVAAAAAAA", "ALAAAAAAA")
    found = tumour(weak, anchor, kept, scores={"AVAAAAAAA": (26.0,)})
    assert (found.neoantigens, dict(found.left_out)) == (1, {NOT_A_BINDER: 1, AT_AN_ANCHOR: 1})
    assert found.n_tau == pytest.approx(math.exp(-0.1 * 0.5 * 10 / 1.15))
    assert found.dominant == "AVAAAAAAA"


def test_a_peptide_without_a_score_is_an_error_not_a_zero():
    with pytest.raises(DataError, match=r"P1: peptide AAAAYAAAA has no alignment score"):
        tumour(neoantigen("AAAAYAAAA", "AAAAGAAAA"), scores={})


def test_more_recognised_neoantigens_never_make_a_tumour_fitter():
    peptides = [neoantigen(f"AAAA{letter}AAAA", "AAAAGAAAA") for letter in "YWFH"]
    scores = {one.mutant: (20.0 + place,) for place, one in enumerate(peptides)}
    sizes = [tumour(*peptides[:count], scores=scores).n_tau for count in range(5)]
    assert sizes[0] == 1.0
    assert sizes == sorted(sizes, reverse=True)


def test_published_amplitude_and_that_of_the_published_programme_agree():
    for wild_nm in (1.0, 50.0, 500.0, 5_000.0, 50_000.0):
        bound, free = 1 / (1 + wild_nm) + 0.0003, wild_nm / (1 + wild_nm) + 0.0003
        assert amplitude(1.0, wild_nm, 0.0003) == pytest.approx(free / bound, rel=1e-3)


def test_alignment_scores_equal_those_frozen_from_biopython():
    pytest.importorskip("Bio")
    epitopes = list(next(iter(FROZEN["scores"].values())))
    found = alignment_scores(FROZEN["scores"], epitopes, MODEL)
    for peptide, expected in FROZEN["scores"].items():
        assert found[peptide] == tuple(expected.values()), peptide


def test_a_peptide_aligned_with_itself_scores_the_diagonal_of_blosum62():
    pytest.importorskip("Bio")
    diagonal = {"G": 6, "I": 4, "L": 4, "F": 6, "V": 4, "T": 5}
    found = alignment_scores(["GILGFVFTL"], ["GILGFVFTL"], MODEL)["GILGFVFTL"]
    assert found == (float(sum(diagonal[one] for one in "GILGFVFTL")),)


def test_missing_biopython_is_one_clear_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "Bio.Align", None)
    with pytest.raises(ArgumentError, match=r"pip install 'trialwright\[fitness\]'"):
        alignment_scores(["AAAA"], ["AAAA"], MODEL)


def stated(**names):
    return Fitness(model="Luksza 2017", tau=0.1, **names)


def folder(path, **texts):
    for name, text in texts.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_files_beside_the_data_give_the_fitness_of_each_tumour(tmp_path):
    fitness = stated(neoantigens="neo.csv", alignments="scores.csv")
    read = read_sequencing(fitness, folder(tmp_path, neo=ROWS, scores=SCORES))
    first, second = tumour_fitness(read, MODEL, 0.1)
    assert (first.subject, first.clones, first.neoantigens) == ("P1", 2, 1)
    assert first.n_tau == pytest.approx(0.4 + 0.6 * math.exp(-0.1 * 0.5 * 10 / 1.15))
    assert second.n_tau == pytest.approx(1.0)
    assert [one.name for one in read.sources] == ["neo.csv", "scores.csv"]


@pytest.mark.parametrize("text", [">one\nGILG\nFVFTL\n>two\nNLVPMVATV\n", "epitope\nGILGFVFTL\nNLVPMVATV\n"])
def test_epitopes_may_be_fasta_or_csv(tmp_path, text):
    pytest.importorskip("Bio")
    rows = HEADER + "P1,all,1,GILGFVFTL,GILGSVFTL,50,500\n"
    fitness = stated(neoantigens="neo.csv", epitopes="known.csv")
    read = read_sequencing(fitness, folder(tmp_path, neo=rows, known=text))
    assert read.scores == {"GILGFVFTL": (45.0, 9.0)}


def test_without_a_file_it_says_so_and_invents_nothing(tmp_path):
    for fitness in (Fitness(model="Luksza 2017"), stated(neoantigens="neo.csv", epitopes="known.fasta")):
        read = read_sequencing(fitness, tmp_path)
        assert read.missing.startswith("no sequencing data supplied")
        assert not read.clones


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject,clone\nP1,c\n", "no column 'clone_fraction'"),
        (HEADER + "P1,c,0.5,AAAA,AAAG,5,5\n", "P1: clone fractions add up to 0.5"),
        (HEADER + "P1,c,1,AAAB,AAAG,5,5\n", r"line 2: peptide 'AAAB'.*correct B"),
        (HEADER + "P1,c,1,AAAA,AAAG,0,5\n", "line 2: mutant_affinity_nm 0; expected a number above 0"),
        (HEADER + "P1,c,1,AAAA,AAG,5,5\n", "two different peptides of one length"),
        (HEADER + "P1,c,1,AAAA,AAAG,nan,5\n", "mutant_affinity_nm 'nan'; expected a number"),
        (HEADER + "P1,c,1,AAAA\n", "line 2: another number of fields"),
        (HEADER + "P1,c,0.5,AAAA,AAAG,5,5\nP1,c,0.6,AAAA,AAAC,5,5\n", "has fraction 0.6; expected 0.5"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_remedy(tmp_path, text, message):
    fitness = stated(neoantigens="neo.csv", alignments="scores.csv")
    with pytest.raises(InputFileError, match=message):
        read_sequencing(fitness, folder(tmp_path, neo=text, scores=SCORES))


def test_binary_files_are_refused(tmp_path):
    (tmp_path / "neo.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputFileError, match="not UTF-8 text"):
        read_sequencing(stated(neoantigens="neo.csv", alignments="scores.csv"), tmp_path)


@pytest.mark.parametrize(
    "part",
    [
        {"neoantigens": "neo.csv", "tau": 0.1},
        {"neoantigens": "neo.csv", "epitopes": "e.fasta"},
        {"neoantigens": "neo.csv", "epitopes": "e.fasta", "alignments": "s.csv", "tau": 0.1},
        {"neoantigens": "../neo.csv", "epitopes": "e.fasta", "tau": 0.1},
    ],
)
def test_the_study_file_must_say_tau_and_one_source_of_scores(part):
    with pytest.raises(ValueError, match=r"tau|epitopes|pattern"):
        Fitness(model="Luksza 2017", **part)
