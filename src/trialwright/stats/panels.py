"""Integrals over a trial's follow-up that is smooth between known times: Gauss and Legendre in panels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import legendre

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trialwright.stats.inputs import Floats

NODES = 12
LEAST_PARTS = 4
MOST_PARTS = 400
GRADES = 30


@lru_cache(maxsize=1)
def _rule() -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on [−1, 1], and the matrix of integrals from −1 to each node."""
    node, weight = legendre.leggauss(NODES)
    wider = legendre.legvander(node, NODES)
    integral = np.empty((NODES, NODES))
    integral[:, 0] = node + 1.0
    for n in range(1, NODES):
        integral[:, n] = (wider[:, n + 1] - wider[:, n - 1]) / (2.0 * n + 1.0)
    return node, weight, integral @ np.linalg.inv(wider[:, :NODES])


@dataclass(frozen=True, eq=False)
class Panels:
    """Points in ascending panels, one row a panel, and half the width of each."""

    at: Floats
    half: Floats

    def total(self, values: Floats) -> float:
        """The integral of a function over all panels, from its values at the points."""
        return float((values @ _rule()[1]) @ self.half)

    def cumulative(self, values: Floats) -> Floats:
        """Its integral from the start to each point."""
        weighted = self.half * (values @ _rule()[1])
        before = np.concatenate(([0.0], np.cumsum(weighted)[:-1]))
        inside: Floats = values @ _rule()[2].T * self.half[:, None]
        return before[:, None] + inside

    def remaining(self, values: Floats) -> Floats:
        """Its integral from each point to the end, added up from there: no difference of large sums."""
        weighted = self.half * (values @ _rule()[1])
        after = np.concatenate((np.cumsum(weighted[::-1])[::-1][1:], [0.0]))
        inside: Floats = values @ _rule()[2][::-1, ::-1].T * self.half[:, None]
        return after[:, None] + inside


def _parts(start: float, end: float, fastest: float) -> list[float]:
    """Edges of equal panels in which the fastest rate has little time to act."""
    count = min(max(LEAST_PARTS, math.ceil((end - start) * fastest)), MOST_PARTS)
    return [start + (end - start) * k / count for k in range(count)]


def panels(edges: Iterable[float], end: float, fastest: float) -> Panels:
    """Panels from 0 to `end` with an edge at each of `edges`; `fastest` is the largest rate in between.

    They shorten towards 0, where weights like the square root of time are not smooth.
    """
    marks = [0.0, *sorted({edge for edge in edges if 0.0 < edge < end}), end]
    all_edges = [edge for left, right in pairwise(marks) for edge in _parts(left, right, fastest)]
    first = all_edges[1]
    graded = [first * 0.5**k for k in range(GRADES, 0, -1)]
    starts = np.array([0.0, *graded, *all_edges[1:]])
    ends = np.append(starts[1:], end)
    half = (ends - starts) / 2.0
    return Panels((starts + half)[:, None] + half[:, None] * _rule()[0][None, :], half)
