"""Body surface area and creatinine clearance, for adults, with implausible input refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from trialwright.errors import ArgumentError
from trialwright.protocol.dosing.rules import plausible, power_formula, rulebook

BodySurfaceFormula = Callable[[float, float], float]
CM_PER_M = 100
CM_PER_INCH = 2.54


class Sex(StrEnum):
    """Sex as the clearance formula needs it, in CDISC spelling."""

    FEMALE = "F"
    MALE = "M"


def sex_named(text: str | None) -> Sex | None:
    """Return the sex that a letter names, nothing where none is given.

    Raises:
        ArgumentError: it is neither F nor M.
    """
    if text is None:
        return None
    if text.upper() not in {one.value for one in Sex}:
        raise ArgumentError.at("sex", f"'{text}'", expected="F or M")
    return Sex(text.upper())


@dataclass(frozen=True, slots=True)
class Body:
    """What a dose needs to know of a subject; clearance needs the last three."""

    height_cm: float
    weight_kg: float
    age_years: float | None = None
    sex: Sex | None = None
    creatinine_micromol_per_l: float | None = None

    def __post_init__(self) -> None:
        _check_height(self.height_cm)
        _check("weight", self.weight_kg, "kg", "weight_kg")
        index = self.weight_kg / (self.height_cm / CM_PER_M) ** 2
        if not plausible("body_mass_index").holds(index):
            bounds = plausible("body_mass_index")
            raise ArgumentError.at(
                f"height {self.height_cm:g} cm with weight {self.weight_kg:g} kg",
                f"a body-mass index of {index:.1f} kg/m2 is not plausible",
                expected=f"{bounds.lowest:g} to {bounds.highest:g}",
                remedy="check both; they may have been swapped",
            )
        if self.age_years is not None:
            _check("age", self.age_years, "years", "age_years")
        if self.creatinine_micromol_per_l is not None:
            _check_creatinine(self.creatinine_micromol_per_l)


def _check(name: str, value: float, unit: str, quantity: str, remedy: str = "check the figure") -> None:
    bounds = plausible(quantity)
    if not bounds.holds(value):
        raise ArgumentError.at(
            f"{name} {value:g}",
            "not plausible",
            expected=f"{bounds.lowest:g} to {bounds.highest:g} {unit}",
            remedy=remedy,
        )


def _check_height(height_cm: float) -> None:
    bounds = plausible("height_cm")
    remedy = "check the figure"
    if bounds.holds(height_cm * CM_PER_M):
        remedy = f"this looks like metres; give centimetres: {height_cm * CM_PER_M:g}"
    elif bounds.holds(height_cm * CM_PER_INCH):
        remedy = f"if this is in inches, give centimetres: {height_cm * CM_PER_INCH:.0f}"
    _check("height", height_cm, "cm", "height_cm", remedy)


def _check_creatinine(value: float) -> None:
    factor = rulebook()["cockcroft_gault"]["micromol_per_l_per_mg_per_dl"]
    remedy = "check the figure"
    if plausible("creatinine_micromol_per_l").holds(value * factor):
        remedy = f"this looks like mg/dL; give micromol/L: {value * factor:.0f}"
    _check("creatinine", value, "micromol/L", "creatinine_micromol_per_l", remedy)


def mosteller(height_cm: float, weight_kg: float) -> float:
    """Return body surface area in m²: the root of height × weight / 3600.

    Source: Mosteller 1987. The example of clinical teaching, 170 cm and 70 kg:

    >>> round(mosteller(170, 70), 2)
    1.82
    """
    return math.sqrt(height_cm * weight_kg / rulebook()["body_surface_area"]["mosteller"]["divisor"])


def du_bois(height_cm: float, weight_kg: float) -> float:
    """Return body surface area in m² after Du Bois 1916.

    With powers of ten it can be checked by logarithms: 100 cm, 100 kg, 0.007184 × 10^2.3:

    >>> round(du_bois(100, 100), 3)
    1.433
    """
    return _power("du_bois", height_cm, weight_kg)


def haycock(height_cm: float, weight_kg: float) -> float:
    """Return body surface area in m² after Haycock 1978.

    100 cm and 100 kg, by logarithms: 0.024265 × 10^1.8684:

    >>> round(haycock(100, 100), 3)
    1.792
    """
    return _power("haycock", height_cm, weight_kg)


def gehan_george(height_cm: float, weight_kg: float) -> float:
    """Return body surface area in m² after Gehan and George 1970.

    100 cm and 100 kg, by logarithms: 0.0235 × 10^1.87404:

    >>> round(gehan_george(100, 100), 3)
    1.758
    """
    return _power("gehan_george", height_cm, weight_kg)


def _power(name: str, height_cm: float, weight_kg: float) -> float:
    formula = power_formula(name)
    return float(formula.factor * height_cm**formula.height_power * weight_kg**formula.weight_power)


def creatinine_clearance(body: Body) -> float:
    """Return the clearance in mL/min after Cockcroft and Gault 1976, not capped.

    A man of 40 years and 72 kg with 1 mg/dL (88.4 µmol/L): (140 - 40) × 72 / (72 × 1) = 100:

    >>> round(creatinine_clearance(Body(175, 72, 40, Sex.MALE, 88.4)), 1)
    100.0

    Raises:
        ArgumentError: age, sex or creatinine is not given.
    """
    rule = rulebook()["cockcroft_gault"]
    if body.age_years is None or body.sex is None or body.creatinine_micromol_per_l is None:
        raise ArgumentError.at(
            "creatinine clearance",
            "age, sex and serum creatinine are all needed",
            remedy="give --age, --sex and --creatinine, or the measured clearance with --clearance",
        )
    creatinine_mg_per_dl = body.creatinine_micromol_per_l / rule["micromol_per_l_per_mg_per_dl"]
    male = (rule["age_limit"] - body.age_years) * body.weight_kg / (rule["divisor"] * creatinine_mg_per_dl)
    return float(male * rule["female_factor"] if body.sex is Sex.FEMALE else male)
