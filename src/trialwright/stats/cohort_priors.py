"""Priors of models that borrow between cohorts, as points of quadrature with their prior mass.

The rates of the cohorts are modelled on the logit scale as differences from their targets,
θ_k = logit p_k − logit target_k. A component draws θ_k from a normal distribution of mean μ and
standard deviation τ. τ may be zero only in the limit.

Sources: Berry, Broglio, Groshen and Berry (2013), "Bayesian hierarchical modeling of patient
subpopulations", Clin Trials 10:720–734; Gelman (2006), Bayesian Anal 1:515–534 (priors of τ).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from trialwright.stats.inputs import Floats

FAR_SPREAD = 1e4
"""A larger τ says the same: every rate is 0 or 1. Its prior mass is moved here."""

SMALLEST, LARGEST, LARGEST_SHAPE = 1e-9, 1e4, 100.0
HALF_NORMAL_REACH = 14.0
NO_DENSITY = 40.0
NO_MASS = 1e-12
NODES_A_UNIT, NODES_BEYOND = 9.0, 6.0
SPLIT = 5.0
LOG_TWO = math.log(2.0)
FEWEST_NODES = 10


@dataclass(frozen=True, slots=True)
class Nodes:
    """Points of a quadrature and the prior mass at each."""

    at: Floats
    mass: Floats


def _positive(name: str, value: float, most: float = LARGEST) -> None:
    if not SMALLEST <= value <= most:
        raise ArgumentError.at(
            name, f"{value:g}", expected=f"a number above 0, from {SMALLEST:g} to {most:g}"
        )


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """A normal distribution on the logit scale.

    Raises:
        ArgumentError: a mean or a standard deviation out of range.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not abs(self.mean) <= LARGEST:
            raise ArgumentError.at("prior mean", f"{self.mean:g}", expected=f"at most {LARGEST:g} either way")
        _positive("prior standard deviation", self.sd)


class SpreadPrior(Protocol):
    """A prior of τ, the standard deviation between cohorts."""

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """Points for integrands that change over τ of about `narrow` and more; `fineness` 1 is usual."""
        ...


def _legendre(low: float, high: float, fineness: float) -> tuple[Floats, Floats]:
    count = math.ceil(fineness * (high - low) + FEWEST_NODES)
    points, weights = np.polynomial.legendre.leggauss(count)
    half = 0.5 * (high - low)
    return low + half * (points + 1.0), half * weights


def _in_two(low: float, split: float, high: float, fineness: float) -> tuple[Floats, Floats]:
    """Gauss–Legendre up to a split, and coarser beyond it, where all rates are near 0 or 1."""
    if not low < split < high:
        return _legendre(low, high, NODES_A_UNIT * fineness)
    pieces = (
        _legendre(low, split, NODES_A_UNIT * fineness),
        _legendre(split, high, NODES_BEYOND * fineness),
    )
    at, weight = (np.concatenate(one) for one in zip(*pieces, strict=True))
    return at, weight


def _stretched(upper: float, narrow: float, fineness: float) -> tuple[Floats, Floats]:
    """τ = narrow · sinh u, dense near 0: there the cohorts pool, and the integrand is even in τ."""
    u, weight = _in_two(0.0, SPLIT, math.asinh(upper / narrow), fineness)
    return narrow * np.sinh(u), weight * narrow * np.cosh(u)


def _with_rest(at: Floats, mass: Floats, last: float) -> Nodes:
    """The mass beyond the last point goes to that point."""
    rest = max(0.0, 1.0 - float(mass.sum()))
    return Nodes(np.append(at, last), np.append(mass, rest))


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """τ = |Z| with Z normal of mean 0 and standard deviation `scale`."""

    scale: float

    def __post_init__(self) -> None:
        _positive("half-normal scale", self.scale)

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """Gauss–Legendre on the stretched scale."""
        tau, weight = _stretched(HALF_NORMAL_REACH * self.scale, min(narrow, self.scale), fineness)
        mass = weight * np.exp(-0.5 * (tau / self.scale) ** 2)
        return Nodes(tau, mass / mass.sum())


@dataclass(frozen=True, slots=True)
class HalfCauchy:
    """τ = |C| with C Cauchy around 0; half of its mass is below `scale`."""

    scale: float

    def __post_init__(self) -> None:
        _positive("half-Cauchy scale", self.scale)

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """Gauss–Legendre on the stretched scale; the far tail at its end."""
        upper = FAR_SPREAD * max(1.0, self.scale)
        tau, weight = _stretched(upper, min(narrow, self.scale), fineness)
        mass = weight * 2.0 / (math.pi * self.scale * (1.0 + (tau / self.scale) ** 2))
        return _with_rest(tau, mass, upper)


@dataclass(frozen=True, slots=True)
class UniformSpread:
    """τ uniform between 0 and `upper`."""

    upper: float

    def __post_init__(self) -> None:
        _positive("largest spread", self.upper)

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """Gauss–Legendre on the stretched scale."""
        tau, weight = _stretched(self.upper, min(narrow, self.upper), fineness)
        return Nodes(tau, weight / weight.sum())


@dataclass(frozen=True, slots=True)
class InverseGammaVariance:
    """τ² inverse-gamma: its inverse is gamma with `shape` and `rate`, as Berry 2013 has it."""

    shape: float
    rate: float

    def __post_init__(self) -> None:
        _positive("inverse-gamma shape", self.shape, LARGEST_SHAPE)
        _positive("inverse-gamma rate", self.rate)

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """Gauss–Legendre on the logarithm of τ; the far tail at its end."""
        root = math.sqrt(self.rate)
        low = root / math.sqrt(NO_DENSITY + 2.0 * self.shape)
        thin = (math.log(NO_MASS) + math.lgamma(self.shape + 1.0)) / (2.0 * self.shape)
        far = math.log(FAR_SPREAD * max(1.0, root))
        high = max(math.log(low) + 1.0, min(math.log(root) - thin, far))
        sharper = fineness * max(1.0, 0.5 * math.sqrt(self.shape))
        v, weight = _in_two(math.log(low), math.log(narrow) + SPLIT - LOG_TWO, high, sharper)
        inverse = self.rate * np.exp(-2.0 * v)
        scale = math.log(2.0) - math.lgamma(self.shape)
        mass = weight * np.exp(scale + self.shape * np.log(inverse) - inverse)
        return _with_rest(np.exp(v), mass, math.exp(high))


@dataclass(frozen=True, slots=True)
class FixedSpread:
    """τ known."""

    value: float

    def __post_init__(self) -> None:
        _positive("spread", self.value)

    def nodes(self, narrow: float, fineness: float) -> Nodes:
        """The one point."""
        _ = narrow, fineness
        return Nodes(np.array([self.value]), np.ones(1))
