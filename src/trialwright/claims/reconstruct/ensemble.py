"""The ensemble: data sets until there are enough, each checked against every printed figure."""

from __future__ import annotations

import math
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.figures import DataSet, Figure, time_figures
from trialwright.claims.reconstruct.match import REST, Table, anneal_all, table_of
from trialwright.claims.reconstruct.people import Person, people_of
from trialwright.claims.reconstruct.person_figures import person_figures
from trialwright.claims.reconstruct.prove import bounds, contradiction
from trialwright.claims.reconstruct.sample import everybody_else, mixed, sample
from trialwright.claims.reconstruct.targets import targets_of
from trialwright.errors import DataError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.prove import Bound
    from trialwright.claims.reconstruct.sample import Rebuilt
    from trialwright.claims.reconstruct.targets import Group, RatioTarget, Targets
    from trialwright.progress import Progress
    from trialwright.protocol.study import Study

SIZE = 50
_AHEAD = 4
_ATTEMPTS_EACH = 8
_PATIENCE = 24
_SELDOM = 0.1
_HOPE = 0.15
_MORE_EVENTS = 8
_FEWER_FIRST = 0.75
_TOLD, _TOLD_SPREAD, _TOLD_MOST = 0.968, 0.012, 1.005


@dataclass(frozen=True, eq=False)
class Rebuild:
    """One data set: the times of its groups, its subjects, and every printed figure recomputed."""

    parts: DataSet
    people: tuple[Person, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The data sets, best first, with the contradictions, the bounds and what had to be given up."""

    targets: Targets
    sets: tuple[Rebuild, ...]
    contradictions: dict[str, tuple[str, ...]]
    bounds: tuple[Bound, ...]
    given_up: tuple[str, ...] = ()


def build(
    publication: Publication,
    progress: Progress,
    *,
    seed: int = 1,
    size: int = SIZE,
    study: Study | None = None,
) -> Ensemble:
    """Make `size` data sets; `study` says how subjects are treated, where the claims stand beside one.

    Raises:
        DataError: no subjects were found that meet the claims.
        StudyFileError: the claims say too little.
    """
    targets = targets_of(publication)
    groups = [*targets.groups, *(one.group for one in targets.wholes)]
    with progress.step("What the figures prove"), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        proofs = list(pool.map(_proved, groups))
    contradictions = {group.name: core for group, (core, _) in zip(groups, proofs, strict=True)}
    bounded = [bound for _, found in proofs for bound in found]
    search = _Search.of(targets, contradictions, seed)
    search.until(size, progress)
    best = sorted(search.found + search.near, key=lambda one: one[0])[:size]
    if not best:
        raise DataError.at(
            "reconstruct", "no subjects were found that meet the claims", remedy="look at the audit"
        )
    with progress.step("The figures of every data set"):
        sets = tuple(
            _rebuild(publication, targets, parts, np.random.default_rng([seed, number]), study)
            for number, (_left, parts) in enumerate(best)
        )
    sets = tuple(sorted(sets, key=lambda one: sum(not figure.met for figure in one.figures)))
    return Ensemble(targets, sets, contradictions, tuple(bounded), tuple(sorted(search.given_up)))


def _proved(group: Group) -> tuple[tuple[str, ...], tuple[Bound, ...]]:
    """The claims of a group that contradict, and what the others bound."""
    core = contradiction(group)
    return core, bounds(group, core)


def _rebuild(
    publication: Publication,
    targets: Targets,
    parts: DataSet,
    rng: np.random.Generator,
    study: Study | None,
) -> Rebuild:
    parts = {name: mixed(part, rng) for name, part in parts.items()}
    people = people_of(publication, parts, rng, study)
    figures = (*time_figures(publication, parts, targets.wholes), *person_figures(publication, people))
    return Rebuild(parts, people, figures)


@dataclass
class _Events:
    """How many events, and how many of them in the first group, lead to a printed comparison.

    Guessed first, then learnt from what came out so far.
    """

    cells: list[tuple[int, int]]
    hope: list[float]
    tries: list[int]
    worth: list[float]

    @classmethod
    def of(cls, ratio: RatioTarget) -> _Events:
        """Totals from the least possible upwards, for no event tells more than a quarter; every split."""
        least = math.ceil(4.0 / ratio.std_error**2)
        cells = [(total, first) for total in range(least, least + _MORE_EVENTS) for first in range(1, total)]
        hope = [_hope(ratio, total, first) for total, first in cells]
        cells = [cell for cell, one in zip(cells, hope, strict=True) if one > 0.0]
        hope = [one for one in hope if one > 0.0]
        return cls(cells, hope, [0] * len(cells), [0.0] * len(cells))

    def draw(self, rng: np.random.Generator) -> int:
        """The place of a cell, the better ones more often."""
        chance = (np.array(self.hope) + np.array(self.worth)) / (1.0 + np.array(self.tries))
        return int(rng.choice(len(chance), p=chance / chance.sum()))

    def learn(self, place: int, left: float) -> None:
        """Note how near a cell came."""
        self.tries[place] += 1
        self.worth[place] += math.exp(-10.0 * left)


def _hope(ratio: RatioTarget, total: int, first: int) -> float:
    """How likely some events are to tell as much as the printed interval says.

    The test says how many of them were expected in the first group, so what its share at risk was, and the
    information of one event about a ratio is p (1 - p) with that share. Shares that change over time tell a
    few percent less: `_TOLD` of it was met most often.
    """
    information = 1.0 / ratio.std_error**2
    z = (ratio.z.low + ratio.z.high) / 2 if ratio.z is not None else abs(ratio.log_ratio) / ratio.std_error
    expected = first - math.copysign(z, ratio.log_ratio) * math.sqrt(information)
    share = expected / total
    if not 0.0 < share < 1.0:
        return 0.0
    risk = math.exp(ratio.log_ratio)
    p = risk * share / (risk * share + 1.0 - share)
    told = information / (total * p * (1.0 - p))
    fewer = _FEWER_FIRST ** (total - 4.0 * information)
    return _HOPE * fewer * math.exp(-abs(told - _TOLD) / _TOLD_SPREAD) if told < _TOLD_MOST else 0.0


@dataclass(frozen=True, eq=False)
class _Attempt:
    parts: DataSet | None
    left: float
    missed: frozenset[str]
    places: dict[str, int]


@dataclass
class _Search:
    """Attempts, each with what all but the `_AHEAD` before it taught, whatever the number of threads."""

    targets: Targets
    contradictions: dict[str, tuple[str, ...]]
    seed: int
    table: Table
    totals: dict[str, _Events]
    found: list[tuple[float, DataSet]] = field(default_factory=list)
    near: list[tuple[float, DataSet]] = field(default_factory=list)
    missed: list[frozenset[str]] = field(default_factory=list)
    given_up: frozenset[str] = frozenset()
    attempts: int = 0

    @classmethod
    def of(cls, targets: Targets, contradictions: dict[str, tuple[str, ...]], seed: int) -> _Search:
        left_out = frozenset(claim for core in contradictions.values() for claim in core)
        blocks = [*(one.name for one in targets.groups), *([REST] if targets.rest else [])]
        table = table_of(targets, blocks).without(left_out)
        totals = {one.claim: _Events.of(one) for one in targets.ratios}
        return cls(targets, contradictions, seed, table, totals)

    def until(self, size: int, progress: Progress) -> None:
        """Attempt until so many data sets are found, or patience ends."""
        most = _ATTEMPTS_EACH * max(size, _AHEAD)
        waiting: deque[Future[_Attempt]] = deque()
        with ThreadPoolExecutor(min(_AHEAD, os.cpu_count() or 1)) as pool:
            while len(self.found) < size and (self.attempts < most or waiting):
                while self.attempts < most and len(waiting) < _AHEAD:
                    waiting.append(pool.submit(self._attempt, *self._drawn(), self.table))
                with progress.step(f"{len(self.found)} of {size} data sets"):
                    one = waiting.popleft().result()
                self._learn(one)
            pool.shutdown(wait=True, cancel_futures=True)

    def _drawn(self) -> tuple[np.random.Generator, dict[str, int]]:
        """The random numbers of the next attempt, and its events by what is known now."""
        rng = np.random.default_rng([self.seed, 0, self.attempts])
        self.attempts += 1
        return rng, {claim: one.draw(rng) for claim, one in self.totals.items()}

    def _learn(self, one: _Attempt) -> None:
        for claim, place in one.places.items():
            is_met = one.parts is not None and not any(name.startswith(f"{claim}, ") for name in one.missed)
            self.totals[claim].learn(place, 0.0 if is_met else one.left)
        if one.parts is not None:
            (self.near if one.missed else self.found).append((one.left, one.parts))
            self.missed.append(one.missed)
        if not self.found and len(self.missed) >= _PATIENCE:
            self._give_up()

    def _give_up(self) -> None:
        """Leave out the claims that no attempt met: the others shall be met exactly."""
        every = len(self.missed)
        counts = {claim: sum(claim in one for one in self.missed) for claim in self.table.names}
        hopeless = frozenset(claim for claim, missed in counts.items() if missed >= (1 - _SELDOM) * every)
        if hopeless:
            self.given_up |= hopeless
            self.table = self.table.without(hopeless)
            self.missed = []

    def _attempt(self, rng: np.random.Generator, places: dict[str, int], table: Table) -> _Attempt:
        counts: dict[str, dict[str, int]] = {group.name: {} for group in self.targets.groups}
        for ratio in self.targets.ratios:
            events, first = self.totals[ratio.claim].cells[places[ratio.claim]]
            counts[ratio.groups[0]][ratio.endpoint] = first
            counts[ratio.groups[1]][ratio.endpoint] = events - first
        parts: list[Rebuilt] = []
        for group in self.targets.groups:
            part = sample(group, rng, self.contradictions[group.name], counts[group.name])
            if part is None:
                return _Attempt(None, math.inf, frozenset(), places)
            parts.append(part)
        if self.targets.rest:
            parts.append(everybody_else(self.targets, REST, rng))
        annealed, left, missed = anneal_all(parts, table, rng)
        return _Attempt({one.group.name: one for one in annealed}, left, missed, places)
