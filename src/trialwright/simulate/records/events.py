"""AE and SUPPAE: adverse events with their CTCAE grade, and the drugs they are attributed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.simulate.course import ONGOING, Ending
from trialwright.simulate.facts import lab_tests, rulebook
from trialwright.simulate.records.cast import Cast, in_order, words

if TYPE_CHECKING:
    from trialwright.simulate.parameters import Bools, Ints
    from trialwright.simulate.plan import TrialPlan

SEVERE = 3
LIFE_THREATENING = 4
ACTIONS = ("DOSE NOT CHANGED", "DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN")
UNCHANGED, REDUCED, INTERRUPTED, WITHDRAWN = range(4)


@dataclass(frozen=True)
class Kind:
    """One kind of adverse event."""

    term: str
    organ_class: str
    related_to: tuple[str, ...]
    serious_from: int


def kinds(plan: TrialPlan) -> tuple[Kind, ...]:
    """Return laboratory terms, then the terms of the assumptions: as the kernels number them."""
    classes = rulebook()["system_organ_classes"]
    given = plan.assumptions.laboratory
    laboratory = [
        Kind(test.term, classes[test.term], given[test.code].related_to, LIFE_THREATENING)
        for test in lab_tests()
    ]
    others = [
        Kind(one.term, one.organ_class, one.related_to, one.serious_from)
        for one in plan.assumptions.adverse_events.terms
    ]
    return (*laboratory, *others)


def ae(cast: Cast) -> pl.DataFrame:
    """Make adverse events."""
    row, place = _places(cast)
    course, all_kinds = cast.course, kinds(cast.plan)
    event = course.event[row, place].astype(np.int64)
    start = course.event_start[row, place].astype(np.int64)
    end = course.event_end[row, place].astype(np.int64)
    grade = course.event_grade[row, place].astype(np.int64)
    over = (end != ONGOING) & (end <= cast.last[row])
    end = np.where(over, end, 0)
    serious = grade >= np.array([one.serious_from for one in all_kinds])[event]
    drugs = _drugs_given(cast)
    related = np.array([bool(one.related_to) for one in all_kinds])[event] & (drugs[row] >= 0)
    terms = words([one.term for one in all_kinds], event)
    classes = words([one.organ_class for one in all_kinds], event)
    no_yes = ("N", "Y")
    return cast.frame(
        "AE",
        row,
        {
            "AETERM": terms,
            "AEDECOD": terms,
            "AEBODSYS": classes,
            "AESOC": classes,
            "AESER": words(no_yes, serious.astype(np.int64)),
            "AEACN": words(ACTIONS, _actions(cast, row, place, grade, over)),
            "AEREL": words(no_yes, related.astype(np.int64)),
            "AEOUT": words(["NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED"], over.astype(np.int64)),
            "AESDTH": words([None, "N"], serious.astype(np.int64)),
            "AESHOSP": words([None, "Y"], (serious & (grade < LIFE_THREATENING)).astype(np.int64)),
            "AESLIFE": words([None, "Y"], (serious & (grade >= LIFE_THREATENING)).astype(np.int64)),
            "AETOXGR": words([None, "1", "2", "3", "4", "5"], grade),
            "EPOCH": "TREATMENT",
            "AESTDTC": cast.dates(row, start),
            "AEENDTC": cast.dates(row, end, over),
            "AESTDY": cast.study_day(row, start),
            "AEENDY": cast.study_day(row, end, over),
            "AEENRF": words(["ONGOING", None], over.astype(np.int64)),
        },
    )


def _places(cast: Cast) -> tuple[Ints, Ints]:
    """Return subject and place of each event, in order of its start."""
    course = cast.course
    row, place = np.nonzero(np.arange(course.event.shape[1])[None, :] < course.events[:, None])
    order = in_order(
        row, course.event_start[row, place].astype(np.int64), course.event[row, place].astype(np.int64)
    )
    return row[order], place[order]


def _drugs_given(cast: Cast) -> Ints:
    """Return 0 for subjects who were treated, -1 for the others."""
    return np.where(cast.treated, 0, -1)


def _actions(cast: Cast, row: Ints, place: Ints, grade: Ints, over: Bools) -> Ints:
    """Return what was done with treatment: what the next cycle shows, for events of grade 3 or more."""
    course = cast.course
    cycle = course.event_cycle[row, place].astype(np.int64)
    following = np.minimum(cycle, course.cycle_day.shape[1] - 1)
    has_next = cycle < course.cycles[row]
    severe = grade >= SEVERE
    before = course.level[row, np.maximum(cycle - 1, 0)]
    action = np.full(len(row), UNCHANGED)
    action[severe & has_next & (course.waits[row, following] > 0)] = INTERRUPTED
    action[severe & has_next & (course.level[row, following] > before)] = REDUCED
    last_one = (cycle == course.cycles[row]) & (course.ending[row] == Ending.TOXICITY)
    action[last_one & ~over] = WITHDRAWN
    return action


def suppae(cast: Cast, events: pl.DataFrame) -> pl.DataFrame:
    """Make the causality by drug: a record for each drug that an event is related to.

    A drug counts where the subject's arm gives it.
    """
    row, place = _places(cast)
    event = cast.course.event[row, place].astype(np.int64)
    arm = cast.patients.baseline.arm[row]
    names = cast.plan.study.drugs
    all_kinds = kinds(cast.plan)
    given = [
        {drug.name for phase in cast.plan.study.phases_of(key) for drug in phase.drugs}
        for key in cast.plan.arms
    ]
    table = np.array(
        [[[name in one.related_to and name in own for name in names] for one in all_kinds] for own in given]
    )
    at, drug = np.nonzero(table[arm, event])
    labels = [f"Causality by {name}" for name in names]
    return pl.DataFrame(
        {
            "STUDYID": pl.Series([cast.study_id], dtype=pl.String).new_from_index(0, len(at)),
            "RDOMAIN": pl.Series(["AE"], dtype=pl.String).new_from_index(0, len(at)),
            "USUBJID": events["USUBJID"].gather(at),
            "IDVAR": pl.Series(["AESEQ"], dtype=pl.String).new_from_index(0, len(at)),
            "IDVARVAL": events["AESEQ"].gather(at).cast(pl.String),
            "QNAM": words([f"AEREL{number + 1}" for number in range(len(names))], drug),
            "QLABEL": words(labels, drug),
            "QVAL": pl.Series(["Y"], dtype=pl.String).new_from_index(0, len(at)),
            "QORIG": pl.Series(["SIMULATED"], dtype=pl.String).new_from_index(0, len(at)),
        }
    )
