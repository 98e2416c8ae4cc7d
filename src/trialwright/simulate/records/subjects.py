"""DM, DS, DD, SS, MH, PR and CM: who the subjects are, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.simulate.baseline import FEMALE
from trialwright.simulate.course import Ending
from trialwright.simulate.facts import organs
from trialwright.simulate.records.cast import Cast, in_order, words
from trialwright.simulate.streams import THERAPY
from trialwright.stats.kernel import kernel
from trialwright.stats.random_streams import uniforms

if TYPE_CHECKING:
    from trialwright.simulate.parameters import Floats, Ints

CONTACT_EVERY_DAYS = 90
SURGERY_BEFORE_DAYS, SURGERY_SPREAD_DAYS = 120, 600
PRIOR_BEFORE_DAYS, PRIOR_SPREAD_DAYS, PRIOR_LASTS_DAYS = 60, 300, 120
SINGLE_ARM_CODE = "TRT"
END_OF_TREATMENT = {
    Ending.COMPLETED: "COMPLETED",
    Ending.PROGRESSION: "PROGRESSIVE DISEASE",
    Ending.TOXICITY: "ADVERSE EVENT",
    Ending.WITHDRAWAL: "WITHDRAWAL BY SUBJECT",
    Ending.DEATH: "DEATH",
    Ending.LOST: "LOST TO FOLLOW-UP",
}


@kernel
def choices(seed: int, trials: Ints, subjects: Ints, draw: int) -> Floats:
    """Return one uniform a subject, for choices that only records need."""
    out = np.empty(len(subjects))
    for row in range(len(subjects)):
        out[row] = uniforms(seed, trials[row], subjects[row], THERAPY, draw)[0]
    return out


def chosen(cast: Cast, seed: int, draw: int, kinds: int) -> Ints:
    """Return for each subject one of so many kinds, all alike in probability."""
    u = choices(seed, cast.patients.trials, cast.patients.subjects, draw)
    return np.minimum((u * kinds).astype(np.int64), kinds - 1)


def arm_codes(cast: Cast) -> tuple[list[str], list[str]]:
    """Return ARMCD and ARM by the number of the arm."""
    study = cast.plan.study
    if study.arms:
        return [arm.armcd[0] for arm in study.arms.values()], [arm.label for arm in study.arms.values()]
    drugs = [drug.name for drug in study.treatment[0].drugs]
    return [SINGLE_ARM_CODE], [" + ".join(drugs)]


def dm(cast: Cast) -> pl.DataFrame:
    """Make demographics."""
    row = np.arange(cast.count)
    base, course = cast.patients.baseline, cast.course
    codes, labels = arm_codes(cast)
    first = course.first_dose.astype(np.int64)
    last_dose = last_dose_day(cast)
    treated = cast.treated
    start = cast.dates(row, first, treated)
    end = cast.dates(row, last_dose, treated)
    assumed = cast.plan.assumptions.baseline
    return cast.frame(
        "DM",
        row,
        {
            "SUBJID": cast.subject_id,
            "RFSTDTC": start,
            "RFENDTC": end,
            "RFXSTDTC": start,
            "RFXENDTC": end,
            "RFICDTC": cast.dates(row, cast.consent),
            "RFPENDTC": cast.dates(row, cast.last),
            "DTHDTC": cast.dates(row, cast.last, cast.died),
            "DTHFL": words([None, "Y"], cast.died.astype(np.int64)),
            "SITEID": cast.site,
            "AGE": base.age.astype(np.float64),
            "AGEU": "YEARS",
            "SEX": words(["F", "M"], (base.sex != FEMALE).astype(np.int64)),
            "RACE": assumed.race,
            "ETHNIC": "NOT HISPANIC OR LATINO",
            "ARMCD": words(codes, base.arm),
            "ARM": words(labels, base.arm),
            "ACTARMCD": words(codes, base.arm)
            .to_frame("x")
            .select(pl.when(pl.Series(treated)).then("x"))["x"],
            "ACTARM": words(labels, base.arm)
            .to_frame("x")
            .select(pl.when(pl.Series(treated)).then("x"))["x"],
            "ARMNRS": words(["ASSIGNED, NOT TREATED", None], treated.astype(np.int64)),
            "COUNTRY": assumed.country,
        },
    )


def last_dose_day(cast: Cast) -> Ints:
    """Return the first day of the last cycle; the last administration is not before it."""
    course = cast.course
    place = np.maximum(course.cycles.astype(np.int64) - 1, 0)
    return np.asarray(course.cycle_day[np.arange(cast.count), place], np.int64)


def ds(cast: Cast) -> pl.DataFrame:
    """Make disposition: consent, enrolment or randomisation, end of treatment, end of the study."""
    everyone = np.arange(cast.count)
    zero = np.zeros(cast.count, np.int64)
    course = cast.course
    randomised = cast.plan.study.randomisation is not None
    parts: list[tuple[Ints, Ints, str, str, str | None]] = [
        (everyone, cast.consent, "INFORMED CONSENT OBTAINED", "PROTOCOL MILESTONE", None),
        (everyone, zero, "ENROLLED", "PROTOCOL MILESTONE", None),
    ]
    if randomised:
        parts.append((everyone, zero, "RANDOMIZED", "PROTOCOL MILESTONE", None))
    for ending, term in END_OF_TREATMENT.items():
        who = np.flatnonzero((course.ending == ending) & cast.treated)
        parts.append(
            (who, course.end_day[who].astype(np.int64), term, "DISPOSITION EVENT", "STUDY TREATMENT")
        )
    for happened, term in ((cast.died, "DEATH"), (cast.lost, "LOST TO FOLLOW-UP")):
        rows = np.flatnonzero(happened)
        parts.append((rows, cast.last[rows], term, "DISPOSITION EVENT", "STUDY PARTICIPATION"))
    row = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([np.full(len(part[0]), number) for number, part in enumerate(parts)])
    order = in_order(row, day, kind)
    row, day, kind = row[order], day[order], kind[order]
    return cast.frame(
        "DS",
        row,
        {
            "DSTERM": words([part[2] for part in parts], kind),
            "DSDECOD": words([part[2] for part in parts], kind),
            "DSCAT": words([part[3] for part in parts], kind),
            "DSSCAT": words([part[4] for part in parts], kind),
            "DSSTDTC": cast.dates(row, day),
            "DSSTDY": cast.study_day(row, day),
        },
    )


def dd(cast: Cast) -> pl.DataFrame:
    """Make death details: the primary cause."""
    row = np.flatnonzero(cast.died)
    day = cast.last[row]
    cause = "DISEASE UNDER STUDY"
    return cast.frame(
        "DD",
        row,
        {
            "DDTESTCD": "PRCDTH",
            "DDTEST": "Primary Cause of Death",
            "DDORRES": cause,
            "DDSTRESC": cause,
            "DDDTC": cast.dates(row, day),
            "DDDY": cast.study_day(row, day),
        },
    )


def ss(cast: Cast) -> pl.DataFrame:
    """Make subject status: contacts after treatment, every 90 days or as the study says, and the last."""
    follow_up = cast.plan.study.assessments.follow_up
    every = follow_up.days if follow_up else CONTACT_EVERY_DAYS
    end, last = cast.course.end_day.astype(np.int64), cast.last
    contacts = np.maximum((last - 1 - end) // every, 0)
    row = np.repeat(np.arange(cast.count), contacts + 1)
    starts = np.concatenate([[0], np.cumsum(contacts + 1)[:-1]])
    number = np.arange(len(row)) - starts[row]
    final = number == contacts[row]
    day = np.where(final, last[row], end[row] + (number + 1) * every)
    dead = (final & cast.died[row]).astype(np.int64)
    return cast.frame(
        "SS",
        row,
        {
            "SSTESTCD": "SURVSTAT",
            "SSTEST": "Survival Status",
            "SSORRES": words(["ALIVE", "DEAD"], dead),
            "SSSTRESC": words(["ALIVE", "DEAD"], dead),
            "VISITNUM": 900.0 + number,
            "VISIT": "FOLLOW-UP " + pl.Series(number + 1).cast(pl.String),
            "SSDTC": cast.dates(row, day),
            "SSDY": cast.study_day(row, day),
        },
    )


def mh(cast: Cast) -> pl.DataFrame:
    """Make medical history: the diagnosis and its metastases."""
    names = list(cast.plan.assumptions.baseline.diagnosis)
    spread = (cast.patients.baseline.metastases[:, None] >> np.arange(len(organs()))[None, :]) & 1
    with_spread, organ = np.nonzero(spread)
    row = np.concatenate([np.arange(cast.count), with_spread])
    which = np.concatenate([cast.patients.baseline.primary, organ + len(names)]).astype(np.int64)
    order = in_order(row, which)
    row, which = row[order], which[order]
    term = words([*names, *(one.metastasis for one in organs())], which)
    return cast.frame(
        "MH",
        row,
        {
            "MHTERM": term,
            "MHDECOD": term,
            "MHCAT": words(["PRIMARY DIAGNOSIS", "METASTASIS"], (which >= len(names)).astype(np.int64)),
            "MHDTC": cast.dates(row, cast.consent[row]),
        },
    )


def pr(cast: Cast, seed: int) -> pl.DataFrame:
    """Make procedures: surgery for the cancer before the study."""
    row = np.flatnonzero(cast.patients.baseline.surgery)
    u = choices(seed, cast.patients.trials, cast.patients.subjects, 10)[row]
    day = cast.consent[row] - SURGERY_BEFORE_DAYS - (u * SURGERY_SPREAD_DAYS).astype(np.int64)
    return cast.frame(
        "PR",
        row,
        {
            "PRTRT": "Resection of the primary tumour",
            "PRDECOD": "TUMOR RESECTION",
            "PRCAT": "PRIOR CANCER SURGERY",
            "PRSTDTC": cast.dates(row, day),
            "PRENDTC": cast.dates(row, day),
            "PRSTDY": cast.study_day(row, day),
        },
    )


def cm(cast: Cast, seed: int) -> pl.DataFrame:
    """Make medications: anti-cancer therapy before the study, and after it."""
    assumed = cast.plan.assumptions
    before, later = list(assumed.baseline.prior_therapies), list(assumed.outcome.later_therapies)
    prior = np.flatnonzero(cast.patients.baseline.prior)
    new = np.flatnonzero(cast.patients.disease.therapy <= cast.last)
    u = choices(seed, cast.patients.trials, cast.patients.subjects, 11)[prior]
    end = cast.consent[prior] - PRIOR_BEFORE_DAYS - (u * PRIOR_SPREAD_DAYS).astype(np.int64)
    start = np.concatenate([end - PRIOR_LASTS_DAYS, cast.patients.disease.therapy[new].astype(np.int64)])
    which = np.concatenate(
        [chosen(cast, seed, 12, len(before))[prior], chosen(cast, seed, 13, len(later))[new] + len(before)]
    )
    row = np.concatenate([prior, new])
    stop = np.concatenate([end, np.zeros(len(new), np.int64)])
    is_new = np.concatenate([np.zeros(len(prior), np.int64), np.ones(len(new), np.int64)])
    order = in_order(row, start)
    row, start, stop, which, is_new = row[order], start[order], stop[order], which[order], is_new[order]
    name = words([*before, *later], which)
    return cast.frame(
        "CM",
        row,
        {
            "CMTRT": name,
            "CMDECOD": name,
            "CMCAT": words(["PRIOR ANTI-CANCER THERAPY", "NEW ANTI-CANCER THERAPY"], is_new),
            "CMSTDTC": cast.dates(row, start),
            "CMENDTC": cast.dates(row, stop, is_new == 0),
            "CMSTDY": cast.study_day(row, start),
            "CMENRTPT": words([None, "ONGOING"], is_new),
        },
    )
