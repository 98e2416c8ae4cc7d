"""EX: each drug of each administration, in the dose that body size, level and rounding give."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from trialwright.protocol.dosing.amounts import calvert, round_by_size
from trialwright.protocol.dosing.body import Body, Sex, creatinine_clearance, mosteller
from trialwright.protocol.dosing.tablets import nearest_tablets, tablets_of
from trialwright.protocol.regimen import DoseUnit, Route
from trialwright.simulate.baseline import FEMALE
from trialwright.simulate.facts import lab_tests
from trialwright.simulate.records.cast import Cast, in_order, words
from trialwright.simulate.records.subjects import chosen

if TYPE_CHECKING:
    from trialwright.protocol.regimen import Drug
    from trialwright.simulate.parameters import Floats, Ints

ROUTES = {
    Route.IV: "INTRAVENOUS",
    Route.ORAL: "ORAL",
    Route.SC: "SUBCUTANEOUS",
    Route.IM: "INTRAMUSCULAR",
    Route.INTRA_ARTERIAL: "INTRA-ARTERIAL",
    Route.TRANSDERMAL: "TRANSDERMAL",
}
FREQUENCIES = {1: "QD", 2: "BID", 3: "TID", 4: "QID"}
LABEL_DRAW = 20
COMPUTED_DECIMALS = 3


class Given(NamedTuple):
    """Administrations of one drug: arrays over records."""

    row: Ints
    cycle: Ints
    cycle_day: Ints
    start: Ints
    end: Ints
    dose: Floats
    reduced: Ints
    name: Ints


def ex(cast: Cast, seed: int) -> pl.DataFrame:
    """Make exposure."""
    names: list[str] = []
    forms: list[tuple[str, str, str | None]] = []
    parts: list[Given] = []
    for arm, key in enumerate(cast.plan.arms):
        for number, phase in enumerate(cast.plan.study.phases_of(key)):
            for drug in phase.drugs:
                parts.append(_given(cast, seed, arm, number, drug, len(names)))
                own = [one.name for one in drug.one_of] or [drug.name]
                names += [name.upper() for name in own]
                forms += [_form(drug)] * len(own)
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = in_order(joined[0], joined[3], joined[7])
    given = Given(*(column[order] for column in joined))
    return _frame(cast, given, names, forms)


def _frame(
    cast: Cast, given: Given, names: list[str], forms: list[tuple[str, str, str | None]]
) -> pl.DataFrame:
    visit = "C" + pl.Series(given.cycle).cast(pl.String) + "D" + pl.Series(given.cycle_day).cast(pl.String)
    return cast.frame(
        "EX",
        given.row,
        {
            "EXTRT": words(names, given.name),
            "EXCAT": "STUDY TREATMENT",
            "EXDOSE": given.dose,
            "EXDOSU": "mg",
            "EXDOSFRM": words([form[0] for form in forms], given.name),
            "EXDOSFRQ": words([form[2] for form in forms], given.name),
            "EXROUTE": words([form[1] for form in forms], given.name),
            "EXADJ": words([None, "ADVERSE EVENT"], given.reduced),
            "VISITNUM": given.cycle + given.cycle_day / 100,
            "VISIT": visit,
            "EPOCH": "TREATMENT",
            "EXSTDTC": cast.dates(given.row, given.start),
            "EXENDTC": cast.dates(given.row, given.end),
            "EXSTDY": cast.study_day(given.row, given.start),
            "EXENDY": cast.study_day(given.row, given.end),
        },
    )


def _form(drug: Drug) -> tuple[str, str, str | None]:
    frequency = FREQUENCIES.get(drug.times_a_day) if _as_interval(drug) else "ONCE"
    return ("TABLET" if drug.route is Route.ORAL else "INJECTION", ROUTES[drug.route], frequency)


def _as_interval(drug: Drug) -> bool:
    """Say whether a drug is recorded as one interval a cycle: taken on consecutive days."""
    consecutive = drug.days == tuple(range(drug.days[0], drug.days[0] + len(drug.days)))
    return len(drug.days) > 1 and consecutive


def _given(cast: Cast, seed: int, arm: int, phase: int, drug: Drug, first_name: int) -> Given:
    course = cast.course
    cycles = np.arange(course.cycle_day.shape[1])
    happened = (cycles[None, :] < course.cycles[:, None]) & (cast.patients.baseline.arm == arm)[:, None]
    row, place = np.nonzero(happened)
    mine = course.phase[row, place] == phase
    row, place = row[mine], place[mine]
    days = np.array([drug.days[0]] if _as_interval(drug) else drug.days, np.int64)
    row, place, day = np.repeat(row, len(days)), np.repeat(place, len(days)), np.tile(days, len(row))
    start = course.cycle_day[row, place].astype(np.int64) + day - 1
    kept = (start < cast.last[row] + (cast.patients.cutoff[row] == cast.last[row])) & ~(
        (day > 1) & course.omitted[row, place]
    )
    row, place, day, start = row[kept], place[kept], day[kept], start[kept]
    level = course.level[row, place].astype(np.int64)
    name = _label_drug(cast, seed, drug)
    end = np.minimum(start + drug.days[-1] - drug.days[0], cast.last[row]) if _as_interval(drug) else start
    return Given(
        row=row,
        cycle=place + 1,
        cycle_day=day,
        start=start,
        end=end,
        dose=_doses(cast, drug, row, level, name),
        reduced=((level > 0) & (len(drug.levels) > 1)).astype(np.int64),
        name=name[row] + first_name,
    )


def _label_drug(cast: Cast, seed: int, drug: Drug) -> Ints:
    """Return for each subject which drug of a class is given, all its life long."""
    if not drug.one_of:
        return np.zeros(cast.count, np.int64)
    return chosen(cast, seed, LABEL_DRAW, len(drug.one_of))


def _doses(cast: Cast, drug: Drug, row: Ints, level: Ints, name: Ints) -> Floats:
    """Return milligrams at one time, by the same rounding and tablets as the dose sheet."""
    base = cast.patients.baseline
    own = [one.dose for one in drug.one_of] or [drug.dose]
    units = np.array([one.unit.value for one in own])[
        name[row] if drug.one_of else np.zeros(len(row), np.int64)
    ]
    amounts = np.array([one.amount or 0.0 for one in own])[
        name[row] if drug.one_of else np.zeros(len(row), np.int64)
    ]
    if drug.levels:
        amounts = np.array(drug.levels)[np.minimum(level, len(drug.levels) - 1)]
    size = np.ones(len(row))
    by_area, by_weight = units == DoseUnit.MG_PER_M2, units == DoseUnit.MG_PER_KG
    area = np.vectorize(mosteller, otypes=[float])(base.height_cm, base.weight_kg.astype(float))
    size[by_area] = area[row[by_area]]
    size[by_weight] = base.weight_kg[row[by_weight]]
    by_exposure = units == DoseUnit.AUC
    if by_exposure.any():
        size[by_exposure] = _carboplatin_clearance(cast)[row[by_exposure]]
    return _rounded(drug, np.round(amounts * size, COMPUTED_DECIMALS))


def _carboplatin_clearance(cast: Cast) -> Floats:
    """Return for each subject the milligrams per unit of AUC: Calvert with the baseline creatinine."""
    base = cast.patients.baseline
    place = [test.code for test in lab_tests()].index("CREAT")
    creatinine = cast.course.blood[cast.course.first_sample, place].astype(float)
    sexes = [Sex.FEMALE if one == FEMALE else Sex.MALE for one in base.sex.tolist()]
    sizes = zip(
        base.height_cm.tolist(),
        base.weight_kg.tolist(),
        base.age.tolist(),
        sexes,
        creatinine.tolist(),
        strict=True,
    )
    bodies = [
        Body(float(height), float(weight), float(age), sex, found)
        for height, weight, age, sex, found in sizes
    ]
    return np.array([calvert(1.0, creatinine_clearance(body)).dose_mg for body in bodies])


def _rounded(drug: Drug, doses: Floats) -> Floats:
    tablets, by_size = tablets_of(drug.name), round_by_size()
    different, where = np.unique(doses, return_inverse=True)
    if tablets is not None:
        rounded = [float(nearest_tablets(dose, tablets).dose_mg) for dose in different.tolist()]
    else:
        rounded = [by_size(dose) for dose in different.tolist()]
    return np.array(rounded, np.float64)[where] if len(different) else doses
