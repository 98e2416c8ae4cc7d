"""From a prescribed amount (mg/m², mg/kg, mg, AUC) to milligrams: computed, capped, rounded, banded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.body import Body, BodySurfaceFormula, creatinine_clearance, mosteller
from trialwright.protocol.dosing.rules import RoundingStep, rounding_steps, rulebook

Rounding = Callable[[float], float]
PER_CENT = 100


@dataclass(frozen=True, slots=True)
class Computed:
    """A dose in mg at one time, and the arithmetic in words."""

    dose_mg: float
    arithmetic: str


def calvert(area_under_curve: float, clearance_ml_per_min: float) -> Computed:
    """Return the carboplatin dose AUC × (clearance + 25), the clearance capped at 125 mL/min.

    Source: Calvert 1989; the cap: FDA 2010, which works AUC 6 as 6 × (125 + 25) = 900 mg:

    >>> calvert(6, 160).dose_mg
    900.0
    >>> calvert(5, 90).dose_mg
    575.0

    Raises:
        ArgumentError: the AUC or the clearance is not positive.
    """
    rule = rulebook()["calvert"]
    if not (area_under_curve > 0 and clearance_ml_per_min > 0):
        raise ArgumentError.at(
            f"AUC {area_under_curve:g} with clearance {clearance_ml_per_min:g}", "both must be above 0"
        )
    cap = rule["clearance_cap_ml_per_min"]
    used = min(clearance_ml_per_min, cap)
    note = f" (capped from {clearance_ml_per_min:.0f})" if clearance_ml_per_min > cap else ""
    dose = area_under_curve * (used + rule["offset_ml_per_min"])
    words = f"AUC {area_under_curve:g} × ({used:.0f}{note} + {rule['offset_ml_per_min']}) mL/min"
    return Computed(float(dose), words)


@dataclass(frozen=True, slots=True)
class Prescriber:
    """How doses are computed in a study or at a site.

    `surface_cap_m2` caps body surface (none by default: ASCO 2012 advises full weight-based
    doses); `clearance_ml_per_min` is a measured clearance that replaces Cockcroft–Gault.
    """

    body: Body
    surface: BodySurfaceFormula = mosteller
    surface_cap_m2: float | None = None
    clearance_ml_per_min: float | None = None

    def surface_m2(self) -> float:
        """Return the body surface in m² that doses use."""
        computed = self.surface(self.body.height_cm, self.body.weight_kg)
        return computed if self.surface_cap_m2 is None else min(computed, self.surface_cap_m2)

    def compute(self, amount: float, unit: str) -> Computed:
        """Return the dose at one time for an amount in mg/m2, mg/kg, mg or AUC.

        Raises:
            ArgumentError: the unit is none of these, or the amount is not a positive number.
        """
        if not (amount > 0 and math.isfinite(amount)):
            raise ArgumentError.at(f"dose {amount:g} {unit}", "a dose must be above 0")
        if unit == "mg/m2":
            area = self.surface_m2()
            return Computed(amount * area, f"{amount:g} mg/m2 × {area:.2f} m2")
        if unit == "mg/kg":
            weight = self.body.weight_kg
            return Computed(amount * weight, f"{amount:g} mg/kg × {weight:g} kg")
        if unit == "mg":
            return Computed(float(amount), f"flat {amount:g} mg")
        if unit == "AUC":
            clearance = self.clearance_ml_per_min
            return calvert(amount, creatinine_clearance(self.body) if clearance is None else clearance)
        raise ArgumentError.at(f"dose unit {unit!r}", "not known", expected="mg/m2, mg/kg, mg or AUC")


def capped(dose: Computed, cap_mg: float) -> Computed:
    """Return the dose, never above a cap in mg."""
    if dose.dose_mg <= cap_mg:
        return dose
    return Computed(cap_mg, f"{dose.arithmetic}, capped at {cap_mg:g} mg")


def round_to(step_mg: float) -> Rounding:
    """Return a rounding to the nearest multiple of a step, halves upwards.

    >>> round_to(5)(132.5)
    135.0
    """

    def rounded(dose_mg: float) -> float:
        step = Decimal(str(step_mg))
        multiple = (Decimal(repr(float(dose_mg))) / step).quantize(Decimal(1), ROUND_HALF_UP)
        return float(multiple * step)

    return rounded


def round_by_size(steps: Sequence[RoundingStep] = ()) -> Rounding:
    """Return a rounding whose step follows the size of the dose (rulebook: rounding).

    >>> round_by_size()(1818.2), round_by_size()(136.4), round_by_size()(9.96)
    (1820.0, 135.0, 10.0)
    """
    table = tuple(steps) or rounding_steps()

    def rounded(dose_mg: float) -> float:
        step = next((entry.step_mg for entry in table if dose_mg <= entry.up_to_mg), table[-1].step_mg)
        return round_to(step)(dose_mg)

    return rounded


def band(bands_mg: Sequence[float]) -> Rounding:
    """Return a rounding to the nearest band, refused where the nearest is over 6 % away.

    Raises (when called):
        ArgumentError: no band is close enough.

    >>> band([1600, 1800, 2000])(1818.2)
    1800
    """
    limit = rulebook()["banding"]["largest_difference_percent"]

    def banded(dose_mg: float) -> float:
        nearest = min(bands_mg, key=lambda one: (abs(one - dose_mg), -one))
        if PER_CENT * abs(nearest - dose_mg) > limit * dose_mg:
            raise ArgumentError.at(
                f"dose {dose_mg:.1f} mg",
                f"the nearest band, {nearest:g} mg, is more than {limit} % away",
                remedy="add a band, or round instead",
            )
        return nearest

    return banded
