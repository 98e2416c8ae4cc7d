"""Neoantigen fitness of a tumour: which of its clones the immune system can be expected to see.

For a neoantigen with dissociation constants K (nM) of mutant and wild-type peptide, and alignment scores
s of the mutant peptide with known epitopes:

    amplitude     A = K_wild / K_mutant · 1 / (1 + ε · K_wild)
    recognition   R = Σ exp(−k(a − s)) / (1 + Σ exp(−k(a − s)))
    clone         F = −max(A · R) over the neoantigens of the clone; 0 without any
    tumour        n(τ) = Σ X · exp(F · τ) over its clones, X their share of the tumour

n(τ) is the expected size of the tumour relative to that at the start of therapy: 1 is no immune pressure,
less is more of it. Constants stand in rulebook/biomarkers.toml.

Source: Łuksza et al., Nature 2017; 551:517, equations of the main text and Methods.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from trialwright.errors import DataError
from trialwright.rulebook import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trialwright.biomarkers.neoantigens import Neoantigen, Sequencing
    from trialwright.protocol.biomarkers import Fitness

NOT_A_BINDER = "mutant peptide binds too weakly"
AT_AN_ANCHOR = "substitution of a residue that is not hydrophobic at an anchor"


@dataclass(frozen=True, slots=True)
class Model:
    """The constants of the fitness model; affinities in nM."""

    a: float
    k: float
    epsilon_per_nm: float
    binder_below_nm: float
    anchor_length: int
    anchor_positions: tuple[int, ...]
    hydrophobic: str
    matrix: str
    gap_open: float
    gap_extend: float

    def as_stated(self, fitness: Fitness) -> Model:
        """Take `a` and `k` of the study file where it states them."""
        return replace(self, a=fitness.a or self.a, k=fitness.k or self.k)


@cache
def luksza_2017() -> Model:
    """Read the published constants.

    >>> luksza_2017().a, luksza_2017().k
    (26.0, 4.87)
    """
    stated = read_table("biomarkers.toml")["luksza_2017"]
    del stated["source"]
    return Model(**{**stated, "anchor_positions": tuple(stated["anchor_positions"])})


@dataclass(frozen=True, slots=True)
class TumourFitness:
    """One tumour: n(τ), how many clones and neoantigens are behind it, and which were left out and why."""

    subject: str
    n_tau: float
    clones: int
    neoantigens: int
    left_out: tuple[tuple[str, int], ...]
    dominant: str
    """The peptides with the largest A · R, of each clone that has one, in the order of the clones."""


def amplitude(mutant_nm: float, wild_type_nm: float, epsilon_per_nm: float) -> float:
    """Give how much better the mutant peptide is presented than the one the thymus knows.

    >>> amplitude(10.0, 100.0, 0.0)
    10.0
    """
    return wild_type_nm / mutant_nm / (1.0 + epsilon_per_nm * wild_type_nm)


def recognition(scores: Iterable[float], a: float, k: float) -> float:
    """Give the probability that a T cell recognises the peptide, from its alignment scores.

    >>> recognition([26.0], a=26.0, k=4.87)
    0.5
    """
    exponents = [-k * (a - score) for score in scores]
    if not exponents:
        return 0.0
    largest = max(exponents)
    log_sum = largest + math.log(sum(math.exp(one - largest) for one in exponents))
    if log_sum > 0.0:
        return 1.0 / (1.0 + math.exp(-log_sum))
    return math.exp(log_sum) / (1.0 + math.exp(log_sum))


def clone_fitness(qualities: Iterable[float]) -> float:
    """Give the fitness of a clone from A · R of its neoantigens: the dominant one decides.

    >>> clone_fitness([0.5, 2.0]), clone_fitness([])
    (-2.0, 0.0)
    """
    return -max(qualities, default=0.0) + 0.0


def relative_size(clones: Iterable[tuple[float, float]], tau: float) -> float:
    """Give n(τ) from the share and the fitness of each clone.

    >>> relative_size([(0.25, 0.0), (0.75, 0.0)], tau=1.0)
    1.0
    """
    return sum(share * math.exp(fitness * tau) for share, fitness in clones)


def why_left_out(one: Neoantigen, model: Model) -> str:
    """Say why a neoantigen does not count; "" where it does."""
    if one.mutant_nm >= model.binder_below_nm:
        return NOT_A_BINDER
    if len(one.mutant) == model.anchor_length and any(
        one.mutant[place - 1] != one.wild_type[place - 1]
        and one.wild_type[place - 1] not in model.hydrophobic
        for place in model.anchor_positions
    ):
        return AT_AN_ANCHOR
    return ""


def tumour_fitness(sequencing: Sequencing, model: Model, tau: float) -> tuple[TumourFitness, ...]:
    """Compute n(τ) of every sequenced subject, sorted by subject.

    Raises:
        DataError: a peptide that counts has no alignment scores.
    """
    clones: dict[str, dict[str, float]] = defaultdict(dict)
    inside: dict[tuple[str, str], list[Neoantigen]] = defaultdict(list)
    for share in sequencing.clones:
        clones[share.subject][share.clone] = share.share
    for one in sequencing.neoantigens:
        inside[one.subject, one.clone].append(one)
    return tuple(
        _tumour(
            subject,
            [(share, inside[subject, clone]) for clone, share in shares.items()],
            sequencing.scores,
            model,
            tau,
        )
        for subject, shares in sorted(clones.items())
    )


def _tumour(
    subject: str,
    clones: Sequence[tuple[float, list[Neoantigen]]],
    scores: Mapping[str, tuple[float, ...]],
    model: Model,
    tau: float,
) -> TumourFitness:
    left_out: dict[str, int] = defaultdict(int)
    sizes, dominant, counted = [], [], 0
    for share, carried in clones:
        qualities: dict[str, float] = {}
        for one in carried:
            reason = why_left_out(one, model)
            if reason:
                left_out[reason] += 1
                continue
            counted += 1
            quality = _quality(one, scores, model)
            qualities[one.mutant] = max(quality, qualities.get(one.mutant, 0.0))
        sizes.append((share, clone_fitness(qualities.values())))
        if qualities:
            dominant.append(max(sorted(qualities), key=qualities.__getitem__))
    return TumourFitness(
        subject,
        relative_size(sizes, tau),
        len(clones),
        counted,
        tuple(sorted(left_out.items())),
        ", ".join(dict.fromkeys(dominant)),
    )


def _quality(one: Neoantigen, scores: Mapping[str, tuple[float, ...]], model: Model) -> float:
    if one.mutant not in scores:
        raise DataError.at(
            one.subject,
            f"peptide {one.mutant} has no alignment score",
            expected="a score for every mutant peptide",
            remedy="add the peptide to the alignments, or name a file of epitopes instead",
        )
    height = amplitude(one.mutant_nm, one.wild_type_nm, model.epsilon_per_nm)
    return height * recognition(scores[one.mutant], model.a, model.k)
