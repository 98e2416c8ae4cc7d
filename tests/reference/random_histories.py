"""Random lesion histories that dwell on the thresholds, as plain dicts and as flat arrays."""

from __future__ import annotations

import random

import numpy as np
from plain_recist import DEFAULTS

from trialwright.derive.recist import (
    NO_LAST_DAY,
    RESPONSE_CODE,
    UNKNOWN_DAY,
    CrThenPr,
    LesionHistories,
    NewLesion,
    NonTarget,
    Options,
    ResponseHistories,
)

UM = 1000
GAPS = (7, 14, 20, 27, 28, 29, 41, 42, 43, 56, 56, 56)
NON_TARGET = {
    "NONE": NonTarget.NONE,
    "CR": NonTarget.CR,
    "NON-CR/NON-PD": NonTarget.NON_CR_NON_PD,
    "PD": NonTarget.PD,
    "NE": NonTarget.NE,
}
NEW = {member.name: member for member in NewLesion}


def next_length(rng, length, step):
    """A length (µm) after `length`: near the thresholds of CR, PR and PD more often than not."""
    draw = rng.random()
    if length is None or draw < 0.02:
        return rng.choice((5, 9, 10, 12, 15)) * UM
    if draw < 0.3:
        return length
    if draw < 0.45:
        return max(0, length * rng.choice((5, 7, 8, 9, 11, 12, 13)) // (10 * step) * step)
    if draw < 0.7:
        return max(0, length + rng.choice((-6, -5, -4, -3, -1, 1, 3, 4, 5, 6)) * UM)
    if draw < 0.85:
        return max(0, length - rng.choice((10, 15, 20)) * UM)
    return 0 if draw < 0.96 else None


def random_subject(rng):
    """One subject as the plain reference wants it."""
    step = rng.choice((UM, UM, UM // 10, UM // 100))
    lesions = rng.choice((0, 1, 1, 2, 3, 3, 4, 5))
    first = [rng.randrange(10 * UM, 60 * UM, step) for _ in range(lesions)]
    if rng.random() < 0.06:
        first = [rng.choice((length, None, 0, 9 * UM)) for length in first]
    day, visits, lengths = rng.randrange(-20, 1), [], first
    has_non_target = rng.random() < 0.4
    for number in range(rng.choice((0, 1, 2, 4, 6, 8, 8, 8, 10)) + (rng.random() < 0.98)):
        if number:
            day += rng.choice(GAPS)
            lengths = [next_length(rng, length, step) for length in lengths]
        state = rng.choices(("CR", "NON-CR/NON-PD", "PD", "NE", "NONE"), (6, 10, 1, 2, 0.5))[0]
        visits.append(
            {
                "day": day,
                "um": lengths,
                "non_target": state if has_non_target else "NONE",
                "new": rng.choices(tuple(NEW), (60, 5, 2, 0.5, 1))[0] if number else "NO",
            }
        )
    return {
        "reference": None if rng.random() < 0.02 else rng.randrange(-10, 30),
        "last": None if rng.random() < 0.6 else rng.randrange(0, 400),
        "baseline": bool(visits) and rng.random() < 0.97,
        "nodes": [rng.random() < 0.3 for _ in range(lesions)],
        "visits": visits,
    }


def random_subjects(number, seed):
    rng = random.Random(seed)
    return [random_subject(rng) for _ in range(number)]


def random_options(rng):
    return {
        "minimum_sd_days": rng.choice((0, 35, 42, 56)),
        "confirmation_days": rng.choice((0, 28, 42)),
        "confirmation_tolerance_days": rng.choice((0, 0, 1, 3)),
        "max_not_evaluable": rng.choice((0, 1, 2)),
        "sd_between_prs": rng.random() < 0.5,
        "cr_then_pr": rng.choice([member.name for member in CrThenPr]),
        "reappearance_after_cr_is_pd": rng.random() < 0.5,
    }


def as_options(plain=DEFAULTS):
    return Options(**{**plain, "cr_then_pr": CrThenPr[plain["cr_then_pr"]]})


def offsets(counts):
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def windows(subjects):
    reference = [UNKNOWN_DAY if s["reference"] is None else s["reference"] for s in subjects]
    last = [NO_LAST_DAY if s["last"] is None else s["last"] for s in subjects]
    return np.array(reference, np.int64), np.array(last, np.int64)


def as_lesions(subjects):
    """The same subjects as flat arrays."""
    visits = [visit for subject in subjects for visit in subject["visits"]]
    lengths = [length for visit in visits for length in visit["um"]]
    reference, last = windows(subjects)
    return LesionHistories(
        visit_offsets=offsets([len(s["visits"]) for s in subjects]),
        day=np.array([v["day"] for v in visits], np.int64),
        has_baseline=np.array([s["baseline"] for s in subjects], np.bool_),
        lesion_offsets=offsets([len(s["nodes"]) for s in subjects]),
        is_node=np.array([node for s in subjects for node in s["nodes"]], np.bool_),
        diameters_mm=np.array([np.nan if um is None else um / UM for um in lengths], np.float64),
        non_target=np.array([NON_TARGET[v["non_target"]] for v in visits], np.int8),
        new_lesion=np.array([NEW[v["new"]] for v in visits], np.int8),
        reference_day=reference,
        last_day=last,
    )


def as_recorded(subjects):
    """Subjects with `days` and `responses` (texts) as flat arrays."""
    reference, last = windows(subjects)
    return ResponseHistories(
        visit_offsets=offsets([len(s["days"]) for s in subjects]),
        day=np.array([day for s in subjects for day in s["days"]], np.int64),
        response=np.array([RESPONSE_CODE.get(r, 0) for s in subjects for r in s["responses"]], np.int8),
        reference_day=reference,
        last_day=last,
    )
