"""How a group sequential design spends its error: functions of the information fraction.

Sources: Lan and DeMets (1983), Biometrika 70:659–663; Hwang, Shih and DeCani (1990), Stat Med
9:1439–1445; Kim and DeMets (1987), Biometrika 74:149–154 (power family).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from trialwright.errors import ArgumentError
from trialwright.stats.special import normal_isf, normal_sf

LARGEST_GAMMA = 40.0


class Spending(Protocol):
    """The error spent by an information fraction between 0 and 1, out of a total."""

    @property
    def label(self) -> str:
        """The name for a protocol."""
        ...

    def spent(self, fraction: float, total: float) -> float:
        """The error spent by this fraction."""
        ...


@dataclass(frozen=True, slots=True)
class OBrienFleming:
    """Little early: boundaries like those of O'Brien and Fleming."""

    label: str = "O'Brien–Fleming type (Lan–DeMets)"

    def spent(self, fraction: float, total: float) -> float:
        """2 − 2Φ(z(total / 2) / √t), for a one-sided total."""
        return 2.0 * normal_sf(normal_isf(total / 2.0) / math.sqrt(fraction))


@dataclass(frozen=True, slots=True)
class Pocock:
    """Evenly: boundaries like those of Pocock."""

    label: str = "Pocock type (Lan–DeMets)"

    def spent(self, fraction: float, total: float) -> float:
        """The total · ln(1 + (e − 1) t)."""
        return total * math.log1p((math.e - 1.0) * fraction)


@dataclass(frozen=True, slots=True)
class HwangShihDeCani:
    """The gamma family: −4 is near O'Brien–Fleming, 1 near Pocock, 0 linear."""

    gamma: float

    def __post_init__(self) -> None:
        if not abs(self.gamma) <= LARGEST_GAMMA:
            raise ArgumentError.at("gamma", f"{self.gamma}", expected=f"between −{LARGEST_GAMMA:g} and 40")

    @property
    def label(self) -> str:
        """The family with its parameter."""
        return f"Hwang–Shih–DeCani (γ = {self.gamma:g})"

    def spent(self, fraction: float, total: float) -> float:
        """The total · (1 − e^(−γt)) / (1 − e^(−γ))."""
        if self.gamma == 0.0:
            return total * fraction
        return total * math.expm1(-self.gamma * fraction) / math.expm1(-self.gamma)


def increments(rule: Spending, fractions: tuple[float, ...], total: float) -> tuple[float, ...]:
    """The error to spend at each look; the last look spends what is left of the total."""
    so_far = [rule.spent(fraction, total) for fraction in fractions[:-1]] + [total]
    return tuple(after - before for before, after in zip([0.0, *so_far[:-1]], so_far, strict=True))
