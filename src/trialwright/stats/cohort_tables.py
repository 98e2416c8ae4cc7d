"""Tables of one cohort's possible outcomes under the components of a model, put together for all cohorts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.stats.cohort_grid import CohortScale, Grid, legendre_rule, logit, make_grid
from trialwright.stats.cohort_kernels import ABOVE, MASS, judge_one, judge_two, outcome_integrals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trialwright.stats.cohort_priors import NormalPrior, SpreadPrior
    from trialwright.stats.inputs import Floats, Integers

PANEL_NODES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One cohort: its target rate, the rate asked about, and pairs of subjects and responses to judge."""

    target: float
    cut: float
    rows: tuple[tuple[int, int], ...]

    @property
    def subjects(self) -> int:
        """Of the largest outcome."""
        return max(n for n, _ in self.rows)


@dataclass(frozen=True, slots=True)
class Exchangeable:
    """A component: θ_k ~ N(μ, τ²), with priors of μ and τ."""

    mean: NormalPrior
    spread: SpreadPrior


@dataclass(frozen=True, slots=True)
class Part:
    """A cohort with the prior weight of each component, and its own prior where they leave a rest."""

    question: Question
    weights: tuple[float, ...]
    own: NormalPrior | None


def _grid(component: Exchangeable, questions: Sequence[Question], fineness: float) -> Grid:
    largest = [[one for one in question.rows if one[0] == question.subjects] for question in questions]
    cohorts = CohortScale(
        subjects=np.array([question.subjects for question in questions], dtype=np.float64),
        fewest=np.array([min(y for _, y in rows) for rows in largest], dtype=np.float64),
        most=np.array([max(y for _, y in rows) for rows in largest], dtype=np.float64),
        centres=np.array([-logit(question.target) for question in questions]),
        jumps=np.array([logit(question.cut) - logit(question.target) for question in questions]),
    )
    return make_grid(component.mean, component.spread, cohorts, fineness)


def integrals(question: Question, points: Floats) -> Floats:
    """Quantity × row × point: the probability of each outcome, and that with P(p > cut), p and p²."""
    rows = np.array(question.rows, dtype=np.int64)
    log_ways = np.array(
        [math.lgamma(n + 1.0) - math.lgamma(y + 1.0) - math.lgamma(n - y + 1.0) for n, y in question.rows]
    )
    rule = legendre_rule(PANEL_NODES)
    found = outcome_integrals(rows, log_ways, logit(question.target), logit(question.cut), points, rule)
    return np.ascontiguousarray(found.transpose(1, 2, 0))


def _on_grid(question: Question, grid: Grid) -> Floats:
    """The integrals at all points, with the jump at the cut resolved where the grid is too coarse for it."""
    found = integrals(question, grid.points)
    jump = logit(question.cut) - logit(question.target)
    coarse = [line for line in grid.lines if line.is_coarse(jump)]
    if not coarse:
        return found
    # at the jump the likelihood of n, y pulls θ away from μ by (y - n cut) τ²
    pulls = [y - n * question.cut for n, y in question.rows]
    layers = [line.layer(jump, max(0.0, *pulls), max(0.0, -min(pulls))) for line in coarse]
    points = np.concatenate([layer.points for layer in layers], axis=1)
    beside = integrals(question, points)
    rise = _ratio(beside[ABOVE], beside[MASS]) - (points[0] >= jump)
    start = 0
    for line, layer in zip(coarse, layers, strict=True):
        where = slice(line.first, line.first + line.t.size)
        around = rise[:, start : start + layer.weight.size] * layer.weight
        share = line.beyond(jump) + np.einsum("rm,mi->ri", around, layer.basis)
        found[ABOVE, :, where] = found[MASS, :, where] * share
        start += layer.weight.size
    return found


def _own(part: Part) -> Floats:
    """Quantity × row: the same outside all components, times the weight that they leave."""
    rest = 1.0 - math.fsum(part.weights)
    if part.own is None or rest <= 0.0:
        return np.zeros((4, len(part.question.rows)))
    alone: Floats = rest * integrals(part.question, np.array([[part.own.mean], [part.own.sd]]))[:, :, 0]
    return alone


def _ratio(part: Floats, mass: Floats) -> Floats:
    """Part over mass; 0 where there is no mass."""
    possible = mass > 0.0
    found: Floats = np.where(possible, part / np.where(possible, mass, 1.0), 0.0)
    return found


def _given(joint: Floats) -> Floats:
    """Quantities given the row and the point: joint over probability."""
    return _ratio(joint[ABOVE:], joint[MASS])


def _scale(largest: Floats) -> Floats:
    """What to divide by: rows that no point allows stay 0, and are found out where they occur."""
    return np.where(largest > 0.0, largest, 1.0)


@dataclass(frozen=True)
class _Blocks:
    """Tables of all cohorts on top of each other; cohorts that are alike share theirs."""

    first: Integers
    within: tuple[Floats, ...]
    outside: Floats


def _stack(parts: Sequence[Part], grids: Sequence[Grid]) -> _Blocks:
    places: dict[Part, int] = {}
    within: list[list[Floats]] = [[] for _ in grids]
    outside: list[Floats] = []
    rows = 0
    for part in parts:
        if part in places:
            continue
        places[part] = rows
        rows += len(part.question.rows)
        for j, grid in enumerate(grids):
            within[j].append(part.weights[j] * _on_grid(part.question, grid))
        outside.append(_own(part))
    first = np.array([places[part] for part in parts], dtype=np.int64)
    joined = tuple(np.concatenate(tables, axis=1) for tables in within)
    return _Blocks(first, joined, np.concatenate(outside, axis=1))


def one_component(
    component: Exchangeable, parts: Sequence[Part], fineness: float
) -> Callable[[Integers], Floats]:
    """Posterior quantities, then the membership, for states of the cohorts."""
    grid = _grid(component, [part.question for part in parts], fineness)
    blocks = _stack(parts, [grid])
    inside, outside = blocks.within[0], blocks.outside[:, :, None]
    member = inside[MASS].copy()
    joint = np.concatenate([inside + outside, member[None]])
    given = _given(joint)
    mass = joint[MASS] / _scale(joint[MASS].max(axis=1, keepdims=True))
    return lambda states: judge_one(blocks.first + states, grid.prior, mass, given)


def two_components(
    components: Sequence[Exchangeable], parts: Sequence[Part], fineness: float
) -> Callable[[Integers], Floats]:
    """Posterior quantities, then both memberships, for states of the cohorts."""
    questions = [part.question for part in parts]
    grids = [_grid(component, questions, fineness) for component in components]
    size = max(grid.prior.size for grid in grids)
    grids = [grid.padded(size) for grid in grids]
    blocks = _stack(parts, grids)
    joint, own = np.stack(blocks.within), blocks.outside
    largest = _scale(np.maximum(joint[:, MASS].max(axis=(0, 2)), own[MASS]))
    mass = joint[:, MASS] / largest[:, None]
    given = np.stack([_given(table) for table in joint])
    priors = np.stack([grid.prior for grid in grids])
    alone = _given(own)
    return lambda states: judge_two(blocks.first + states, priors, mass, given, own[MASS] / largest, alone)
