"""Feasible groups brought to every printed figure: medians with limits, rates, ratios, tests, follow-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.annealing_kernel import DRAWS, OS, PFS, anneal, energy_of
from trialwright.claims.reconstruct.figure_kernel import (
    LOG_RANK,
    LONGEST,
    MEDIAN,
    MEDIAN_HIGH,
    MEDIAN_LOW,
    MIDDLE,
    RATE,
    RATIO,
    RATIO_HIGH,
    RATIO_LOW,
    SHORTEST,
)
from trialwright.stats.special import normal_isf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.claims.log_scale import Range
    from trialwright.claims.reconstruct.sample import Rebuilt
    from trialwright.claims.reconstruct.targets import Days, Group, MedianTarget, RatioTarget, Targets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Row = tuple[tuple[int, int, int, int, int], tuple[float, float, float, float, float]]

ROUNDS = 10
_STEPS = 80_000
_HEATS = (0.7, 0.005)
_LEFT_AFTER = 1
_HOPELESS = 1.2
_FIRST_SCAN = 21
_NUMBERS = {"OS": OS, "PFS": PFS}
_UNIT_OF_RATIO = 0.01
_RATE_UNIT = 0.01
_HAIR = 1e-9
REST = ""
_NAMES = {
    MEDIAN: "median",
    MEDIAN_LOW: "lower limit",
    MEDIAN_HIGH: "upper limit",
    RATE: "rate",
    MIDDLE: "median",
    SHORTEST: "shortest",
    LONGEST: "longest",
    RATIO: "ratio",
    RATIO_LOW: "lower limit",
    RATIO_HIGH: "upper limit",
    LOG_RANK: "P",
}


@dataclass(frozen=True, eq=False)
class Table:
    """The targets as the kernel reads them, and the claim of each row."""

    what: Ints
    spans: Floats
    claims: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What each row is called: its claim and which figure of it."""
        return tuple(
            f"{claim}, {_NAMES[int(kind)]}" for claim, kind in zip(self.claims, self.what[:, 0], strict=True)
        )

    def without(self, claims: frozenset[str]) -> Table:
        """The table without the rows of some claims, or without some rows by their names."""
        kept = [
            at
            for at, (claim, name) in enumerate(zip(self.claims, self.names, strict=True))
            if not {claim, name} & claims
        ]
        return Table(self.what[kept], self.spans[kept], tuple(self.claims[at] for at in kept))


def table_of(targets: Targets, blocks: Sequence[str]) -> Table:
    """Every target as a row, those of curves first; `blocks` names the groups in the order of the state."""
    rows: list[tuple[str, Row]] = []
    for group in targets.groups:
        rows += _of_group(group, 1 << blocks.index(group.name))
    for whole in targets.wholes:
        mask = sum(1 << blocks.index(name) for name in whole.parts)
        rows += _of_group(whole.group, mask | (1 << blocks.index(REST) if whole.has_rest else 0))
    for ratio in targets.ratios:
        rows += _of_ratio(ratio, (blocks.index(ratio.groups[0]), blocks.index(ratio.groups[1])))
    what = np.array([row[1][0] for row in rows], np.int64).reshape(-1, 5)
    spans = np.array([row[1][1] for row in rows], np.float64).reshape(-1, 5)
    return Table(what, spans, tuple(row[0] for row in rows))


def _of_group(group: Group, mask: int) -> Iterator[tuple[str, Row]]:
    for endpoint, number in _NUMBERS.items():
        for median in group.medians[endpoint]:
            for row in _of_median(median, number, mask):
                yield median.claim, row
        for rate in group.rates[endpoint]:
            # a hair inside: a rate of exactly half a unit prints either way
            spans = (rate.low + _HAIR, rate.high - _HAIR, _RATE_UNIT, float(rate.day), 0.0)
            yield rate.claim, ((RATE, number, mask, 0, 0), spans)
    for observed in group.observed:
        found = ((MIDDLE, observed.median), (SHORTEST, observed.shortest), (LONGEST, observed.longest))
        for kind, days in found:
            if days is not None:
                yield observed.claim, ((kind, OS, mask, 0, 0), _span(days, 0.0))


def _of_median(median: MedianTarget, endpoint: int, mask: int) -> Iterator[Row]:
    z, reverse = _z(median.level), int(median.of_censoring)
    for kind, days in (
        (MEDIAN, median.days),
        (MEDIAN_LOW, median.limits[0]),
        (MEDIAN_HIGH, median.limits[1]),
    ):
        if days is not None:
            yield (kind, endpoint, mask, 0, reverse), _span(days, z)


def _span(days: Days, parameter: float) -> tuple[float, float, float, float, float]:
    return float(days.low), float(days.high), float(days.high - days.low + 1), parameter, 0.0


def _of_ratio(ratio: RatioTarget, pair: tuple[int, int]) -> Iterator[tuple[str, Row]]:
    found: tuple[tuple[int, Range | None], ...] = (
        (LOG_RANK, ratio.z),
        (RATIO, ratio.ratio),
        (RATIO_LOW, ratio.low),
        (RATIO_HIGH, ratio.high),
    )
    for kind, span in found:
        if span is not None:
            place = (kind, _NUMBERS[ratio.endpoint], *pair, 0)
            yield (
                ratio.claim,
                (place, (span.low, span.high, _UNIT_OF_RATIO, _z(ratio.level), ratio.log_ratio)),
            )


def _z(level: float) -> float:
    return float(normal_isf((1 - level / 100) / 2))


@dataclass(frozen=True, eq=False)
class State:
    """Whole groups as arrays: a row an endpoint, the columns of a group in order of time."""

    times: Ints
    events: Ints
    blocks: Ints
    least: Ints
    most: Ints
    has_pfs: npt.NDArray[np.bool_]


def state_of(parts: Sequence[Rebuilt]) -> State:
    """The groups one after the other, with the limits of each time."""
    sizes = [part.group.n for part in parts]
    blocks = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    shape = (2, int(blocks[-1]))
    state = State(
        np.ones(shape, np.int64),
        np.zeros(shape, np.int64),
        blocks,
        np.ones(shape, np.int64),
        np.ones(shape, np.int64),
        np.zeros(shape[1], np.bool_),
    )
    for part, start, end in zip(parts, blocks[:-1], blocks[1:], strict=True):
        for name, times in part.times.items():
            row = _NUMBERS[name]
            order = np.lexsort((1 - part.events[name], times))
            state.times[row, start:end], state.events[row, start:end] = times[order], part.events[name][order]
            state.least[row, start:end] = part.group.first_end
            state.most[row, start:end] = part.group.horizon
        if "PFS" in part.times:
            state.has_pfs[start:end] = True
            _limit(state, part.group, int(start), int(end))
    return state


def _limit(state: State, group: Group, start: int, end: int) -> None:
    """Scans before an end, responses and their confirmation, progression where there was no control."""
    state.least[PFS, start:end] = _FIRST_SCAN
    for count, day in group.free_for:
        state.least[PFS, end - count : end] = np.maximum(state.least[PFS, end - count : end], day)
    count, day = group.fails_by
    state.most[PFS, start : start + count] = day


def anneal_all(
    parts: Sequence[Rebuilt], table: Table, rng: np.random.Generator
) -> tuple[tuple[Rebuilt, ...], float, frozenset[str]]:
    """The groups with every figure of the table met, as far as found; what is left; the figures missed."""
    state = state_of(parts)
    everybody = np.arange(state.times.shape[1])
    movable = (everybody, everybody[state.has_pfs])
    left = np.inf
    for attempt in range(ROUNDS):
        left = anneal(
            state.times,
            state.events,
            state.blocks,
            state.least,
            state.most,
            state.has_pfs,
            movable,
            table.what,
            table.spans,
            rng.random((_STEPS, DRAWS)),
            _HEATS,
        )
        if left <= 0.0 or (attempt >= _LEFT_AFTER and left > _HOPELESS):
            break
    found = []
    for part, start, end in zip(parts, state.blocks[:-1], state.blocks[1:], strict=True):
        times = {name: state.times[_NUMBERS[name], start:end].copy() for name in part.times}
        events = {name: state.events[_NUMBERS[name], start:end].copy() for name in part.times}
        found.append(replace(part, times=times, events=events))
    return tuple(found), float(left), _missed(state, table)


def _missed(state: State, table: Table) -> frozenset[str]:
    """The figures that are not met, by name."""
    claims = set()
    for at, name in enumerate(table.names):
        row = slice(at, at + 1)
        left = energy_of(
            state.times,
            state.events,
            state.blocks,
            table.what[row],
            table.spans[row],
            table.what[at, 1],
            np.inf,
        )
        if left > 0.0:
            claims.add(name)
    return frozenset(claims)
