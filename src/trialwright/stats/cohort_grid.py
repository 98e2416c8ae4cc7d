"""Points of quadrature over mean μ and spread τ of a component, and how a jump in μ is integrated.

For each τ the trapezoid rule on t with μ = c + 2 sinh t: for a normal bump of standard deviation σ and a
step of 0.7 σ its error is far below 1e-10; far out, where the likelihood is flat, the steps grow.

P(rate > cut | data, μ, τ) jumps at one μ as τ goes to 0. The rest of the integrand is the joint density of
the data and μ, a smooth bump: it is interpolated between its points (sinc with a Gaussian window), so that
the error is small beside its peak, and the interpolant is integrated against the jump: over all t beyond
it, and over the layer around it where the jump is not complete.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trialwright.stats.cohort_priors import NormalPrior, SpreadPrior
    from trialwright.stats.inputs import Floats

REACH = 8.5
STRETCH = 2.0
STEP, FINE_STEP = 0.7, 0.4
FEWEST_STEPS = 10
WINDOW = 4.0
WINDOW_REACH = 7.0 * WINDOW
CUMULATED_PANELS = 112
LAYER, PANEL, PANEL_NODES = 11.0, 1.5, 10
RESOLVED = 0.8
MOST_LOGIT = 500.0


def logit(p: float) -> float:
    """The logarithm of the odds."""
    return math.log(p) - math.log1p(-p)


@dataclass(frozen=True)
class CohortScale:
    """Subjects, fewest and most responses, where μ is for a rate of one half and for the rate asked about."""

    subjects: Floats
    fewest: Floats
    most: Floats
    centres: Floats
    jumps: Floats

    def width(self, tau: float) -> float:
        """The standard deviation with which the cohorts at their most precise determine μ."""
        return 1.0 / math.sqrt(float((1.0 / (4.0 / self.subjects + tau * tau)).sum()))

    def pulled(self, prior: NormalPrior, responses: Floats) -> float:
        """Where the prior of μ times the likelihood of one common θ is largest, by bisection."""
        low = prior.mean - prior.sd**2 * float((self.subjects - responses).sum())
        high = prior.mean + prior.sd**2 * float(responses.sum())
        while high - low > 0.25 * prior.sd:
            at = 0.5 * (low + high)
            rates = 1.0 / (1.0 + np.exp(np.clip(self.centres - at, -MOST_LOGIT, MOST_LOGIT)))
            score = float((responses - self.subjects * rates).sum())
            low, high = (at, high) if score > (at - prior.mean) / prior.sd**2 else (low, at)
        return 0.5 * (low + high)


@dataclass(frozen=True)
class Layer:
    """Points around a jump, their weights, and the basis functions of the line there."""

    points: Floats
    weight: Floats
    basis: Floats


def _basis(u: Floats) -> Floats:
    """The interpolation between equally spaced points: sinc with a Gaussian window."""
    inside: Floats = np.sinc(u) * np.exp(-0.5 * (u / WINDOW) ** 2)
    return inside


@cache
def legendre_rule(count: int) -> Floats:
    """Gauss–Legendre on [−1, 1]: points over weights."""
    return np.stack(np.polynomial.legendre.leggauss(count))


@cache
def _cumulated() -> tuple[Floats, Floats]:
    points, weights = legendre_rule(PANEL_NODES)
    edges = np.linspace(-WINDOW_REACH, WINDOW_REACH, CUMULATED_PANELS + 1)
    half = 0.5 * (edges[1] - edges[0])
    each = (_basis(edges[:-1, None] + half * (points + 1.0)) * weights * half).sum(axis=1)
    return edges, np.concatenate([[0.0], np.cumsum(each)])


def _basis_below(u: Floats) -> Floats:
    """The integral of the basis function from −∞ to u."""
    edges, sums = _cumulated()
    points, weights = legendre_rule(PANEL_NODES)
    inside = np.clip(u, edges[0], edges[-1])
    place = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, CUMULATED_PANELS - 1)
    half = 0.5 * (inside - edges[place])
    rest = (_basis(edges[place][:, None] + half[:, None] * (points + 1.0)) * weights).sum(axis=1) * half
    found: Floats = (sums[place] + rest) / sums[-1]
    return found


@dataclass(frozen=True)
class Line:
    """The points of μ for one τ."""

    first: int
    tau: float
    centre: float
    step: float
    t: Floats

    @property
    def mu(self) -> Floats:
        """The points of μ."""
        found: Floats = self.centre + STRETCH * np.sinh(self.t)
        return found

    def is_coarse(self, jump: float) -> bool:
        """Whether a rise of width τ at the jump is too steep for the points."""
        return self.step * math.hypot(STRETCH, jump - self.centre) > RESOLVED * self.tau

    def beyond(self, jump: float) -> Floats:
        """The share of each point's basis function above the jump."""
        at = math.asinh((jump - self.centre) / STRETCH)
        return _basis_below((self.t - at) / self.step)

    def layer(self, jump: float, before: float, after: float) -> Layer:
        """Gauss–Legendre on panels of some τ, further out where data pull `before` or `after` the jump."""
        points, weights = legendre_rule(PANEL_NODES)
        sides = []
        for side, pull in ((-1.0, before), (1.0, after)):
            panels = math.ceil((LAYER + pull * self.tau) / PANEL)
            sides.append(jump + side * self.tau * PANEL * np.arange(panels + 1))
        edges = np.concatenate([sides[0][:0:-1], sides[1][:-1]])
        half = 0.5 * PANEL * self.tau
        mu = (edges[:, None] + half * (points + 1.0)).ravel()
        t = np.arcsinh((mu - self.centre) / STRETCH)
        weight = np.tile(half * weights, edges.size) / np.hypot(STRETCH, mu - self.centre)
        basis = _basis((t[:, None] - self.t) / self.step) / self.step
        return Layer(np.stack([mu, np.full(mu.size, self.tau)]), weight, basis)


@dataclass(frozen=True)
class Grid:
    """Points of (μ, τ) as two rows, their prior mass, and the lines of equal τ."""

    points: Floats
    prior: Floats
    lines: tuple[Line, ...]

    def padded(self, size: int) -> Grid:
        """With more points, without mass."""
        more = size - self.prior.size
        points = np.pad(self.points, ((0, 0), (0, more)), mode="edge")
        return Grid(points, np.pad(self.prior, (0, more)), self.lines)


def _line(first: int, prior: NormalPrior, tau: float, cohorts: CohortScale, fineness: float) -> Line:
    centre = float(cohorts.centres.mean())
    apart = float(np.abs(cohorts.centres - centre).max())
    away = abs(prior.mean - centre) + 3.0 * prior.sd
    unit = min(cohorts.width(tau) / math.hypot(STRETCH, apart), prior.sd / math.hypot(STRETCH, away))
    farthest = math.hypot(STRETCH, float(np.abs(cohorts.jumps - centre).max()))
    fine = STEP * unit * farthest > RESOLVED * tau
    # with a small τ the data pull μ away from its prior, with a large one they do not
    lowest = min(prior.mean, cohorts.pulled(prior, cohorts.fewest)) - REACH * prior.sd
    highest = max(prior.mean, cohorts.pulled(prior, cohorts.most)) + REACH * prior.sd
    low, high = (math.asinh((end - centre) / STRETCH) for end in (lowest, highest))
    step = unit * (FINE_STEP if fine else STEP) / fineness
    t = np.linspace(low, high, max(FEWEST_STEPS, math.ceil((high - low) / step)) + 1)
    return Line(first, tau, centre, float(t[1] - t[0]), t)


def make_grid(mean: NormalPrior, spread: SpreadPrior, cohorts: CohortScale, fineness: float) -> Grid:
    """Points fine enough for all cohorts; a larger `fineness` refines them in both directions."""
    tau = spread.nodes(2.0 / math.sqrt(float(cohorts.subjects.max())), fineness)
    lines: list[Line] = []
    masses, points = [], []
    first = 0
    for at, share in zip(tau.at.tolist(), tau.mass.tolist(), strict=True):
        line = _line(first, mean, at, cohorts, fineness)
        mass = np.cosh(line.t) * np.exp(-0.5 * ((line.mu - mean.mean) / mean.sd) ** 2)
        masses.append(share * mass / mass.sum())
        points.append(np.stack([line.mu, np.full(line.t.size, at)]))
        lines.append(line)
        first += line.t.size
    return Grid(np.concatenate(points, axis=1), np.concatenate(masses), tuple(lines))
